// Each envelope is verified with the signers' keys, each receipt with the log's; only then is anything read from them. The order of two
// steps is the order of their entries in one log: times that a signer writes prove nothing and are only shown.
#include "measures/p3_elections/commitments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "core/data.h"
#include "core/json.h"
#include "core/utf8.h"
#include "merkle/receipt.h"
#include "statement/statement.h"

namespace entente::measures::p3_elections {

namespace {

constexpr std::size_t kMaxStepFiles = 20'000;  // in all, and in one commitment
constexpr std::string_view kStepKind = "election-step/v1";
// As the reviews of the different kinds of record call them.
constexpr std::array<std::string_view, 9> kFixedRoles{"audit",           "plan",    "manifest",  "cvr", "vote records", "tally",
                                                      "totals by batch", "archive", "assertions"};

std::string_view stem_of(std::string_view name, std::string_view ending) { return name.substr(0, name.size() - ending.size()); }

Result<Digest> step_digest(const Json& predicate, const char* member) {
  return Digest::from_hex(predicate.at(member).at("sha256").get<std::string>());
}

// The document of a commitment: {"files":[{"path","sha256"}…]} among other members.
Result<std::vector<LoggedStep::File>> fixed_files(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name));
  const auto list = json_array(document.root(), "files");
  if (!list) return fail("no member \"files\"", {.file = name});
  std::vector<LoggedStep::File> out;
  for (const JsonView one : *list) {
    const auto path = json_string(one, "path"), sha256 = json_string(one, "sha256");
    if (!path || !sha256) return fail(fmt::format("file {} has no path or no sha256", out.size() + 1), {.file = name});
    if (out.size() == kMaxStepFiles) return fail("more than 20,000 files", {.file = name});
    ENTENTE_TRY(const Digest digest, Digest::from_hex(*sha256));
    out.push_back({std::filesystem::path(*path).lexically_normal().generic_string(), digest});
  }
  return out;
}

struct StepFiles {
  const NamedBytes *envelope = nullptr, *receipt = nullptr, *document = nullptr;
};

Result<LoggedStep> verified_step(const StepFiles& files, const StepTrust& trust) {
  const std::string& name = files.envelope->name;
  ENTENTE_TRY(const statement::Envelope envelope, statement::Envelope::parse_canonical(files.envelope->bytes, name));
  ENTENTE_TRY(const statement::VerifiedStatement verified, statement::verify(envelope, trust.signers, name));
  if (verified.statement.predicate_type != std::string(statement::kPredicateBase) + std::string(kStepKind))
    return fail(fmt::format("a statement of type {}, not a step of an audit", printable(verified.statement.predicate_type, 200)),
                {.file = name});
  ENTENTE_CHECK(statement::check_predicate(verified.statement, DataSet::embedded()));
  const Json& predicate = verified.statement.predicate;

  LoggedStep step;
  step.name = name;
  step.step = predicate.at("step").get<std::string>();
  step.round = predicate.at("round").get<std::uint64_t>();
  ENTENTE_TRY(step.audit, step_digest(predicate, "audit"));
  ENTENTE_TRY(step.document, step_digest(predicate, "document"));
  step.seed = predicate.value("seed", "");
  ENTENTE_TRY(step.signed_at, parse_time(predicate.at("at").get<std::string>()));

  if (files.receipt == nullptr)
    return fail("no receipt: nothing shows where in the log it stands", {.file = name}, "put the .tlog-proof beside it");
  ENTENTE_TRY(const merkle::Receipt receipt, merkle::Receipt::parse(files.receipt->bytes));
  Result<merkle::VerifiedCheckpoint> proven = fail("no log is trusted", {.file = files.receipt->name}, "name the log's key");
  if (trust.policy) {
    proven = merkle::verify_receipt(receipt, as_bytes(files.envelope->bytes), *trust.policy, trust.logs);
  } else {
    for (const keys::VerifierKey& log : trust.logs) {
      proven = merkle::verify_receipt(receipt, as_bytes(files.envelope->bytes), log);
      if (proven) break;
    }
  }
  if (!proven) {
    Error error = proven.error();
    if (error.where.file.empty()) error.where.file = files.receipt->name;
    return fail(std::move(error));
  }
  step.origin = proven->checkpoint.origin;
  step.index = receipt.index;
  for (const auto& [key, time] : proven->note.cosigned)
    if (!step.witnessed || time < *step.witnessed) step.witnessed = time;

  if (step.step != "commit") return step;
  if (files.document == nullptr) return fail("the commitment's document is not there", {.file = name}, "put the .json beside it");
  if (sha256(files.document->bytes) != step.document)
    return fail("the document is not the one the statement names", {.file = files.document->name});
  ENTENTE_TRY(step.files, fixed_files(files.document->bytes, files.document->name));
  return step;
}

std::string step_place(const LoggedStep& step) {
  return fmt::format("entry {} of {}{}", step.index, printable(step.origin, 200),
                     step.witnessed ? fmt::format(", witnessed by {}", format_time(*step.witnessed)) : std::string());
}

