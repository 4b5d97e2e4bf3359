// The finding for control P3-03, "published totals follow from published votes": all vote records of the bundle are counted together and
// held against each results file. A card with two records is a failure by itself: whoever adds records adds them to the totals as well, and
// then these are equal.
#include "core/utf8.h"
#include "measures/p3_elections/findings.h"
#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/totals.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::size_t kMaxTotalsRows = 10'000;

struct ReadVotes {
  std::vector<std::string> bytes;
  std::vector<records::CvrSource> sources;
};

Result<records::CvrRead> read_votes(const FindingContext& context, Finding& finding) {
  ReadVotes votes;
  const auto entries = context.bundle.of_kind("elections.cvr");
  votes.bytes.reserve(entries.size());
  for (const evidence::Evidence* entry : entries) {
    finding.evidence.push_back(entry->sha256);
    ENTENTE_TRY(std::string bytes, context.bundle.read(*entry));
    votes.bytes.push_back(std::move(bytes));
    votes.sources.push_back({entry->path, votes.bytes.back()});
  }
  return records::read_cvrs(votes.sources);
}

// The evidence a place is in: its path, or that of the archive it lies in ("path:member").
const evidence::Evidence* totals_evidence_of(const FindingContext& context, std::string_view file) {
  for (const evidence::Evidence* entry : context.bundle.of_kind("elections.cvr"))
    if (file.starts_with(entry->path) && (file.size() == entry->path.size() || file[entry->path.size()] == ':')) return entry;
  return nullptr;
}

// Rows and places of the cards with two records; what to do about the first.
std::string add_duplicates(const FindingContext& context, const records::CvrReport& report, Finding& finding) {
  std::string first;
  for (const records::CvrProblem* one : duplicate_cards(report)) {
    const std::string place = printable(one->where.str(), 400), text = printable(one->what, 400);
    if (first.empty()) first = fmt::format("{}: {}", place, text);
    finding.rows.push_back({{"code", review::kCvrDuplicate}, {"place", place}, {"text", text}});
    const evidence::Evidence* entry = totals_evidence_of(context, one->where.file);
    if (entry != nullptr && finding.places.size() < kMaxPlaces)
      finding.places.push_back({entry->sha256, one->where.line ? fmt::format("line {}", *one->where.line) : one->where.pointer});
  }
  return first;
}

}  // namespace

Finding totals_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kTotalsFollow;
  std::vector<UnreadEvidence> bad;
  auto votes = read_votes(context, finding);
  if (!votes) bad.push_back({context.bundle.of_kind("elections.cvr").front(), votes.error()});

  std::uint64_t contests = 0, choices = 0, reported = 0, differing = 0, difference = 0, contradicting = 0;
  const std::vector<records::ContestTally> tallies = votes ? records::tabulate(votes->table) : std::vector<records::ContestTally>{};
  const std::uint64_t duplicates = votes ? votes->report.count(records::CvrProblemKind::duplicate_card) : 0;
  const std::string duplicate = votes ? add_duplicates(context, votes->report, finding) : std::string();
  std::string worst, contradiction;
  for (const evidence::Evidence* entry : context.bundle.of_kind("elections.results")) {
    finding.evidence.push_back(entry->sha256);
    auto bytes = context.bundle.read(*entry);
    if (bytes && tables::packing_of(*bytes) != tables::Packing::none)
      bytes = tables::unpacked(*bytes, entry->path, records::kMaxResultsBytes);
    auto results = bytes ? records::parse_results(*bytes, entry->path) : Result<records::ReportedResults>(fail(bytes.error()));
    if (!results) {
      bad.push_back({entry, results.error()});
      continue;
    }
    if (!votes) continue;
    const TotalsComparison compared = compare_totals(votes->table, tallies, *results);
    contests += compared.contests;
    choices += compared.choices;
    reported += compared.votes;
    differing += compared.differing;
    difference += compared.difference;
    contradicting += compared.contradicting;
    if (contradiction.empty() && compared.contradicting > 0) contradiction = compared.contradictions.front();
    for (const std::string& text : compared.contradictions)
      if (finding.rows.size() < kMaxTotalsRows)
        finding.rows.push_back({{"code", "contradiction"}, {"place", entry->path}, {"text", printable(text, 400)}});
    if (!compared.good() && finding.places.size() < kMaxPlaces) finding.places.push_back({entry->sha256, ""});
    for (const TotalsRow& row : compared.rows) {
      if (row.state == TotalsRow::State::equal) continue;
      if (worst.empty() && is_difference(row.state))
        worst = row.choice.empty() ? row.contest : fmt::format("{}, {}", row.contest, row.choice);
      if (finding.rows.size() < kMaxTotalsRows)
        finding.rows.push_back({{"contest", printable(row.contest, 200)},
                                {"choice", printable(row.choice, 200)},
                                {"state", to_string(row.state)},
                                {"from_votes", row.from_votes},
                                {"reported", row.reported},
                                {"line", row.line}});
    }
  }
  if (unreadable(finding, bad)) return finding;
  finding.status = contests == 0 || duplicates > 0 || contradicting > 0   ? Status::not_satisfied
                   : differing == 0                                       ? Status::satisfied
                   : difference > 0 && difference * 10'000 < reported * 5 ? Status::partial
                                                                          : Status::not_satisfied;
  finding.summary = fmt::format("{} in {} compared with {}: {} not equal, {} of {} apart{}{}.", count_of(choices, "choice"),
                                count_of(contests, "contest"), count_of(votes->table.cards.size(), "vote record"), differing, difference,
                                count_of(reported, "vote"),
                                duplicates == 0 ? "" : fmt::format("; {} of a card that has one already", count_of(duplicates, "record")),
                                contradicting == 0 ? "" : fmt::format("; {} within the results", count_of(contradicting, "contradiction")));
  finding.detail = {{"vote_records", votes->table.cards.size()},
                    {"contests", contests},
                    {"choices", choices},
                    {"votes_reported", reported},
                    {"not_equal", differing},
                    {"votes_apart", difference},
                    {"duplicate_cards", duplicates},
                    {"contradictions", contradicting}};
  if (contests == 0)
    finding.fix = "no contest of the results has the name of one of the vote records: give both with the same names";
  else if (duplicates > 0)
    finding.fix = fmt::format("find out how a card came to two records, and count it once: {}", duplicate);
  else if (contradicting > 0)
    finding.fix = fmt::format("correct the results, whose numbers contradict each other: {}", printable(contradiction, 300));
  else if (differing > 0)
    finding.fix = fmt::format("explain or correct {}", printable(worst, 300));
  return finding;
}

}  // namespace entente::measures::p3_elections
