// A table from the text of a pattern to a function. Each function says yes or no only where that is certain from a simpler reading of the
// pattern: a plain number or three of them for a version, the type of a purl, a language with at most a region, a vector of fields of one
// kind each, a text of printable ASCII.
#include "schema/pattern_shortcuts.h"

#include <array>
#include <cstdint>

#include "core/same_text.h"

namespace entente::schema {
namespace {

using Answer = Sequence::Answer;

// "^CVSS:3.1/((AV:[NALP]|…)/)*(AV:[NALP]|…)$". What each metric may be, by the keys of one, two and three letters.
struct VectorMetric {
  std::string_view key, letters;
};
constexpr std::array kVectorMetrics = {
    VectorMetric{"AV", "NALP"},  VectorMetric{"AC", "LH"},    VectorMetric{"PR", "NLH"},    VectorMetric{"UI", "NR"},
    VectorMetric{"S", "UC"},     VectorMetric{"C", "NLH"},    VectorMetric{"I", "NLH"},     VectorMetric{"A", "NLH"},
    VectorMetric{"E", "XUPFH"},  VectorMetric{"RL", "XOTWU"}, VectorMetric{"RC", "XURC"},   VectorMetric{"CR", "XLMH"},
    VectorMetric{"IR", "XLMH"},  VectorMetric{"AR", "XLMH"},  VectorMetric{"MAV", "XNALP"}, VectorMetric{"MAC", "XLH"},
    VectorMetric{"MPR", "XNLH"}, VectorMetric{"MUI", "XNR"},  VectorMetric{"MS", "XUC"},    VectorMetric{"MC", "XNLH"},
    VectorMetric{"MI", "XNLH"},  VectorMetric{"MA", "XNLH"}};

// Whether the fields from `at` on are all such metrics. They mostly stand in the order of the table.
bool has_only_metrics(std::string_view text, std::size_t at) {
  std::size_t next = 0;
  for (;;) {
    std::size_t tried = 0;
    for (;; ++tried, next = next + 1 == kVectorMetrics.size() ? 0 : next + 1) {
      if (tried == kVectorMetrics.size()) return false;
      const std::string_view key = kVectorMetrics[next].key;
      if (at + key.size() + 1 >= text.size() || text[at] != key[0] || text[at + key.size()] != ':') continue;
      if ((key.size() < 2 || text[at + 1] == key[1]) && (key.size() < 3 || text[at + 2] == key[2])) break;
    }
    const VectorMetric& metric = kVectorMetrics[next];
    at += metric.key.size() + 1;
    if (metric.letters.find(text[at]) == std::string_view::npos) return false;
    if (++at == text.size()) return true;
    if (text[at++] != '/') return false;
  }
}

// The "." of "3.1" stands for any character; only a dot is looked at here.
Answer vector_of_minor(std::string_view text, char minor) {
  if (!text.starts_with("CVSS:3.") || text.size() < 9) return Answer::unknown;
  if (text[7] != minor) return Answer::no;
  return text[8] == '/' && has_only_metrics(text, 9) ? Answer::yes : Answer::unknown;
}
Answer vector_30(std::string_view text) { return vector_of_minor(text, '0'); }
Answer vector_31(std::string_view text) { return vector_of_minor(text, '1'); }

bool shortcut_letter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }

// Number without leading zeros from `at` on; moves `at` behind it.
bool take_plain_number(std::string_view text, std::size_t& at) {
  const std::size_t first = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at > first && (text[first] != '0' || at == first + 1);
}

// "1" or "1.2.3".
Answer plain_version(std::string_view text) {
  std::size_t at = 0;
  if (!take_plain_number(text, at)) return Answer::unknown;
  if (at == text.size()) return Answer::yes;
  for (int part = 0; part < 2; ++part)
    if (at == text.size() || text[at++] != '.' || !take_plain_number(text, at)) return Answer::unknown;
  return at == text.size() ? Answer::yes : Answer::unknown;
}

// "en", "deu", "en-US".
Answer plain_language(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && at < 4 && shortcut_letter(text[at])) ++at;
  if (at < 2 || at > 3) return Answer::unknown;
  if (at == text.size()) return Answer::yes;
  const bool region = text[at] == '-' && text.size() == at + 3 && shortcut_letter(text[at + 1]) && shortcut_letter(text[at + 2]);
  return region ? Answer::yes : Answer::unknown;
}

// Printable ASCII whose first and last characters are none of `outside`.
Answer printable_within(std::string_view text, std::string_view outside) {
  if (text.empty()) return Answer::unknown;
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return Answer::unknown;
  const auto stays_out = [&](char c) { return outside.find(c) != std::string_view::npos; };
  return stays_out(text.front()) || stays_out(text.back()) ? Answer::no : Answer::yes;
}
Answer plain_category(std::string_view text) { return printable_within(text, " -_."); }
Answer plain_id(std::string_view text) { return printable_within(text, " "); }

// "pkg:type/" and at least one character.
Answer plain_purl(std::string_view text) {
  static constexpr auto kInType = [] {
    std::array<bool, 256> in{};
    for (unsigned c = 'a'; c <= 'z'; ++c) in[c] = in[c - 0x20] = true;
    for (const char c : std::string_view("0123456789.-+")) in[static_cast<unsigned char>(c)] = true;
    return in;
  }();
  if (text.size() < 5 || !same_text(text.substr(0, 4), "pkg:") || (text[4] >= '0' && text[4] <= '9')) return Answer::unknown;
  std::size_t at = 4;
  while (at < text.size() && kInType[static_cast<unsigned char>(text[at])]) ++at;
  const bool held = at > 4 && at + 1 < text.size() && text[at] == '/' && text[at + 1] > ' ';
  return held ? Answer::yes : Answer::unknown;
}

struct ShortcutRow {
  std::string_view pattern;
  PatternShortcut shortcut;
};
constexpr std::array kShortcuts = {
    ShortcutRow{
        R"(^CVSS:3.0/((AV:[NALP]|AC:[LH]|PR:[UNLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XUNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])/)*(AV:[NALP]|AC:[LH]|PR:[UNLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XUNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])$)",
        vector_30},
    ShortcutRow{
        R"(^CVSS:3.1/((AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])/)*(AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])$)",
        vector_31},
    ShortcutRow{
        R"re(^(0|[1-9][0-9]*)$|^((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?)$)re",
        plain_version},
    ShortcutRow{
        R"re(^(([A-Za-z]{2,3}(-[A-Za-z]{3}(-[A-Za-z]{3}){0,2})?|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WY-Za-wy-z0-9](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?|[Xx](-[A-Za-z0-9]{1,8})+|[Ii]-[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Ii]-[Mm][Ii][Nn][Gg][Oo])$)re",
        plain_language},
    ShortcutRow{R"(^pkg:[A-Za-z\.\-\+][A-Za-z0-9\.\-\+]*\/.+)", plain_purl},
    ShortcutRow{R"(^[^\s\-_\.](.*[^\s\-_\.])?$)", plain_category},
    ShortcutRow{R"(^[\S](.*[\S])?$)", plain_id}};

}  // namespace

PatternShortcut pattern_shortcut(std::string_view pattern) {
  for (const ShortcutRow& row : kShortcuts)
    if (row.pattern == pattern) return row.shortcut;
  return nullptr;
}

std::string_view shortcut_pattern(std::size_t number) {
  return number < kShortcuts.size() ? kShortcuts[number].pattern : std::string_view{};
}

}  // namespace entente::schema