// Two digests of one path before the seed, in one document or in several: the names, each once.
std::vector<review::Row> fixed_twice(const LoggedSteps& logged, const LoggedStep* seed) {
  std::map<std::string, std::pair<Digest, const LoggedStep*>> first;
  std::map<std::string, review::Row> rows;
  for (const LoggedStep& step : logged.steps) {
    if (step.step != "commit" || (seed != nullptr && step.origin == seed->origin && step.index > seed->index)) continue;
    for (const LoggedStep::File& file : step.files) {
      const auto [place, added] = first.try_emplace(file.path, file.sha256, &step);
      if (!added && place->second.first != file.sha256)
        rows.try_emplace(file.path, review::Row{file.path, 0,
                                                fmt::format("fixed as sha256:{} at {} and as sha256:{} at {}", place->second.first.hex(),
                                                            step_place(*place->second.second), file.sha256.hex(), step_place(step))});
    }
  }
  std::vector<review::Row> out;
  for (auto& [path, row] : rows) out.push_back(std::move(row));
  return out;
}

// Files a commitment before the seed names and the record does not hold.
std::vector<review::Row> fixed_and_absent(const review::Review& review, const LoggedSteps& logged) {
  std::map<std::string, review::Row> rows;
  for (const LoggedStep& step : logged.steps) {
    if (step.step != "commit") continue;
    for (const LoggedStep::File& file : step.files)
      if (std::ranges::none_of(review.files, [&](const review::RecordFile& f) { return f.sha256 == file.sha256; }))
        rows.try_emplace(file.path, review::Row{file.path, 0, "fixed at " + step_place(step)});
  }
  std::vector<review::Row> out;
  for (auto& [path, row] : rows) out.push_back(std::move(row));
  return out;
}

// The order of the steps of an audit of our own.
std::uint64_t step_rank(const LoggedStep& step) {
  constexpr std::array<std::string_view, 6> kOrder{"commit", "seed", "sample", "record", "risk", "certify"};
  const auto place = static_cast<std::uint64_t>(std::ranges::find(kOrder, step.step) - kOrder.begin());
  if (place < 2) return place;
  return place == 5 ? ~std::uint64_t{0} : 10 + step.round * 10 + place;
}

void judge_own_steps(review::Review& review, const LoggedSteps& logged, ReceiptsGiven given) {
  std::optional<Digest> plan;
  for (const review::RecordFile& file : review.files)
    if (file.path == "audit.json") plan = file.sha256;
  std::vector<review::Row> foreign, other, order;
  std::map<std::string, const LoggedStep*> last;
  for (const LoggedStep& step : logged.steps) {
    if (plan && step.audit != *plan) {
      foreign.push_back({step.name, 0, fmt::format("{}: of the plan sha256:{}", step_place(step), step.audit.hex())});
      continue;
    }
    if (std::ranges::none_of(review.files, [&](const review::RecordFile& f) { return f.sha256 == step.document; }))
      other.push_back({step.name, 0,
                       fmt::format("{}: step {} of round {} was sha256:{}; the record has another or none", step_place(step), step.step,
                                   step.round, step.document.hex())});
    const LoggedStep*& before = last[step.origin];
    if (before != nullptr && step_rank(*before) > step_rank(step))
      order.push_back({step.name, 0, fmt::format("{}: step {} after step {}", step_place(step), step.step, before->step)});
    before = &step;
  }
  const auto add = [&](std::vector<review::Row> rows, std::string summary) {
    if (!rows.empty())
      review.findings.push_back({std::string(review::kCommitMismatch), review::Severity::failure, "", std::move(summary), std::move(rows)});
  };
  constexpr std::array<std::string_view, 6> kStepRoles{"commitment", "seed", "sample", "interpretations", "risk", "certificate"};
  std::vector<review::Row> unlogged;
  for (const review::RecordFile& file : review.files) {
    if (given == ReceiptsGiven::no || !file.path.ends_with(".json") || std::ranges::find(kStepRoles, file.role) == kStepRoles.end())
      continue;
    if (std::ranges::none_of(logged.steps, [&](const LoggedStep& step) { return step.document == file.sha256; }))
      unlogged.push_back({file.path, 0, "no receipt of its step: another document may stand in the log"});
  }
  add(std::move(foreign), "Steps in the log are of another plan than audit.json.");
  add(std::move(unlogged), "Documents of the record are in no log.");
  add(std::move(other), "Documents in the log are not those of the record.");
  add(std::move(order), "Steps stand in the log in another order than they are done.");
}

}  // namespace

bool must_be_fixed(std::string_view role) { return std::ranges::find(kFixedRoles, role) != std::ranges::end(kFixedRoles); }

