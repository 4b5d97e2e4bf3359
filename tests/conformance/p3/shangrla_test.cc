// San Francisco 2019, District Attorney, as SHANGRLA's own example audits it (golden/shangrla_sf2019_da.json, made by running SHANGRLA):
// margins, sample sizes, the cards drawn, and p-values, first step by step and then by the review of a whole record. Then the record is
// damaged in one place at a time, and the review must say so.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <set>

#include "core/json.h"
#include "core/progress.h"
#include "measures/p3_elections/irv/cover.h"
#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/review/shangrla.h"
#include "measures/p3_elections/review/shangrla_record.h"
#include "measures/p3_elections/risk/assorter.h"
#include "measures/p3_elections/risk/sample_size.h"
#include "measures/p3_elections/sampling/consistent_cards.h"
#include "measures/p3_elections/sampling/cryptorandom.h"
#include "measures/p3_elections/tables/container.h"
#include "test_support.h"

namespace entente::measures::p3_elections::review {
namespace {

namespace fs = std::filesystem;
constexpr const char* kCvrs = "SFDA2019_PrelimReport12VBMJustDASheets.raire.xz";
constexpr const char* kAssertionFile = "SF2019Nov8Assertions.json";
constexpr const char* kManifestFile = "N19 ballot manifest with WH location for RLA Upload VBM 11-14.xlsx";

double hex(JsonView v) { return std::strtod(std::string(*as_string(v)).c_str(), nullptr); }
bool same(double a, double b) { return a == b || std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

// The record of the audit as a folder: SHANGRLA's inputs, the cards drawn, the paper as the example simulates it (as the records say, the
// first five in the order of `permuted`), and the log.
struct Record {
  fs::path folder;
  Json log, mvrs, sample;
  void write() const {
    test::spit(folder / "audit.json", log.dump());
    test::spit(folder / "mvr.json", mvrs.dump());
    test::spit(folder / "sample.json", sample.dump());
  }
};

class Sf2019 : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto shared = test::shared_dir();
    if (!shared) return;
    data_ = *shared / "conformance/p3_elections";
    golden_ = new JsonDocument(JsonDocument::read(data_ / "golden/shangrla_sf2019_da.json").value());
    const auto text = tables::read_packed(data_ / "shangrla/SFDA2019" / kCvrs).value();
    const records::CvrSource source{.name = kCvrs, .bytes = text};
    table_ = new records::CvrTable(records::read_cvrs(std::span(&source, 1)).value().table);
  }
  static void TearDownTestSuite() {
    delete golden_;
    delete table_;
  }
  void SetUp() override {
    if (golden_ == nullptr) GTEST_SKIP() << "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED";
  }

  static std::string id_of(std::uint32_t card) {
    std::string id(table_->text(table_->cards[card].imprinted_id));
    std::replace(id.begin(), id.end(), '_', '-');
    return id;
  }
  static Json votes_of(std::uint32_t card) {
    Json votes = Json::object();
    for (const records::CvrCardContest& on : table_->contests_of(table_->cards[card])) {
      Json marks = Json::object();
      for (const records::CvrMark& m : table_->marks_of(on)) marks[table_->contests[on.contest].choices[m.choice]] = m.rank;
      votes[table_->contests[on.contest].name] = marks;
    }
    return votes;
  }

