// Splits a version at its separators and compares digit strings by length first, so that no number overflows.
#include "csaf/version.h"

#include <algorithm>

namespace entente::csaf {
namespace {

bool version_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int version_sign(int c) { return c < 0 ? -1 : c > 0 ? 1 : 0; }

int compare_digits(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a[0] == '0') a.remove_prefix(1);
  while (b.size() > 1 && b[0] == '0') b.remove_prefix(1);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return version_sign(a.compare(b));
}

std::string_view cut(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return part;
}

int compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty() ? 0 : a.empty() ? 1 : -1;
  while (!a.empty() && !b.empty()) {
    const std::string_view x = cut(a, '.'), y = cut(b, '.');
    const bool dx = version_digits(x), dy = version_digits(y);
    if (dx != dy) return dx ? -1 : 1;
    if (const int c = dx ? compare_digits(x, y) : version_sign(x.compare(y)); c != 0) return c;
  }
  return a.empty() == b.empty() ? 0 : a.empty() ? -1 : 1;
}

}  // namespace

std::optional<DocumentVersion> parse_version(std::string_view text) {
  DocumentVersion v;
  if (version_digits(text)) {
    v.major = text;
    return v;
  }
  v.semantic = true;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    v.build = text.substr(plus + 1);
    text = text.substr(0, plus);
    if (v.build.empty()) return std::nullopt;
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    v.prerelease = text.substr(dash + 1);
    text = text.substr(0, dash);
    if (v.prerelease.empty()) return std::nullopt;
  }
  v.major = cut(text, '.');
  v.minor = cut(text, '.');
  v.patch = text;
  if (!version_digits(v.major) || !version_digits(v.minor) || !version_digits(v.patch)) return std::nullopt;
  return v;
}

int compare(const DocumentVersion& a, const DocumentVersion& b, Prerelease prerelease) {
  if (const int c = compare_digits(a.major, b.major); c != 0) return c;
  const auto or_zero = [](std::string_view s) { return s.empty() ? std::string_view("0") : s; };
  if (const int c = compare_digits(or_zero(a.minor), or_zero(b.minor)); c != 0) return c;
  if (const int c = compare_digits(or_zero(a.patch), or_zero(b.patch)); c != 0) return c;
  return prerelease == Prerelease::ignore ? 0 : compare_prerelease(a.prerelease, b.prerelease);
}

}  // namespace entente::csaf
