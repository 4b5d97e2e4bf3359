// The manifest: strict reading, one canonical spelling. `entries_sha256` seals the entries, so that a flipped byte in a member
// no file can contradict (kind, source …) is noticed by the bundle alone; who made the bundle is proved only by a signature over
// the manifest's digest. Path clashes ("a" and "a/b") are found with a set of all paths and a walk over each path's parents,
// whose number is limited.
#include "evidence/manifest.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "core/file.h"
#include "core/utf8.h"

namespace entente::evidence {
namespace {

constexpr std::size_t kMaxSourceBytes = 4096;
constexpr std::size_t kMaxMediaTypeBytes = 255;
constexpr std::array<std::string_view, 3> kTopMembers = {"type", "entries", "entries_sha256"};
constexpr std::array<std::string_view, 7> kMembers = {"kind", "path", "media_type", "sha256", "size", "collected_at", "source"};

// RFC 6838 section 4.2 restricted names, lower case.
bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() || text.size() > kMaxMediaTypeBytes) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == slash) continue;
    const char c = text[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && (i == 0 || i == slash + 1 || std::string_view("!#$&-^_.+").find(c) == std::string_view::npos)) return false;
  }
  return true;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<EntryFault> fault_of_members(const Evidence& entry, std::size_t index) {
  if (!is_valid_kind(entry.kind))
    return EntryFault{index, "kind", fmt::format("bad kind \"{}\"", printable(entry.kind, 80)),
                      "lower-case letters, digits, '.', '-' and '_', beginning with a letter: sbom.cyclonedx"};
  if (!is_safe_relative_path(entry.path))
    return EntryFault{index, "path", fmt::format("unsafe path \"{}\"", printable(entry.path, 200)),
                      "a relative path with '/' separators that stays inside the bundle"};
  if (static_cast<std::size_t>(std::count(entry.path.begin(), entry.path.end(), '/')) >= kMaxPathDepth)
    return EntryFault{index, "path", fmt::format("path with more than {} parts", kMaxPathDepth), "put it into fewer folders"};
  if (entry.path == kManifestName)
    return EntryFault{index, "path", "the manifest cannot list itself", "give the file another path in the bundle"};
  if (!is_media_type(entry.media_type))
    return EntryFault{index, "media_type", fmt::format("bad media type \"{}\"", printable(entry.media_type, 80)),
                      "write type/subtype in lower case, without parameters"};
  if (entry.source.size() > kMaxSourceBytes || has_control(entry.source))
    return EntryFault{index, "source", fmt::format("a source has at most {} bytes and no control characters", kMaxSourceBytes), ""};
  return std::nullopt;
}

std::optional<EntryFault> fault_of_paths(const std::vector<Evidence>& entries) {
  std::unordered_set<std::string_view> paths;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!paths.insert(entries[i].path).second)
      return EntryFault{i, "path", fmt::format("path \"{}\" is listed twice", printable(entries[i].path, 200)), "each file has one entry"};
    if (i != 0 && entries[i].path < entries[i - 1].path)
      return EntryFault{i, "path", fmt::format("path \"{}\" is out of order", printable(entries[i].path, 200)),
                        "entries stand in byte order of path"};
  }
  // "manifest.json/x" would need the manifest to be a folder.
  paths.insert(kManifestName);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view path = entries[i].path;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
      if (paths.contains(path.substr(0, slash)))
        return EntryFault{
            i, "path", fmt::format("\"{}\" is a file and cannot hold \"{}\"", printable(path.substr(0, slash), 200), printable(path, 200)),
            "rename one of the two"};
  }
  return std::nullopt;
}

std::optional<EntryFault> fault_of_sizes(const std::vector<Evidence>& entries, const BundleLimits& limits) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::uint64_t size = entries[i].size;
    if (size > limits.max_file_bytes)
      return EntryFault{
          i, "size", fmt::format("\"{}\" has {} bytes, the limit is {}", printable(entries[i].path, 200), size, limits.max_file_bytes), ""};
    if (size > limits.max_total_bytes - total)
      return EntryFault{i, "size", fmt::format("the files have more than {} bytes together", limits.max_total_bytes), "make two bundles"};
    total += size;
  }
  return std::nullopt;
}

Json entries_json(const std::vector<Evidence>& entries) {
  Json out = Json::array();
  for (const Evidence& e : entries) {
    Json item = Json::object();
    item["kind"] = e.kind;
    item["path"] = e.path;
    item["media_type"] = e.media_type;
    item["sha256"] = e.sha256.hex();
    item["size"] = e.size;
    item["collected_at"] = format_time(e.collected_at);
    item["source"] = e.source;
    out.push_back(std::move(item));
  }
  return out;
}

std::string seal(const Json& entries) { return sha256(json_compact(entries)).hex(); }

Result<void> only_members(const JsonDocument& doc, simdjson::dom::object object, const std::string& pointer,
                          std::span<const std::string_view> known) {
  for (const auto field : object)
    if (std::find(known.begin(), known.end(), field.key) == known.end())
      return fail(fmt::format("unknown member \"{}\"", printable(field.key, 80)), doc.where(pointer + "/" + pointer_segment(field.key)),
                  fmt::format("known: {}", fmt::join(known, ", ")));
  return {};
}

