// Draws by the three samplers of docs/elections-audit.md, which are those of public audits: tickets of cryptorandom's generator in
// ascending order (nothing is put back), Colorado's counter modulo the number of cards, and the same over units of error bound for batches.
#include "measures/p3_elections/audit/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "measures/p3_elections/sampling/consistent_cards.h"
#include "measures/p3_elections/sampling/corla.h"

namespace entente::measures::p3_elections::audit {
namespace {

Result<std::vector<Unit>> draw_batches(const AuditInputs& in, std::string_view seed, std::uint64_t count) {
  std::vector<std::uint64_t> ends;
  std::uint64_t total = 0;
  for (const std::uint64_t w : in.weights) ends.push_back(total += w);
  if (total == 0) return fail("no batch could hide an error: nothing to draw", {}, "contests that are tied need a full count");
  std::vector<Unit> out;
  out.reserve(count);
  for (std::uint64_t k = 1; k <= count; ++k) {
    const std::uint64_t unit = sampling::corla_draw(seed, k, total);  // 1 … total
    out.push_back(static_cast<Unit>(std::lower_bound(ends.begin(), ends.end(), unit) - ends.begin()));
  }
  return out;
}

// Quoted where CSV needs it.
std::string csv_cell(std::string_view text) {
  const std::string out(text);
  if (out.find_first_of(",\"\n\r") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// The same for a list that people open in a spreadsheet: nothing in it is a formula.
std::string sheet_cell(std::string_view text) { return csv_cell(begins_formula(text) ? "'" + std::string(text) : std::string(text)); }

// "card,batch,position,location" of a unit, or "batch,location".
std::string place_cells(const AuditInputs& in, Unit unit) {
  if (in.plan.method == Method::batch_comparison) {
    const CardBatch& batch = in.population.batches()[unit];
    return fmt::format("{},{}", sheet_cell(batch.name), sheet_cell(batch.location));
  }
  const auto [index, position] = in.population.place_of(unit);
  const CardBatch& batch = in.population.batches()[index];
  return fmt::format("{},{},{},{}", sheet_cell(in.population.card_name(unit)), sheet_cell(batch.name), position,
                     sheet_cell(batch.location));
}

std::string_view place_header(const AuditInputs& in) {
  return in.plan.method == Method::batch_comparison ? "batch,location" : "card,batch,position,location";
}

}  // namespace

std::uint64_t units_of(const AuditInputs& inputs) {
  return inputs.plan.method == Method::batch_comparison ? inputs.population.batches().size() : inputs.population.cards();
}

std::string unit_name(const AuditInputs& inputs, Unit unit) {
  return inputs.plan.method == Method::batch_comparison ? inputs.population.batches()[unit].name : inputs.population.card_name(unit);
}

Result<std::vector<Unit>> draw_units(const AuditInputs& inputs, std::string_view seed, std::uint64_t count) {
  if (count > kMaxDraws) return fail(fmt::format("more than {} draws", kMaxDraws));
  switch (sampler_of(inputs.plan.test)) {
    case Sampler::colorado: return sampling::corla_draws(seed, 1, count, inputs.population.cards());
    case Sampler::colorado_error: return draw_batches(inputs, seed, count);
    case Sampler::cryptorandom: break;
  }
  if (count > inputs.population.cards())
    return fail(fmt::format("{} draws, and there are {} cards", count, inputs.population.cards()), {},
                "nothing is put back: count all cards");
  ENTENTE_TRY(const auto order, sampling::CardOrder::make(seed, inputs.population.cards(), sampling::CardNumbers::cryptorandom));
  std::vector<Unit> out;
  out.reserve(count);
  for (std::uint64_t k = 0; k < count; ++k) out.push_back(Unit{order.order()[k]} + 1);
  return out;
}

std::string sample_csv(const AuditInputs& inputs, const std::vector<Unit>& draws, std::uint64_t first) {
  std::string out = fmt::format("draw,{},seen\n", place_header(inputs));
  std::set<Unit> seen(draws.begin(), draws.begin() + static_cast<std::ptrdiff_t>(first - 1));
  for (std::size_t i = first - 1; i < draws.size(); ++i)
    out += fmt::format("{},{},{}\n", i + 1, place_cells(inputs, draws[i]), seen.insert(draws[i]).second ? "" : "yes");
  return out;
}

std::string pull_list_csv(const AuditInputs& inputs, const std::vector<Unit>& draws, std::uint64_t first) {
  const std::set<Unit> before(draws.begin(), draws.begin() + static_cast<std::ptrdiff_t>(first - 1));
  std::map<Unit, std::string> wanted;  // units are in the manifest's order
  for (std::size_t i = first - 1; i < draws.size(); ++i) {
    if (before.contains(draws[i])) continue;
    std::string& numbers = wanted[draws[i]];
    numbers += (numbers.empty() ? "" : " ") + std::to_string(i + 1);
  }
  std::string out = fmt::format("{},draws\n", place_header(inputs));
  for (const auto& [unit, numbers] : wanted) out += fmt::format("{},{}\n", place_cells(inputs, unit), numbers);
  return out;
}

std::string form_csv(const AuditInputs& inputs, const std::vector<Unit>& units) {
  std::string out;
  if (inputs.plan.method == Method::batch_comparison) {
    out = "batch,contest,choice,votes\n";
    for (const Unit unit : units)
      for (std::size_t c = 0; c < inputs.plan.contests.size(); ++c)
        if (inputs.tallies->votes[unit][c])
          for (const auto& choice : inputs.plan.contests[c].contest.choices)
            out += fmt::format("{},{},{},\n", csv_cell(unit_name(inputs, unit)), csv_cell(inputs.plan.contests[c].contest.name),
                               csv_cell(choice));
    return out;
  }
  out = "card,status";
  for (const auto& c : inputs.plan.contests) out += "," + csv_cell(c.contest.name);
  out += ",note\n";
  for (const Unit unit : units) out += csv_cell(unit_name(inputs, unit)) + "," + std::string(inputs.plan.contests.size() + 1, ',') + "\n";
  return out;
}

}  // namespace entente::measures::p3_elections::audit
