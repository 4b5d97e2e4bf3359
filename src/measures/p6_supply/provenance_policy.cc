// The allow-lists. Comparisons are of whole parts (a repository, a ref, a version's numbers), never of substrings, so that nothing put
// before or after a name passes for it. What a certificate states of the build must agree with what the statement claims.
#include "measures/p6_supply/provenance_policy.h"

#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/provenance_json.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply::provenance {
namespace {

constexpr std::string_view kHostedRunner = "https://github.com/actions/runner/github-hosted";
constexpr std::string_view kRunner = "https://github.com/actions/runner";
constexpr std::string_view kGithubIssuer = "https://token.actions.githubusercontent.com";

struct NameAndRef {
  std::string_view name, ref;
};

NameAndRef split_ref(std::string_view id) {
  const auto at = id.rfind('@');
  return at == std::string_view::npos ? NameAndRef{id, {}} : NameAndRef{id.substr(0, at), id.substr(at + 1)};
}

struct TagVersion {
  std::vector<std::string> numbers;  // one to three, without leading zeros
  std::string rest;                  // pre-release with its hyphen; build metadata is dropped
};

std::optional<TagVersion> parse_tag_version(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  TagVersion out;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) text = text.substr(0, plus);
  if (const auto hyphen = text.find('-'); hyphen != std::string_view::npos) {
    out.rest = text.substr(hyphen);
    text = text.substr(0, hyphen);
    if (out.rest.size() == 1) return std::nullopt;
  }
  for (std::size_t from = 0; from <= text.size();) {
    const auto dot = std::min(text.find('.', from), text.size());
    const std::string_view number = text.substr(from, dot - from);
    if (number.empty() || number.size() > 20 || number.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    if (number.size() > 1 && number[0] == '0') return std::nullopt;
    out.numbers.emplace_back(number);
    from = dot + 1;
  }
  if (out.numbers.size() > 3 || (!out.rest.empty() && out.numbers.size() != 3)) return std::nullopt;
  return out;
}

bool is_release_tag(std::string_view ref) {
  if (!ref.starts_with("refs/tags/")) return false;
  const auto version = parse_tag_version(ref.substr(10));
  return version && version->numbers.size() == 3 && version->rest.empty();
}

// "SLSA_BUILD_LEVEL_3" → ("SLSA_BUILD_LEVEL_", 3)
std::optional<std::pair<std::string_view, unsigned>> track_level(std::string_view level) {
  const auto at = level.rfind("_LEVEL_");
  if (!level.starts_with("SLSA_") || at == std::string_view::npos || level.size() != at + 8) return std::nullopt;
  const char digit = level.back();
  if (digit < '0' || digit > '9') return std::nullopt;
  return std::pair(level.substr(0, at + 7), static_cast<unsigned>(digit - '0'));
}

bool level_reached(std::string_view wanted, std::string_view stated) {
  if (wanted == stated) return true;
  const auto a = track_level(wanted), b = track_level(stated);
  return a && b && a->first == b->first && a->second <= b->second;
}

bool ran_on_hosted_runner(const Certificate& certificate) {
  return certificate.oidc_issuer() == std::string(kGithubIssuer) &&
         certificate.field(FulcioField::runner_environment) == std::string("github-hosted");
}

// npm's SLSA v0.2 names GitHub's runner and not which kind of machine; the certificate does.
std::string builder_name(const BuildFacts& facts, const Certificate* certificate) {
  const bool runner = facts.builder_id == kRunner && certificate != nullptr && ran_on_hosted_runner(*certificate);
  return runner ? std::string(kHostedRunner) : facts.builder_id;
}

// May whoever holds this certificate speak for that builder?
bool signs_for_builder(const Certificate& certificate, std::string_view builder) {
  if (std::ranges::find(certificate.identities(), builder) != certificate.identities().end()) return true;
  // GitHub's own machines: the certificate of a workflow says which kind of machine it ran on.
  return builder == kHostedRunner && ran_on_hosted_runner(certificate);
}

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < 4; ++i) out += (i == 0 ? "" : ", ") + printable(items[i], 160);
  if (items.size() > 4) out += fmt::format(" and {} more", items.size() - 4);
  return out.empty() ? "none" : out;
}

}  // namespace

