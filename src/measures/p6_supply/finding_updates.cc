// The finding for control P6-07, "updates cannot be forged, frozen or rolled back": the four parts of its test, each of which is held,
// failed or not tested, over every set of TUF metadata given (one folder each). Signed: complete, in agreement and signed by enough of
// root's keys. Fresh: nothing expired. Monotone: not older than the copy kept before. Logged: the update itself is in a transparency log.
#include <algorithm>
#include <map>
#include <set>

#include "core/utf8.h"
#include "measures/p6_supply/finding_rules.h"
#include "measures/p6_supply/provenance_evidence.h"
#include "measures/p6_supply/update_metadata.h"

namespace entente::measures::p6_supply {

namespace {

enum class UpdateTest : std::uint8_t { is_signed, fresh, monotone, logged };
constexpr std::size_t kUpdateTests = 4;
constexpr std::array<std::string_view, kUpdateTests> kUpdateTestNames{"signed", "fresh", "not rolled back", "logged"};
enum class UpdateState : std::uint8_t { failed, not_tested, held };  // worst first
constexpr std::string_view update_state_word(UpdateState state) {
  return state == UpdateState::failed ? "failed" : state == UpdateState::held ? "held" : "not tested";
}

// Something that keeps a test from being held.
struct UpdateFault {
  UpdateTest test = UpdateTest::is_signed;
  UpdateState state = UpdateState::failed;
  std::string set, role, message, fix;
  const evidence::Evidence* evidence = nullptr;
};

struct UpdateSet {
  std::string folder;
  TufSet documents;
  std::array<const evidence::Evidence*, kTufRoles> from{};
};

class UpdateJudge {
 public:
  UpdateJudge(const FindingContext& context, Finding& finding)
      : context_(context), finding_(finding), signed_(read_provenance_inputs(context.bundle, "update.bundle")) {
    current_ = read_sets("update.tuf");
    previous_ = read_sets("update.tuf.previous");
    for (const auto* e : signed_.evidence) finding_.evidence.push_back(e->sha256);
  }

  std::vector<const Unreadable*> unreadable() const {
    std::vector<const Unreadable*> out = signed_.unreadable();
    for (const Unreadable& one : bad_) out.push_back(&one);
    return out;
  }

  void run() {
    for (const UpdateSet& set : current_) judge_set(set);
    judge_log();
    std::stable_sort(faults_.begin(), faults_.end(),
                     [](const UpdateFault& a, const UpdateFault& b) { return std::pair(a.state, a.test) < std::pair(b.state, b.test); });
  }

  [[nodiscard]] UpdateState state(UpdateTest test) const {
    UpdateState worst = UpdateState::held;
    for (const UpdateFault& fault : faults_)
      if (fault.test == test) worst = std::min(worst, fault.state);
    return worst;
  }
  [[nodiscard]] const std::vector<UpdateFault>& faults() const { return faults_; }
  [[nodiscard]] const std::vector<UpdateSet>& sets() const { return current_; }
  [[nodiscard]] std::uint64_t artifacts() const { return artifacts_; }
  [[nodiscard]] std::uint64_t logged() const { return logged_; }

 private:
  // Each folder is a set; of several documents of one role the highest version counts, as with consistent snapshots ("7.snapshot.json").
  std::vector<UpdateSet> read_sets(std::string_view kind) {
    std::map<std::string, UpdateSet> by_folder;
    for (const evidence::Evidence* entry : evidence_of_kind(context_.bundle, kind)) {
      finding_.evidence.push_back(entry->sha256);
      const auto text = context_.bundle.read(*entry);
      auto document = text ? parse_tuf(*text, entry->path) : Result<TufDocument>(fail(text.error()));
      if (!document) {
        bad_.push_back({entry, document.error()});
        continue;
      }
      UpdateSet& set = by_folder[std::filesystem::path(entry->path).parent_path().string()];
      const auto role = static_cast<std::size_t>(document->role);
      if (set.documents[role] && set.documents[role]->version >= document->version) continue;
      set.documents[role] = std::move(*document);
      set.from[role] = entry;
    }
    std::vector<UpdateSet> out;
    for (auto& [folder, set] : by_folder) {
      set.folder = folder;
      out.push_back(std::move(set));
    }
    return out;
  }

