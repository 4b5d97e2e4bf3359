// What the version keys of all schemes are made of. Numbers and texts are written so that memcmp orders them, no piece begins
// another, and a list ends with a byte below every byte that could follow it. Internal to the version_*.cc files.
//   number  count of digits without leading zeros (one byte, or 0xc9 and two), then the digits
//   text    the bytes, 0 to 2 written as two bytes, then 0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/ascii.h"
#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply::keys {

inline void put(std::string& out, unsigned char byte) { out += static_cast<char>(byte); }

// Lengths 0 … 0xc8 take one byte; longer ones 0xc9 and two bytes, big-endian (a version has at most 1,024 bytes).
inline void put_number(std::string& out, std::string_view digits) {
  constexpr unsigned char kLongNumber = 0xc9;
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  if (digits.size() < kLongNumber) {
    put(out, static_cast<unsigned char>(digits.size()));
  } else {
    put(out, kLongNumber);
    put(out, static_cast<unsigned char>(digits.size() >> 8));
    put(out, static_cast<unsigned char>(digits.size() & 0xff));
  }
  out += digits;
}

inline void put_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 2) put(out, 1);
    put(out, byte <= 2 ? static_cast<unsigned char>(byte + 1) : byte);
  }
  put(out, 0);
}

// A count of at most 65,535; `descending` reverses the order of counts.
enum class CountOrder : unsigned char { ascending, descending };
inline void put_count(std::string& out, std::size_t count, CountOrder order = CountOrder::ascending) {
  if (order == CountOrder::descending) count = 0xffff - count;
  put(out, static_cast<unsigned char>(count >> 8));
  put(out, static_cast<unsigned char>(count & 0xff));
}

inline bool all_digits_in(std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), is_digit); }
inline bool is_zero(std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; }

struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  [[nodiscard]] bool end() const { return at == text.size(); }
  [[nodiscard]] char peek() const { return end() ? '\0' : text[at]; }
  bool take(char c) {
    if (end() || lower(text[at]) != c) return false;
    ++at;
    return true;
  }
  template <class Predicate>
  std::string_view run(Predicate predicate) {
    const std::size_t begin = at;
    while (!end() && predicate(text[at])) ++at;
    return text.substr(begin, at - begin);
  }
  std::string_view digits() { return run(is_digit); }
  // The word, in any case; the cursor stays if it does not stand here.
  bool word(std::string_view w) {
    if (text.size() - at < w.size()) return false;
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (lower(text[at + i]) != w[i]) return false;
    }
    at += w.size();
    return true;
  }
  bool separator() {
    const char c = peek();
    if (c != '.' && c != '-' && c != '_') return false;
    ++at;
    return true;
  }
};

inline std::vector<std::string_view> split_at(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = text.find_first_of(separators);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

// Epoch, version and release of "epoch:version-release"; the release begins after the last '-'.
struct DistributionVersion {
  std::string_view epoch, version, release;
  bool has_release = false;
};
inline DistributionVersion split_distribution(std::string_view text) {
  DistributionVersion out;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    out.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  out.version = text;
  if (const std::size_t dash = text.rfind('-'); dash != std::string_view::npos) {
    out.version = text.substr(0, dash);
    out.release = text.substr(dash + 1);
    out.has_release = true;
  }
  return out;
}

[[nodiscard]] tl::unexpected<Error> not_a_version(Scheme scheme, std::string_view version);

// One per scheme: appends the key of `text` (trimmed, not empty, at most kMaxVersionBytes); false if it is no version.
bool put_debian(std::string_view text, std::string& out, VersionForm& form);
bool put_rpm(std::string_view text, std::string& out, VersionForm& form);
bool put_alpm(std::string_view text, std::string& out, VersionForm& form);
bool put_alpine(std::string_view text, std::string& out, VersionForm& form);
bool put_gentoo(std::string_view text, std::string& out, VersionForm& form);
bool put_maven(std::string_view text, std::string& out, VersionForm& form);
bool put_rubygems(std::string_view text, std::string& out, VersionForm& form);
bool put_packagist(std::string_view text, std::string& out, VersionForm& form);
bool put_nuget(std::string_view text, std::string& out, VersionForm& form);
bool put_pub(std::string_view text, std::string& out, VersionForm& form);
bool put_cran(std::string_view text, std::string& out, VersionForm& form);
bool put_hackage(std::string_view text, std::string& out, VersionForm& form);
bool put_conan(std::string_view text, std::string& out, VersionForm& form);
bool put_openssl(std::string_view text, std::string& out, VersionForm& form);
bool put_lexicographic(std::string_view text, std::string& out, VersionForm& form);
bool put_datetime(std::string_view text, std::string& out, VersionForm& form);
bool put_freebsd(std::string_view text, std::string& out, VersionForm& form);
bool put_linux_kernel(std::string_view text, std::string& out, VersionForm& form);

}  // namespace entente::measures::p6_supply::keys

namespace entente::measures::p6_supply::reference {

// One per scheme that has a rule of its own to compare by; both versions are ones their key understands.
std::strong_ordering compare_debian(std::string_view a, std::string_view b);
std::strong_ordering compare_rpm(std::string_view a, std::string_view b);
std::strong_ordering compare_alpm(std::string_view a, std::string_view b);
std::strong_ordering compare_alpine(std::string_view a, std::string_view b);
std::strong_ordering compare_gentoo(std::string_view a, std::string_view b);
std::strong_ordering compare_maven(std::string_view a, std::string_view b);
std::strong_ordering compare_rubygems(std::string_view a, std::string_view b);
std::strong_ordering compare_packagist(std::string_view a, std::string_view b);
std::strong_ordering compare_nuget(std::string_view a, std::string_view b);
std::strong_ordering compare_pub(std::string_view a, std::string_view b);
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);
std::strong_ordering compare_conan(std::string_view a, std::string_view b);
std::strong_ordering compare_freebsd(std::string_view a, std::string_view b);
std::strong_ordering compare_linux_kernel(std::string_view a, std::string_view b);

}  // namespace entente::measures::p6_supply::reference
