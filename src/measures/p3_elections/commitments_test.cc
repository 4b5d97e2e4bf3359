// Steps of an audit in a small log made here, with real keys: in order, out of order, altered, unsigned, unproven.
#include "measures/p3_elections/commitments.h"

#include <algorithm>

#include "core/json.h"
#include "merkle/receipt.h"
#include "merkle/signed_note.h"
#include "merkle/tree.h"
#include "statement/statement.h"
#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

using ::testing::HasSubstr;

keys::SigningKey key_named(const char* name, std::uint8_t seed) {
  return std::move(keys::SigningKey::from_seed(name, keys::KeyType::ed25519, Bytes(32, seed)).value());
}

// A log of whole entries in memory, and the files `verify --receipts` would find.
class SmallLog {
 public:
  void add(const std::string& stem, const std::string& step, const std::string& document, const std::string& seed = {},
           const keys::SigningKey* by = nullptr) {
    Json predicate{{"audit", {{"sha256", sha256("audit").hex()}}},
                   {"step", step},
                   {"round", step == "commit" ? 0 : 1},
                   {"document", {{"sha256", sha256(document).hex()}}},
                   {"at", "2026-11-24T11:00:00Z"}};
    if (!seed.empty()) predicate["seed"] = seed;
    const statement::Statement made{
        {{stem + ".json", sha256(document)}}, std::string(statement::kPredicateBase) + "election-step/v1", predicate};
    entries_.push_back(statement::sign(made, by == nullptr ? signer_ : *by).str());
    stems_.push_back(stem);
    documents_.push_back(document);
  }
  [[nodiscard]] std::vector<NamedBytes> files() const {
    const merkle::NodeReader read = [&](std::uint32_t level, std::uint64_t index) -> Result<Digest> { return node(level, index); };
    const merkle::TreeSize size = entries_.size();
    const merkle::Checkpoint checkpoint{"log.example", size, merkle::root(size, read).value(), {}};
    const std::string note = merkle::sign_note(checkpoint.str(), {&log_}).value();
    std::vector<NamedBytes> out;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      merkle::Receipt receipt;
      receipt.index = i;
      receipt.proof = merkle::inclusion_proof(i, size, read).value();
      receipt.checkpoint = note;
      out.push_back({stems_[i] + ".dsse.json", entries_[i]});
      out.push_back({stems_[i] + ".tlog-proof", receipt.str()});
      out.push_back({stems_[i] + ".json", documents_[i]});
    }
    return out;
  }
  [[nodiscard]] StepTrust trust() const { return {{signer_.verifier()}, {log_.verifier()}, std::nullopt}; }

 private:
  [[nodiscard]] Digest node(std::uint32_t level, std::uint64_t index) const {
    if (level == 0) return merkle::leaf_hash(as_bytes(entries_[index]));
    return merkle::node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  }
  keys::SigningKey signer_ = key_named("county.example", 1), log_ = key_named("log.example", 2);
  std::vector<std::string> entries_, stems_, documents_;
};

const std::string kManifestText = "batch,cards\nA,10\n";
const std::string kGoodSeed = "06712395840217364985";

std::string commitment_of(const std::string& path, const std::string& content) {
  return json_compact(Json{{"files", {{{"path", path}, {"sha256", sha256(content).hex()}}}}});
}

review::Review record() {
  review::Review r;
  r.seed = kGoodSeed;
  r.files = {{"manifest.csv", kManifestText.size(), sha256(kManifestText), "manifest"}, {"seed.csv", 20, sha256("seed"), "seed"}};
  return r;
}

std::vector<std::string> codes(const review::Review& r) {
  std::vector<std::string> out;
  for (const auto& f : r.findings) out.push_back(f.code);
  return out;
}

