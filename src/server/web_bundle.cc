// The whole folder is listed and read once; counts and sizes are bounded before anything is kept. A path of the client's that is also one
// of the server's own would hide that: it is refused here, so that routing need not decide. Placeholders of the shell are filled with
// values of web.json, which are plain words, and escaped all the same; one that nobody fills is an error at the start, not on a reader's
// screen.
#include "server/web_bundle.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "assess/html.h"
#include "core/ascii.h"
#include "core/file.h"
#include "core/json.h"
#include "core/utf8.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kWebDescription = "web.json", kShell = "shell.html", kClientPrefix = "client/";
constexpr std::uint64_t kMaxWebDescription = 64 << 10, kMaxShell = 1 << 20;
constexpr std::size_t kMostLanguages = 64, kMostSections = 256, kLongestSegment = 64;
constexpr std::array<std::string_view, 9> kReservedSegments{"api",    "log",     "healthz",  "metrics",      "pages",
                                                            "signup", "confirm", "comcheck", "manifest.json"};
constexpr const char* kBuildHint = "./dev web builds the pages; --no-web does without";

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kTypes{{{".html", "text/html; charset=utf-8"},
                                                                                {".js", "text/javascript; charset=utf-8"},
                                                                                {".mjs", "text/javascript; charset=utf-8"},
                                                                                {".css", "text/css; charset=utf-8"},
                                                                                {".json", "application/json"},
                                                                                {".map", "application/json"},
                                                                                {".webmanifest", "application/manifest+json"},
                                                                                {".svg", "image/svg+xml"},
                                                                                {".png", "image/png"},
                                                                                {".jpg", "image/jpeg"},
                                                                                {".jpeg", "image/jpeg"},
                                                                                {".webp", "image/webp"},
                                                                                {".avif", "image/avif"},
                                                                                {".gif", "image/gif"},
                                                                                {".ico", "image/vnd.microsoft.icon"},
                                                                                {".woff2", "font/woff2"},
                                                                                {".woff", "font/woff"},
                                                                                {".wasm", "application/wasm"},
                                                                                {".txt", "text/plain; charset=utf-8"},
                                                                                {".xml", "application/xml"}}};

bool is_language_tag(std::string_view text) {
  const std::string_view primary = text.substr(0, text.find('-'));
  if (primary.size() < 2 || primary.size() > 3 || !std::ranges::all_of(primary, is_lower) || text.size() > 35) return false;
  return text.back() != '-' && text.find("--") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_section(std::string_view text) {
  return !text.empty() && text.size() <= kLongestSegment && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

Result<std::vector<std::string>> words_of(JsonView root, const char* member, std::size_t most, bool (*good)(std::string_view),
                                          const std::string& name) {
  std::vector<std::string> out;
  const auto list = json_array(root, member);
  if (!list) return out;
  for (const JsonView item : *list) {
    const auto word = as_string(item);
    if (!word || !good(*word) || out.size() == most || std::ranges::find(out, *word) != out.end())
      return fail(fmt::format("\"{}\" has a member that is none, is there twice, or is one too many", member),
                  {.file = name, .pointer = fmt::format("/{}/{}", member, out.size())});
    out.emplace_back(*word);
  }
  return out;
}

// Names the client's files must not have; nothing if the path is good.
std::optional<std::string> client_path_fault(std::string_view path, const WebDescription& description) {
  const std::string_view first = path.substr(0, path.find('/'));
  if (is_reserved_segment(first)) return fmt::format("\"{}\" is one of the server's own paths", first);
  if (std::ranges::find(description.languages, first) != description.languages.end())
    return fmt::format("\"{}\" is where the pages of that language are", first);
  return std::nullopt;
}

std::string_view without_coding(std::string_view path) {
  if (path.ends_with(".gz") || path.ends_with(".br")) path.remove_suffix(3);
  return path;
}

// What the build keeps for itself.
bool is_of_the_build(std::string_view path) {
  const std::string_view plain = without_coding(path);
  return path.starts_with('.') || path.find("/.") != std::string_view::npos || plain == "manifest.json" || plain == kShell;
}

Result<std::string> fill_shell(std::string_view shell, std::string_view language, std::string_view direction, std::string_view mode) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = shell.find("{{"); at != std::string_view::npos; at = shell.find("{{", done)) {
    const std::size_t end = std::min(shell.find("}}", at), shell.size());
    const std::string_view name = shell.substr(at + 2, end - at - 2);
    const std::string_view value = name == "lang" ? language : name == "dir" ? direction : name == "mode" ? mode : "";
    if (value.empty() || end == shell.size())
      return fail(fmt::format("the shell has a placeholder nobody fills: \"{}\"", printable(name, 40)));
    out.append(shell.substr(done, at - done)).append(assess::escape(value));
    done = end + 2;
  }
  return out.append(shell.substr(done));
}

}  // namespace

