// `entente supply check`: how good SBOMs are, by the NTIA minimum elements and the rule of control P6-01.
#include <cstdio>
#include <memory>

#include "cli/supply.h"
#include "cli/supply_report.h"
#include "cli/table.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p6_supply/bsi.h"

namespace entente::cli {
namespace {

using namespace measures::p6_supply;

constexpr const char* kSupplyCheckExamples = R"(  entente supply check bom.json
  entente supply check release/*.cdx.json --limit 0       every incomplete component
  entente supply check app.spdx.json --json
  entente supply check bom.json --profile bsi             the fields of BSI TR-03183-2

A component is complete if it has a name, a version, a purl or CPE, a supplier, a hash, and is reached from the primary component.
An SBOM is "good" if it is valid, says who made it and when, and 95 % of its components are complete; "fair" from 75 % on.
Exit code 1 unless all SBOMs are good; with --profile bsi, unless all have every required field.)";

struct CheckOptions {
  std::vector<std::string> sboms;
  std::size_t limit = 10;
  std::string profile = "ntia";
};

std::string lacking_text(const Incomplete& incomplete) {
  std::string text;
  for (std::size_t f = 0; f < kFieldCount; ++f)
    if (incomplete.lacks(static_cast<Field>(f))) text += (text.empty() ? "" : ", ") + std::string(field_name(static_cast<Field>(f)));
  return text;
}

void print_fields(const Quality& q) {
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    const double share = percent(q.present[f], q.counted);
    const auto filled = static_cast<std::size_t>(share / 5);
    std::string bar;
    for (std::size_t i = 0; i < 20; ++i) bar += i < filled ? "█" : "░";
    std::printf("    %-13s %s %5.1f %%\n", std::string(field_name(static_cast<Field>(f))).c_str(),
                paint(stdout,
                      share >= 95   ? Colour::green
                      : share >= 75 ? Colour::yellow
                                    : Colour::red,
                      bar)
                    .c_str(),
                share);
  }
}

void print_issues(const Sbom& sbom, std::size_t limit) {
  std::size_t shown = 0;
  for (const Issue& issue : sbom.issues) {
    if (limit != 0 && shown == limit) break;
    const bool error = issue.level == IssueLevel::error;
    const Where where = sbom.where(issue);
    std::printf("    %s %llu:%llu %s: %s\n", paint(stdout, error ? Colour::red : Colour::yellow, error ? "error  " : "warning").c_str(),
                static_cast<unsigned long long>(where.line.value_or(1)), static_cast<unsigned long long>(where.column.value_or(1)),
                printable(issue.pointer.empty() ? "/" : issue.pointer, 200).c_str(), printable(issue.message).c_str());
    ++shown;
  }
  const std::uint64_t all = sbom.error_count + sbom.warning_count;
  if (shown < all) std::printf("    … and %llu more\n", static_cast<unsigned long long>(all - shown));
}

void print_incomplete(const Sbom& sbom, const Quality& q, std::size_t limit) {
  if (q.incomplete.empty()) return;
  Table table;
  table.column("component", Fit::cut);
  table.column("lacks");
  table.column("at", Fit::cut);
  const std::size_t shown = limit == 0 ? q.incomplete.size() : std::min(limit, q.incomplete.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Incomplete& one = q.incomplete[i];
    table.row(
        {{sbom.display(one.component), Colour::bold}, {lacking_text(one), Colour::plain}, {sbom.pointer(one.component), Colour::dim}});
  }
  std::printf("\n");
  table.print(stdout, terminal_width(stdout));
  if (shown < q.incomplete.size()) std::printf("  … and %zu more (--limit 0 shows all)\n", q.incomplete.size() - shown);
}

void print_check(const std::string& path, const Sbom& sbom, const Quality& q, std::size_t limit) {
  const Grade g = grade(q);
  const Colour colour = g == Grade::good ? Colour::green : g == Grade::fair ? Colour::yellow : Colour::red;
  std::printf("%s  %s %s: %s, %.1f %% of %llu components complete\n", paint(stdout, Colour::bold, printable(path)).c_str(),
              std::string(to_string(sbom.form)).c_str(), printable(sbom.spec_version).c_str(), paint(stdout, colour, grade_name(g)).c_str(),
              percent(q.complete, q.counted), static_cast<unsigned long long>(q.counted));
  std::string lacks;
  if (!q.valid) lacks += "; not valid";
  if (!q.has_author) lacks += "; names no author";
  if (!q.has_timestamp) lacks += "; gives no time";
  if (!q.has_root) lacks += "; does not say what it describes";
  if (!lacks.empty()) std::printf("  %s\n", paint(stdout, Colour::red, lacks.substr(2)).c_str());
  print_fields(q);
  if (q.weak_hash_only > 0) std::printf("    only a weak hash (MD5, SHA-1 …): %llu\n", static_cast<unsigned long long>(q.weak_hash_only));
  print_issues(sbom, limit);
  print_incomplete(sbom, q, limit);
  std::printf("\n");
}

void print_bsi(const std::string& path, const Json& bsi, std::size_t limit) {
  std::printf("%s  BSI TR-03183-2: %s\n", paint(stdout, Colour::bold, printable(path)).c_str(),
              bsi["complete"].get<bool>() ? paint(stdout, Colour::green, "every required field").c_str()
                                          : paint(stdout, Colour::red, "required fields are lacking").c_str());
  for (const Json& name : bsi["document"]["lacking"]) std::printf("    the document lacks %s\n", name.get<std::string>().c_str());
  for (const Json& f : bsi["fields"])
    std::printf("    %-21s %-10s %s\n", f["field"].get<std::string>().c_str(), f["level"].get<std::string>().c_str(),
                f["expressible"].get<bool>() ? fmt::format("{} of {}", f["present"].get<std::uint64_t>(),
                                                           f["of"] == "document" ? 1 : bsi["components_counted"].get<std::uint64_t>())
                                                   .c_str()
                                             : "no place in this format");
  std::size_t shown = 0;
  for (const Json& c : bsi["components"]) {
    if (limit != 0 && shown++ == limit) break;
    std::printf("    %s %s lacks", c["pointer"].get<std::string>().c_str(), c["component"].get<std::string>().c_str());
    for (const Json& name : c["lacking"]) std::printf(" %s", name.get<std::string>().c_str());
    std::printf("\n");
  }
}

int run_bsi_check(const Context& context, const CheckOptions& options) {
  bool complete = true;
  Json documents = Json::array();
  for (const std::string& path : options.sboms) {
    const auto sbom = read_sbom(path);
    if (!sbom) return report(context, sbom.error());
    const auto quality = measure_bsi(*sbom);
    if (!quality) return report(context, quality.error());
    complete = complete && quality->complete() && sbom->valid();
    Json bsi{{"sbom", path}, {"valid", sbom->valid()}};
    bsi.update(bsi_json(*sbom, *quality));
    if (!context.json) print_bsi(path, bsi, options.limit);
    documents.push_back(std::move(bsi));
  }
  if (context.json) print_json({{"profile", "bsi-tr-03183-2"}, {"sboms", std::move(documents)}});
  return complete ? kOk : kFindings;
}

int run_supply_check(const Context& context, const CheckOptions& options) {
  if (options.profile == "bsi") return run_bsi_check(context, options);
  bool all_good = true;
  Json documents = Json::array();
  for (const std::string& path : options.sboms) {
    const auto sbom = read_sbom(path);
    if (!sbom) return report(context, sbom.error());
    const Quality q = measure_quality(*sbom);
    all_good = all_good && grade(q) == Grade::good;
    if (context.json)
      documents.push_back(quality_report(path, *sbom, q));
    else
      print_check(path, *sbom, q, options.limit);
  }
  if (context.json) print_json({{"sboms", std::move(documents)}});
  return all_good ? kOk : kFindings;
}

}  // namespace

void add_supply_check(CLI::App& supply, Context& context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = add_command(supply, context, "check", "measure how complete and valid SBOMs are", kSupplyCheckExamples,
                                  [&context, options] { return run_supply_check(context, *options); });
  command
      ->add_option("sbom", options->sboms,
                   "CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML) or SPDX 3.0 (JSON-LD)")
      ->required()
      ->type_name("SBOM");
  command->add_option("--limit", options->limit, "issues and components shown for each SBOM (0: all; default 10)")->type_name("N");
  command->add_option("--profile", options->profile, "what completeness means: ntia (default) or bsi (BSI TR-03183-2)")
      ->check(CLI::IsMember({"ntia", "bsi"}))
      ->type_name("NAME");
}

}  // namespace entente::cli
