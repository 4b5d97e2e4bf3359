// Decides whether an attestation counts. The checks run from the cheapest fact to the dearest (class, date, attester, signature, file) and
// the first that fails is the reason shown, in both languages. "Another party" can be judged from a bundle only by the key's name against
// the organisation's own names; that two names are two parties is what the registry's proof of domain control adds.
#include "assess/attestation.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "keys/keys.h"

namespace entente::assess {

using catalog::EvidenceClass;
using catalog::Text;

namespace {

AttestationVerdict refuse(const AttestationVerdict& verdict, std::string en, std::string fr) {
  AttestationVerdict out = verdict;
  out.accepted = false;
  out.reason = Text{std::move(en), std::move(fr)};
  return out;
}

std::optional<Text> wrong_date(const catalog::Attestation& attestation, const catalog::Control& control, Instant at) {
  if (attestation.date > at) {
    return Text{fmt::format("attestation of {} lies in the future at {}", format_date(attestation.date), format_time(at)),
                fmt::format("l’attestation du {} est postérieure au {}", format_date(attestation.date), format_time(at))};
  }
  const std::int64_t age = days_between(attestation.date, at);
  if (age > static_cast<std::int64_t>(control.max_age_days)) {
    return Text{fmt::format("attestation of {} is {} days old, limit {}", format_date(attestation.date), age, control.max_age_days),
                fmt::format("l’attestation du {} a {} jours, limite {}", format_date(attestation.date), age, control.max_age_days)};
  }
  return std::nullopt;
}

// Key and signature; fills `attester`. A reason, or nothing if they are good.
std::optional<Text> wrong_signature(const catalog::Profile& profile, const catalog::Attestation& attestation, std::string& attester) {
  const auto key = keys::VerifierKey::parse(attestation.attester);
  if (!key) {
    return Text{fmt::format("the attester's key is not a vkey: {}", key.error().what),
                fmt::format("la clé de l’attestant n’est pas une vkey : {}", key.error().what)};
  }
  attester = key->name();
  if (key->type() != keys::KeyType::ed25519) {
    return Text{"the attester's key is not a plain Ed25519 key", "la clé de l’attestant n’est pas une clé Ed25519 ordinaire"};
  }
  if (attestation.signature.empty()) return Text{"the attestation is not signed", "l’attestation n’est pas signée"};
  const auto signature = from_base64(attestation.signature);
  const std::string message = catalog::attestation_message(profile, attestation);
  if (!signature || !key->verify(as_bytes(message), *signature)) {
    return Text{fmt::format("signature of {} does not verify", key->name()), fmt::format("la signature de {} est invalide", key->name())};
  }
  return std::nullopt;
}

}  // namespace

bool is_own_key_name(const catalog::Profile& profile, std::string_view key_name) {
  const std::string whole = lower(key_name);
  const std::string host = whole.substr(0, whole.find('/'));
  const auto is_own = [&](std::string_view own) {
    const std::string name = lower(own);
    return !name.empty() && (whole == name || host == name || host.ends_with("." + name));
  };
  return is_own(profile.name) || is_own(profile.id) || std::any_of(profile.domains.begin(), profile.domains.end(), is_own);
}

std::optional<Text> attestation_objection(const catalog::Profile& profile, const catalog::Attestation& attestation,
                                          const catalog::Control& control, Instant at, std::string& attester) {
  const EvidenceClass kind = control.evidence_class;
  if (kind == EvidenceClass::measured || kind == EvidenceClass::verified) {
    return Text{fmt::format("an attestation cannot stand for {}: class {} is measured, not attested", control.id.str(), letter(kind)),
                fmt::format("une attestation ne peut tenir lieu de {} : la classe {} se mesure, elle ne s’atteste pas", control.id.str(),
                            letter(kind))};
  }
  if (auto reason = wrong_date(attestation, control, at)) return reason;
  if (attestation.attester.empty()) {
    if (kind != EvidenceClass::attested) return std::nullopt;
    return Text{"declared by the organisation itself; class A needs the signature of another party",
                "déclaré par l’organisation elle-même ; la classe A exige la signature d’un tiers"};
  }
  if (auto reason = wrong_signature(profile, attestation, attester)) return reason;
  if (kind == EvidenceClass::attested && is_own_key_name(profile, attester)) {
    return Text{fmt::format("attested by the organisation's own key ({}); class A needs another party", attester),
                fmt::format("attesté par la clé de l’organisation elle-même ({}) ; la classe A exige un tiers", attester)};
  }
  return std::nullopt;
}

AttestationVerdict check_attestation(const catalog::Profile& profile, const catalog::Attestation& attestation,
                                     const catalog::Control& control, const evidence::Bundle& bundle, Instant at) {
  AttestationVerdict verdict;
  if (auto reason = attestation_objection(profile, attestation, control, at, verdict.attester))
    return refuse(verdict, std::move(reason->en), std::move(reason->fr));
  if (attestation.file) {
    for (const auto& entry : bundle.entries()) {
      if (entry.sha256 == *attestation.file) verdict.files.push_back(&entry);
    }
    if (verdict.files.empty() && !attestation.file_path.empty()) {
      return refuse(
          verdict, fmt::format("the attested file \"{}\" is not in the bundle with its signed digest", attestation.file_path),
          fmt::format("le fichier attesté « {} » n’est pas dans le dossier de preuves avec son empreinte signée", attestation.file_path));
    }
  }
  verdict.accepted = true;
  return verdict;
}

}  // namespace entente::assess
