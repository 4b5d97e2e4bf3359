// The manifest and the checks of a published registry. Reading is strict by writing again: whatever was read is put into the one canonical
// text and must give the bytes that were read, so that no byte of the manifest can change unnoticed. The seal is no signature: who changes
// files on purpose can make a new one. What binds the folder to its registry is the log's signature on the checkpoint, and that the
// snapshots follow from the entries below it, which takes a replay (`entente publish --check`).
#include "verify/publication.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/file.h"
#include "core/json.h"
#include "verify/checks.h"

namespace entente::verify {
namespace fs = std::filesystem;
namespace {

Json publication_json(const Publication& p) {
  Json out = Json::object();
  out["type"] = kPublicationType;
  out["tool"] = {{"name", "entente"}, {"version", p.tool}};
  out["data"] = p.data.str();
  if (p.web) out["web"] = p.web->str();
  out["public_url"] = p.public_url;
  out["checkpoint"] = p.checkpoint;
  Json& files = out["files"] = Json::array();
  for (const auto& [path, file] : p.files) files.push_back(Json{{"path", path}, {"size", file.size}, {"sha256", file.sha256.hex()}});
  return out;
}

std::string text_of(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

Result<Digest> digest_of(JsonView object, std::string_view member) {
  std::string text = text_of(object, member);
  if (text.starts_with("sha256:")) text.erase(0, 7);
  return Digest::from_hex(text);
}

Result<void> read_published_files(JsonView root, const std::string& name, Publication& out) {
  const auto files = json_array(root, "files");
  if (!files) return fail("a manifest has a list of files", {.file = name, .pointer = "/files"});
  if (files->size() > kMaxPublishedFiles) return fail("more files than are ever published", {.file = name, .pointer = "/files"});
  for (const JsonView item : *files) {
    const std::string path = text_of(item, "path");
    if (!is_safe_relative_path(path) || path == kPublicationManifest)
      return fail("a path that leads out of the folder, or none", {.file = name, .pointer = "/files"});
    const auto size = json_int(item, "size");
    if (!size || *size < 0) return fail("a file without its size", {.file = name, .pointer = "/files"});
    ENTENTE_TRY(const Digest digest, Digest::from_hex(text_of(item, "sha256")));
    out.files.insert_or_assign(path, PublishedFile{static_cast<std::uint64_t>(*size), digest});
  }
  return {};
}

// Nothing, or what is wrong with the file.
std::optional<std::string> file_fault(const fs::path& path, const PublishedFile& listed) {
  std::error_code failed;
  const auto status = fs::symlink_status(path, failed);
  if (failed || status.type() == fs::file_type::not_found) return "missing";
  if (status.type() != fs::file_type::regular) return "is no regular file";
  const auto size = fs::file_size(path, failed);
  if (failed || size != listed.size) return fmt::format("has {} bytes, not {}", failed ? 0 : size, listed.size);
  const auto content = read_file(path, listed.size);
  if (!content) return content.error().what;
  if (sha256(*content) != listed.sha256) return "is not what was published: its SHA-256 differs from the manifest's";
  return std::nullopt;
}

void check_published_files(Report& report, const fs::path& folder, const Publication& publication, Progress& progress) {
  progress.step("verifying files", publication.files.size());
  std::size_t good = 0;
  for (const auto& [path, listed] : publication.files) {
    if (const auto fault = file_fault(folder / path, listed))
      add_bad(report, path, *fault, "publish again, or take the copy from somewhere else");
    else
      ++good;
    progress.advance(1);
  }
  if (good == publication.files.size())
    add_good(report, std::string(kPublicationManifest), fmt::format("all {} files are as it lists them", good));
  const auto there = list_files(folder, kMaxPublishedFiles);
  if (!there) return add_bad(report, folder.string(), there.error());
  for (const std::string& file : *there)
    if (file != kPublicationManifest && !publication.files.contains(file)) add_unverified(report, file, "not part of what was published");
}

}  // namespace

std::string Publication::text() const {
  Json out = publication_json(*this);
  out["seal"] = sha256(json_compact(out)).hex();
  return json_pretty(out);
}

bool is_publication(std::string_view manifest) {
  // Looked for as text: one that is damaged must not be taken for another kind of file.
  return manifest.substr(0, 400).find("published-registry/v1") != std::string_view::npos;
}

Result<Publication> Publication::parse(std::string_view text, const std::string& name) {
  if (text.size() > kMaxPublicationManifest) return fail("too large for a manifest", {.file = name});
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = kMaxPublicationManifest, .max_depth = 8}));
  const JsonView root = document.root();
  if (json_string(root, "type") != kPublicationType) return fail("not a manifest of a published registry", {.file = name});
  Publication out;
  if (const auto tool = json_get(root, "tool")) out.tool = text_of(*tool, "version");
  ENTENTE_TRY(out.data, digest_of(root, "data"));
  if (json_get(root, "web")) { ENTENTE_TRY(out.web, digest_of(root, "web")); }
  out.public_url = text_of(root, "public_url");
  out.checkpoint = text_of(root, "checkpoint");
  ENTENTE_CHECK(read_published_files(root, name, out));
  if (out.text() != text) return fail("the manifest was changed: its seal or its spelling is not what was written", {.file = name});
  return out;
}

void check_published_registry(Report& report, const fs::path& folder, const Options& options, Progress& progress) {
  const std::string name(kPublicationManifest);
  const auto text = read_file(folder / name, kMaxPublicationManifest);
  const auto publication = text ? Publication::parse(*text, name) : Result<Publication>(tl::unexpected(text.error()));
  if (!publication) {
    add_bad(report, name, publication.error());
  } else {
    check_published_files(report, folder, *publication, progress);
    const auto checkpoint = read_file(folder / "log" / "checkpoint", 1 << 20);
    if (!checkpoint || *checkpoint != publication->checkpoint)
      add_bad(report, "log/checkpoint", "is not the checkpoint the manifest says the snapshots were made from");
  }
  check_tile_log(report, folder / "log", options, progress);
  if (!options.trusted.empty()) add_bad(report, name, "carries no statement: the keys given with --key have nothing to check here");
  if (report.good())
    add_unverified(report, "api/v1",
                   "that the snapshots say what the ledger's entries add up to takes a replay: entente publish --check " + folder.string());
}

}  // namespace entente::verify
