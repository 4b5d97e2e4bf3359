// Cast vote records, whatever system exported them: one flat table of cards, contests and marks. It follows NIST SP 1500-103: a record is
// of one CARD (a sheet of paper that can be drawn and looked at), not of a voter. Built once by a reader, then immutable; reading is
// thread-safe. Some 12 bytes a mark, 12 a contest on a card and 40 a card, besides the texts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::records {

struct CvrContest {
  std::string name;                  // as exported, "(Vote For=n)" taken off
  std::uint32_t votes_allowed = 1;   // how many choices a voter may mark; of a ranked contest how many ranks
  bool ranked = false;               // marks have ranks (IRV, RCV)
  std::vector<std::string> choices;  // in the order of the export
  std::vector<bool> write_in;        // by choice
};

// One mark that counts as the system says it counts (IsVote, adjudicated). `rank` 1 is the first; in a contest that is not ranked it is the
// number of votes or points the choice got (1; more in cumulative voting and scores).
struct CvrMark {
  std::uint32_t choice = 0;  // index in CvrContest::choices
  std::uint32_t rank = 1;
};

// A contest that stands on a card; one that does not stand there is not in the list.
struct CvrCardContest {
  std::uint32_t contest = 0;  // index in CvrTable::contests
  std::uint32_t first_mark = 0;
  std::uint16_t marks = 0;
  std::uint16_t overvotes = 0;  // not 0: overvoted, as the system says or because more is marked than allowed; its marks do not count
};

struct CvrCard {
  std::uint32_t tabulator = 0, batch = 0;  // indexes in CvrTable::texts; batch names are unique within a tabulator only
  std::uint32_t record = 0;                // the place in the batch as exported ("12", "X" where redacted)
  std::uint32_t imprinted_id = 0;          // "1-2-3"; the key of the card; may be the empty text
  std::uint32_t style = 0, precinct = 0, counting_group = 0;
  std::uint32_t first_contest = 0;
  std::uint16_t contests = 0;
  std::uint16_t sheet = 1;        // of a ballot of several cards
  std::uint64_t source_line = 0;  // line (CSV) or ordinal of the record (JSON, XML) in its file
  std::uint32_t source_file = 0;  // index in CvrTable::files
};

class CvrTable {
 public:
  std::vector<std::string> files;
  std::string election;
  std::vector<CvrContest> contests;
  std::vector<CvrCard> cards;  // in the order of the export
  std::vector<CvrCardContest> card_contests;
  std::vector<CvrMark> marks;

  [[nodiscard]] std::string_view text(std::uint32_t index) const { return texts_[index]; }
  [[nodiscard]] std::span<const CvrCardContest> contests_of(const CvrCard& card) const {
    return std::span(card_contests).subspan(card.first_contest, card.contests);
  }
  // nullptr where the contest is not on the card.
  [[nodiscard]] const CvrCardContest* contest_on(const CvrCard& card, std::uint32_t contest) const {
    for (const CvrCardContest& c : contests_of(card))
      if (c.contest == contest) return &c;
    return nullptr;
  }
  [[nodiscard]] std::span<const CvrMark> marks_of(const CvrCardContest& c) const { return std::span(marks).subspan(c.first_mark, c.marks); }
  // Index by name; the size of `contests` where there is none.
  [[nodiscard]] std::uint32_t contest_index(std::string_view name) const;

  // For readers: the index of a text, made if new. 0 is the empty text.
  std::uint32_t intern(std::string_view text);
  // Brings near what intern(text) will look at: for a reader that has other work to do first.
  void expect(std::string_view text) const;
  void reserve_texts(std::size_t count);
  [[nodiscard]] std::uint32_t text_count() const { return static_cast<std::uint32_t>(texts_.size()); }

 private:
  std::vector<std::string_view> texts_{std::string_view()};
  struct Texts;
  void unshare();
  std::shared_ptr<Texts> pool_;
};

}  // namespace entente::measures::p3_elections::records