  // `permuted`: whose records the first five papers bear.
  static Record record(const fs::path& folder, const char* published, bool permuted) {
    Record r{.folder = folder, .log = Json::object(), .mvrs = Json::object(), .sample = Json::array()};
    for (const char* file : {kCvrs, kAssertionFile, kManifestFile}) fs::create_symlink(data_ / "shangrla/SFDA2019" / file, folder / file);
    std::map<std::string, std::uint32_t> cards;
    const auto indices = *json_array(golden_->root(), "sample_indices_in_order");
    for (JsonView i : indices) {
      const auto card = static_cast<std::uint32_t>(i.get_int64().value_unsafe());
      r.sample.push_back(id_of(card));
      cards[id_of(card)] = card;
    }
    Json ballots = Json::array();
    std::vector<std::string> first;
    const auto order = *json_array(golden_->root(), "mvr_perm_first5");
    for (JsonView v : order) first.emplace_back(*as_string(v));
    for (std::size_t i = 0; i < r.sample.size(); ++i) {
      const std::string id = r.sample[i];
      ballots.push_back({{"id", id}, {"votes", votes_of(cards.at(permuted && i < 5 ? first[i] : id))}});
    }
    r.mvrs["ballots"] = ballots;
    Json contest = {{"name", "DISTRICT ATTORNEY"},
                    {"risk_limit", 0.05},
                    {"cards", 146662},
                    {"choice_function", "IRV"},
                    {"n_winners", 1},
                    {"candidates", {"15", "16", "17", "18", "45"}},
                    {"winner", {"15"}},
                    {"assertion_file", std::string("./Data/SFDA2019/") + kAssertionFile},
                    {"audit_type", "CARD_COMPARISON"},
                    {"test", "ALPHA MART"},
                    {"estim", "OPTIMAL COMPARISON"},
                    {"sample_size", 369}};
    for (const auto& [key, from] : {std::pair{"margins", "margins"}, std::pair{"p_values", published}}) {
      Json figures = Json::object();
      const auto object = *json_object(golden_->root(), from);
      for (auto [name, value] : object) figures[std::string(name)] = hex(value);
      contest[key] = figures;
    }
    r.log["Audit"] = {{"election", "San Francisco, 5 November 2019"},
                      {"seed", "12345678901234567890"},
                      {"cvr_file", "./Data/SFDA2019/SFDA2019_PrelimReport12VBMJustDASheets.raire"},
                      {"manifest_file", kManifestFile},
                      {"sample_file", "sample.json"},
                      {"mvr_file", "mvr.json"},
                      {"strata", {{"stratum_1", {{"max_cards", 293555}, {"use_style", true}, {"replacement", false}}}}}};
    r.log["contests"] = {{"339", contest}};
    r.write();
    return r;
  }
  static Review reviewed(const Record& r) {
    Progress progress(Progress::Mode::silent);
    auto review = review_shangrla(r.folder, {}, progress);
    EXPECT_TRUE(review.has_value()) << (review ? "" : review.error().str());
    return review ? *review : Review{};
  }

