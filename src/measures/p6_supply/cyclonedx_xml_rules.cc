// Loads the rule tables of CycloneDX's XML form and judges simple values. White space is treated as XML Schema does: kept in a string,
// each one a blank in a normalizedString, collapsed in everything else. Patterns are anchored at both ends and run by RE2.
#include "measures/p6_supply/cyclonedx_xml_rules.h"

#include <fmt/format.h>
#include <array>
#include <charconv>
#include <mutex>

#include "core/data.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

std::set<std::string, std::less<>> words_of(JsonView list) {
  std::set<std::string, std::less<>> out;
  const auto items = as_array(list);
  if (items)
    for (const JsonView item : *items)
      if (const auto word = as_string(item)) out.emplace(*word);
  return out;
}

Result<std::set<std::string, std::less<>>> licence_words() {
  ENTENTE_TRY(const std::string_view text, DataSet::embedded().file("sbom/spdx.json"));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, "data:sbom/spdx.json"));
  const auto list = json_get(document.root(), "enum");
  return list ? words_of(*list) : std::set<std::string, std::less<>>();
}

XmlSimpleType read_simple(JsonView value, const std::set<std::string, std::less<>>& licences) {
  XmlSimpleType out;
  out.base = json_string(value, "base").value_or("string");
  if (const auto list = json_get(value, "enum")) out.words = words_of(*list);
  if (json_string(value, "words")) out.words = licences;
  if (const auto pattern = json_string(value, "pattern")) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    out.pattern = std::make_unique<re2::RE2>(re2::StringPiece(pattern->data(), pattern->size()), options);
  }
  const auto length = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const auto n = json_int(value, key);
    return n ? std::optional(static_cast<std::uint64_t>(*n)) : std::nullopt;
  };
  out.min_length = length("minLength");
  out.max_length = length("maxLength");
  out.least = json_number(value, "minInclusive");
  out.most = json_number(value, "maxInclusive");
  if (const auto members = json_array(value, "union"))
    for (const JsonView m : *members) out.members.push_back(static_cast<std::uint32_t>(m.get_uint64().value_unsafe()));
  return out;
}

// ["el", least, most, name, type], ["any", …], ["seq" or "cho", least, most, parts]
XmlParticle read_particle(JsonView value) {
  const simdjson::dom::array fields = value.get_array().value_unsafe();
  XmlParticle out;
  const std::string_view kind = fields.at(0).get_string().value_unsafe();
  out.least = static_cast<std::uint32_t>(fields.at(1).get_int64().value_unsafe());
  const std::int64_t most = fields.at(2).get_int64().value_unsafe();
  out.most = most < 0 ? kUnbounded : static_cast<std::uint32_t>(most);
  if (kind == "el") {
    out.kind = ParticleKind::element;
    out.name = fields.at(3).get_string().value_unsafe();
    out.type = static_cast<std::uint32_t>(fields.at(4).get_uint64().value_unsafe());
  } else if (kind == "any") {
    out.kind = ParticleKind::any;
  } else {
    out.kind = kind == "seq" ? ParticleKind::sequence : ParticleKind::choice;
    const simdjson::dom::array parts = fields.at(3).get_array().value_unsafe();
    for (const JsonView part : parts) out.parts.push_back(read_particle(part));
  }
  return out;
}

XmlType read_type(JsonView value) {
  XmlType out;
  if (const auto foreign = json_string(value, "any_attribute"))
    out.foreign = *foreign == "##any" ? ForeignAttributes::any : ForeignAttributes::other_namespaces;
  out.anything = json_bool(value, "anything").value_or(false);
  out.mixed = json_bool(value, "mixed").value_or(false);
  if (const auto text = json_int(value, "text")) out.text = static_cast<std::uint32_t>(*text);
  if (const auto attributes = json_object(value, "attributes")) {
    for (const auto field : *attributes) {
      const simdjson::dom::array pair = field.value.get_array().value_unsafe();
      out.attributes.emplace(std::string(field.key), XmlAttributeRule{static_cast<std::uint32_t>(pair.at(0).get_uint64().value_unsafe()),
                                                                      pair.at(1).get_int64().value_unsafe() != 0});
    }
  }
  if (const auto model = json_get(value, "model")) out.model = read_particle(*model);
  return out;
}

Result<XmlRules> load_rules(int minor) {
  const std::string file = fmt::format("sbom/cyclonedx-1.{}-xml.json", minor);
  ENTENTE_TRY(const std::string_view text, DataSet::embedded().file(file));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, "data:" + file));
  ENTENTE_TRY(const auto licences, licence_words());
  XmlRules out;
  out.name_space = json_string(document.root(), "namespace").value_or("");
  out.root = static_cast<std::uint32_t>(json_int(document.root(), "root").value_or(0));
  if (const auto unique = json_get(document.root(), "unique")) out.unique = words_of(*unique);
  const auto simple = json_array(document.root(), "simple");
  const auto types = json_array(document.root(), "types");
  if (!simple || !types) return fail("no rules", {.file = "data:" + file});
  for (const JsonView one : *simple) {
    out.simple.push_back(read_simple(one, licences));
    if (const auto& pattern = out.simple.back().pattern; pattern && !pattern->ok()) return fail(pattern->error(), {.file = "data:" + file});
  }
  for (const JsonView one : *types) out.types.push_back(read_type(one));
  return out;
}

