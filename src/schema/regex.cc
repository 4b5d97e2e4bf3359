// ECMA-262 to RE2, by one pass over the pattern with no recursion: groups only push the place where they began, so that
// a quantifier knows its atom. Character classes are read into code points and sets and written anew, which leaves none
// of RE2's own extensions ([[:alpha:]], \Q, \pN, (?i)) reachable.
#include "schema/regex.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::schema {
namespace {

// \s of ECMA-262: WhiteSpace and LineTerminator; \S is its complement, spelled out because RE2 classes do not nest.
constexpr std::string_view kSpace =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
constexpr std::string_view kNotSpace =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-"
    "\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";
constexpr std::string_view kAny = "\\x{0}-\\x{10ffff}";
constexpr std::string_view kNothing = "[^\\x{0}-\\x{10ffff}]";
// RE2 refuses a repetition beyond this; larger ones are written as a sequence of smaller ones.
constexpr std::uint32_t kMaxRepeat = 1000;
constexpr std::uint32_t kMaxTotalRepeat = 100'000;
constexpr std::size_t kMaxTranslatedBytes = std::size_t{1} << 20;

struct PropertyName {
  std::string_view name;
  std::string_view re2;
};
// General_Category value names and aliases (PropertyValueAliases.txt) that RE2 knows by their short name only.
constexpr std::array<PropertyName, 38> kCategories{{{"Letter", "L"},
                                                    {"Cased_Letter", "LC"},
                                                    {"Uppercase_Letter", "Lu"},
                                                    {"Lowercase_Letter", "Ll"},
                                                    {"Titlecase_Letter", "Lt"},
                                                    {"Modifier_Letter", "Lm"},
                                                    {"Other_Letter", "Lo"},
                                                    {"Mark", "M"},
                                                    {"Combining_Mark", "M"},
                                                    {"Nonspacing_Mark", "Mn"},
                                                    {"Spacing_Mark", "Mc"},
                                                    {"Enclosing_Mark", "Me"},
                                                    {"Number", "N"},
                                                    {"Decimal_Number", "Nd"},
                                                    {"digit", "Nd"},
                                                    {"Letter_Number", "Nl"},
                                                    {"Other_Number", "No"},
                                                    {"Punctuation", "P"},
                                                    {"punct", "P"},
                                                    {"Connector_Punctuation", "Pc"},
                                                    {"Dash_Punctuation", "Pd"},
                                                    {"Open_Punctuation", "Ps"},
                                                    {"Close_Punctuation", "Pe"},
                                                    {"Initial_Punctuation", "Pi"},
                                                    {"Final_Punctuation", "Pf"},
                                                    {"Other_Punctuation", "Po"},
                                                    {"Symbol", "S"},
                                                    {"Math_Symbol", "Sm"},
                                                    {"Currency_Symbol", "Sc"},
                                                    {"Modifier_Symbol", "Sk"},
                                                    {"Other_Symbol", "So"},
                                                    {"Separator", "Z"},
                                                    {"Space_Separator", "Zs"},
                                                    {"Line_Separator", "Zl"},
                                                    {"Paragraph_Separator", "Zp"},
                                                    {"Other", "C"},
                                                    {"Control", "Cc"},
                                                    {"Format", "Cf"}}};

std::string code_point(std::uint32_t c) { return fmt::format("\\x{{{:x}}}", c); }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A character or a set of characters; `set` is the inside of a class.
struct Atom {
  std::uint32_t character = 0;
  std::string set;  // not empty: a set
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  Result<std::string> run() {
    while (at_ < in_.size()) {
      ENTENTE_CHECK(term());
      if (out_.size() > kMaxTranslatedBytes) return bad("its repetitions are too large");
    }
    if (!groups_.empty()) {
      at_ = groups_.back().second;
      return bad("unclosed group");
    }
    return std::move(out_);
  }

 private:
  tl::unexpected<Error> bad(std::string_view what) const {
    return fail(
        fmt::format("cannot use the regular expression \"{}\": {} at offset {}", printable(in_, 200), what, std::min(at_, in_.size())),
        {.offset = std::min(at_, in_.size())});
  }
  [[nodiscard]] bool next_is(std::string_view s) const { return in_.substr(at_).starts_with(s); }

