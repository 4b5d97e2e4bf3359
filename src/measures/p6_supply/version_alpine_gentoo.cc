// Keys of Alpine's and Gentoo's versions: dotted numbers, a letter, suffixes such as _rc1, a revision. Gentoo's are checked
// against the Package Manager Specification, 3.2 and 3.3. Alpine's follow apk-tools 3 (src/version.c): what apk finds invalid
// has a place too, just below the version that ends there, and everything from there on is equal.
#include <array>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

// The order of what can stand at a place. The four suffixes of pre-releases are 1 to 4.
constexpr unsigned char kApkInvalid = 5, kApkEnd = 6, kApkRevision = 7, kApkHash = 8, kApkSuffixNumber = 9, kApkPost = 10, kApkNothing = 16,
                        kApkLetter = 17, kApkText = 18, kApkNumber = 19;
constexpr std::array<std::string_view, 4> kPreSuffixes{"alpha", "beta", "pre", "rc"};
constexpr std::array<std::string_view, 5> kPostSuffixes{"cvs", "svn", "git", "hg", "p"};

enum class ApkPlace : unsigned char { number, letter, suffix, suffix_number, hash, revision };

// A number after the first one. One with a leading zero is text, and below those without.
void put_apk_number(std::string_view digits, std::string& out) {
  if (digits.empty()) return put(out, kApkNothing);
  put(out, digits.front() == '0' ? kApkText : kApkNumber);
  digits.front() == '0' ? put_text(out, digits) : put_number(out, digits);
}

unsigned char apk_suffix(std::string_view word) {
  for (std::size_t i = 0; i < kPreSuffixes.size(); ++i) {
    if (word == kPreSuffixes[i]) return static_cast<unsigned char>(1 + i);
  }
  for (std::size_t i = 0; i < kPostSuffixes.size(); ++i) {
    if (word == kPostSuffixes[i]) return static_cast<unsigned char>(kApkPost + i);
  }
  return 0;
}

bool put_apk_revision(Cursor& in, std::string& out) {
  if (!in.text.substr(in.at).starts_with("-r")) return false;
  Cursor rest{in.text, in.at + 2};
  const std::string_view digits = rest.digits();
  if (is_zero(digits) && !rest.end()) return false;  // "1-r0-1" is as invalid as "1--"
  put(out, kApkRevision);
  put_number(out, digits);
  in.at = rest.at;
  return true;
}

// The next token; false if there is none that apk allows here.
bool put_apk_token(Cursor& in, ApkPlace& place, std::string& out) {
  const char c = in.peek();
  if (c == '.' && place == ApkPlace::number) {
    ++in.at;
    put_apk_number(in.digits(), out);
    return true;
  }
  if (is_lower(c) && place == ApkPlace::number) {
    ++in.at;
    put(out, kApkLetter);
    put(out, static_cast<unsigned char>(c));
    place = ApkPlace::letter;
    return true;
  }
  if (is_digit(c) && (place == ApkPlace::letter || place == ApkPlace::suffix)) {
    const std::string_view digits = in.digits();
    if (place == ApkPlace::letter) {
      put_apk_number(digits, out);
    } else {
      put(out, kApkSuffixNumber);
      put_number(out, digits);
    }
    place = place == ApkPlace::letter ? ApkPlace::number : ApkPlace::suffix_number;
    return true;
  }
  if (c == '_' && place <= ApkPlace::suffix_number) {
    Cursor rest{in.text, in.at + 1};
    const unsigned char suffix = apk_suffix(rest.run(is_lower));
    if (suffix == 0) return false;
    put(out, suffix);
    in.at = rest.at;
    place = ApkPlace::suffix;
    return true;
  }
  if (c == '~' && place < ApkPlace::hash) {
    ++in.at;
    put(out, kApkHash);
    put_text(out, in.run(is_hex_digit));
    place = ApkPlace::hash;
    return true;
  }
  if (place == ApkPlace::revision || !put_apk_revision(in, out)) return false;
  place = ApkPlace::revision;
  return true;
}

// --- Gentoo ------------------------------------------------------------------------------------------------------------------

constexpr unsigned char kGentooEnd = 1, kGentooText = 2, kGentooNumber = 3;  // numbers
constexpr unsigned char kGentooNoSuffix = 5, kGentooPatch = 6;               // suffixes; _alpha to _rc are 1 to 4

bool put_gentoo_numbers(Cursor& in, std::string& out) {
  const std::string_view first = in.digits();
  if (first.empty()) return false;
  put_number(out, first);
  while (in.take('.')) {
    std::string_view digits = in.digits();
    if (digits.empty()) return false;
    if (digits.front() == '0') {
      digits = digits.substr(0, digits.find_last_not_of('0') + 1);
      put(out, kGentooText);
      put_text(out, digits);
    } else {
      put(out, kGentooNumber);
      put_number(out, digits);
    }
  }
  put(out, kGentooEnd);
  return true;
}

bool put_gentoo_suffixes(Cursor& in, std::string& out) {
  while (in.peek() == '_') {
    ++in.at;
    const std::string_view word = in.run(is_lower);
    const unsigned char suffix = word == "p" ? kGentooPatch : apk_suffix(word);
    if (suffix == 0 || suffix > kGentooPatch) return false;
    put(out, suffix);
    put_number(out, in.digits());
  }
  put(out, kGentooNoSuffix);
  return true;
}

}  // namespace

bool put_alpine(std::string_view text, std::string& out, VersionForm& form) {
  Cursor in{text};
  form = VersionForm::exact;
  const std::string_view first = in.digits();
  if (first.empty()) form = VersionForm::lenient;
  put(out, first.empty() ? 1 : 2);
  put_number(out, first);
  ApkPlace place = ApkPlace::number;
  while (!in.end() && put_apk_token(in, place, out)) {}
  if (!in.end()) form = VersionForm::legacy;
  put(out, in.end() ? kApkEnd : kApkInvalid);
  return true;
}

bool put_gentoo(std::string_view text, std::string& out, VersionForm& form) {
  Cursor in{text};
  form = VersionForm::exact;
  if (!put_gentoo_numbers(in, out)) return false;
  const bool letter = is_lower(in.peek());
  put(out, letter ? static_cast<unsigned char>(in.peek()) : 0);
  if (letter) ++in.at;
  if (!put_gentoo_suffixes(in, out)) return false;
  std::string_view revision;
  if (text.substr(in.at).starts_with("-r")) {
    in.at += 2;
    revision = in.digits();
    if (revision.empty()) return false;
  }
  put_number(out, revision);
  return in.end();
}

}  // namespace entente::measures::p6_supply::keys
