// A small published assessment is made for real (collect, judge, sign, log, receipt), then altered in every way the design promises to
// notice: every byte of bundle, statement, ledger and receipt is flipped once, and verify must name the altered file each time.
#include "verify/verify.h"

#include "assess/assess.h"
#include "core/file.h"
#include "ledger/ledger.h"
#include "test_support.h"

namespace entente::verify {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::string_view kProfile = R"(
name = "Example Works"
id = "example-works"
category = "private-sector"
roles = ["software-producer"]
domains = ["works.example"]

[[evidence]]
kind = "sbom.cyclonedx"
path = "bom.json"
collected_at = 2026-11-20T08:00:00Z
)";

constexpr std::string_view kBom =
    R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"timestamp":"2026-11-20T08:00:00Z","component":{"bom-ref":"app","type":"application","name":"example-app","version":"1.0.0"}},"components":[{"bom-ref":"a","type":"library","name":"example-lib","version":"2.0.0","purl":"pkg:npm/example-lib@2.0.0"}],"dependencies":[{"ref":"app","dependsOn":["a"]}]}
)";

// The published folder, the ledger and the keys, made once for all tests.
class Published : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto folder = TemporaryFolder::make("verify");
    ASSERT_OK(folder);
    folder_ = new TemporaryFolder(std::move(*folder));
    const fs::path base = folder_->path();
    ASSERT_OK(make_folders(base / "org"));
    ASSERT_OK(write_file_atomic(base / "org" / "org.toml", kProfile));
    ASSERT_OK(write_file_atomic(base / "org" / "bom.json", kBom));
    Progress progress(Progress::Mode::silent);
    const Instant at = parse_time("2026-11-24T12:00:00Z").value();
    ASSERT_OK(make_folders(published()));
    const auto bundle = assess::collect(base / "org" / "org.toml", published() / "bundle", at, progress);
    ASSERT_OK(bundle);
    const auto catalog = catalog::Catalog::load(DataSet::embedded());
    ASSERT_OK(catalog);
    const auto outcome = assess::judge(*bundle, *catalog, at, progress);
    ASSERT_OK(outcome);
    ASSERT_OK(assess::write(*outcome, *catalog, published()));
    auto signer = keys::SigningKey::generate("works.example");
    ASSERT_OK(signer);
    auto log = keys::SigningKey::generate("log.example");
    ASSERT_OK(log);
    const std::string envelope = statement::sign(assess::to_statement(*outcome), *signer).str();
    ASSERT_OK(write_file_atomic(published() / "statement.dsse.json", envelope));
    auto made = ledger::Ledger::init(ledger_folder(), *log);
    ASSERT_OK(made);
    const std::vector<std::string> entries{"an earlier entry", envelope};
    ASSERT_OK(made->append(entries, *log));
    const auto receipt = made->receipt(1);
    ASSERT_OK(receipt);
    ASSERT_OK(write_file_atomic(published() / "receipt.tlog-proof", receipt->str()));
    options_ = new Options{.trusted = {signer->verifier()}, .log = log->verifier()};
  }
  static void TearDownTestSuite() {
    delete options_;
    delete folder_;
  }

  static fs::path published() { return folder_->path() / "published"; }
  static fs::path ledger_folder() { return folder_->path() / "ledger"; }
  static Result<Report> run(const fs::path& path, const Options& options) {
    Progress progress(Progress::Mode::silent);
    return verify_path(path, options, DataSet::embedded(), progress);
  }
  static std::string bad_lines(const Report& report) {
    std::string out;
    for (const Check& c : report.checks)
      if (c.outcome == Check::Outcome::bad) out += c.subject + ": " + c.what + "\n";
    return out;
  }
  static bool names(const Report& report, const std::string& file) {
    return std::any_of(report.checks.begin(), report.checks.end(), [&](const Check& c) {
      return c.outcome != Check::Outcome::good && (c.subject.find(file) != std::string::npos || c.what.find(file) != std::string::npos);
    });
  }

  // Flips one bit of each `stride`-th byte of `file` below `root`, verifies `root`, and expects it to fail and to name the file.
  static void walk(const fs::path& root, const std::string& file, std::size_t stride) {
    const std::string original = read_file(root / file).value();
    std::size_t undetected = 0, unnamed = 0, tried = 0;
    std::string first;
    for (std::size_t i = 0; i < original.size(); i += stride) {
      std::string altered = original;
      altered[i] = static_cast<char>(altered[i] ^ (1 << (i % 8)));
      ASSERT_OK(write_file_atomic(root / file, altered));
      const auto result = run(root, *options_);
      ++tried;
      const std::string name = fs::path(file).filename().string();
      if (result && result->good()) {
        ++undetected;
        if (first.empty()) first = fmt::format("byte {} ('{}')", i, original[i]);
      } else if (result ? !names(*result, name) : result.error().str().find(name) == std::string::npos) {
        ++unnamed;
        if (first.empty()) first = fmt::format("byte {} not named: {}", i, result ? bad_lines(*result) : result.error().str());
      }
    }
    ASSERT_OK(write_file_atomic(root / file, original));
    EXPECT_EQ(undetected, 0u) << file << ": " << first;
    EXPECT_EQ(unnamed, 0u) << file << ": " << first;
    EXPECT_GT(tried, 0u);
  }
  static std::size_t stride(std::size_t small_budget) { return std::getenv("ENTENTE_SOAK") != nullptr ? 1 : small_budget; }

  static TemporaryFolder* folder_;
  static Options* options_;
};
TemporaryFolder* Published::folder_ = nullptr;
Options* Published::options_ = nullptr;

