// The finding for control P6-03, "builds prove where they come from". Each signed document is verified once, against all the artefacts it
// claims to speak of; each artefact keeps the best verdict any document gives it. It counts if the policy accepts the provenance, the
// builder is on the policy's list, the source and its digest are named, and the platform itself signed: SLSA Build L2.
#include <algorithm>

#include "core/parallel.h"
#include "core/utf8.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/provenance_evidence.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::uint64_t kProvenancePartialPercent = 80;

enum class BuildState : std::uint8_t { none, refused, no_source, level_1, level_2 };  // worst first
constexpr std::string_view build_state_word(BuildState state) {
  switch (state) {
    case BuildState::none: return "no provenance";
    case BuildState::refused: return "refused";
    case BuildState::no_source: return "source not named";
    case BuildState::level_1: return "Build L1";
    case BuildState::level_2: break;
  }
  return "Build L2";
}

// What the best document says of an artefact.
struct BuildVerdict {
  BuildState state = BuildState::none;
  const SignedDocument* document = nullptr;
  provenance::Report report;
};

BuildState build_state(const provenance::Report& report) {
  if (!report.accepted) return BuildState::refused;
  if (report.source.empty() || report.source_digest.empty()) return BuildState::no_source;
  return report.signer == provenance::Report::Signer::builder ? BuildState::level_2 : BuildState::level_1;
}

// The policy as this control reads it: a builder must be on the list, and only build provenance is provenance.
provenance::Policy build_policy(provenance::Policy policy) {
  policy.builder_need = provenance::Policy::BuilderNeed::required;
  policy.artifact = provenance::Policy::ArtifactNeed::required;
  if (policy.predicate_types.empty()) policy.predicate_types = {std::string(provenance::kSlsaV1), std::string(provenance::kSlsaV02)};
  return policy;
}

class BuildJudge {
 public:
  explicit BuildJudge(const ProvenanceInputs& inputs) : inputs_(inputs), claims_(claimed_artifacts(inputs, inputs.artifacts)) {
    for (const provenance::PolicyFile& file : inputs.policies) policies_.push_back(build_policy(file.policy));
    for (const ReleaseArtifact& artifact : inputs.artifacts) {
      auto parsed = provenance::Artifact::of_digest(artifact.digest);
      digests_.push_back(parsed ? std::move(*parsed) : provenance::Artifact());
    }
  }

  std::vector<BuildVerdict> run() {
    std::vector<std::vector<std::pair<std::size_t, BuildVerdict>>> given(inputs_.documents.size());
    parallel_for(given.size(), [&](std::size_t d) { given[d] = verify_document(d); });
    std::vector<BuildVerdict> best(inputs_.artifacts.size());
    for (auto& verdicts : given)
      for (auto& [artifact, verdict] : verdicts)
        if (verdict.state > best[artifact].state) best[artifact] = std::move(verdict);
    return best;
  }

  [[nodiscard]] std::uint64_t about_nothing_shipped() const {
    return static_cast<std::uint64_t>(std::count_if(claims_.begin(), claims_.end(), [](const auto& claimed) { return claimed.empty(); }));
  }

 private:
  std::vector<std::pair<std::size_t, BuildVerdict>> verify_document(std::size_t d) const {
    std::vector<std::pair<std::size_t, BuildVerdict>> out;
    const auto& claimed = claims_[d];
    if (claimed.empty()) return out;
    const BuildVerdict verdict = best_of_policies(d, claimed);
    for (const std::size_t artifact : claimed) out.emplace_back(artifact, verdict);
    return out;
  }
  BuildVerdict best_of_policies(std::size_t d, const std::vector<std::size_t>& which) const {
    std::vector<provenance::Artifact> artifacts;
    for (const std::size_t i : which) artifacts.push_back(digests_[i]);
    BuildVerdict best;
    for (const provenance::Policy& policy : policies_) {
      BuildVerdict one{.document = &inputs_.documents[d]};
      one.report = provenance::verify(inputs_.documents[d].bundle, artifacts, policy, inputs_.trust);
      one.state = build_state(one.report);
      if (one.state > best.state) best = std::move(one);
    }
    return best;
  }

  const ProvenanceInputs& inputs_;
  std::vector<std::vector<std::size_t>> claims_;
  std::vector<provenance::Policy> policies_;
  std::vector<provenance::Artifact> digests_;
};

