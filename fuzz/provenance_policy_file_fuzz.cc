// Provenance policies as files: no text crashes the reader; what it takes asks for no more witnesses than it names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "measures/p6_supply/provenance_policy_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente::measures::p6_supply::provenance;
  const auto file = PolicyFile::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!file) return 0;
  if (file->policy.witnesses > file->witnesses.size()) std::abort();
  for (const IdentityRule& rule : file->policy.identities)
    if (rule.identity.empty()) std::abort();
  return 0;
}
