// `entente supply portfolio`: thousands of SBOMs in one file, asked the other way round: who ships this package, whom does this advisory
// touch.
#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "cli/supply.h"
#include "cli/table.h"
#include "core/file.h"
#include "core/file_lock.h"
#include "core/terminal.h"
#include "core/time.h"
#include "core/utf8.h"
#include "measures/p6_supply/portfolio.h"
#include "measures/p6_supply/purl.h"

namespace entente::cli {
namespace {

using namespace measures::p6_supply;

constexpr const char* kPortfolioAddExamples = R"(  entente supply portfolio add all.portfolio sboms/*.cdx.json
  entente supply portfolio add all.portfolio release.spdx.json --name shop

An SBOM is kept under its file name without the ending, or under --name; one of the same name is replaced. The file is made if it is not there,
and replaced at once: a crash leaves the old one or the new one. While another command changes it, this one gives up, exit code 2, or waits
with --wait.)";
constexpr const char* kPortfolioAdvisoryExamples = R"(  entente supply portfolio advisory all.portfolio GHSA-jfh8-c2jp-5v3q.json
  entente supply portfolio advisory all.portfolio npm-changed.jsonl --json

Answers from what was added, without reading an SBOM again. Versions that cannot be decided are listed as such. Exit code 1 if an affected
version is shipped or a record could not be read.)";
constexpr const char* kPortfolioQueryExamples = R"(  entente supply portfolio query all.portfolio pkg:npm/lodash
  entente supply portfolio query all.portfolio pkg:pypi/django@4.2)";

struct PortfolioOptions {
  std::string file;
  std::vector<std::string> inputs;
  std::string name;
  bool wait = false;
};

// Held from reading the portfolio to writing it.
Result<FileLock> lock_portfolio(const PortfolioOptions& given) {
  return FileLock::take(given.file, given.wait ? WhenLocked::wait : WhenLocked::fail);
}

Result<Portfolio::Builder> load_builder(const std::string& file) {
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) return Portfolio::Builder();
  ENTENTE_TRY(const Portfolio portfolio, Portfolio::open(file));
  return Portfolio::Builder(portfolio);
}

struct AddedCounts {
  std::uint64_t first = 0, replaced = 0;
};
Result<AddedCounts> add_sboms(const PortfolioOptions& given, Progress& progress) {
  if (!given.name.empty() && given.inputs.size() != 1) return fail("--name is for one SBOM", {}, "add several without it");
  ENTENTE_TRY(const FileLock lock, lock_portfolio(given));
  ENTENTE_TRY(Portfolio::Builder builder, load_builder(given.file));
  AddedCounts counts;
  std::set<std::string> seen;
  progress.step("Reading SBOMs", given.inputs.size());
  for (const std::string& path : given.inputs) {
    const std::string name = given.name.empty() ? std::filesystem::path(path).stem().string() : given.name;
    if (!is_valid_utf8(name)) return fail("a name that is not UTF-8", {.file = path}, "give --name");
    if (!seen.insert(name).second)
      return fail("two of the SBOMs would be named \"" + name + "\"", {.file = path}, "add them one by one with --name");
    ENTENTE_TRY(const std::string text, read_file(path));
    ENTENTE_TRY(const Sbom sbom, parse_sbom(text, path));
    const auto added = builder.add(name, is_valid_utf8(path) ? path : printable(path, 4096), sha256(text), sbom, now());
    ++(added == Portfolio::Builder::Added::first ? counts.first : counts.replaced);
    progress.advance();
  }
  ENTENTE_CHECK(builder.write(given.file));
  return counts;
}

