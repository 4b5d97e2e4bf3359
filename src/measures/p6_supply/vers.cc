// VERS ranges. A range is read from left to right into constraints with a version key each; the order of the constraints, that
// no version stands twice and which comparator may follow which are checked on the keys. A version is in the range if it equals
// one that includes it, or lies beyond the outermost bounds or between a lower and an upper one, as the specification says.
#include "measures/p6_supply/vers.h"

#include <algorithm>
#include <array>

#include "core/ascii.h"

namespace entente::measures::p6_supply {
namespace {

struct VersType {
  std::string_view name;
  Scheme scheme;
};
constexpr std::array kVersTypes = std::to_array<VersType>({
    {"alpm", Scheme::alpm},
    {"apk", Scheme::alpine},
    {"cargo", Scheme::semver},
    {"composer", Scheme::packagist},
    {"conan", Scheme::conan},
    {"cran", Scheme::cran},
    {"dart", Scheme::pub},
    {"datetime", Scheme::datetime},
    {"deb", Scheme::debian},
    {"ebuild", Scheme::gentoo},
    {"gem", Scheme::rubygems},
    {"gentoo", Scheme::gentoo},
    {"golang", Scheme::semver},
    {"hackage", Scheme::hackage},
    {"hex", Scheme::semver},
    {"intdot", Scheme::hackage},
    {"lexicographic", Scheme::lexicographic},
    {"maven", Scheme::maven},
    {"npm", Scheme::semver},
    {"nuget", Scheme::nuget},
    {"openssl", Scheme::openssl},
    {"pub", Scheme::pub},
    {"pypi", Scheme::pep440},
    {"rpm", Scheme::rpm},
    {"semver", Scheme::semver},
    {"swift", Scheme::semver},
});

constexpr std::array<std::pair<std::string_view, Comparator>, 5> kComparators{{{">=", Comparator::greater_equal},
                                                                               {"<=", Comparator::less_equal},
                                                                               {"!=", Comparator::not_equal},
                                                                               {"<", Comparator::less},
                                                                               {">", Comparator::greater}}};
constexpr std::string_view kMustBeEncoded = "><=!*|%";

tl::unexpected<Error> not_canonical(std::string what) { return fail("non-canonical VERS: " + std::move(what)); }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Upper-case triplets, and none for a letter, a digit or one of "-._~".
Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (kMustBeEncoded.find(text[i]) != std::string_view::npos) return not_canonical("a character that has to be percent-encoded");
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1, low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return not_canonical("invalid percent-encoding in version");
    const char c = static_cast<char>(high * 16 + low);
    const bool plain = is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || is_lower(text[i + 1]) || is_lower(text[i + 2])) return not_canonical("percent-encoding in version is not canonical");
    out += c;
    i += 2;
  }
  return out;
}

bool is_bare(char c) { return c > ' ' && c < 0x7f && kMustBeEncoded.find(c) == std::string_view::npos; }

