// `entente publish`: the registry as static files, and, with --check, whether such files are what their own ledger gives.
#include <fmt/format.h>
#include <memory>
#include <optional>

#include "cli/cli.h"
#include "cli/registry_folder.h"
#include "cli/web_folder.h"
#include "core/utf8.h"
#include "server/publish.h"

namespace entente::cli {
namespace {

constexpr const char* kPublishExamples = R"(  entente publish public/ --registry entente-registry
      snapshots of the API, the ledger's tiles, web pages, and manifest.json; again at any time: only what changed is written
  entente publish public/ --registry /srv/registry --public-url https://registry.example
      feeds and badges name that address
  entente publish public/ --registry /srv/registry --web build/web
      pages by that build of them (node makes one of every record); --no-pages: the API and the ledger only
  entente verify public/ --log log.vkey
      every digest, the checkpoint's signature, every tile and entry up to its root
  entente publish public/ --check --log log.vkey
      makes all snapshots and pages anew from the folder's own entries and compares them byte by byte

What the files are called, and how a web server shows them at the API's addresses: docs/publish.md.)";

struct PublishGiven {
  std::string folder, registry, database, public_url, log;
  bool check = false;
  WebGiven web;
};

constexpr const char* kPagesNotBuilt = "no pages: they are not built (./dev web builds them, the package has them)";

Result<int> run_publish(const Context& context, const PublishGiven& given) {
  if (given.registry.empty()) return fail("no registry to publish", {}, "name its folder with --registry, or check files with --check");
  ENTENTE_CHECK(check_public_url(given.public_url));
  server::SnapshotOptions options{.public_url = given.public_url};
  ENTENTE_TRY(options.data, context.data());
  if (!given.database.empty()) options.database = given.database;
  Progress progress(context.progress());
  const std::filesystem::path web = web_folder(given.web);
  ENTENTE_TRY(const server::Published done, server::publish(RegistryFolder(given.registry).log(), given.folder, options, web, progress));
  std::string note = done.pages_note;
  if (web.empty() && !given.web.none) note = kPagesNotBuilt;
  if (!note.empty() && !context.quiet) fmt::print(stderr, "{}\n", note);
  if (context.json)
    print_json({{"entries", done.entries},
                {"files", done.files},
                {"written", done.written},
                {"removed", done.removed},
                {"pages", done.pages},
                {"pages_note", note}});
  else
    fmt::print("{} entries: {} files, {} of them written, {} stale ones removed\n", done.entries, done.files, done.written, done.removed);
  return kOk;
}

Result<int> run_publish_check(const Context& context, const PublishGiven& given) {
  server::SnapshotOptions options;
  ENTENTE_TRY(options.data, context.data());
  if (!given.database.empty()) options.database = given.database;
  std::optional<keys::VerifierKey> key;
  if (!given.log.empty()) { ENTENTE_TRY(key, keys::read_verifier_key(given.log)); }
  Progress progress(context.progress());
  ENTENTE_TRY(const server::PublicationCheck found, server::check_publication(given.folder, key, options, web_folder(given.web), progress));
  // Pages that are there and were not compared are not good: whoever serves the folder could have written anything into them.
  const bool compared = found.pages_note.empty() || given.web.none;
  const bool good = found.differences.empty() && compared;
  if (context.json) {
    Json list = Json::array();
    for (const auto& d : found.differences) list.push_back(Json{{"path", d.path}, {"what", d.what}});
    print_json({{"good", good || !found.differences.empty() ? Json(good) : Json()},
                {"entries", found.entries},
                {"files", found.compared},
                {"pages", found.pages},
                {"pages_note", found.pages_note},
                {"signature_checked", key.has_value()},
                {"differences", std::move(list)}});
    return good ? kOk : kFindings;
  }
  for (const auto& d : found.differences) fmt::print("BAD  {}: {}\n", printable(d.path, 300), printable(d.what, 500));
  const std::string pages = found.pages == 0 ? std::string() : fmt::format(" and {} files of pages", found.pages);
  fmt::print("{} snapshots{} from {} entries: {}\n", found.compared, pages, found.entries,
             found.differences.empty() ? "all are what the entries give" : fmt::format("{} differ", found.differences.size()));
  if (!found.pages_note.empty()) fmt::print("{}{}\n", found.pages_note, compared ? "" : " (--no-pages judges the rest alone)");
  if (!key) fmt::print("the checkpoint's signature was not checked: name the log's key with --log\n");
  return good ? kOk : kFindings;
}

}  // namespace

void add_publish(CLI::App& app, Context& context) {
  const auto given = std::make_shared<PublishGiven>();
  CLI::App* command =
      add_command(app, context, "publish", "write the registry as static files, or check such files", kPublishExamples, [&context, given] {
        const auto code = given->check ? run_publish_check(context, *given) : run_publish(context, *given);
        return code ? *code : report(context, code.error());
      });
  command->add_option("folder", given->folder, "where the files are, or go")->required()->type_name("DIR");
  auto* registry = command->add_option("--registry", given->registry, "the registry's folder (see entente serve)")->type_name("FOLDER");
  command->add_option("--database", given->database, "where the tables are built: sqlite:PATH or postgresql://… (default: in memory)")
      ->type_name("URL");
  auto* url = command->add_option("--public-url", given->public_url, "where the registry is to be found; feeds name it")->type_name("URL");
  auto* check = command->add_flag("--check", given->check, "recompute all snapshots from the folder's own entries and compare");
  command->add_option("--log", given->log, "the log's vkey, or a file that holds it")->type_name("VKEY")->needs(check);
  add_web_options(*command, given->web, "--no-pages");
  registry->excludes(check);
  url->excludes(check);
}

}  // namespace entente::cli