  Result<void> term() {
    const char c = in_[at_];
    switch (c) {
      case '^':
      case '$':
        ++at_;
        out_ += c == '^' ? "\\A" : "\\z";
        atom_ = std::nullopt;
        return {};
      case '|':
        ++at_;
        out_ += '|';
        atom_ = std::nullopt;
        return {};
      case '(': return open_group();
      case ')': return close_group();
      case '*':
      case '+':
      case '?': return quantifier();
      case '{':
        if (looks_like_repeat()) return quantifier();
        break;
      case '.':
        ++at_;
        begin_atom();
        out_ += "[^\\n\\r\\x{2028}\\x{2029}]";
        return {};
      case '[': return character_class();
      case '\\': return escaped_term();
      default: break;
    }
    ENTENTE_TRY(const std::uint32_t character, literal());
    begin_atom();
    out_ += code_point(character);
    return {};
  }

  void begin_atom() { atom_ = out_.size(); }

  Result<void> open_group() {
    const std::size_t start = at_;
    if (next_is("(?=") || next_is("(?!")) return bad("look-ahead is not supported");
    if (next_is("(?<=") || next_is("(?<!")) return bad("look-behind is not supported");
    if (next_is("(?:")) {
      at_ += 3;
    } else if (next_is("(?<")) {
      const std::size_t end = in_.find('>', at_);
      if (end == std::string_view::npos || end == at_ + 3) return bad("a group's name is not closed");
      at_ = end + 1;
    } else if (next_is("(?")) {
      return bad("unknown kind of group");
    } else {
      ++at_;
    }
    groups_.emplace_back(out_.size(), start);
    if (groups_.size() > 200) return bad("groups nest too deep");
    out_ += "(?:";
    atom_ = std::nullopt;
    return {};
  }

  Result<void> close_group() {
    if (groups_.empty()) return bad("\")\" without its \"(\"");
    ++at_;
    out_ += ')';
    atom_ = groups_.back().first;
    groups_.pop_back();
    return {};
  }

  // {n}, {n,} or {n,m} at at_?
  [[nodiscard]] bool looks_like_repeat() const {
    std::size_t i = at_ + 1;
    const std::size_t digits = i;
    while (i < in_.size() && is_digit(in_[i])) ++i;
    if (i == digits) return false;
    if (i < in_.size() && in_[i] == ',') ++i;
    while (i < in_.size() && is_digit(in_[i])) ++i;
    return i < in_.size() && in_[i] == '}';
  }

  Result<std::uint32_t> repeat_count() {
    std::uint64_t n = 0;
    for (; is_digit(in_[at_]); ++at_) {
      n = n * 10 + static_cast<std::uint64_t>(in_[at_] - '0');
      if (n > kMaxTotalRepeat) return bad(fmt::format("a repetition beyond {}", kMaxTotalRepeat));
    }
    return static_cast<std::uint32_t>(n);
  }

  Result<void> quantifier() {
    if (!atom_) return bad("a quantifier with nothing to repeat");
    const char c = in_[at_];
    if (c != '{') {
      ++at_;
      out_ += c;
    } else {
      ++at_;
      ENTENTE_TRY(const std::uint32_t least, repeat_count());
      std::optional<std::uint32_t> most = least;
      if (in_[at_] == ',') {
        ++at_;
        most = std::nullopt;
        if (is_digit(in_[at_])) { ENTENTE_TRY(most, repeat_count()); }
      }
      if (most && *most < least) return bad("numbers out of order in a repetition");
      ++at_;
      ENTENTE_CHECK(write_repeat(least, most));
    }
    if (at_ < in_.size() && in_[at_] == '?') {  // lazy: the same language, so nothing to write
      ++at_;
    }
    atom_ = std::nullopt;
    return {};
  }

  Result<void> write_repeat(std::uint32_t least, std::optional<std::uint32_t> most) {
    const std::string atom = out_.substr(*atom_);
    out_.resize(*atom_);
    const std::uint64_t pieces = (least + most.value_or(least)) / kMaxRepeat + 2;
    if (pieces * atom.size() > kMaxTranslatedBytes) return bad("its repetitions are too large");
    out_ += "(?:";
    for (std::uint32_t left = least; left > 0;) {
      const std::uint32_t n = std::min(left, kMaxRepeat);
      out_ += fmt::format("{}{{{}}}", atom, n);
      left -= n;
    }
    if (!most) out_ += atom + "*";
    for (std::uint32_t left = most ? *most - least : 0; left > 0;) {
      const std::uint32_t n = std::min(left, kMaxRepeat);
      out_ += fmt::format("{}{{0,{}}}", atom, n);
      left -= n;
    }
    out_ += ")";
    return {};
  }

