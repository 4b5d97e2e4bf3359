// `entente supply provenance verify`: whether an artefact was signed and built by whom the user trusts, from a bundle, a trust root and the
// rules given as options. Prints every step that held or failed.
#include <cstdio>
#include <memory>

#include "cli/supply.h"
#include "core/file.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "measures/p6_supply/provenance_policy_file.h"

namespace entente::cli {
namespace {

using namespace measures::p6_supply::provenance;

constexpr const char* kProvenanceExamples =
    R"(  entente supply provenance verify --bundle app.sigstore.json --artifact app --trust-root trusted_root.json \
      --identity https://github.com/example/app/.github/workflows/release.yml@refs/heads/main \
      --issuer https://token.actions.githubusercontent.com
  entente supply provenance verify --bundle app.intoto.jsonl --digest sha256:… --trust-root trusted_root.json \
      --builder https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml \
      --source github.com/example/app --versioned-tag v2
  entente supply provenance verify --bundle app.sigstore.json --artifact app --trust-root trusted_root.json --key maker.pem
  entente supply provenance verify --bundle app.sigstore.json --artifact app --trust-root trusted_root.json --policy policy.json

Nothing is fetched: the trust root is a file (trusted_root.json, as sigstore's TUF repository gives it). Exit code 1 if the bundle is
refused, 2 if nobody is named whose signature would count. A file of several bundles is accepted if one of them is. A policy file holds the same rules as JSON (docs/provenance.md); options
add to its lists and replace its single values.)";

struct ProvenanceOptions {
  std::string bundle, trust_root, policy;
  std::vector<std::string> artifacts, digests;
  std::vector<std::string> identities, identity_prefixes;
  std::string issuer;
  std::vector<std::string> keys, witnesses;
  std::string keyid;
  std::vector<std::string> builders, sources, predicates, inputs;
  std::string branch, tag, versioned_tag, package, package_version;
  std::size_t witnesses_needed = 0;
  bool without_log = false, without_artifact = false, root_in_bundle = false, builder_at_any_ref = false;
};

Result<PolicyFile> provenance_policy_file(const ProvenanceOptions& options) {
  if (options.policy.empty()) return PolicyFile{};
  ENTENTE_TRY(const std::string text, read_file(options.policy, PolicyFile::kMaxBytes));
  return PolicyFile::parse(text, options.policy);
}

void provenance_add(std::vector<std::string>& to, const std::vector<std::string>& from) { to.insert(to.end(), from.begin(), from.end()); }
void provenance_replace(std::optional<std::string>& value, const std::string& given) {
  if (!given.empty()) value = given;
}

// `out` is what the policy file says.
Result<Policy> provenance_policy(const ProvenanceOptions& options, Policy out) {
  for (const std::string& identity : options.identities) out.identities.push_back({identity, options.issuer, IdentityRule::Match::exact});
  for (const std::string& prefix : options.identity_prefixes)
    out.identities.push_back({prefix, options.issuer, IdentityRule::Match::prefix});
  if (!options.issuer.empty() && options.identities.empty() && options.identity_prefixes.empty())
    return fail("--issuer is given without an identity", {},
                "add --identity or --identity-prefix: an issuer vouches for millions of identities");
  for (const std::string& path : options.keys) {
    ENTENTE_TRY(const std::string pem, read_file(path, PublicKey::kMaxBytes));
    auto key = PublicKey::from_pem(pem);
    if (!key) return fail(key.error().what, {.file = path}, key.error().hint);
    out.keys.push_back(std::move(*key));
  }
  provenance_replace(out.keyid, options.keyid);
  provenance_add(out.builders, options.builders);
  provenance_add(out.sources, options.sources);
  provenance_add(out.predicate_types, options.predicates);
  provenance_replace(out.branch, options.branch);
  provenance_replace(out.tag, options.tag);
  provenance_replace(out.versioned_tag, options.versioned_tag);
  provenance_replace(out.package_name, options.package);
  provenance_replace(out.package_version, options.package_version);
  for (const std::string& input : options.inputs) {
    const auto equals = input.find('=');
    if (equals == std::string::npos) return fail("--input is written name=value, not \"" + printable(input, 80) + "\"");
    out.inputs[input.substr(0, equals)] = input.substr(equals + 1);
  }
  if (options.witnesses_needed > 0) out.witnesses = options.witnesses_needed;
  if (options.without_log) out.log = Policy::Log::not_needed;
  if (options.without_artifact) out.artifact = Policy::ArtifactNeed::not_needed;
  if (options.root_in_bundle) out.root_in_bundle = Policy::RootInBundle::ignore;
  if (options.builder_at_any_ref) out.builder_ref = Policy::BuilderRef::any;
  return out;
}

Result<TrustRoot> provenance_trust(const ProvenanceOptions& options, const PolicyFile& file, const Policy& policy) {
  TrustRoot out;
  if (!options.trust_root.empty()) {
    ENTENTE_TRY(const std::string text, read_file(options.trust_root, TrustRoot::kMaxBytes));
    ENTENTE_TRY(out, TrustRoot::parse(text, options.trust_root));
  } else if (policy.keys.empty() || policy.log == Policy::Log::required) {
    return fail("--trust-root is missing", {},
                "only a signature by a key (--key) without a log (--without-log) can be verified without one");
  }
  out.witnesses = file.witnesses;
  for (const std::string& witness : options.witnesses) {
    ENTENTE_TRY(auto key, keys::read_verifier_key(witness));
    out.witnesses.push_back(std::move(key));
  }
  return out;
}

// The bytes an artefact's digest is computed from must outlive it.
struct GivenArtifacts {
  std::vector<std::unique_ptr<std::string>> contents;
  std::vector<Artifact> artifacts;
};

Result<GivenArtifacts> provenance_artifacts(const ProvenanceOptions& options) {
  GivenArtifacts out;
  for (const std::string& path : options.artifacts) {
    ENTENTE_TRY(std::string content, read_input(path));
    out.contents.push_back(std::make_unique<std::string>(std::move(content)));
    out.artifacts.push_back(Artifact::of_bytes(*out.contents.back()));
  }
  for (const std::string& digest : options.digests) {
    auto artifact = Artifact::of_digest(digest);
    if (!artifact) return fail("--digest: " + artifact.error().why);
    out.artifacts.push_back(std::move(*artifact));
  }
  if (out.artifacts.empty() && !options.without_artifact)
    return fail("give the artefact (--artifact FILE) or its digest (--digest sha256:…)", {},
                "--without-artifact checks the statement alone, whatever it is about");
  return out;
}

void print_provenance_step(const Step& step) {
  const Colour colour = step.state == Step::State::held ? Colour::green : step.state == Step::State::failed ? Colour::red : Colour::yellow;
  const char* mark = step.state == Step::State::held ? "held   " : step.state == Step::State::failed ? "FAILED " : "skipped";
  std::printf("  %s %-12s %s\n", paint(stdout, colour, mark).c_str(), step.name.c_str(), step.text.c_str());
}

void print_provenance(const std::string& name, const Report& report) {
  std::printf("%s: %s\n", paint(stdout, Colour::bold, printable(name)).c_str(),
              report.accepted ? paint(stdout, Colour::green, "accepted").c_str() : paint(stdout, Colour::red, "refused").c_str());
  for (const Step& step : report.steps) print_provenance_step(step);
  if (report.refusal)
    std::printf("  reason: %s (%s)\n", std::string(reject_name(report.refusal->reject)).c_str(),
                std::string(reject_meaning(report.refusal->reject)).c_str());
}

int run_provenance_verify(const Context& context, const ProvenanceOptions& options) {
  const auto file = provenance_policy_file(options);
  if (!file) return report(context, file.error());
  const auto policy = provenance_policy(options, file->policy);
  if (!policy) return report(context, policy.error());
  const auto trust = provenance_trust(options, *file, *policy);
  if (!trust) return report(context, trust.error());
  if (!trust->left_out.empty() && !context.quiet) print_warnings(trust->left_out);
  const auto given = provenance_artifacts(options);
  if (!given) return report(context, given.error());
  const auto text = read_input(options.bundle, Bundle::kMaxBytes);
  if (!text) return report(context, text.error());
  const std::string name = input_name(options.bundle);
  const auto bundles = split_bundles(*text, name);
  if (!bundles) return report(context, bundles.error());
  bool accepted = false, nobody_named = false;
  Json reports = Json::array();
  for (std::size_t i = 0; i < bundles->size(); ++i) {
    const std::string shown = bundles->size() == 1 ? name : name + ", bundle " + std::to_string(i + 1);
    const Report result = verify((*bundles)[i], shown, given->artifacts, *policy, *trust);
    accepted = accepted || result.accepted;
    nobody_named = nobody_named || (result.refusal && result.refusal->reject == Reject::policy_incomplete);
    if (context.json)
      reports.push_back(to_json(result));
    else
      print_provenance(shown, result);
  }
  if (context.json) print_json({{"accepted", accepted}, {"bundles", std::move(reports)}});
  if (accepted || !nobody_named) return accepted ? kOk : kFindings;
  // Not the bundle is at fault: nobody was said to be trusted.
  std::fprintf(stderr,
               "%s nobody is named whose signature counts\n%s add --identity NAME with --issuer URL, or --builder ID; or name them in "
               "--policy FILE\n",
               paint(stderr, Colour::red, "error:").c_str(), paint(stderr, Colour::cyan, "  hint:").c_str());
  return kError;
}

void add_provenance_policy_options(CLI::App& command, ProvenanceOptions& options) {
  command.add_option("--policy", options.policy, "the rules as a JSON file: docs/provenance.md")->type_name("FILE");
  command.add_option("--identity", options.identities, "whose certificate is accepted: a URI or mail address, exactly")->type_name("NAME");
  command.add_option("--identity-prefix", options.identity_prefixes, "the same by its beginning")->type_name("TEXT");
  command.add_option("--issuer", options.issuer, "the OIDC issuer that must have vouched for the identity")->type_name("URL");
  command.add_option("--key", options.keys, "a public key in PEM that may have signed")->type_name("FILE");
  command.add_option("--keyid", options.keyid, "look only at signatures with this key id")->type_name("TEXT");
  command.add_option("--builder", options.builders, "allowed builder; any release of it, or the one after an @")->type_name("ID");
  command.add_flag("--builder-at-any-ref", options.builder_at_any_ref, "a builder need not be at a release tag");
  command.add_option("--source", options.sources, "allowed source, github.com/org/repository")->type_name("URI");
  command.add_option("--branch", options.branch, "the branch it must be built from")->type_name("NAME");
  command.add_option("--tag", options.tag, "the tag it must be built from")->type_name("TAG");
  command.add_option("--versioned-tag", options.versioned_tag, "its version: v2 accepts v2.3.4")->type_name("TAG");
  command.add_option("--input", options.inputs, "an input the workflow must have been started with")->type_name("NAME=VALUE");
  command.add_option("--predicate-type", options.predicates, "allowed type of predicate")->type_name("URI");
  command.add_option("--package", options.package, "the package the subject must be")->type_name("NAME");
  command.add_option("--package-version", options.package_version, "and its version")->type_name("VERSION");
  command.add_option("--witness", options.witnesses, "a witness's verifier key, or a file with it")->type_name("VKEY");
  command.add_option("--witnesses", options.witnesses_needed, "how many of them must have cosigned the log's checkpoint")
      ->type_name("N")
      ->check(whole_number());
  command.add_flag("--without-log", options.without_log, "ask for no log entry; then nothing proves the time of signing");
  command.add_flag("--without-artifact", options.without_artifact, "check the statement alone, whatever it is about");
  command.add_flag("--ignore-root-in-bundle", options.root_in_bundle, "old clients put the root certificate into bundles; ignore it");
}

}  // namespace

void add_supply_provenance(CLI::App& supply, Context& context) {
  CLI::App* group = add_command(supply, context, "provenance", "who signed and built an artefact", kProvenanceExamples, {});
  group->require_subcommand(1);
  auto options = std::make_shared<ProvenanceOptions>();
  CLI::App* command = add_command(*group, context, "verify", "verify a Sigstore bundle or DSSE envelope against a policy, offline",
                                  kProvenanceExamples, [&context, options] { return run_provenance_verify(context, *options); });
  command->add_option("--bundle", options->bundle, "Sigstore bundle 0.1 to 0.3, DSSE envelope, JSON lines of these, or npm's attestations")
      ->required()
      ->type_name("FILE");
  command->add_option("--artifact", options->artifacts, "the artefact; several must all be subjects")->type_name("FILE");
  command->add_option("--digest", options->digests, "its digest instead, sha256:… or sha512:…")->type_name("ALG:HEX");
  command->add_option("--trust-root", options->trust_root, "trusted_root.json: certificate authorities, logs, time-stamping authorities")
      ->type_name("FILE");
  add_provenance_policy_options(*command, *options);
}

}  // namespace entente::cli