Outcome<std::string> check_identity(const Certificate& certificate, const std::vector<IdentityRule>& rules) {
  const std::string issuer = certificate.oidc_issuer().value_or("");
  bool name_fits = false;
  for (const std::string& name : certificate.identities()) {
    for (const IdentityRule& rule : rules) {
      const bool fits =
          rule.match == IdentityRule::Match::exact ? name == rule.identity : std::string_view(name).starts_with(rule.identity);
      if (!fits || rule.identity.empty()) continue;
      name_fits = true;
      if (rule.issuer.empty() || rule.issuer == issuer) return name;
    }
  }
  if (name_fits) return refuse(Reject::issuer_mismatch, "the identity was vouched for by \"{}\"", printable(issuer, 200));
  return refuse(Reject::identity_mismatch, "the certificate is of {}", listed(certificate.identities()));
}

bool builder_allowed(std::string_view id, std::string_view allowed, Policy::BuilderRef refs) {
  const NameAndRef have = split_ref(id), want = split_ref(allowed);
  if (have.name != want.name) return false;
  if (!want.ref.empty()) return have.ref == want.ref || (have.ref.starts_with("refs/tags/") && have.ref.substr(10) == want.ref);
  // A workflow is code in somebody's repository: which version of it ran matters. A service has no ref.
  const bool workflow = have.name.find("/.github/workflows/") != std::string_view::npos;
  return refs == Policy::BuilderRef::any || (!workflow && have.ref.empty()) || is_release_tag(have.ref);
}

std::string_view plain_source(std::string_view uri) {
  if (uri.starts_with("git+")) uri.remove_prefix(4);
  if (uri.starts_with("https://")) uri.remove_prefix(8);
  return split_ref(uri).name;
}

bool versioned_tag_matches(std::string_view wanted, std::string_view tag) {
  const auto want = parse_tag_version(wanted);
  auto have = parse_tag_version(tag);
  if (!want || !have) return false;
  have->numbers.resize(3, "0");
  if (!std::equal(want->numbers.begin(), want->numbers.end(), have->numbers.begin())) return false;
  return want->numbers.size() < 3 || want->rest == have->rest;
}

Outcome<void> check_builder(const BuildFacts& facts, const Certificate* certificate, bool vouched, const Policy& policy) {
  if (policy.builders.empty()) {
    if (policy.builder_need == Policy::BuilderNeed::required)
      return refuse(Reject::policy_incomplete, "the policy names no builder; this one is {}", printable(facts.builder_id, 200));
    return {};
  }
  const std::string name = builder_name(facts, certificate);
  const bool allowed = std::ranges::any_of(policy.builders, [&](const std::string& b) {
    return builder_allowed(name, b, policy.builder_ref) || builder_allowed(facts.builder_id, b, policy.builder_ref);
  });
  if (!allowed)
    return refuse(Reject::builder_mismatch, "built by {}; allowed: {}", printable(facts.builder_id, 200), listed(policy.builders));
  if (vouched || (certificate != nullptr && signs_for_builder(*certificate, name))) return {};
  return refuse(Reject::builder_untrusted, "the statement names the builder {}, but was signed by {}", printable(facts.builder_id, 200),
                certificate != nullptr ? listed(certificate->identities()) : "a key");
}

bool signed_by_builder(const BuildFacts& facts, const Certificate& certificate) {
  return certificate.field(FulcioField::runner_environment) != std::string("self-hosted") &&
         signs_for_builder(certificate, builder_name(facts, &certificate));
}

Outcome<void> check_source(const BuildFacts& facts, const Certificate* certificate, const Policy& policy) {
  if (policy.sources.empty()) return {};
  const auto allowed = [&](std::string_view uri) {
    return std::ranges::any_of(policy.sources, [&](const std::string& s) { return plain_source(s) == plain_source(uri); });
  };
  if (facts.sources.empty()) return refuse(Reject::source_mismatch, "the provenance names no source");
  for (const std::string& source : facts.sources)
    if (!allowed(source))
      return refuse(Reject::source_mismatch, "built from {}; allowed: {}", printable(source, 200), listed(policy.sources));
  if (certificate == nullptr) return {};
  std::optional<std::string> stated = certificate->field(FulcioField::source_repository_uri);
  if (!stated && certificate->oidc_issuer() == std::string(kGithubIssuer))
    if (const auto repository = certificate->field(FulcioField::workflow_repository_v1)) stated = "https://github.com/" + *repository;
  if (stated && !allowed(*stated))
    return refuse(Reject::source_mismatch, "the certificate says {}; allowed: {}", printable(*stated, 200), listed(policy.sources));
  return {};
}