TEST(Commitments, InOrderEverythingIsFixed) {
  SmallLog log;
  log.add("commitment", "commit", commitment_of("manifest.csv", kManifestText));
  log.add("seed-1", "seed", "{}", kGoodSeed);
  const LoggedSteps steps = read_logged_steps(log.files(), log.trust());
  EXPECT_TRUE(steps.problems.empty()) << steps.problems.front().what;
  ASSERT_EQ(steps.steps.size(), 2u);
  EXPECT_EQ(steps.steps[0].index, 0u);
  EXPECT_EQ(steps.steps[1].seed, kGoodSeed);
  review::Review r = record();
  judge_commitments(r, steps, ReceiptsGiven::yes);
  EXPECT_TRUE(r.findings.empty()) << r.findings.front().summary;
  ASSERT_EQ(r.checks.size(), 1u);
  EXPECT_EQ(r.checks[0].good, 1u);
  EXPECT_EQ(r.checks[0].of, 1u);
}

TEST(Commitments, TheSeedFirstIsAFailureThatNamesTheFile) {
  SmallLog log;
  log.add("seed-1", "seed", "{}", kGoodSeed);
  log.add("commitment", "commit", commitment_of("manifest.csv", kManifestText));
  review::Review r = record();
  judge_commitments(r, read_logged_steps(log.files(), log.trust()), ReceiptsGiven::yes);
  ASSERT_EQ(codes(r), std::vector<std::string>{"P3-COMMIT-AFTER-SEED"});
  EXPECT_EQ(r.findings[0].rows[0].file, "manifest.csv");
  EXPECT_THAT(r.findings[0].rows[0].text, HasSubstr("entry 1 of log.example"));
}

TEST(Commitments, AnotherManifestThanCommittedTo) {
  SmallLog log;
  log.add("commitment", "commit", commitment_of("manifest.csv", "batch,cards\nA,11\n"));
  log.add("seed-1", "seed", "{}", kGoodSeed);
  review::Review r = record();
  judge_commitments(r, read_logged_steps(log.files(), log.trust()), ReceiptsGiven::yes);
  EXPECT_EQ(codes(r), (std::vector<std::string>{"P3-NO-COMMITMENT", "P3-COMMIT-MISMATCH"}));
  EXPECT_EQ(r.findings[0].severity, review::Severity::failure);
  EXPECT_THAT(r.findings[0].rows[0].text, HasSubstr("fixed another file of this name"));
  EXPECT_THAT(r.findings[1].summary, HasSubstr("not in the record")) << "what was fixed is not there";
}

// Two manifests under different paths, the seed, and then the one that suits.
TEST(Commitments, WhatWasFixedAndIsNotThereIsAFailure) {
  SmallLog log;
  log.add("a", "commit", commitment_of("./manifest.csv", kManifestText));
  log.add("b", "commit", commitment_of("other/manifest.csv", "batch,cards\nA,11\n"));
  log.add("seed-1", "seed", "{}", kGoodSeed);
  review::Review r = record();
  judge_commitments(r, read_logged_steps(log.files(), log.trust()), ReceiptsGiven::yes);
  ASSERT_EQ(codes(r), std::vector<std::string>{"P3-COMMIT-MISMATCH"});
  EXPECT_EQ(r.findings[0].rows[0].file, "other/manifest.csv");
}

TEST(Commitments, OnePathFixedTwiceBeforeTheSeed) {
  SmallLog log;
  log.add("a", "commit", commitment_of("manifest.csv", kManifestText));
  log.add("b", "commit", commitment_of("manifest.csv", "batch,cards\nA,11\n"));
  log.add("seed-1", "seed", "{}", kGoodSeed);
  review::Review r = record();
  judge_commitments(r, read_logged_steps(log.files(), log.trust()), ReceiptsGiven::yes);
  ASSERT_FALSE(r.findings.empty());
  EXPECT_EQ(r.findings[0].code, "P3-COMMIT-MISMATCH");
  EXPECT_THAT(r.findings[0].summary, HasSubstr("more than one content"));
}

TEST(Commitments, MissingReceiptsAreAFailureWhereReceiptsAreGiven) {
  review::Review r = record();
  judge_commitments(r, {}, ReceiptsGiven::yes);
  ASSERT_EQ(codes(r), std::vector<std::string>{"P3-NO-COMMITMENT"});
  EXPECT_EQ(r.findings[0].severity, review::Severity::failure);
}

