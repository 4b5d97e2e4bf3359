// The order of questions: who signed and with what evidence of time, whether that signer was trusted then, whether the signature holds,
// whether the log recorded this and nothing else, and only then what the signed statement says and whether the policy likes it. The first
// answer that is no ends it; every answer becomes a step of the report.
#include <algorithm>

#include "core/utf8.h"
#include "measures/p6_supply/provenance.h"
#include "measures/p6_supply/provenance_policy.h"
#include "measures/p6_supply/sigstore_certificate.h"
#include "measures/p6_supply/sigstore_log.h"
#include "measures/p6_supply/sigstore_timestamp.h"
#include "statement/statement.h"

namespace entente::measures::p6_supply::provenance {
namespace {

class Verification {
 public:
  Verification(const Bundle& bundle, const std::vector<Artifact>& artifacts, const Policy& policy, const TrustRoot& trust)
      : bundle_(bundle), artifacts_(artifacts), policy_(policy), trust_(trust) {}

  Report run() {
    using Question = Outcome<void> (Verification::*)();
    static constexpr std::pair<std::string_view, Question> kQuestions[] = {
        {"bundle", &Verification::material},      {"log", &Verification::log},
        {"timestamp", &Verification::timestamps}, {"time", &Verification::time},
        {"certificate", &Verification::chain},    {"transparency", &Verification::transparency},
        {"identity", &Verification::identity},    {"signature", &Verification::signature},
        {"entry", &Verification::entries},        {"artifact", &Verification::message_artifact},
        {"statement", &Verification::statement},  {"subject", &Verification::subjects},
        {"predicate", &Verification::predicate},  {"builder", &Verification::builder},
        {"source", &Verification::source},        {"ref", &Verification::ref},
        {"package", &Verification::package},      {"summary", &Verification::summary}};
    for (const auto& [name, question] : kQuestions) {
      said_.clear();
      state_ = Step::State::held;
      const Outcome<void> answer = (this->*question)();
      if (!answer) {
        report_.steps.push_back({std::string(name), Step::State::failed, answer.error().why});
        report_.refusal = answer.error();
        return std::move(report_);
      }
      if (!said_.empty()) report_.steps.push_back({std::string(name), state_, said_});
    }
    report_.accepted = true;
    return std::move(report_);
  }

 private:
  [[nodiscard]] const SignedEnvelope* envelope() const { return std::get_if<SignedEnvelope>(&bundle_.content); }
  [[nodiscard]] const SignedMessage* message() const { return std::get_if<SignedMessage>(&bundle_.content); }
  [[nodiscard]] const Certificate* leaf() const { return bundle_.certificates.empty() ? nullptr : &bundle_.certificates.front(); }
  // The bytes timestamps and log entries are about.
  [[nodiscard]] const Bytes& signature_bytes() const {
    return message() != nullptr ? message()->signature : envelope()->signatures.front().signature;
  }
  void say(std::string text) { said_ = std::move(text); }
  void skip(std::string text) {
    say(std::move(text));
    state_ = Step::State::skipped;
  }

  Outcome<void> material() {
    if (leaf() == nullptr) {
      if (policy_.keys.empty()) return refuse(Reject::key_missing, "signed with a key, and the policy gives none");
      say("signed with a key");
      return {};
    }
    if (policy_.root_in_bundle == Policy::RootInBundle::refuse)
      for (const Certificate& certificate : bundle_.certificates)
        if (certificate.is_self_issued())
          return refuse(Reject::root_in_bundle, "the certificate chain in the bundle holds a root certificate");
    // A plain signature says nothing of a builder, so only a name can make it acceptable.
    if (policy_.identities.empty() && (policy_.builders.empty() || message() != nullptr))
      return refuse(Reject::policy_incomplete, "the policy names no identity whose certificate is trusted");
    say("signed with a certificate");
    return {};
  }

  Outcome<void> log() {
    if (bundle_.entries.empty()) {
      if (policy_.log == Policy::Log::required) return refuse(Reject::log_entry_missing, "there is no entry of a transparency log");
      skip("no log entry, and the policy asks for none");
      return {};
    }
    std::string said;
    for (const LogEntry& entry : bundle_.entries) {
      auto verified = verify_log_entry(entry, trust_, policy_.witnesses);
      if (!verified) return tl::unexpected(verified.error());
      if (verified->integrated) report_.times.push_back(*verified->integrated);
      said += fmt::format("{}entry {} of {}{}{}{}", said.empty() ? "" : "; ", entry.index, printable(verified->logs.front()->url, 120),
                          verified->integrated ? ", promised at " + format_time(*verified->integrated) : "",
                          verified->proven ? fmt::format(", included in its tree of {}", verified->tree_size) : "",
                          verified->cosigned > 0 ? fmt::format(", cosigned by {} witnesses", verified->cosigned) : "");
      verified_.push_back(std::move(*verified));
    }
    say(std::move(said));
    return {};
  }

