// Making and reading the documents. They are pretty-printed JSON in one spelling: a file that is read and written again gives the same
// bytes, or it is refused as altered by hand. Figures are rounded to ten digits, so that another machine's logarithm gives the same text.
#include "measures/p3_elections/audit/documents.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "core/file.h"
#include "core/utf8.h"
#include "measures/p3_elections/audit/exported_votes.h"

namespace entente::measures::p3_elections::audit {
namespace {

double ten_digits(double value) { return std::isfinite(value) ? std::strtod(fmt::format("{:.10g}", value).c_str(), nullptr) : value; }

// Every number of a document that is no whole number, rounded.
void round_figures(Json& json) {
  if (json.is_number_float()) json = ten_digits(json.get<double>());
  if (json.is_structured())
    for (Json& part : json) round_figures(part);
}

Json digest_json(const Digest& digest) { return Json{{"sha256", digest.hex()}}; }

Json file_json(const review::RecordFile& file) {
  return Json{{"path", file.path}, {"role", file.role}, {"size", file.size}, {"sha256", file.sha256.hex()}};
}

Result<std::string> input_file(const std::filesystem::path& folder, const std::string& path, std::string_view role, LoadedAudit& into) {
  ENTENTE_TRY(std::string text, read_file(folder / path, kMaxInputBytes));
  into.files.push_back({path, text.size(), sha256(text), std::string(role)});
  return text;
}

// Takes one file's cards in. Error: a card that another file has too.
Result<void> add_records(AuditInputs& in, const CardVotes& votes, const std::string& file) {
  const std::size_t n = in.plan.contests.size();
  CardVotes& all = in.records->votes;
  for (std::size_t r = 0; r < votes.rows(); ++r) {
    std::uint32_t& row = in.records->row[votes.positions[r] - 1];
    if (row != AuditRecords::kNoRecord)
      return fail(
          fmt::format("the card \"{}\" has a record in another file too", printable(in.population.card_name(votes.positions[r]), 100)),
          {.file = file, .line = votes.lines[r]});
    row = static_cast<std::uint32_t>(all.rows());
    all.positions.push_back(votes.positions[r]);
    all.lines.push_back(votes.lines[r]);
    all.found.push_back(true);
    all.votes.insert(all.votes.end(), votes.votes.begin() + static_cast<std::ptrdiff_t>(r * n),
                     votes.votes.begin() + static_cast<std::ptrdiff_t>((r + 1) * n));
  }
  return {};
}

Result<void> load_card_records(const std::filesystem::path& folder, LoadedAudit& out) {
  AuditInputs& in = out.inputs;
  in.records.emplace();
  in.records->row.assign(in.population.cards(), AuditRecords::kNoRecord);
  std::vector<std::pair<std::string, std::string>> exported;  // files of the voting system: one export
  for (const auto& path : in.plan.records) {
    ENTENTE_TRY(std::string text, input_file(folder, path, "cvr", out));
    if (!is_own_card_file(text)) {
      exported.emplace_back(path, std::move(text));
      continue;
    }
    ENTENTE_TRY(const CardVotes votes, parse_card_votes(text, path, CardFile::vote_records, in.plan, in.population, in.patterns));
    ENTENTE_CHECK(add_records(in, votes, path));
  }
  if (exported.empty()) return {};
  std::vector<records::CvrSource> sources;
  for (const auto& [path, text] : exported) sources.push_back({path, text});
  ENTENTE_TRY(const CardVotes votes, exported_card_votes(sources, in.plan, in.population, in.patterns));
  return add_records(in, votes, exported.front().first);
}

Result<void> load_records(const std::filesystem::path& folder, LoadedAudit& out) {
  AuditInputs& in = out.inputs;
  if (in.plan.method == Method::card_comparison) return load_card_records(folder, out);
  if (in.plan.method != Method::batch_comparison) return {};
  if (in.plan.records.size() != 1) return fail("batch tallies come in one file", {.file = std::string(kPlanPath), .pointer = "/records/1"});
  ENTENTE_TRY(const std::string text, input_file(folder, in.plan.records[0], "tally", out));
  ENTENTE_TRY(in.tallies, parse_batch_votes(text, in.plan.records[0], in.plan, in.population));
  return {};
}

std::string spelled(std::string_view path) { return fmt::format("{} is not in the form this program writes", path); }

}  // namespace

std::string round_path(std::uint32_t round, std::string_view name) { return fmt::format("round-{}/{}", round, name); }

Document make_document(std::string path, Json json) {
  round_figures(json);
  Document out{std::move(path), json_pretty(json), std::move(json), {}};
  out.digest = sha256(out.text);
  return out;
}

std::string json_text(const Json& json, std::string_view key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> json_texts(const Json& json, std::string_view key) {
  std::vector<std::string> out;
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found == json.end() || !found->is_array()) return out;
  for (const Json& text : *found)
    if (text.is_string()) out.push_back(text.get<std::string>());
  return out;
}

Result<std::optional<Document>> read_document(const std::filesystem::path& folder, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder / path, error))) return std::optional<Document>();
  ENTENTE_TRY(std::string text, read_file(folder / path, kMaxDocumentBytes));
  ENTENTE_TRY(const JsonDocument parsed,
              JsonDocument::parse(text, (folder / path).string(), {.max_bytes = kMaxDocumentBytes, .max_depth = 16}));
  Document out{path, std::move(text), entente::to_json(parsed.root()), {}};
  if (!out.json.is_object() || json_pretty(out.json) != out.text)
    return fail(spelled(path), {.file = (folder / path).string()}, "it was altered by hand or by another program; take back the original");
  out.digest = sha256(out.text);
  return std::optional(std::move(out));
}

