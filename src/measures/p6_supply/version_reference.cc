// The plain reference for version orders: versions are taken apart into lists (PEP 440 by a regular expression) and compared
// component by component, as the specifications describe it. Slow, and written apart from the keys of version.cc, which the
// tests and version_fuzz hold against it. One concession for both: the bounds and the reading of "1.2", "v1.2.3", "1.2.3.4".
#include <re2/re2.h>
#include <algorithm>
#include <tuple>
#include <vector>

#include "core/ascii.h"
#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply {
namespace {

using Order = std::strong_ordering;

bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A number of any length.
struct Number {
  std::string digits;  // no leading zeros; empty is 0

  explicit Number(std::string_view text) {
    const std::size_t first = text.find_first_not_of('0');
    if (first != std::string_view::npos) digits = text.substr(first);
  }
  bool operator==(const Number&) const = default;
  Order operator<=>(const Number& other) const {
    if (digits.size() != other.digits.size()) return digits.size() <=> other.digits.size();
    return digits.compare(other.digits) <=> 0;
  }
};

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (separators.find(c) != std::string_view::npos) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

Order compare_text(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }  // std::string_view compares unsigned bytes

// --- SemVer 2.0.0, section 11 -----------------------------------------------------------------------------------------------

struct Semver {
  std::vector<Number> core;  // three
  std::vector<std::string> pre;
};

bool valid_identifiers(const std::vector<std::string>& identifiers) {
  static constexpr std::string_view kAllowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
  return std::all_of(identifiers.begin(), identifiers.end(),
                     [](const std::string& s) { return !s.empty() && s.find_first_not_of(kAllowed) == std::string::npos; });
}

std::optional<Semver> parse_semver(std::string_view text) {
  if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.remove_prefix(1);
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!valid_identifiers(split(text.substr(plus + 1), "."))) return std::nullopt;
    text = text.substr(0, plus);
  }
  Semver out;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.pre = split(text.substr(dash + 1), ".");
    if (!valid_identifiers(out.pre)) return std::nullopt;
    text = text.substr(0, dash);
  }
  const std::vector<std::string> numbers = split(text, ".");
  if (numbers.size() > 3 && !out.pre.empty()) return std::nullopt;
  for (const std::string& number : numbers) {
    if (!all_digits(number)) return std::nullopt;
    if (out.core.size() < 3) out.core.emplace_back(number);
  }
  out.core.resize(3, Number("0"));
  return out;
}

Order compare_identifier(const std::string& a, const std::string& b) {
  const bool a_number = all_digits(a), b_number = all_digits(b);
  if (a_number && b_number) return Number(a) <=> Number(b);
  if (a_number != b_number) return a_number ? Order::less : Order::greater;
  return compare_text(a, b);
}

Order compare_semver(const Semver& a, const Semver& b) {
  if (const Order order = a.core <=> b.core; order != 0) return order;
  if (a.pre.empty() || b.pre.empty()) return a.pre.empty() <=> b.pre.empty();
  for (std::size_t i = 0; i < std::min(a.pre.size(), b.pre.size()); ++i) {
    if (const Order order = compare_identifier(a.pre[i], b.pre[i]); order != 0) return order;
  }
  return a.pre.size() <=> b.pre.size();
}

// --- PEP 440 ----------------------------------------------------------------------------------------------------------------

struct Pep440 {
  bool legacy = false;
  std::vector<std::string> tokens;  // legacy only: runs of digits and of other bytes, in lower case
  Number epoch{"0"};
  std::vector<Number> release;
  std::optional<std::tuple<int, Number>> pre;  // 0 a, 1 b, 2 rc
  std::optional<Number> post, dev;
  std::vector<std::string> local;
};

const re2::RE2& pep440_pattern() {
  static const re2::RE2 pattern = [] {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    return re2::RE2(
        "v?(?:(\\d+)!)?"                                             // 1 epoch
        "(\\d+(?:\\.\\d+)*)"                                         // 2 release
        "(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\\d+)?)?"  // 3, 4 pre-release
        "((?:-(\\d+))|(?:[-_.]?(?:post|rev|r)[-_.]?(\\d+)?))?"       // 5; 6, 7 post-release
        "([-_.]?dev[-_.]?(\\d+)?)?"                                  // 8; 9 development release
        "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?",                    // 10 local version
        options);
  }();
  return pattern;
}

std::vector<std::string> legacy_tokens(std::string_view text) {
  std::vector<std::string> out;
  for (const char c : lower(text)) {
    const bool digit = c >= '0' && c <= '9';
    if (out.empty() || digit != all_digits(out.back().substr(0, 1))) out.emplace_back();
    out.back() += c;
  }
  return out;
}

