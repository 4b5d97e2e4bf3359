// Fuzzes the profile reader with arbitrary TOML. Whatever it accepts must obey what the header promises: ids, roles and domains of the
// known shapes, exactly one content for each attestation, and a message to sign that is seven lines.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "catalog/profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::catalog;
  const auto profile = Profile::parse({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!profile) {
    if (profile.error().what.empty() || profile.error().where.file != "fuzz.toml") std::abort();
    return 0;
  }
  if (profile->name.empty() || profile->id.empty()) std::abort();
  const auto roles = known_roles();
  for (const std::string& role : profile->roles)
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) std::abort();
  for (const std::string& domain : profile->domains)
    if (domain.size() > 253 || domain.find('.') == std::string::npos) std::abort();
  for (const Attestation& a : profile->attestations) {
    if (a.text.empty() == !a.file.has_value()) std::abort();
    const std::string message = attestation_message(*profile, a);
    if (std::count(message.begin(), message.end(), '\n') != 7 || message.back() != '\n') std::abort();
  }
  return 0;
}
