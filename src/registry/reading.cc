// From bytes to a statement that is well-formed by itself: size, canonical envelope, in-toto statement, a kind the registry knows, its
// schema, and the keys it brings along. Nothing here depends on what the ledger says, so a server may do it before it takes a lock.
#include <fmt/format.h>
#include <algorithm>

#include "core/utf8.h"
#include "registry/state_impl.h"

namespace entente::registry {
namespace {

Verdict from_error(Code code, const Error& error, const std::string& pointer_prefix = {}) {
  return reject(code, error.what, pointer_prefix + error.where.pointer, error.hint);
}

// The vkey members of a predicate: keys that the statement itself makes known.
Verdict read_introduced(Reading& out) {
  const auto add = [&](std::string_view text, std::string pointer) -> Verdict {
    auto key = keys::VerifierKey::parse(text);
    if (!key) return reject(Code::schema, "not a vkey: " + key.error().what, std::move(pointer), key.error().hint);
    out.introduced.push_back(std::move(*key));
    return {};
  };
  if (out.kind == Kind::pledge) return add(out.text("key"), "/predicate/key");
  if (out.kind == Kind::key_set) {
    const auto list = json_array(out.predicate(), "keys");
    std::size_t i = 0;
    if (list)
      for (const JsonView item : *list) ENTENTE_JUDGE(add(as_string(item).value_or(""), fmt::format("/predicate/keys/{}", i++)));
  }
  if (out.kind == Kind::registry_rules) {
    auto rules = Rules::from(out.predicate());
    if (!rules) return from_error(Code::schema, rules.error(), "/predicate");
    for (RosterKey& key : rules->roster) out.introduced.push_back(std::move(key.key));
  }
  return {};
}

}  // namespace

std::string Reading::text(std::string_view member) const { return std::string(json_string(predicate(), member).value_or("")); }

Instant Reading::time_of(std::string_view member) const {
  return parse_time(json_string(predicate(), member).value_or("")).value_or(Instant{});
}

std::optional<Digest> Reading::maybe_digest(std::string_view member) const {
  const auto object = json_get(predicate(), member);
  if (!object) return std::nullopt;
  const auto digest = Digest::from_hex(json_string(*object, "sha256").value_or(""));
  return digest ? std::optional(*digest) : std::nullopt;
}

Digest Reading::digest(std::string_view member) const { return maybe_digest(member).value_or(Digest{}); }

std::string Reading::id_of(std::string_view member) const {
  const auto object = json_get(predicate(), member);
  return object ? std::string(json_string(*object, "id").value_or("")) : std::string();
}

Verdict read_entry(const Schemas& schemas, std::string_view bytes, Reading& out) {
  out.envelope = sha256(bytes);
  out.leaf_hash = merkle::leaf_hash(as_bytes(bytes));
  if (bytes.size() > kMaxStatementBytes)
    return reject(Code::too_large, fmt::format("{} bytes; a ledger entry holds {}", bytes.size(), kMaxStatementBytes), "",
                  "name large things by their digest");
  auto envelope = statement::Envelope::parse_canonical(bytes, "entry");
  if (!envelope)
    return reject(Code::malformed, envelope.error().what, envelope.error().where.pointer,
                  "send a statement as `entente registry sign` writes it");
  if (envelope->payload_type != statement::kPayloadType)
    return reject(Code::malformed,
                  fmt::format("payload type \"{}\" is not \"{}\"", printable(envelope->payload_type, 80), statement::kPayloadType),
                  "/payloadType");
  auto view = statement::StatementView::parse(envelope->payload, "payload");
  if (!view) return from_error(Code::malformed, view.error());
  const auto kind = kind_of_type(view->predicate_type);
  if (!kind || !schemas[static_cast<std::size_t>(*kind)])
    return reject(Code::unknown_kind, fmt::format("the registry knows no statements of type \"{}\"", printable(view->predicate_type, 120)),
                  "/predicateType");
  if (const auto sound = schemas[static_cast<std::size_t>(*kind)]->check(view->subjects, view->predicate); !sound)
    return from_error(Code::schema, sound.error());
  out.kind = *kind;
  out.statement = std::move(*view);
  out.payload = sha256(envelope->payload);
  out.message = statement::pae(envelope->payload_type, envelope->payload);
  out.signatures = std::move(envelope->signatures);
  const auto at = parse_time(out.text("at"));
  if (!at) return from_error(Code::schema, at.error(), "/predicate/at");
  out.at = *at;
  out.supporter = out.id_of("organisation");
  return read_introduced(out);
}

}  // namespace entente::registry
