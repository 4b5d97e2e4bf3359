// Vote records on arbitrary bytes (several files parted by lines "---"): never crashes; every index of an accepted table is within it; both
// scanners of Dominion's CSV give the same; tallies add up.
#include <cstdlib>
#include <string>
#include <vector>

#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/tabulate.h"

using namespace entente::measures::p3_elections::records;

namespace {

void check(const CvrTable& t) {
  for (const CvrCard& card : t.cards) {
    if (card.source_file >= t.files.size() || card.first_contest + std::size_t{card.contests} > t.card_contests.size()) std::abort();
    for (const std::uint32_t text :
         {card.tabulator, card.batch, card.record, card.imprinted_id, card.style, card.precinct, card.counting_group})
      if (text >= t.text_count()) std::abort();
    for (const CvrCardContest& c : t.contests_of(card)) {
      if (c.contest >= t.contests.size() || c.first_mark + std::size_t{c.marks} > t.marks.size()) std::abort();
      for (const CvrMark& m : t.marks_of(c))
        if (m.choice >= t.contests[c.contest].choices.size()) std::abort();
    }
  }
  const auto tally = tabulate(t);
  for (std::size_t i = 0; i < tally.size(); ++i) {
    if (t.contests[i].ranked) continue;
    std::uint64_t votes = tally[i].undervotes + tally[i].overvoted * t.contests[i].votes_allowed;
    for (const std::uint64_t v : tally[i].votes) votes += v;
    if (votes != tally[i].cards * t.contests[i].votes_allowed) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<CvrSource> sources;
  while (sources.size() < 4) {
    const auto end = rest.find("\n---\n");
    sources.push_back({"file" + std::to_string(sources.size()), rest.substr(0, end)});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 5);
  }
  const CvrReadOptions options{.max_bytes = 1 << 22, .max_cards = 10'000, .max_problems = 10};
  CvrReadOptions plain = options;
  plain.scanner = CvrReadOptions::Scanner::plain;
  const auto a = read_cvrs(sources, options), b = read_cvrs(sources, plain);
  if (a.has_value() != b.has_value()) std::abort();
  if (!a) {
    if (a.error().str() != b.error().str()) std::abort();
    return 0;
  }
  check(a->table);
  if (a->table.marks.size() != b->table.marks.size() || a->table.cards.size() != b->table.cards.size() ||
      a->report.counts != b->report.counts)
    std::abort();
  for (std::size_t i = 0; i < a->table.marks.size(); ++i)
    if (a->table.marks[i].choice != b->table.marks[i].choice || a->table.marks[i].rank != b->table.marks[i].rank) std::abort();
  return 0;
}