int run_portfolio_add(const Context& context, const PortfolioOptions& given) {
  Progress progress(context.progress());
  const auto counts = add_sboms(given, progress);
  progress.done();
  if (!counts) return report(context, counts.error());
  if (context.json)
    print_json({{"portfolio", given.file}, {"added", counts->first}, {"replaced", counts->replaced}});
  else if (!context.quiet)
    std::printf("%s  %llu added, %llu replaced\n", paint(stdout, Colour::bold, printable(given.file)).c_str(),
                static_cast<unsigned long long>(counts->first), static_cast<unsigned long long>(counts->replaced));
  return kOk;
}

int run_portfolio_remove(const Context& context, const PortfolioOptions& given) {
  std::error_code ec;
  if (!std::filesystem::exists(given.file, ec))
    return report(context, Error{"no such portfolio", {.file = given.file}, "make it with `entente supply portfolio add`"});
  const auto lock = lock_portfolio(given);
  if (!lock) return report(context, lock.error());
  const auto portfolio = Portfolio::open(given.file);
  if (!portfolio) return report(context, portfolio.error());
  Portfolio::Builder builder(*portfolio);
  for (const std::string& name : given.inputs)
    if (!builder.remove(name))
      return report(context, Error{"no SBOM of the name \"" + printable(name) + "\"",
                                   {.file = given.file},
                                   "`entente supply portfolio list` gives the names"});
  if (const auto written = builder.write(given.file); !written) return report(context, written.error());
  if (context.json)
    print_json({{"portfolio", given.file}, {"removed", given.inputs.size()}});
  else if (!context.quiet)
    std::printf("%s  %zu removed\n", paint(stdout, Colour::bold, printable(given.file)).c_str(), given.inputs.size());
  return kOk;
}

int run_portfolio_list(const Context& context, const PortfolioOptions& given) {
  const auto portfolio = Portfolio::open(given.file);
  if (!portfolio) return report(context, portfolio.error());
  Json rows = Json::array();
  Table table;
  table.column("name", Fit::cut);
  table.column("components");
  table.column("not evaluated");
  table.column("added");
  table.column("from", Fit::cut);
  for (std::uint32_t i = 0; i < portfolio->size(); ++i) {
    const PortfolioEntry e = portfolio->entry(i);
    if (context.json) {
      rows.push_back({{"name", e.name},
                      {"source", e.source},
                      {"digest", e.digest.str()},
                      {"added", format_time(e.added)},
                      {"components", e.components},
                      {"not_evaluated", e.not_evaluated}});
      continue;
    }
    table.row({{printable(e.name, 200), Colour::bold},
               {fmt::format("{}", e.components), Colour::plain},
               {fmt::format("{}", e.not_evaluated), e.not_evaluated == 0 ? Colour::plain : Colour::yellow},
               {format_date(e.added), Colour::plain},
               {printable(e.source, 200), Colour::dim}});
  }
  if (context.json) {
    print_json({{"portfolio", given.file}, {"packages", portfolio->packages()}, {"sboms", std::move(rows)}});
    return kOk;
  }
  if (!table.empty()) table.print(stdout, terminal_width(stdout));
  std::printf("  %zu SBOMs, %zu packages\n", portfolio->size(), portfolio->packages());
  return kOk;
}

int run_portfolio_query(const Context& context, const PortfolioOptions& given) {
  const auto portfolio = Portfolio::open(given.file);
  if (!portfolio) return report(context, portfolio.error());
  const auto purl = Purl::parse(given.name);
  if (!purl) return report(context, purl.error());
  const auto key = package_key(*purl);
  if (!key)
    return report(context,
                  Error{"no advisory ecosystem for pkg:" + purl->type, {}, "the portfolio keeps packages that advisories can name"});
  const std::string version = package_version(*purl);
  Json rows = Json::array();
  Table table;
  table.column("version", Fit::cut);
  table.column("shipped by", Fit::cut);
  const auto shipped =
      version.empty() ? portfolio->versions(key->ecosystem, key->name) : portfolio->versions(key->ecosystem, key->name, version);
  for (const PortfolioVersion& v : shipped) {
    for (const std::uint32_t entry : v.entries) {
      const std::string_view name = portfolio->entry(entry).name;
      if (context.json)
        rows.push_back({{"ecosystem", v.ecosystem}, {"package", v.name}, {"version", v.version}, {"sbom", name}});
      else
        table.row({{printable(v.version, 100), Colour::plain}, {printable(name, 200), Colour::bold}});
    }
  }
  if (context.json) {
    print_json({{"portfolio", given.file}, {"purl", purl->str()}, {"shipped", std::move(rows)}});
  } else if (table.empty()) {
    std::printf("  Nobody in this portfolio ships %s.\n", printable(purl->str()).c_str());
  } else {
    table.print(stdout, terminal_width(stdout));
  }
  return kOk;
}

