// OpenSSL's implementation of RFC 3161 decides about the token (CMS signature, extended key usage, signing-certificate attribute); the
// imprint is compared here, because which digests are good enough is ours to say, and the certificates are judged at the token's own time.
#include "measures/p6_supply/sigstore_timestamp.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <ctime>

#include "core/utf8.h"

namespace entente::measures::p6_supply::provenance {
namespace {

using TsResponse = std::unique_ptr<TS_RESP, decltype(&TS_RESP_free)>;

std::optional<HashKind> imprint_hash(TS_MSG_IMPRINT* imprint) {
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  switch (OBJ_obj2nid(algorithm)) {
    case NID_sha256: return HashKind::sha256;
    case NID_sha384: return HashKind::sha384;
    case NID_sha512: return HashKind::sha512;
    default: return std::nullopt;
  }
}

bool imprint_fits(TS_TST_INFO* info, ByteView message) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const auto kind = imprint_hash(imprint);
  if (!kind) return false;
  const ASN1_OCTET_STRING* stated = TS_MSG_IMPRINT_get_msg(imprint);
  const Bytes digest = hash(*kind, message);
  return as_text(digest) == as_text({ASN1_STRING_get0_data(stated), static_cast<std::size_t>(ASN1_STRING_length(stated))});
}

// Where the trust root names the certificate that signs timestamps, it must be that one.
bool signed_by_leaf(TS_RESP* response, const TrustedAuthority& authority) {
  const Certificate& leaf = authority.chain.front();
  if (leaf.is_authority()) return true;
  STACK_OF(X509)* known = sk_X509_new_null();
  sk_X509_push(known, leaf.native());
  STACK_OF(X509)* signers = PKCS7_get0_signers(TS_RESP_get_token(response), known, 0);
  const bool good = signers != nullptr && sk_X509_num(signers) == 1 && X509_cmp(sk_X509_value(signers, 0), leaf.native()) == 0;
  sk_X509_free(signers);
  sk_X509_free(known);
  ERR_clear_error();
  return good;
}

// The last certificate of the chain is trusted, the others help; all are judged at time t.
bool token_verifies(TS_RESP* response, const TrustedAuthority& authority, Instant t) {
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, authority.chain.back().native());
  X509_VERIFY_PARAM* param = X509_STORE_get0_param(store);
  X509_VERIFY_PARAM_set_time(param, std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count());
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
  STACK_OF(X509)* others = sk_X509_new_null();
  for (const Certificate& certificate : authority.chain) {
    X509_up_ref(certificate.native());
    sk_X509_push(others, certificate.native());
  }
  // The context owns store and certificates from here on.
  const std::unique_ptr<TS_VERIFY_CTX, decltype(&TS_VERIFY_CTX_free)> context(TS_VERIFY_CTX_new(), TS_VERIFY_CTX_free);
  TS_VERIFY_CTX_set_store(context.get(), store);
  TS_VERIFY_CTX_set_certs(context.get(), others);
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
  const bool good = TS_RESP_verify_response(context.get(), response) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

Outcome<VerifiedTimestamp> verify_timestamp(ByteView response, ByteView message, const TrustRoot& trust) {
  const unsigned char* at = response.data();
  const TsResponse parsed(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())), TS_RESP_free);
  ERR_clear_error();
  TS_TST_INFO* info = parsed && at == response.data() + response.size() ? TS_RESP_get_tst_info(parsed.get()) : nullptr;
  std::tm tm{};
  if (info == nullptr || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
    return refuse(Reject::timestamp_invalid, "not an RFC 3161 time-stamp response with a token");
  const Instant stated{std::chrono::seconds(timegm(&tm))};
  if (!imprint_fits(info, message))
    return refuse(Reject::timestamp_invalid, "the timestamp is of other bytes than the signature, or its digest is not SHA-2");
  for (const TrustedAuthority& authority : trust.timestamp_authorities) {
    if (!signed_by_leaf(parsed.get(), authority) || !token_verifies(parsed.get(), authority, stated)) continue;
    if (!authority.valid.contains(stated))
      return refuse(Reject::timestamp_invalid, "{} was not trusted at {}", printable(authority.url, 120), format_time(stated));
    return VerifiedTimestamp{stated, &authority};
  }
  return refuse(Reject::timestamp_invalid, "none of the {} time-stamping authorities of the trust root made it",
                trust.timestamp_authorities.size());
}

}  // namespace entente::measures::p6_supply::provenance
