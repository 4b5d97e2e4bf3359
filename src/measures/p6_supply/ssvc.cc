// The table of sixteen rows is data (data/supply/bod-26-04.json); an unknown input agrees with every row.
#include "measures/p6_supply/ssvc.h"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

#include "core/data.h"
#include "core/file.h"
#include "core/json.h"
#include "measures/p6_supply/text_lines.h"

namespace entente::measures::p6_supply {
namespace {

struct BodRow {
  BodInputs inputs;  // all known
  BodOutcome outcome;
};

std::optional<Known> known_word(std::string_view word) {
  if (word == "no") return Known::no;
  if (word == "yes") return Known::yes;
  return std::nullopt;
}
std::optional<TechnicalImpact> impact_word(std::string_view word) {
  if (word == "partial") return TechnicalImpact::partial;
  if (word == "total") return TechnicalImpact::total;
  return std::nullopt;
}

std::vector<BodRow> read_bod_rows() {
  std::vector<BodRow> out;
  const auto text = DataSet::embedded().file("supply/bod-26-04.json");
  const auto document = text ? JsonDocument::parse(*text, "data:supply/bod-26-04.json") : Result<JsonDocument>(fail(text.error()));
  const auto rows = document ? json_array(document->root(), "rows") : std::nullopt;
  if (!rows) return out;
  for (const JsonView row : *rows) {
    const auto word = [&](std::string_view key) { return json_string(row, key).value_or(""); };
    const auto kev = known_word(word("kev")), exposed = known_word(word("exposed")), automatable = known_word(word("automatable"));
    const auto impact = impact_word(word("impact"));
    if (!kev || !exposed || !automatable || !impact) continue;  // a test holds that all sixteen read
    BodRow one{{*kev, *exposed, *automatable, *impact}, {}};
    if (const auto days = json_int(row, "days")) one.outcome.days = static_cast<std::uint32_t>(*days);
    one.outcome.forensics = json_bool(row, "forensics").value_or(false);
    out.push_back(one);
  }
  return out;
}

bool agrees(const BodInputs& given, const BodInputs& row) {
  const auto fits = [](auto a, auto b) { return a == decltype(a)::unknown || a == b; };
  return fits(given.in_kev, row.in_kev) && fits(given.exposed, row.exposed) && fits(given.automatable, row.automatable) &&
         fits(given.impact, row.impact);
}

}  // namespace

std::string bod_text(const BodOutcome& outcome) {
  if (!outcome.days) return "with the next upgrade";
  return fmt::format("{} days{}", *outcome.days, outcome.forensics ? " and forensics" : "");
}

std::vector<BodOutcome> bod_outcomes(const BodInputs& inputs) {
  static const std::vector<BodRow> kRows = read_bod_rows();
  std::vector<BodOutcome> out;
  for (const BodRow& row : kRows)
    if (agrees(inputs, row.inputs) && std::find(out.begin(), out.end(), row.outcome) == out.end()) out.push_back(row.outcome);
  const auto urgency = [](const BodOutcome& o) { return std::tuple(o.days.value_or(UINT32_MAX), !o.forensics); };
  std::sort(out.begin(), out.end(), [&](const BodOutcome& a, const BodOutcome& b) { return urgency(a) < urgency(b); });
  return out;
}

Result<SsvcTable> SsvcTable::parse(std::string_view csv, const std::string& name) {
  SsvcTable out;
  std::uint64_t number = 0;
  while (!csv.empty()) {
    const std::string_view line = take_line(csv);
    ++number;
    const auto wrong = [&](std::string what) {
      return fail(std::move(what), {.file = name, .line = number}, "give a CSV with the columns cve,automatable,technical_impact");
    };
    if (number == 1) {
      if (line != "cve,automatable,technical_impact") return wrong("the columns must be cve,automatable,technical_impact");
      continue;
    }
    if (line.empty()) continue;
    const std::size_t first = line.find(','), second = line.find(',', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return wrong("a row must have three cells");
    const std::string_view cve = line.substr(0, first), automatable = line.substr(first + 1, second - first - 1),
                           impact = line.substr(second + 1);
    SsvcFacts facts;
    if (!cve.starts_with("CVE-") || cve.size() > 32) return wrong("the first cell must be a CVE id");
    if (!automatable.empty()) {
      const auto word = known_word(automatable);
      if (!word) return wrong("automatable must be yes, no or empty");
      facts.automatable = *word;
    }
    if (!impact.empty()) {
      const auto word = impact_word(impact);
      if (!word) return wrong("technical_impact must be partial, total or empty");
      facts.impact = *word;
    }
    if (!out.rows_.emplace(std::string(cve), facts).second) return wrong(std::string(cve) + " stands twice");
  }
  if (number == 0) return fail("an empty file", {.file = name}, "give a CSV with the columns cve,automatable,technical_impact");
  return out;
}

Result<SsvcTable> SsvcTable::read(const std::filesystem::path& path) {
  ENTENTE_TRY(const std::string text, read_file(path));
  return parse(text, path.string());
}

const SsvcFacts* SsvcTable::find(std::string_view cve) const {
  const auto it = rows_.find(cve);
  return it == rows_.end() ? nullptr : &it->second;
}

}  // namespace entente::measures::p6_supply