Pep440 parse_pep440(std::string_view text) {
  Pep440 out;
  const re2::StringPiece piece(text.data(), text.size());
  re2::StringPiece epoch, release, pre, pre_n, post, post_n1, post_n2, dev, dev_n, local;
  if (!re2::RE2::FullMatch(piece, pep440_pattern(), &epoch, &release, &pre, &pre_n, &post, &post_n1, &post_n2, &dev, &dev_n, &local)) {
    out.legacy = true;
    out.tokens = legacy_tokens(text);
    return out;
  }
  const auto view = [](const re2::StringPiece& p) { return std::string_view(p.data(), p.size()); };
  out.epoch = Number(view(epoch));
  for (const std::string& part : split(view(release), ".")) out.release.emplace_back(part);
  while (!out.release.empty() && out.release.back() == Number("0")) out.release.pop_back();
  if (!pre.empty()) {
    const char letter = lower(view(pre))[0];
    out.pre = {letter == 'a' ? 0 : letter == 'b' ? 1 : 2, Number(view(pre_n))};
  }
  if (!post.empty()) out.post = Number(view(post_n1.empty() ? post_n2 : post_n1));
  if (!dev.empty()) out.dev = Number(view(dev_n));
  if (!local.empty()) out.local = split(lower(view(local)), "-_.");
  return out;
}

// A release without pre-release comes after all its pre-releases, except that a bare ".devN" comes before them.
int pre_class(const Pep440& v) {
  if (v.pre) return 0;
  return v.dev && !v.post ? -1 : 1;
}

// Lists of numbers and texts: numbers above texts, more parts above fewer.
Order compare_mixed(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const bool a_number = all_digits(a[i]), b_number = all_digits(b[i]);
    if (a_number != b_number) return a_number ? Order::greater : Order::less;
    const Order order = a_number ? Number(a[i]) <=> Number(b[i]) : compare_text(a[i], b[i]);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

Order compare_pep440(const Pep440& a, const Pep440& b) {
  if (a.legacy || b.legacy) {
    if (a.legacy && b.legacy) return compare_mixed(a.tokens, b.tokens);
    return a.legacy ? Order::less : Order::greater;
  }
  if (const Order order = a.epoch <=> b.epoch; order != 0) return order;
  if (const Order order = a.release <=> b.release; order != 0) return order;
  if (const Order order = pre_class(a) <=> pre_class(b); order != 0) return order;
  if (a.pre && b.pre) {
    if (const Order order = *a.pre <=> *b.pre; order != 0) return order;
  }
  if (const Order order = a.post <=> b.post; order != 0) return order;  // none below any
  if (a.dev.has_value() != b.dev.has_value()) return a.dev ? Order::less : Order::greater;
  if (a.dev) {
    if (const Order order = *a.dev <=> *b.dev; order != 0) return order;
  }
  return compare_mixed(a.local, b.local);
}

// Whether these are versions at all is the key's to say; how they compare is not.
Result<Order> compare_by_scheme(Scheme scheme, std::string_view a, std::string_view b) {
  ENTENTE_TRY(const std::string left, version_key(scheme, a));
  ENTENTE_TRY(const std::string right, version_key(scheme, b));
  switch (scheme) {
    case Scheme::debian: return reference::compare_debian(a, b);
    case Scheme::rpm: return reference::compare_rpm(a, b);
    case Scheme::alpine: return reference::compare_alpine(a, b);
    case Scheme::maven: return reference::compare_maven(a, b);
    case Scheme::rubygems: return reference::compare_rubygems(a, b);
    case Scheme::nuget: return reference::compare_nuget(a, b);
    case Scheme::packagist: return reference::compare_packagist(a, b);
    case Scheme::pub: return reference::compare_pub(a, b);
    case Scheme::cran:
    case Scheme::hackage: return reference::compare_numbers(a, b);
    case Scheme::alpm: return reference::compare_alpm(a, b);
    case Scheme::gentoo: return reference::compare_gentoo(a, b);
    case Scheme::conan: return reference::compare_conan(a, b);
    case Scheme::freebsd: return reference::compare_freebsd(a, b);
    case Scheme::linux_kernel: return reference::compare_linux_kernel(a, b);
    default: return left <=> right;
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<std::strong_ordering> compare_versions(Scheme scheme, std::string_view a, std::string_view b) {
  for (const std::string_view version : {a, b}) {
    if (version.size() > kMaxVersionBytes) return fail("version longer than 1,024 bytes");
    if (trim(version).empty()) return fail("empty version");
  }
  if (scheme == Scheme::pep440) return compare_pep440(parse_pep440(trim(a)), parse_pep440(trim(b)));
  if (scheme != Scheme::semver) return compare_by_scheme(scheme, trim(a), trim(b));
  const std::optional<Semver> left = parse_semver(trim(a)), right = parse_semver(trim(b));
  if (!left || !right) return keys::not_a_version(scheme, left ? b : a);
  return compare_semver(*left, *right);
}

}  // namespace entente::measures::p6_supply
