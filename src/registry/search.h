// Searching supporters: the words of a query as parts of folded names, and facets. Answers from memory, one pass over flat arrays, so a
// million records take milliseconds; what it holds are the tables' rows (store.h), so both databases answer alike. A change of a few
// records does not touch the others.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "registry/store.h"

namespace entente::registry {

enum class SortBy : std::uint8_t { name, day, changed };
enum class SortOrder : std::uint8_t { ascending, descending };
enum class Counted : std::uint8_t { counting, all };  // tombstones and refused ones too

struct SearchQuery {
  std::string text;                                         // any spelling; every word must be in a name
  std::vector<std::string> categories, countries, natures;  // any of them; "-" stands for records without
  std::vector<std::string> statuses;                        // any of them; empty: by `counted`
  Counted counted = Counted::counting;
  std::uint16_t principles = 0;    // all of these bits
  std::vector<std::string> tiers;  // "6A": principle 6 has tier A; all of them
  std::string from_day, to_day;    // inclusive; a record without a day is in neither
  SortBy sort = SortBy::name;
  SortOrder order = SortOrder::ascending;
  std::size_t offset = 0, limit = 50;
};

struct SearchAnswer {
  std::size_t total = 0;
  std::vector<std::string> ids;  // of the page
  // How many of all that match have which value; a facet's own choice does not narrow its counts.
  std::map<std::string, std::size_t> categories, countries, natures;
};

// Const methods are thread-safe.
class SearchIndex {
 public:
  // Takes rows in any order; an id that is there is replaced.
  void put(const std::vector<SupporterRow>& rows);
  [[nodiscard]] SearchAnswer find(const SearchQuery& query) const;
  // Every record there is, by name. `tiers`: one letter a principle, 0 … 9; empty: never assessed.
  void each_by_name(const std::function<void(const std::string& id, std::string_view tiers)>& take) const;
  [[nodiscard]] std::size_t size() const { return facets_.size(); }

 private:
  using Item = std::uint32_t;  // index into the columns
  struct Facets {
    std::uint32_t day = 0;  // 20181112; 0: none
    std::uint16_t category = 0, country = 0, nature = 0, status = 0;
    std::uint16_t principles = 0;
    bool counts = false;
  };
  struct Name {
    std::uint32_t at = 0, bytes = 0;  // in text_
  };
  struct Segment {  // of text_: the name that begins there, and whose it is, or was
    std::uint32_t at = 0;
    Item item = 0;
  };
  struct Values {  // of a facet
    std::vector<std::string> names;
    std::map<std::string, std::uint16_t, std::less<>> numbers;
    std::uint16_t number(const std::string& value);
  };
  using Tiers = std::array<char, 10>;

  // Order by name: a list of items, and a label for each that compares as the list does. A few new items find labels between those of their
  // neighbours; many, or where there is no room, are merged and all labels given anew.
  [[nodiscard]] bool name_before(Item a, Item b) const;
  void take_out(Item item);
  void put_in(Item item);
  void merge(std::vector<Item> fresh);
  void give_labels();

  [[nodiscard]] std::string_view name_of(Item item) const { return std::string_view(text_).substr(names_[item].at, names_[item].bytes); }
  void set_name(Item item, const std::string& folded);
  void compact();
  struct Wanted;
  class Page;
  [[nodiscard]] Wanted read(const SearchQuery& query) const;
  template <class Take>
  void each_with_words(const std::vector<std::string>& words, const Take& take) const;

  // One entry an item.
  std::vector<Facets> facets_;
  std::vector<Name> names_;
  std::vector<std::uint64_t> labels_, changed_;
  std::vector<Tiers> tiers_;  // zeros: never assessed
  std::vector<std::string> ids_;

  std::map<std::string, Item, std::less<>> by_id_;
  std::string text_;  // all folded names, each before a line break; may hold names that are no more
  std::vector<Segment> segments_;
  std::uint64_t dead_bytes_ = 0;
  std::vector<Item> order_;
  Values categories_, countries_, natures_, statuses_;
};

}  // namespace entente::registry
