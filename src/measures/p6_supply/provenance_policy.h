// The policy's questions to a verified statement. Private to the verifier; see provenance.h.
#pragma once

#include "measures/p6_supply/provenance.h"

namespace entente::measures::p6_supply::provenance {

// Whether one of the certificate's names and its issuer are on the list. Gives the name.
[[nodiscard]] Outcome<std::string> check_identity(const Certificate& certificate, const std::vector<IdentityRule>& rules);

// "…/builder.yml@refs/tags/v1.2.3" against an entry of the allow-list.
[[nodiscard]] bool builder_allowed(std::string_view id, std::string_view allowed, Policy::BuilderRef refs);
// "git+https://github.com/org/repository@refs/heads/main" → "github.com/org/repository"
[[nodiscard]] std::string_view plain_source(std::string_view uri);
// "v13" matches v13.0.30; "v13.0.29" and "v14" do not. Neither does a tag that is no semantic version.
[[nodiscard]] bool versioned_tag_matches(std::string_view wanted, std::string_view tag);

// `certificate`: of the signer, null if a key signed. `vouched`: the policy's identities or keys already named the signer.
[[nodiscard]] Outcome<void> check_builder(const BuildFacts& facts, const Certificate* certificate, bool vouched, const Policy& policy);
// Whether the certificate is the builder's own. A certificate that says its workflow ran on somebody's own machine is not a platform's.
[[nodiscard]] bool signed_by_builder(const BuildFacts& facts, const Certificate& certificate);
[[nodiscard]] Outcome<void> check_source(const BuildFacts& facts, const Certificate* certificate, const Policy& policy);
[[nodiscard]] Outcome<void> check_ref(const BuildFacts& facts, const Policy& policy);
[[nodiscard]] Outcome<void> check_inputs(const BuildFacts& facts, const Policy& policy);
[[nodiscard]] Outcome<void> check_package(const AttestedSubject& subject, const Policy& policy);
[[nodiscard]] Outcome<void> check_summary(const Attestation& attestation, const SummaryRule& rule);

}  // namespace entente::measures::p6_supply::provenance
