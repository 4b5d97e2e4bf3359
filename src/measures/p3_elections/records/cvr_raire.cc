// The RAIRE format: a line with the number of contests, one a contest ("Contest,id,n,candidate …,winner,w"), then one a ballot and contest
// ("contest,ballot,first choice,second choice,…"). The lines of one ballot may lie apart: they are gathered, and cards come in the order of
// their first line. A contest twice on one ballot makes a second card of the same id, which is reported.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_build.h"

namespace entente::measures::p3_elections::records {

namespace {

using tables::CsvReader;
using tables::CsvRow;
using tables::trimmed;

struct RaireBallot {
  std::uint32_t card = 0, contest = 0, first_mark = 0, marks = 0;
};
struct RaireCard {
  std::uint32_t id = 0;  // in CvrTable's texts
  std::uint64_t line = 0;
};

class RaireText {
 public:
  RaireText(CvrBuilder& b, std::string_view text, const std::string& name) : b_(b), name_(name), reader_(text, name) {}

  Result<void> read() {
    ENTENTE_CHECK(header());
    for (CsvRow row;;) {
      ENTENTE_TRY(const bool more, reader_.next(row));
      if (!more) break;
      ENTENTE_CHECK(ballot(row));
    }
    return emit();
  }

 private:
  Result<void> header() {
    CsvRow row;
    ENTENTE_TRY(const bool more, reader_.next(row));
    if (!more) return fail("an empty RAIRE file", {.file = name_});
    ENTENTE_TRY(const std::uint64_t contests, tables::parse_count(row.cell(0), "the number of contests", reader_.where(row, 0)));
    for (std::uint64_t i = 0; i < contests; ++i) {
      ENTENTE_TRY(const bool another, reader_.next(row));
      if (!another || trimmed(row.cell(0)) != "Contest")
        return fail("fewer contests than the first line says", {.file = name_, .line = row.line});
      ENTENTE_CHECK(contest(row));
    }
    return {};
  }

  Result<void> contest(const CsvRow& row) {
    const std::string_view id = trimmed(row.cell(1));
    ENTENTE_TRY(const std::uint64_t n, tables::parse_count(row.cell(2), "the number of candidates", reader_.where(row, 2)));
    if (id.empty() || n == 0 || n > 1000 || row.cells.size() < 3 + n)
      return fail("a contest without an id and its candidates", reader_.where(row, 0), "Contest,id,number,candidate,…");
    if (contest_of_.contains(id)) return fail(fmt::format("contest {} twice", printable(id, 60)), reader_.where(row, 1));
    const std::uint32_t contest = b_.contest(id);
    contest_of_.emplace(id, contest);
    CvrContest& c = b_.table.contests[contest];
    c.ranked = true;
    c.votes_allowed = std::max(c.votes_allowed, static_cast<std::uint32_t>(n));
    choices_.resize(std::max<std::size_t>(choices_.size(), contest + 1));
    for (std::size_t i = 0; i < n; ++i) {
      const std::string_view candidate = trimmed(row.cell(3 + i));
      if (!choices_[contest].emplace(candidate, b_.choice(contest, candidate)).second)
        return fail(fmt::format("candidate {} twice", printable(candidate, 60)), reader_.where(row, 3 + i));
    }
    return {};
  }

  Result<void> ballot(const CsvRow& row) {
    const auto contest = contest_of_.find(trimmed(row.cell(0)));
    if (contest == contest_of_.end())
      return fail(fmt::format("contest {} is not in the header", printable(row.cell(0), 60)), reader_.where(row, 0));
    const std::string_view id = trimmed(row.cell(1));
    if (id.empty()) return fail("a ballot without an id", reader_.where(row, 1));
    const auto card = card_for(id, contest->second, row.line);
    RaireBallot ballot{.card = card, .contest = contest->second, .first_mark = static_cast<std::uint32_t>(marks_.size())};
    for (std::size_t i = 2; i < row.cells.size(); ++i) {
      const std::string_view candidate = trimmed(row.cells[i]);
      if (candidate.empty()) continue;
      const auto choice = choices_[contest->second].find(candidate);
      if (choice == choices_[contest->second].end())
        return fail(fmt::format("{} is no candidate of contest {}", printable(candidate, 60), printable(row.cell(0), 60)),
                    reader_.where(row, i));
      marks_.push_back({choice->second, static_cast<std::uint32_t>(i - 1)});
    }
    ballot.marks = static_cast<std::uint32_t>(marks_.size()) - ballot.first_mark;
    if (marks_.size() > 0xF0000000U || cards_.size() > b_.options().max_cards)
      return fail("more ballots than allowed", reader_.where(row, 0));
    ballots_.push_back(ballot);
    return {};
  }