  // One unescaped code point.
  Result<std::uint32_t> literal() {
    const auto b0 = static_cast<unsigned char>(in_[at_]);
    const std::size_t length = b0 < 0x80 ? 1 : b0 < 0xe0 ? 2 : b0 < 0xf0 ? 3 : 4;
    std::uint32_t c = length == 1 ? b0 : length == 2 ? b0 & 0x1fu : length == 3 ? b0 & 0x0fu : b0 & 0x07u;
    for (std::size_t k = 1; k < length; ++k) c = c << 6 | (static_cast<unsigned char>(in_[at_ + k]) & 0x3fu);
    at_ += length;
    return c;
  }

  Result<void> escaped_term() {
    if (next_is("\\b") || next_is("\\B")) {
      out_ += in_.substr(at_, 2);
      at_ += 2;
      atom_ = std::nullopt;
      return {};
    }
    if (at_ + 1 < in_.size() && ((in_[at_ + 1] >= '1' && in_[at_ + 1] <= '9') || in_[at_ + 1] == 'k'))
      return bad("back-references are not supported");
    ENTENTE_TRY(const Atom atom, escape());
    begin_atom();
    out_ += atom.set.empty() ? code_point(atom.character) : "[" + atom.set + "]";
    return {};
  }

  // An escape at at_ that stands for a character or a set, in a class or outside.
  Result<Atom> escape() {
    if (at_ + 1 >= in_.size()) return bad("a lone \"\\\"");
    const char c = in_[at_ + 1];
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W': at_ += 2; return Atom{0, std::string{'\\', c}};
      case 's': at_ += 2; return Atom{0, std::string(kSpace)};
      case 'S': at_ += 2; return Atom{0, std::string(kNotSpace)};
      case 'p':
      case 'P': return property(c == 'P');
      case 't': return simple('\t');
      case 'n': return simple('\n');
      case 'v': return simple('\v');
      case 'f': return simple('\f');
      case 'r': return simple('\r');
      case '0':
        if (at_ + 2 < in_.size() && is_digit(in_[at_ + 2])) return bad("octal escapes are not supported");
        return simple('\0');
      case 'c':
        if (at_ + 2 >= in_.size() || !is_alpha(in_[at_ + 2])) return bad("\"\\c\" needs a letter");
        at_ += 3;
        return Atom{static_cast<std::uint32_t>(in_[at_ - 1]) % 32, {}};
      case 'x': at_ += 2; return hexadecimal(2);
      case 'u': at_ += 2; return unicode();
      default:
        if (is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) < 0x20)
          return bad(fmt::format("unknown escape \"\\{}\"", printable({&c, 1})));
        ++at_;
        ENTENTE_TRY(const std::uint32_t character, literal());
        return Atom{character, {}};
    }
  }

  Result<Atom> simple(char c) {
    at_ += 2;
    return Atom{static_cast<std::uint32_t>(c), {}};
  }

  Result<Atom> hexadecimal(std::size_t digits) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < digits; ++k, ++at_) {
      const int h = at_ < in_.size() ? hex_value(in_[at_]) : -1;
      if (h < 0) return bad(fmt::format("{} hexadecimal digits are needed", digits));
      value = value * 16 + static_cast<std::uint32_t>(h);
    }
    return Atom{value, {}};
  }

  // After "\u": four digits (two such for a surrogate pair) or {digits}.
  Result<Atom> unicode() {
    if (next_is("{")) {
      std::uint32_t value = 0;
      const std::size_t end = in_.find('}', at_);
      if (end == std::string_view::npos || end == at_ + 1) return bad("\"\\u{\" is not closed");
      for (++at_; at_ < end; ++at_) {
        const int h = hex_value(in_[at_]);
        if (h < 0) return bad("not a hexadecimal digit");
        value = value * 16 + static_cast<std::uint32_t>(h);
        if (value > 0x10ffff) return bad("beyond the last code point");
      }
      ++at_;
      return Atom{value, {}};
    }
    ENTENTE_TRY(Atom first, hexadecimal(4));
    if (first.character < 0xd800 || first.character > 0xdbff || !next_is("\\u")) return first;
    const std::size_t back = at_;
    at_ += 2;
    const Result<Atom> second = hexadecimal(4);
    if (second && second->character >= 0xdc00 && second->character <= 0xdfff)
      return Atom{0x10000 + ((first.character - 0xd800) << 10) + (second->character - 0xdc00), {}};
    at_ = back;
    return first;
  }

  Result<Atom> property(bool negated) {
    const std::size_t end = next_is(negated ? "\\P{" : "\\p{") ? in_.find('}', at_) : std::string_view::npos;
    if (end == std::string_view::npos) return bad("a property is written \\p{…}");
    std::string_view name = in_.substr(at_ + 3, end - at_ - 3);
    if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
      const std::string_view kind = name.substr(0, equals);
      if (kind != "General_Category" && kind != "gc" && kind != "Script" && kind != "sc") return bad("unknown property");
      name.remove_prefix(equals + 1);
    }
    Atom out;
    if (name == "ASCII") {
      out.set = negated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}";
    } else if (name == "Any" && !negated) {
      out.set = kAny;
    } else {
      const auto known = std::find_if(kCategories.begin(), kCategories.end(), [&](const PropertyName& p) { return p.name == name; });
      const std::string_view short_name = known == kCategories.end() ? name : known->re2;
      if (short_name.empty() || !std::all_of(short_name.begin(), short_name.end(), [](char c) { return is_alpha(c) || c == '_'; }))
        return bad("unknown property");
      if (short_name == "LC")
        out.set = negated ? "" : "\\p{Lu}\\p{Ll}\\p{Lt}";
      else
        out.set = fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', short_name);
      re2::RE2::Options quiet;
      quiet.set_log_errors(false);
      if (out.set.empty() || !re2::RE2("[" + out.set + "]", quiet).ok())
        return bad(fmt::format("unknown property \"{}\"", printable(name, 60)));
    }
    at_ = end + 1;
    return out;
  }

  Result<Atom> class_atom() {
    if (in_[at_] != '\\') {
      ENTENTE_TRY(const std::uint32_t character, literal());
      return Atom{character, {}};
    }
    if (next_is("\\b")) return simple('\b');
    return escape();
  }

  Result<void> character_class() {
    const std::size_t start = at_;
    ++at_;
    const bool negated = next_is("^");
    if (negated) ++at_;
    std::string inside;
    for (;;) {
      if (at_ >= in_.size()) {
        at_ = start;
        return bad("unclosed character class");
      }
      if (in_[at_] == ']') break;
      ENTENTE_TRY(const Atom first, class_atom());
      const bool range = next_is("-") && at_ + 1 < in_.size() && in_[at_ + 1] != ']';
      if (!range) {
        inside += first.set.empty() ? code_point(first.character) : first.set;
        continue;
      }
      ++at_;
      ENTENTE_TRY(const Atom last, class_atom());
      if (first.set.empty() && last.set.empty()) {
        if (first.character > last.character) return bad("range out of order in a character class");
        inside += code_point(first.character) + "-" + code_point(last.character);
      } else {  // [\w-.]: the hyphen stands for itself
        inside += first.set.empty() ? code_point(first.character) : first.set;
        inside += "\\x{2d}";
        inside += last.set.empty() ? code_point(last.character) : last.set;
      }
    }
    ++at_;
    begin_atom();
    if (inside.empty())
      out_ += negated ? "[" + std::string(kAny) + "]" : std::string(kNothing);
    else
      out_ += (negated ? "[^" : "[") + inside + "]";
    return {};
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::pair<std::size_t, std::size_t>> groups_;  // where each open group began: in out_, in in_
  std::optional<std::size_t> atom_;                          // where in out_ the atom begins that a quantifier would repeat
};

}  // namespace

Result<std::string> translate_regex(std::string_view pattern) {
  if (pattern.size() > kMaxRegexBytes)
    return fail(fmt::format("a regular expression of {} bytes, the limit here is {}", pattern.size(), kMaxRegexBytes));
  if (!is_valid_utf8(pattern)) return fail("a regular expression that is not UTF-8");
  return Translator(pattern).run();
}

Result<std::unique_ptr<const re2::RE2>> compile_regex(std::string_view pattern) {
  ENTENTE_TRY(const std::string translated, translate_regex(pattern));
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxRegexMemory);
  options.set_never_capture(true);
  auto compiled = std::make_unique<const re2::RE2>(translated, options);
  if (!compiled->ok()) {
    const bool size = compiled->error_code() == re2::RE2::ErrorPatternTooLarge || compiled->error_code() == re2::RE2::ErrorRepeatSize;
    return fail(fmt::format("cannot use the regular expression \"{}\": {}", printable(pattern, 200),
                            size ? "it is too large for the memory a pattern may take" : compiled->error()));
  }
  return compiled;
}

}  // namespace entente::schema
