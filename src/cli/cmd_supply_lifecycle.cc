// `entente supply eol`: components of SBOMs against lifecycle records, worst first; and `entente supply update-metadata`: whether TUF
// metadata is fresh, signed, and not older than a copy kept before.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <set>

#include "cli/supply.h"
#include "cli/table.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p6_supply/lifecycle.h"
#include "measures/p6_supply/update_metadata.h"

namespace entente::cli {
namespace {

using namespace measures::p6_supply;

constexpr const char* kSupplyEolExamples = R"(  entente supply eol bom.json --records endoflife.date/products
  entente supply eol bom.json --records records --at 2027-01-01 --within 180
  entente supply eol *.cdx.json --records products.json --json

Records: pages of endoflife.date (Markdown), answers of its API (JSON), OpenEoX core 1.0 named after the product's purl.
A component without a record is said to be unknown, never supported.
Exit code 1 if a component is past the end of life or of security support.)";

struct EolOptions {
  std::vector<std::string> sboms;
  std::string records;
  std::string at;
  std::int64_t within = 90;
};

using LifeCounts = std::array<std::uint64_t, kLifeStatusCount>;

LifeCounts count_rows(const std::vector<LifecycleRow>& rows) {
  LifeCounts counts{};
  for (const LifecycleRow& row : rows) ++counts[static_cast<std::size_t>(row.status)];
  return counts;
}

// What the recommended tests of OpenEoX say of the records that were used, each once.
std::vector<std::string> eol_warnings(const EolRecords& records, const std::vector<LifecycleRow>& rows) {
  std::set<std::uint32_t> used;
  for (const LifecycleRow& row : rows)
    if (row.status != LifeStatus::unknown_product) used.insert(row.product);
  std::vector<std::string> out;
  for (const std::uint32_t product : used)
    for (const std::string& warning : records.products()[product].warnings)
      out.push_back(fmt::format("{}: {}", printable(records.products()[product].source, 4096), printable(warning)));
  return out;
}

Json eol_document(const std::string& path, const Sbom& sbom, const EolRecords& records, const std::vector<LifecycleRow>& rows) {
  Json counts = Json::object();
  const LifeCounts sums = count_rows(rows);
  for (std::size_t i = 0; i < kLifeStatusCount; ++i) counts[std::string(to_string(static_cast<LifeStatus>(i)))] = sums[i];
  Json list = Json::array();
  for (const LifecycleRow& row : rows) list.push_back(lifecycle_row_json(sbom, records, row));
  return {{"sbom", path}, {"counts", std::move(counts)}, {"warnings", eol_warnings(records, rows)}, {"components", std::move(list)}};
}

std::string stage_text(const Json& row, const char* key) {
  const auto it = row.find(key);
  return it == row.end() || it->is_null() ? std::string("–") : it->get<std::string>();
}

void print_eol(const std::string& path, const Sbom& sbom, const EolRecords& records, const std::vector<LifecycleRow>& rows) {
  const LifeCounts counts = count_rows(rows);
  std::printf("%s\n", paint(stdout, Colour::bold, printable(path)).c_str());
  for (std::size_t i = 0; i < kLifeStatusCount; ++i)
    std::printf("  %-24s %llu\n", std::string(to_string(static_cast<LifeStatus>(i))).c_str(), static_cast<unsigned long long>(counts[i]));
  Table table;
  table.column("status");
  table.column("component", Fit::cut);
  table.column("cycle");
  table.column("security until");
  table.column("life until");
  bool any = false;
  for (const LifecycleRow& row : rows) {
    if (row.status >= LifeStatus::supported) continue;
    const Json json = lifecycle_row_json(sbom, records, row);
    const Colour colour = row.status == LifeStatus::ending_soon ? Colour::yellow : Colour::red;
    table.row({{std::string(to_string(row.status)), colour},
               {sbom.display(row.component), Colour::bold},
               {stage_text(json, "product") + " " + stage_text(json, "cycle"), Colour::plain},
               {stage_text(json, "end_of_security_support"), Colour::plain},
               {stage_text(json, "end_of_life"), Colour::plain}});
    any = true;
  }
  std::printf("\n");
  if (any) table.print(stdout, terminal_width(stdout));
}

int run_supply_eol(const Context& context, const EolOptions& options) {
  Instant at = now();
  if (!options.at.empty()) {
    const auto given = parse_time_option("--at", options.at);
    if (!given) return report(context, given.error());
    at = *given;
  }
  const auto records = EolRecords::read(options.records);
  if (!records) return report(context, records.error());
  bool ended = false;
  Json documents = Json::array();
  for (const std::string& path : options.sboms) {
    const auto sbom = read_sbom(path);
    if (!sbom) return report(context, sbom.error());
    auto rows = lifecycle_of(*sbom, *records, at, options.within);
    std::stable_sort(rows.begin(), rows.end(), [](const LifecycleRow& a, const LifecycleRow& b) { return a.status < b.status; });
    ended = ended || (!rows.empty() && rows.front().status <= LifeStatus::end_of_security_support);
    if (context.json)
      documents.push_back(eol_document(path, *sbom, *records, rows));
    else
      print_eol(path, *sbom, *records, rows);
    if (!context.quiet) print_warnings(eol_warnings(*records, rows));
  }
  if (context.json)
    print_json({{"at", format_time(at)},
                {"within_days", options.within},
                {"products", records->products().size()},
                {"sboms", std::move(documents)}});
  return ended ? kFindings : kOk;
}

constexpr const char* kSupplyUpdateExamples = R"(  entente supply update-metadata repository/metadata
  entente supply update-metadata new --previous kept --at 2027-01-01

NEW and OLD are folders with root.json, timestamp.json, snapshot.json and targets.json (The Update Framework), or one such file.
Exit code 1 if a role is absent, expired, short of signatures, older than the previous copy, or not the one another lists.)";

