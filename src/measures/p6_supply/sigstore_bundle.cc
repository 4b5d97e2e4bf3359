// The reader of bundles and envelopes. What the versions of the format differ in is checked here: 0.1 must carry a promise, 0.2 and 0.3
// a proof of inclusion with a checkpoint, 0.3 one certificate and no chain.
#include "measures/p6_supply/sigstore_bundle.h"

#include "core/utf8.h"
#include "measures/p6_supply/provenance_json.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::uint32_t kBundleDepth = 24;
constexpr std::size_t kMaxProofHashes = 63;
constexpr std::size_t kMaxBundleChain = 8;

std::optional<Bundle::Form> form_of(std::string_view type) {
  using enum Bundle::Form;
  if (type == "application/vnd.dev.sigstore.bundle+json;version=0.1") return v0_1;
  if (type == "application/vnd.dev.sigstore.bundle+json;version=0.2") return v0_2;
  if (type == "application/vnd.dev.sigstore.bundle+json;version=0.3" || type == "application/vnd.dev.sigstore.bundle.v0.3+json")
    return v0_3;
  return std::nullopt;
}

tl::unexpected<Refusal> bad(std::string_view what) { return refuse(Reject::malformed_bundle, "{}", what); }

Outcome<Certificate> bundle_certificate(JsonView item) {
  const auto der = bytes_member(item, "rawBytes");
  if (!der) return bad("a certificate needs \"rawBytes\" in base64");
  auto out = Certificate::from_der(*der);
  if (!out) return refuse(Reject::certificate_malformed, "{}", out.error().what);
  return std::move(*out);
}

Outcome<void> read_material(JsonView material, Bundle& out) {
  const auto chain = member(material, "x509CertificateChain");
  const auto single = member(material, "certificate");
  const auto key = member(material, "publicKey");
  if ((chain ? 1 : 0) + (single ? 1 : 0) + (key ? 1 : 0) != 1)
    return bad("verificationMaterial must hold exactly one of certificate, x509CertificateChain and publicKey");
  if (key) {
    out.key_hint = json_string(*key, "hint").value_or("");
    return {};
  }
  if (single) {
    auto leaf = bundle_certificate(*single);
    if (!leaf) return tl::unexpected(leaf.error());
    out.certificates.push_back(std::move(*leaf));
    return {};
  }
  if (out.form == Bundle::Form::v0_3) return bad("a bundle of version 0.3 holds one certificate, not a chain");
  const auto items = json_array(*chain, "certificates");
  if (!items) return bad("x509CertificateChain without certificates");
  for (const JsonView item : *items) {
    if (out.certificates.size() == kMaxBundleChain) return bad("a chain of more than 8 certificates");
    auto certificate = bundle_certificate(item);
    if (!certificate) return tl::unexpected(certificate.error());
    out.certificates.push_back(std::move(*certificate));
  }
  if (out.certificates.empty()) return bad("the certificate chain is empty");
  return {};
}

Outcome<InclusionProof> read_proof(JsonView item) {
  InclusionProof out;
  const auto size = number_member(item, "treeSize");
  const auto root = bytes_member(item, "rootHash");
  const auto index = member(item, "logIndex") ? number_member(item, "logIndex") : std::optional<std::uint64_t>(0);
  if (!size || !root || !index) return bad("an inclusion proof needs logIndex, treeSize and rootHash");
  out.size = *size;
  out.index = *index;
  out.root = *root;
  if (const auto hashes = json_array(item, "hashes")) {
    for (const JsonView hash : *hashes) {
      const auto text = as_string(hash);
      const auto bytes = text ? base64_text(*text) : std::nullopt;
      if (!bytes || bytes->size() != 32 || out.hashes.size() == kMaxProofHashes)
        return bad("an inclusion proof has at most 63 hashes of 32 bytes");
      out.hashes.push_back(*Digest::from_bytes(*bytes));
    }
  }
  if (const auto checkpoint = member(item, "checkpoint")) out.checkpoint = json_string(*checkpoint, "envelope").value_or("");
  return out;
}

