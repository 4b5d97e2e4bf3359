// `node prerender.js --site … --out … --public-url …`. The environment is PATH, TMPDIR and two constants: pages must not depend on whose
// language and time zone the machine has. Standard output has lines "progress <done> <total>", and "done <files>" at the end; other lines
// are not looked at. Standard error is shown where it fails.
#include "server/node_renderer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "core/utf8.h"
#include "server/api_reading.h"
#include "server/child_process.h"

namespace entente::server {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kVersionPatience{20};

std::string environment_value(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody here sets any
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> node_environment() {
  std::vector<std::string> out{"PATH=" + environment_value("PATH"), "LANG=C.UTF-8", "TZ=UTC"};
  if (const std::string folder = environment_value("TMPDIR"); !folder.empty()) out.push_back("TMPDIR=" + folder);
  return out;
}

std::optional<fs::path> on_path(std::string_view name) {
  const std::string path = environment_value("PATH");
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (!folder.starts_with('/')) continue;
    fs::path program = fs::path(folder) / name;
    std::error_code failed;
    if (fs::is_regular_file(program, failed) && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

// The numbers of "progress 12 40" or "done 40", as many as `count`; nothing where the line is another.
std::vector<std::uint64_t> numbers_of_line(std::string_view line, std::string_view word, std::size_t count) {
  std::vector<std::uint64_t> out;
  if (!line.starts_with(word)) return out;
  line.remove_prefix(word.size());
  while (line.starts_with(' ')) {
    line.remove_prefix(1);
    const std::string_view digits = line.substr(0, line.find(' '));
    const auto value = digits.size() > 15 ? std::nullopt : number_of(digits);
    if (!value) return {};
    out.push_back(*value);
    line.remove_prefix(digits.size());
  }
  if (!line.empty() || out.size() != count) out.clear();
  return out;
}

// The lines beside each other, harmless for a terminal: an error's sentence is one line.
std::string shown_errors(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty()) out += (out.empty() ? "" : " | ") + printable(line, 400);
  }
  return out.empty() ? "it said nothing" : out;
}

}  // namespace

Result<Node> find_node() {
  const auto program = on_path("node");
  if (!program) return fail("there is no node on PATH");
  std::string version;
  const auto end = run_child({.program = *program,
                              .arguments = {"--version"},
                              .environment = node_environment(),
                              .patience = kVersionPatience,
                              .on_line = [&](std::string_view line) { version = line; }});
  if (!end || end->code != 0 || !version.starts_with('v')) return fail(fmt::format("{} does not say its version", program->string()));
  version.erase(0, 1);
  const auto major = number_of(std::string_view(version).substr(0, version.find('.')));
  if (!major || *major < kLeastNode)
    return fail(fmt::format("{} is version {}, and the pages need {}", program->string(), printable(version, 40), kLeastNode));
  return Node{.program = *program, .version = version};
}

Result<void> render_pages(const Node& node, const RenderOptions& options, Progress& progress) {
  progress.step("making pages");
  std::uint64_t told = 0, total = 0;
  bool done = false;
  const auto on_line = [&](std::string_view line) {
    done = !numbers_of_line(line, "done", 1).empty();
    const auto numbers = numbers_of_line(line, "progress", 2);
    if (numbers.empty()) return;
    if (numbers[1] != total) {
      progress.step("making pages", numbers[1]);
      total = numbers[1];
      told = 0;
    }
    if (numbers[0] > told) progress.advance(numbers[0] - told);
    told = std::max(told, numbers[0]);
  };
  const auto end = run_child({.program = node.program,
                              .arguments = {options.prerender.string(), "--site", options.site.string(), "--out", options.out.string(),
                                            "--public-url", options.public_url},
                              .environment = node_environment(),
                              .on_line = on_line});
  constexpr const char* kHint = "--no-pages publishes without pages";
  if (!end) return fail("the pages could not be made: " + end.error().what, end.error().where, kHint);
  if (end->code == 0 && done) return {};
  return fail(fmt::format("the pages could not be made: node ended with {}{}: {}", end->code, end->code == 0 ? " before it was done" : "",
                          shown_errors(end->errors)),
              {.file = options.prerender.string()}, kHint);
}

}  // namespace entente::server
