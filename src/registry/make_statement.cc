// The subject is found by the schema's member "x-entente-subject", a JSON pointer of plain names into the predicate.
#include "registry/make_statement.h"

#include <fmt/format.h>
#include <algorithm>

#include "ledger/format.h"
#include "statement/statement.h"

namespace entente::registry {
namespace {

Result<Digest> subject_of(Kind kind, const Json& predicate, const DataSet& data) {
  const std::string path = fmt::format("schemas/predicate/{}-v1.json", name(kind));
  ENTENTE_TRY(const std::string_view text, data.file(path));
  ENTENTE_TRY(const JsonDocument schema, JsonDocument::parse(text, data.display_name(path)));
  const std::string pointer(json_string(schema.root(), "x-entente-subject").value_or(""));
  const Json* value = &predicate;
  for (std::size_t at = 0; at < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string member = pointer.substr(at + 1, end - at - 1);
    const auto it = value->is_object() ? value->find(member) : value->end();
    if (it == value->end())
      return fail(fmt::format("the statement's subject is missing: a {} names it", name(kind)), {.pointer = "/predicate" + pointer});
    value = &*it;
    at = end;
  }
  if (!value->is_string()) return fail("the statement's subject must be a digest", {.pointer = "/predicate" + pointer});
  const auto digest = Digest::from_hex(value->get_ref<const std::string&>());
  if (!digest) return fail(digest.error().what, {.pointer = "/predicate" + pointer}, digest.error().hint);
  return *digest;
}

}  // namespace

Result<std::string> make_statement(Kind kind, const Json& predicate, const std::vector<const keys::SigningKey*>& signers,
                                   const DataSet& data) {
  if (signers.empty()) return fail("a statement needs a key that signs it");
  statement::Statement made;
  ENTENTE_TRY(const Digest subject, subject_of(kind, predicate, data));
  made.subjects = {{.name = {}, .sha256 = subject}};
  made.predicate_type = fmt::format("{}{}/v1", statement::kPredicateBase, name(kind));
  made.predicate = predicate;
  ENTENTE_CHECK(statement::check_predicate(made, data));
  statement::Envelope envelope = statement::sign(made, *signers.front());
  for (std::size_t i = 1; i < signers.size(); ++i) statement::add_signature(envelope, *signers[i]);
  std::string entry = envelope.str();
  if (entry.size() > ledger::kMaxEntryBytes)
    return fail(fmt::format("the statement has {} bytes; a ledger entry holds {}", entry.size(), ledger::kMaxEntryBytes));
  return entry;
}

Json founding_predicate(const Founding& f) {
  Json out;
  out["registry"] = f.registry;
  out["log"] = f.log;
  out["text"] = {{"sha256", sha256(f.text).hex()}};
  out["quorum"] = {{"approval", f.quorum.approval}, {"removal", f.quorum.removal}, {"keys", f.quorum.keys}, {"rules", f.quorum.rules}};
  out["windows"] = {{"past", f.windows.past.count()},
                    {"future", f.windows.future.count()},
                    {"assessment", f.windows.assessment.count()},
                    {"key_loss_wait", f.windows.key_loss_wait.count()},
                    {"renewal", f.windows.renewal.count()},
                    {"domain_proof", f.windows.domain_proof.count()}};
  out["roster"] = Json::array();
  for (const RosterKey& k : f.roster) out["roster"].push_back({{"role", name(k.role)}, {"person", k.person}, {"key", k.key.str()}});
  out["at"] = format_time(f.at);
  return out;
}

}  // namespace entente::registry