std::string normalised(std::string_view text, std::string_view base) {
  std::string out(text);
  if (base == "string" || base == "anySimpleType") return out;
  for (char& c : out)
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  if (base == "normalizedString") return out;
  std::string collapsed;
  for (const char c : out)
    if (c != ' ' || (!collapsed.empty() && collapsed.back() != ' ')) collapsed += c;
  if (!collapsed.empty() && collapsed.back() == ' ') collapsed.pop_back();
  return collapsed;
}

bool is_number_word(std::string_view text, bool fraction) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = fraction ? std::min(text.find('.'), text.size()) : text.size();
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9') return false;
    ++digits;
  }
  return digits > 0;
}

// dateTime and date of XML Schema 1.0: the zone may be missing, unlike in RFC 3339.
bool is_date_word(std::string_view text, bool with_time) {
  static const re2::RE2 date(R"(-?(\d{4,9})-(\d\d)-(\d\d)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)");
  static const re2::RE2 date_time(
      R"(-?(\d{4,9})-(\d\d)-(\d\d)T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)");
  std::int64_t year = 0;
  int month = 0;
  int day = 0;
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), with_time ? date_time : date, &year, &month, &day)) return false;
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || year == 0) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day >= 1 && day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

// XML Schema lets an anyURI hold nearly anything; but what stands before a first colon must be a scheme (RFC 3986, section 4.2).
bool is_uri_word(std::string_view text) {
  const std::size_t end = text.find_first_of(":/?#");
  if (end == std::string_view::npos || text[end] != ':') return true;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (end == 0 || !letter(text[0])) return false;
  for (const char c : text.substr(0, end))
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
  return true;
}

// Empty, or what the base type asks for.
std::string_view base_fault(std::string_view base, std::string_view text) {
  if (base == "boolean") return text == "true" || text == "false" || text == "1" || text == "0" ? "" : "true or false belongs here";
  if (base == "anyURI") return is_uri_word(text) ? "" : "a URI belongs here";
  if (base == "decimal") return is_number_word(text, true) ? "" : "a number belongs here";
  if (base == "dateTime") return is_date_word(text, true) ? "" : "a time such as 2026-01-31T12:00:00Z belongs here";
  if (base == "date") return is_date_word(text, false) ? "" : "a date such as 2026-01-31 belongs here";
  const bool positive = base == "positiveInteger";
  if (positive || base == "nonNegativeInteger" || base == "integer") {
    if (!is_number_word(text, false)) return "a whole number belongs here";
    const bool negative = text.starts_with('-');
    const bool zero = text.find_first_of("123456789") == std::string_view::npos;
    if (positive && (negative || zero)) return "a whole number from 1 on belongs here";
    if (base == "nonNegativeInteger" && negative && !zero) return "a whole number from 0 on belongs here";
  }
  return "";
}

std::uint64_t characters_in(std::string_view text) {
  std::uint64_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

}  // namespace

Result<const XmlRules*> XmlRules::of_minor(int minor) {
  struct Slot {
    std::once_flag once;
    std::optional<Result<XmlRules>> rules;
  };
  static std::array<Slot, 8> slots;
  Slot& slot = slots[static_cast<std::size_t>(minor)];
  std::call_once(slot.once, [&] { slot.rules.emplace(load_rules(minor)); });
  if (!*slot.rules) return fail(slot.rules->error());
  return &**slot.rules;
}

std::string XmlRules::fault(std::uint32_t simple_type, std::string_view text) const {
  const XmlSimpleType& type = simple[simple_type];
  if (!type.members.empty()) {
    std::string last;
    for (const std::uint32_t member : type.members) {
      last = fault(member, text);
      if (last.empty()) return {};
    }
    return last;
  }
  const std::string value = normalised(text, type.base);
  if (const std::string_view wrong = base_fault(type.base, value); !wrong.empty()) return std::string(wrong);
  if (!type.words.empty() && !type.words.contains(value))
    return fmt::format("\"{}\" is not among the words allowed here", printable(value, 60));
  if (type.pattern && !re2::RE2::FullMatch(value, *type.pattern))
    return fmt::format("\"{}\" has not the form this value must have", printable(value, 60));
  const std::uint64_t length = type.min_length || type.max_length ? characters_in(value) : 0;
  if (type.min_length && length < *type.min_length) return fmt::format("shorter than {} characters", *type.min_length);
  if (type.max_length && length > *type.max_length) return fmt::format("longer than {} characters", *type.max_length);
  if (type.least || type.most) {
    double number = 0;
    const std::string_view digits = value.starts_with('+') ? std::string_view(value).substr(1) : std::string_view(value);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (type.least && number < *type.least) return fmt::format("less than {}", *type.least);
    if (type.most && number > *type.most) return fmt::format("more than {}", *type.most);
  }
  return {};
}

}  // namespace entente::measures::p6_supply
