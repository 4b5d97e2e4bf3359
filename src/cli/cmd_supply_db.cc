// `entente supply db`: compiles OSV advisories into the index that `supply scan` and `assess` map, brings one up to date, and says what one
// holds.
#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/assessment_files.h"
#include "cli/supply.h"
#include "cli/table.h"
#include "core/file_lock.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/index_update.h"

namespace entente::cli {
namespace {

using measures::p6_supply::AdvisoryIndex;
using measures::p6_supply::AdvisorySource;
using measures::p6_supply::BadSource;
using measures::p6_supply::build_updatable;
using measures::p6_supply::BuildReport;
using measures::p6_supply::IndexInfo;
using measures::p6_supply::update_index;

constexpr const char* kBuildExamples = R"(  entente supply db build -o advisories.idx npm-all.zip pypi-all.zip
      zips as osv.dev publishes them: https://storage.googleapis.com/osv-vulnerabilities/npm/all.zip
  entente supply db build -o advisories.idx Go.jsonl.zst our-own-advisories/
      a source is a folder or zip of .json, a .jsonl, a .jsonl.zst, a JSON array, or one record

The same records give the same bytes, in whatever order and files they come. A record that cannot be read, or a source without a
usable one, is named, counted and left out, and the exit code is 1: a vulnerability in it would be overlooked.)";
constexpr const char* kUpdateExamples = R"(  entente supply db build --updatable -o advisories.idx npm-all.zip
  entente supply db update advisories.idx npm-changed.jsonl
  entente supply db update advisories.idx npm-all.zip          everything once more: what is not newer changes nothing

Of one id the record with the later "modified" stays. The result is the same, byte by byte, as a build from all records. Needs the file
that --updatable wrote beside the index. One build or update of an index runs at a time: a second one gives up, exit code 2, or waits
with --wait.)";
constexpr const char* kInfoExamples = R"(  entente supply db info advisories.idx
  entente supply db info advisories.idx --json)";

Json info_json(const IndexInfo& info) {
  Json ecosystems = Json::object();
  for (const auto& [name, ecosystem] : info.ecosystems)
    ecosystems[name] = {{"packages", ecosystem.packages}, {"ordered", ecosystem.ordered}};
  return {{"digest", info.digest.str()},
          {"bytes", info.bytes},
          {"records", info.records},
          {"alias_groups", info.alias_groups},
          {"packages", info.packages},
          {"ranges", info.ranges},
          {"listed_versions", info.points},
          {"undecidable", info.undecidable},
          {"newest_modified", info.records == 0 ? Json() : Json(format_time(info.newest_modified))},
          {"ecosystems", std::move(ecosystems)}};
}

void print_info(const IndexInfo& info) {
  std::printf("  %llu advisories about %llu packages; %llu ranges, %llu listed versions; %.1f MB\n",
              static_cast<unsigned long long>(info.records), static_cast<unsigned long long>(info.packages),
              static_cast<unsigned long long>(info.ranges), static_cast<unsigned long long>(info.points),
              static_cast<double>(info.bytes) / 1e6);
  if (info.records > 0) std::printf("  newest change %s\n", format_time(info.newest_modified).c_str());
  if (info.undecidable > 0) {
    std::printf("  %llu entries cannot be decided from versions (commit ranges, no versions, an order not known here)\n",
                static_cast<unsigned long long>(info.undecidable));
  }
  std::printf("  %s\n", info.digest.str().c_str());
  Table table;
  table.column("ecosystem", Fit::cut);
  table.column("packages");
  table.column("version order");
  for (const auto& [name, ecosystem] : info.ecosystems) {
    table.row({{printable(name, 60), Colour::bold},
               {fmt::format("{}", ecosystem.packages), Colour::plain},
               ecosystem.ordered ? Cell{"known", Colour::green} : Cell{"not known: listed versions only", Colour::yellow}});
  }
  if (!table.empty()) {
    std::printf("\n");
    table.print(stdout, terminal_width(stdout));
  }
}

struct BuildOptions {
  std::vector<std::string> sources;
  std::string out;
  bool updatable = false;
  bool wait = false;
};

void print_bad(const BuildReport& report) {
  for (const Error& error : report.first_errors) {
    std::fprintf(stderr, "%s %s: %s\n", paint(stderr, Colour::yellow, "left out:").c_str(), printable(error.where.str()).c_str(),
                 printable(error.what).c_str());
  }
  if (report.bad > report.first_errors.size()) {
    std::fprintf(stderr, "  … and %llu more\n", static_cast<unsigned long long>(report.bad - report.first_errors.size()));
  }
}

