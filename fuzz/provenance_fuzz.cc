// Bundles, envelopes, statements and trust roots from arbitrary bytes: no crash, and nothing random is accepted under a trust root that
// trusts a key made for this run. The first byte says what the rest is; a trust root that parses then judges the input as a bundle too.
#include <cstdlib>

#include "measures/p6_supply/test_provenance.h"

using namespace entente;
using namespace entente::measures::p6_supply::provenance;

namespace {

Policy policy_of_anybody() {
  Policy out;
  out.identities = {{"https://", "", IdentityRule::Match::prefix}};
  out.root_in_bundle = Policy::RootInBundle::ignore;
  out.keys = {PublicKey::from_native(test::new_p256().get()).value()};
  out.log = Policy::Log::not_needed;
  out.artifact = Policy::ArtifactNeed::not_needed;
  return out;
}

void judge(std::string_view text, const TrustRoot& trust) {
  static const Policy policy = policy_of_anybody();
  static const std::vector<Artifact> artifacts{Artifact::of_bytes("fuzz")};
  if (const auto bundles = split_bundles(text, "fuzz")) {
    for (const std::string& bundle : *bundles) (void)to_json(verify(bundle, "fuzz", artifacts, policy, trust));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TrustRoot trust = test::TinySigstore().trust();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'b': {
      const auto bundle = Bundle::parse(text, "fuzz");
      if (!bundle) break;
      static const Policy policy = policy_of_anybody();
      // Keys of this run signed nothing the fuzzer can know.
      if (verify(*bundle, {}, policy, trust).accepted) std::abort();
      // The parts behind the first failing question, asked directly.
      const auto* envelope = std::get_if<SignedEnvelope>(&bundle->content);
      const auto attestation = envelope != nullptr ? Attestation::parse(envelope->payload_type, envelope->payload)
                                                   : Outcome<Attestation>(refuse(Reject::statement_malformed, "no statement"));
      if (attestation) (void)build_facts(*attestation);
      break;
    }
    case 't': {
      const auto root = TrustRoot::parse(text, "fuzz");
      if (root) judge(text, *root);
      break;
    }
    case 's': {
      const auto attestation = Attestation::parse(kInTotoPayload, text);
      if (!attestation) break;
      (void)build_facts(*attestation);
      (void)find_subject(*attestation, Artifact::of_bytes("fuzz"), {});
      break;
    }
    case 'c': {
      const auto certificate = Certificate::from_der(as_bytes(text));
      if (certificate) (void)certificate->precertificate_tbs();
      break;
    }
    default: judge(text, trust);
  }
  return 0;
}
