// Version keys. Each version is read left to right in one pass and written as a byte string whose memcmp order is the order
// of versions. A number becomes its count of digits (leading zeros cut) and the digits, so numbers of any length compare
// right; a list ends with a byte below every byte that could follow it; text ends with 0. Every key is prefix-free, so
// key + "\0" is the least byte string above a version and nothing lies between (the index uses that for "last affected").
#include "measures/p6_supply/version.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/ascii.h"
#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply {
namespace {

using namespace keys;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// --- SemVer ---------------------------------------------------------------------------------------------------------------

constexpr unsigned char kPreEnd = 1, kPreNumber = 2, kPreText = 3, kRelease = 4;

bool is_identifier(char c) { return is_digit(c) || is_alpha(c) || c == '-'; }

// "alpha.1" up to '+' or the end; false if an identifier is empty.
bool put_prerelease(Cursor& in, std::string& out) {
  do {
    const std::size_t begin = in.at;
    bool numeric = true;
    while (!in.end() && is_identifier(in.peek())) {
      numeric = numeric && is_digit(in.peek());
      ++in.at;
    }
    const std::string_view identifier = in.text.substr(begin, in.at - begin);
    if (identifier.empty()) return false;
    put(out, numeric ? kPreNumber : kPreText);
    if (numeric) {
      put_number(out, identifier);
    } else {
      out += identifier;
      put(out, 0);
    }
  } while (in.take('.'));
  put(out, kPreEnd);
  return true;
}

bool is_build_metadata(std::string_view text) {
  bool empty = true;
  for (const char c : text) {
    if (c == '.' && empty) return false;
    if (c != '.' && !is_identifier(c)) return false;
    empty = c == '.';
  }
  return !empty;
}

bool put_semver(std::string_view version, std::string& out, VersionForm& form) {
  Cursor in{version};
  form = VersionForm::exact;
  if (in.take('v')) form = VersionForm::lenient;
  int numbers = 0;
  do {
    const std::string_view digits = in.digits();
    if (digits.empty()) return false;
    if (digits.size() > 1 && digits.front() == '0') form = VersionForm::lenient;
    if (numbers < 3) put_number(out, digits);  // a fourth number and what follows is build metadata to OSV's tools
    ++numbers;
  } while (in.take('.'));
  if (numbers != 3) form = VersionForm::lenient;
  for (int missing = numbers; missing < 3; ++missing) put_number(out, "0");
  if (in.take('-')) {
    if (numbers > 3 || !put_prerelease(in, out)) return false;
  } else {
    put(out, kRelease);
  }
  if (in.take('+')) return is_build_metadata(in.text.substr(in.at));
  return in.end();
}

// --- PEP 440 --------------------------------------------------------------------------------------------------------------

constexpr unsigned char kLegacy = 1, kValid = 2;
constexpr unsigned char kListEnd = 1, kListNumber = 2;                                    // release
constexpr unsigned char kDevOnly = 1, kAlpha = 2, kBeta = 3, kCandidate = 4, kFinal = 5;  // pre-release
constexpr unsigned char kNoPost = 1, kPost = 2;
constexpr unsigned char kDev = 1, kNoDev = 2;
constexpr unsigned char kNoLocal = 1, kLocalText = 2, kLocalNumber = 3, kLocalEnd = 1, kLocal = 2;

struct Suffix {
  bool present = false;
  std::string_view number;  // empty counts as 0
};

// [-_.]? word [-_.]? digits?   The first of `words` that stands here; -1 and the cursor unmoved if none does.
int read_suffix(Cursor& in, std::span<const std::string_view> words, std::string_view& number) {
  const std::size_t begin = in.at;
  in.separator();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!in.word(words[i])) continue;
    in.separator();  // also where no number follows: "1.0a." and "1.0a..dev1" are versions
    number = in.digits();
    return static_cast<int>(i);
  }
  in.at = begin;
  return -1;
}

