// The steps. Each loads the whole chain, redoes what lies before it in memory (a sample of a city is redrawn in milliseconds) and stops
// where a file is not what the chain says; then it writes its own document, after the files that belong to it.
#include "measures/p3_elections/audit/workflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "core/utf8.h"
#include "measures/p3_elections/audit/documents.h"
#include "measures/p3_elections/sampling/seed.h"

namespace entente::measures::p3_elections::audit {
namespace {

constexpr std::string_view kCommand = "entente elections audit";

std::string step_hint(Step next) { return fmt::format("next: {} {}", kCommand, to_string(next)); }

// The chain as far as it goes, with everything in it made again and found equal.
struct Progress {
  AuditDocuments documents;
  AuditState state;
  LoadedAudit audit;
  Interpretations read;
  std::vector<Unit> draws;  // of all rounds so far
  std::uint64_t first = 1;  // the last round's first draw
  std::vector<ContestRisk> risks;
};

Result<void> same_document(const std::filesystem::path& folder, const Document& there, const Document& made) {
  if (there.text == made.text) return {};
  return fail(fmt::format("{} is not what follows from the files before it", there.path), {.file = (folder / there.path).string()},
              fmt::format("something fixed earlier was altered: entente elections verify --record {} names it", folder.string()));
}

Result<void> check_turn(const std::filesystem::path& folder, const AuditState& state, Step wanted) {
  if (state.next == wanted && !(wanted == Step::certify && state.certified)) return {};
  const Where where{.file = folder.string()};
  if (state.certified) return fail("the audit has its certificate: nothing can be added", where);
  return fail(fmt::format("it is not the turn of \"{}\"", to_string(wanted)), where, step_hint(state.next));
}

Result<void> redo_rounds(const std::filesystem::path& folder, Progress& p) {
  Digest previous = p.documents.seed->digest;
  for (std::uint32_t r = 1; r <= p.documents.rounds.size(); ++r) {
    const Round& round = p.documents.rounds[r - 1];
    ENTENTE_TRY(const DrawRange range, draw_range(*round.sample));
    if (range.first != p.draws.size() + 1) return fail(fmt::format("{}: its draws do not follow the round before", round.sample->path));
    ENTENTE_TRY(p.draws, draw_units(p.audit.inputs, *p.state.seed, range.last));
    p.first = range.first;
    ENTENTE_CHECK(same_document(folder, *round.sample, sample_document(p.audit, r, previous, range.first, p.draws)));
    if (!round.record) return {};
    ENTENTE_TRY(
        const RecordCounts counts,
        add_interpretations(p.audit, *round.csv, (folder / round_path(r, "interpretations.csv")).string(), p.draws, range.first, p.read));
    ENTENTE_CHECK(
        same_document(folder, *round.record, record_document(r, round.sample->digest, *round.csv, counts.read, counts.not_found)));
    if (!round.risk) return {};
    ENTENTE_TRY(p.risks, measure_contests(p.audit.inputs, p.draws, p.read));
    ENTENTE_CHECK(same_document(folder, *round.risk, risk_document(p.audit, r, round.record->digest, p.risks)));
    previous = round.risk->digest;
  }
  return {};
}

// Everything up to the step wanted.
Result<Progress> progress(const std::filesystem::path& folder, Step wanted) {
  Progress p;
  ENTENTE_TRY(p.documents, read_documents(folder));
  p.state = state_of(p.documents);
  if (!p.state.planned) return fail("no audit lies here: audit.json is missing", {.file = folder.string()}, step_hint(Step::init));
  ENTENTE_CHECK(check_turn(folder, p.state, wanted));
  ENTENTE_TRY(p.audit, load_audit(folder));
  if (!p.state.committed) return p;
  const Document assertions = make_document(std::string(kAssertionsPath), assertions_json(p.audit.inputs));
  if (!p.documents.assertions) return fail("assertions.json is missing", {.file = folder.string()});
  ENTENTE_CHECK(same_document(folder, *p.documents.assertions, assertions));
  ENTENTE_TRY(const Document commitment, commitment_document(p.audit, assertions));
  if (commitment.text != p.documents.commitment->text)
    return fail("the files are not those that were committed to", {.file = (folder / kCommitmentPath).string()},
                "put back the files whose digests stand in commitment.json; an audit of other files is another audit");
  if (!p.state.seed) return p;
  const auto previous = p.documents.seed->json.find("previous");
  if (previous == p.documents.seed->json.end() || json_text(*previous, "sha256") != commitment.digest.hex())
    return fail("seed.json does not follow commitment.json", {.file = (folder / kSeedPath).string()});
  ENTENTE_CHECK(redo_rounds(folder, p));
  return p;
}

// A card is called by its batch, and that name begins a cell of lists people open in a spreadsheet and give back.
Result<void> check_batch_names(const Population& population) {
  for (const CardBatch& batch : population.batches())
    if (begins_formula(batch.name))
      return fail(
          fmt::format("the batch \"{}\" begins with a character that makes a formula of it in a spreadsheet", printable(batch.name, 100)),
          {}, "=, +, -, @ and white space may not come first; rename it in manifest and records");
  return {};
}

std::uint64_t estimated_draws(const Progress& p) {
  std::uint64_t most = 0;
  if (p.risks.empty()) {
    if (const auto estimates = estimate_draws(p.audit.inputs))
      for (const auto& e : *estimates) most = std::max(most, e.value_or(0));
    return most;
  }
  for (const auto& risk : p.risks) most = std::max(most, risk.more);
  return most;
}

}  // namespace

std::string_view to_string(Step step) {
  static constexpr std::string_view kNames[] = {"init", "commit", "seed", "sample", "record", "risk", "certify"};
  return kNames[static_cast<std::size_t>(step)];
}

Result<AuditState> audit_state(const std::filesystem::path& folder) {
  ENTENTE_TRY(const AuditDocuments documents, read_documents(folder));
  return state_of(documents);
}

Result<StepDocument> init_audit(const std::filesystem::path& folder, const std::filesystem::path& plan_path) {
  std::error_code error;
  if (std::filesystem::exists(folder / kPlanPath, error))
    return fail("an audit lies here already", {.file = folder.string()}, "take another folder");
  ENTENTE_TRY(const std::string text, read_file(plan_path, kMaxPlanBytes));
  ENTENTE_TRY(const AuditPlan plan, parse_plan(text, plan_path.string()));
  if (plan.limit() > review::kHighestLimit)
    return fail(fmt::format("a risk limit of {} is too high: at most 0.1", plan.risk_limit), {.file = plan_path.string()},
                "the risk limit is the chance that a wrong outcome stands; most laws say 0.03 to 0.1");
  std::vector<std::string> files = plan.manifests;
  files.insert(files.end(), plan.records.begin(), plan.records.end());
  for (const auto& path : files) {
    if (!path.starts_with("records/"))
      return fail(fmt::format("\"{}\" does not lie in records/", printable(path, 100)), {.file = plan_path.string()},
                  "manifests and vote records lie in a folder records/ beside the plan");
    ENTENTE_TRY(const std::string content, read_file(plan_path.parent_path() / path, kMaxInputBytes));
    ENTENTE_CHECK(make_folders((folder / path).parent_path()));
    ENTENTE_CHECK(write_file_atomic(folder / path, content));
  }
  ENTENTE_CHECK(make_folders(folder));
  // Judged before the plan is there: a plan that does not fit its files makes no audit.
  const Document document = make_document(std::string(kPlanPath), to_json(plan));
  ENTENTE_CHECK(write_document(folder, document));
  auto loaded = load_audit(folder);
  auto fit = loaded ? check_batch_names(loaded->inputs.population) : Result<void>(fail(loaded.error()));
  if (!fit) {
    std::filesystem::remove(folder / kPlanPath, error);
    return fail(std::move(fit).error());
  }
  return StepDocument{Step::init, document.path, document.digest,
                      Json{{"cards", loaded->inputs.population.cards()}, {"contests", loaded->inputs.contests.size()}}};
}

Result<StepDocument> commit_audit(const std::filesystem::path& folder) {
  ENTENTE_TRY(const Progress p, progress(folder, Step::commit));
  const Document assertions = make_document(std::string(kAssertionsPath), assertions_json(p.audit.inputs));
  ENTENTE_TRY(const Document commitment, commitment_document(p.audit, assertions));
  ENTENTE_CHECK(write_document(folder, assertions));
  ENTENTE_CHECK(write_document(folder, commitment));
  return StepDocument{Step::commit, commitment.path, commitment.digest,
                      Json{{"cards", p.audit.inputs.population.cards()},
                           {"files", commitment.json["files"].size()},
                           {"contests", commitment.json["contests"]}}};
}

Result<StepDocument> seed_audit(const std::filesystem::path& folder, const SeedInput& input) {
  ENTENTE_TRY(const Progress p, progress(folder, Step::seed));
  ENTENTE_TRY(const std::string seed, sampling::accept_seed(input.seed));
  if (input.source.empty() || input.source.size() > 500 || printable(input.source, 1'000) != input.source)
    return fail("the seed's source must be said in 1 to 500 plain characters", {}, "such as \"twenty ten-sided dice, county hall\"");
  const Document document = seed_document(p.documents.commitment->digest, {seed, input.source, input.at});
  ENTENTE_CHECK(write_document(folder, document));
  return StepDocument{Step::seed, document.path, document.digest, Json{{"seed", seed}}};
}

Result<StepDocument> sample_audit(const std::filesystem::path& folder, std::optional<std::uint64_t> draws) {
  ENTENTE_TRY(Progress p, progress(folder, Step::sample));
  const std::uint64_t made = p.draws.size();
  const std::uint64_t wanted = draws ? *draws : estimated_draws(p);
  if (wanted == 0)
    return fail("no contest can be confirmed by a sample", {.file = folder.string()},
                draws ? "draw at least one" : "ties and the smallest margins need a full count; a size of your own may be given");
  if (wanted > kMaxDraws || made + wanted > kMaxDraws) return fail(fmt::format("more than {} draws", kMaxDraws));
  std::uint64_t last = made + wanted;
  if (sampler_of(p.audit.inputs.plan.test) == Sampler::cryptorandom) last = std::min(last, p.audit.inputs.population.cards());
  if (last == made) return fail("all cards were drawn already", {.file = folder.string()});
  ENTENTE_TRY(const auto all, draw_units(p.audit.inputs, *p.state.seed, last));
  const std::uint32_t round = p.state.round + 1;
  if (round > kMaxRounds) return fail(fmt::format("more than {} rounds", kMaxRounds));
  const Digest previous = round == 1 ? p.documents.seed->digest : p.documents.rounds.back().risk->digest;
  const Document document = sample_document(p.audit, round, previous, made + 1, all);
  ENTENTE_CHECK(make_folders(folder / round_path(round, "")));
  ENTENTE_CHECK(write_file_atomic(folder / round_path(round, "sample.csv"), sample_csv(p.audit.inputs, all, made + 1)));
  ENTENTE_CHECK(write_file_atomic(folder / round_path(round, "pull-list.csv"), pull_list_csv(p.audit.inputs, all, made + 1)));
  ENTENTE_CHECK(write_document(folder, document));
  return StepDocument{Step::sample, document.path, document.digest, Json{{"draws", last - made}}};
}

Result<std::string> interpretation_form(const std::filesystem::path& folder) {
  ENTENTE_TRY(const Progress p, progress(folder, Step::record));
  std::vector<Unit> units;
  for (std::size_t i = p.first - 1; i < p.draws.size(); ++i)
    if (!p.read.row.contains(p.draws[i])) units.push_back(p.draws[i]);
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return form_csv(p.audit.inputs, units);
}

Result<StepDocument> record_audit(const std::filesystem::path& folder, const std::filesystem::path& csv_path) {
  ENTENTE_TRY(Progress p, progress(folder, Step::record));
  ENTENTE_TRY(const std::string csv, read_file(csv_path, kMaxInputBytes));
  ENTENTE_TRY(const RecordCounts counts, add_interpretations(p.audit, csv, csv_path.string(), p.draws, p.first, p.read));
  const Digest& previous = p.documents.rounds.back().sample->digest;
  const Document document = record_document(p.state.round, previous, csv, counts.read, counts.not_found);
  ENTENTE_CHECK(write_file_atomic(folder / round_path(p.state.round, "interpretations.csv"), csv));
  ENTENTE_CHECK(write_document(folder, document));
  return StepDocument{Step::record, document.path, document.digest, Json{{"read", counts.read}, {"not_found", counts.not_found}}};
}

Result<StepDocument> risk_audit(const std::filesystem::path& folder) {
  ENTENTE_TRY(Progress p, progress(folder, Step::risk));
  ENTENTE_TRY(const auto risks, measure_contests(p.audit.inputs, p.draws, p.read));
  const Digest& previous = p.documents.rounds.back().record->digest;
  const Document document = risk_document(p.audit, p.state.round, previous, risks);
  ENTENTE_CHECK(write_document(folder, document));
  return StepDocument{Step::risk, document.path, document.digest, Json{{"draws", p.draws.size()}, {"contests", document.json["contests"]}}};
}

Result<StepDocument> certify_audit(const std::filesystem::path& folder, const std::vector<std::string>& full_count) {
  ENTENTE_TRY(AuditState state, audit_state(folder));
  // An audit may be ended early only by sending what is not confirmed to a full count.
  const bool early = state.measured && !state.certified;
  ENTENTE_TRY(Progress p, progress(folder, early ? state.next : Step::certify));
  std::vector<std::string> counted;
  for (std::size_t c = 0; c < p.risks.size(); ++c) {
    const auto& name = p.audit.inputs.plan.contests[c].contest.name;
    const bool named = std::find(full_count.begin(), full_count.end(), name) != full_count.end();
    if (p.risks[c].decision == Decision::confirmed) {
      if (named)
        return fail(fmt::format("\"{}\" is confirmed", printable(name, 100)), {},
                    "only contests that are not confirmed go to a full count");
      continue;
    }
    if (!named)
      return fail(fmt::format("\"{}\" is not confirmed: the risk measured is above the limit", printable(name, 100)),
                  {.file = folder.string()},
                  p.risks[c].decision == Decision::another_round ? "draw another round, or name it as one that is counted whole"
                                                                 : "name it as one that is counted whole");
    counted.push_back(name);
  }
  if (counted.size() != full_count.size()) return fail("a contest named for a full count is not in the plan, or is named twice");
  const Document document = certificate_document(p.audit, p.documents, p.risks, counted);
  ENTENTE_CHECK(write_document(folder, document));
  return StepDocument{Step::certify, document.path, document.digest,
                      Json{{"draws", p.draws.size()}, {"confirmed", p.risks.size() - counted.size()}, {"full_count", counted.size()}}};
}

}  // namespace entente::measures::p3_elections::audit
