// Cards of NIST SP 1500-103 (version 1; the schema's file is named V0). Only the snapshot that CurrentSnapshotId names counts. A selection
// counts as many votes as TotalNumberVotes says; where that is not said, its positions that have an indication and are not "not allocable".
// An indication whose allocability is unknown, without a total, is to be adjudicated: it is reported and not counted.
#include "measures/p3_elections/records/cvr_nist.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"

namespace entente::measures::p3_elections::records {

Result<void> NistCards::add(const NistCvr& cvr, std::uint64_t ordinal, const Where& where) {
  const NistSnapshot* current = nullptr;
  for (const NistSnapshot& s : cvr.snapshots)
    if (s.id == cvr.current) current = &s;
  if (current == nullptr) return fail(fmt::format("CurrentSnapshotId {} names no snapshot of the CVR", printable(cvr.current, 60)), where);
  CvrCard card{.source_line = ordinal};
  card.tabulator = b_.table.intern(cvr.device);
  card.batch = b_.table.intern(cvr.batch);
  card.record = b_.table.intern(cvr.sequence);
  card.imprinted_id = b_.table.intern(!cvr.audit_id.empty() ? cvr.audit_id : !cvr.unique_id.empty() ? cvr.unique_id : cvr.printed_id);
  card.style = b_.table.intern(cvr.style);
  card.precinct = b_.table.intern(cvr.style_unit);
  b_.begin_card(card);
  for (const NistCvrContest& contest : current->contests) ENTENTE_CHECK(this->contest(contest, where));
  return b_.end_card(where);
}

Result<void> NistCards::contest(const NistCvrContest& contest, const Where& where) {
  if (contest.id.empty()) return fail("a CVRContest without ContestId", where);
  const std::uint32_t index = b_.contest(contest.id);
  b_.begin_contest(index, contest.overvotes > 0 ? contest.overvotes : contest.overvoted ? 1 : 0);
  if (contest.invalidated) {
    b_.problem(CvrProblemKind::unresolved_mark, where,
               fmt::format("contest {} invalidated by its rules: its marks are not counted", printable(contest.id, 60)));
    return {};
  }
  for (const NistSelection& s : contest.selections) selection(index, s, where);
  return {};
}

void NistCards::selection(std::uint32_t contest, const NistSelection& selection, const Where& where) {
  using Allocable = NistPosition::Allocable;
  std::uint64_t indicated = 0;
  bool open = false;
  std::vector<std::uint64_t> ranks;
  for (const NistPosition& p : selection.positions) {
    if (!p.indicated || p.allocable == Allocable::no) continue;
    open |= p.allocable == Allocable::unknown;
    if (p.allocable == Allocable::unknown && !selection.total) continue;
    indicated += p.votes;
    if (p.rank > 0) ranks.push_back(p.rank);
  }
  if (ranks.empty() && selection.rank > 0 && indicated > 0) ranks.push_back(selection.rank);
  std::uint64_t votes = selection.total.value_or(indicated);
  if (votes > 0 && indicated == 0 && !selection.positions.empty()) {
    b_.problem(CvrProblemKind::count_mismatch, where,
               fmt::format("a total of {} votes without an indication that may count: not counted", votes));
    votes = 0;
  }
  if (open && votes == 0) b_.problem(CvrProblemKind::unresolved_mark, where, "an indication to be adjudicated: not counted");
  if (votes == 0) return;
  const std::uint32_t choice = b_.choice(contest, selection.id.empty() ? "Write-in" : selection.id);
  const bool write_in =
      std::any_of(selection.positions.begin(), selection.positions.end(), [](const NistPosition& p) { return p.write_in; });
  if (write_in && selection.id.empty()) b_.table.contests[contest].write_in[choice] = true;
  if (ranks.empty()) return b_.mark(choice, votes);
  b_.table.contests[contest].ranked = true;
  for (const std::uint64_t rank : ranks) b_.mark(choice, rank);
}

void NistCards::finish(const NistNames& names) {
  CvrTable& t = b_.table;
  if (t.election.empty()) t.election = names.election;
  // Contests and choices that no card has are in the table too.
  for (const auto& [id, contest] : names.contests) {
    const std::uint32_t index = b_.contest(id);
    for (const auto& [choice, what] : contest.choices) b_.choice(index, choice);
  }
  for (CvrContest& c : t.contests) {
    const auto it = names.contests.find(c.name);
    if (it == names.contests.end()) {
      b_.problem(CvrProblemKind::assumed, {}, fmt::format("contest {} is described nowhere: 1 vote assumed", printable(c.name, 60)));
      continue;
    }
    const NistContest& contest = it->second;
    c.ranked = c.ranked || contest.variation == "rcv";
    c.votes_allowed = static_cast<std::uint32_t>(std::min<std::uint64_t>(std::max<std::uint64_t>(contest.votes_allowed, 1), 100'000));
    if (contest.variation == "approval") c.votes_allowed = std::max(c.votes_allowed, static_cast<std::uint32_t>(c.choices.size()));
    for (std::size_t i = 0; i < c.choices.size(); ++i) {
      const auto choice = contest.choices.find(c.choices[i]);
      if (choice == contest.choices.end()) continue;
      std::string text = choice->second.text;
      for (const std::string& id : choice->second.candidates) {
        const auto candidate = names.candidates.find(id);
        const std::string& part = candidate != names.candidates.end() && !candidate->second.empty() ? candidate->second : id;
        text += (text.empty() ? "" : " / ") + part;
      }
      if (!text.empty()) c.choices[i] = std::move(text);
      c.write_in[i] = c.write_in[i] || choice->second.write_in;
    }
    if (!contest.name.empty()) c.name = contest.name;
  }
  b_.find_overvotes(0);
}

Result<void> read_nist(CvrBuilder& b, const CvrFiles& files) {
  NistCards cards(b);
  NistNames names;
  b.lines_are_records = true;
  ENTENTE_CHECK(files.each(CvrFileKind::nist_xml,
                           [&](const std::string& name, std::string_view bytes) { return read_nist_xml(b, cards, names, name, bytes); }));
  ENTENTE_CHECK(files.each(CvrFileKind::nist_json,
                           [&](const std::string& name, std::string_view bytes) { return read_nist_json(b, cards, names, name, bytes); }));
  cards.finish(names);
  return {};
}

}  // namespace entente::measures::p3_elections::records