TEST(Commitments, LoggedDocumentsOfAnOwnAuditAreThoseOfTheRecord) {
  SmallLog log;
  log.add("commitment", "commit", commitment_of("manifest.csv", kManifestText));
  log.add("seed-1", "seed", "{}", kGoodSeed);
  log.add("risk", "risk", "the risk as it was logged");
  const LoggedSteps steps = read_logged_steps(log.files(), log.trust());
  review::Review r = record();
  r.kind = "audit";
  r.files.push_back({"audit.json", 5, sha256("audit"), "audit"});
  r.files.push_back({"commitment.json", 1, sha256(commitment_of("manifest.csv", kManifestText)), "commitment"});
  r.files.push_back({"seed.json", 2, sha256("{}"), "seed"});
  r.files.push_back({"round-1/risk.json", 2, sha256("the risk as it is told today"), "risk"});
  judge_commitments(r, steps, ReceiptsGiven::yes);
  std::vector<std::string> named;
  for (const auto& f : r.findings)
    for (const review::Row& row : f.rows) named.push_back(f.code + " " + row.file);
  EXPECT_THAT(named, ::testing::Contains("P3-COMMIT-MISMATCH risk.dsse.json")) << "logged, and another in the record";
  EXPECT_THAT(named, ::testing::Contains("P3-COMMIT-MISMATCH round-1/risk.json")) << "in the record, and in no log";

  r = record();
  r.kind = "audit";
  r.files.push_back({"audit.json", 5, sha256("another plan"), "audit"});
  judge_commitments(r, steps, ReceiptsGiven::yes);
  EXPECT_TRUE(
      std::ranges::any_of(r.findings, [](const review::ReviewFinding& f) { return f.summary.find("another plan") != std::string::npos; }));
}

TEST(Commitments, AnotherSeedThanLogged) {
  SmallLog log;
  log.add("commitment", "commit", commitment_of("manifest.csv", kManifestText));
  log.add("seed-1", "seed", "{}", "06712395840217364986");
  review::Review r = record();
  judge_commitments(r, read_logged_steps(log.files(), log.trust()), ReceiptsGiven::yes);
  EXPECT_EQ(codes(r), (std::vector<std::string>{"P3-COMMIT-MISMATCH", "P3-NO-COMMITMENT"}));
}

TEST(Commitments, NothingLoggedIsAWarning) {
  review::Review r = record();
  judge_commitments(r, {}, ReceiptsGiven::no);
  ASSERT_EQ(codes(r), std::vector<std::string>{"P3-NO-COMMITMENT"});
  EXPECT_EQ(r.findings[0].severity, review::Severity::warning);
}

TEST(Commitments, StrangersAndAlteredBytesAreProblems) {
  const keys::SigningKey stranger = key_named("stranger.example", 9);
  SmallLog log;
  log.add("commitment", "commit", commitment_of("manifest.csv", kManifestText), {}, &stranger);
  log.add("seed-1", "seed", "{}", kGoodSeed);
  std::vector<NamedBytes> files = log.files();
  LoggedSteps steps = read_logged_steps(files, log.trust());
  EXPECT_EQ(steps.steps.size(), 1u);
  ASSERT_EQ(steps.problems.size(), 1u);
  EXPECT_EQ(steps.problems[0].file, "commitment.dsse.json");

  // One byte of each kind of file.
  SmallLog good;
  good.add("commitment", "commit", commitment_of("manifest.csv", kManifestText));
  good.add("seed-1", "seed", "{}", kGoodSeed);
  for (std::size_t i = 0; i < 3; ++i) {
    files = good.files();
    files[i].bytes[files[i].bytes.size() / 2] ^= 1;
    steps = read_logged_steps(files, good.trust());
    EXPECT_EQ(steps.problems.size(), 1u) << files[i].name;
    EXPECT_EQ(steps.steps.size(), 1u) << files[i].name;
  }
  // No receipt: no place in a log.
  files = good.files();
  files.erase(files.begin() + 1);
  EXPECT_EQ(read_logged_steps(files, good.trust()).problems.size(), 1u);
  // A log nobody trusts.
  StepTrust trust = good.trust();
  trust.logs.clear();
  EXPECT_EQ(read_logged_steps(good.files(), trust).steps.size(), 0u);
}

}  // namespace
}  // namespace entente::measures::p3_elections
