// in-toto Statement v1: reading with every member checked, and writing in one fixed order, so that a statement has one
// spelling when Entente writes it. The predicate is kept as it is; predicate.cc judges it.
#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/utf8.h"
#include "statement/statement.h"

namespace entente::statement {
namespace {

constexpr std::size_t kMaxUriBytes = 2048;

// RFC 3986 by its character classes: lower-case scheme, ':', something behind it, percent signs only as %XX.
bool is_type_uri(std::string_view text) {
  if (text.empty() || text.size() > kMaxUriBytes || text[0] < 'a' || text[0] > 'z') return false;
  std::size_t i = 1;
  while (i < text.size() && ((text[i] >= 'a' && text[i] <= 'z') || is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.'))
    ++i;
  if (i + 1 >= text.size() || text[i] != ':') return false;
  for (++i; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
    } else if (!is_alpha(c) && !is_digit(c) && std::string_view("-._~:/?#[]@!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

Result<void> only_members(const JsonDocument& doc, simdjson::dom::object object, const std::string& pointer, std::string_view what,
                          std::initializer_list<std::string_view> known) {
  for (const auto field : object)
    if (std::find(known.begin(), known.end(), field.key) == known.end())
      return fail(fmt::format("unknown member \"{}\" in {}", printable(field.key, 80), what),
                  doc.where(pointer + "/" + pointer_segment(field.key)), fmt::format("known: {}", fmt::join(known, ", ")));
  return {};
}

Result<Digest> parse_digest(const JsonDocument& doc, JsonView subject, const std::string& pointer) {
  const std::string at = pointer + "/digest";
  const auto set = json_object(subject, "digest");
  if (!set) return fail("a subject must have a \"digest\" object", doc.where(at));
  ENTENTE_CHECK(only_members(doc, *set, at, "a subject's digest set", {"sha256"}));
  const auto text = json_string(*json_get(subject, "digest"), "sha256");
  if (!text) return fail("a subject must have a \"sha256\" digest", doc.where(at));
  const auto digest = Digest::from_hex(*text);
  if (!digest)
    return fail("\"sha256\": " + digest.error().what, doc.where(at + "/sha256"), "64 lower-case hex digits, as `sha256sum` prints");
  return *digest;
}

Result<Subject> parse_subject(const JsonDocument& doc, JsonView item, std::size_t index) {
  const std::string pointer = fmt::format("/subject/{}", index);
  const auto object = as_object(item);
  if (!object) return fail("a subject must be an object", doc.where(pointer));
  ENTENTE_CHECK(only_members(doc, *object, pointer, "a subject", {"name", "digest"}));
  Subject out;
  if (const auto name = json_get(item, "name")) {
    const auto text = as_string(*name);
    if (!text || text->empty())
      return fail("a subject's \"name\" must be a string that is not empty", doc.where(pointer + "/name"), "leave it out if there is none");
    out.name = *text;
  }
  ENTENTE_TRY(out.sha256, parse_digest(doc, item, pointer));
  return out;
}

Result<std::vector<Subject>> parse_subjects(const JsonDocument& doc) {
  const auto list = json_array(doc.root(), "subject");
  if (!list) return fail("\"subject\" must be there and be an array", doc.where("/subject"));
  std::vector<Subject> out;
  std::set<std::string, std::less<>> names;
  for (const JsonView item : *list) {
    if (out.size() == kMaxSubjects) return fail(fmt::format("more than {} subjects", kMaxSubjects), doc.where("/subject"));
    ENTENTE_TRY(Subject subject, parse_subject(doc, item, out.size()));
    if (!subject.name.empty() && !names.insert(subject.name).second)
      return fail(fmt::format("two subjects are called \"{}\"", printable(subject.name, 80)),
                  doc.where(fmt::format("/subject/{}/name", out.size())));
    out.push_back(std::move(subject));
  }
  if (out.empty()) return fail("a statement must have at least one subject", doc.where("/subject"));
  return out;
}

}  // namespace

Result<StatementView> StatementView::parse(std::string_view payload, std::string name) {
  ENTENTE_TRY(JsonDocument doc, JsonDocument::parse(payload, std::move(name), {.max_bytes = kMaxEnvelopeBytes}));
  const JsonView root = doc.root();
  const auto object = as_object(root);
  if (!object) return fail("an in-toto statement must be a JSON object", doc.where(""));
  const auto type = json_string(root, "_type");
  if (!type) return fail("\"_type\" must be there and be a string", doc.where("/_type"), "this is not an in-toto statement");
  if (*type != kStatementType)
    return fail(fmt::format("statement type \"{}\" is not \"{}\"", printable(*type, 120), kStatementType), doc.where("/_type"));
  ENTENTE_CHECK(only_members(doc, *object, "", "an in-toto statement", {"_type", "subject", "predicateType", "predicate"}));
  ENTENTE_TRY(std::vector<Subject> subjects, parse_subjects(doc));
  const auto predicate_type = json_string(root, "predicateType");
  if (!predicate_type || !is_type_uri(*predicate_type))
    return fail("\"predicateType\" must be there and be a URI with a lower-case scheme", doc.where("/predicateType"));
  const auto predicate = json_get(root, "predicate");
  if (!predicate || !predicate->is_object()) return fail("\"predicate\" must be there and be an object", doc.where("/predicate"));
  return StatementView{std::move(doc), std::move(subjects), *predicate_type, *predicate};
}

Result<Statement> Statement::parse(std::string_view payload, std::string name) {
  ENTENTE_TRY(StatementView view, StatementView::parse(payload, std::move(name)));
  return Statement{std::move(view.subjects), std::string(view.predicate_type), to_json(view.predicate)};
}

std::string Statement::str() const {
  Json list = Json::array();
  for (const Subject& subject : subjects) {
    Json item = Json::object();
    if (!subject.name.empty()) item["name"] = subject.name;
    item["digest"] = Json{{"sha256", subject.sha256.hex()}};
    list.push_back(std::move(item));
  }
  Json out = Json::object();
  out["_type"] = kStatementType;
  out["subject"] = std::move(list);
  out["predicateType"] = predicate_type;
  out["predicate"] = predicate;
  return json_compact(out);
}

}  // namespace entente::statement
