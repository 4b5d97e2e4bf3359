// Searching supporters: the words of a query as parts of folded names, and facets. Answers from memory, one pass over flat arrays, so a
// million records take milliseconds; what it holds are the tables' rows (store.h), so both databases answer alike.
#pragma once

#include <cstdint>
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
  [[nodiscard]] std::size_t size() const { return items_.size(); }

 private:
  struct Item {
    std::string id;
    std::uint32_t name_at = 0, name_bytes = 0;  // in text_
    std::uint32_t name_rank = 0, day_rank = 0;
    std::uint16_t category = 0, country = 0, nature = 0, status = 0;
    std::uint16_t principles = 0;
    bool counts = false;
    std::uint64_t changed = 0;
    std::string tiers, day;
  };
  struct Names {  // of a facet's values
    std::vector<std::string> values;
    std::map<std::string, std::uint16_t, std::less<>> numbers;
    std::uint16_t number(const std::string& value);
  };
  void rank();
  struct Wanted;
  [[nodiscard]] Wanted read(const SearchQuery& query) const;

  std::vector<Item> items_;
  std::map<std::string, std::uint32_t, std::less<>> by_id_;
  std::string text_;  // all folded names, each behind a line break
  Names categories_, countries_, natures_, statuses_;
};

}  // namespace entente::registry
