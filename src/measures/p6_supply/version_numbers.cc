// Keys of the schemes that are lists of numbers with little besides: NuGet and Pub (SemVer with a change each), CRAN and
// Hackage, Conan, OpenSSL, and two generic ones of VERS: bytes as they stand, and RFC 3339 times.
#include <charconv>
#include <chrono>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

constexpr unsigned char kIdEnd = 1, kIdNumber = 2, kIdText = 3;  // lists of identifiers
constexpr unsigned char kPreRelease = 1, kNoPreRelease = 2;
constexpr unsigned char kNoBuildPart = 1, kBuildPart = 2;

bool is_identifier_text(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

// "rc.1": numbers below words. False if an identifier is empty or has another character.
bool put_identifiers(std::string_view text, std::string& out) {
  for (const std::string_view id : split_at(text, ".")) {
    if (!is_identifier_text(id)) return false;
    put(out, all_digits_in(id) ? kIdNumber : kIdText);
    all_digits_in(id) ? put_number(out, id) : put_text(out, id);
  }
  put(out, kIdEnd);
  return true;
}

struct SemverParts {
  std::vector<std::string_view> numbers;
  std::string_view pre, build;
  bool has_pre = false, has_build = false;
};

bool split_semver(std::string_view text, SemverParts& out) {
  if (lower(text.front()) == 'v') text.remove_prefix(1);
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    out.has_build = true;
    out.build = text.substr(plus + 1);
    text = text.substr(0, plus);
  }
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.has_pre = true;
    out.pre = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  out.numbers = split_at(text, ".");
  return std::all_of(out.numbers.begin(), out.numbers.end(), all_digits_in);
}

bool put_number_list(std::string_view text, std::string_view separators, std::string& out) {
  for (const std::string_view number : split_at(text, separators)) {
    if (!all_digits_in(number)) return false;
    put(out, kIdNumber);
    put_number(out, number);
  }
  put(out, kIdEnd);
  return true;
}

// Conan: each dotted item is a number and what follows it, or text; trailing zeros do not count.
void put_conan_items(std::string_view text, std::string& out) {
  std::size_t significant = out.size();
  for (const std::string_view item : split_at(text, ".")) {
    Cursor in{item};
    const std::string_view digits = in.digits();
    put(out, digits.empty() ? kIdText : kIdNumber);
    if (!digits.empty()) put_number(out, digits);
    put_text(out, lower(item.substr(in.at)));
    if (digits.empty() ? !item.empty() : !is_zero(digits) || !in.end()) significant = out.size();
  }
  out.resize(significant);
  put(out, kIdEnd);
}

// A number of exactly `width` digits at `at`.
bool fixed_digits(std::string_view text, std::size_t at, std::size_t width, int& out) {
  if (at + width > text.size() || !all_digits_in(text.substr(at, width))) return false;
  std::from_chars(text.data() + at, text.data() + at + width, out);
  return true;
}

// Minutes of "Z" or "+hh:mm".
bool zone_offset(std::string_view zone, int& minutes) {
  minutes = 0;
  if (zone == "Z" || zone == "z") return true;
  int hour = 0, minute = 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return false;
  if (!fixed_digits(zone, 1, 2, hour) || !fixed_digits(zone, 4, 2, minute) || hour > 23 || minute > 59) return false;
  minutes = (zone[0] == '-' ? -1 : 1) * (hour * 60 + minute);
  return true;
}

}  // namespace

bool put_nuget(std::string_view text, std::string& out, VersionForm& form) {
  SemverParts v;
  if (!split_semver(text, v) || v.numbers.size() > 4) return false;
  form = v.numbers.size() >= 3 && is_digit(text.front()) ? VersionForm::exact : VersionForm::lenient;
  for (std::size_t i = 0; i < 4; ++i) put_number(out, i < v.numbers.size() ? v.numbers[i] : "0");
  put(out, v.has_pre ? kPreRelease : kNoPreRelease);
  if (v.has_pre && !put_identifiers(lower(v.pre), out)) return false;
  std::string unused;
  return !v.has_build || put_identifiers(v.build, unused);
}