// The advisories as records (they name the packages) and as an index (it decides versions).
struct Advised {
  std::vector<OsvRecord> records;
  AdvisoryIndex index;
  std::vector<Error> unreadable;
};
Result<Advised> read_advised(const std::vector<std::string>& paths, Progress& progress) {
  std::vector<AdvisorySource> sources;
  std::vector<OsvRecord> records;
  for (const std::string& path : paths) {
    sources.push_back(AdvisorySource::file(path));
    ENTENTE_TRY(const ReadReport read, read_advisories(sources.back(), [&](OsvRecord&& r) { records.push_back(std::move(r)); }, progress));
  }
  ENTENTE_TRY(AdvisoryIndex::Built built, AdvisoryIndex::build_bytes(sources, progress));
  ENTENTE_TRY(AdvisoryIndex index, AdvisoryIndex::from_memory(built.bytes));
  return Advised{std::move(records), std::move(index), std::move(built.report.first_errors)};
}

void print_portfolio_answer(const Portfolio& portfolio, const Advised& advised, const PortfolioAnswer& answer) {
  Table table;
  table.column("shipped by", Fit::cut);
  table.column("package", Fit::cut);
  table.column("version", Fit::cut);
  table.column("fixed in", Fit::cut);
  table.column("vulnerability", Fit::cut);
  for (const PortfolioHit& hit : answer.hits)
    for (const Match& match : hit.matches)
      for (const std::uint32_t entry : hit.version.entries)
        table.row({{printable(portfolio.entry(entry).name, 200), Colour::bold},
                   {printable(hit.version.name, 200), Colour::plain},
                   {printable(hit.version.version, 100), Colour::red},
                   {match.fixed().empty() ? std::string("-") : printable(match.fixed(), 100), Colour::green},
                   {printable(advised.index.record_id(match.record), 100), Colour::plain}});
  if (!table.empty()) table.print(stdout, terminal_width(stdout));
  std::printf("  %zu of %zu SBOMs ship an affected version.\n", answer.entries.size(), portfolio.size());
  if (answer.unsure.empty()) return;
  std::printf("\n  %s\n", paint(stdout, Colour::yellow, "Not decided (nothing is known about these):").c_str());
  for (const PortfolioVersion& v : answer.unsure)
    std::printf("    %s %s %s, shipped by %zu\n", printable(v.ecosystem).c_str(), printable(v.name).c_str(), printable(v.version).c_str(),
                v.entries.size());
}

Json portfolio_answer_json(const Portfolio& portfolio, const Advised& advised, const PortfolioAnswer& answer) {
  const auto shippers = [&](const PortfolioVersion& v) {
    Json names = Json::array();
    for (const std::uint32_t entry : v.entries) names.push_back(portfolio.entry(entry).name);
    return names;
  };
  Json hits = Json::array(), unsure = Json::array();
  for (const PortfolioHit& hit : answer.hits) {
    Json matches = Json::array();
    for (const Match& m : hit.matches)
      matches.push_back({{"id", advised.index.record_id(m.record)},
                         {"vulnerability", advised.index.record(m.record).group},
                         {"range", m.range()},
                         {"fixed", m.fixed()}});
    hits.push_back({{"ecosystem", hit.version.ecosystem},
                    {"package", hit.version.name},
                    {"version", hit.version.version},
                    {"matches", std::move(matches)},
                    {"sboms", shippers(hit.version)}});
  }
  for (const PortfolioVersion& v : answer.unsure)
    unsure.push_back({{"ecosystem", v.ecosystem}, {"package", v.name}, {"version", v.version}, {"sboms", shippers(v)}});
  return {{"sboms", portfolio.size()},
          {"affected_sboms", answer.entries.size()},
          {"affected", std::move(hits)},
          {"not_decided", std::move(unsure)}};
}