  // The set of the same folder name; with one of each, these two.
  [[nodiscard]] const UpdateSet* previous_of(const UpdateSet& set) const {
    const auto name = [](const UpdateSet& s) { return std::filesystem::path(s.folder).filename(); };
    for (const UpdateSet& old : previous_)
      if (name(old) == name(set)) return &old;
    return current_.size() == 1 && previous_.size() == 1 ? &previous_.front() : nullptr;
  }
  static bool same_set(const UpdateSet& a, const UpdateSet& b) {
    for (std::size_t r = 0; r < kTufRoles; ++r) {
      const auto& one = a.documents[r];
      const auto& two = b.documents[r];
      if (one.has_value() != two.has_value() || (one && one->sha256 != two->sha256)) return false;
    }
    return true;
  }

  // What lacks a role is said further on; here, that what is there was signed by its own root's keys when it was published.
  [[nodiscard]] bool is_signed_copy(const UpdateSet& old) const {
    const auto problems = judge_tuf(old.documents, nullptr, context_.at);
    return old.documents[static_cast<std::size_t>(TufRole::root)] &&
           std::ranges::none_of(problems, [](const TufProblem& p) { return p.fault == TufFault::unsigned_role; });
  }

  void judge_set(const UpdateSet& set) {
    const UpdateSet* old = previous_of(set);
    const bool twice = old != nullptr && same_set(set, *old);
    const bool invented = old != nullptr && !is_signed_copy(*old);
    if (old == nullptr || twice || invented)
      faults_.push_back({UpdateTest::monotone, UpdateState::not_tested, set.folder, "",
                         twice      ? "the earlier copy is the current one"
                         : invented ? "the earlier copy is not signed"
                                    : "no earlier copy is given",
                         "add the metadata published before, as the ledger has it, as evidence of kind update.tuf.previous",
                         set.from[static_cast<std::size_t>(TufRole::timestamp)]});
    if (!set.documents[static_cast<std::size_t>(TufRole::root)])
      faults_.push_back({UpdateTest::is_signed, UpdateState::failed, set.folder, "root", "without a root no signature can be verified",
                         "add root.json as evidence of kind update.tuf", nullptr});
    // Faults that come of the earlier copy are told by judging without it first.
    const auto alone = judge_tuf(set.documents, nullptr, context_.at);
    for (const TufProblem& problem : alone)
      add_problem(set, problem, problem.fault == TufFault::expired ? UpdateTest::fresh : UpdateTest::is_signed);
    if (old == nullptr || twice || invented) return;
    std::vector<std::string> seen;
    for (const TufProblem& problem : alone) seen.push_back(problem_key(problem));
    for (const TufProblem& problem : judge_tuf(set.documents, &old->documents, context_.at)) {
      const auto known = std::find(seen.begin(), seen.end(), problem_key(problem));
      if (known == seen.end())
        add_problem(set, problem, UpdateTest::monotone);
      else
        seen.erase(known);
    }
    for (std::size_t r = 0; r < kTufRoles; ++r)
      if (set.documents[r] && !old->documents[r])
        faults_.push_back(
            {UpdateTest::monotone, UpdateState::not_tested, set.folder, std::string(to_string(static_cast<TufRole>(r))),
             "the earlier copy lacks it",
             fmt::format("add the earlier {}.json as evidence of kind update.tuf.previous", to_string(static_cast<TufRole>(r))),
             set.from[r]});
  }
  static std::string problem_key(const TufProblem& p) { return fmt::format("{} {} {}", to_string(p.fault), to_string(p.role), p.message); }

