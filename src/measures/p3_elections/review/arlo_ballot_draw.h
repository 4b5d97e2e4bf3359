// The cards of an Arlo audit of single cards: where they lie, what the report says of each, and their draw from the manifests. Internal to
// review/arlo*.
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p3_elections/review/arlo_record.h"
#include "measures/p3_elections/sampling/consistent_sampler.h"
#include "measures/p3_elections/sampling/ppeb.h"
#include "measures/p3_elections/sampling/python_repr.h"

namespace entente::measures::p3_elections::review {

inline constexpr std::uint64_t kArloMaxDraws = 2'000'000;  // of one contest, all rounds; audits have some thousands

struct ArloCardPlace {
  std::string jurisdiction, tabulator, batch;
  std::uint64_t position = 0;
  auto operator<=>(const ArloCardPlace&) const = default;
  [[nodiscard]] std::string str() const {
    return fmt::format("{}, {}{}{}, card {}", jurisdiction, tabulator, tabulator.empty() ? "" : " ", batch, position);
  }
};

enum class ArloIdentifier { batch, tabulator_and_batch };

// The batches a contest's cards are drawn from.
struct ArloUniverse {
  std::vector<ArloCardPlace> batches;  // position 0
  std::vector<std::uint64_t> cards;
  std::uint64_t all = 0;

  [[nodiscard]] Result<std::vector<sampling::NumberedObjects>> groups(ArloIdentifier form) const {
    std::vector<sampling::NumberedObjects> out;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      std::vector<sampling::PythonItem> key{batches[i].jurisdiction};
      if (form == ArloIdentifier::tabulator_and_batch) {
        if (batches[i].tabulator.empty())
          key.emplace_back(sampling::PythonNone{});
        else
          key.emplace_back(batches[i].tabulator);
      }
      key.emplace_back(batches[i].batch);
      ENTENTE_TRY(const std::string written, sampling::python_tuple(key));
      out.push_back({"(" + written + ", ", ")", 1, cards[i]});
    }
    return out;
  }
  [[nodiscard]] ArloCardPlace place(std::uint64_t object) const {
    std::size_t i = 0;
    while (object >= cards[i]) object -= cards[i++];
    ArloCardPlace out = batches[i];
    out.position = object + 1;
    return out;
  }
};

inline ArloUniverse arlo_universe(const ArloRecord& record, const std::string& contest) {
  ArloUniverse out;
  const auto in = record.universes.find(contest);
  for (const ArloJurisdiction& j : record.jurisdictions) {
    if (in != record.universes.end() && !in->second.contains(arlo_jurisdiction_key(j.name))) continue;
    for (const ArloManifestRow& row : j.manifest) {
      out.batches.push_back({j.name, row.tabulator, row.batch, 0});
      out.cards.push_back(row.cards);
      out.all += row.cards;
    }
  }
  return out;
}

// A card's result for one contest: "Ada Example, Bo Example", "OVERVOTE; Ada Example", "BLANK; COMMENT: smudged".
struct ArloMarks {
  bool overvote = false;
  std::set<std::size_t> choices;
};
// Names may hold ", " themselves; `steps` bounds the search.
inline bool arlo_split_choices(std::string_view text, const ArloContest& contest, std::size_t& steps, std::set<std::size_t>& out) {
  for (std::size_t end = text.find(", "); steps > 0; end = text.find(", ", end + 1)) {
    const std::string_view name = text.substr(0, std::min(end, text.size()));
    for (std::size_t i = 0; i < contest.votes.size() && steps > 0; ++i, --steps) {
      if (contest.votes[i].name != name || !out.insert(i).second) continue;
      if (end == text.npos || arlo_split_choices(text.substr(end + 2), contest, steps, out)) return true;
      out.erase(i);
    }
    if (end == text.npos) return false;
  }
  return false;
}
inline ArloMarks arlo_marks(std::string_view text, const ArloContest& contest) {
  ArloMarks out;
  if (const auto comment = text.find("; COMMENT: "); comment != text.npos) text = text.substr(0, comment);
  if (text.starts_with("COMMENT: ")) text = {};
  if (text.starts_with("OVERVOTE")) out.overvote = true, text.remove_prefix(std::min<std::size_t>(text.size(), 10));
  if (text == "Overvote") out.overvote = true;
  std::size_t steps = 100'000;
  if (!arlo_split_choices(text, contest, steps, out.choices)) out.choices.clear();  // BLANK, CONTEST_NOT_ON_BALLOT, …
  return out;
}

