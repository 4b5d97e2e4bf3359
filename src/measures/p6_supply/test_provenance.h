// A small Sigstore of our own for tests, fuzzing and benchmarks: a certificate authority, a certificate log, a log of Rekor v1's kind
// (ECDSA, promises) and one of v2's (Ed25519 signed notes, a witness), and bundles made with them. Keys are new in every run.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "core/json.h"
#include "keys/keys.h"
#include "measures/p6_supply/provenance.h"
#include "merkle/checkpoint.h"
#include "merkle/signed_note.h"
#include "merkle/tree.h"
#include "statement/statement.h"

namespace entente::measures::p6_supply::provenance::test {

using KeyHandle = std::shared_ptr<EVP_PKEY>;

inline KeyHandle new_p256() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

inline Bytes sign(const KeyHandle& key, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  std::size_t size = 0;
  const auto bytes = as_bytes(message);
  EVP_DigestSign(context.get(), nullptr, &size, bytes.data(), bytes.size());
  Bytes out(size);
  EVP_DigestSign(context.get(), out.data(), &size, bytes.data(), bytes.size());
  out.resize(size);
  return out;
}

inline std::string pem(std::string_view label, const Bytes& der) {
  return "-----BEGIN " + std::string(label) + "-----\n" + to_base64(der) + "\n-----END " + std::string(label) + "-----\n";
}

struct Times {
  std::int64_t from = 1'780'000'000, to = 1'780'000'600;  // the certificate's ten minutes, in May 2026
  std::int64_t logged = 1'780'000'060;
};

class TinySigstore {
 public:
  static constexpr const char* kIdentity = "https://github.com/example/app/.github/workflows/release.yml@refs/tags/v1.2.3";
  static constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";

  TinySigstore()
      : log2_(keys::SigningKey::generate("log2.example").value()),
        witness_(keys::SigningKey::generate("witness.example", keys::KeyType::cosignature_v1).value()) {
    authority_ = certificate(nullptr, authority_key_, times_, {});
  }

  // Leaf with an SCT; the identity is a URI.
  Certificate leaf(const Times& times, const std::string& identity = kIdentity) {
    const Certificate without = certificate(&authority_, leaf_key_, times, {}, identity);
    const Bytes tbs = without.precertificate_tbs();
    std::string message{0, 0};
    const std::uint64_t at = static_cast<std::uint64_t>(times.from) * 1000;
    for (int i = 7; i >= 0; --i) message += static_cast<char>(at >> (8 * i));
    const std::string time = message.substr(2);
    message += std::string{0, 1} + std::string(as_text(authority_.key().id().view()));
    for (int i = 2; i >= 0; --i) message += static_cast<char>(tbs.size() >> (8 * i));
    message += std::string(as_text(tbs)) + std::string(2, '\0');
    const Bytes signature = sign(ct_key_, message);
    std::string sct(1, '\0');
    sct += std::string(as_text(PublicKey::from_native(ct_key_.get())->id().view())) + time + std::string(2, '\0') + "\x04\x03";
    sct += two(signature.size()) + std::string(as_text(signature));
    const std::string list = two(sct.size() + 2) + two(sct.size()) + sct;
    return certificate(&authority_, leaf_key_, times, "\x04\x81" + std::string(1, static_cast<char>(list.size())) + list, identity);
  }

