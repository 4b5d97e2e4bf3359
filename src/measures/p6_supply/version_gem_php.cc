// Keys of RubyGems' and Packagist's versions. RubyGems (Gem::Version): runs of digits and of letters, letters below numbers,
// the end counts as any number of zeros; so the key says at each place how many zeros come before a word (below the end) or
// before a number (above it). Packagist: PHP's version_compare, which Composer compares by, without regard to case.
#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

constexpr unsigned char kGemWord = 1, kGemEnd = 2, kGemNumber = 3;

std::vector<std::string_view> gem_segments(std::string_view text) {
  std::vector<std::string_view> out;
  Cursor in{text};
  while (!in.end()) {
    if (is_digit(in.peek())) {
      out.push_back(in.digits());
    } else if (is_alpha(in.peek())) {
      out.push_back(in.run(is_alpha));
    } else {
      if (in.peek() == '-') out.emplace_back("pre");
      ++in.at;
    }
  }
  // Zeros before the first word do not count: "1.0.a" is "1.a".
  const auto word = std::find_if(out.begin(), out.end(), [](std::string_view s) { return is_alpha(s.front()); });
  auto zeros = word;
  while (word != out.end() && zeros != out.begin() && is_digit((zeros - 1)->front()) && is_zero(*(zeros - 1))) --zeros;
  out.erase(zeros, word);
  return out;
}

constexpr unsigned char kPhpUnknown = 1, kPhpEnd = 6, kPhpNumber = 7, kPhpPatch = 8;  // dev, alpha, beta, rc: 2 to 5

// PHP looks at how a word begins: "pre" is a "p", "development" is "dev".
unsigned char php_word(std::string_view word) {
  if (word.starts_with("dev")) return 2;
  if (word.starts_with("a")) return 3;
  if (word.starts_with("b")) return 4;
  if (word.starts_with("rc")) return 5;
  if (word.starts_with("p")) return kPhpPatch;
  return kPhpUnknown;
}

}  // namespace

bool put_rubygems(std::string_view text, std::string& out, VersionForm& form) {
  if (!is_digit(text.front()) || !std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-'; }))
    return false;
  form = VersionForm::exact;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (is_digit(text[i - 1]) && is_alpha(text[i]) && text.substr(0, i).find_first_not_of("0123456789") == std::string_view::npos)
      form = VersionForm::lenient;  // "1beta"; today's RubyGems wants "1.beta"
    if (!is_alnum(text[i - 1]) && !is_alnum(text[i])) return false;
  }
  if (!is_alnum(text.back())) return false;
  std::size_t zeros = 0;
  for (const std::string_view segment : gem_segments(text)) {
    const bool number = is_digit(segment.front());
    if (number && is_zero(segment)) {
      ++zeros;
      continue;
    }
    put(out, number ? kGemNumber : kGemWord);
    put_count(out, zeros, number ? CountOrder::descending : CountOrder::ascending);
    number ? put_number(out, segment) : put_text(out, segment);
    zeros = 0;
  }
  put(out, kGemEnd);
  return true;
}

bool put_packagist(std::string_view text, std::string& out, VersionForm& form) {
  form = VersionForm::exact;
  Cursor in{text};
  if (text.size() > 1 && lower(text[0]) == 'v' && is_digit(text[1])) ++in.at;
  while (!in.end()) {
    if (is_digit(in.peek())) {
      put(out, kPhpNumber);
      put_number(out, in.digits());
    } else if (is_alpha(in.peek())) {
      const unsigned char word = php_word(lower(in.run(is_alpha)));
      if (word == kPhpUnknown || word == 2) form = VersionForm::legacy;  // a branch, or what PHP has no order for: all equal
      put(out, word);
    } else {
      ++in.at;  // separators only part
    }
  }
  put(out, kPhpEnd);
  return true;
}

}  // namespace entente::measures::p6_supply::keys