Outcome<void> check_ref(const BuildFacts& facts, const Policy& policy) {
  const std::string_view ref = facts.ref;
  const bool is_tag = ref.starts_with("refs/tags/"), is_branch = ref.starts_with("refs/heads/");
  if (policy.branch) {
    if (!is_branch && !(is_tag && facts.base_branch))
      return refuse(Reject::ref_invalid, "a branch was asked for, the build's ref is \"{}\"", printable(ref, 120));
    const std::string branch = is_branch ? std::string(ref.substr(11)) : *facts.base_branch;
    if (branch != *policy.branch) return refuse(Reject::branch_mismatch, "built from the branch {}", printable(branch, 120));
  }
  if (!policy.tag && !policy.versioned_tag) return {};
  if (!is_tag) return refuse(Reject::ref_invalid, "a tag was asked for, the build's ref is \"{}\"", printable(ref, 120));
  const std::string_view tag = ref.substr(10);
  if (policy.tag && tag != *policy.tag) return refuse(Reject::tag_mismatch, "built from the tag {}", printable(tag, 120));
  if (policy.versioned_tag && !versioned_tag_matches(*policy.versioned_tag, tag))
    return refuse(Reject::versioned_tag_mismatch, "the tag {} is not of version {}", printable(tag, 120),
                  printable(*policy.versioned_tag, 120));
  return {};
}

Outcome<void> check_inputs(const BuildFacts& facts, const Policy& policy) {
  for (const auto& [name, value] : policy.inputs) {
    const auto found = facts.inputs.find(name);
    if (found == facts.inputs.end()) return refuse(Reject::inputs_mismatch, "the workflow had no input \"{}\"", printable(name, 80));
    if (found->second != value)
      return refuse(Reject::inputs_mismatch, "the input \"{}\" was \"{}\"", printable(name, 80), printable(found->second, 120));
  }
  return {};
}

Outcome<void> check_package(const AttestedSubject& subject, const Policy& policy) {
  if (!policy.package_name && !policy.package_version) return {};
  const auto purl = Purl::parse(subject.name);
  if (!purl) return refuse(Reject::package_name_mismatch, "the subject \"{}\" is not a package URL", printable(subject.name, 160));
  const std::string name = purl->ns.empty() ? purl->name : purl->ns + "/" + purl->name;
  if (policy.package_name && *policy.package_name != name)
    return refuse(Reject::package_name_mismatch, "the subject is {}", printable(name, 160));
  if (policy.package_version && *policy.package_version != purl->version)
    return refuse(Reject::package_version_mismatch, "the subject is of version {}", printable(purl->version, 120));
  return {};
}

Outcome<void> check_summary(const Attestation& attestation, const SummaryRule& rule) {
  if (attestation.predicate_type != kSummaryV1)
    return refuse(Reject::predicate_mismatch, "\"{}\" is not a verification summary", printable(attestation.predicate_type, 120));
  const auto verifier = member(attestation.predicate, "verifier");
  const std::string_view id = verifier ? json_string(*verifier, "id").value_or("") : std::string_view();
  if (!rule.verifier_id.empty() && id != rule.verifier_id) return refuse(Reject::verifier_mismatch, "verified by {}", printable(id, 200));
  const std::string_view resource = json_string(attestation.predicate, "resourceUri").value_or("");
  if (!rule.resource_uri.empty() && resource != rule.resource_uri)
    return refuse(Reject::resource_mismatch, "about {}", printable(resource, 200));
  const std::string_view result = json_string(attestation.predicate, "verificationResult").value_or("");
  if (result != "PASSED") return refuse(Reject::level_not_reached, "the result is {}", printable(result, 40));
  std::vector<std::string> stated;
  if (const auto levels = json_array(attestation.predicate, "verifiedLevels"))
    for (const JsonView level : *levels)
      if (const auto text = as_string(level)) stated.emplace_back(*text);
  for (const std::string& wanted : rule.levels)
    if (std::ranges::none_of(stated, [&](const std::string& s) { return level_reached(wanted, s); }))
      return refuse(Reject::level_not_reached, "{} is asked for; reached: {}", printable(wanted, 80), listed(stated));
  return {};
}

}  // namespace entente::measures::p6_supply::provenance
