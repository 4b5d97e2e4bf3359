// Keys of Debian's, RPM's and Arch Linux's versions. All three are read from left to right in runs of digits and runs of
// letters; they differ in what separators mean. Debian: every character counts, '~' before the end, letters before the rest.
// RPM: separators only part the runs, '~' is before the end and '^' just after it. Arch: RPM's rule of an older day, in which
// letters that follow directly are before the end and the number of separators counts.
#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

// --- Debian: deb-version(7), dpkg's lib/dpkg/version.c -----------------------------------------------------------------------

constexpr unsigned char kDebianTilde = 1, kDebianEnd = 2;

bool is_debian_char(char c) { return is_alnum(c) || c == '.' || c == '+' || c == '-' || c == '~' || c == ':'; }

// Text without digits, then a number, and so on; a missing number is 0.
void put_debian_part(Cursor in, std::string& out) {
  do {
    for (const char c : in.run([](char d) { return !is_digit(d); })) {
      if (c == '~') {
        put(out, kDebianTilde);
      } else {
        put(out, static_cast<unsigned char>(is_alpha(c) ? c : c | 0x80));
      }
    }
    put(out, kDebianEnd);
    put_number(out, in.digits());
  } while (!in.end());
  put(out, kDebianEnd);
}

// --- RPM: rpmvercmp ----------------------------------------------------------------------------------------------------------

constexpr unsigned char kRpmTilde = 1, kRpmEnd = 2, kRpmCaret = 3, kRpmText = 4, kRpmNumber = 5;

void put_rpm_part(Cursor in, std::string& out) {
  while (!in.end()) {
    const char c = in.peek();
    if (is_digit(c)) {
      put(out, kRpmNumber);
      put_number(out, in.digits());
    } else if (is_alpha(c)) {
      put(out, kRpmText);
      put_text(out, in.run(is_alpha));
    } else {
      if (c == '~' || c == '^') put(out, c == '~' ? kRpmTilde : kRpmCaret);
      ++in.at;
    }
  }
  put(out, kRpmEnd);
}

// --- Arch: alpm_pkg_vercmp ---------------------------------------------------------------------------------------------------

constexpr unsigned char kAlpmText = 1, kAlpmEnd = 2, kAlpmNumber = 3, kAlpmSeparators = 4;

void put_alpm_part(Cursor in, std::string& out) {
  while (!in.end()) {
    if (const auto separators = in.run([](char c) { return !is_alnum(c); }); !separators.empty()) {
      put(out, kAlpmSeparators);
      put_count(out, separators.size());
    }
    if (is_digit(in.peek())) {
      put(out, kAlpmNumber);
      put_number(out, in.digits());
    } else if (!in.end()) {
      put(out, kAlpmText);
      put_text(out, in.run(is_alpha));
    }
  }
  put(out, kAlpmEnd);
}

}  // namespace

bool put_debian(std::string_view text, std::string& out, VersionForm& form) {
  if (!std::all_of(text.begin(), text.end(), is_debian_char)) return false;
  const DistributionVersion v = split_distribution(text);
  if (text.find(':') != std::string_view::npos && !all_digits_in(v.epoch)) return false;
  if (v.version.empty()) return false;
  form = is_digit(v.version.front()) ? VersionForm::exact : VersionForm::lenient;
  put_number(out, v.epoch);
  put_debian_part({v.version}, out);
  put_debian_part({v.release}, out);  // none is "0"
  return true;
}

bool put_rpm(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  const DistributionVersion v = split_distribution(text);
  put_rpm_part({v.epoch.empty() ? "0" : v.epoch}, out);
  put_rpm_part({v.version}, out);
  put(out, v.has_release ? 2 : 1);
  if (v.has_release) put_rpm_part({v.release}, out);
  return true;
}

bool put_alpm(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  DistributionVersion v = split_distribution(text);
  if (text.find(':') != std::string_view::npos && !v.epoch.empty() && !all_digits_in(v.epoch)) return false;
  put_number(out, v.epoch);
  put_alpm_part({v.version}, out);
  put_alpm_part({v.has_release ? v.release : "1"}, out);
  return true;
}

}  // namespace entente::measures::p6_supply::keys
