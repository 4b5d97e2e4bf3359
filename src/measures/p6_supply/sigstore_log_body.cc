// Comparing what a log recorded with what a bundle holds. A proof of inclusion alone says only that something was logged; each kind of
// entry names digest, signature and signer in members of its own, all of which must be those of the bundle.
#include <algorithm>

#include "core/json.h"
#include "core/utf8.h"
#include "measures/p6_supply/provenance_json.h"
#include "measures/p6_supply/sigstore_log.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::uint32_t kBodyDepth = 24;

tl::unexpected<Refusal> other(std::string_view what) { return refuse(Reject::log_entry_mismatch, "{}", what); }

// A path of members, null or absent: nullopt.
std::optional<JsonView> body_at(JsonView view, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) {
    const auto next = member(view, key);
    if (!next) return std::nullopt;
    view = *next;
  }
  return view;
}

// What stands between "-----BEGIN <label>-----" and its end. Compared as bytes with what the bundle holds, so it need not be parsed.
std::optional<Bytes> pem_content(std::string_view pem, std::string_view label) {
  const std::string begin = fmt::format("-----BEGIN {}-----", label), end = fmt::format("-----END {}-----", label);
  const auto from = pem.find(begin);
  if (from == std::string_view::npos) return std::nullopt;
  const auto to = pem.find(end, from);
  if (to == std::string_view::npos) return std::nullopt;
  std::string digits(pem.substr(from + begin.size(), to - from - begin.size()));
  std::erase_if(digits, [](char c) { return c == '\n' || c == '\r'; });
  return base64_text(digits);
}

bool is_signer(const Signer& signer, ByteView certificate, ByteView key) {
  if (signer.certificate) return std::ranges::equal(certificate, signer.certificate->der());
  return std::ranges::equal(key, signer.key.spki());
}

Outcome<void> same_signer_pem(const Signer& signer, std::optional<Bytes> pem) {
  if (!pem) return other("the log entry names no key or certificate");
  const auto certificate = pem_content(as_text(*pem), "CERTIFICATE");
  const auto key = pem_content(as_text(*pem), "PUBLIC KEY");
  if (!is_signer(signer, certificate.value_or(Bytes{}), key.value_or(Bytes{})))
    return other("the log entry names another key or certificate");
  return {};
}

// dev.sigstore.rekor.v2.Verifier
Outcome<void> same_signer_v2(const Signer& signer, std::optional<JsonView> verifier) {
  const auto certificate = verifier ? body_at(*verifier, {"x509Certificate"}) : std::nullopt;
  const auto key = verifier ? body_at(*verifier, {"publicKey"}) : std::nullopt;
  const auto der = certificate ? bytes_member(*certificate, "rawBytes") : std::nullopt;
  const auto spki = key ? bytes_member(*key, "rawBytes") : std::nullopt;
  if (!is_signer(signer, der.value_or(Bytes{}), spki.value_or(Bytes{}))) return other("the log entry names another key or certificate");
  return {};
}

Outcome<void> same_artifact(const Artifact& artifact, std::string_view algorithm, const std::optional<Bytes>& logged) {
  const auto kind = hash_by_name(algorithm);
  if (!kind || !logged) return other("the log entry has no digest of a known algorithm");
  const auto wanted = artifact.digest(*kind);
  if (!wanted)
    return refuse(Reject::artifact_missing, "the {} digest of the artefact is needed to compare it with the log entry", hash_name(*kind));
  if (*wanted != *logged) return other("the log entry is about another artefact");
  return {};
}

Outcome<void> match_hashedrekord(JsonView root, bool second, const SignedMessage& message, const Signer& signer, const Artifact& artifact) {
  const auto spec = second ? body_at(root, {"spec", "hashedRekordV002"}) : body_at(root, {"spec"});
  if (!spec) return other("the log entry has no specification");
  const auto digest = second ? body_at(*spec, {"data"}) : body_at(*spec, {"data", "hash"});
  const auto signature = body_at(*spec, {"signature"});
  if (!digest || !signature) return other("the log entry has no digest or no signature");
  std::optional<Bytes> logged;
  if (second) {
    logged = bytes_member(*digest, "digest");
  } else if (const auto hex = json_string(*digest, "value")) {
    if (auto bytes = from_hex(*hex)) logged = std::move(*bytes);
  }
  if (auto same = same_artifact(artifact, json_string(*digest, "algorithm").value_or(second ? "" : "sha256"), logged); !same) return same;
  const auto content = bytes_member(*signature, "content");
  if (!content || *content != message.signature) return other("the log entry has another signature");
  if (second) return same_signer_v2(signer, body_at(*signature, {"verifier"}));
  const auto key = body_at(*signature, {"publicKey"});
  return same_signer_pem(signer, key ? bytes_member(*key, "content") : std::nullopt);
}