constexpr std::array<std::string_view, 8> kPreWords{"alpha", "beta", "preview", "pre", "rc", "a", "b", "c"};
constexpr std::array<unsigned char, 8> kPreKinds{kAlpha, kBeta, kCandidate, kCandidate, kCandidate, kAlpha, kBeta, kCandidate};
constexpr std::array<std::string_view, 3> kPostWords{"post", "rev", "r"};
constexpr std::array<std::string_view, 1> kDevWords{"dev"};

Suffix read_post(Cursor& in) {
  Suffix post;
  const std::size_t begin = in.at;
  if (in.take('-')) {
    post.number = in.digits();
    if (!post.number.empty()) {
      post.present = true;
      return post;
    }
    in.at = begin;
  }
  post.present = read_suffix(in, kPostWords, post.number) >= 0;
  return post;
}

// Epoch and release; trailing zeros of the release do not count.
bool put_release(Cursor& in, std::string& out) {
  std::string_view first = in.digits();
  if (first.empty()) return false;
  if (in.take('!')) {
    put_number(out, first);
    first = in.digits();
    if (first.empty()) return false;
  } else {
    put_number(out, "0");
  }
  std::size_t significant = out.size();
  for (std::string_view digits = first;;) {
    put(out, kListNumber);
    put_number(out, digits);
    if (digits.find_first_not_of('0') != std::string_view::npos) significant = out.size();
    const std::size_t dot = in.at;
    if (!in.take('.')) break;
    digits = in.digits();
    if (digits.empty()) {
      in.at = dot;
      break;
    }
  }
  out.resize(significant);
  put(out, kListEnd);
  return true;
}

// local = [a-z0-9]+ ([-_.] [a-z0-9]+)*
bool put_local(Cursor& in, std::string& out) {
  put(out, kLocal);
  do {
    const std::size_t begin = in.at;
    bool numeric = true;
    while (is_digit(in.peek()) || is_alpha(in.peek())) {
      numeric = numeric && is_digit(in.peek());
      ++in.at;
    }
    const std::string_view segment = in.text.substr(begin, in.at - begin);
    if (segment.empty()) return false;
    put(out, numeric ? kLocalNumber : kLocalText);
    if (numeric) {
      put_number(out, segment);
    } else {
      for (const char c : segment) out += lower(c);
      put(out, 0);
    }
  } while (in.separator());
  put(out, kLocalEnd);
  return true;
}

bool put_pep440(std::string_view version, std::string& out) {
  Cursor in{version};
  in.take('v');
  put(out, kValid);
  if (!put_release(in, out)) return false;
  std::string_view pre_number, dev_number;
  const int pre = read_suffix(in, kPreWords, pre_number);
  const Suffix post = read_post(in);
  const bool dev = read_suffix(in, kDevWords, dev_number) >= 0;
  if (pre >= 0) {
    put(out, kPreKinds[static_cast<std::size_t>(pre)]);
    put_number(out, pre_number);
  } else {
    put(out, dev && !post.present ? kDevOnly : kFinal);
  }
  put(out, post.present ? kPost : kNoPost);
  if (post.present) put_number(out, post.number);
  put(out, dev ? kDev : kNoDev);
  if (dev) put_number(out, dev_number);
  if (in.take('+')) {
    if (!put_local(in, out)) return false;
  } else {
    put(out, kNoLocal);
  }
  return in.end();
}

// Legacy: runs of digits are numbers, everything between them is text without regard to case; numbers above text, text above
// the end. Entente's own rule: no specification orders these.
void put_legacy(std::string_view version, std::string& out) {
  put(out, kLegacy);
  Cursor in{version};
  while (!in.end()) {
    if (is_digit(in.peek())) {
      put(out, kLocalNumber);
      put_number(out, in.digits());
      continue;
    }
    put(out, kLocalText);
    put_text(out, lower(in.run([](char c) { return !is_digit(c); })));
  }
  put(out, kLocalEnd);
}

bool put_pypi(std::string_view version, std::string& out, VersionForm& form) {
  const std::size_t before = out.size();
  form = VersionForm::exact;
  if (put_pep440(version, out)) return true;
  out.resize(before);
  form = VersionForm::legacy;
  put_legacy(version, out);
  return true;
}