Json build_row(const ReleaseArtifact& artifact, const BuildVerdict& verdict) {
  const provenance::Report& report = verdict.report;
  const int level = verdict.state == BuildState::level_2 ? 2 : verdict.state >= BuildState::no_source ? 1 : 0;
  return {{"artifact", printable(artifact.name, 400)},
          {"digest", artifact.digest},
          {"state", build_state_word(verdict.state)},
          {"slsa_build_level", level},
          {"provenance", verdict.document == nullptr ? std::string() : verdict.document->name()},
          {"builder", printable(report.builder, 400)},
          {"source", printable(report.source, 400)},
          {"source_digest", printable(report.source_digest, 200)},
          {"ref", printable(report.ref, 200)},
          {"signed_by", provenance::to_string(report.signer)},
          {"reject", report.refusal ? std::string(provenance::reject_name(report.refusal->reject)) : std::string()},
          {"why", report.refusal ? report.refusal->why : std::string()}};
}

std::string build_advice(const ReleaseArtifact& artifact, const BuildVerdict& verdict, const ProvenanceInputs& inputs) {
  const std::string name = printable(artifact.name, 160);
  switch (verdict.state) {
    case BuildState::none:
      return fmt::format("let the build platform write SLSA provenance of {} and add the bundle as evidence of kind provenance", name);
    case BuildState::refused:
      if (verdict.report.refusal->reject == provenance::Reject::policy_incomplete)
        return fmt::format("name the builders you trust under \"builders\" in {}", inputs.policy_names.front());
      if (!inputs.has_trust)
        return "add Sigstore's trusted_root.json as evidence of kind trust-root: without it no certificate and no log can be trusted";
      return fmt::format("make the provenance of {} again so that the policy accepts it; it says: {}", name, verdict.report.refusal->why);
    case BuildState::no_source: return fmt::format("let the provenance of {} name its source with a digest (resolvedDependencies)", name);
    case BuildState::level_1:
      return fmt::format("let the build platform sign the provenance of {} with its own identity: it is signed by a {}, which is Build L1",
                         name, verdict.report.signer == provenance::Report::Signer::key ? "key" : "user's certificate");
    case BuildState::level_2: break;
  }
  return {};
}

}  // namespace

Finding provenance_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kBuildProvenance;
  const ProvenanceInputs inputs = read_provenance_inputs(context.bundle, "provenance");
  for (const auto* e : inputs.evidence) finding.evidence.push_back(e->sha256);
  if (unreadable(finding, inputs.unreadable())) return finding;

  BuildJudge judge(inputs);
  const std::vector<BuildVerdict> verdicts = judge.run();
  std::array<std::uint64_t, 5> states{};
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    ++states[static_cast<std::size_t>(verdicts[i].state)];
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return verdicts[a].state < verdicts[b].state; });
  const std::uint64_t all = verdicts.size();
  const std::uint64_t proven = states[static_cast<std::size_t>(BuildState::level_2)];
  for (const std::size_t i : order) {
    const ReleaseArtifact& artifact = inputs.artifacts[i];
    finding.rows.push_back(build_row(artifact, verdicts[i]));
    if (verdicts[i].state == BuildState::level_2 || finding.places.size() == kMaxPlaces) continue;
    const SignedDocument* document = verdicts[i].document;
    finding.places.push_back(document == nullptr ? catalog::Place{artifact.evidence->sha256, artifact.pointer}
                                                 : catalog::Place{document->evidence->sha256, document->pointer()});
  }

  finding.status = proven == all                                     ? Status::satisfied
                   : proven * 100 >= kProvenancePartialPercent * all ? Status::partial
                                                                     : Status::not_satisfied;
  finding.summary = fmt::format("{} of {} ({} %) prove at SLSA Build L2 where they come from", proven, plural(all, "artefact"),
                                decimal(percent(proven, all)));
  for (const BuildState state : {BuildState::level_1, BuildState::no_source, BuildState::refused, BuildState::none})
    if (const std::uint64_t n = states[static_cast<std::size_t>(state)]; n > 0)
      finding.summary += fmt::format("; {} {}", n, build_state_word(state));
  if (!inputs.has_trust) finding.summary += "; no trust root is given";
  finding.summary += ".";
  finding.detail = {{"artefacts", all},
                    {"build_l2", proven},
                    {"build_l2_percent", percent(proven, all)},
                    {"build_l1", states[static_cast<std::size_t>(BuildState::level_1)]},
                    {"source_not_named", states[static_cast<std::size_t>(BuildState::no_source)]},
                    {"refused", states[static_cast<std::size_t>(BuildState::refused)]},
                    {"without_provenance", states[static_cast<std::size_t>(BuildState::none)]},
                    {"satisfied_from_percent", 100},
                    {"partial_from_percent", kProvenancePartialPercent},
                    {"documents", inputs.documents.size()},
                    {"documents_about_nothing_shipped", judge.about_nothing_shipped()},
                    {"policies", inputs.policy_names},
                    {"trust_root", inputs.has_trust}};
  if (finding.status != Status::satisfied) finding.fix = build_advice(inputs.artifacts[order.front()], verdicts[order.front()], inputs);
  return finding;
}

}  // namespace entente::measures::p6_supply
