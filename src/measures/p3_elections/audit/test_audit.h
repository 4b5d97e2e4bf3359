// An audit's folder for tests, made from examples/elections; the audit board reads what paper.csv says.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/file.h"
#include "measures/p3_elections/audit/certificate.h"
#include "measures/p3_elections/audit/documents.h"
#include "measures/p3_elections/audit/workflow.h"
#include "test_support.h"

namespace entente::measures::p3_elections::audit {

inline constexpr std::string_view kTestSeed = "06712345092834761520";

inline std::filesystem::path example_elections() { return test::source_dir() / "examples/elections"; }

class TestAudit {
 public:
  TestAudit() : root_(TemporaryFolder::make().value()) {}
  explicit TestAudit(const std::function<void(Json&)>& change, const std::map<std::string, std::string>& files = {}) : TestAudit() {
    Json plan = Json::parse(test::slurp(example_elections() / "plan.json"));
    change(plan);
    std::filesystem::copy(example_elections(), root_.path() / "in", std::filesystem::copy_options::recursive);
    test::spit(root_.path() / "in/plan.json", json_pretty(plan));
    for (const auto& [path, text] : files) test::spit(root_.path() / "in" / path, text);
    plan_ = root_.path() / "in/plan.json";
  }

  [[nodiscard]] std::filesystem::path folder() const { return root_.path() / "audit"; }
  [[nodiscard]] std::filesystem::path temporary(std::string_view name) const { return root_.path() / name; }
  [[nodiscard]] const std::filesystem::path& plan() const { return plan_; }

  [[nodiscard]] Result<StepDocument> init() const { return init_audit(folder(), plan_); }
  [[nodiscard]] Result<StepDocument> commit() const { return commit_audit(folder()); }
  [[nodiscard]] Result<StepDocument> seed(std::string_view seed = kTestSeed) const {
    return seed_audit(folder(), {std::string(seed), "twenty ten-sided dice", parse_time("2026-11-10T09:00:00Z").value()});
  }
  // The lines of paper.csv for the cards of the round's pull list.
  [[nodiscard]] std::string read_paper(std::uint32_t round) const {
    std::map<std::string, std::string> paper;
    std::string header;
    const std::string text = test::slurp(example_elections() / "paper.csv");
    each_line(text, [&](std::string_view line) {
      if (header.empty())
        header = line;
      else
        paper.emplace(line.substr(0, line.find(',')), line);
    });
    std::string out = header + "\n";
    const std::string list = test::slurp(folder() / round_path(round, "pull-list.csv"));
    bool first = true;
    each_line(list, [&](std::string_view line) {
      if (!first) out += paper.at(std::string(line.substr(0, line.find(',')))) + "\n";
      first = false;
    });
    return out;
  }
  [[nodiscard]] Result<StepDocument> record(const std::string& csv) const {
    test::spit(temporary("read.csv"), csv);
    return record_audit(folder(), temporary("read.csv"));
  }
  // All steps, in as many rounds as it takes. Rounds made.
  std::uint32_t run(std::optional<std::uint64_t> first_draws = std::nullopt) const {
    EXPECT_TRUE(init()) << init().error().str();
    EXPECT_TRUE(commit());
    EXPECT_TRUE(seed());
    for (std::uint32_t round = 1; round < 20; ++round) {
      const auto sample = sample_audit(folder(), round == 1 ? first_draws : std::nullopt);
      EXPECT_TRUE(sample) << sample.error().str();
      if (!sample) return 0;
      const auto recorded = record(read_paper(round));
      EXPECT_TRUE(recorded) << recorded.error().str();
      const auto risk = risk_audit(folder());
      EXPECT_TRUE(risk) << risk.error().str();
      if (audit_state(folder()).value().next == Step::certify) return round;
    }
    return 0;
  }

 private:
  template <class F>
  static void each_line(const std::string& text, F f) {
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t to = std::min(text.find('\n', from), text.size());
      f(std::string_view(text).substr(from, to - from));
      from = to + 1;
    }
  }

  TemporaryFolder root_;
  std::filesystem::path plan_ = example_elections() / "plan.json";
};

}  // namespace entente::measures::p3_elections::audit