Result<Evidence> parse_entry(const JsonDocument& doc, JsonView item, std::size_t index) {
  const std::string pointer = fmt::format("/entries/{}", index);
  const auto object = as_object(item);
  if (!object) return fail("an entry must be an object", doc.where(pointer));
  ENTENTE_CHECK(only_members(doc, *object, pointer, kMembers));
  Evidence out;
  const auto text = [&](std::string_view key) { return json_string(item, key); };
  for (const std::string_view key : {"kind", "path", "media_type", "sha256", "collected_at", "source"})
    if (!text(key)) return fail(fmt::format("\"{}\" must be there and be a string", key), doc.where(fmt::format("{}/{}", pointer, key)));
  out.kind = *text("kind");
  out.path = *text("path");
  out.media_type = *text("media_type");
  out.source = *text("source");
  const auto digest = Digest::from_hex(*text("sha256"));
  if (!digest) return fail("\"sha256\": " + digest.error().what, doc.where(pointer + "/sha256"), digest.error().hint);
  out.sha256 = *digest;
  const auto time = parse_time(*text("collected_at"));
  if (!time) return fail("\"collected_at\": " + time.error().what, doc.where(pointer + "/collected_at"), time.error().hint);
  out.collected_at = *time;
  const auto size = json_get(item, "size");
  if (!size || size->get_uint64().get(out.size) != simdjson::SUCCESS)
    return fail("\"size\" must be there and be a whole number of bytes", doc.where(pointer + "/size"));
  return out;
}

// Where `text` leaves its canonical spelling.
Error not_canonical(std::string_view text, std::string_view canonical, std::string name) {
  const auto [a, b] = std::mismatch(text.begin(), text.end(), canonical.begin(), canonical.end());
  const auto at = static_cast<std::uint64_t>(a - text.begin());
  const std::string_view before = text.substr(0, at);
  const std::uint64_t line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {"the manifest is not in its canonical spelling",
          {.file = std::move(name), .line = line, .column = at - start + 1, .offset = at},
          "it was edited after it was written; create the bundle again"};
}

}  // namespace

bool is_valid_kind(std::string_view kind) {
  if (kind.empty() || kind.size() > 64 || kind.front() < 'a' || kind.front() > 'z') return false;
  return std::all_of(kind.begin(), kind.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'; });
}

std::optional<EntryFault> find_fault(const std::vector<Evidence>& entries, const BundleLimits& limits) {
  if (entries.size() > limits.max_files)
    return EntryFault{static_cast<std::size_t>(limits.max_files), "path", fmt::format("more than {} files", limits.max_files),
                      "make two bundles"};
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (auto fault = fault_of_members(entries[i], i)) return fault;
  if (auto fault = fault_of_paths(entries)) return fault;
  return fault_of_sizes(entries, limits);
}

Result<Manifest> parse_manifest(std::string_view text, std::string name, const BundleLimits& limits) {
  ENTENTE_TRY(const JsonDocument doc, JsonDocument::parse(text, std::move(name), {.max_bytes = kMaxManifestBytes, .max_depth = 8}));
  const JsonView root = doc.root();
  const auto object = as_object(root);
  if (!object) return fail("a manifest must be a JSON object", doc.where(""));
  ENTENTE_CHECK(only_members(doc, *object, "", kTopMembers));
  if (json_string(root, "type") != kManifestType)
    return fail(fmt::format("\"type\" is not \"{}\"", kManifestType), doc.where("/type"), "this is not the manifest of an evidence bundle");
  const auto list = json_array(root, "entries");
  if (!list) return fail("\"entries\" must be there and be an array", doc.where("/entries"));
  const auto seal_text = json_string(root, "entries_sha256");
  if (!seal_text) return fail("\"entries_sha256\" must be there and be a string", doc.where("/entries_sha256"));
  Manifest out;
  for (const JsonView item : *list) {
    if (out.entries.size() > limits.max_files) break;  // find_fault says so
    ENTENTE_TRY(Evidence entry, parse_entry(doc, item, out.entries.size()));
    out.entries.push_back(std::move(entry));
  }
  if (const auto fault = find_fault(out.entries, limits))
    return fail(fault->what, doc.where(fmt::format("/entries/{}/{}", fault->index, fault->member)), fault->hint);
  if (*seal_text != seal(entries_json(out.entries)))
    out.complaints.push_back({"the entries do not match their seal: the manifest was altered", doc.where("/entries_sha256"),
                              "take the bundle from where it came from again"});
  else if (const std::string canonical = manifest_text(out.entries); text != canonical)
    out.complaints.push_back(not_canonical(text, canonical, doc.name()));
  return out;
}

std::string manifest_text(const std::vector<Evidence>& entries) {
  Json list = entries_json(entries);
  Json out = Json::object();
  out["type"] = kManifestType;
  out["entries_sha256"] = seal(list);
  out["entries"] = std::move(list);
  return json_pretty(out);
}

}  // namespace entente::evidence
