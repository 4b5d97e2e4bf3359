// The registries are tab-separated lines read once. A language tag is judged subtag by subtag in the order of RFC 5646: language, up to
// three extended ones, script, region, variants, extensions, private use.
#include "csaf/registries.h"

#include <algorithm>
#include <array>

namespace entente::csaf {
namespace {

// Calls visit(first, second) for each line "first\tsecond".
template <class Visit>
Result<void> each_pair(const DataSet& data, std::string_view path, Visit visit) {
  ENTENTE_TRY(std::string_view text, data.file(path));
  std::uint64_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return fail("a line without a tab", {.file = data.display_name(path), .line = number});
    visit(line.substr(0, tab), line.substr(tab + 1));
  }
  return {};
}

bool alphabetic(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}
bool subtag_form(std::string_view s) {
  return !s.empty() && s.size() <= 8 &&
         std::all_of(s.begin(), s.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool private_language(std::string_view s) { return s.size() == 3 && s >= "qaa" && s <= "qtz"; }
bool private_script(std::string_view s) { return s >= "qaaa" && s <= "qabx"; }
bool private_region(std::string_view s) { return s == "aa" || s == "zz" || (s >= "qm" && s <= "qz") || (s >= "xa" && s <= "xz"); }

// A number for each text of two or three letters, whatever their case: its digits are the letters.
std::optional<std::size_t> plain_language(std::string_view tag) {
  if (tag.size() < 2 || tag.size() > 3) return std::nullopt;
  std::size_t number = 0;
  for (const char c : tag) {
    const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
    if (letter >= 26) return std::nullopt;
    number = number * 27 + letter + 1;
  }
  return number;
}

std::vector<std::string> split_tag(std::string_view tag) {
  std::vector<std::string> parts(1);
  for (const char c : tag) {
    if (c == '-')
      parts.emplace_back();
    else
      parts.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return parts;
}

}  // namespace

Result<Weaknesses> Weaknesses::load(const DataSet& data) {
  Weaknesses w;
  ENTENTE_CHECK(each_pair(data, "csaf/cwe.tsv", [&](std::string_view number, std::string_view name) { w.names_[number].push_back(name); }));
  return w;
}

const std::vector<std::string_view>* Weaknesses::names(std::string_view id) const {
  if (!id.starts_with("CWE-")) return nullptr;
  const auto found = names_.find(id.substr(4));
  return found == names_.end() ? nullptr : &found->second;
}

Result<Languages> Languages::load(const DataSet& data) {
  Languages l;
  ENTENTE_CHECK(each_pair(data, "csaf/languages.tsv", [&](std::string_view kind, std::string_view subtag) {
    l.subtags_.insert(std::string(kind) + "\t" + std::string(subtag));
  }));
  l.plain_.resize(27 * 27 * 27);
  for (const std::string& subtag : l.subtags_)
    if (const std::string_view tag = std::string_view(subtag).substr(subtag.find('\t') + 1); const auto number = plain_language(tag))
      l.plain_[*number] = l.judge_any(tag).first == LanguageVerdict::known;
  return l;
}

bool Languages::has(std::string_view kind, const std::string& subtag) const { return subtags_.contains(std::string(kind) + "\t" + subtag); }

std::pair<LanguageVerdict, std::string> Languages::judge(std::string_view tag) const {
  if (const auto number = plain_language(tag); number && plain_[*number]) return {LanguageVerdict::known, {}};
  return judge_any(tag);
}

std::pair<LanguageVerdict, std::string> Languages::judge_any(std::string_view tag) const {
  const std::vector<std::string> parts = split_tag(tag.substr(0, 256));
  for (const std::string& p : parts)
    if (!subtag_form(p)) return {LanguageVerdict::malformed, p};
  std::string lower;
  for (const std::string& p : parts) lower += (lower.empty() ? "" : "-") + p;
  if (has("grandfathered", lower)) return {LanguageVerdict::known, {}};
  LanguageVerdict verdict = LanguageVerdict::known;
  std::string culprit;
  const auto accept_private = [&](const std::string& subtag) {
    verdict = LanguageVerdict::private_use;
    culprit = subtag;
  };
  std::size_t at = 0;
  if (parts[0] != "x") {
    if (private_language(parts[0]))
      accept_private(parts[0]);
    else if (!has("language", parts[0]))
      return {LanguageVerdict::unknown, parts[0]};
    at = 1;
    for (int n = 0; n < 3 && at < parts.size() && parts[at].size() == 3 && alphabetic(parts[at]); ++n, ++at)
      if (!has("extlang", parts[at])) return {LanguageVerdict::unknown, parts[at]};
    if (at < parts.size() && parts[at].size() == 4 && alphabetic(parts[at])) {
      if (private_script(parts[at]))
        accept_private(parts[at]);
      else if (!has("script", parts[at]))
        return {LanguageVerdict::unknown, parts[at]};
      ++at;
    }
    if (at < parts.size() && ((parts[at].size() == 2 && alphabetic(parts[at])) || (parts[at].size() == 3 && parts[at][0] <= '9'))) {
      if (private_region(parts[at]))
        accept_private(parts[at]);
      else if (!has("region", parts[at]))
        return {LanguageVerdict::unknown, parts[at]};
      ++at;
    }
    for (; at < parts.size() && parts[at].size() >= 4; ++at)
      if (!has("variant", parts[at])) return {LanguageVerdict::unknown, parts[at]};
    while (at < parts.size() && parts[at].size() == 1 && parts[at] != "x") {
      const std::size_t singleton = at++;
      while (at < parts.size() && parts[at].size() > 1) ++at;
      if (at == singleton + 1) return {LanguageVerdict::malformed, parts[singleton]};
    }
  }
  if (at < parts.size()) {
    if (parts[at] != "x" || at + 1 == parts.size()) return {LanguageVerdict::malformed, parts[at]};
    accept_private(parts[at + 1]);
  }
  return {verdict, culprit};
}

namespace {

// pkg:type/…/name@version of letters, digits and ".-_+~": what nearly all purls are, and check_purl() has nothing to say of.
bool is_ordinary_purl(std::string_view purl) {
  enum : std::uint8_t { letter = 1, in_type = 2, in_name = 4 };
  static constexpr auto kClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 0x20] = letter | in_type | in_name;
    for (const char c : std::string_view("0123456789.-+")) classes[static_cast<unsigned char>(c)] = in_type | in_name;
    for (const char c : std::string_view("_~@")) classes[static_cast<unsigned char>(c)] = in_name;
    return classes;
  }();
  const auto is = [&](std::size_t at, std::uint8_t what) { return (kClasses[static_cast<unsigned char>(purl[at])] & what) != 0; };
  if (!purl.starts_with("pkg:") || purl.size() < 5 || !is(4, letter)) return false;
  std::size_t at = 5;
  while (at < purl.size() && is(at, in_type)) ++at;
  if (at == purl.size() || purl[at] != '/') return false;
  for (;;) {  // at a slash
    const std::size_t first = ++at;
    while (at < purl.size() && is(at, in_name)) ++at;
    if (at == purl.size()) return first < at && purl[first] != '@';
    if (purl[at] != '/') return false;
  }
}

}  // namespace

std::string check_purl(std::string_view purl) { return is_ordinary_purl(purl) ? std::string() : check_any_purl(purl); }

std::string check_any_purl(std::string_view purl) {
  if (!purl.starts_with("pkg:")) return "it does not begin with \"pkg:\"";
  for (std::size_t i = 0; i < purl.size(); ++i) {
    const auto hex = [&](std::size_t at) { return at < purl.size() && std::isxdigit(static_cast<unsigned char>(purl[at])) != 0; };
    if (purl[i] == '%' && (!hex(i + 1) || !hex(i + 2))) return "a \"%\" is not followed by two hexadecimal digits";
    if (purl[i] == ' ') return "it holds a space";
  }
  purl = purl.substr(4, purl.find('#') == std::string_view::npos ? std::string_view::npos : purl.find('#') - 4);
  while (purl.starts_with('/')) purl.remove_prefix(1);
  if (const auto question = purl.find('?'); question != std::string_view::npos) {
    std::string_view qualifiers = purl.substr(question + 1);
    purl = purl.substr(0, question);
    while (!qualifiers.empty()) {
      const std::string_view one = qualifiers.substr(0, qualifiers.find('&'));
      qualifiers.remove_prefix(std::min(qualifiers.size(), one.size() + 1));
      const auto equals = one.find('=');
      if (equals == 0 || equals == std::string_view::npos) return "a qualifier is not written as key=value";
    }
  }
  const auto slash = purl.find('/');
  const std::string_view type = purl.substr(0, slash);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (type.empty() || !letter(type[0]) || !std::all_of(type.begin(), type.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-';
      }))
    return "its type is missing or malformed";
  if (slash == std::string_view::npos) return "it has no name";
  std::string_view name = purl.substr(purl.rfind('/') + 1);
  name = name.substr(0, name.rfind('@'));
  return name.empty() ? "it has no name" : std::string();
}

}  // namespace entente::csaf