LoggedSteps read_logged_steps(std::span<const NamedBytes> files, const StepTrust& trust) {
  LoggedSteps out;
  std::map<std::string, StepFiles, std::less<>> by_stem;
  for (const NamedBytes& file : files) {
    if (by_stem.size() > kMaxStepFiles) break;
    const std::string_view name = file.name;
    if (name.ends_with(".dsse.json"))
      by_stem[std::string(stem_of(name, ".dsse.json"))].envelope = &file;
    else if (name.ends_with(".tlog-proof"))
      by_stem[std::string(stem_of(name, ".tlog-proof"))].receipt = &file;
    else if (name.ends_with(".json"))
      by_stem[std::string(stem_of(name, ".json"))].document = &file;
  }
  for (const auto& [stem, one] : by_stem) {
    if (one.envelope == nullptr) {
      if (one.receipt != nullptr) out.problems.push_back({one.receipt->name, "a receipt without the statement it is of"});
      continue;
    }
    auto step = verified_step(one, trust);
    if (step)
      out.steps.push_back(std::move(*step));
    else
      out.problems.push_back({step.error().where.file.empty() ? one.envelope->name : step.error().where.file, step.error().what});
  }
  std::stable_sort(out.steps.begin(), out.steps.end(),
                   [](const LoggedStep& a, const LoggedStep& b) { return std::tie(a.origin, a.index) < std::tie(b.origin, b.index); });
  return out;
}

void judge_commitments(review::Review& review, const LoggedSteps& logged, ReceiptsGiven given) {
  using review::Severity;
  for (const LoggedSteps::Problem& problem : logged.problems)
    review.findings.push_back({std::string(review::kCommitMismatch),
                               Severity::failure,
                               "",
                               "A logged step does not hold: " + problem.what + ".",
                               {{problem.file, 0, problem.what}}});
  const LoggedStep* seed = nullptr;
  for (const LoggedStep& step : logged.steps) {
    if (step.step != "seed") continue;
    if (step.seed == review.seed) {
      if (seed == nullptr) seed = &step;  // the first time it was known
    } else if (step.round <= 1) {
      review.findings.push_back({std::string(review::kCommitMismatch),
                                 Severity::failure,
                                 "",
                                 fmt::format("The log holds the seed \"{}\"; the record was drawn with \"{}\".", printable(step.seed, 100),
                                             printable(review.seed, 100)),
                                 {{step.name, 0, step_place(step)}}});
    }
  }
  review::Check fixed{"files fixed in a log before the seed", 0, 0};
  std::vector<review::Row> missing, late;
  for (const review::RecordFile& file : review.files) {
    if (!must_be_fixed(file.role)) continue;
    ++fixed.of;
    const LoggedStep *before = nullptr, *after = nullptr, *other = nullptr;
    for (const LoggedStep& step : logged.steps) {
      if (step.step != "commit") continue;
      for (const LoggedStep::File& one : step.files) {
        if (one.sha256 == file.sha256) {
          const bool in_order = seed != nullptr && step.origin == seed->origin && step.index < seed->index;
          (in_order ? before : after) = &step;
        } else if (one.path == file.path) {
          other = &step;
        }
      }
    }
    if (before != nullptr)
      ++fixed.good;
    else if (after != nullptr && seed != nullptr)
      late.push_back({file.path, 0, fmt::format("fixed at {}; the seed stands at {}", step_place(*after), step_place(*seed))});
    else if (after != nullptr)
      missing.push_back({file.path, 0, fmt::format("fixed at {}, but the seed is in no log", step_place(*after))});
    else
      missing.push_back({file.path, 0,
                         other != nullptr ? fmt::format("{} fixed another file of this name", step_place(*other))
                                          : std::string("no commitment names its digest")});
  }
  if (fixed.of > 0) review.checks.push_back(fixed);
  const auto add = [&](std::string_view code, Severity severity, std::string summary, std::vector<review::Row> rows) {
    if (!rows.empty()) review.findings.push_back({std::string(code), severity, "", std::move(summary), std::move(rows)});
  };
  add(review::kCommitAfterSeed, Severity::failure,
      fmt::format("{} of {} files were fixed only after the seed was in the log.", late.size(), fixed.of), late);
  add(review::kNoCommitment, given == ReceiptsGiven::yes ? Severity::failure : Severity::warning,
      fmt::format("Nothing in a log shows that {} of {} files were fixed before the seed.", missing.size(), fixed.of), missing);
  std::vector<review::Row> twice = fixed_twice(logged, seed);
  add(review::kCommitMismatch, Severity::failure,
      fmt::format("{} files were fixed with more than one content before the seed: one could be chosen afterwards.", twice.size()), twice);
  std::vector<review::Row> absent = fixed_and_absent(review, logged);
  add(review::kCommitMismatch, Severity::failure,
      fmt::format("{} files that were fixed are not in the record: one could have chosen among several.", absent.size()), absent);
  if (review.kind == "audit") judge_own_steps(review, logged, given);
  if (given == ReceiptsGiven::yes)
    review.not_checked.emplace_back("Whether the log holds steps whose receipts are not here: only the log itself can say.");
}

}  // namespace entente::measures::p3_elections
