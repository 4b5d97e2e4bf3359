// Trust policies on arbitrary bytes: what parses is made of allowed octets, refers only backwards, and its quorum grows with the set of
// cosigners: all witnesses satisfy it if any set does, and nobody satisfies it only if it asks for nobody.
#include <cstdlib>

#include "merkle/policy.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto policy = merkle::Policy::parse(input);
  if (!policy) {
    if (policy.error().what.empty()) std::abort();
    return 0;
  }
  for (const char c : input)
    if (const auto octet = static_cast<unsigned char>(c); (octet < 0x20 && octet != 9 && octet != 10) || octet == 0x7f) std::abort();
  for (std::size_t g = 0; g < policy->groups.size(); ++g) {
    const auto& group = policy->groups[g];
    if (group.threshold < 1 || group.threshold > group.members.size()) std::abort();
    for (const auto& member : group.members) {
      const bool witness = member.kind == merkle::Policy::Member::Kind::witness;
      if (member.index >= (witness ? policy->witnesses.size() : g)) std::abort();
    }
  }
  std::vector<keys::VerifierKey> cosigners;
  bool satisfied = policy->satisfied_by({});
  if (satisfied != !policy->quorum.has_value()) std::abort();
  for (const keys::VerifierKey& key : policy->witness_keys()) {
    cosigners.push_back(key);
    const bool now = policy->satisfied_by(cosigners);
    if (satisfied && !now) std::abort();
    satisfied = now;
  }
  if (policy->quorum_text().empty()) std::abort();
  return 0;
}
