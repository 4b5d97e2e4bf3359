// The kinds of statement the registry knows: predicate type "https://entente.example/predicate/<name>/v1" each (docs/statements.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace entente::registry {

enum class Kind : std::uint8_t {
  registry_rules,
  pledge,
  approval,
  renewal,
  correction,
  succession,
  withdrawal,
  removal,
  key_set,
  key_revocation,
  domain_proof,
  contact_set,
  comcheck_round,
  evidence,
  assessment,
  finding_dispute,
  dispute_decision,
  peer_review,
  event,
  instrument_membership,
  catalogue_release,
  commitment,
  reveal,
  disclosure,
  imported,
  mail_proof,
  witnessed_checkpoint,
};
inline constexpr std::size_t kKinds = 27;

[[nodiscard]] std::string_view name(Kind kind);  // "registry-rules"
[[nodiscard]] std::optional<Kind> kind_from(std::string_view name);
// "https://entente.example/predicate/pledge/v1" → Kind::pledge; nothing for other types and versions.
[[nodiscard]] std::optional<Kind> kind_of_type(std::string_view predicate_type);

}  // namespace entente::registry