Outcome<void> same_payload(const SignedEnvelope& envelope, std::optional<JsonView> logged, bool second) {
  const auto algorithm = logged ? json_string(*logged, "algorithm") : std::nullopt;
  const auto kind = algorithm ? hash_by_name(*algorithm) : std::nullopt;
  if (!kind) return other("the log entry has no digest of the payload");
  const Bytes digest = hash(*kind, as_bytes(envelope.payload));
  const auto text = second ? json_string(*logged, "digest") : json_string(*logged, "value");
  if (!text || *text != (second ? to_base64(digest) : to_hex(digest))) return other("the log entry is about another payload");
  return {};
}

bool is_signature_of(const SignedEnvelope& envelope, const std::optional<Bytes>& signature) {
  return signature && std::ranges::any_of(envelope.signatures, [&](const ContentSignature& s) { return s.signature == *signature; });
}

// Every logged signature is the envelope's, and there are as many.
template <class Read>
Outcome<void> same_signatures(const SignedEnvelope& envelope, std::optional<simdjson::dom::array> logged, const Read& read) {
  std::size_t count = 0;
  if (logged) {
    for (const JsonView item : *logged) {
      if (auto same = read(item); !same) return same;
      ++count;
    }
  }
  if (count != envelope.signatures.size()) return other("the log entry has another number of signatures");
  return {};
}

Outcome<void> match_dsse(JsonView root, bool second, const SignedEnvelope& envelope, const Signer& signer) {
  const auto spec = second ? body_at(root, {"spec", "dsseV002"}) : body_at(root, {"spec"});
  if (!spec) return other("the log entry has no specification");
  if (auto same = same_payload(envelope, body_at(*spec, {"payloadHash"}), second); !same) return same;
  return same_signatures(envelope, json_array(*spec, "signatures"), [&](JsonView item) -> Outcome<void> {
    if (!is_signature_of(envelope, bytes_member(item, second ? "content" : "signature")))
      return other("the log entry has another signature");
    return second ? same_signer_v2(signer, body_at(item, {"verifier"})) : same_signer_pem(signer, bytes_member(item, "verifier"));
  });
}

Outcome<void> match_intoto(JsonView root, const SignedEnvelope& envelope, const Signer& signer) {
  const auto content = body_at(root, {"spec", "content"});
  const auto logged = content ? body_at(*content, {"envelope"}) : std::nullopt;
  if (!logged) return other("the log entry has no envelope");
  if (json_string(*logged, "payloadType").value_or("") != envelope.payload_type) return other("the log entry has another payload type");
  if (auto same = same_payload(envelope, body_at(*content, {"payloadHash"}), false); !same) return same;
  return same_signatures(envelope, json_array(*logged, "signatures"), [&](JsonView item) -> Outcome<void> {
    // Rekor encodes this signature twice.
    const auto once = bytes_member(item, "sig");
    if (!once || !is_signature_of(envelope, base64_text(as_text(*once)))) return other("the log entry has another signature");
    return same_signer_pem(signer, bytes_member(item, "publicKey"));
  });
}

// The oldest kind: the payload's digest and the key, no signature.
Outcome<void> match_intoto_first(JsonView root, const SignedEnvelope& envelope, const Signer& signer) {
  const auto spec = body_at(root, {"spec"});
  if (!spec) return other("the log entry has no specification");
  if (auto same = same_payload(envelope, body_at(*spec, {"content", "payloadHash"}), false); !same) return same;
  return same_signer_pem(signer, bytes_member(*spec, "publicKey"));
}

}  // namespace

Outcome<std::string> match_log_entry(const LogEntry& entry, const Bundle& bundle, const Signer& signer, const Artifact& artifact) {
  const auto doc = JsonDocument::parse(entry.body, "log entry", {.max_bytes = Bundle::kMaxBytes, .max_depth = kBodyDepth});
  if (!doc) return other("the logged body is not JSON");
  const std::string kind(json_string(doc->root(), "kind").value_or("")), version(json_string(doc->root(), "apiVersion").value_or(""));
  if ((!entry.kind.empty() && entry.kind != kind) || (!entry.version.empty() && entry.version != version))
    return other("the bundle calls the log entry another kind than it is");
  const auto* envelope = std::get_if<SignedEnvelope>(&bundle.content);
  const auto* message = std::get_if<SignedMessage>(&bundle.content);
  const bool second = version == "0.0.2";
  if (version != "0.0.1" && !second)
    return refuse(Reject::unsupported_bundle, "log entries of kind {} {}", printable(kind, 40), printable(version, 40));
  Outcome<void> same = other("the log entry is of a kind that does not fit the bundle's content");
  std::string remark;
  if (message != nullptr && kind == "hashedrekord") same = match_hashedrekord(doc->root(), second, *message, signer, artifact);
  if (envelope != nullptr && kind == "dsse") same = match_dsse(doc->root(), second, *envelope, signer);
  if (envelope != nullptr && kind == "intoto" && second) same = match_intoto(doc->root(), *envelope, signer);
  if (envelope != nullptr && kind == "intoto" && !second) {
    same = match_intoto_first(doc->root(), *envelope, signer);
    remark = "an entry of kind intoto 0.0.1 names payload and signer, not the signature";
  }
  if (!same) return tl::unexpected(same.error());
  return remark;
}

}  // namespace entente::measures::p6_supply::provenance