  Outcome<void> timestamps() {
    if (bundle_.timestamps.empty()) return {};
    if (trust_.timestamp_authorities.empty()) {
      skip("the trust root names no time-stamping authority");
      return {};
    }
    std::string said;
    std::optional<Refusal> failed;
    for (const Bytes& response : bundle_.timestamps) {
      const auto stamp = verify_timestamp(response, signature_bytes(), trust_);
      if (!stamp) {
        failed = stamp.error();
        continue;
      }
      report_.times.push_back(stamp->at);
      said += fmt::format("{}{} at {}", said.empty() ? "" : "; ", printable(stamp->authority->url, 120), format_time(stamp->at));
    }
    // One authority of several may be unknown here; one of those present must be known.
    if (said.empty()) return tl::unexpected(*failed);
    say(std::move(said));
    return {};
  }

  Outcome<void> time() {
    for (const VerifiedEntry& entry : verified_)
      for (const Instant t : report_.times)
        if (std::ranges::none_of(entry.logs, [&](const TrustedLog* log) { return log->valid.contains(t); }))
          return refuse(Reject::log_outside_validity, "the key of {} was not trusted at {}", printable(entry.logs.front()->url, 120),
                        format_time(t));
    if (leaf() == nullptr || !report_.times.empty()) return {};
    if (policy_.log == Policy::Log::required)
      return refuse(Reject::time_missing, "neither a log's promise nor a timestamp says when it was signed");
    assumed_.push_back(leaf()->not_before());
    skip("the time of signing is not proven; the certificate is judged at the moment it was issued, " + format_time(leaf()->not_before()));
    return {};
  }

  Outcome<void> chain() {
    if (leaf() == nullptr) return {};
    const auto issuer = verify_chain(*leaf(), trust_, report_.times.empty() ? assumed_ : report_.times);
    if (!issuer) return tl::unexpected(issuer.error());
    issuer_ = *issuer;
    say(fmt::format("issued by {}, valid from {} to {}", printable(issuer_->authority->url, 120), format_time(leaf()->not_before()),
                    format_time(leaf()->not_after())));
    return {};
  }

  Outcome<void> transparency() {
    if (leaf() == nullptr) return {};
    const auto log = verify_scts(*leaf(), *issuer_->certificate, trust_);
    if (!log) return tl::unexpected(log.error());
    say("the certificate was logged by " + printable((*log)->url, 120));
    return {};
  }

  Outcome<void> identity() {
    if (leaf() == nullptr) return {};
    report_.issuer = leaf()->oidc_issuer().value_or("");
    report_.identity = leaf()->identities().empty() ? std::string() : leaf()->identities().front();
    if (policy_.identities.empty()) {
      skip("no identity is asked for; the list of builders decides");
      return {};
    }
    auto name = check_identity(*leaf(), policy_.identities);
    if (!name) return tl::unexpected(name.error());
    report_.identity = *name;
    say(fmt::format("{}, vouched for by {}", printable(*name, 300), printable(report_.issuer, 200)));
    return {};
  }

  bool content_verifies(const PublicKey& key) const {
    if (const SignedMessage* plain = message()) return message_verifies(key, *plain);
    const std::string signed_bytes = statement::pae(envelope()->payload_type, envelope()->payload);
    return std::ranges::any_of(envelope()->signatures, [&](const ContentSignature& s) {
      if (leaf() == nullptr && policy_.keyid && *policy_.keyid != s.keyid) return false;
      // Bare envelopes are also signed by systems that write ECDSA's r and s side by side, as DSSE's own example does.
      return key.verify(as_bytes(signed_bytes), s.signature) ||
             (bundle_.form == Bundle::Form::envelope && key.verify(as_bytes(signed_bytes), key.der_signature(s.signature)));
    });
  }

