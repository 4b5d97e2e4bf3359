// Names of the kinds of statement. The table is in the order of the enumeration; looking up by name goes through all of it, which is
// shorter than a hash of the name.
#include "registry/kind.h"

#include <array>

#include "statement/statement.h"

namespace entente::registry {
namespace {

constexpr std::array<std::string_view, kKinds> kKindNames = {"registry-rules",
                                                             "pledge",
                                                             "approval",
                                                             "renewal",
                                                             "correction",
                                                             "succession",
                                                             "withdrawal",
                                                             "removal",
                                                             "key-set",
                                                             "key-revocation",
                                                             "domain-proof",
                                                             "contact-set",
                                                             "comcheck-round",
                                                             "evidence",
                                                             "assessment",
                                                             "finding-dispute",
                                                             "dispute-decision",
                                                             "peer-review",
                                                             "event",
                                                             "instrument-membership",
                                                             "catalogue-release",
                                                             "commitment",
                                                             "reveal",
                                                             "disclosure",
                                                             "import",
                                                             "mail-proof",
                                                             "witnessed-checkpoint"};

}  // namespace

std::string_view name(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_from(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i)
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  return std::nullopt;
}

std::optional<Kind> kind_of_type(std::string_view predicate_type) {
  if (!predicate_type.starts_with(statement::kPredicateBase) || !predicate_type.ends_with("/v1")) return std::nullopt;
  predicate_type.remove_prefix(statement::kPredicateBase.size());
  predicate_type.remove_suffix(3);
  return kind_from(predicate_type);
}

}  // namespace entente::registry
