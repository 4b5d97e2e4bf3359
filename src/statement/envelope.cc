// DSSE envelopes. Reading is strict: a small JSON document of known members, base64 decoded once into the very bytes that
// are later verified. Verification tries each signature with each trusted key not yet matched, those the keyid hints at
// first, over the pre-authentication encoding, and parses the payload only after one of them held.
#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "core/utf8.h"
#include "statement/statement.h"

namespace entente::statement {
namespace {

constexpr std::uint32_t kMaxDepth = 8;  // an envelope needs 3; some more so that an unknown member is called that
constexpr std::size_t kEd25519Bytes = 64;

std::string keyid_of(const keys::VerifierKey& key) { return key.name() + "+" + key.id_hex(); }

// The first member of the object at `pointer` that is not in `known`, as an error.
Result<void> only_members(const JsonDocument& doc, simdjson::dom::object object, const std::string& pointer,
                          std::initializer_list<std::string_view> known) {
  for (const auto field : object)
    if (std::find(known.begin(), known.end(), field.key) == known.end())
      return fail(fmt::format("unknown member \"{}\" in a DSSE envelope", printable(field.key, 80)),
                  doc.where(pointer + "/" + pointer_segment(field.key)),
                  "nothing would authenticate it; an envelope holds payload, payloadType and signatures (keyid, sig)");
  return {};
}

// A base64 member in either alphabet. Mixing the two in one value is refused: no encoder writes that.
Result<Bytes> base64_member(const JsonDocument& doc, JsonView object, std::string_view key, const std::string& pointer) {
  const std::string at = pointer + "/" + std::string(key);
  const auto text = json_string(object, key);
  if (!text) return fail(fmt::format("\"{}\" must be there and be a base64 string", key), doc.where(at));
  const bool url = text->find_first_of("-_") != std::string_view::npos;
  auto bytes = from_base64(*text, url ? Base64Alphabet::url : Base64Alphabet::standard);
  if (!bytes)
    return fail(fmt::format("\"{}\": {} (digit {})", key, bytes.error().what, bytes.error().where.offset.value_or(0)), doc.where(at),
                bytes.error().hint.empty() ? "write padded base64, standard or URL-safe" : bytes.error().hint);
  return bytes;
}

Result<EnvelopeSignature> parse_signature(const JsonDocument& doc, JsonView item, std::size_t index) {
  const std::string pointer = fmt::format("/signatures/{}", index);
  const auto object = as_object(item);
  if (!object) return fail("a signature must be an object", doc.where(pointer));
  ENTENTE_CHECK(only_members(doc, *object, pointer, {"keyid", "sig"}));
  EnvelopeSignature out;
  if (const auto keyid = json_get(item, "keyid")) {
    const auto text = as_string(*keyid);
    if (!text) return fail("\"keyid\" must be a string", doc.where(pointer + "/keyid"));
    if (text->size() > kMaxKeyidBytes)
      return fail(fmt::format("\"keyid\" has more than {} bytes", kMaxKeyidBytes), doc.where(pointer + "/keyid"));
    out.keyid = *text;
  }
  ENTENTE_TRY(out.sig, base64_member(doc, item, "sig", pointer));
  if (out.sig.empty()) return fail("\"sig\" is empty", doc.where(pointer + "/sig"));
  return out;
}

// Trusted keys that may sign statements, each public key once. A key of another type signs other things.
std::vector<const keys::VerifierKey*> distinct_keys(const std::vector<keys::VerifierKey>& trusted) {
  std::vector<const keys::VerifierKey*> out;
  for (const auto& key : trusted) {
    if (key.type() != keys::KeyType::ed25519) continue;
    if (std::none_of(out.begin(), out.end(), [&](const auto* seen) { return seen->key() == key.key(); })) out.push_back(&key);
  }
  return out;
}

// Index of the trusted key that verifies the signature; the keyid only sets the order in which they are tried.
std::optional<std::size_t> find_signer(const EnvelopeSignature& signature, ByteView message,
                                       const std::vector<const keys::VerifierKey*>& keys) {
  if (signature.sig.size() != kEd25519Bytes) return std::nullopt;
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (!signature.keyid.empty())
    std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return keyid_of(*keys[i]) == signature.keyid; });
  for (const std::size_t i : order)
    if (keys[i]->verify(message, signature.sig)) return i;
  return std::nullopt;
}

std::string unverified_keyid(std::size_t index, const EnvelopeSignature& signature) {
  return fmt::format("signatures[{}].keyid \"{}\": a hint that nothing authenticates", index, printable(signature.keyid, 120));
}

std::string foreign_signature(std::size_t index, const EnvelopeSignature& signature) {
  return fmt::format("signatures[{}].sig ({} bytes): verified by no trusted key", index, signature.sig.size());
}

Error nobody_signed(const Envelope& envelope, const std::vector<const keys::VerifierKey*>& keys, std::size_t passed_over,
                    std::string name) {
  std::string hint = "the envelope hints at";
  for (std::size_t i = 0; i < envelope.signatures.size() && i < 4; ++i) {
    const std::string& keyid = envelope.signatures[i].keyid;
    hint += (i == 0 ? " " : ", ") + (keyid.empty() ? "no key" : "\"" + printable(keyid, 80) + "\"");
  }
  hint += "; trusted:";
  for (std::size_t i = 0; i < keys.size() && i < 4; ++i) hint += (i == 0 ? " " : ", ") + keyid_of(*keys[i]);
  if (keys.empty()) hint += " none";
  if (keys.size() > 4) hint += fmt::format(" and {} more", keys.size() - 4);
  if (passed_over != 0) hint += fmt::format(" ({} of another key type cannot sign statements)", passed_over);
  return {"no signature verifies under a trusted key: the envelope was altered, or somebody else signed it",
          {.file = std::move(name), .pointer = "/signatures"},
          std::move(hint)};
}

}  // namespace

