// Keys of Maven's versions. Tokens are parted by '.', '-' and between digits and letters (which counts as '-'); an empty token
// is 0; trailing zeros and release words are cut at the end and before every '-'. Maven's own comparison is not transitive
// ("1.0.alpha" < "1" < "1-sp" < "1.0.alpha"), so a documented choice is made: at each place the order is
//   a pre-release word, zeros before it ignored  <  the end  <  sp, other words  <  -number  <  .0 and something later  <  .number
#include <array>

#include "measures/p6_supply/version_keys.h"

namespace entente::measures::p6_supply::keys {
namespace {

constexpr unsigned char kMavenPre = 1, kMavenEnd = 2, kMavenWord = 3, kMavenDash = 4, kMavenZero = 5, kMavenDot = 6;
constexpr std::array<std::string_view, 5> kMavenPreWords{"alpha", "beta", "milestone", "rc", "snapshot"};

struct MavenToken {
  bool dash = false, number = false;
  std::string text;  // words in lower case, aliases written out; release words are empty

  [[nodiscard]] bool null() const { return number ? is_zero(text) : text.empty(); }
  [[nodiscard]] std::size_t pre() const {  // 0 … 4; 5: no word of a pre-release
    return number ? 5 : static_cast<std::size_t>(std::find(kMavenPreWords.begin(), kMavenPreWords.end(), text) - kMavenPreWords.begin());
  }
};

std::string maven_word(std::string_view raw, char next) {
  std::string word = lower(raw);
  if (is_digit(next) && word == "a") return "alpha";
  if (is_digit(next) && word == "b") return "beta";
  if (is_digit(next) && word == "m") return "milestone";
  if (word == "cr") return "rc";
  if (word == "ga" || word == "final" || word == "release") return {};
  return word;
}

void cut_nulls(std::vector<MavenToken>& tokens) {
  while (!tokens.empty() && tokens.back().null()) tokens.pop_back();
}

std::vector<MavenToken> maven_tokens(std::string_view text) {
  const auto is_word = [](char c) { return !is_digit(c) && c != '.' && c != '-'; };
  std::vector<MavenToken> out;
  Cursor in{text};
  for (bool dash = false;;) {
    if (dash) cut_nulls(out);
    if (is_digit(in.peek())) {
      out.push_back({dash, true, std::string(in.digits())});
    } else if (const std::string_view word = in.run(is_word); !word.empty()) {
      out.push_back({dash, false, maven_word(word, in.peek())});
    } else {
      out.push_back({dash, true, "0"});
    }
    if (in.end()) break;
    dash = in.peek() != '.';
    if (in.peek() == '.' || in.peek() == '-') ++in.at;
  }
  cut_nulls(out);
  return out;
}

}  // namespace

bool put_maven(std::string_view text, std::string& out, VersionForm& form) {
  form = is_digit(text.front()) ? VersionForm::exact : VersionForm::lenient;
  const std::vector<MavenToken> tokens = maven_tokens(text);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t zeros = 0;
    while (i + zeros < tokens.size() && tokens[i + zeros].number && !tokens[i + zeros].dash && is_zero(tokens[i + zeros].text)) ++zeros;
    if (const MavenToken& word = tokens[std::min(i + zeros, tokens.size() - 1)]; word.pre() < kMavenPreWords.size()) {
      put(out, kMavenPre);
      put(out, static_cast<unsigned char>(word.pre()));
      i += zeros;
      continue;
    }
    const MavenToken& token = tokens[i];
    if (!token.number) {
      put(out, kMavenWord);
      put(out, token.text == "sp" ? 2 : token.text.empty() ? 1 : 3);
      if (token.text != "sp" && !token.text.empty()) put_text(out, token.text);
    } else if (token.dash) {
      put(out, kMavenDash);
      put_number(out, token.text);
    } else if (zeros > 0) {
      put(out, kMavenZero);
    } else {
      put(out, kMavenDot);
      put_number(out, token.text);
    }
  }
  put(out, kMavenEnd);
  return true;
}

}  // namespace entente::measures::p6_supply::keys
