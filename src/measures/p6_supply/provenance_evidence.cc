// Reads the evidence by kind. What a document claims to be about is taken from its payload before anything is verified, only to know which
// artefact to verify it against: a wrong claim costs a verification and is then refused.
#include "measures/p6_supply/provenance_evidence.h"

#include <algorithm>
#include <unordered_map>

#include "measures/p6_supply/artifact_digests.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/provenance_statement.h"

namespace entente::measures::p6_supply {

namespace {

using EvidenceFile = evidence::Evidence;

class ProvenanceReader {
 public:
  explicit ProvenanceReader(const Bundle& bundle) : bundle_(bundle) {}

  ProvenanceInputs run(std::string_view documents) {
    each(documents, [&](const EvidenceFile& entry, const std::string& text) { return read_documents(entry, text); });
    for (const EvidenceFile* entry : evidence_of_kind(bundle_, "artifact")) {
      out_.evidence.push_back(entry);
      note(*entry, add_artifact({.name = entry->path, .digest = "sha256:" + entry->sha256.hex(), .evidence = entry}));
    }
    each("artifacts.digests", [&](const EvidenceFile& entry, const std::string& text) { return read_digests(entry, text); });
    each("provenance.policy", [&](const EvidenceFile& entry, const std::string& text) { return read_policy(entry, text); });
    each("trust-root", [&](const EvidenceFile& entry, const std::string& text) { return read_trust(entry, text); });
    for (const provenance::PolicyFile& policy : out_.policies)
      out_.trust.witnesses.insert(out_.trust.witnesses.end(), policy.witnesses.begin(), policy.witnesses.end());
    return std::move(out_);
  }

 private:
  template <class Read>
  void each(std::string_view kind, Read read) {
    for (const EvidenceFile* entry : evidence_of_kind(bundle_, kind)) {
      out_.evidence.push_back(entry);
      const auto text = bundle_.read(*entry);
      note(*entry, text ? read(*entry, *text) : Result<void>(fail(text.error())));
    }
  }
  void note(const EvidenceFile& entry, const Result<void>& result) {
    if (!result) out_.bad.push_back({&entry, result.error()});
  }

  Result<void> add_artifact(ReleaseArtifact artifact) {
    if (!seen_.emplace(artifact.digest, seen_.size()).second) return {};
    if (out_.artifacts.size() == kMaxReleaseArtifacts)
      return fail("more than 10,000 artefacts", {.file = artifact.evidence->path}, "give the artefacts of one release");
    out_.artifacts.push_back(std::move(artifact));
    return {};
  }
  Result<void> read_digests(const EvidenceFile& entry, const std::string& text) {
    ENTENTE_TRY(const auto listed, parse_digest_list(text, entry.path));
    for (const ListedDigest& one : listed) ENTENTE_CHECK(add_artifact({one.name, one.digest, &entry, fmt::format("line {}", one.line)}));
    return {};
  }
  Result<void> read_policy(const EvidenceFile& entry, const std::string& text) {
    if (out_.policies.size() == kMaxProvenancePolicies) return fail("more than 64 provenance policies", {.file = entry.path});
    ENTENTE_TRY(auto policy, provenance::PolicyFile::parse(text, entry.path));
    out_.policies.push_back(std::move(policy));
    out_.policy_names.push_back(entry.path);
    return {};
  }
  Result<void> read_trust(const EvidenceFile& entry, const std::string& text) {
    ENTENTE_TRY(auto root, provenance::TrustRoot::parse(text, entry.path));
    const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(out_.trust.logs, root.logs);
    append(out_.trust.certificate_logs, root.certificate_logs);
    append(out_.trust.certificate_authorities, root.certificate_authorities);
    append(out_.trust.timestamp_authorities, root.timestamp_authorities);
    out_.has_trust = true;
    return {};
  }
  Result<void> read_documents(const EvidenceFile& entry, const std::string& text) {
    ENTENTE_TRY(const auto texts, provenance::split_bundles(text, entry.path));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      auto parsed = provenance::Bundle::parse(texts[i], entry.path);
      if (!parsed)
        return fail(parsed.error().why, {.file = entry.path, .pointer = i == 0 ? "" : fmt::format("line {}", i + 1)},
                    "give Sigstore bundles or DSSE envelopes as JSON");
      SignedDocument document{.evidence = &entry, .index = i, .bundle = std::move(*parsed), .claimed = {}};
      claim(document);
      out_.documents.push_back(std::move(document));
    }
    return {};
  }
  static void claim(SignedDocument& document) {
    if (const auto* message = std::get_if<provenance::SignedMessage>(&document.bundle.content)) {
      if (message->hash && !message->digest.empty())
        document.claimed.emplace_back(provenance::hash_name(*message->hash), to_hex(message->digest));
      return;
    }
    const auto& envelope = std::get<provenance::SignedEnvelope>(document.bundle.content);
    const auto statement = provenance::Attestation::parse(envelope.payload_type, envelope.payload);
    if (!statement) return;
    for (const provenance::AttestedSubject& subject : statement->subjects)
      for (const auto& [algorithm, value] : subject.digests)
        if (const auto kind = provenance::hash_by_name(algorithm)) document.claimed.emplace_back(provenance::hash_name(*kind), value);
  }

  const Bundle& bundle_;
  ProvenanceInputs out_;
  std::unordered_map<std::string, std::size_t> seen_;
};

}  // namespace

std::string SignedDocument::name() const { return index == 0 ? evidence->path : fmt::format("{}, bundle {}", evidence->path, index + 1); }
std::string SignedDocument::pointer() const { return index == 0 ? std::string() : fmt::format("line {}", index + 1); }

std::vector<const Unreadable*> ProvenanceInputs::unreadable() const {
  std::vector<const Unreadable*> out;
  for (const Unreadable& one : bad) out.push_back(&one);
  return out;
}

ProvenanceInputs read_provenance_inputs(const Bundle& bundle, std::string_view documents) {
  return ProvenanceReader(bundle).run(documents);
}

std::vector<std::vector<std::size_t>> claimed_artifacts(const ProvenanceInputs& inputs, std::span<const ReleaseArtifact> artifacts) {
  std::unordered_map<std::string_view, std::size_t> by_digest;
  for (std::size_t i = 0; i < artifacts.size(); ++i) by_digest.emplace(artifacts[i].digest, i);
  std::vector<std::vector<std::size_t>> out(inputs.documents.size());
  for (std::size_t d = 0; d < out.size(); ++d) {
    for (const auto& [algorithm, value] : inputs.documents[d].claimed) {
      const auto found = by_digest.find(algorithm + ":" + value);
      if (found != by_digest.end()) out[d].push_back(found->second);
    }
    std::sort(out[d].begin(), out[d].end());
    out[d].erase(std::unique(out[d].begin(), out[d].end()), out[d].end());
  }
  return out;
}

}  // namespace entente::measures::p6_supply
