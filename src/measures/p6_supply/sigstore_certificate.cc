// The path from a leaf to a trust root has one step left to verify: the chains themselves were when the trust root was read. What an SCT
// signs is put together as RFC 6962 3.2 says: the certificate without its SCTs, bound to the issuer's key.
#include "measures/p6_supply/sigstore_certificate.h"

#include <algorithm>

#include "core/utf8.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::uint8_t kTlsSha256 = 4, kTlsRsa = 1, kTlsEcdsa = 3;

// `issuer`: index in the chain of what issued the leaf; those before it have no part in the path.
Outcome<void> trusted_at(const TrustedAuthority& authority, std::size_t issuer, Instant t) {
  if (!authority.valid.contains(t))
    return refuse(Reject::authority_outside_validity, "{} was not trusted at {}", printable(authority.url, 120), format_time(t));
  for (std::size_t i = issuer; i < authority.chain.size(); ++i)
    if (!authority.chain[i].valid_at(t))
      return refuse(Reject::authority_outside_validity, "a certificate of {} was not valid at {}", printable(authority.url, 120),
                    format_time(t));
  return {};
}

void put_number(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// digitally-signed struct of RFC 6962 3.2 with a precert_entry.
Bytes sct_message(const Sct& sct, const Digest& issuer_key, const Bytes& tbs) {
  Bytes out;
  out.reserve(64 + tbs.size() + sct.extensions.size());
  put_number(out, 0, 1);  // version 1
  put_number(out, 0, 1);  // certificate_timestamp
  put_number(out, sct.milliseconds, 8);
  put_number(out, 1, 2);  // precert_entry
  out.insert(out.end(), issuer_key.bytes.begin(), issuer_key.bytes.end());
  put_number(out, tbs.size(), 3);
  out.insert(out.end(), tbs.begin(), tbs.end());
  put_number(out, sct.extensions.size(), 2);
  out.insert(out.end(), sct.extensions.begin(), sct.extensions.end());
  return out;
}

bool sct_verifies(const Sct& sct, const TrustedLog& log, const Bytes& message) {
  const std::uint8_t algorithm = log.key.kind() == KeyKind::rsa ? kTlsRsa : kTlsEcdsa;
  if (sct.hash != kTlsSha256 || sct.algorithm != algorithm) return false;
  return log.key.verify_digest(HashKind::sha256, sha256(message).view(), sct.signature);
}

}  // namespace

Outcome<VerifiedIssuer> verify_chain(const Certificate& leaf, const TrustRoot& trust, std::span<const Instant> times) {
  if (!leaf.leaf_fault().empty())
    return refuse(Reject::certificate_malformed, "the signing certificate is not one for signing: {}", leaf.leaf_fault());
  for (const Instant t : times)
    if (!leaf.valid_at(t))
      return refuse(Reject::certificate_outside_validity, "signed at {}, but the certificate is valid from {} to {}", format_time(t),
                    format_time(leaf.not_before()), format_time(leaf.not_after()));
  std::optional<Refusal> nearly;
  for (const TrustedAuthority& authority : trust.certificate_authorities) {
    const auto issuer = std::ranges::find_if(authority.chain, [&](const Certificate& c) { return leaf.issued_by(c); });
    if (issuer == authority.chain.end()) continue;
    Outcome<void> held;
    for (const Instant t : times)
      if (held) held = trusted_at(authority, static_cast<std::size_t>(issuer - authority.chain.begin()), t);
    if (held) return VerifiedIssuer{&authority, &*issuer};
    nearly = held.error();
  }
  if (nearly) return tl::unexpected(*nearly);
  return refuse(Reject::certificate_untrusted, "none of the {} certificate authorities of the trust root issued the signing certificate",
                trust.certificate_authorities.size());
}

Outcome<const TrustedLog*> verify_scts(const Certificate& leaf, const Certificate& issuer, const TrustRoot& trust) {
  if (leaf.scts().empty()) return refuse(Reject::sct_missing, "the signing certificate holds no signed certificate timestamp");
  const Bytes tbs = leaf.precertificate_tbs();
  if (tbs.empty() || tbs.size() >= std::size_t{1} << 24)
    return refuse(Reject::sct_invalid, "the certificate cannot be written without its timestamps");
  const TrustedLog* found = nullptr;
  for (const Sct& sct : leaf.scts()) {
    const Instant at{std::chrono::milliseconds(std::min<std::uint64_t>(sct.milliseconds, 253'402'300'799'000))};
    const Bytes message = sct_message(sct, issuer.key().id(), tbs);
    for (const TrustedLog& log : trust.certificate_logs) {
      if (log.id != as_text(sct.log_id.view())) continue;
      if (!sct_verifies(sct, log, message))
        return refuse(Reject::sct_invalid, "the signed certificate timestamp of {} does not verify", printable(log.url, 120));
      if (!log.valid.contains(at)) return refuse(Reject::sct_invalid, "{} was not trusted at {}", printable(log.url, 120), format_time(at));
      found = &log;
      break;
    }
  }
  if (found == nullptr)
    return refuse(Reject::sct_missing, "none of the {} signed certificate timestamps is of a log the trust root names", leaf.scts().size());
  return found;
}

}  // namespace entente::measures::p6_supply::provenance