  bool message_verifies(const PublicKey& key, const SignedMessage& plain) const {
    const Artifact& artifact = artifacts_.front();
    if (key.kind() == KeyKind::ed25519) return artifact.bytes() && key.verify(as_bytes(*artifact.bytes()), plain.signature);
    // Cosign signed SHA-256 digests with every kind of key before it took the one that fits the curve.
    for (const HashKind kind : {key.usual_hash(), HashKind::sha256}) {
      const auto digest = artifact.digest(kind);
      if (digest && key.verify_digest(kind, *digest, plain.signature)) return true;
      if (kind == HashKind::sha256) break;
    }
    return false;
  }

  Outcome<void> signature() {
    if (const SignedMessage* plain = message()) {
      if (artifacts_.empty() || artifacts_.front().empty())
        return refuse(Reject::artifact_missing, "a signature over an artefact needs the artefact or its digest");
      if (artifacts_.size() > 1)
        return refuse(Reject::artifact_mismatch, "{} artefacts were given, the signature is over one", artifacts_.size());
      if (auto same = message_digest(*plain); !same) return same;
    }
    if (leaf() != nullptr) {
      if (!content_verifies(leaf()->key()))
        return refuse(Reject::signature_invalid, "no signature verifies with the certificate's {} key", leaf()->key().kind_name());
      signer_ = Signer{*leaf(), leaf()->key()};
    } else {
      const auto key = std::ranges::find_if(policy_.keys, [&](const PublicKey& k) { return content_verifies(k); });
      if (key == policy_.keys.end())
        return refuse(Reject::signature_invalid, "no signature verifies with any of the {} keys given", policy_.keys.size());
      signer_ = Signer{std::nullopt, *key};
    }
    say(fmt::format("{} signature over the {}", signer_->key.kind_name(), message() != nullptr ? "artefact" : "envelope"));
    return {};
  }

  // The digest in the bundle is a hint; one that contradicts the artefact is still a reason to stop.
  Outcome<void> message_digest(const SignedMessage& plain) const {
    if (!plain.hash || plain.digest.empty()) return {};
    const auto ours = artifacts_.front().digest(*plain.hash);
    if (ours && *ours != plain.digest)
      return refuse(Reject::artifact_mismatch, "the bundle is about {}:{}", hash_name(*plain.hash), to_hex(plain.digest));
    return {};
  }

  Outcome<void> entries() {
    if (bundle_.entries.empty()) return {};
    std::string remarks;
    for (const LogEntry& entry : bundle_.entries) {
      const auto matched = match_log_entry(entry, bundle_, *signer_, artifacts_.empty() ? Artifact() : artifacts_.front());
      if (!matched) return tl::unexpected(matched.error());
      if (!matched->empty()) remarks += "; " + *matched;
    }
    say("the log recorded this content, signature and signer" + remarks);
    return {};
  }

  Outcome<void> message_artifact() {
    if (message() == nullptr) return {};
    say(artifacts_.front().str() + " is what was signed");
    return {};
  }

  Outcome<void> statement() {
    if (envelope() == nullptr) return {};
    auto parsed = Attestation::parse(envelope()->payload_type, envelope()->payload);
    if (!parsed) return tl::unexpected(parsed.error());
    attestation_ = std::move(*parsed);
    report_.predicate_type = attestation_->predicate_type;
    say(fmt::format("{} with {} subject{}", printable(attestation_->predicate_type, 200), attestation_->subjects.size(),
                    attestation_->subjects.size() == 1 ? "" : "s"));
    return {};
  }

  Outcome<void> subjects() {
    if (!attestation_) return {};
    if (artifacts_.empty()) {
      if (policy_.artifact == Policy::ArtifactNeed::required)
        return refuse(Reject::artifact_missing, "no artefact was given to look for among the {} subjects", attestation_->subjects.size());
      skip("no artefact was given: the statement is about whatever its subjects are");
      return {};
    }
    std::string said;
    for (const Artifact& artifact : artifacts_) {
      const auto found = find_subject(*attestation_, artifact, policy_.more_digest_algorithms);
      if (!found) return tl::unexpected(found.error());
      found_.push_back(*found);
      const std::string& name = attestation_->subjects[*found].name;
      report_.subjects.push_back(name);
      said += fmt::format("{}{} is the subject \"{}\"", said.empty() ? "" : "; ", artifact.str(), printable(name, 160));
    }
    say(std::move(said));
    return {};
  }