Result<void> write_document(const std::filesystem::path& folder, const Document& document) {
  return write_file_atomic(folder / document.path, document.text);
}

Result<LoadedAudit> load_audit(const std::filesystem::path& folder) {
  ENTENTE_TRY(auto plan, read_document(folder, std::string(kPlanPath)));
  if (!plan)
    return fail("no audit lies here: audit.json is missing", {.file = folder.string()}, "begin with: entente elections audit init");
  LoadedAudit out;
  out.plan = std::move(*plan);
  ENTENTE_TRY(out.inputs.plan, parse_plan(out.plan.text, (folder / kPlanPath).string()));
  if (json_pretty(to_json(out.inputs.plan)) != out.plan.text) return fail(spelled(kPlanPath), {.file = (folder / kPlanPath).string()});
  out.files.push_back({std::string(kPlanPath), out.plan.text.size(), out.plan.digest, "audit"});
  std::vector<records::Manifest> manifests;
  for (const auto& path : out.inputs.plan.manifests) {
    ENTENTE_TRY(std::string text, input_file(folder, path, "manifest", out));
    ENTENTE_TRY(records::Manifest manifest, records::parse_manifest(std::move(text), path));
    manifests.push_back(std::move(manifest));
  }
  ENTENTE_TRY(out.inputs.population, Population::make(manifests));
  if (out.inputs.population.cards() > 500'000'000) return fail("more than 500,000,000 cards", {.file = folder.string()});
  out.inputs.patterns.resize(out.inputs.plan.contests.size());
  ENTENTE_CHECK(load_records(folder, out));
  ENTENTE_CHECK(make_assertions(out.inputs));
  return out;
}

Result<AuditDocuments> read_documents(const std::filesystem::path& folder) {
  AuditDocuments out;
  ENTENTE_TRY(out.plan, read_document(folder, std::string(kPlanPath)));
  ENTENTE_TRY(out.assertions, read_document(folder, std::string(kAssertionsPath)));
  ENTENTE_TRY(out.commitment, read_document(folder, std::string(kCommitmentPath)));
  ENTENTE_TRY(out.seed, read_document(folder, std::string(kSeedPath)));
  ENTENTE_TRY(out.certificate, read_document(folder, std::string(kCertificatePath)));
  for (std::uint32_t r = 1; r <= kMaxRounds; ++r) {
    Round round;
    ENTENTE_TRY(round.sample, read_document(folder, round_path(r, "sample.json")));
    if (!round.sample) break;
    ENTENTE_TRY(round.record, read_document(folder, round_path(r, "interpretations.json")));
    ENTENTE_TRY(round.risk, read_document(folder, round_path(r, "risk.json")));
    if (round.record) { ENTENTE_TRY(round.csv, read_file(folder / round_path(r, "interpretations.csv"), kMaxInputBytes)); }
    out.rounds.push_back(std::move(round));
  }
  return out;
}

