// The CSVs of an audit on arbitrary bytes: cards (vote records, and what was read from paper) and counts of batches. Never crashes; what is
// accepted is of cards of the population, each once, with a vote for every contest.
#include <cstdlib>
#include <set>

#include "measures/p3_elections/audit/votes_csv.h"

using namespace entente;
using namespace entente::measures::p3_elections;

namespace {

constexpr std::string_view kFuzzPlan =
    R"({"format":"entente election audit/1","election":"E","risk_limit":"0.05","method":"card_comparison",
"test":"betting","manifests":["m.csv"],"records":["r.csv"],"contests":[
{"name":"Mayor","kind":"plurality","seats":1,"votes_allowed":2,"choices":[{"name":"A","votes":3},{"name":"B","votes":2},{"name":"C","votes":1}],"winners":["A"]},
{"name":"Seat","kind":"irv","choices":[{"name":"D"},{"name":"E"},{"name":"F"}],"winners":["D"]},
{"name":"Park","kind":"score","max_score":5,"choices":[{"name":"G","votes":9},{"name":"H","votes":2}],"winners":["G"]}]})";

struct FuzzWorld {
  audit::AuditPlan plan = audit::parse_plan(kFuzzPlan, "plan").value();
  audit::Population population =
      audit::Population::make({records::parse_manifest("Tabulator,Batch,Number of Ballots\n1,1,5\n1,2,3\n", "m").value()}).value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FuzzWorld world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {audit::CardFile::vote_records, audit::CardFile::interpretations}) {
    audit::Patterns patterns(world.plan.contests.size());
    const auto votes = audit::parse_card_votes(text, "fuzz", kind, world.plan, world.population, patterns);
    if (!votes) continue;
    if (votes->votes.size() != votes->rows() * world.plan.contests.size()) std::abort();
    if (std::set<std::uint64_t>(votes->positions.begin(), votes->positions.end()).size() != votes->rows()) std::abort();
    for (const auto p : votes->positions)
      if (p == 0 || p > world.population.cards()) std::abort();
    for (std::size_t i = 0; i < votes->votes.size(); ++i)
      if (votes->votes[i] >= patterns[i % patterns.size()].size()) std::abort();
  }
  if (const auto batches = audit::parse_batch_votes(text, "fuzz", world.plan, world.population))
    for (const auto b : batches->batches)
      if (b >= world.population.batches().size()) std::abort();
  return 0;
}