  Outcome<void> predicate() {
    if (!attestation_ || policy_.predicate_types.empty()) return {};
    if (std::ranges::find(policy_.predicate_types, attestation_->predicate_type) == policy_.predicate_types.end())
      return refuse(Reject::predicate_mismatch, "the predicate is \"{}\"", printable(attestation_->predicate_type, 200));
    say("the type of predicate asked for");
    return {};
  }

  // Whether the policy asks anything only build provenance can answer.
  [[nodiscard]] bool asks_of_build() const {
    return !policy_.builders.empty() || policy_.builder_need == Policy::BuilderNeed::required || !policy_.sources.empty() ||
           policy_.branch || policy_.tag || policy_.versioned_tag || !policy_.inputs.empty();
  }

  Outcome<void> builder() {
    if (!attestation_) {
      if (asks_of_build()) return refuse(Reject::predicate_mismatch, "a plain signature says nothing of builder, source or tag");
      return {};
    }
    auto facts = build_facts(*attestation_);
    if (!facts) {
      if (!asks_of_build()) return {};
      return tl::unexpected(facts.error());
    }
    facts_ = std::move(*facts);
    const bool vouched = !policy_.identities.empty() || leaf() == nullptr;
    if (auto good = check_builder(*facts_, leaf(), vouched, policy_); !good) return good;
    report_.builder = facts_->builder_id;
    report_.signer = leaf() == nullptr                     ? Report::Signer::key
                     : signed_by_builder(*facts_, *leaf()) ? Report::Signer::builder
                                                           : Report::Signer::certificate;
    if (policy_.builders.empty())
      skip("built by " + printable(facts_->builder_id, 200) + "; the policy asks for no builder");
    else
      say("built by " + printable(facts_->builder_id, 200));
    return {};
  }

  Outcome<void> source() {
    if (!facts_) return {};
    if (auto good = check_source(*facts_, leaf(), policy_); !good) return good;
    if (!facts_->sources.empty()) report_.source = facts_->sources.front();
    report_.source_digest = facts_->source_digest;
    if (!policy_.sources.empty()) say("built from " + printable(report_.source, 200));
    return {};
  }

  Outcome<void> ref() {
    if (!facts_) return {};
    report_.ref = facts_->ref;
    if (auto good = check_ref(*facts_, policy_); !good) return good;
    if (auto good = check_inputs(*facts_, policy_); !good) return good;
    if (policy_.branch || policy_.tag || policy_.versioned_tag) say("built at " + printable(facts_->ref, 160));
    return {};
  }

  Outcome<void> package() {
    if (!attestation_) return {};
    if (!policy_.package_name && !policy_.package_version) return {};
    if (found_.empty()) return refuse(Reject::artifact_missing, "without an artefact no subject can be told to be the package");
    for (const std::size_t i : found_)
      if (auto good = check_package(attestation_->subjects[i], policy_); !good) return good;
    say("the package asked for");
    return {};
  }

  Outcome<void> summary() {
    if (!policy_.summary) return {};
    if (!attestation_) return refuse(Reject::predicate_mismatch, "a plain signature is no verification summary");
    if (auto good = check_summary(*attestation_, *policy_.summary); !good) return good;
    say("the verification summary passed at the levels asked for");
    return {};
  }

  const Bundle& bundle_;
  const std::vector<Artifact>& artifacts_;
  const Policy& policy_;
  const TrustRoot& trust_;
  Report report_;
  std::string said_;
  Step::State state_ = Step::State::held;
  std::vector<VerifiedEntry> verified_;
  std::vector<Instant> assumed_;
  std::optional<VerifiedIssuer> issuer_;
  std::optional<Signer> signer_;
  std::optional<Attestation> attestation_;
  std::optional<BuildFacts> facts_;
  std::vector<std::size_t> found_;
};

}  // namespace

Report verify(const Bundle& bundle, const std::vector<Artifact>& artifacts, const Policy& policy, const TrustRoot& trust) {
  return Verification(bundle, artifacts, policy, trust).run();
}

Report verify(std::string_view json, const std::string& name, const std::vector<Artifact>& artifacts, const Policy& policy,
              const TrustRoot& trust) {
  const auto bundle = Bundle::parse(json, name);
  if (bundle) return verify(*bundle, artifacts, policy, trust);
  Report out;
  out.refusal = bundle.error();
  out.steps.push_back({"bundle", Step::State::failed, bundle.error().why});
  return out;
}

}  // namespace entente::measures::p6_supply::provenance