struct UpdateMetadataOptions {
  std::string current;
  std::string previous;
  std::string at;
};

// Roles that `current` has and the copy kept before lacks: of these nothing can be said to be no older.
std::vector<std::string> roles_missing(const TufSet& current, const TufSet& previous) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kTufRoles; ++i)
    if (current[i] && !previous[i]) out.emplace_back(to_string(static_cast<TufRole>(i)));
  return out;
}

int run_update_metadata(const Context& context, const UpdateMetadataOptions& options) {
  Instant at = now();
  if (!options.at.empty()) {
    const auto given = parse_time_option("--at", options.at);
    if (!given) return report(context, given.error());
    at = *given;
  }
  const auto current = read_tuf(options.current);
  if (!current) return report(context, current.error());
  std::optional<TufSet> previous;
  std::vector<std::string> missing;
  if (!options.previous.empty()) {
    auto read = read_tuf(options.previous);
    if (!read) return report(context, read.error());
    previous = std::move(*read);
    missing = roles_missing(*current, *previous);
    const auto read_now = std::count_if(current->begin(), current->end(), [](const auto& document) { return document.has_value(); });
    if (static_cast<std::size_t>(read_now) == missing.size())
      return report(context, Error{fmt::format("nothing in the previous copy to compare with: it lacks {}", fmt::join(missing, ", ")),
                                   {.file = options.previous},
                                   "name the folder that holds the metadata accepted before, or leave out --previous"});
  }
  const auto problems = judge_tuf(*current, previous ? &*previous : nullptr, at);
  Json roles = Json::array();
  for (const auto& document : *current)
    if (document)
      roles.push_back({{"role", to_string(document->role)}, {"version", document->version}, {"expires", format_time(document->expires)}});
  Json list = Json::array();
  for (const TufProblem& p : problems) list.push_back({{"role", to_string(p.role)}, {"fault", to_string(p.fault)}, {"message", p.message}});
  if (context.json) {
    print_json({{"at", format_time(at)},
                {"signatures_checked", (*current)[0].has_value()},
                {"roles", std::move(roles)},
                {"not_compared", missing},
                {"problems", std::move(list)}});
    return problems.empty() ? kOk : kFindings;
  }
  for (const Json& role : roles)
    std::printf("  %-10s version %lld, expires %s\n", role["role"].get<std::string>().c_str(), role["version"].get<long long>(),
                role["expires"].get<std::string>().c_str());
  for (const TufProblem& p : problems)
    std::printf("%s %s: %s\n", paint(stdout, Colour::red, std::string(to_string(p.fault))).c_str(), std::string(to_string(p.role)).c_str(),
                p.message.c_str());
  if (problems.empty()) std::printf("fresh and signed%s\n", previous ? ", and not older than the previous copy" : "");
  if (!missing.empty())
    std::printf("not compared, since the previous copy lacks them: %s\n", fmt::format("{}", fmt::join(missing, ", ")).c_str());
  if (!(*current)[0]) std::printf("no root: signatures were not verified\n");
  return problems.empty() ? kOk : kFindings;
}

}  // namespace

void add_supply_update_metadata(CLI::App& supply, Context& context) {
  auto options = std::make_shared<UpdateMetadataOptions>();
  CLI::App* command = add_command(supply, context, "update-metadata", "whether TUF update metadata is fresh, signed and not rolled back",
                                  kSupplyUpdateExamples, [&context, options] { return run_update_metadata(context, *options); });
  command->add_option("new", options->current, "metadata folder or file")->required()->type_name("NEW");
  command->add_option("--previous", options->previous, "the copy accepted before")->type_name("OLD");
  command->add_option("--at", options->at, "judge as of this day or time (default: now)")->type_name("DATE");
}

void add_supply_eol(CLI::App& supply, Context& context) {
  auto options = std::make_shared<EolOptions>();
  CLI::App* command = add_command(supply, context, "eol", "which components are past their end of life, or will be soon",
                                  kSupplyEolExamples, [&context, options] { return run_supply_eol(context, *options); });
  command->add_option("sbom", options->sboms, "SBOMs of any form `supply check` reads")->required()->type_name("SBOM");
  command->add_option("--records", options->records, "lifecycle records: a folder, or one file")->required()->type_name("PATH");
  command->add_option("--at", options->at, "judge as of this day or time (default: now)")->type_name("DATE");
  command->add_option("--within", options->within, "days before an end that count as soon (default 90)")
      ->check(CLI::Range(0, 36'500))
      ->type_name("DAYS");
}

}  // namespace entente::cli