  TrustRoot trust() const {
    const Validity always{Instant{std::chrono::seconds(1'700'000'000)}, std::nullopt};
    TrustRoot out;
    const auto log = [&](const PublicKey& key, std::string id) { return TrustedLog{"https://log.example", id, id, key, always}; };
    const PublicKey rekor = PublicKey::from_native(log_key_.get()).value(), ct = PublicKey::from_native(ct_key_.get()).value();
    out.logs = {log(rekor, std::string(as_text(rekor.id().view()))), log(log2_public(), log2_id())};
    out.certificate_logs = {log(ct, std::string(as_text(ct.id().view())))};
    out.certificate_authorities = {{"https://ca.example", {authority_}, always}};
    out.witnesses = {witness_.verifier()};
    return out;
  }

  // trusted_root.json of trust(), without the witness.
  std::string trust_json() const {
    const TrustRoot root = trust();
    const auto logs = [](const std::vector<TrustedLog>& from) {
      Json out = Json::array();
      for (const TrustedLog& log : from)
        out.push_back({{"baseUrl", log.url},
                       {"hashAlgorithm", "SHA2_256"},
                       {"publicKey", {{"rawBytes", to_base64(log.key.spki())}, {"validFor", {{"start", format_time(log.valid.start)}}}}},
                       {"logId", {{"keyId", to_base64(as_bytes(log.id))}}}});
      return out;
    };
    const TrustedAuthority& ca = root.certificate_authorities.front();
    Json authority{{"uri", ca.url},
                   {"certChain", {{"certificates", Json::array({Json{{"rawBytes", to_base64(ca.chain.front().der())}}})}}},
                   {"validFor", {{"start", format_time(ca.valid.start)}}}};
    return Json{{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
                {"tlogs", logs(root.logs)},
                {"ctlogs", logs(root.certificate_logs)},
                {"certificateAuthorities", Json::array({authority})}}
        .dump();
  }

  // An entry of the first log: promise and, as the first of two leaves, proof under a checkpoint of Rekor v1's form.
  Json first_entry(const Json& body, const Times& times) const {
    const std::string text = body.dump();
    const PublicKey key = PublicKey::from_native(log_key_.get()).value();
    const std::string promise = R"({"body":")" + to_base64(as_bytes(text)) + R"(","integratedTime":)" + std::to_string(times.logged) +
                                R"(,"logID":")" + key.id().hex() + R"(","logIndex":7})";
    const Digest other = merkle::leaf_hash(as_bytes("another entry"));
    const Digest root = merkle::node_hash(merkle::leaf_hash(as_bytes(text)), other);
    const std::string note = merkle::Checkpoint{"log.example - 42", 2, root, {}}.str();
    Bytes signature(key.id().bytes.begin(), key.id().bytes.begin() + 4);
    const Bytes signed_note = sign(log_key_, note);
    signature.insert(signature.end(), signed_note.begin(), signed_note.end());
    return entry(text, body, key.id().view(), 7, times.logged, sign(log_key_, promise), 0, root, {other},
                 note + "\n— log.example " + to_base64(signature) + "\n");
  }

  // Of the second log: no promise, the second of two leaves, cosigned.
  Json second_entry(const Json& body, const Times& times) const {
    const std::string text = body.dump();
    const Digest other = merkle::leaf_hash(as_bytes("another entry"));
    const Digest root = merkle::node_hash(other, merkle::leaf_hash(as_bytes(text)));
    const std::string note = merkle::Checkpoint{"log2.example", 2, root, {}}.str();
    const std::string cosignature = merkle::cosign_note(note, witness_, Instant{std::chrono::seconds(times.logged)}).value();
    const std::string id = log2_id();
    return entry(text, body, as_bytes(id), 1, 0, {}, 1, root, {other}, merkle::sign_note(note, {&log2_}).value() + cosignature);
  }

  Json bundle(const Certificate& leaf, const Json& entries, const char* content, const Json& value) const {
    return {{"mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json"},
            {"verificationMaterial", {{"certificate", {{"rawBytes", to_base64(leaf.der())}}}, {"tlogEntries", entries}}},
            {content, value}};
  }

  // A signature over the artefact, logged by both logs.
  Json message_bundle(std::string_view artifact, const Times& times, const std::string& identity = kIdentity) {
    const Certificate certificate = leaf(times, identity);
    const Bytes signature = sign(leaf_key_, artifact), digest = hash(HashKind::sha256, as_bytes(artifact));
    const Json first{{"apiVersion", "0.0.1"},
                     {"kind", "hashedrekord"},
                     {"spec",
                      {{"data", {{"hash", {{"algorithm", "sha256"}, {"value", to_hex(digest)}}}}},
                       {"signature",
                        {{"content", to_base64(signature)},
                         {"publicKey", {{"content", to_base64(as_bytes(pem("CERTIFICATE", certificate.der())))}}}}}}}};
    const Json second{
        {"apiVersion", "0.0.2"},
        {"kind", "hashedrekord"},
        {"spec",
         {{"hashedRekordV002",
           {{"data", {{"algorithm", "SHA2_256"}, {"digest", to_base64(digest)}}},
            {"signature",
             {{"content", to_base64(signature)}, {"verifier", {{"x509Certificate", {{"rawBytes", to_base64(certificate.der())}}}}}}}}}}}};
    return bundle(certificate, Json::array({first_entry(first, times), second_entry(second, times)}), "messageSignature",
                  {{"messageDigest", {{"algorithm", "SHA2_256"}, {"digest", to_base64(digest)}}}, {"signature", to_base64(signature)}});
  }

  // An in-toto statement in DSSE, logged by both logs.
  Json statement_bundle(const Json& statement, const Times& times, const std::string& identity = kIdentity) {
    const Certificate certificate = leaf(times, identity);
    const std::string payload = statement.dump();
    const Bytes signature = sign(leaf_key_, statement::pae(kInTotoPayload, payload)), digest = hash(HashKind::sha256, as_bytes(payload));
    const std::string verifier = to_base64(as_bytes(pem("CERTIFICATE", certificate.der())));
    const Json first{{"apiVersion", "0.0.1"},
                     {"kind", "dsse"},
                     {"spec",
                      {{"payloadHash", {{"algorithm", "sha256"}, {"value", to_hex(digest)}}},
                       {"signatures", Json::array({Json{{"signature", to_base64(signature)}, {"verifier", verifier}}})}}}};
    const Json second{
        {"apiVersion", "0.0.2"},
        {"kind", "dsse"},
        {"spec",
         {{"dsseV002",
           {{"payloadHash", {{"algorithm", "SHA2_256"}, {"digest", to_base64(digest)}}},
            {"signatures", Json::array({Json{{"content", to_base64(signature)},
                                             {"verifier", {{"x509Certificate", {{"rawBytes", to_base64(certificate.der())}}}}}}})}}}}}};
    return bundle(certificate, Json::array({first_entry(first, times), second_entry(second, times)}), "dsseEnvelope",
                  {{"payload", to_base64(as_bytes(payload))},
                   {"payloadType", kInTotoPayload},
                   {"signatures", Json::array({Json{{"sig", to_base64(signature)}, {"keyid", ""}}})}});
  }

  const KeyHandle& leaf_key() const { return leaf_key_; }
  const Times& times() const { return times_; }

 private:
  static std::string two(std::size_t n) { return {static_cast<char>(n >> 8), static_cast<char>(n)}; }

  static Json entry(const std::string& text, const Json& body, ByteView log_id, std::uint64_t index, std::int64_t time,
                    const Bytes& promise, std::uint64_t proof_index, const Digest& root, const merkle::Proof& proof,
                    const std::string& checkpoint) {
    Json hashes = Json::array();
    for (const Digest& hash : proof) hashes.push_back(to_base64(hash.view()));
    Json out{{"logIndex", std::to_string(index)},
             {"logId", {{"keyId", to_base64(log_id)}}},
             {"kindVersion", {{"kind", body["kind"]}, {"version", body["apiVersion"]}}},
             {"inclusionProof",
              {{"logIndex", std::to_string(proof_index)},
               {"rootHash", to_base64(root.view())},
               {"treeSize", "2"},
               {"hashes", hashes},
               {"checkpoint", {{"envelope", checkpoint}}}}},
             {"canonicalizedBody", to_base64(as_bytes(text))}};
    if (time != 0) out["integratedTime"] = std::to_string(time);
    if (!promise.empty()) out["inclusionPromise"] = {{"signedEntryTimestamp", to_base64(promise)}};
    return out;
  }

  PublicKey log2_public() const {
    const auto& raw = log2_.verifier().key();
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()), EVP_PKEY_free);
    return PublicKey::from_native(key.get()).value();
  }
  std::string log2_id() const {
    const std::uint8_t separator[] = {0x0a, 0x01};
    return std::string(as_text(sha256_of({as_bytes("log2.example"), separator, log2_.verifier().key()}).view()));
  }

  static void extend(X509* x509, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static void extend_raw(X509* x509, const char* oid, const std::string& der) {
    ASN1_OBJECT* object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, as_bytes(der).data(), static_cast<int>(der.size()));
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 0, value);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
  }

  Certificate certificate(const Certificate* issuer, const KeyHandle& key, const Times& times, const std::string& scts,
                          const std::string& identity = {}) const {
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), issuer == nullptr ? 1 : 2);
    ASN1_TIME_set(X509_getm_notBefore(x509.get()), issuer == nullptr ? 1'700'000'000 : times.from);
    ASN1_TIME_set(X509_getm_notAfter(x509.get()), issuer == nullptr ? 2'000'000'000 : times.to);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(issuer == nullptr ? "ca.example" : "leaf.example"), -1, -1, 0);
    X509* by = issuer == nullptr ? x509.get() : issuer->native();
    X509_set_issuer_name(x509.get(), X509_get_subject_name(by));
    if (issuer == nullptr) {
      extend(x509.get(), by, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
      extend(x509.get(), by, NID_key_usage, "critical,keyCertSign");
    } else {
      extend(x509.get(), by, NID_key_usage, "critical,digitalSignature");
      extend(x509.get(), by, NID_ext_key_usage, "codeSigning");
      extend(x509.get(), by, NID_subject_alt_name, ("critical,URI:" + identity).c_str());
      const std::string issuer_text = kIssuer, repository = "https://github.com/example/app";
      extend_raw(x509.get(), "1.3.6.1.4.1.57264.1.8", "\x0c" + std::string(1, static_cast<char>(issuer_text.size())) + issuer_text);
      extend_raw(x509.get(), "1.3.6.1.4.1.57264.1.12", "\x0c" + std::string(1, static_cast<char>(repository.size())) + repository);
      if (!scts.empty()) extend_raw(x509.get(), "1.3.6.1.4.1.11129.2.4.2", scts);
    }
    X509_sign(x509.get(), authority_key_.get(), EVP_sha256());
    unsigned char* der = nullptr;
    const int size = i2d_X509(x509.get(), &der);
    const Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return Certificate::from_der(bytes).value();
  }

  Times times_;
  KeyHandle authority_key_ = new_p256(), leaf_key_ = new_p256(), ct_key_ = new_p256(), log_key_ = new_p256();
  keys::SigningKey log2_, witness_;
  Certificate authority_;
};

// SLSA provenance of an artefact, version 1.
inline Json slsa_statement(std::string_view artifact, const std::string& builder, const std::string& ref = "refs/tags/v1.2.3") {
  return {{"_type", "https://in-toto.io/Statement/v1"},
          {"subject", Json::array({Json{{"name", "other"}, {"digest", {{"sha256", std::string(64, '0')}}}},
                                   Json{{"name", "pkg:npm/%40example/app@1.2.3"},
                                        {"digest", {{"sha256", sha256(artifact).hex()}, {"sha1", std::string(40, '0')}}}}})},
          {"predicateType", kSlsaV1},
          {"predicate",
           {{"buildDefinition",
             {{"buildType", "https://actions.github.io/buildtypes/workflow/v1"},
              {"externalParameters", {{"workflow", {{"ref", ref}, {"repository", "https://github.com/example/app"}}}}},
              {"resolvedDependencies", Json::array({Json{{"uri", "git+https://github.com/example/app@" + ref}}})}}},
            {"runDetails", {{"builder", {{"id", builder}}}}}}}};
}

}  // namespace entente::measures::p6_supply::provenance::test