std::string encoded(std::string_view version) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : version) {
    if (is_bare(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string_view sign(Comparator comparator) {
  for (const auto& [text, value] : kComparators) {
    if (value == comparator) return text;
  }
  return {};
}

bool is_upper_bound(Comparator c) { return c == Comparator::less || c == Comparator::less_equal; }
bool is_lower_bound(Comparator c) { return c == Comparator::greater || c == Comparator::greater_equal; }

// Of lower bounds in a row the first counts, of upper bounds the last: the others are redundant.
void add_bound(std::vector<const VersConstraint*>& bounds, const VersConstraint& c) {
  if (!is_upper_bound(c.comparator) && !is_lower_bound(c.comparator)) return;
  const bool again = !bounds.empty() && is_upper_bound(bounds.back()->comparator) == is_upper_bound(c.comparator);
  if (!again) {
    bounds.push_back(&c);
  } else if (is_upper_bound(c.comparator)) {
    bounds.back() = &c;
  }
}

Result<void> check_datetime(std::string_view raw) {
  if (raw.find("%3A") != std::string_view::npos) return not_canonical("datetime time colons must be unencoded");
  if (raw.find_first_of("tz") != std::string_view::npos) return not_canonical("datetime must use uppercase T and Z");
  return {};
}

}  // namespace

std::optional<Scheme> scheme_of_vers_type(std::string_view type) {
  const auto* row = std::find_if(kVersTypes.begin(), kVersTypes.end(), [&](const VersType& t) { return t.name == type; });
  return row == kVersTypes.end() ? std::nullopt : std::optional(row->scheme);
}

Result<void> Vers::add(std::string_view constraint) {
  VersConstraint out;
  for (const auto& [text, comparator] : kComparators) {
    if (!constraint.starts_with(text)) continue;
    out.comparator = comparator;
    constraint.remove_prefix(text.size());
    break;
  }
  if (constraint.empty()) return not_canonical("a constraint without a version");
  ENTENTE_TRY(out.version, decoded(constraint));
  if (scheme_ == Scheme::datetime) ENTENTE_CHECK(check_datetime(constraint));
  // What a canonical range may hold and the type cannot order is equal to itself alone, which one "=" needs and no more.
  auto key = version_key(scheme_, out.version);
  if (!key && out.comparator != Comparator::equal && out.comparator != Comparator::not_equal) return tl::unexpected(std::move(key.error()));
  out.key = key ? std::move(*key) : "\xff" + out.version;
  constraints_.push_back(std::move(out));
  return {};
}

Result<void> Vers::check_sequence() const {
  for (std::size_t i = 1; i < constraints_.size(); ++i) {
    if (constraints_[i - 1].key == constraints_[i].key) return not_canonical("a version stands twice");
    if (constraints_[i - 1].key > constraints_[i].key) return not_canonical("constraints are not sorted by version");
  }
  return {};
}

Result<Vers> Vers::read(std::string_view text, Sorting sorting) {
  if (text.size() > kMaxVersBytes) return fail("VERS longer than 65,536 bytes");
  if (text.find_first_of(" \t\n\v\f\r") != std::string_view::npos) return not_canonical("whitespace is not permitted");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; })) return not_canonical("not printable ASCII");
  if (!text.starts_with("vers:")) return fail("not a VERS: it begins with \"vers:\" and a type", {}, "as in vers:npm/>=1.2.3|<2.0.0");
  text.remove_prefix(5);
  const std::size_t slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos) return fail("a VERS without a type or without constraints");
  Vers out;
  out.type_ = text.substr(0, slash);
  std::string_view rest = text.substr(slash + 1);
  if (out.type_ == "all" || out.type_ == "none") {
    if (rest != "*") return not_canonical("the type \"" + out.type_ + "\" takes \"*\" alone");
    return out;
  }
  const auto scheme = scheme_of_vers_type(out.type_);
  if (!scheme) return fail("VERS: no version order is known for the type \"" + out.type_.substr(0, 80) + "\"");
  out.scheme_ = *scheme;
  if (rest.empty()) return fail("a VERS without constraints");
  if (rest == "*") return out;
  if (rest.front() == '|') return not_canonical("leading pipe is not permitted");
  if (rest.back() == '|') return not_canonical("trailing pipe is not permitted");
  if (rest.find("||") != std::string_view::npos) return not_canonical("consecutive pipes are not permitted");
  if (std::count(rest.begin(), rest.end(), '|') >= static_cast<std::ptrdiff_t>(kMaxVersConstraints))
    return fail("VERS: too many constraints");
  for (;;) {
    const std::size_t pipe = rest.find('|');
    ENTENTE_CHECK(out.add(rest.substr(0, pipe)));
    if (pipe == std::string_view::npos) break;
    rest.remove_prefix(pipe + 1);
  }
  if (sorting == Sorting::done_here) {
    std::stable_sort(out.constraints_.begin(), out.constraints_.end(),
                     [](const VersConstraint& a, const VersConstraint& b) { return a.key < b.key; });
  }
  ENTENTE_CHECK(out.check_sequence());
  return out;
}

Result<Vers> Vers::parse(std::string_view text) { return read(text, Sorting::required); }
Result<Vers> Vers::normalise(std::string_view text) { return read(text, Sorting::done_here); }

std::string Vers::str() const {
  std::string out = "vers:" + type_ + "/";
  if (constraints_.empty()) return out + "*";
  for (const VersConstraint& c : constraints_) {
    if (&c != &constraints_.front()) out += '|';
    out += sign(c.comparator);
    out += encoded(c.version);
  }
  return out;
}

Result<bool> Vers::contains(std::string_view version) const {
  if (type_ == "all" || type_ == "none") return type_ == "all";
  ENTENTE_TRY(const std::string key, version_key(scheme_, version));
  if (constraints_.empty()) return true;
  std::vector<const VersConstraint*> bounds;
  for (const VersConstraint& c : constraints_) {
    if (c.key == key)
      return c.comparator != Comparator::not_equal && c.comparator != Comparator::less && c.comparator != Comparator::greater;
    add_bound(bounds, c);
  }
  if (bounds.empty()) return false;
  if (is_upper_bound(bounds.front()->comparator) && key < bounds.front()->key) return true;
  if (is_lower_bound(bounds.back()->comparator) && key > bounds.back()->key) return true;
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    const VersConstraint &low = *bounds[i - 1], &high = *bounds[i];
    if (is_lower_bound(low.comparator) && is_upper_bound(high.comparator) && low.key < key && key < high.key) return true;
  }
  return false;
}

}  // namespace entente::measures::p6_supply