TEST_F(Published, IsGood) {
  const auto report = run(published(), *options_);
  ASSERT_OK(report);
  EXPECT_TRUE(report->good()) << bad_lines(*report);
  EXPECT_GE(report->checks.size(), 8u);
  const auto ledger = run(ledger_folder(), *options_);
  ASSERT_OK(ledger);
  EXPECT_TRUE(ledger->good()) << bad_lines(*ledger);
}

TEST_F(Published, PrintsTheKeyidAsUnverified) {
  const auto report = run(published(), *options_);
  ASSERT_OK(report);
  EXPECT_TRUE(std::any_of(report->checks.begin(), report->checks.end(), [](const Check& c) {
    return c.outcome == Check::Outcome::unverified && c.what.find("keyid") != std::string::npos;
  })) << json_pretty(report->to_json());
}

TEST_F(Published, EveryByteOfTheBundleMatters) {
  for (const char* file : {"manifest.json", "profile.toml", "evidence/sbom.cyclonedx/bom.json"}) walk(published() / "bundle", file, 1);
}
// In the published folder the statement is the ledger's entry: its receipt covers even the bytes its signature does not (the keyid).
TEST_F(Published, EveryByteOfTheStatementMatters) { walk(published(), "statement.dsse.json", stride(149)); }
TEST_F(Published, EveryByteOfTheReceiptMatters) { walk(published(), "receipt.tlog-proof", stride(7)); }
TEST_F(Published, EveryByteOfTheAssessmentMatters) { walk(published(), "assessment.json", stride(4001)); }
TEST_F(Published, EveryByteOfTheReportMatters) { walk(published(), "report.html", stride(19997)); }
TEST_F(Published, EveryByteOfTheLedgerMatters) {
  const auto files = list_files(ledger_folder());
  ASSERT_OK(files);
  for (const std::string& file : *files) {
    // Preallocated files are mostly zeros; walk at most a few thousand bytes of each in the short run.
    const auto size = fs::file_size(ledger_folder() / file);
    if (size == 0) continue;
    walk(ledger_folder(), file, stride(std::max<std::size_t>(1, size / 600)));
  }
}

// Alone, without a receipt, an envelope's keyid is covered by nothing: verify must say so, and accept.
TEST_F(Published, AloneOnlyTheKeyidMayChange) {
  const fs::path alone = folder_->path() / "alone.dsse.json";
  const std::string original = read_file(published() / "statement.dsse.json").value();
  const auto from = original.find("\"keyid\":\"");
  ASSERT_NE(from, std::string::npos);
  const auto to = original.find('"', from + 9);
  std::size_t accepted = 0;
  for (std::size_t i = 0; i<original.size(); i += i> from && i < to + 4 ? 1 : stride(11)) {
    std::string altered = original;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    ASSERT_OK(write_file_atomic(alone, altered));
    const auto report = run(alone, *options_);
    if (!report || !report->good()) continue;
    ++accepted;
    EXPECT_TRUE(i >= from + 9 && i < to) << "byte " << i << " of the envelope was altered and not noticed";
    EXPECT_TRUE(names(*report, "keyid")) << json_pretty(report->to_json());
  }
  EXPECT_GT(accepted, 0u);
}

TEST_F(Published, NothingIsTrustedBecauseItCameAlong) {
  const auto without = run(published(), Options{});
  ASSERT_OK(without);
  EXPECT_FALSE(without->good());
  EXPECT_THAT(bad_lines(*without), HasSubstr("no key to check the signature with"));
  Options foreign = *options_;
  foreign.trusted = {keys::SigningKey::generate("works.example")->verifier()};
  const auto wrong = run(published(), foreign);
  ASSERT_OK(wrong);
  EXPECT_FALSE(wrong->good());
}

TEST_F(Published, AnExtraFileIsShown) {
  ASSERT_OK(write_file_atomic(published() / "note.txt", "hello"));
  const auto report = run(published(), *options_);
  fs::remove(published() / "note.txt");
  ASSERT_OK(report);
  EXPECT_TRUE(report->good());
  EXPECT_TRUE(names(*report, "note.txt"));
}

TEST_F(Published, AnotherAssessmentsStatementIsNoticed) {
  // The bundle swapped for a sound bundle of other content: every file is consistent in itself, but they don't belong together.
  const fs::path other = folder_->path() / "other";
  fs::copy(published(), other, fs::copy_options::recursive);
  fs::remove_all(other / "bundle");
  ASSERT_OK(write_file_atomic(folder_->path() / "org" / "bom.json", std::string(kBom) + " "));
  Progress progress(Progress::Mode::silent);
  ASSERT_OK(assess::collect(folder_->path() / "org" / "org.toml", other / "bundle", parse_time("2026-11-24T12:00:00Z").value(), progress));
  const auto report = run(other, *options_);
  ASSERT_OK(report);
  EXPECT_FALSE(report->good());
  EXPECT_TRUE(names(*report, "assessment.json"));
}

TEST_F(Published, SaysWhatItCannotCheck) {
  const auto nothing = run(folder_->path() / "org", *options_);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().hint, HasSubstr("manifest.json"));
  const auto receipt = run(published() / "receipt.tlog-proof", *options_);
  ASSERT_FALSE(receipt.has_value());
  EXPECT_THAT(receipt.error().hint, HasSubstr("--entry"));
}

}  // namespace
}  // namespace entente::verify