  static inline fs::path data_;
  static inline JsonDocument* golden_ = nullptr;
  static inline records::CvrTable* table_ = nullptr;
};

risk::AssertedContest contest_339() {
  risk::AssertedContest c;
  c.function = risk::ChoiceFunction::irv;
  c.choices = {"15", "16", "17", "18", "45"};
  return c;
}

// The assertion a name of SHANGRLA's stands for.
risk::Assertion named(std::string_view name) {
  const auto c = contest_339();
  std::vector<std::string> words;
  std::string word;
  for (char ch : std::string(name) + " ") {
    if (ch != ' ')
      word.push_back(ch);
    else
      words.push_back(std::exchange(word, {}));
  }
  const auto index = [&](const std::string& w) {
    return static_cast<std::uint32_t>(std::find(c.choices.begin(), c.choices.end(), w) - c.choices.begin());
  };
  if (words.size() == 3) return risk::winner_only(c, index(words[0]), index(words[2]));
  std::vector<std::uint32_t> eliminated;
  for (std::size_t i = 4; i < words.size(); ++i) eliminated.push_back(index(words[i]));
  return risk::irv_elimination(c, index(words[0]), index(words[2]), eliminated);
}

TEST_F(Sf2019, MarginsAndSizes) {
  ASSERT_EQ(table_->cards.size(), 146'662U);
  const auto cards = risk::contest_cards(*table_, table_->contest_index("339"));
  std::printf("%u distinct votes on %zu cards\n", cards.patterns.size() - 2, cards.card.size());
  const auto margins = *json_object(golden_->root(), "margins");
  std::vector<risk::ComparisonTest> tests;
  std::vector<std::uint64_t> expected;
  int good = 0;
  for (auto [name, value] : margins) {
    const risk::Assertion a = named(name);
    EXPECT_EQ(a.name, name);
    const auto values = risk::assort_patterns(a, cards.patterns);
    const auto mean = risk::assorter_mean(values, cards.counts, risk::CardStyle::used);
    EXPECT_EQ(mean.margin, hex(value)) << name;
    good += mean.margin == hex(value) ? 1 : 0;
    risk::ComparisonTest t;
    t.assorter = {.upper_a = 1, .margin = mean.margin};
    t.test.estimator = risk::Estimator::optimal_comparison;
    t.test.limits = risk::Limits::as_published;
    t.test.upper = t.assorter.upper();
    t.test.population = 146'662;
    tests.push_back(t);
    expected.push_back(static_cast<std::uint64_t>(*json_int(golden_->root().at_key("per_assertion_initial_sizes").value_unsafe(), name)));
  }
  const auto numpy = risk::comparison_sample_sizes(tests, 0.001, 0,
                                                   {.runs = 100, .quantile = 0.8, .seed = 314159265, .draws = risk::SimulatedDraws::numpy});
  ASSERT_OK(numpy);
  EXPECT_EQ(*numpy, expected) << "bit-equal to numpy's draws";
  const auto own = risk::comparison_sample_sizes(tests, 0.001, 0, {.runs = 100, .quantile = 0.8});
  ASSERT_OK(own);
  for (std::size_t i = 0; i < own->size(); ++i)
    EXPECT_NEAR(static_cast<double>((*own)[i]), static_cast<double>(expected[i]), 0.35 * static_cast<double>(expected[i]) + 3);
  std::printf("SF 2019: %d of %zu margins to the last bit, %zu sample sizes as numpy draws them\n", good, tests.size(), expected.size());
  EXPECT_EQ(good, 13);
  EXPECT_EQ(*std::max_element(numpy->begin(), numpy->end()), 369U);
}

TEST_F(Sf2019, DrawAndNumbers) {
  auto order = sampling::CardOrder::make("12345678901234567890", table_->cards.size(), sampling::CardNumbers::cryptorandom);
  ASSERT_OK(order);
  const auto ids = *json_array(golden_->root(), "sample_ids_in_order"), indices = *json_array(golden_->root(), "sample_indices_in_order");
  std::size_t at = 0, good = 0;
  for (JsonView id : ids) {
    const std::uint32_t card = order->order()[at];
    EXPECT_EQ(id_of(card), *as_string(id));
    EXPECT_EQ(card, static_cast<std::uint32_t>(indices.at(at).get_int64().value_unsafe()));
    good += id_of(card) == *as_string(id) ? 1 : 0;
    ++at;
  }
  std::printf("SF 2019: %zu of %zu cards drawn in order\n", good, at);
  EXPECT_EQ(good, 369U);
}

// Pull out of a review.
std::uint64_t check_good(const Review& r, std::string_view name) {
  for (const Check& c : r.checks)
    if (c.name == name) return c.good;
  return 0;
}
std::set<std::string> failures(const Review& r) {
  std::set<std::string> codes;
  for (const ReviewFinding& f : r.findings)
    if (f.severity == Severity::failure) codes.insert(f.code);
  return codes;
}

TEST_F(Sf2019, WholeAuditWithoutErrors) {
  auto folder = TemporaryFolder::make("entente-shangrla");
  ASSERT_OK(folder);
  const Review r = reviewed(record(folder->path(), "p_no_errors", false));
  for (const ReviewFinding& f : r.findings)
    std::printf("  %s %s: %s\n", f.code.c_str(), std::string(to_string(f.severity)).c_str(), f.summary.c_str());
  for (const Check& c : r.checks) std::printf("  %s: %lu of %lu\n", c.name.c_str(), c.good, c.of);
  EXPECT_EQ(check_good(r, "DISTRICT ATTORNEY (339): published p-values recomputed"), 13U);
  EXPECT_EQ(check_good(r, "DISTRICT ATTORNEY (339): published margins recomputed"), 13U);
  EXPECT_EQ(check_good(r, "DISTRICT ATTORNEY (339): assertions imply the winner"), 1U);
  EXPECT_EQ(check_good(r, "cards drawn in the order published"), 369U);
  ASSERT_EQ(r.contests.size(), 1U);
  const ContestReview& c = r.contests[0];
  EXPECT_EQ(c.outcome, ContestReview::Outcome::confirmed);
  EXPECT_EQ(c.draws, 369U);
  EXPECT_EQ(c.over2 + c.over1 + c.under1 + c.under2, 0U);
  const auto published = *json_object(golden_->root(), "p_no_errors");
  int good = 0;
  for (const auto& a : c.certificate["assertions"]) {
    const double p = hex(published[std::string(a["assertion"])].value_unsafe());
    EXPECT_TRUE(same(a["p"], p)) << a.dump() << " published " << p;
    good += same(a["p"], p) ? 1 : 0;
  }
  std::printf("SF 2019 without errors: %d of 13 p-values within 1e-12\n", good);
  EXPECT_EQ(good, 13);
  for (const std::string& code : failures(r)) ADD_FAILURE() << code;
  EXPECT_TRUE(r.good());
}

TEST_F(Sf2019, WholeAuditWithFivePapersExchanged) {
  auto folder = TemporaryFolder::make("entente-shangrla");
  ASSERT_OK(folder);
  const Review r = reviewed(record(folder->path(), "p_with_5_permuted_mvrs", true));
  ASSERT_EQ(r.contests.size(), 1U);
  const ContestReview& c = r.contests[0];
  const auto published = *json_object(golden_->root(), "p_with_5_permuted_mvrs");
  int good = 0;
  for (const auto& a : c.certificate["assertions"]) {
    const double p = hex(published[std::string(a["assertion"])].value_unsafe());
    EXPECT_TRUE(same(a["p"], p)) << a.dump() << " published " << p;
    good += same(a["p"], p) ? 1 : 0;
  }
  std::printf("SF 2019 with five papers exchanged: %d of 13 p-values within 1e-12\n", good);
  EXPECT_EQ(good, 13);
  EXPECT_EQ(c.outcome, ContestReview::Outcome::not_confirmed);
  EXPECT_GT(c.over2 + c.over1, 0U);
  EXPECT_EQ(failures(r), (std::set<std::string>{std::string(kLimitNotMet)}));
}

// The size SHANGRLA would go on to, from the data of the exchanged papers.
TEST_F(Sf2019, NextSampleSize) {
  const auto cards = [] { return risk::contest_cards(*table_, table_->contest_index("339")); }();
  const auto published = *json_object(golden_->root(), "p_with_5_permuted_mvrs");
  const auto indices = *json_array(golden_->root(), "sample_indices_in_order"), perm = *json_array(golden_->root(), "mvr_perm_first5");
  std::map<std::string, std::uint32_t> by_id;
  std::vector<std::uint32_t> drawn;
  for (JsonView i : indices) drawn.push_back(static_cast<std::uint32_t>(i.get_int64().value_unsafe()));
  for (std::uint32_t card : drawn) by_id[id_of(card)] = card;
  std::uint64_t most = 0;
  for (auto [name, value] : published) {
    if (hex(value) <= 0.05) continue;
    const risk::Assertion a = named(name);
    const auto values = risk::assort_patterns(a, cards.patterns);
    const risk::OverstatementAssorter over{.upper_a = 1, .margin = risk::assorter_mean(values, cards.counts, risk::CardStyle::used).margin};
    std::vector<double> x;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const std::uint32_t paper = i < 5 ? by_id.at(std::string(*as_string(perm.at(i).value_unsafe()))) : drawn[i];
      x.push_back(over.value(values[cards.card[drawn[i]]], values[cards.card[paper]]));
    }
    risk::TestOptions o;
    o.estimator = risk::Estimator::optimal_comparison;
    o.limits = risk::Limits::as_published;
    o.upper = over.upper();
    o.population = 146'662;
    const auto size =
        risk::continued_sample_size(o, x, {.runs = 100, .quantile = 0.8, .seed = 314159265, .draws = risk::SimulatedDraws::numpy});
    ASSERT_OK(size);
    most = std::max(most, *size);
  }
  // SHANGRLA adds the size to the cards it has already and rounds the sum of probabilities up.
  std::printf("SF 2019: next size %lu, with the 369 seen %lu; SHANGRLA's %ld\n", most, most + 369,
              *json_int(golden_->root(), "next_sample_size_with_data"));
  EXPECT_NEAR(static_cast<double>(most + 369), static_cast<double>(*json_int(golden_->root(), "next_sample_size_with_data")), 1.0);
}

// Papers as San Francisco's auditors and SHANGRLA's examples wrote them down.
TEST_F(Sf2019, PublishedPapersAreRead) {
  std::size_t files = 0, cards = 0;
  for (const char* name :
       {"SFDA2019/mvrTest-PR11-DA-VBM-AllBallots-Errors-1-1-10.json", "SFDA2019/mvrTest-PR11-DA-VBM-AllBallots-Errors-1-1-5.json",
        "SFDA2019/mvrTest-PR11-DA-VBM-AllBallots-Errors-5-5-5.json", "SFDA2019/mvrTestSF-DA-200PerfectPaper.json",
        "mvr_prepilot_test.json"}) {
    const auto mvrs = parse_shangrla_mvrs(read_file(data_ / "shangrla" / name).value(), name);
    ASSERT_OK(mvrs);
    EXPECT_FALSE(mvrs->empty());
    for (const ShangrlaMvr& mvr : *mvrs) EXPECT_EQ(std::count(mvr.id.begin(), mvr.id.end(), '-'), 2) << mvr.id;
    ++files;
    cards += mvrs->size();
  }
  std::printf("SF 2019: %zu files of papers, %zu cards\n", files, cards);
}

// One thing wrong at a time.
TEST_F(Sf2019, Mutations) {
  struct Mutation {
    const char* what;
    std::function<void(Record&)> change;
    std::string_view code;
  };
  const auto contest = [](Record& r) -> Json& { return r.log["contests"]["339"]; };
  const auto records_text = tables::read_packed(data_ / "shangrla/SFDA2019" / kCvrs).value();
  const auto edit_records = [&](Record& r, std::string_view from, std::string_view to) {
    std::string text = records_text;
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    test::spit(r.folder / "SFDA2019_PrelimReport12VBMJustDASheets.raire", text.replace(at, from.size(), to));
  };
  const auto edit_assertions = [&](Record& r) {
    Json set = entente::to_json(JsonDocument::read(data_ / "shangrla/SFDA2019" / kAssertionFile)->root());
    set["audits"][0]["assertions"].erase(2);
    fs::remove(r.folder / kAssertionFile);
    test::spit(r.folder / kAssertionFile, set.dump());
  };
  const Mutation mutations[] = {
      {"one digit of the seed", [](Record& r) { r.log["Audit"]["seed"] = "12345678901234567891"; }, kDrawMismatch},
      {"a short seed", [](Record& r) { r.log["Audit"]["seed"] = "1234567890"; }, kSeedShort},
      {"one card of the sample another", [](Record& r) { r.sample[100] = "99802-1-1"; }, kDrawMismatch},
      {"two cards of the sample exchanged", [](Record& r) { std::swap(r.sample[10], r.sample[11]); }, kDrawMismatch},
      {"one card of the sample left out", [](Record& r) { r.sample.erase(7); }, kDrawMismatch},
      {"one vote on one paper", [](Record& r) { r.mvrs["ballots"][3]["votes"]["339"] = {{"16", 1}}; }, kRiskMismatch},
      {"one paper without the contest", [](Record& r) { r.mvrs["ballots"][3]["votes"] = Json::object(); }, kRiskMismatch},
      {"one paper not read", [](Record& r) { r.mvrs["ballots"].erase(9); }, kSampleShort},
      {"one paper read twice", [](Record& r) { r.mvrs["ballots"].push_back(r.mvrs["ballots"][9]); }, kReconcile},
      {"a paper nobody drew", [](Record& r) { r.mvrs["ballots"].push_back({{"id", "99802-1-1"}, {"votes", Json::object()}}); },
       kDrawMismatch},
      {"one digit of a p-value", [&](Record& r) { contest(r)["p_values"]["15 v 45"] = 2.1e-26; }, kRiskMismatch},
      {"one digit of a margin", [&](Record& r) { contest(r)["margins"]["15 v 45"] = 0.2956457805472446; }, kReconcile},
      {"another winner", [&](Record& r) { contest(r)["winner"] = {"18"}; }, kAssertions},
      {"fewer cards than records", [&](Record& r) { contest(r)["cards"] = 146661; }, kManifest},
      {"a smaller manifest bound", [](Record& r) { r.log["Audit"]["strata"]["stratum_1"]["max_cards"] = 293554; }, kManifest},
      {"a lower risk limit", [&](Record& r) { contest(r)["risk_limit"] = 0.01; }, kLimitNotMet},
      {"another contest",
       [](Record& r) {
         r.log["contests"] = {{"340", r.log["contests"]["339"]}};
         r.log["contests"]["340"]["name"] = "MAYOR";
       },
       kReconcile},
      {"no records", [](Record& r) { r.log["Audit"]["cvr_file"] = "nowhere.raire"; }, kMissingFile},
      {"one vote of one record", [&](Record& r) { edit_records(r, "339,99804_515_24,", "339,99804_515_24,45,"); }, kUnreadable},
      {"one vote of one record, for a candidate", [&](Record& r) { edit_records(r, "339,99813_1_1,17", "339,99813_1_1,16"); }, kReconcile},
      {"a second record of a card", [&](Record& r) { edit_records(r, "339,99813_1_1,17\n", "339,99813_1_1,17\n339,99813_1_1,17\n"); },
       kCvrDuplicate},
      {"a record taken away", [&](Record& r) { edit_records(r, "339,99813_1_1,17\n", ""); }, kReconcile},
      {"an assertion left out", [&](Record& r) { edit_assertions(r); }, kAssertions},
      {"paper that is no JSON", [](Record& r) { r.mvrs = "a text"; }, kUnreadable},
  };
  int caught = 0;
  for (const Mutation& m : mutations) {
    auto folder = TemporaryFolder::make("entente-shangrla");
    ASSERT_OK(folder);
    Record r = record(folder->path(), "p_no_errors", false);
    m.change(r);
    r.write();
    const Review review = reviewed(r);
    const auto codes = failures(review);
    EXPECT_TRUE(codes.contains(std::string(m.code))) << m.what << ": " << testing::PrintToString(codes);
    EXPECT_FALSE(review.good()) << m.what;
    caught += codes.contains(std::string(m.code)) ? 1 : 0;
  }
  std::printf("SF 2019: %d of %zu damages found and named\n", caught, std::size(mutations));
}

}  // namespace
}  // namespace entente::measures::p3_elections::review