  void add_problem(const UpdateSet& set, const TufProblem& problem, UpdateTest test) {
    const std::string role(to_string(problem.role));
    if (problem.fault == TufFault::absent && problem.role == TufRole::root) return;  // said already
    const std::string fix = problem.fault == TufFault::expired  ? fmt::format("sign {}.json anew with an expiry in the future", role)
                            : problem.fault == TufFault::absent ? fmt::format("add {}.json as evidence of kind update.tuf", role)
                            : problem.fault == TufFault::unsigned_role
                                ? fmt::format("sign {}.json with as many of root's keys as its threshold says", role)
                                : fmt::format("publish {}.json under a higher version, in agreement with the others", role);
    faults_.push_back({test, UpdateState::failed, set.folder, role, fmt::format("{}: {}", to_string(problem.fault), problem.message), fix,
                       set.from[static_cast<std::size_t>(problem.role)]});
  }

  // What updates consist of: all that targets.json offers, whatever artefacts are given, for all of it can be installed.
  std::vector<ReleaseArtifact> update_artifacts() {
    std::vector<ReleaseArtifact> all;
    std::set<std::string> seen;  // two sets may offer one file
    for (const UpdateSet& set : current_) {
      const auto& targets = set.documents[static_cast<std::size_t>(TufRole::targets)];
      if (!targets) continue;
      for (const auto& [name, target] : targets->targets) {
        const auto* from = set.from[static_cast<std::size_t>(TufRole::targets)];
        if (all.size() == kMaxReleaseArtifacts) return all;
        ReleaseArtifact one{name, target.sha256.empty() ? "sha512:" + target.sha512 : "sha256:" + target.sha256, from,
                            "/signed/targets/" + pointer_segment(name)};
        if (!seen.insert(one.digest).second) continue;
        all.push_back(std::move(one));
      }
    }
    return all;
  }

  // The policy as this test reads it: a log entry is a must. A plain signature says nothing of a build, so nothing is asked of one.
  static provenance::Policy update_policy(const SignedDocument& document, provenance::Policy policy) {
    policy.log = provenance::Policy::Log::required;
    policy.artifact = provenance::Policy::ArtifactNeed::required;
    if (!std::holds_alternative<provenance::SignedMessage>(document.bundle.content)) return policy;
    policy.builders.clear();
    policy.sources.clear();
    policy.inputs.clear();
    policy.branch = policy.tag = policy.versioned_tag = policy.package_name = policy.package_version = std::nullopt;
    policy.summary.reset();
    return policy;
  }
  // Empty: accepted.
  [[nodiscard]] std::string refused(const SignedDocument& document, const ReleaseArtifact& artifact) const {
    const auto digest = provenance::Artifact::of_digest(artifact.digest);
    if (!digest) return digest.error().why;
    std::string why;
    for (const provenance::PolicyFile& file : signed_.policies) {
      const auto report = provenance::verify(document.bundle, {*digest}, update_policy(document, file.policy), signed_.trust);
      if (report.accepted) return {};
      why = fmt::format("{}: {}", provenance::reject_name(report.refusal->reject), report.refusal->why);
    }
    return why;
  }

  void log_fault(UpdateState state, std::string what, std::string message, std::string fix, const evidence::Evidence* evidence = nullptr) {
    faults_.push_back({UpdateTest::logged, state, "", std::move(what), std::move(message), std::move(fix), evidence});
  }

