// `entente supply scan`: matches SBOMs with an advisory index and prints what is open, worst first; with --explain also why, and
// through which dependency. `entente supply check`, beside it in cmd_supply_check.cc, measures the SBOM itself.
#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/supply.h"
#include "cli/supply_report.h"
#include "cli/table.h"
#include "core/terminal.h"
#include "core/time.h"
#include "core/utf8.h"
#include "measures/p6_supply/explain.h"
#include "measures/p6_supply/priority.h"

namespace entente::cli {
namespace {

using namespace measures::p6_supply;

constexpr const char* kSupplyScanExamples = R"(  entente supply db build -o advisories.idx osv/npm.zip osv/PyPI.zip
  entente supply scan bom.json --db advisories.idx
  entente supply scan *.cdx.json app.spdx.json --db advisories.idx --kev known_exploited_vulnerabilities.json
  entente supply scan bom.json --db osv/Go.jsonl.zst --explain     raw OSV records work too, compiled in memory
  entente supply scan bom.json --db advisories.idx --fail-on critical --json > report.json
  entente supply scan bom.json --db advisories.idx --format sarif > report.sarif        also cyclonedx-vdr, csv
  entente supply scan bom.json --db advisories.idx --kev kev.json --epss epss_scores.csv.gz --ssvc ssvc.csv --exposed yes
  entente supply scan bom.json --db advisories.idx --vex maker.openvex.json --explain   what its maker has settled, what did not apply

Matches are listed worst first: on KEV, then by CVSS score. A component that cannot be judged (no purl, an ecosystem without
advisories …) is counted as "not evaluated", never as clean. --fail-on not-evaluated asks for any match and for any such component or undecided record.
Exit code 1 if there is what --fail-on asks for, or advisories could not be read; 2 if of an SBOM nothing could be judged.)";

enum class ReportFormat { table, json, sarif, vdr, csv };
const std::map<std::string, ReportFormat> kReportFormats{{"table", ReportFormat::table},
                                                         {"json", ReportFormat::json},
                                                         {"sarif", ReportFormat::sarif},
                                                         {"cyclonedx-vdr", ReportFormat::vdr},
                                                         {"csv", ReportFormat::csv}};
const std::map<std::string, Known> kExposure{{"yes", Known::yes}, {"no", Known::no}, {"unknown", Known::unknown}};

struct ScanOptions {
  std::vector<std::string> sboms;
  std::vector<std::string> databases;
  std::string kev, epss, ssvc;
  std::vector<std::string> vex, vex_keys;
  Known exposed = Known::unknown;
  std::string at;
  std::string fail_on = "low";
  ReportFormat format = ReportFormat::table;
  std::size_t limit = 50;
  bool explain = false;
};

// An index file, or a source of OSV records to be compiled in memory.
Result<AdvisoryIndex> open_database(const std::string& path, Progress& progress, std::vector<Error>& unreadable) {
  const std::filesystem::path file(path);
  std::error_code ec;
  const std::string ending = file.extension().string();
  const bool raw =
      std::filesystem::is_directory(file, ec) || ending == ".json" || ending == ".jsonl" || ending == ".zst" || ending == ".zip";
  if (!raw) return AdvisoryIndex::open(file);
  progress.step("Compiling " + path);
  const AdvisorySource source = AdvisorySource::file(file);
  ENTENTE_TRY(AdvisoryIndex::Built built, AdvisoryIndex::build_bytes(std::span(&source, 1), progress));
  for (Error& error : built.report.first_errors) unreadable.push_back(std::move(error));
  if (built.report.bad > built.report.first_errors.size())
    unreadable.push_back({.what = fmt::format("{} more records could not be read", built.report.bad - built.report.first_errors.size()),
                          .where = {.file = path},
                          .hint = {}});
  return AdvisoryIndex::from_memory(built.bytes, path);
}

struct Inputs {
  std::vector<AdvisoryIndex> indexes;
  std::vector<Error> unreadable;  // advisories that could not be read: a vulnerability in them would be overlooked
  std::optional<KevCatalog> kev;
  std::optional<EpssScores> epss;
  std::optional<SsvcTable> ssvc;
  std::vector<VexDocument> vex;
  VexTrust vex_trust = VexTrust::given;
  Instant at;
};

Result<void> read_vex_documents(const ScanOptions& options, Inputs& inputs) {
  std::vector<keys::VerifierKey> trusted;
  for (const std::string& path : options.vex_keys) {
    ENTENTE_TRY(keys::VerifierKey key, keys::read_verifier_key(path));
    trusted.push_back(std::move(key));
  }
  if (!trusted.empty()) inputs.vex_trust = VexTrust::keys;
  for (const std::string& path : options.vex) {
    ENTENTE_TRY(VexDocument document, read_vex(path, trusted));
    if (document.statements.empty() && document.problems.empty())
      document.problems.push_back(
          {.what = "no statement about a vulnerability is in it, so it settles nothing", .where = {.file = path}, .hint = {}});
    inputs.vex.push_back(std::move(document));
  }
  return {};
}

Result<Inputs> read_inputs(const ScanOptions& options, Progress& progress) {
  Inputs inputs;
  if (options.at.empty()) {
    inputs.at = now();
  } else {
    ENTENTE_TRY(const Instant at, parse_time_option("--at", options.at));
    inputs.at = at;
  }
  for (const std::string& path : options.databases) {
    ENTENTE_TRY(AdvisoryIndex index, open_database(path, progress, inputs.unreadable));
    inputs.indexes.push_back(std::move(index));
  }
  if (!options.kev.empty()) {
    ENTENTE_TRY(KevCatalog kev, KevCatalog::read(options.kev));
    inputs.kev = std::move(kev);
  }
  if (!options.epss.empty()) {
    ENTENTE_TRY(EpssScores epss, EpssScores::read(options.epss));
    inputs.epss = std::move(epss);
  }
  if (!options.ssvc.empty()) {
    ENTENTE_TRY(SsvcTable ssvc, SsvcTable::read(options.ssvc));
    inputs.ssvc = std::move(ssvc);
  }
  ENTENTE_CHECK(read_vex_documents(options, inputs));
  return inputs;
}

// One SBOM, read and scanned.
struct Scanned {
  std::string path;
  Sbom sbom;
  ScanResult result;
  std::vector<Priority> priorities;  // empty: no table was given
  std::optional<VexOutcome> vex;
};

ScanReport report_of(const Scanned& scanned, const Inputs& inputs, const ScanOptions& options) {
  return {.path = is_valid_utf8(scanned.path) ? scanned.path : printable(scanned.path, 4096),
          .sbom = scanned.sbom,
          .result = scanned.result,
          .indexes = inputs.indexes,
          .priorities = scanned.priorities,
          .epss = inputs.epss ? &*inputs.epss : nullptr,
          .bod = inputs.ssvc.has_value() || options.exposed != Known::unknown,
          .at = inputs.at,
          .vex_documents = inputs.vex,
          .vex = scanned.vex ? &*scanned.vex : nullptr,
          .unreadable = inputs.unreadable};
}

// Whether this match is one that --fail-on asks for. A match without a score counts as low: only "low" catches it.
bool fails(const Advisory& advisory, const std::string& fail_on) {
  if (fail_on == "never") return false;
  if (fail_on == "kev") return advisory.kev != nullptr;  // "low" and "not-evaluated": any match
  const Severity severity = advisory.severity().value_or(Severity::low);
  const Severity least = fail_on == "critical" ? Severity::critical
                         : fail_on == "high"   ? Severity::high
                         : fail_on == "medium" ? Severity::medium
                                               : Severity::none;
  return severity >= least;
}

// What VEX has settled does not fail.
bool fails_any(const ScanReport& scan, const std::string& fail_on) {
  for (std::uint32_t i = 0; i < scan.result.vulnerabilities.size(); ++i)
    if (!scan.suppressed(i) && fails(scan.result.advisories[scan.result.vulnerabilities[i].advisory], fail_on)) return true;
  return false;
}

Colour colour_of(const Advisory& advisory) {
  const auto severity = advisory.severity();
  if (advisory.kev != nullptr || severity == Severity::critical || severity == Severity::high) return Colour::red;
  return severity == Severity::medium ? Colour::yellow : Colour::plain;
}

void print_supply_scan_table(const ScanReport& scan, const std::vector<std::uint32_t>& order, std::size_t limit) {
  const Sbom& sbom = scan.sbom;
  const ScanResult& r = scan.result;
  Table table;
  table.column("severity");
  table.column("CVSS");
  table.column("KEV due");
  if (scan.epss != nullptr) table.column("EPSS");
  if (scan.bod) table.column("BOD 26-04", Fit::cut);
  table.column("component", Fit::cut);
  table.column("version", Fit::cut);
  table.column("fixed in", Fit::cut);
  table.column("vulnerability", Fit::cut);
  const std::size_t shown = limit == 0 ? order.size() : std::min(limit, order.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Vulnerability& v = r.vulnerabilities[order[i]];
    const Advisory& a = r.advisories[v.advisory];
    const Component& c = sbom.components[v.component];
    std::string name = c.group.empty() ? std::string(c.name) : std::string(c.group) + "/" + std::string(c.name);
    std::string due = a.kev == nullptr ? "" : format_date(a.kev->due_date);
    const Colour due_colour = a.kev != nullptr && days_overdue(*a.kev, scan.at) > 0 ? Colour::red : Colour::yellow;
    std::vector<Cell> row{{std::string(severity_word(a)), colour_of(a)},
                          {a.score ? fmt::format("{:.1f}", a.score->score.value()) : std::string("-"), Colour::plain},
                          {due, due_colour}};
    if (scan.epss != nullptr) {
      const auto& epss = scan.priorities[v.advisory].epss;
      row.push_back({epss ? fmt::format("{:.1f} %", epss->probability * 100) : std::string("-"), Colour::plain});
    }
    if (scan.bod) row.push_back({bod_column(scan, v), Colour::plain});
    row.push_back({printable(name, 200), Colour::bold});
    row.push_back({printable(c.version, 100), Colour::plain});
    row.push_back({v.fixed.empty() ? std::string("-") : printable(v.fixed, 100), Colour::green});
    row.push_back({printable(a.name, 100), Colour::plain});
    table.row(std::move(row));
  }
  if (!table.empty()) table.print(stdout, terminal_width(stdout));
  if (shown < order.size()) std::printf("  … and %zu more (--limit 0 shows all)\n", order.size() - shown);
}

void print_explanations(const Sbom& sbom, const ScanResult& r, const std::vector<std::uint32_t>& order, const Inputs& inputs,
                        std::size_t limit) {
  const std::size_t shown = limit == 0 ? order.size() : std::min(limit, order.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Vulnerability& v = r.vulnerabilities[order[i]];
    const Advisory& a = r.advisories[v.advisory];
    std::printf("\n  %s in %s\n", paint(stdout, Colour::bold, printable(a.name)).c_str(), sbom.display(v.component).c_str());
    if (!a.summary.empty()) std::printf("    %s\n", printable(a.summary).c_str());
    const AskedPackage asked = asked_package(sbom.components[v.component]);
    for (const RecordMatch& m : r.records_of(v))
      std::printf("    because of %s, affected %s: %s\n", printable(inputs.indexes[m.index].record(m.match.record).id).c_str(),
                  printable(m.match.range()).c_str(), printable(explain_match(m.match, asked.version, asked.ecosystem)).c_str());
    if (const auto path = path_to(r.reached, v.component); path.size() > 1) {
      std::string text;
      for (const std::uint32_t step : path) text += (text.empty() ? "" : " > ") + sbom.display(step);
      std::printf("    comes in by %s\n", text.c_str());
    }
    std::printf("    at %s\n", sbom.pointer(v.component).c_str());
  }
}

void print_not_evaluated(const Sbom& sbom, const ScanResult& r, bool explain) {
  std::map<std::string, std::uint64_t> reasons;
  for (const NotEvaluated& n : r.not_evaluated) {
    const bool name_it = n.why == NotEvaluatedWhy::ecosystem_not_in_index || n.why == NotEvaluatedWhy::no_ecosystem;
    ++reasons[std::string(why_text(n.why)) + (name_it ? " (" + n.detail + ")" : "")];
  }
  if (reasons.empty() && r.undecided.empty()) return;
  std::printf("\n  %s\n", paint(stdout, Colour::yellow, "Not evaluated (nothing is known about these):").c_str());
  for (const auto& [reason, count] : reasons) std::printf("    %6llu  %s\n", static_cast<unsigned long long>(count), reason.c_str());
  if (!r.undecided.empty()) std::printf("    %6zu  advisory records that could not be decided\n", r.undecided.size());
  if (!explain) return;
  for (const NotEvaluated& n : r.not_evaluated)
    std::printf("    %s: %s%s\n", sbom.display(n.component).c_str(), std::string(why_text(n.why)).c_str(),
                n.detail.empty() ? "" : (": " + n.detail).c_str());
}

void print_vex_lines(const ScanReport& scan, const std::vector<std::uint32_t>& matches, std::size_t limit) {
  const std::size_t shown = limit == 0 ? matches.size() : std::min(limit, matches.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Vulnerability& v = scan.result.vulnerabilities[matches[i]];
    std::printf("    %s in %s: %s\n", printable(scan.result.advisories[v.advisory].name).c_str(), scan.sbom.display(v.component).c_str(),
                vex_text(scan, matches[i]).c_str());
  }
  if (shown < matches.size()) std::printf("    … and %zu more (--limit 0 shows all)\n", matches.size() - shown);
}

// What was settled, what is said of the open ones, and what did not apply: by reason, each statement with --explain.
void print_vex(const ScanReport& scan, std::vector<std::uint32_t> open, const std::vector<std::uint32_t>& settled,
               const ScanOptions& options) {
  std::erase_if(open, [&](std::uint32_t i) { return scan.verdict(i) == nullptr; });
  if (!settled.empty()) {
    std::printf("\n  %s\n", paint(stdout, Colour::green, fmt::format("Settled by VEX ({}):", settled.size())).c_str());
    print_vex_lines(scan, settled, options.limit);
  }
  if (!open.empty()) {
    std::printf("\n  %s\n", paint(stdout, Colour::yellow, "Still open, says VEX:").c_str());
    print_vex_lines(scan, open, options.limit);
  }
  std::map<std::string_view, std::uint64_t> reasons;
  for (const UnusedStatement& u : scan.vex->unused) ++reasons[why_text(u.why)];
  if (!reasons.empty()) std::printf("\n  VEX statements that suppressed nothing:\n");
  for (const auto& [reason, count] : reasons)
    std::printf("    %6llu  %s\n", static_cast<unsigned long long>(count), std::string(reason).c_str());
  for (std::size_t i = 0; options.explain && i < scan.vex->unused.size(); ++i) {
    const UnusedStatement& u = scan.vex->unused[i];
    const VexStatement& s = scan.statement(u.statement);
    std::printf("    %s of %s (%s, %s): %s\n", printable(s.vulnerabilities[0], 100).c_str(), printable(s.product.display(), 200).c_str(),
                printable(scan.vex_documents[u.statement.document].name, 200).c_str(), printable(s.pointer, 200).c_str(),
                std::string(why_text(u.why)).c_str());
  }
}

void print_scan(const ScanReport& scan, const Inputs& inputs, const ScanOptions& options) {
  const Sbom& sbom = scan.sbom;
  const ScanResult& r = scan.result;
  std::printf("%s  %s %s, %llu components looked at, %llu evaluated\n", paint(stdout, Colour::bold, printable(scan.path)).c_str(),
              std::string(to_string(sbom.format)).c_str(), printable(sbom.spec_version).c_str(),
              static_cast<unsigned long long>(r.components), static_cast<unsigned long long>(r.evaluated));
  std::vector<std::uint32_t> order = worst_first(r);
  std::vector<std::uint32_t> settled;
  std::copy_if(order.begin(), order.end(), std::back_inserter(settled), [&](std::uint32_t i) { return scan.suppressed(i); });
  std::erase_if(order, [&](std::uint32_t i) { return scan.suppressed(i); });
  if (!order.empty()) std::printf("\n");
  print_supply_scan_table(scan, order, options.limit);
  if (options.explain) print_explanations(sbom, r, order, inputs, options.limit);
  if (scan.vex != nullptr) print_vex(scan, order, settled, options);
  print_not_evaluated(sbom, r, options.explain);
  if (scan.epss != nullptr) std::printf("\n  EPSS scores of %s\n", format_date(scan.epss->score_date()).c_str());
  const ScanResult left = without_settled(scan);
  std::printf("\n  %s\n", scan_summary(left, settled.size()).c_str());
  if (const auto upgrade = best_upgrade(sbom, inputs.indexes, left); upgrade && upgrade->removes > 0) {
    std::string text =
        fmt::format("update {} to {}: removes {} of {}", sbom.display(upgrade->component), printable(upgrade->version), upgrade->removes,
                    left.vulnerabilities.size() == 1 ? "1 match" : fmt::format("{} matches", left.vulnerabilities.size()));
    if (upgrade->removes_kev > 0) text += fmt::format(", {} on KEV", upgrade->removes_kev);
    std::printf("  %s %s\n", paint(stdout, Colour::cyan, "Next:").c_str(), text.c_str());
  }
  std::printf("\n");
}

void print_unreadable(const Inputs& inputs) {
  for (const Error& error : inputs.unreadable)
    std::fprintf(stderr, "%s %s: %s\n", paint(stderr, Colour::yellow, "left out:").c_str(), printable(error.where.str()).c_str(),
                 printable(error.what).c_str());
  for (const VexDocument& document : inputs.vex)
    for (const Error& error : document.problems)
      std::fprintf(stderr, "%s %s: %s\n", paint(stderr, Colour::yellow, "VEX:").c_str(), printable(error.where.str()).c_str(),
                   printable(error.what).c_str());
}

void print_scan_json(const std::vector<ScanReport>& scans, const Inputs& inputs, Explain explain) {
  Json unreadable = Json::array();
  for (const Error& error : inputs.unreadable) unreadable.push_back({{"what", error.what}, {"where", error.where.str()}});
  std::printf("{\"at\":\"%s\",\"unreadable_advisories\":%s,\"sboms\":[", format_time(inputs.at).c_str(), json_compact(unreadable).c_str());
  for (std::size_t i = 0; i < scans.size(); ++i) {
    std::printf("%s\n", i == 0 ? "" : ",");
    write_scan_json(stdout, scans[i], explain);
  }
  std::printf("]}\n");
}

void print_reports(const std::vector<ScanReport>& scans, const Inputs& inputs, const ScanOptions& options) {
  if (options.format != ReportFormat::json) print_unreadable(inputs);
  switch (options.format) {
    case ReportFormat::table:
      for (const ScanReport& scan : scans) print_scan(scan, inputs, options);
      return;
    case ReportFormat::json: return print_scan_json(scans, inputs, options.explain ? Explain::yes : Explain::no);
    case ReportFormat::sarif: return write_sarif(stdout, scans);
    case ReportFormat::vdr: return write_vdr(stdout, scans.front());
    case ReportFormat::csv: return write_scan_csv(stdout, scans);
  }
}

// The inputs, and every SBOM scanned. All are read before anything is printed: an error must not leave half a document behind.
Result<std::pair<Inputs, std::vector<Scanned>>> scan_all(const ScanOptions& options, Progress& progress) {
  if (options.format == ReportFormat::vdr && options.sboms.size() != 1)
    return fail("a CycloneDX VDR is about one SBOM", {}, "run the command once for each SBOM, or use --format sarif");
  ENTENTE_TRY(Inputs inputs, read_inputs(options, progress));
  std::vector<Scanned> scanned;
  const PrioritySources sources{.kev = inputs.kev ? &*inputs.kev : nullptr,
                                .epss = inputs.epss ? &*inputs.epss : nullptr,
                                .ssvc = inputs.ssvc ? &*inputs.ssvc : nullptr,
                                .exposed = options.exposed};
  const bool prioritise = sources.epss != nullptr || sources.ssvc != nullptr || sources.exposed != Known::unknown;
  for (const std::string& path : options.sboms) {
    progress.step("Reading " + path);
    ENTENTE_TRY(Sbom sbom, read_sbom(path, {.schema = SchemaCheck::off}));
    progress.step("Scanning " + path);
    ScanResult result = scan(sbom, inputs.indexes, sources.kev);
    std::vector<Priority> of_each = prioritise ? priorities(result, sources) : std::vector<Priority>();
    std::optional<VexOutcome> vex;
    if (!inputs.vex.empty()) vex = apply_vex(sbom, result, inputs.vex, inputs.vex_trust);
    scanned.push_back({path, std::move(sbom), std::move(result), std::move(of_each), std::move(vex)});
  }
  return std::pair(std::move(inputs), std::move(scanned));
}

// The words an option takes. (CLI11's own transformer would show the values behind them, as bytes.)
template <typename Map>
std::vector<std::string> words_of(const Map& map) {
  std::vector<std::string> out;
  for (const auto& [word, value] : map) out.push_back(word);
  return out;
}

int run_supply_scan(const Context& context, ScanOptions options) {
  if (context.json) options.format = ReportFormat::json;
  Progress progress(context.progress());
  const auto all = scan_all(options, progress);
  progress.done();
  if (!all) return report(context, all.error());
  const auto& [inputs, scanned] = *all;
  std::vector<ScanReport> reports;
  bool found = !inputs.unreadable.empty();
  bool nothing = false;  // of an SBOM no component could be judged; one without any says as little
  for (const Scanned& one : scanned) {
    reports.push_back(report_of(one, inputs, options));
    const ScanResult& r = one.result;
    nothing = nothing || r.evaluated == 0;
    found = found || (options.fail_on == "not-evaluated" && (!r.not_evaluated.empty() || !r.undecided.empty())) ||
            fails_any(reports.back(), options.fail_on);
  }
  print_reports(reports, inputs, options);
  if (nothing)
    std::fprintf(stderr, "%s of at least one SBOM not a single component could be judged; that is not \"clean\"\n",
                 paint(stderr, Colour::red, "error:").c_str());
  return nothing ? kError : found ? kFindings : kOk;
}

}  // namespace