AuditState state_of(const AuditDocuments& documents) {
  AuditState out;
  out.planned = documents.plan.has_value();
  out.committed = documents.commitment.has_value();
  out.certified = documents.certificate.has_value();
  if (documents.seed) out.seed = json_text(documents.seed->json, "seed");
  out.round = static_cast<std::uint32_t>(documents.rounds.size());
  if (out.round != 0) {
    out.recorded = documents.rounds.back().record.has_value();
    out.measured = documents.rounds.back().risk.has_value();
    if (out.measured) {
      const Json& risk = documents.rounds.back().risk->json;
      const auto another = risk.find("another_round");
      out.confirmed = another != risk.end() && *another == false;
    }
  }
  out.next = !out.planned                     ? Step::init
             : !out.committed                 ? Step::commit
             : !out.seed                      ? Step::seed
             : out.round == 0                 ? Step::sample
             : !out.recorded                  ? Step::record
             : !out.measured                  ? Step::risk
             : out.certified || out.confirmed ? Step::certify
                                              : Step::sample;
  return out;
}

Result<Document> commitment_document(const LoadedAudit& audit, const Document& assertions) {
  const AuditInputs& in = audit.inputs;
  Json files = Json::array();
  for (const auto& file : audit.files) files.push_back(file_json(file));
  files.push_back(file_json({assertions.path, assertions.text.size(), assertions.digest, "assertions"}));
  ENTENTE_TRY(const auto estimates, estimate_draws(in));
  Json contests = Json::array();
  for (std::size_t c = 0; c < in.contests.size(); ++c) {
    Json contest{{"name", in.plan.contests[c].contest.name},
                 {"assertions", in.contests[c].assertions.size()},
                 {"margin", in.contests[c].smallest_margin()}};
    contest["draws_estimated"] = estimates[c] ? Json(*estimates[c]) : Json("full count");
    contests.push_back(std::move(contest));
  }
  Json population{{"batches", in.population.batches().size()}, {"cards", in.population.cards()}};
  if (in.records) population["cards_without_record"] = in.population.cards() - in.records->votes.rows();
  return make_document(std::string(kCommitmentPath), Json{{"format", "entente election commitment/1"},
                                                          {"previous", digest_json(audit.plan.digest)},
                                                          {"election", in.plan.election},
                                                          {"risk_limit", in.plan.risk_limit},
                                                          {"method", to_string(in.plan.method)},
                                                          {"test", to_string(in.plan.test)},
                                                          {"sampler", to_string(sampler_of(in.plan.test))},
                                                          {"population", std::move(population)},
                                                          {"files", std::move(files)},
                                                          {"contests", std::move(contests)}});
}

Document seed_document(const Digest& previous, const SeedInput& input) {
  return make_document(std::string(kSeedPath), Json{{"format", "entente election seed/1"},
                                                    {"previous", digest_json(previous)},
                                                    {"seed", input.seed},
                                                    {"source", input.source},
                                                    {"at", format_time(input.at)}});
}

Document sample_document(const LoadedAudit& audit, std::uint32_t round, const Digest& previous, std::uint64_t first,
                         const std::vector<Unit>& draws) {
  Json list = Json::array();
  for (std::size_t i = first - 1; i < draws.size(); ++i) list.push_back(unit_name(audit.inputs, draws[i]));
  return make_document(round_path(round, "sample.json"), Json{{"format", "entente election sample/1"},
                                                              {"previous", digest_json(previous)},
                                                              {"round", round},
                                                              {"sampler", to_string(sampler_of(audit.inputs.plan.test))},
                                                              {"first", first},
                                                              {"last", draws.size()},
                                                              {"draws", std::move(list)}});
}