  void judge_log() {
    if (signed_.documents.empty())
      return log_fault(UpdateState::not_tested, "", "no bundle of an update is given",
                       "sign the update with `cosign sign-blob --bundle update.sigstore.json FILE` and add the bundle as evidence of kind "
                       "update.bundle");
    if (signed_.policies.empty())
      return log_fault(UpdateState::not_tested, "", "no policy says who may sign",
                       "name the signer in a policy file (docs/provenance.md) and add it as evidence of kind provenance.policy");
    if (!signed_.has_trust)
      return log_fault(UpdateState::not_tested, "", "no trust root names the log",
                       "add Sigstore's trusted_root.json as evidence of kind trust-root");
    const std::vector<ReleaseArtifact> artifacts = update_artifacts();
    artifacts_ = artifacts.size();
    if (artifacts.empty())
      return log_fault(UpdateState::failed, "targets", "targets.json offers no file", "list the update's files in targets.json");
    const auto claims = claimed_artifacts(signed_, artifacts);
    std::vector<std::string> why(artifacts.size(), "no bundle is about it");
    std::vector<bool> good(artifacts.size(), false);
    for (std::size_t d = 0; d < claims.size(); ++d)
      for (const std::size_t a : claims[d]) {
        if (good[a]) continue;
        why[a] = refused(signed_.documents[d], artifacts[a]);
        good[a] = why[a].empty();
      }
    for (std::size_t a = 0; a < artifacts.size(); ++a) {
      if (good[a]) {
        ++logged_;
        continue;
      }
      const std::string name = printable(artifacts[a].name, 200);
      log_fault(UpdateState::failed, name, why[a],
                fmt::format("sign {} with `cosign sign-blob` and add the bundle as evidence of kind update.bundle", name),
                artifacts[a].evidence);
    }
  }

  const FindingContext& context_;
  Finding& finding_;
  ProvenanceInputs signed_;
  std::vector<UpdateSet> current_, previous_;
  std::vector<Unreadable> bad_;
  std::vector<UpdateFault> faults_;
  std::uint64_t artifacts_ = 0, logged_ = 0;
};

}  // namespace

Finding updates_finding(const FindingContext& context) {
  Finding finding;
  finding.control = kSafeUpdates;
  UpdateJudge judge(context, finding);
  if (unreadable(finding, judge.unreadable())) return finding;
  judge.run();

  std::array<UpdateState, kUpdateTests> states{};
  std::size_t held = 0;
  Json tests = Json::object();
  for (std::size_t t = 0; t < kUpdateTests; ++t) {
    states[t] = judge.state(static_cast<UpdateTest>(t));
    if (states[t] == UpdateState::held) ++held;
    tests[std::string(kUpdateTestNames[t])] = update_state_word(states[t]);
  }
  for (const UpdateFault& fault : judge.faults()) {
    finding.rows.push_back({{"test", kUpdateTestNames[static_cast<std::size_t>(fault.test)]},
                            {"state", update_state_word(fault.state)},
                            {"set", printable(fault.set, 400)},
                            {"what", fault.role},
                            {"message", printable(fault.message, 400)}});
    if (fault.evidence != nullptr && finding.places.size() < kMaxPlaces) finding.places.push_back({fault.evidence->sha256, ""});
  }
  Json versions = Json::array();
  for (const UpdateSet& set : judge.sets())
    for (const auto& document : set.documents)
      if (document)
        versions.push_back({{"set", set.folder},
                            {"role", to_string(document->role)},
                            {"version", document->version},
                            {"expires", format_time(document->expires)}});

  const bool is_signed = states[static_cast<std::size_t>(UpdateTest::is_signed)] == UpdateState::held;
  finding.status = held == kUpdateTests ? Status::satisfied : is_signed ? Status::partial : Status::not_satisfied;
  finding.summary = fmt::format("{} of 4 tests of the update metadata held", held);
  for (std::size_t t = 0; t < kUpdateTests; ++t)
    if (states[t] != UpdateState::held) finding.summary += fmt::format("; {}: {}", kUpdateTestNames[t], update_state_word(states[t]));
  if (!judge.faults().empty()) {
    const UpdateFault& first = judge.faults().front();
    finding.summary += fmt::format(" ({}{})", first.role.empty() ? "" : first.role + " ", printable(first.message, 200));
    finding.fix = first.fix;
  }
  finding.summary += ".";
  finding.detail = {{"tests", std::move(tests)},         {"tests_held", held},
                    {"sets", judge.sets().size()},       {"metadata", std::move(versions)},
                    {"update_files", judge.artifacts()}, {"update_files_logged", judge.logged()}};
  return finding;
}

}  // namespace entente::measures::p6_supply
