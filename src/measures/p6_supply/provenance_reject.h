// Why provenance was refused, as a name a program can compare, and a sentence for people.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace entente::measures::p6_supply::provenance {

// One row a reason: enumerator, the name in reports, what it means.
#define ENTENTE_PROVENANCE_REJECTS(ROW)                                                                                         \
  ROW(malformed_bundle, "malformed-bundle", "the bundle or envelope is not well-formed")                                        \
  ROW(unsupported_bundle, "unsupported-bundle", "a media type or kind of content that is not known")                            \
  ROW(malformed_trust_root, "malformed-trust-root", "the trust root is not well-formed")                                        \
  ROW(certificate_malformed, "certificate-malformed", "the signing certificate or the chain in the bundle is not acceptable")   \
  ROW(root_in_bundle, "root-in-bundle", "the bundle brings a root certificate along")                                           \
  ROW(key_missing, "key-missing", "signed with a key, and no key was given to verify it")                                       \
  ROW(certificate_untrusted, "certificate-untrusted", "no authority of the trust root issued the certificate")                  \
  ROW(authority_outside_validity, "authority-outside-validity", "the authority was not trusted at the time of signing")         \
  ROW(certificate_outside_validity, "certificate-outside-validity", "the certificate was not valid at the time of signing")     \
  ROW(sct_missing, "sct-missing", "no signed certificate timestamp of a known log")                                             \
  ROW(sct_invalid, "sct-invalid", "a signed certificate timestamp does not verify")                                             \
  ROW(identity_mismatch, "identity-mismatch", "the certificate is somebody else's")                                             \
  ROW(issuer_mismatch, "issuer-mismatch", "the identity was vouched for by another issuer")                                     \
  ROW(signature_invalid, "signature-invalid", "no signature over the content verifies")                                         \
  ROW(log_entry_missing, "log-entry-missing", "no entry of a transparency log")                                                 \
  ROW(log_unknown, "log-unknown", "the entry is of a log the trust root does not name")                                         \
  ROW(log_outside_validity, "log-outside-validity", "the log's key was not trusted at that time")                               \
  ROW(inclusion_promise_invalid, "inclusion-promise-invalid", "the log's signed entry timestamp is missing or does not verify") \
  ROW(inclusion_proof_missing, "inclusion-proof-missing", "the log entry has no proof of inclusion")                            \
  ROW(inclusion_proof_invalid, "inclusion-proof-invalid", "the proof of inclusion does not lead to the root")                   \
  ROW(checkpoint_invalid, "checkpoint-invalid", "the log's checkpoint does not verify or does not fit the proof")               \
  ROW(cosignatures_missing, "cosignatures-missing", "fewer witnesses than asked for cosigned the checkpoint")                   \
  ROW(log_entry_mismatch, "log-entry-mismatch", "the log entry is about something else")                                        \
  ROW(timestamp_invalid, "timestamp-invalid", "an RFC 3161 timestamp does not verify")                                          \
  ROW(time_missing, "time-missing", "nothing trusted says when it was signed")                                                  \
  ROW(artifact_mismatch, "artifact-mismatch", "the artefact is not the one that was signed or attested")                        \
  ROW(artifact_missing, "artifact-missing", "no artefact or digest was given to compare with")                                  \
  ROW(weak_digest, "weak-digest", "only broken or unknown digests speak for the artefact")                                      \
  ROW(statement_malformed, "statement-malformed", "the in-toto statement is not well-formed")                                   \
  ROW(predicate_mismatch, "predicate-mismatch", "another type of predicate than asked for")                                     \
  ROW(policy_incomplete, "policy-incomplete", "the policy does not say which builder is trusted")                               \
  ROW(builder_mismatch, "builder-mismatch", "built by a builder that is not on the list")                                       \
  ROW(builder_untrusted, "builder-untrusted", "the signer may not speak for the builder it names")                              \
  ROW(source_mismatch, "source-mismatch", "built from another source")                                                          \
  ROW(ref_invalid, "ref-invalid", "the build's ref is not of the kind that was asked for")                                      \
  ROW(branch_mismatch, "branch-mismatch", "built from another branch")                                                          \
  ROW(tag_mismatch, "tag-mismatch", "built from another tag")                                                                   \
  ROW(versioned_tag_mismatch, "versioned-tag-mismatch", "built from a tag of another version")                                  \
  ROW(inputs_mismatch, "inputs-mismatch", "the workflow was started with other inputs")                                         \
  ROW(package_name_mismatch, "package-name-mismatch", "the subject is another package")                                         \
  ROW(package_version_mismatch, "package-version-mismatch", "the subject is another version of the package")                    \
  ROW(verifier_mismatch, "verifier-mismatch", "the summary was made by another verifier")                                       \
  ROW(resource_mismatch, "resource-mismatch", "the summary is about another resource")                                          \
  ROW(level_not_reached, "level-not-reached", "the summary does not say PASSED at the level asked for")

enum class Reject {
#define ENTENTE_ROW(id, name, meaning) id,
  ENTENTE_PROVENANCE_REJECTS(ENTENTE_ROW)
#undef ENTENTE_ROW
};

[[nodiscard]] constexpr std::string_view reject_name(Reject reject) {
  constexpr std::string_view kNames[] = {
#define ENTENTE_ROW(id, name, meaning) name,
      ENTENTE_PROVENANCE_REJECTS(ENTENTE_ROW)
#undef ENTENTE_ROW
  };
  return kNames[static_cast<std::size_t>(reject)];
}

[[nodiscard]] constexpr std::string_view reject_meaning(Reject reject) {
  constexpr std::string_view kMeanings[] = {
#define ENTENTE_ROW(id, name, meaning) meaning,
      ENTENTE_PROVENANCE_REJECTS(ENTENTE_ROW)
#undef ENTENTE_ROW
  };
  return kMeanings[static_cast<std::size_t>(reject)];
}

struct Refusal {
  Reject reject;
  std::string why;  // one sentence, no full stop
};

template <class T>
using Outcome = tl::expected<T, Refusal>;

template <class... Args>
[[nodiscard]] tl::unexpected<Refusal> refuse(Reject reject, fmt::format_string<Args...> text, Args&&... args) {
  return tl::unexpected<Refusal>(Refusal{reject, fmt::format(text, std::forward<Args>(args)...)});
}

}  // namespace entente::measures::p6_supply::provenance