Document record_document(std::uint32_t round, const Digest& previous, std::string_view csv, std::uint64_t read, std::uint64_t not_found) {
  return make_document(round_path(round, "interpretations.json"),
                       Json{{"format", "entente election interpretations/1"},
                            {"previous", digest_json(previous)},
                            {"round", round},
                            {"file", file_json({round_path(round, "interpretations.csv"), csv.size(), sha256(csv), "interpretations"})},
                            {"read", read},
                            {"not_found", not_found}});
}

Document risk_document(const LoadedAudit& audit, std::uint32_t round, const Digest& previous, const std::vector<ContestRisk>& risks) {
  Json contests = Json::array();
  bool another = false;
  for (std::size_t c = 0; c < risks.size(); ++c) {
    const ContestRisk& risk = risks[c];
    another = another || risk.decision == Decision::another_round;
    Json contest{{"name", audit.inputs.plan.contests[c].contest.name}, {"risk", risk.risk}, {"decision", to_string(risk.decision)}};
    if (risk.decision == Decision::another_round) contest["more_draws"] = risk.more;
    if (audit.inputs.plan.method != Method::ballot_polling)
      contest["discrepancies"] = Json{{"over2", risk.over2}, {"over1", risk.over1}, {"under1", risk.under1}, {"under2", risk.under2}};
    contest["certificate"] = risk.certificate;
    Json assertions = Json::array();
    const auto& checked = audit.inputs.contests[c].assertions;
    for (std::size_t k = 0; k < risk.assertions.size(); ++k) {
      const AssertionRisk& a = risk.assertions[k];
      // MACRO judges all pairs of a contest at once.
      const std::string name = risk.assertions.size() == checked.size() ? checked[k].assertion.name : std::string("all pairs");
      assertions.push_back(Json{{"name", name}, {"risk", std::exp(a.log_risk)}, {"best_draw", a.best_draw}, {"met", a.met}});
    }
    contest["assertions"] = std::move(assertions);
    contests.push_back(std::move(contest));
  }
  return make_document(round_path(round, "risk.json"), Json{{"format", "entente election risk/1"},
                                                            {"previous", digest_json(previous)},
                                                            {"round", round},
                                                            {"risk_limit", audit.inputs.plan.risk_limit},
                                                            {"another_round", another},
                                                            {"contests", std::move(contests)}});
}

Document certificate_document(const LoadedAudit& audit, const AuditDocuments& documents, const std::vector<ContestRisk>& risks,
                              const std::vector<std::string>& full_count) {
  Json rounds = Json::array();
  std::uint64_t draws = 0;
  for (const Round& round : documents.rounds) {
    rounds.push_back(Json{{"sample", digest_json(round.sample->digest)},
                          {"interpretations", digest_json(round.record->digest)},
                          {"risk", digest_json(round.risk->digest)}});
    if (const auto range = draw_range(*round.sample)) draws = range->last;
  }
  Json contests = Json::array();
  for (std::size_t c = 0; c < risks.size(); ++c) {
    const auto& plan = audit.inputs.plan.contests[c];
    Json winners = Json::array();
    for (const auto w : plan.reported.winners) winners.push_back(plan.contest.choices[w]);
    contests.push_back(Json{{"name", plan.contest.name},
                            {"winners", std::move(winners)},
                            {"outcome", risks[c].decision == Decision::confirmed ? "confirmed" : "full count"},
                            {"risk", risks[c].risk}});
  }
  return make_document(std::string(kCertificatePath), Json{{"format", "entente election certificate/1"},
                                                           {"previous", digest_json(documents.rounds.back().risk->digest)},
                                                           {"election", audit.inputs.plan.election},
                                                           {"risk_limit", audit.inputs.plan.risk_limit},
                                                           {"plan", digest_json(audit.plan.digest)},
                                                           {"commitment", digest_json(documents.commitment->digest)},
                                                           {"seed", digest_json(documents.seed->digest)},
                                                           {"rounds", std::move(rounds)},
                                                           {"draws", draws},
                                                           {"full_count", full_count},
                                                           {"contests", std::move(contests)}});
}