void add_supply_scan(CLI::App& supply, Context& context) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* command = add_command(supply, context, "scan", "match SBOMs with advisories: what is affected, what repairs it",
                                  kSupplyScanExamples, [&context, options] { return run_supply_scan(context, *options); });
  command
      ->add_option("sbom", options->sboms,
                   "CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML) or SPDX 3.0 (JSON-LD)")
      ->required()
      ->type_name("SBOM");
  command->add_option("--db", options->databases, "advisory index, or OSV records (.zip, .jsonl, .jsonl.zst, .json, folder)")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FILE");
  command->add_option("--kev", options->kev, "CISA's known exploited vulnerabilities, JSON")->type_name("FILE");
  command->add_option("--epss", options->epss, "EPSS scores as FIRST publishes them (CSV, also .gz)")->type_name("FILE");
  command->add_option("--ssvc", options->ssvc, "CSV with cve,automatable,technical_impact: for the deadlines of CISA's BOD 26-04")
      ->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--exposed", [options](const std::string& word) { options->exposed = kExposure.at(word); },
          "whether the product can be reached from the internet (for BOD 26-04)")
      ->check(CLI::IsMember(words_of(kExposure)))
      ->type_name("WORD");
  command->add_option("--vex", options->vex, "what makers say: OpenVEX, CSAF or CycloneDX; matches it settles do not count")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FILE");
  command->add_option("--vex-key", options->vex_keys, "only VEX in an envelope signed by one of these keys counts (vkey file)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--format", [options](const std::string& word) { options->format = kReportFormats.at(word); },
          "table (default), json, sarif, cyclonedx-vdr or csv")
      ->check(CLI::IsMember(words_of(kReportFormats)))
      ->type_name("FORMAT");
  command->add_option("--at", options->at, "judge dates at this time (RFC 3339 time or date; default: now)")->type_name("TIME");
  command->add_option("--fail-on", options->fail_on, "exit 1 from this severity on (default low: any match)")
      ->check(CLI::IsMember({"low", "medium", "high", "critical", "kev", "not-evaluated", "never"}))
      ->type_name("LEVEL");
  command->add_option("--limit", options->limit, "rows shown for each SBOM (0: all; default 50)")->check(whole_number())->type_name("N");
  command->add_flag("--explain", options->explain, "say for each match why, and through which dependency it came in");
  add_supply_check(supply, context);
}

}  // namespace entente::cli
