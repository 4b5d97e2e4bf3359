// Names of the states a record can be in, and access to its seldom filled part.
#include "registry/record.h"

#include <array>

namespace entente::registry {

std::string_view name(Status status) {
  constexpr std::array<std::string_view, 7> names = {"applied", "approved", "imported", "refused", "withdrawn", "removed", "succeeded"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view name(KeyEnd end) {
  constexpr std::array<std::string_view, 5> names = {"none", "rotated", "revoked", "lost", "cancelled"};
  return names[static_cast<std::size_t>(end)];
}

std::string_view name(DnssecStatus status) {
  constexpr std::array<std::string_view, 4> names = {"secure", "insecure", "indeterminate", "not-checked"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view name(Membership::Basis basis) {
  constexpr std::array<std::string_view, 3> names = {"imported", "declared", "confirmed"};
  return names[static_cast<std::size_t>(basis)];
}

std::string_view name(DisputeState state) {
  constexpr std::array<std::string_view, 3> names = {"open", "upheld", "rejected"};
  return names[static_cast<std::size_t>(state)];
}

const SupporterDetail& Supporter::detail() const {
  static const SupporterDetail empty;
  return detail_ ? *detail_ : empty;
}

SupporterDetail& Supporter::edit() {
  if (!detail_) detail_ = std::make_unique<SupporterDetail>();
  return *detail_;
}

}  // namespace entente::registry