Result<DrawRange> draw_range(const Document& sample) {
  const auto number = [&](const char* key) -> std::uint64_t {
    const auto found = sample.json.find(key);
    return found != sample.json.end() && found->is_number_integer() && *found >= 0 ? found->get<std::uint64_t>() : 0;
  };
  const DrawRange out{number("first"), number("last")};
  if (out.first == 0 || out.last < out.first || out.last > kMaxDraws) return fail(fmt::format("{}: no range of draws", sample.path));
  return out;
}

Result<RecordCounts> add_interpretations(LoadedAudit& audit, std::string_view csv, const std::string& name, const std::vector<Unit>& draws,
                                         std::uint64_t first, Interpretations& into) {
  AuditInputs& in = audit.inputs;
  std::unordered_map<Unit, bool> wanted;  // by unit of this round: read
  for (std::size_t i = first - 1; i < draws.size(); ++i)
    if (!into.row.contains(draws[i])) wanted.emplace(draws[i], false);
  RecordCounts counts;
  const auto take = [&](Unit unit, std::uint64_t line, std::size_t row) -> Result<void> {
    const auto found = wanted.find(unit);
    if (found == wanted.end())
      return fail(fmt::format("\"{}\" {}", printable(unit_name(in, unit), 100),
                              into.row.contains(unit) ? "was read in an earlier round" : "was not drawn in this round"),
                  {.file = name, .line = line == 0 ? std::nullopt : std::optional(line)},
                  "the list of what is to be read is pull-list.csv");
    found->second = true;
    into.row.emplace(unit, row);
    ++counts.read;
    return {};
  };
  if (in.plan.method == Method::batch_comparison) {
    ENTENTE_TRY(const BatchVotes votes, parse_batch_votes(csv, name, in.plan, in.population));
    for (std::size_t r = 0; r < votes.batches.size(); ++r) {
      ENTENTE_CHECK(take(votes.batches[r], 0, into.batches.batches.size()));
      for (std::size_t c = 0; c < in.plan.contests.size(); ++c)
        if (in.tallies->votes[votes.batches[r]][c] && !votes.votes[r][c])
          return fail(fmt::format("the batch \"{}\" has no count of \"{}\"", printable(unit_name(in, votes.batches[r]), 100),
                                  printable(in.plan.contests[c].contest.name, 100)),
                      {.file = name}, "its tally has the contest");
      into.batches.batches.push_back(votes.batches[r]);
      into.batches.votes.push_back(votes.votes[r]);
    }
  } else {
    ENTENTE_TRY(const CardVotes votes, parse_card_votes(csv, name, CardFile::interpretations, in.plan, in.population, in.patterns));
    const std::size_t n = in.plan.contests.size();
    for (std::size_t r = 0; r < votes.rows(); ++r) {
      ENTENTE_CHECK(take(votes.positions[r], votes.lines[r], into.cards.rows()));
      if (!votes.found[r]) ++counts.not_found;
      into.cards.positions.push_back(votes.positions[r]);
      into.cards.lines.push_back(votes.lines[r]);
      into.cards.found.push_back(votes.found[r]);
      into.cards.votes.insert(into.cards.votes.end(), votes.votes.begin() + static_cast<std::ptrdiff_t>(r * n),
                              votes.votes.begin() + static_cast<std::ptrdiff_t>((r + 1) * n));
    }
  }
  std::uint64_t missing = 0;
  std::string example;
  for (std::size_t i = first - 1; i < draws.size(); ++i) {
    const auto found = wanted.find(draws[i]);
    if (found == wanted.end() || found->second) continue;
    found->second = true;
    if (missing++ == 0) example = unit_name(in, draws[i]);
  }
  if (missing != 0)
    return fail(fmt::format("{} of the {} drawn {} missing, \"{}\" first", missing, wanted.size(), missing == 1 ? "is" : "are",
                            printable(example, 100)),
                {.file = name}, "a card that cannot be found is written down as \"not found\"; it counts against the winner");
  return counts;
}

}  // namespace entente::measures::p3_elections::audit
