// Verification in the order of RFC 6376 section 6.1: the signature's form, its key, the hash of the body, the hash of the fields. Fields
// that h= names more often than the message has them add nothing to the hash, so a signer can rule out that one is added.
#include "registry/dkim.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <set>

#include "dns/name.h"
#include "keys/keys.h"

namespace entente::registry {
namespace {

constexpr int kLeastRsaBits = 1'024;  // RFC 8301 section 3.2
constexpr int kMostRsaBits = 8'192;   // a larger one only costs time
constexpr std::string_view kDkimField = "dkim-signature";

struct PkeyFree {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
struct DigestContextFree {
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};

// The own field with the value of b= taken out, everything else as it is.
std::string without_signature_value(std::string_view whole) {
  const std::size_t start = whole.find(':') + 1;
  for (std::size_t at = start; at < whole.size();) {
    const std::size_t end = std::min(whole.find(';', at), whole.size());
    const std::size_t equals = whole.find('=', at);
    if (equals < end) {
      std::string name;
      for (const char c : whole.substr(at, equals - at))
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') name += c;
      if (name == "b") return std::string(whole.substr(0, equals + 1)) + std::string(whole.substr(end));
    }
    at = end + 1;
  }
  return std::string(whole);
}

Result<void> check_rsa(const DkimKey& key, std::string_view text, ByteView signature) {
  const unsigned char* der = key.key.data();
  const std::unique_ptr<EVP_PKEY, PkeyFree> pkey(d2i_PUBKEY(nullptr, &der, static_cast<long>(key.key.size())));
  if (!pkey || der != key.key.data() + key.key.size() || EVP_PKEY_get_base_id(pkey.get()) != EVP_PKEY_RSA)
    return fail("the key record holds no RSA key");
  const int bits = EVP_PKEY_get_bits(pkey.get());
  if (bits < kLeastRsaBits) return fail(fmt::format("an RSA key of {} bits proves nothing any more (RFC 8301)", bits));
  if (bits > kMostRsaBits) return fail(fmt::format("an RSA key of {} bits is larger than any we take", bits));
  const std::unique_ptr<EVP_MD_CTX, DigestContextFree> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, pkey.get()) != 1) return fail("RSA is not to be had");
  const ByteView bytes = as_bytes(text);
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) != 1)
    return fail("the signature does not fit the header fields");
  return {};
}

Result<void> check_ed25519(const DkimKey& key, std::string_view text, ByteView signature) {
  keys::PublicKeyBytes point{};
  std::ranges::copy(key.key, point.begin());
  if (!keys::verify_ed25519(point, sha256(text).view(), signature)) return fail("the signature does not fit the header fields");
  return {};
}

Result<std::string> look_up_key(const DkimSignature& signature, const DkimLookup& lookup) {
  ENTENTE_TRY(const std::vector<std::string> records, lookup(signature.key_name()));
  if (records.empty()) return fail(fmt::format("there is no key at {}", signature.key_name()));
  if (records.size() > 1) return fail(fmt::format("there is more than one key at {}", signature.key_name()));
  return records.front();
}

Result<void> check_signature(const DkimMessage& message, const DkimMessage::Field& own, const DkimSignature& signature,
                             std::string_view record, Instant now) {
  ENTENTE_TRY(const DkimKey key, DkimKey::parse(record, signature.algorithm));
  if (key.same_domain_only && signature.identity_domain != signature.domain)
    return fail("the key is for its own domain only (t=s), and i= names one below it");
  if (signature.expires && *signature.expires <= now) return fail("the signature has expired");
  if (sha256(canonical_body(message.body, signature.body)) != signature.body_hash) return fail("the body is not the one that was signed");
  const std::string text = dkim_signed_text(message, signature, own);
  return signature.algorithm == DkimAlgorithm::rsa_sha256 ? check_rsa(key, text, signature.signature)
                                                          : check_ed25519(key, text, signature.signature);
}

DkimVerdict verify_one(const DkimMessage& message, const DkimMessage::Field& own, const DkimLookup& lookup, Instant now) {
  DkimVerdict out;
  auto signature = DkimSignature::parse(own.value());
  if (!signature) {
    out.failed = signature.error().what;
    return out;
  }
  out.signature = std::move(*signature);
  auto record = look_up_key(*out.signature, lookup);
  if (!record) {
    out.failed = record.error().what;
    return out;
  }
  out.key_record = std::move(*record);
  if (const auto good = check_signature(message, own, *out.signature, out.key_record, now); !good) out.failed = good.error().what;
  return out;
}

}  // namespace

std::string dkim_signed_text(const DkimMessage& message, const DkimSignature& signature, const DkimMessage::Field& own) {
  std::string out;
  std::set<const DkimMessage::Field*> used;
  for (const std::string& name : signature.fields) {
    const auto it = std::find_if(message.fields.rbegin(), message.fields.rend(), [&](const DkimMessage::Field& field) {
      return field.name == name && &field != &own && !used.contains(&field);
    });
    if (it == message.fields.rend()) continue;
    used.insert(&*it);
    out += canonical_field(*it, signature.header) + "\r\n";
  }
  const DkimMessage::Field stripped{.name = std::string(kDkimField), .whole = without_signature_value(own.whole)};
  return out + canonical_field(stripped, signature.header);
}

std::vector<DkimVerdict> verify_dkim(const DkimMessage& message, const DkimLookup& lookup, Instant now) {
  std::vector<DkimVerdict> out;
  for (const DkimMessage::Field* own : message.all(kDkimField)) {
    if (out.size() >= kMostDkimSignatures) break;
    out.push_back(verify_one(message, *own, lookup, now));
  }
  return out;
}

}  // namespace entente::registry
