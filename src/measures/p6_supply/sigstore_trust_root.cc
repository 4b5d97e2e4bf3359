// Reading a trust root. Everything that does not depend on a bundle is checked here, once: keys parse, each certificate of a chain is
// issued by the next, authorities may sign certificates, the last one is self-signed or stands as an anchor of its own.
#include "measures/p6_supply/sigstore_trust_root.h"

#include <fmt/format.h>

#include "core/json.h"
#include "core/utf8.h"
#include "measures/p6_supply/provenance_json.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::uint32_t kTrustDepth = 16;
constexpr std::size_t kMaxChain = 8;

Result<Validity> trust_validity(const JsonDocument& doc, JsonView holder, const std::string& pointer) {
  const auto range = member(holder, "validFor");
  const auto start = range ? json_string(*range, "start") : std::nullopt;
  if (!start)
    return fail("\"validFor\" has no start", doc.where(pointer + "/validFor"),
                "a missing start does not mean \"always\": ask for a complete trust root");
  Validity out;
  ENTENTE_TRY(out.start, parse_time(*start));
  if (const auto end = json_string(*range, "end")) { ENTENTE_TRY(out.end, parse_time(*end)); }
  return out;
}

Result<std::optional<TrustedLog>> trust_log(const JsonDocument& doc, JsonView item, const std::string& pointer,
                                            std::vector<std::string>& left_out) {
  TrustedLog out;
  out.url = json_string(item, "baseUrl").value_or("");
  const auto key = member(item, "publicKey");
  if (!key) return fail("a log without \"publicKey\"", doc.where(pointer));
  ENTENTE_TRY(out.valid, trust_validity(doc, *key, pointer + "/publicKey"));
  const auto der = bytes_member(*key, "rawBytes");
  const auto id = member(item, "logId");
  const auto id_bytes = id ? bytes_member(*id, "keyId") : std::nullopt;
  if (!der || !id_bytes || id_bytes->size() != 32)
    return fail("a log needs publicKey.rawBytes and a logId.keyId of 32 bytes, both base64", doc.where(pointer));
  out.id = as_text(*id_bytes);
  out.checkpoint_id = out.id;
  if (const auto checkpoint = member(item, "checkpointKeyId")) {
    const auto bytes = bytes_member(*checkpoint, "keyId");
    if (!bytes || bytes->size() < 4 || bytes->size() > 32) return fail("checkpointKeyId.keyId must have 4 to 32 bytes", doc.where(pointer));
    out.checkpoint_id = as_text(*bytes);
  }
  auto parsed = PublicKey::from_spki(*der);
  const auto hash = json_string(item, "hashAlgorithm");
  if (!parsed || (hash && *hash != "SHA2_256")) {
    left_out.push_back(fmt::format("the log {}: {}", printable(out.url, 200), parsed ? "another hash than SHA-256" : parsed.error().what));
    return std::nullopt;
  }
  out.key = std::move(*parsed);
  return out;
}

Result<std::vector<TrustedLog>> trust_logs(const JsonDocument& doc, std::string_view key, std::vector<std::string>& left_out) {
  std::vector<TrustedLog> out;
  const auto items = json_array(doc.root(), key);
  if (!items) return out;
  std::size_t index = 0;
  for (const JsonView item : *items) {
    const std::string pointer = fmt::format("/{}/{}", key, index);
    if (++index > TrustRoot::kMaxItems) return fail("too many logs", doc.where(pointer));
    ENTENTE_TRY(auto log, trust_log(doc, item, pointer, left_out));
    if (log) out.push_back(std::move(*log));
  }
  return out;
}

// `first_authority`: index in the chain from which on every certificate must be an authority's.
Result<void> check_chain(const JsonDocument& doc, const std::vector<Certificate>& chain, std::size_t first_authority,
                         const std::string& pointer) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const std::string at = fmt::format("{}/certChain/certificates/{}", pointer, i);
    if (i >= first_authority && !chain[i].is_authority()) return fail("not a certificate authority's certificate", doc.where(at));
    if (i + 1 < chain.size() && !chain[i].issued_by(chain[i + 1]))
      return fail("not issued by the next certificate of its chain", doc.where(at));
    if (i + 1 == chain.size() && chain[i].is_self_issued() && !chain[i].issued_by(chain[i]))
      return fail("a root whose own signature does not verify", doc.where(at));
    if (i >= first_authority && chain[i].path_length() && *chain[i].path_length() < static_cast<long>(i - first_authority))
      return fail("more certificates below this authority than it allows", doc.where(at));
  }
  return {};
}

Result<std::vector<TrustedAuthority>> trust_authorities(const JsonDocument& doc, std::string_view key, std::size_t first_authority) {
  std::vector<TrustedAuthority> out;
  const auto items = json_array(doc.root(), key);
  if (!items) return out;
  for (const JsonView item : *items) {
    const std::string pointer = fmt::format("/{}/{}", key, out.size());
    if (out.size() == TrustRoot::kMaxItems) return fail("too many authorities", doc.where(pointer));
    TrustedAuthority authority;
    authority.url = json_string(item, "uri").value_or("");
    ENTENTE_TRY(authority.valid, trust_validity(doc, item, pointer));
    const auto chain = member(item, "certChain");
    const auto certificates = chain ? json_array(*chain, "certificates") : std::nullopt;
    if (!certificates) return fail("an authority without certChain.certificates", doc.where(pointer));
    for (const JsonView certificate : *certificates) {
      const std::string at = fmt::format("{}/certChain/certificates/{}", pointer, authority.chain.size());
      const auto der = bytes_member(certificate, "rawBytes");
      if (!der || authority.chain.size() == kMaxChain)
        return fail("a chain has at most 8 certificates, each with \"rawBytes\" in base64", doc.where(at));
      auto parsed = Certificate::from_der(*der);
      if (!parsed) return fail(parsed.error().what, doc.where(at));
      authority.chain.push_back(std::move(*parsed));
    }
    if (authority.chain.empty()) return fail("an authority without a certificate", doc.where(pointer));
    ENTENTE_CHECK(check_chain(doc, authority.chain, authority.chain.size() == 1 ? 0 : first_authority, pointer));
    out.push_back(std::move(authority));
  }
  return out;
}

}  // namespace

Result<TrustRoot> TrustRoot::parse(std::string_view json, std::string name) {
  ENTENTE_TRY(const JsonDocument doc, JsonDocument::parse(json, std::move(name), {.max_bytes = kMaxBytes, .max_depth = kTrustDepth}));
  const auto type = json_string(doc.root(), "mediaType");
  if (!type || !type->starts_with("application/vnd.dev.sigstore.trustedroot"))
    return fail("not a Sigstore trust root: \"mediaType\" is missing or another", doc.where("/mediaType"), "give a trusted_root.json");
  TrustRoot out;
  ENTENTE_TRY(out.logs, trust_logs(doc, "tlogs", out.left_out));
  ENTENTE_TRY(out.certificate_logs, trust_logs(doc, "ctlogs", out.left_out));
  ENTENTE_TRY(out.certificate_authorities, trust_authorities(doc, "certificateAuthorities", 0));
  // A time-stamping authority's chain starts with the certificate that signs timestamps, which is no certificate authority's.
  ENTENTE_TRY(out.timestamp_authorities, trust_authorities(doc, "timestampAuthorities", 1));
  return out;
}

}  // namespace entente::measures::p6_supply::provenance
