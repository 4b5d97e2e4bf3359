// `entente evidence`: bundles made, checked, listed, packed and unpacked from the command line. A folder given as an item is taken
// with every file below it. Where no time is given, a file's own modification time stands as the time of collection, not the time
// of the call: taking an old file into a bundle must not make it look fresh.
#include <fmt/format.h>
#include <sys/stat.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/cli.h"
#include "cli/table.h"
#include "core/ascii.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/time.h"
#include "core/utf8.h"
#include "evidence/bundle.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEvidenceExamples = R"(  entente evidence create bundle/ --item sbom.cyclonedx=bom.json --item kev=kev.json
  entente evidence verify bundle/              names every changed, missing or extra file
  entente evidence list bundle.tar.zst
  entente evidence pack bundle/ bundle.tar.zst
  entente evidence unpack bundle.tar.zst copy/)";

constexpr const char* kCreateExamples = R"(  entente evidence create bundle/ --item sbom.cyclonedx=build/bom.json --item advisories.osv=osv/
      build/bom.json becomes sbom.cyclonedx/bom.json, each file below osv/ becomes advisories.osv/<path>
  entente evidence create bundle/ --item kev=kev.json --collected-at 2026-11-24T08:00:00Z

An item's kind says what it is (sbom.cyclonedx, sbom.spdx, advisories.osv, kev, profile ...). Without --collected-at a file's
modification time stands as the time it was collected (a download or a git checkout may have set it anew).)";

constexpr const char* kVerifyExamples = R"(  entente evidence verify bundle/
  entente evidence verify bundle.tar.zst --json

Exit 0: the bundle is what its manifest says. Exit 1: it is not; every difference is named. Who made it is another question:
`entente verify` checks the signature over its digest.)";

constexpr const char* kEvidenceListExamples = R"(  entente evidence list bundle/
  entente evidence list bundle.tar.zst --json)";
constexpr const char* kPackExamples = R"(  entente evidence pack bundle/ bundle.tar.zst
      the same bundle gives the same bytes; files are checked on the way)";
constexpr const char* kUnpackExamples = R"(  entente evidence unpack bundle.tar.zst bundle/
      refuses links, paths that lead out, and every byte the manifest does not announce)";

// One word a command gets: paths and items.
struct EvidenceGiven {
  std::string from, to, collected_at;
  std::vector<std::string> items;
};

Result<Instant> modified_at(const fs::path& path) {
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0)
    return fail(fmt::format("cannot stat: {}", std::strerror(errno)), {.file = path.string()}, errno == ENOENT ? "check the path" : "");
  return Instant{std::chrono::seconds{st.st_mtim.tv_sec}};
}

// "kind=path" as the items it stands for.
Result<std::vector<evidence::Item>> expand(const std::string& word, const std::optional<Instant>& collected_at) {
  const std::size_t equals = word.find('=');
  const std::string kind = word.substr(0, equals);
  if (equals != std::string::npos && equals + 1 < word.size() && !evidence::is_valid_kind(kind) && evidence::is_valid_kind(lower(kind)))
    return fail(fmt::format("\"{}\" is no kind: kinds are written in lower case", printable(kind)), {},
                fmt::format("write --item {}={}", lower(kind), word.substr(equals + 1)));
  if (equals == std::string::npos || equals + 1 == word.size() || !evidence::is_valid_kind(kind))
    return fail(fmt::format("\"{}\" is not KIND=PATH", printable(word)), {}, "for example --item sbom.cyclonedx=bom.json");
  const fs::path path = word.substr(equals + 1);
  std::vector<std::pair<fs::path, std::string>> files;  // on disk, below the kind's folder
  std::error_code ec;
  if (fs::is_directory(path, ec)) {
    ENTENTE_TRY(const auto below, list_files(path, evidence::BundleLimits{}.max_files));
    for (const std::string& file : below) files.emplace_back(path / file, file);
  } else {
    files.emplace_back(path, path.filename().string());
  }
  std::vector<evidence::Item> out;
  for (const auto& [from, name] : files) {
    ENTENTE_TRY(const Instant at, collected_at ? Result<Instant>(*collected_at) : modified_at(from));
    out.push_back({kind, from, kind + "/" + name, "", at, from.string()});
  }
  return out;
}