// The cards of the report by place, and the draws of one contest compared with them.
class ArloBallotDraw {
 public:
  ArloBallotDraw(const ArloRecord& record, std::size_t index)
      : record_(record), index_(index), universe_(arlo_universe(record, record.report.contests[index].name)) {
    for (const ArloBallotRow& row : record.report.ballots) show_tabulator_ = show_tabulator_ || !row.tabulator.empty();
    for (std::size_t r = 0; r < record.report.ballots.size(); ++r) {
      const ArloBallotRow& row = record.report.ballots[r];
      if (!rows_.emplace(ArloCardPlace{row.jurisdiction, row.tabulator, row.batch, row.position}, r).second) twice_.push_back(r);
    }
  }
  [[nodiscard]] const ArloUniverse& universe() const { return universe_; }
  [[nodiscard]] const std::vector<std::size_t>& twice() const { return twice_; }
  [[nodiscard]] std::optional<std::size_t> row_of(ArloCardPlace place) const {
    if (!show_tabulator_) place.tabulator.clear();
    const auto it = rows_.find(place);
    return it == rows_.end() ? std::nullopt : std::optional(it->second);
  }
  // All rounds; `sizes` their draws.
  [[nodiscard]] Result<void> draw(const std::vector<std::uint64_t>& sizes) {
    std::uint64_t all = 0;
    for (const std::uint64_t size : sizes) all += size;
    if (all > kArloMaxDraws) return fail("more than two million draws");
    std::size_t best = 0;
    for (const ArloIdentifier form : {ArloIdentifier::tabulator_and_batch, ArloIdentifier::batch}) {
      ENTENTE_TRY(const auto groups, universe_.groups(form));
      auto drawn = sampling::consistent_sample(record_.report.seed, groups, {.take = all, .digits = sampling::kArloTicketDigits});
      const std::size_t good = agreeing(drawn);
      if (draws.empty() || good > best) draws = std::move(drawn), best = good;
    }
    return {};
  }
  // Round `number`'s draws from `first` on against the tickets printed.
  void compare(int number, std::uint64_t first, std::uint64_t size, Check& redrawn, Check& tickets, std::vector<Row>& differences) const {
    std::map<std::size_t, std::vector<std::string>> expected;
    std::set<std::uint64_t> distinct;
    for (std::uint64_t i = first; i < std::min<std::uint64_t>(first + size, draws.size()); ++i) {
      ++tickets.of;
      distinct.insert(draws[i].object);
      const ArloCardPlace place = universe_.place(draws[i].object);
      if (const auto row = row_of(place))
        expected[*row].push_back(draws[i].ticket);
      else
        differences.push_back(
            {record_.report_file, 0, fmt::format("{}: drawn with ticket {}, not in the report", place.str(), draws[i].ticket)});
    }
    std::set<std::size_t> good;
    for (std::size_t r = 0; r < record_.report.ballots.size(); ++r) {
      std::vector<std::string> published = printed(r, number);
      std::vector<std::string>& want = expected[r];
      std::ranges::sort(want);
      std::vector<std::string> both;
      std::ranges::set_intersection(want, published, std::back_inserter(both));
      tickets.good += both.size();
      if (want == published) {
        good.insert(r);
        continue;
      }
      differences.push_back({record_.report_file, record_.report.ballots[r].line,
                             fmt::format("{}: printed {}; the draw gives {}", name(r),
                                         published.empty() ? "nothing" : fmt::format("{}", fmt::join(published, ", ")),
                                         want.empty() ? "nothing" : fmt::format("{}", fmt::join(want, ", ")))});
    }
    for (const std::uint64_t object : distinct) {
      ++redrawn.of;
      if (const auto row = row_of(universe_.place(object)); row && good.contains(*row)) ++redrawn.good;
    }
  }
  [[nodiscard]] std::string name(std::size_t r) const {
    const ArloBallotRow& row = record_.report.ballots[r];
    return ArloCardPlace{row.jurisdiction, row.tabulator, row.batch, row.position}.str();
  }
  std::vector<sampling::TicketDraw> draws;

 private:
  [[nodiscard]] std::vector<std::string> printed(std::size_t r, int round) const {
    std::vector<std::string> out;
    for (const ArloTickets& t : record_.report.ballots[r].contests[index_].tickets)
      if (t.round == round) out.insert(out.end(), t.tickets.begin(), t.tickets.end());
    std::ranges::sort(out);
    return out;
  }
  [[nodiscard]] std::size_t agreeing(const std::vector<sampling::TicketDraw>& drawn) const {
    std::size_t out = 0;
    for (const sampling::TicketDraw& d : drawn) {
      const auto row = row_of(universe_.place(d.object));
      if (!row) continue;
      for (const ArloTickets& t : record_.report.ballots[*row].contests[index_].tickets)
        out += std::ranges::count(t.tickets, d.ticket) > 0 ? 1U : 0U;
    }
    return out;
  }

  const ArloRecord& record_;
  std::size_t index_;
  ArloUniverse universe_;
  std::map<ArloCardPlace, std::size_t> rows_;
  std::vector<std::size_t> twice_;
  bool show_tabulator_ = false;
};

}  // namespace entente::measures::p3_elections::review