std::string pae(std::string_view payload_type, std::string_view payload) {
  std::string out;
  out.reserve(payload_type.size() + payload.size() + 48);
  fmt::format_to(std::back_inserter(out), "DSSEv1 {} ", payload_type.size());
  out.append(payload_type);
  fmt::format_to(std::back_inserter(out), " {} ", payload.size());
  out.append(payload);
  return out;
}

Result<Envelope> Envelope::parse(std::string_view json, std::string name) {
  ENTENTE_TRY(const JsonDocument doc, JsonDocument::parse(json, std::move(name), {.max_bytes = kMaxEnvelopeBytes, .max_depth = kMaxDepth}));
  const JsonView root = doc.root();
  const auto object = as_object(root);
  if (!object) return fail("a DSSE envelope must be a JSON object", doc.where(""));
  ENTENTE_CHECK(only_members(doc, *object, "", {"payload", "payloadType", "signatures"}));
  Envelope out;
  const auto type = json_string(root, "payloadType");
  if (!type || type->empty())
    return fail("\"payloadType\" must be there and be a string", doc.where("/payloadType"), "this is not a DSSE envelope");
  out.payload_type = *type;
  ENTENTE_TRY(const Bytes payload, base64_member(doc, root, "payload", ""));
  out.payload = as_text(payload);
  const auto signatures = json_array(root, "signatures");
  if (!signatures) return fail("\"signatures\" must be there and be an array", doc.where("/signatures"));
  std::size_t index = 0;
  for (const JsonView item : *signatures) {
    if (index == kMaxSignatures)
      return fail(fmt::format("more than {} signatures", kMaxSignatures), doc.where(fmt::format("/signatures/{}", index)));
    ENTENTE_TRY(auto signature, parse_signature(doc, item, index));
    out.signatures.push_back(std::move(signature));
    ++index;
  }
  if (out.signatures.empty()) return fail("the envelope has no signature", doc.where("/signatures"), "sign it");
  return out;
}

Result<Envelope> Envelope::parse_canonical(std::string_view json, std::string name) {
  ENTENTE_TRY(Envelope out, parse(json, name));
  const std::string canonical = out.str();
  if (json == canonical) return out;
  const auto [a, b] = std::mismatch(json.begin(), json.end(), canonical.begin(), canonical.end());
  return fail("the envelope is not in its canonical spelling",
              {.file = std::move(name), .offset = static_cast<std::uint64_t>(a - json.begin())},
              "write it compact, with standard base64 and members in the order payload, payloadType, signatures, keyid, sig");
}

// Written by hand: readers of whole ledgers compare every envelope with its canonical spelling. Base64 needs no escapes; the other strings
// go through the JSON writer.
std::string Envelope::str() const {
  const std::string type = json_compact(Json(payload_type));
  std::string out;
  out.reserve(payload.size() / 3 * 4 + type.size() + 64 + signatures.size() * 256);
  out.append("{\"payload\":\"").append(to_base64(as_bytes(payload))).append("\",\"payloadType\":").append(type).append(",\"signatures\":[");
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    out.append(i == 0 ? "" : ",").append("{\"keyid\":").append(json_compact(Json(signatures[i].keyid)));
    out.append(",\"sig\":\"").append(to_base64(signatures[i].sig)).append("\"}");
  }
  return out.append("]}");
}

void add_signature(Envelope& envelope, const keys::SigningKey& key) {
  const keys::Signature signature = key.sign(as_bytes(pae(envelope.payload_type, envelope.payload)));
  envelope.signatures.push_back({keyid_of(key.verifier()), Bytes(signature.begin(), signature.end())});
}

Envelope sign(const Statement& statement, const keys::SigningKey& key) {
  Envelope out{std::string(kPayloadType), statement.str(), {}};
  add_signature(out, key);
  return out;
}

Result<VerifiedStatement> verify(const Envelope& envelope, const std::vector<keys::VerifierKey>& trusted, std::string name) {
  if (envelope.payload_type != kPayloadType)
    return fail(fmt::format("payload type \"{}\" is not \"{}\"", printable(envelope.payload_type, 120), kPayloadType),
                {.file = std::move(name), .pointer = "/payloadType"});
  const auto keys = distinct_keys(trusted);
  const std::string message = pae(envelope.payload_type, envelope.payload);
  std::vector<std::string> unverified;
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < envelope.signatures.size(); ++i) {
    const EnvelopeSignature& signature = envelope.signatures[i];
    const auto signer = find_signer(signature, as_bytes(message), keys);
    if (!signer)
      unverified.push_back(foreign_signature(i, signature));
    else if (std::find(accepted.begin(), accepted.end(), *signer) == accepted.end())
      accepted.push_back(*signer);
    if (!signature.keyid.empty()) unverified.push_back(unverified_keyid(i, signature));
  }
  if (accepted.empty()) {
    const auto passed_over =
        std::count_if(trusted.begin(), trusted.end(), [](const auto& k) { return k.type() != keys::KeyType::ed25519; });
    return fail(nobody_signed(envelope, keys, static_cast<std::size_t>(passed_over), std::move(name)));
  }
  ENTENTE_TRY(Statement statement, Statement::parse(envelope.payload, name.empty() ? "payload" : name + " (payload)"));
  VerifiedStatement out{std::move(statement), {}, std::move(unverified)};
  for (const std::size_t i : accepted) out.signed_by.push_back(*keys[i]);
  return out;
}

}  // namespace entente::statement