  // The card of this id that does not have the contest yet.
  std::uint32_t card_for(std::string_view id, std::uint32_t contest, std::uint64_t line) {
    const std::uint32_t text = b_.table.intern(id);
    if (text >= card_of_.size()) card_of_.resize(std::max<std::size_t>(text + 1, card_of_.size() * 2), kNoCard);
    if (card_of_[text] == kNoCard) {
      card_of_[text] = static_cast<std::uint32_t>(cards_.size());
      cards_.push_back({text, line});
      last_contest_.push_back(contest);
      return card_of_[text];
    }
    const std::uint32_t card = card_of_[text];
    if (last_contest_[card] != contest && !has_contest(card, contest)) {
      seen_.emplace(std::pair(card, last_contest_[card]), true);
      last_contest_[card] = contest;
      return card;
    }
    cards_.push_back({text, line});
    last_contest_.push_back(contest);
    return static_cast<std::uint32_t>(cards_.size() - 1);
  }
  bool has_contest(std::uint32_t card, std::uint32_t contest) const { return seen_.contains(std::pair(card, contest)); }

  // "99813_1_3", "99813-1-3" → tabulator, batch, record.
  void split_id(CvrCard& card, std::string_view id) {
    const char separator = id.find('_') != std::string_view::npos ? '_' : '-';
    const std::size_t a = id.find(separator), c = id.rfind(separator);
    if (a == std::string_view::npos || a == c || id.find(separator, a + 1) != c) return;
    card.tabulator = b_.table.intern(id.substr(0, a));
    card.batch = b_.table.intern(id.substr(a + 1, c - a - 1));
    card.record = b_.table.intern(id.substr(c + 1));
  }

  // By card, within one in the order of the lines (a counting sort).
  Result<void> emit() {
    b_.add_file(name_);
    b_.table.cards.reserve(b_.table.cards.size() + cards_.size());
    b_.table.card_contests.reserve(b_.table.card_contests.size() + ballots_.size());
    b_.table.marks.reserve(b_.table.marks.size() + marks_.size());
    std::vector<std::uint32_t> start(cards_.size() + 1);
    for (const RaireBallot& ballot : ballots_) ++start[ballot.card + 1];
    for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
    std::vector<std::uint32_t> order(ballots_.size()), next(start.begin(), start.end() - 1);
    for (std::size_t i = 0; i < ballots_.size(); ++i) order[next[ballots_[i].card]++] = static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < cards_.size(); ++i) {
      CvrCard card{.imprinted_id = cards_[i].id, .source_line = cards_[i].line};
      split_id(card, b_.table.text(cards_[i].id));
      b_.begin_card(card);
      for (std::uint32_t k = start[i]; k < start[i + 1]; ++k) {
        const RaireBallot& ballot = ballots_[order[k]];
        b_.begin_contest(ballot.contest);
        for (std::uint32_t m = 0; m < ballot.marks; ++m) b_.mark(marks_[ballot.first_mark + m].choice, marks_[ballot.first_mark + m].rank);
      }
      ENTENTE_CHECK(b_.end_card({.file = name_, .line = cards_[i].line}));
    }
    return {};
  }

  CvrBuilder& b_;
  const std::string& name_;
  CsvReader reader_;
  std::map<std::string, std::uint32_t, std::less<>> contest_of_;
  std::vector<std::map<std::string, std::uint32_t, std::less<>>> choices_;
  static constexpr std::uint32_t kNoCard = 0xFFFFFFFFU;
  std::vector<std::uint32_t> card_of_;  // by text of the id
  std::vector<RaireCard> cards_;
  std::vector<std::uint32_t> last_contest_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> seen_;  // earlier contests of cards with several
  std::vector<RaireBallot> ballots_;
  std::vector<CvrMark> marks_;
};

}  // namespace

Result<void> read_raire(CvrBuilder& b, const CvrFiles& files) {
  return files.each(CvrFileKind::raire, [&](const std::string& name, std::string_view bytes) -> Result<void> {
    ENTENTE_TRY(const tables::DecodedText text, cvr_text(b, name, bytes));
    return RaireText(b, text.text(), name).read();
  });
}

}  // namespace entente::measures::p3_elections::records
