// The verifier walks the chain as the steps made it, but goes on where it can: each document is compared with what follows from the files
// before it, and the first file that does not fit is named. It trusts nothing in a document that it can compute.
#include "measures/p3_elections/audit/certificate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ascii.h"
#include "core/file.h"
#include "core/utf8.h"
#include "measures/p3_elections/audit/documents.h"
#include "measures/p3_elections/sampling/seed.h"

namespace entente::measures::p3_elections::audit {

using review::ContestReview;
using review::Review;
using review::ReviewFinding;
using review::Severity;

namespace {

// An error's words as a sentence: a capital where it begins with a word and not with a file's name, and a full stop.
std::string as_sentence(std::string text) {
  const std::string_view first = std::string_view(text).substr(0, text.find(' '));
  if (!text.empty() && is_lower(text[0]) && first.find_first_of("./-\"") == std::string_view::npos)
    text[0] = static_cast<char>(text[0] - 32);
  return text + ".";
}

struct Verifier {
  std::filesystem::path folder;
  Review review;
  AuditDocuments documents;
  LoadedAudit audit;
  Interpretations read;
  std::vector<Unit> draws;
  std::vector<ContestRisk> risks;
  std::uint64_t same = 0, compared = 0;

  void find(std::string_view code, Severity severity, std::string summary, std::string file, std::string text = {},
            std::string contest = {}) {
    review.findings.push_back(
        {std::string(code), severity, std::move(contest), as_sentence(std::move(summary)), {{std::move(file), 0, std::move(text)}}});
  }
  // Whether a document is the one that must be there; a finding if not.
  bool compare(const Document& there, const Document& made, std::string_view code, std::string_view what) {
    ++compared;
    if (there.text == made.text) {
      ++same;
      return true;
    }
    find(code, Severity::failure, fmt::format("{} is not what follows from the files before it: {}", there.path, what), there.path,
         first_difference(there.text, made.text));
    return false;
  }
  static std::string first_difference(std::string_view there, std::string_view made) {
    const auto [a, b] = std::mismatch(there.begin(), there.end(), made.begin(), made.end());
    const auto line_of = [](std::string_view text, std::size_t at) {
      const auto from = text.rfind('\n', at == 0 ? 0 : at - 1);
      const std::size_t begin = from == std::string_view::npos ? 0 : from + 1;
      return std::string(text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin));
    };
    const auto at = static_cast<std::size_t>(a - there.begin());
    const auto line = 1 + std::count(there.begin(), a, '\n');
    return fmt::format("line {}: {} is there, {} follows", line, printable(line_of(there, at), 160),
                       printable(line_of(made, static_cast<std::size_t>(b - made.begin())), 160));
  }
  // The place of an error, relative to the folder.
  [[nodiscard]] std::string place(const Error& error) const {
    const std::string here = (folder / "").string();
    return error.where.file.starts_with(here) ? error.where.file.substr(here.size()) : error.where.file;
  }
  void unreadable(const Error& error) {
    find(error.what.find("No such file") != std::string::npos ? review::kMissingFile : review::kUnreadable, Severity::failure, error.what,
         place(error));
    if (error.where.line) review.findings.back().rows[0].line = *error.where.line;
  }
};

void add_file(Verifier& v, const Document& document, std::string_view role) {
  v.review.files.push_back({document.path, document.text.size(), document.digest, std::string(role)});
}

// The digests the commitment names against the files there are: which file was altered, before anything of it is read.
void compare_committed_files(Verifier& v) {
  if (!v.documents.commitment) return;
  std::uint64_t good = 0;
  std::uint64_t of = 0;
  const auto files = v.documents.commitment->json.find("files");
  if (files == v.documents.commitment->json.end() || !files->is_array()) return;  // the commitment itself will not fit
  for (const Json& file : *files) {
    const std::string path = json_text(file, "path");
    if (!is_safe_relative_path(path)) continue;
    ++of;
    const auto text = read_file(v.folder / path, kMaxInputBytes);
    if (text) v.review.files.push_back({path, text->size(), sha256(*text), json_text(file, "role")});
    if (!text)
      v.find(review::kMissingFile, Severity::failure, fmt::format("{} was committed to and cannot be read", printable(path, 200)), path,
             text.error().what);
    else if (sha256(*text).hex() != json_text(file, "sha256"))
      v.find(review::kCommitMismatch, Severity::failure, fmt::format("{} is not the file that was committed to", printable(path, 200)),
             path, fmt::format("sha256 {} is there, {} was committed to", sha256(*text).hex(), printable(json_text(file, "sha256"), 80)));
    else
      ++good;
  }
  v.review.checks.push_back({"files that are those committed to", good, of});
}

// Whether a document names the one before it as it lies there. If not, one of the two was altered: both are named.
void compare_link(Verifier& v, const Json& names, const Document& before, const std::string& named_in) {
  const std::string digest = json_text(names, "sha256");
  if (digest.empty() || digest == before.digest.hex()) return;  // a member that is missing is found by compare()
  v.find(review::kCommitMismatch, Severity::failure, fmt::format("{} is not the document that {} names", before.path, named_in),
         before.path, fmt::format("sha256 {} is there, {} is named", before.digest.hex(), printable(digest, 80)));
}

void compare_links(Verifier& v) {
  const Document* before = nullptr;
  const auto follow = [&](const std::optional<Document>& document) {
    if (!document) return;
    if (before != nullptr)
      if (const auto previous = document->json.find("previous"); previous != document->json.end())
        compare_link(v, *previous, *before, document->path);
    before = &*document;
  };
  follow(v.documents.plan);
  follow(v.documents.commitment);
  follow(v.documents.seed);
  for (const Round& round : v.documents.rounds) {
    follow(round.sample);
    follow(round.record);
    follow(round.risk);
  }
  follow(v.documents.certificate);
  const bool later = !v.documents.rounds.empty() || v.documents.certificate;
  if (!v.documents.commitment && (v.documents.seed || later))
    v.find(review::kMissingFile, Severity::failure, "plan and files were not committed to", std::string(kCommitmentPath));
  if (!v.documents.seed && later) v.find(review::kMissingFile, Severity::failure, "the seed is missing", std::string(kSeedPath));
  if (v.documents.rounds.empty() && v.documents.certificate)
    v.find(review::kMissingFile, Severity::failure, "there is a certificate, and no sample", round_path(1, "sample.json"));
}

bool verify_commitment(Verifier& v) {
  if (!v.documents.commitment || !v.documents.assertions) {
    v.find(review::kNoCommitment, v.documents.seed ? Severity::failure : Severity::note, "plan and files were not committed to",
           std::string(v.documents.commitment ? kAssertionsPath : kCommitmentPath));
    return false;
  }
  const Document assertions = make_document(std::string(kAssertionsPath), assertions_json(v.audit.inputs));
  bool good = v.compare(*v.documents.assertions, assertions, review::kAssertions, "the assertions are not those the records give");
  const auto commitment = commitment_document(v.audit, assertions);
  if (!commitment) {
    v.unreadable(commitment.error());
    return false;
  }
  return v.compare(*v.documents.commitment, *commitment, review::kCommitMismatch, "the commitment is not of these files") && good;
}

bool verify_seed(Verifier& v) {
  if (!v.documents.seed || !v.documents.commitment) return false;
  const Json& seed = v.documents.seed->json;
  const auto text = [&](const char* key) { return json_text(seed, key); };
  v.review.seed = text("seed");
  if (const auto accepted = sampling::accept_seed(v.review.seed); !accepted)
    v.find(review::kSeedShort, Severity::failure, accepted.error().what, std::string(kSeedPath));
  const auto at = parse_time(text("at"));
  const Document made = seed_document(v.documents.commitment->digest, {v.review.seed, text("source"), at.value_or(Instant{})});
  return v.compare(*v.documents.seed, made, review::kCommitMismatch, "it does not follow the commitment");
}

// The lists people work from follow from the draws too: an altered one would send them to other cards.
void compare_lists(Verifier& v, std::uint32_t number, std::uint64_t first) {
  const auto compare = [&](std::string_view name, const std::string& made) {
    const std::string path = round_path(number, name);
    const auto there = read_file(v.folder / path, kMaxInputBytes);
    ++v.compared;
    if (!there)
      v.find(review::kMissingFile, Severity::failure, fmt::format("{} cannot be read", path), path, there.error().what);
    else if (*there != made)
      v.find(review::kDrawMismatch, Severity::failure, fmt::format("{} is not the list that follows from the draws", path), path,
             Verifier::first_difference(*there, made));
    else
      ++v.same;
  };
  compare("sample.csv", sample_csv(v.audit.inputs, v.draws, first));
  compare("pull-list.csv", pull_list_csv(v.audit.inputs, v.draws, first));
}

// One round; false where nothing after it can be checked.
bool verify_round(Verifier& v, std::uint32_t number, Digest& previous) {
  const Round& round = v.documents.rounds[number - 1];
  add_file(v, *round.sample, "sample");
  const auto range = draw_range(*round.sample);
  if (!range) {
    v.unreadable(range.error());
    return false;
  }
  const std::uint64_t first = v.draws.size() + 1;
  auto draws = draw_units(v.audit.inputs, v.review.seed, range->last);
  if (!draws) {
    v.find(review::kDrawMismatch, Severity::failure, draws.error().what, round.sample->path);
    return false;
  }
  v.draws = std::move(*draws);
  const bool drawn = v.compare(*round.sample, sample_document(v.audit, number, previous, first, v.draws), review::kDrawMismatch,
                               "another draw follows from the seed");
  compare_lists(v, number, first);
  if (!round.record) {
    v.review.not_checked.push_back(fmt::format("Round {} has no interpretations yet.", number));
    return false;
  }
  add_file(v, *round.record, "interpretations");
  v.review.files.push_back({round_path(number, "interpretations.csv"), round.csv->size(), sha256(*round.csv), "interpretations"});
  const auto counts = add_interpretations(v.audit, *round.csv, round_path(number, "interpretations.csv"), v.draws, first, v.read);
  if (!counts) {
    v.find(review::kSampleShort, Severity::failure, counts.error().what, counts.error().where.file);
    if (counts.error().where.line) v.review.findings.back().rows[0].line = *counts.error().where.line;
    return false;
  }
  const bool recorded = v.compare(*round.record, record_document(number, round.sample->digest, *round.csv, counts->read, counts->not_found),
                                  review::kCommitMismatch, "the interpretations are not those recorded");
  if (!round.risk) {
    v.review.not_checked.push_back(fmt::format("The risk after round {} was not measured yet.", number));
    return false;
  }
  add_file(v, *round.risk, "risk");
  auto risks = measure_contests(v.audit.inputs, v.draws, v.read);
  if (!risks) {
    v.find(review::kRiskMismatch, Severity::failure, risks.error().what, round.risk->path);
    return false;
  }
  v.risks = std::move(*risks);
  const bool risk = v.compare(*round.risk, risk_document(v.audit, number, round.record->digest, v.risks), review::kRiskMismatch,
                              "another risk follows from the interpretations");
  previous = round.risk->digest;
  return drawn && recorded && risk;
}

void verify_end(Verifier& v) {
  if (!v.documents.certificate) {
    v.review.not_checked.push_back("The audit has no certificate yet.");
    for (std::size_t c = 0; c < v.risks.size(); ++c)
      if (v.risks[c].decision != Decision::confirmed)
        v.find(review::kLimitNotMet, Severity::warning,
               "the risk measured is above the limit: the contest is not confirmed, and another round or a full count must follow",
               round_path(static_cast<std::uint32_t>(v.documents.rounds.size()), "risk.json"), fmt::format("risk {:.4g}", v.risks[c].risk),
               v.audit.inputs.plan.contests[c].contest.name);
    return;
  }
  add_file(v, *v.documents.certificate, "certificate");
  const auto counted = json_texts(v.documents.certificate->json, "full_count");
  v.compare(*v.documents.certificate, certificate_document(v.audit, v.documents, v.risks, counted), review::kCommitMismatch,
            "the certificate is not of these documents");
  for (std::size_t c = 0; c < v.risks.size(); ++c) {
    const auto& name = v.audit.inputs.plan.contests[c].contest.name;
    if (v.risks[c].decision != Decision::confirmed && std::find(counted.begin(), counted.end(), name) == counted.end())
      v.find(review::kLimitNotMet, Severity::failure, "the risk measured is above the limit, and the certificate orders no full count",
             std::string(kCertificatePath), {}, name);
  }
}

std::string method_words(const AuditPlan& plan) {
  switch (plan.test) {
    case Test::betting: return "card comparison, betting on the overstatement (without replacement)";
    case Test::kaplan_markov: return "card comparison, Kaplan-Markov (with replacement)";
    case Test::alpha: return "ballot polling, ALPHA (without replacement)";
    case Test::bravo: return "ballot polling, BRAVO (with replacement)";
    case Test::macro: return "batch comparison, MACRO (with replacement, in proportion to error bounds)";
  }
  return "";
}

ContestReview contest_review(const Verifier& v, std::size_t c, const std::vector<std::string>& counted) {
  const AuditInputs& in = v.audit.inputs;
  const PlanContest& plan = in.plan.contests[c];
  const ContestRisk& risk = v.risks[c];
  ContestReview out;
  out.name = plan.contest.name;
  out.method = method_words(in.plan);
  out.compared = in.plan.method == Method::batch_comparison ? ContestReview::Compared::batches
                 : in.plan.method == Method::ballot_polling ? ContestReview::Compared::nothing
                                                            : ContestReview::Compared::cards;
  for (std::uint32_t k = 0; k < plan.contest.choices.size(); ++k) {
    const bool won = std::find(plan.reported.winners.begin(), plan.reported.winners.end(), k) != plan.reported.winners.end();
    (won ? out.winners : out.losers).push_back(plan.contest.choices[k]);
  }
  out.cards = in.population.cards();
  out.diluted_margin = in.contests[c].smallest_margin();
  out.margin_votes = in.contests[c].smallest_margin_votes();
  out.risk_limit = in.plan.limit();
  out.recomputed_risk = risk.risk;
  out.draws = v.draws.size();
  out.distinct = std::set<Unit>(v.draws.begin(), v.draws.end()).size();
  out.over2 = risk.over2;
  out.over1 = risk.over1;
  out.under1 = risk.under1;
  out.under2 = risk.under2;
  out.path = risk.path;
  const auto& batches = in.population.batches();
  for (std::size_t i = 0; i < v.draws.size(); ++i) {
    std::string name = unit_name(in, v.draws[i]);
    const std::string& box =
        batches[in.plan.method == Method::batch_comparison ? v.draws[i] : in.population.place_of(v.draws[i]).first].location;
    if (!box.empty()) name += " (" + box + ")";
    out.drawn.push_back({i + 1, std::move(name), i < risk.notes.size() ? risk.notes[i] : std::string()});
  }
  out.certificate = risk.certificate;
  out.certificate["sampler"] = to_string(sampler_of(in.plan.test));
  out.certificate["first_seed"] = v.review.seed;
  if (!v.draws.empty() && in.plan.method != Method::batch_comparison) out.certificate["first_card"] = v.draws.front();
  const bool full = std::find(counted.begin(), counted.end(), out.name) != counted.end();
  out.outcome = risk.decision == Decision::confirmed ? ContestReview::Outcome::confirmed
                : full                               ? ContestReview::Outcome::full_count
                                                     : ContestReview::Outcome::not_confirmed;
  return out;
}

void note_phantoms(Verifier& v) {
  std::vector<review::Row> rows;
  for (std::size_t r = 0; r < v.read.cards.rows(); ++r)
    if (!v.read.cards.found[r])
      rows.push_back({{}, 0, v.audit.inputs.population.card_name(v.read.cards.positions[r]) + ": drawn and not found"});
  if (v.audit.inputs.records) {
    std::set<Unit> seen;
    for (const Unit unit : v.draws)
      if (seen.insert(unit).second && v.audit.inputs.records->row[unit - 1] == AuditRecords::kNoRecord)
        rows.push_back({{}, 0, v.audit.inputs.population.card_name(unit) + ": drawn, and there is no vote record of it"});
  }
  if (rows.empty()) return;
  v.review.findings.push_back({std::string(review::kPhantom),
                               Severity::warning,
                               {},
                               fmt::format("{} of the cards drawn {} without record or paper; each was counted against the winners.",
                                           rows.size(), rows.size() == 1 ? "is" : "are"),
                               std::move(rows)});
}

void finish(Verifier& v) {
  v.review.checks.push_back({"documents that follow from those before them", v.same, v.compared});
  for (std::size_t c = 0; c < v.audit.inputs.contests.size(); ++c)
    if (v.audit.inputs.contests[c].tied)
      v.find(review::kTie, Severity::warning, "the margin is 0: only a full count can decide", std::string(kPlanPath), {},
             v.audit.inputs.plan.contests[c].contest.name);
  if (!v.risks.empty()) {
    const auto counted = v.documents.certificate ? json_texts(v.documents.certificate->json, "full_count") : std::vector<std::string>();
    for (std::size_t c = 0; c < v.risks.size(); ++c) v.review.contests.push_back(contest_review(v, c, counted));
  }
  if (v.audit.inputs.plan.limit() > review::kHighestLimit)
    v.find(review::kLimitHigh, Severity::warning, "the risk limit is above 10 %: an outcome may be called confirmed on little evidence",
           std::string(kPlanPath), "risk_limit " + v.audit.inputs.plan.risk_limit);
  note_phantoms(v);
}

// An audit with a document that cannot be read. What was committed to is compared all the same. Error: there is no commitment either, so
// nothing says what should lie there.
Result<void> walk_unreadable(Verifier& v, const Error& error) {
  if (!v.documents.commitment) {
    auto commitment = read_document(v.folder, std::string(kCommitmentPath));
    if (commitment && *commitment) {
      v.documents.commitment = std::move(*commitment);
      compare_committed_files(v);
    } else if (commitment) {
      return fail(error);
    }
  }
  if (v.documents.commitment) v.review.title = json_text(v.documents.commitment->json, "election");
  const std::string file = v.place(error);
  const bool named = std::ranges::any_of(v.review.findings, [&](const ReviewFinding& f) {
    return std::ranges::any_of(f.rows, [&](const review::Row& row) { return row.file == file; });
  });
  const bool plan_missing = file == v.folder.string();  // the commitment names it
  if (v.review.findings.empty() || (!named && !plan_missing)) v.unreadable(error);
  return {};
}

Result<void> walk(Verifier& v) {
  auto documents = read_documents(v.folder);
  if (!documents) return walk_unreadable(v, documents.error());
  v.documents = std::move(*documents);
  compare_committed_files(v);
  compare_links(v);
  auto audit = load_audit(v.folder);
  if (!audit) return walk_unreadable(v, audit.error());
  v.audit = std::move(*audit);
  v.review.title = v.audit.inputs.plan.election;
  v.review.files = v.audit.files;
  if (v.audit.inputs.records) {
    const std::uint64_t cards = v.audit.inputs.population.cards(), rows = v.audit.inputs.records->votes.rows();
    v.review.cards = review::CardTotals{cards, rows, cards > rows ? cards - rows : rows - cards};
  }
  if (v.documents.assertions) add_file(v, *v.documents.assertions, "assertions");
  if (v.documents.commitment) add_file(v, *v.documents.commitment, "commitment");
  if (v.documents.seed) add_file(v, *v.documents.seed, "seed");
  const bool committed = verify_commitment(v);
  bool good = verify_seed(v) && committed;
  if (v.documents.commitment && !v.documents.seed) v.review.not_checked.push_back("The seed was not drawn yet.");
  // What comes after a document that does not fit is checked all the same, as long as it can be read.
  if (v.documents.seed && v.documents.commitment && !v.review.seed.empty() &&
      v.audit.inputs.contests.size() == v.audit.inputs.plan.contests.size()) {
    Digest previous = v.documents.seed->digest;
    for (std::uint32_t r = 1; r <= v.documents.rounds.size(); ++r)
      if (!verify_round(v, r, previous)) good = false;
    if (!v.documents.rounds.empty() && v.documents.rounds.back().risk && !v.risks.empty())
      verify_end(v);
    else if (v.documents.certificate)
      v.find(review::kMissingFile, Severity::failure, "there is a certificate, and the last round has no risk",
             std::string(kCertificatePath));
    else if (good || v.documents.rounds.empty())
      v.review.not_checked.push_back("The audit has no certificate yet.");
  }
  finish(v);
  return {};
}

}  // namespace

Result<Review> verify_certificate(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder / kPlanPath, error) && !std::filesystem::exists(folder / kCertificatePath, error))
    return fail("no audit lies here: audit.json is missing", {.file = folder.string()});
  Verifier v;
  v.folder = folder;
  v.review.kind = "audit";
  ENTENTE_CHECK(walk(v));
  v.review.not_checked.push_back("The paper itself: only what the audit board wrote down was read.");
  put_in_order(v.review);
  return std::move(v.review);
}

}  // namespace entente::measures::p3_elections::audit