// As SemVer, but build metadata counts: none is below any. A fourth number and what follows it is taken for build metadata.
bool put_pub(std::string_view text, std::string& out, VersionForm& form) {
  SemverParts v;
  if (!split_semver(text, v) || (v.numbers.size() > 3 && v.has_pre)) return false;
  form = v.numbers.size() == 3 && is_digit(text.front()) ? VersionForm::exact : VersionForm::lenient;
  for (std::size_t i = 0; i < 3; ++i) put_number(out, i < v.numbers.size() ? v.numbers[i] : "0");
  put(out, v.has_pre ? kPreRelease : kNoPreRelease);
  if (v.has_pre && !put_identifiers(v.pre, out)) return false;
  std::string build;
  for (std::size_t i = 3; i < v.numbers.size(); ++i) build += (build.empty() ? "" : ".") + std::string(v.numbers[i]);
  if (v.has_build) build += (build.empty() ? "" : ".") + std::string(v.build);
  put(out, build.empty() && !v.has_build ? kNoBuildPart : kBuildPart);
  return (build.empty() && !v.has_build) || put_identifiers(build, out);
}

bool put_cran(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  return put_number_list(text, ".-", out);
}

bool put_hackage(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  return put_number_list(text, ".", out);
}

bool put_conan(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  std::string_view build, pre;
  const std::size_t plus = text.rfind('+');
  if (plus != std::string_view::npos) {
    build = text.substr(plus + 1);
    text = text.substr(0, plus);
  }
  const std::size_t dash = text.rfind('-');
  if (dash != std::string_view::npos) {
    pre = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  put_conan_items(text, out);
  put(out, dash != std::string_view::npos ? kPreRelease : kNoPreRelease);
  if (dash != std::string_view::npos) put_conan_items(pre, out);
  put(out, plus != std::string_view::npos ? kBuildPart : kNoBuildPart);
  if (plus != std::string_view::npos) put_conan_items(build, out);
  return true;
}

// Before 3.0 letters follow the three numbers ("1.0.2zb"); since then it is SemVer.
bool put_openssl(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  Cursor in{text};
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && !in.take('.')) return false;
    const std::string_view digits = in.digits();
    if (digits.empty()) return false;
    put_number(out, digits);
  }
  const std::string_view letters = in.run(is_lower);
  put_text(out, letters);
  std::string_view rest = text.substr(in.at), unused_build;
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    unused_build = rest.substr(plus + 1);
    std::string unused;
    if (!put_identifiers(unused_build, unused)) return false;
    rest = rest.substr(0, plus);
  }
  put(out, rest.empty() ? kNoPreRelease : kPreRelease);
  return rest.empty() || (rest.front() == '-' && put_identifiers(rest.substr(1), out));
}

bool put_lexicographic(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  put(out, 1);  // a text may begin with 0xff, a key may not
  put_text(out, text);
  return true;
}

// Seconds since year 0 as a number, then the fraction without trailing zeros. A leap second counts as the second after it.
bool put_datetime(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  if (!fixed_digits(text, 0, 4, year) || !fixed_digits(text, 5, 2, month) || !fixed_digits(text, 8, 2, day) ||
      !fixed_digits(text, 11, 2, hour) || !fixed_digits(text, 14, 2, minute) || !fixed_digits(text, 17, 2, second))
    return false;
  if (text[4] != '-' || text[7] != '-' || lower(text[10]) != 't' || text[13] != ':' || text[16] != ':') return false;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;
  Cursor in{text, 19};
  std::string_view fraction;
  if (in.take('.')) {
    fraction = in.digits();
    if (fraction.empty()) return false;
  }
  if (!zone_offset(text.substr(in.at), offset)) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count() + 800'000;  // positive from the year 0 on
  put_number(out, std::to_string(days * 86'400 + (hour * 60 + minute - offset) * 60 + second));
  put_text(out, fraction.substr(0, fraction.find_last_not_of('0') + 1));
  return true;
}

}  // namespace entente::measures::p6_supply::keys
