// Lines are read by hand: the format is two words. Both lists are sorted maps, so they are compared in one walk.
#include "measures/p3_elections/trusted_build.h"

#include "core/utf8.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::size_t kMaxHashedFiles = 1'000'000;

// The text of a comment without "#" and blanks at its ends.
std::string_view comment_text(std::string_view line) {
  line.remove_prefix(1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  while (line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

}  // namespace

Result<HashList> HashList::parse(std::string_view text, const std::string& name) {
  if (!is_valid_utf8(text)) return fail("not UTF-8", {.file = name});
  HashList out;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      const std::string_view comment = comment_text(line);
      if (comment.starts_with("machine:")) out.machine = comment_text(comment.substr(7));
      if (comment == "quarantined") out.quarantined = true;
      continue;
    }
    const Where where{.file = name, .line = number};
    if (line.size() < 67 || line[64] != ' ' || (line[65] != ' ' && line[65] != '*'))
      return fail("not a line as sha256sum writes it", where, "\"<64 hex digits>  <file name>\"");
    auto digest = Digest::from_hex(line.substr(0, 64));
    if (!digest) return fail("not 64 hex digits", where);
    const auto [place, added] = out.files.emplace(std::string(line.substr(66)), *digest);
    if (!added && place->second != *digest) return fail("a second digest of " + printable(place->first, 200), where);
    if (out.files.size() > kMaxHashedFiles) return fail("more than 1,000,000 files", where);
  }
  if (out.files.empty()) return fail("no file in it", {.file = name}, "sha256sum FILES > list.txt makes such a list");
  return out;
}

std::string_view to_string(HashDifference::Kind kind) {
  switch (kind) {
    case HashDifference::Kind::changed: return "changed";
    case HashDifference::Kind::missing: return "missing";
    case HashDifference::Kind::extra: break;
  }
  return "extra";
}

std::vector<HashDifference> differences(const HashList& trusted, const HashList& machine) {
  std::vector<HashDifference> out;
  auto a = trusted.files.begin();
  auto b = machine.files.begin();
  while (a != trusted.files.end() || b != machine.files.end()) {
    if (b == machine.files.end() || (a != trusted.files.end() && a->first < b->first)) {
      out.push_back({HashDifference::Kind::missing, a++->first});
    } else if (a == trusted.files.end() || b->first < a->first) {
      out.push_back({HashDifference::Kind::extra, b++->first});
    } else {
      if (a->second != b->second) out.push_back({HashDifference::Kind::changed, a->first});
      ++a;
      ++b;
    }
  }
  return out;
}

}  // namespace entente::measures::p3_elections