using PutKey = bool (*)(std::string_view, std::string&, VersionForm&);
struct SchemeRow {
  Scheme scheme;
  std::string_view name;
  PutKey put;
};
constexpr SchemeRow kSchemes[] = {
    {Scheme::semver, "semver", put_semver},
    {Scheme::pep440, "pep440", put_pypi},
    {Scheme::debian, "debian", put_debian},
    {Scheme::rpm, "rpm", put_rpm},
    {Scheme::alpine, "alpine", put_alpine},
    {Scheme::maven, "maven", put_maven},
    {Scheme::rubygems, "rubygems", put_rubygems},
    {Scheme::nuget, "nuget", put_nuget},
    {Scheme::packagist, "packagist", put_packagist},
    {Scheme::pub, "pub", put_pub},
    {Scheme::cran, "cran", put_cran},
    {Scheme::hackage, "hackage", put_hackage},
    {Scheme::alpm, "alpm", put_alpm},
    {Scheme::gentoo, "gentoo", put_gentoo},
    {Scheme::conan, "conan", put_conan},
    {Scheme::openssl, "openssl", put_openssl},
    {Scheme::lexicographic, "lexicographic", put_lexicographic},
    {Scheme::datetime, "datetime", put_datetime},
    {Scheme::freebsd, "freebsd", put_freebsd},
    {Scheme::linux_kernel, "linux", put_linux_kernel},
};

const SchemeRow* row_of(Scheme scheme) {
  const auto at = static_cast<std::size_t>(scheme);
  return at >= 1 && at <= std::size(kSchemes) ? &kSchemes[at - 1] : nullptr;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view scheme_name(Scheme scheme) {
  const SchemeRow* row = row_of(scheme);
  return row == nullptr ? std::string_view("unknown") : row->name;
}

bool append_version_key(Scheme scheme, std::string_view version, std::string& out, VersionForm& form) {
  if (version.size() > kMaxVersionBytes) return false;
  const std::string_view text = trimmed(version);
  const SchemeRow* row = row_of(scheme);
  if (text.empty() || row == nullptr) return false;
  const std::size_t before = out.size();
  form = VersionForm::exact;
  if (row->put(text, out, form)) return true;
  out.resize(before);
  return false;
}

namespace keys {

tl::unexpected<Error> not_a_version(Scheme scheme, std::string_view version) {
  const std::string shown = std::string(version.substr(0, 80));
  if (scheme == Scheme::semver) {
    return fail("not a semantic version: \"" + shown + "\"", {}, "expected MAJOR.MINOR.PATCH[-pre-release][+build], https://semver.org");
  }
  return fail("not a version of the scheme " + std::string(scheme_name(scheme)) + ": \"" + shown + "\"");
}

}  // namespace keys

Result<VersionKey> version_key_form(Scheme scheme, std::string_view version) {
  VersionKey key;
  if (append_version_key(scheme, version, key.bytes, key.form)) return key;
  if (version.size() > kMaxVersionBytes) return fail("version longer than 1,024 bytes");
  if (trimmed(version).empty()) return fail("empty version");
  return not_a_version(scheme, version);
}

Result<std::string> version_key(Scheme scheme, std::string_view version) {
  ENTENTE_TRY(VersionKey key, version_key_form(scheme, version));
  return std::move(key.bytes);
}

std::string enumerated_key(std::optional<Scheme> scheme, std::string_view version) {
  // First byte: 1 a string, 2 a key. Both spellings of one version meet in the key.
  std::string out;
  VersionForm form{};
  if (scheme && append_version_key(*scheme, version, out, form)) {
    if (*scheme == Scheme::semver) {
      const std::size_t plus = version.find('+');
      const std::string_view build = plus == std::string_view::npos ? std::string_view() : trimmed(version.substr(plus + 1));
      if (build != "incompatible") out += build;
    }
    if (form != VersionForm::legacy) return "\x02" + out;
  }
  out.assign("\x01");
  return out += version;
}

bool version_matches_enumerated(std::optional<Scheme> scheme, std::string_view enumerated, std::string_view version) {
  return enumerated == version || enumerated_key(scheme, enumerated) == enumerated_key(scheme, version);
}

}  // namespace entente::measures::p6_supply
