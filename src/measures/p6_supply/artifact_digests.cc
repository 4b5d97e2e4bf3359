// One pass over the lines of a checksum file.
#include "measures/p6_supply/artifact_digests.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

std::string_view algorithm_of_length(std::size_t hex_digits) {
  return hex_digits == 64 ? "sha256" : hex_digits == 96 ? "sha384" : hex_digits == 128 ? "sha512" : "";
}

// "\\" is a backslash, "\n" a line feed, "\r" a carriage return.
std::string unescaped_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\' || i + 1 == name.size()) {
      out += name[i];
      continue;
    }
    const char c = name[++i];
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

// nullopt: no such line.
std::optional<ListedDigest> parse_digest_line(std::string_view line) {
  const bool escaped = line.starts_with('\\');
  if (escaped) line.remove_prefix(1);
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view hex = line.substr(0, end);
  const std::string_view algorithm = algorithm_of_length(hex.size());
  if (algorithm.empty() || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return std::nullopt;
  line.remove_prefix(end);
  if (line.size() < 3 || (line[1] != ' ' && line[1] != '*')) return std::nullopt;
  ListedDigest out{.digest = std::string(algorithm) + ":", .name = escaped ? unescaped_name(line.substr(2)) : std::string(line.substr(2))};
  for (const char c : hex) out.digest += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

Result<std::vector<ListedDigest>> parse_digest_list(std::string_view text, const std::string& name) {
  if (text.size() > kMaxDigestListBytes) return fail("a list of digests this long is not read", {.file = name});
  std::vector<ListedDigest> out;
  std::uint64_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string_view line = text.substr(from, end - from);
    from = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto listed = parse_digest_line(line);
    if (!listed)
      return fail("not a line of sha256sum: " + printable(line, 80), {.file = name, .line = number},
                  "write <64 hex digits>, two spaces and the file's name, as  sha256sum FILES  does");
    if (out.size() == kMaxListedDigests) return fail("more than 10,000 digests", {.file = name, .line = number}, "list one release");
    listed->line = number;
    out.push_back(std::move(*listed));
  }
  if (out.empty()) return fail("the list of digests is empty", {.file = name});
  return out;
}

}  // namespace entente::measures::p6_supply