int run_build(const Context& context, const BuildOptions& given) {
  std::vector<AdvisorySource> sources;
  for (const std::string& source : given.sources) sources.push_back(AdvisorySource::file(source));
  std::error_code ec;
  for (const std::string& source : given.sources)
    if (is_same_file(source, given.out) ||
        (std::filesystem::is_regular_file(given.out, ec) && given.out.ends_with(".json") &&
         is_inside(std::filesystem::weakly_canonical(given.out, ec), std::filesystem::weakly_canonical(source, ec))))
      return report(context, Error{"the output is one of the sources", {.file = given.out}, "name another file with -o"});
  const auto lock = FileLock::take(given.out, given.wait ? WhenLocked::wait : WhenLocked::fail);
  if (!lock) return report(context, lock.error());
  Progress progress(context.progress());
  const auto built = given.updatable ? build_updatable(sources, given.out, progress, BadSource::leave_out)
                                     : AdvisoryIndex::build(sources, given.out, progress, BadSource::leave_out);
  progress.done();
  if (!built) return report(context, built.error());
  if (context.json) {
    Json errors = Json::array();
    for (const Error& error : built->first_errors) errors.push_back({{"what", error.what}, {"where", error.where.str()}});
    print_json({{"index", given.out},
                {"read", built->read},
                {"bad", built->bad},
                {"first_errors", std::move(errors)},
                {"withdrawn", built->withdrawn},
                {"superseded", built->superseded},
                {"info", info_json(built->info)}});
  } else {
    print_bad(*built);
    if (!context.quiet) {
      std::printf("%s  %llu records read, %llu withdrawn, %llu superseded by a later version, %llu not understood\n",
                  paint(stdout, Colour::bold, printable(given.out)).c_str(), static_cast<unsigned long long>(built->read),
                  static_cast<unsigned long long>(built->withdrawn), static_cast<unsigned long long>(built->superseded),
                  static_cast<unsigned long long>(built->bad));
      print_info(built->info);
    }
  }
  return built->bad == 0 ? kOk : kFindings;
}

struct UpdateOptions {
  std::string index;
  std::vector<std::string> sources;
  bool wait = false;
};

int run_update(const Context& context, const UpdateOptions& given) {
  std::vector<AdvisorySource> sources;
  for (const std::string& source : given.sources) sources.push_back(AdvisorySource::file(source));
  std::error_code ec;
  if (!std::filesystem::exists(given.index, ec))
    return report(context, Error{"no such index", {.file = given.index}, "build it with `entente supply db build --updatable`"});
  const auto lock = FileLock::take(given.index, given.wait ? WhenLocked::wait : WhenLocked::fail);
  if (!lock) return report(context, lock.error());
  Progress progress(context.progress());
  const auto updated = update_index(given.index, sources, progress, BadSource::leave_out);
  progress.done();
  if (!updated) return report(context, updated.error());
  const BuildReport& built = updated->build;
  if (context.json) {
    Json errors = Json::array();
    for (const Error& error : built.first_errors) errors.push_back({{"what", error.what}, {"where", error.where.str()}});
    print_json({{"index", given.index},
                {"read", built.read},
                {"bad", built.bad},
                {"first_errors", std::move(errors)},
                {"added", updated->added},
                {"changed", updated->changed},
                {"withdrawn", updated->withdrawn},
                {"kept", updated->kept},
                {"info", info_json(built.info)}});
  } else {
    print_bad(built);
    if (!context.quiet) {
      std::printf("%s  %llu records read: %llu new, %llu changed, %llu withdrawn; %llu kept; %llu not understood\n",
                  paint(stdout, Colour::bold, printable(given.index)).c_str(), static_cast<unsigned long long>(built.read),
                  static_cast<unsigned long long>(updated->added), static_cast<unsigned long long>(updated->changed),
                  static_cast<unsigned long long>(updated->withdrawn), static_cast<unsigned long long>(updated->kept),
                  static_cast<unsigned long long>(built.bad));
      print_info(built.info);
    }
  }
  return built.bad == 0 ? kOk : kFindings;
}

int run_info(const Context& context, const std::string& path) {
  const auto index = AdvisoryIndex::open(path);
  if (!index) return report(context, index.error());
  if (context.json) {
    print_json({{"index", path}, {"info", info_json(index->info())}});
  } else {
    std::printf("%s\n", paint(stdout, Colour::bold, printable(path)).c_str());
    print_info(index->info());
    std::error_code ec;
    const bool updatable = std::filesystem::is_regular_file(measures::p6_supply::record_store_path(path), ec);
    std::printf("\n  %s\n", updatable ? "Its records lie beside it: `supply db update` can bring it up to date."
                                      : "Its records are not kept: rebuild it from all sources, with --updatable for updates.");
  }
  return kOk;
}

void add_index_wait(CLI::App& command, bool& wait) {
  command.add_flag("--wait", wait, "if another command is changing the index, wait for it instead of giving up");
}

}  // namespace

void add_supply_db(CLI::App& supply, Context& context) {
  CLI::App* group = add_command(supply, context, "db", "build, update and inspect the advisory index", "", {});
  group->require_subcommand(1);
  const auto build = std::make_shared<BuildOptions>();
  CLI::App* command = add_command(*group, context, "build", "compile OSV advisories into one index file", kBuildExamples,
                                  [&context, build] { return run_build(context, *build); });
  command->add_option("-o,--output", build->out, "the index file to write")->required()->type_name("FILE");
  command->add_option("source", build->sources, "folders, zips, .jsonl, .jsonl.zst or JSON files of OSV records")
      ->required()
      ->type_name("SOURCE");
  command->add_flag("--updatable", build->updatable, "keep the records beside the index, for `supply db update`");
  add_index_wait(*command, build->wait);
  const auto change = std::make_shared<UpdateOptions>();
  CLI::App* update = add_command(*group, context, "update", "merge new and changed OSV records into an index", kUpdateExamples,
                                 [&context, change] { return run_update(context, *change); });
  update->add_option("index", change->index, "an index built with --updatable")->required()->type_name("INDEX");
  update->add_option("source", change->sources, "folders, zips, .jsonl, .jsonl.zst or JSON files of OSV records")
      ->required()
      ->type_name("SOURCE");
  add_index_wait(*update, change->wait);
  const auto path = std::make_shared<std::string>();
  CLI::App* info =
      add_command(*group, context, "info", "what an index holds", kInfoExamples, [&context, path] { return run_info(context, *path); });
  info->add_option("index", *path, "an index file")->required()->type_name("FILE");
}

}  // namespace entente::cli
