// Predicates of Entente's own types: the type names a schema among the data files, the predicate must satisfy it, and one of
// the statement's subjects must carry the digest by which the predicate names its object: otherwise a signature could stand
// under one thing and speak of another. Compiled schemas are kept by the digest of their text.
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <mutex>

#include "core/utf8.h"
#include "schema/schema.h"
#include "statement/statement.h"

namespace entente::statement {
namespace {

constexpr std::string_view kCommitmentPrefix = "entente commitment v1\n";
constexpr std::size_t kCachedSchemas = 256;

struct PredicateSchema {
  schema::Schema schema;
  std::string subject_pointer;  // of the digest that must be a subject; empty if the schema names none
};

Result<PredicateSchema> compile(std::string_view text, const std::string& name) {
  ENTENTE_TRY(schema::Schema compiled, schema::Schema::compile(text, name));
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name));
  return PredicateSchema{std::move(compiled), std::string(json_string(document.root(), "x-entente-subject").value_or(""))};
}

// A ledger holds thousands of statements of a dozen types: each schema is compiled once a process.
Result<PredicateSchema> cached(std::string_view text, const std::string& name) {
  static std::mutex mutex;
  static std::map<Digest, PredicateSchema> cache;
  const Digest digest = sha256(text);
  {
    const std::lock_guard lock(mutex);
    if (const auto it = cache.find(digest); it != cache.end()) return it->second;
  }
  ENTENTE_TRY(PredicateSchema made, compile(text, name));
  const std::lock_guard lock(mutex);
  if (cache.size() >= kCachedSchemas) cache.clear();
  return cache.insert_or_assign(digest, std::move(made)).first->second;
}

// "assessment/v1" → "schemas/predicate/assessment-v1.json"; empty where the text is no <kind>/v<number>. The characters are
// checked because the text comes from outside and becomes a path.
std::string schema_path(std::string_view kind) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t slash = kind.find("/v");
  if (slash == std::string_view::npos || slash == 0 || slash > 64) return {};
  const std::string_view name = kind.substr(0, slash), version = kind.substr(slash + 2);
  if (!lower(name.front()) || !std::all_of(name.begin(), name.end(), [&](char c) { return lower(c) || digit(c) || c == '-'; })) return {};
  if (version.empty() || version.size() > 4 || version.front() == '0' || !std::all_of(version.begin(), version.end(), digit)) return {};
  return fmt::format("schemas/predicate/{}-v{}.json", name, version);
}

std::string known_kinds(const DataSet& data) {
  std::string out;
  for (const std::string& path : data.list("schemas/predicate/")) {
    const std::size_t from = path.rfind('/') + 1, dash = path.rfind("-v"), dot = path.rfind('.');
    if (dash == std::string::npos || dot == std::string::npos || dash < from || dot < dash) continue;
    out += fmt::format("{}{}/{}", out.empty() ? "" : ", ", path.substr(from, dash - from), path.substr(dash + 1, dot - dash - 1));
  }
  return out;
}

// The string at a JSON pointer of plain member names.
std::string_view string_at(JsonView value, std::string_view pointer) {
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const auto next = json_get(value, pointer.substr(1, end - 1));
    if (!next) return {};
    value = *next;
    pointer.remove_prefix(end);
  }
  return as_string(value).value_or("");
}

Result<void> check_subject(const std::vector<Subject>& subjects, JsonView predicate, const std::string& pointer) {
  const std::string_view named = string_at(predicate, pointer);
  const bool found = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& s) { return s.sha256.hex() == named; });
  if (!found)
    return fail(fmt::format("the predicate is about {}, which is not a subject of the statement", printable(named, 80)),
                {.pointer = "/predicate" + pointer}, "the digest must stand among the subjects too");
  return {};
}

// A reveal proves itself: salt and content digest must give the commitment.
Result<void> check_reveal(JsonView predicate) {
  ENTENTE_TRY(const Bytes salt, from_base64(string_at(predicate, "/salt")));
  ENTENTE_TRY(const Digest content, Digest::from_hex(string_at(predicate, "/content/sha256")));
  ENTENTE_TRY(const Digest made, commitment(salt, content));
  if (made.hex() != string_at(predicate, "/commitment/sha256"))
    return fail("salt and content do not give the commitment", {.pointer = "/predicate/commitment/sha256"},
                "something else was committed to");
  return {};
}

}  // namespace

Result<Digest> commitment(ByteView salt, const Digest& content) {
  if (salt.size() != kSaltBytes) return fail(fmt::format("a commitment's salt has {} bytes, not {}", kSaltBytes, salt.size()));
  return sha256_of({as_bytes(kCommitmentPrefix), salt, content.view()});
}

struct PredicateRule::Impl {
  PredicateSchema found;
  std::string kind;         // "pledge/v1"
  std::string schema_name;  // how errors name the schema
};

Result<PredicateRule> PredicateRule::find(std::string_view kind, const DataSet& data) {
  const std::string path = schema_path(kind);
  const auto text = path.empty() ? Result<std::string_view>(fail("")) : data.file(path);
  if (!text)
    return fail(fmt::format("no schema for predicate type \"{}\"", printable(kind, 80)), {.pointer = "/predicateType"},
                "known: " + known_kinds(data));
  ENTENTE_TRY(PredicateSchema found, cached(*text, data.display_name(path)));
  PredicateRule out;
  out.impl_ = std::make_shared<Impl>(Impl{std::move(found), std::string(kind), data.display_name(path)});
  return out;
}

Result<void> PredicateRule::check(const std::vector<Subject>& subjects, JsonView predicate) const {
  const auto violations = impl_->found.schema.validate(predicate, 1);
  if (!violations.empty()) {
    const auto& first = violations.front();
    return fail(fmt::format("{} predicate: {}", impl_->kind, first.message), {.pointer = "/predicate" + first.instance},
                fmt::format("schema {} at {}", impl_->schema_name, first.keyword));
  }
  if (!impl_->found.subject_pointer.empty()) ENTENTE_CHECK(check_subject(subjects, predicate, impl_->found.subject_pointer));
  if (impl_->kind == "reveal/v1") ENTENTE_CHECK(check_reveal(predicate));
  return {};
}

Result<void> check_predicate(const Statement& statement, const DataSet& data) {
  if (!statement.predicate_type.starts_with(kPredicateBase))
    return fail(fmt::format("predicate type \"{}\" is not one of Entente's", printable(statement.predicate_type, 120)),
                {.pointer = "/predicateType"}, fmt::format("they begin with {}", kPredicateBase));
  ENTENTE_TRY(const PredicateRule rule,
              PredicateRule::find(std::string_view(statement.predicate_type).substr(kPredicateBase.size()), data));
  ENTENTE_TRY(const JsonDocument predicate, JsonDocument::parse(json_compact(statement.predicate), "predicate"));
  return rule.check(statement.subjects, predicate.root());
}

}  // namespace entente::statement