int run_portfolio_advisory(const Context& context, const PortfolioOptions& given) {
  const auto portfolio = Portfolio::open(given.file);
  if (!portfolio) return report(context, portfolio.error());
  Progress progress(context.progress());
  const auto advised = read_advised(given.inputs, progress);
  progress.done();
  if (!advised) return report(context, advised.error());
  for (const Error& error : advised->unreadable)
    std::fprintf(stderr, "%s %s: %s\n", paint(stderr, Colour::yellow, "left out:").c_str(), printable(error.where.str()).c_str(),
                 printable(error.what).c_str());
  const PortfolioAnswer answer = portfolio->who_ships(advised->index, advised->records);
  if (context.json)
    print_json(portfolio_answer_json(*portfolio, *advised, answer));
  else
    print_portfolio_answer(*portfolio, *advised, answer);
  return answer.hits.empty() && advised->unreadable.empty() ? kOk : kFindings;
}

void add_portfolio_wait(CLI::App& command, bool& wait) {
  command.add_flag("--wait", wait, "if another command is changing the portfolio, wait for it instead of giving up");
}

}  // namespace

void add_supply_portfolio(CLI::App& supply, Context& context) {
  CLI::App* group = add_command(supply, context, "portfolio", "many SBOMs in one file: who ships what an advisory is about", "", {});
  group->require_subcommand(1);
  const auto subcommand = [&](const char* name, const char* description, const char* examples,
                              int (*run)(const Context&, const PortfolioOptions&)) {
    const auto options = std::make_shared<PortfolioOptions>();
    CLI::App* command =
        add_command(*group, context, name, description, examples, [&context, options, run] { return run(context, *options); });
    command->add_option("portfolio", options->file, "the portfolio file")->required()->type_name("PORTFOLIO");
    return std::pair(command, options);
  };
  const auto [add, added] = subcommand("add", "add SBOMs, or replace them by newer ones", kPortfolioAddExamples, run_portfolio_add);
  add->add_option("sbom", added->inputs, "SBOMs, in any format `supply scan` reads")->required()->type_name("SBOM");
  add->add_option("--name", added->name, "what to call the SBOM (default: its file's name without the ending)")->type_name("NAME");
  add_portfolio_wait(*add, added->wait);
  const auto [remove, removed] =
      subcommand("remove", "forget SBOMs", "  entente supply portfolio remove all.portfolio shop", run_portfolio_remove);
  remove->add_option("name", removed->inputs, "names as `list` gives them")->required()->type_name("NAME");
  add_portfolio_wait(*remove, removed->wait);
  subcommand("list", "the SBOMs of a portfolio", "  entente supply portfolio list all.portfolio --json", run_portfolio_list);
  const auto [query, queried] = subcommand("query", "who ships this package", kPortfolioQueryExamples, run_portfolio_query);
  query->add_option("purl", queried->name, "a package URL, with or without a version")->required()->type_name("PURL");
  const auto [advisory, asked] =
      subcommand("advisory", "who ships what these advisories affect", kPortfolioAdvisoryExamples, run_portfolio_advisory);
  advisory->add_option("source", asked->inputs, "OSV records: .json, .jsonl, .jsonl.zst, zip or folder")->required()->type_name("SOURCE");
}

}  // namespace entente::cli