std::string bytes_text(std::uint64_t n) {
  if (n < 10'000) return fmt::format("{} B", n);
  if (n < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(n) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(n) / 1e6);
}

std::uint64_t total_bytes(const evidence::Bundle& bundle) {
  std::uint64_t out = 0;
  for (const auto& entry : bundle.entries()) out += entry.size;
  return out;
}

void print_bundle(const Context& context, std::string_view done, const evidence::Bundle& bundle, const std::string& where) {
  if (context.json) {
    Json out = Json::object();
    out["bundle"] = where;
    out["digest"] = bundle.digest().str();
    out["files"] = bundle.entries().size();
    out["bytes"] = total_bytes(bundle);
    print_json(out);
  } else if (!context.quiet) {
    std::printf("%s %s: %zu files, %s\n  digest %s\n", std::string(done).c_str(), printable(where).c_str(), bundle.entries().size(),
                bytes_text(total_bytes(bundle)).c_str(), bundle.digest().str().c_str());
  }
}

int run_create(const Context& context, const EvidenceGiven& given) {
  std::optional<Instant> at;
  if (!given.collected_at.empty()) {
    const auto parsed = parse_time_option("--collected-at", given.collected_at);
    if (!parsed) return report(context, parsed.error());
    at = *parsed;
  }
  std::vector<evidence::Item> items;
  for (const std::string& word : given.items) {
    auto more = expand(word, at);
    if (!more) return report(context, more.error());
    items.insert(items.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  }
  if (items.empty()) return report(context, Error{"no files to put into the bundle", {}, "the folders given hold none"});
  Progress progress(context.progress());
  const auto bundle = evidence::create(given.to, std::move(items), progress);
  progress.done();
  if (!bundle) return report(context, bundle.error());
  print_bundle(context, "Created", *bundle, given.to);
  print_warnings(unread_kinds(*bundle));
  return kOk;
}

int run_verify(const Context& context, const EvidenceGiven& given) {
  Progress progress(context.progress());
  const auto problems = evidence::verify(given.from, progress);
  progress.done();
  if (!problems) return report(context, problems.error());
  if (context.json) {
    Json out = Json::object();
    out["bundle"] = given.from;
    out["ok"] = problems->empty();
    out["problems"] = Json::array();
    for (const auto& p : *problems)
      out["problems"].push_back(Json{{"kind", evidence::name(p.kind)}, {"path", p.path}, {"message", p.message}});
    print_json(out);
  } else {
    for (const auto& p : *problems)
      std::printf("  %s  %s: %s\n", paint(stdout, Colour::red, fmt::format("{:<11}", evidence::name(p.kind))).c_str(),
                  printable(p.path).c_str(), p.message.c_str());
    if (!problems->empty())
      std::printf("%s: %zu problem%s\n", printable(given.from).c_str(), problems->size(), problems->size() == 1 ? "" : "s");
    else if (!context.quiet)
      std::printf("%s: every file is what the manifest says\n", printable(given.from).c_str());
  }
  return problems->empty() ? kOk : kFindings;
}

Json evidence_entry_json(const evidence::Evidence& e) {
  Json out = Json::object();
  out["kind"] = e.kind;
  out["path"] = e.path;
  out["media_type"] = e.media_type;
  out["sha256"] = e.sha256.hex();
  out["size"] = e.size;
  out["collected_at"] = format_time(e.collected_at);
  out["source"] = e.source;
  return out;
}

// A folder without a manifest is no bundle; most often the bundle lies in it.
std::optional<Error> no_bundle(const std::string& path) {
  std::error_code ec;
  const fs::path folder = path;
  if (!fs::is_directory(folder, ec) || fs::exists(folder / "manifest.json", ec)) return std::nullopt;
  const bool inside = fs::exists(folder / "bundle" / "manifest.json", ec);
  return Error{
      "no bundle: the folder has no manifest.json",
      {.file = path},
      inside ? "the bundle is " + (folder / "bundle").string() : "`entente evidence create` makes one; an assessment has one in bundle/"};
}

int run_evidence_list(const Context& context, const EvidenceGiven& given) {
  if (const auto error = no_bundle(given.from)) return report(context, *error);
  Progress progress(context.progress());
  const auto opened = evidence::open_any(given.from, progress);
  progress.done();
  if (!opened) return report(context, opened.error());
  const evidence::Bundle& bundle = opened->bundle;
  if (context.json) {
    Json out = Json::object();
    out["bundle"] = given.from;
    out["digest"] = bundle.digest().str();
    out["entries"] = Json::array();
    for (const auto& entry : bundle.entries()) out["entries"].push_back(evidence_entry_json(entry));
    print_json(out);
    return kOk;
  }
  Table table;
  for (const char* title : {"kind", "size", "collected"}) table.column(title);
  table.column("path", Fit::cut);
  table.column("source", Fit::cut);
  for (const auto& e : bundle.entries())
    table.row({{e.kind, Colour::bold},
               {bytes_text(e.size)},
               {format_time(e.collected_at)},
               {printable(e.path)},
               {printable(e.source), Colour::dim}});
  table.print(stdout, terminal_width(stdout));
  std::printf("%zu files, %s, digest %s\n", bundle.entries().size(), bytes_text(total_bytes(bundle)).c_str(),
              bundle.digest().str().c_str());
  return kOk;
}

int run_pack(const Context& context, const EvidenceGiven& given) {
  Progress progress(context.progress());
  const auto packed = evidence::pack(given.from, given.to, progress);
  progress.done();
  if (!packed) return report(context, packed.error());
  const auto bundle = evidence::Bundle::open(given.from);
  if (!bundle) return report(context, bundle.error());
  print_bundle(context, "Packed", *bundle, given.to);
  return kOk;
}

int run_unpack(const Context& context, const EvidenceGiven& given) {
  Progress progress(context.progress());
  const auto bundle = evidence::unpack(given.from, given.to, progress);
  progress.done();
  if (!bundle) return report(context, bundle.error());
  print_bundle(context, "Unpacked", *bundle, given.to);
  return kOk;
}

}  // namespace

void add_evidence(CLI::App& app, Context& context) {
  CLI::App* group = add_command(app, context, "evidence", "make, check, list, pack and unpack evidence bundles", kEvidenceExamples, {});
  group->require_subcommand(1);
  const auto given = std::make_shared<EvidenceGiven>();
  const auto command = [&](const char* name, const char* description, const char* examples,
                           int (*run)(const Context&, const EvidenceGiven&)) {
    return add_command(*group, context, name, description, examples, [&context, given, run] { return run(context, *given); });
  };
  CLI::App* create = command("create", "copy files into a new bundle and write its manifest", kCreateExamples, run_create);
  create->add_option("bundle", given->to, "folder to make; must not exist, or be empty")->required()->type_name("DIR");
  create->add_option("--item", given->items, "a file, or a folder with all its files, of this kind; may be given many times")
      ->required()
      ->type_name("KIND=PATH")
      ->allow_extra_args(false);
  create->add_option("--collected-at", given->collected_at, "when the evidence was collected (RFC 3339 time or date)")->type_name("TIME");
  CLI::App* verify = command("verify", "name every difference between a bundle and its manifest", kVerifyExamples, run_verify);
  verify->add_option("bundle", given->from, "a bundle's folder, or a .tar.zst")->required()->type_name("PATH");
  CLI::App* list = command("list", "what a bundle holds", kEvidenceListExamples, run_evidence_list);
  list->add_option("bundle", given->from, "a bundle's folder, or a .tar.zst")->required()->type_name("PATH");
  CLI::App* pack = command("pack", "put a bundle into one .tar.zst", kPackExamples, run_pack);
  pack->add_option("bundle", given->from, "the bundle's folder")->required()->type_name("DIR");
  pack->add_option("archive", given->to, "file to write")->required()->type_name("FILE");
  CLI::App* unpack = command("unpack", "get a bundle out of a .tar.zst again", kUnpackExamples, run_unpack);
  unpack->add_option("archive", given->from, "the packed bundle")->required()->type_name("FILE");
  unpack->add_option("bundle", given->to, "folder to make; must not exist, or be empty")->required()->type_name("DIR");
}

}  // namespace entente::cli