bool is_reserved_segment(std::string_view segment) { return std::ranges::find(kReservedSegments, segment) != kReservedSegments.end(); }

std::string_view content_type_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos)
    for (const auto& [extension, type] : kTypes)
      if (name.substr(dot) == extension) return type;
  return "application/octet-stream";
}

Result<WebDescription> WebDescription::parse(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = kMaxWebDescription, .max_depth = 8}));
  const JsonView root = document.root();
  if (json_int(root, "format") != 1) return fail("not a description of web pages of format 1", {.file = name, .pointer = "/format"});
  WebDescription out;
  ENTENTE_TRY(out.languages, words_of(root, "languages", kMostLanguages, is_language_tag, name));
  ENTENTE_TRY(out.sections, words_of(root, "sections", kMostSections, is_section, name));
  ENTENTE_TRY(out.right_to_left, words_of(root, "rtl", kMostLanguages, is_language_tag, name));
  if (out.languages.empty()) return fail("no language has pages", {.file = name, .pointer = "/languages"});
  for (const std::string& language : out.languages)
    if (is_reserved_segment(language)) return fail("a language has the name of one of the server's own paths: " + language, {.file = name});
  std::ranges::sort(out.sections);
  return out;
}

bool WebDescription::has_section(std::string_view section) const { return std::ranges::binary_search(sections, section); }

bool WebDescription::is_right_to_left(std::string_view language) const {
  return std::ranges::find(right_to_left, language) != right_to_left.end();
}

Result<std::shared_ptr<const WebBundle>> WebBundle::open(const fs::path& folder) {
  auto files = list_files(folder, kMaxWebFiles);
  if (!files) {
    Error error = files.error();
    if (error.hint.empty()) error.hint = kBuildHint;
    return fail(std::move(error));
  }
  std::shared_ptr<WebBundle> out(new WebBundle);
  out->folder_ = folder;
  const std::string description = (folder / kWebDescription).string();
  const auto text = read_file(description, kMaxWebDescription);
  if (!text) return fail("no web pages are there: " + text.error().what, {.file = description}, kBuildHint);
  ENTENTE_TRY(out->description_, WebDescription::parse(*text, description));
  Sha256 digest;
  std::uint64_t left = kMaxWebBytes;
  for (const std::string& path : *files) {
    if (!is_safe_relative_path(path)) return fail(fmt::format("\"{}\" is no name for a file of the pages", printable(path, 200)));
    const auto bytes = read_file(folder / path, left);
    if (!bytes)
      return fail(fmt::format("{} (the pages may have {} MiB in all)", bytes.error().what, kMaxWebBytes >> 20), bytes.error().where);
    left -= bytes->size();
    digest.update(fmt::format("{}  {}\n", sha256(*bytes).hex(), path));
    if (!path.starts_with(kClientPrefix)) continue;
    const std::string name = path.substr(kClientPrefix.size());
    if (name == kShell) out->shell_ = *bytes;
    if (is_of_the_build(name)) continue;
    if (const auto fault = client_path_fault(name, out->description_)) return fail(*fault, {.file = (folder / path).string()});
    out->files_.emplace(name, std::make_shared<const std::string>(*bytes));
  }
  out->digest_ = digest.finish();
  const std::string shell = (folder / kClientPrefix / kShell).string();
  if (out->shell_.empty() || out->shell_.size() > kMaxShell) return fail("no page to start the app with", {.file = shell}, kBuildHint);
  if (auto filled = fill_shell(out->shell_, "en", "ltr", "live"); !filled) return fail(filled.error().what, {.file = shell});
  return out;
}

std::string WebBundle::shell(std::string_view language, ShellMode mode) const {
  return *fill_shell(shell_, language, description_.is_right_to_left(language) ? "rtl" : "ltr",
                     mode == ShellMode::live ? "live" : "static");
}

}  // namespace entente::server