Outcome<LogEntry> read_entry(JsonView item, Bundle::Form form) {
  LogEntry out;
  const auto index = member(item, "logIndex") ? number_member(item, "logIndex") : std::optional<std::uint64_t>(0);
  const auto log = member(item, "logId");
  const auto log_id = log ? bytes_member(*log, "keyId") : std::nullopt;
  const auto body = bytes_member(item, "canonicalizedBody");
  if (!index) return bad("a log entry's logIndex must be a number that is not negative");
  if (!log_id || log_id->size() != 32) return bad("a log entry needs a logId.keyId of 32 bytes");
  if (!body || body->empty()) return bad("a log entry needs its canonicalizedBody");
  out.index = *index;
  out.log_id = as_text(*log_id);
  out.body = as_text(*body);
  if (const auto kind = member(item, "kindVersion")) {
    out.kind = json_string(*kind, "kind").value_or("");
    out.version = json_string(*kind, "version").value_or("");
  }
  if (member(item, "integratedTime")) {
    const auto seconds = number_member(item, "integratedTime");
    if (!seconds || *seconds > 253'402'300'799) return bad("integratedTime must be a time up to the year 9999");
    out.integrated_seconds = *seconds;
  }
  if (const auto promise = member(item, "inclusionPromise")) {
    const auto bytes = bytes_member(*promise, "signedEntryTimestamp");
    if (!bytes) return bad("signedEntryTimestamp must be base64");
    out.promise = *bytes;
  }
  if (const auto proof = member(item, "inclusionProof")) {
    auto read = read_proof(*proof);
    if (!read) return tl::unexpected(read.error());
    out.proof = std::move(*read);
  }
  if (form == Bundle::Form::v0_1) {
    if (out.promise.empty())
      return refuse(Reject::inclusion_promise_invalid, "a bundle of version 0.1 must hold the log's promise of inclusion");
    // 0.1 knew proofs without a checkpoint; nothing signs those, so they say nothing.
    if (out.proof && out.proof->checkpoint.empty()) out.proof.reset();
  } else {
    if (!out.proof) return refuse(Reject::inclusion_proof_missing, "a bundle of version 0.2 or later must hold a proof of inclusion");
    if (out.proof->checkpoint.empty()) return refuse(Reject::inclusion_proof_missing, "the proof of inclusion has no checkpoint");
  }
  return out;
}

Outcome<SignedEnvelope> read_envelope(JsonView item, std::vector<Certificate>* certificates) {
  SignedEnvelope out;
  const auto payload = bytes_member(item, "payload");
  const auto type = json_string(item, "payloadType");
  const auto signatures = json_array(item, "signatures");
  if (!payload || !type || type->empty() || !signatures) return bad("a DSSE envelope needs payload (base64), payloadType and signatures");
  out.payload = as_text(*payload);
  out.payload_type = *type;
  for (const JsonView signature : *signatures) {
    const auto sig = bytes_member(signature, "sig");
    if (!sig || sig->empty() || out.signatures.size() == Bundle::kMaxSignatures)
      return bad("a signature needs \"sig\" in base64; an envelope has at most 64");
    out.signatures.push_back({std::string(json_string(signature, "keyid").value_or("")), *sig});
    const auto pem = certificates != nullptr ? json_string(signature, "cert") : std::nullopt;
    if (!pem || pem->empty() || !certificates->empty()) continue;
    auto certificate = Certificate::from_pem(*pem);
    if (!certificate) return refuse(Reject::certificate_malformed, "{}", certificate.error().what);
    certificates->push_back(std::move(*certificate));
  }
  if (out.signatures.empty()) return bad("the envelope has no signature");
  return out;
}

Outcome<SignedMessage> read_message(JsonView item) {
  SignedMessage out;
  const auto signature = bytes_member(item, "signature");
  if (!signature || signature->empty()) return bad("messageSignature needs \"signature\" in base64");
  out.signature = *signature;
  if (const auto digest = member(item, "messageDigest")) {
    out.hash = hash_by_name(json_string(*digest, "algorithm").value_or(""));
    if (const auto bytes = bytes_member(*digest, "digest")) out.digest = *bytes;
  }
  return out;
}

Outcome<void> read_content(JsonView root, Bundle& out) {
  const auto envelope = member(root, "dsseEnvelope");
  const auto message = member(root, "messageSignature");
  if (envelope.has_value() == message.has_value()) return bad("a bundle must hold either dsseEnvelope or messageSignature");
  if (envelope) {
    auto read = read_envelope(*envelope, nullptr);
    if (!read) return tl::unexpected(read.error());
    if (read->signatures.size() != 1) return bad("the envelope in a bundle must have exactly one signature");
    out.content = std::move(*read);
  } else {
    auto read = read_message(*message);
    if (!read) return tl::unexpected(read.error());
    out.content = std::move(*read);
  }
  return {};
}

Outcome<void> read_evidence(JsonView material, Bundle& out) {
  if (const auto entries = json_array(material, "tlogEntries")) {
    for (const JsonView item : *entries) {
      if (out.entries.size() == Bundle::kMaxLogEntries) return bad("more than 32 log entries");
      auto entry = read_entry(item, out.form);
      if (!entry) return tl::unexpected(entry.error());
      out.entries.push_back(std::move(*entry));
    }
  }
  const auto data = member(material, "timestampVerificationData");
  const auto timestamps = data ? json_array(*data, "rfc3161Timestamps") : std::nullopt;
  if (!timestamps) return {};
  for (const JsonView item : *timestamps) {
    const auto bytes = bytes_member(item, "signedTimestamp");
    if (!bytes || out.timestamps.size() == Bundle::kMaxTimestamps)
      return bad("a timestamp needs \"signedTimestamp\" in base64; a bundle has at most 32");
    out.timestamps.push_back(*bytes);
  }
  return {};
}

}  // namespace

Outcome<Bundle> Bundle::from_json(JsonView root) {
  Bundle out;
  const auto type = json_string(root, "mediaType");
  if (!type && json_get(root, "payloadType")) {
    auto envelope = read_envelope(root, &out.certificates);
    if (!envelope) return tl::unexpected(envelope.error());
    out.content = std::move(*envelope);
    return out;
  }
  if (!type) return bad("neither a Sigstore bundle (\"mediaType\") nor a DSSE envelope (\"payloadType\")");
  const auto form = form_of(*type);
  if (!form) return refuse(Reject::unsupported_bundle, "the media type \"{}\" is not known", printable(*type, 120));
  out.form = *form;
  const auto material = member(root, "verificationMaterial");
  if (!material || !as_object(*material)) return bad("a bundle without verificationMaterial");
  if (auto read = read_material(*material, out); !read) return tl::unexpected(read.error());
  if (auto read = read_evidence(*material, out); !read) return tl::unexpected(read.error());
  if (auto read = read_content(root, out); !read) return tl::unexpected(read.error());
  return out;
}

Outcome<Bundle> Bundle::parse(std::string_view json, const std::string& name) {
  const auto doc = JsonDocument::parse(json, name, {.max_bytes = kMaxBytes, .max_depth = kBundleDepth});
  if (!doc) return refuse(Reject::malformed_bundle, "{}: {}", doc.error().where.str(), doc.error().what);
  return from_json(doc->root());
}

}  // namespace entente::measures::p6_supply::provenance
