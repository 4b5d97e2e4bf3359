// What the tests of section 6 share. Private to the room.
#pragma once

#include <fmt/format.h>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/same_text.h"
#include "core/time.h"
#include "csaf/registries.h"
#include "csaf/shape.h"
#include "csaf/validator.h"
#include "csaf/version.h"
#include "cvss/cvss.h"
#include "schema/schema.h"

namespace entente::csaf {

struct Validator::State {
  schema::Schema csaf, cvss_v2, cvss_v30, cvss_v31;
  Shape shape;
  Weaknesses weaknesses;
  Languages languages;
};

// A CVSS object of a score, read once. What stands behind `vector` is set only if there is one.
struct CvssReading {
  enum class Member : std::uint8_t { v2, v3 };
  JsonView object;
  Member kind = Member::v3;
  std::size_t vulnerability = 0, score = 0;
  std::optional<cvss::Vector> vector{};  // the metrics the vector names; nullopt: no vector, or of another version than the member's
  // Whether the object has members for base, temporal and environmental score and severity, and for a metric.
  std::array<bool, 3> states_score{}, states_severity{};
  bool spells_metrics = false;
  cvss::Scores scores{};  // of the vector together with the metrics only the object names
  [[nodiscard]] const char* member() const { return kind == Member::v2 ? "cvss_v2" : "cvss_v3"; }
};

// One run over one document: where a test writes its findings.
struct Check {
  const Document& document;
  const Validator::State& state;
  const Selection& selection;
  Report& report;
  bool schema_valid = false;       // of the whole document, so of each CVSS object too
  const TestInfo* test = nullptr;  // the one that runs

  // Findings a test may make in one document; the rest of a hostile document's would only cost memory.
  static constexpr std::size_t kMaxFindings = 1000;
  std::size_t made = 0;
  std::optional<bool> tidy;  // what is_tidy() found, or the schema's verdict beside it
  std::optional<std::vector<CvssReading>> readings{};
  [[nodiscard]] const std::vector<CvssReading>& cvss();  // all of them, in the order of the document, version 2 first

  // 6.2.13 and 6.2.20 have nothing to say: decided for both in one walk.
  [[nodiscard]] bool is_tidy() {
    if (!tidy) tidy = state.shape.is_tidy(document.json.root());
    return *tidy;
  }

  void fail(std::string pointer, std::string what, std::string repair) {
    if (made++ < kMaxFindings) report.findings.push_back({test, std::move(pointer), std::move(what), std::move(repair)});
  }
  void skip(std::string reason) { report.skipped.push_back({test, std::move(reason)}); }
  [[nodiscard]] bool is(std::initializer_list<Text> categories) const {
    for (const Text c : categories)
      if (document.category == c) return true;
    return false;
  }
};

// Product ID as findings show it: quoted, cut to a line.
[[nodiscard]] inline std::string in_quotes(Text text) { return fmt::format("\"{}\"", text.substr(0, 120)); }

using TestFunction = void (*)(Check&);
struct TestEntry {
  TestInfo info;
  TestFunction run;
};
// The tables of the four groups; each lies in its own file.
[[nodiscard]] const std::vector<TestEntry>& mandatory_tests();
[[nodiscard]] const std::vector<TestEntry>& profile_tests();  // 6.1.26 to 6.1.27.11
[[nodiscard]] const std::vector<TestEntry>& optional_tests();
[[nodiscard]] const std::vector<TestEntry>& informative_tests();

// Parts of mandatory_tests().
void test_cvss_schema(Check& c);
void test_cvss_computation(Check& c);
void test_cvss_consistency(Check& c);
void test_cvss_of_fixed_products(Check& c);  // 6.2.19
void test_sorted_revisions(Check& c);
void test_latest_version(Check& c);
void test_draft_status(Check& c);
void test_released_revisions(Check& c);
void test_prerelease_revisions(Check& c);
void test_final_version(Check& c);
void test_missing_revisions(Check& c);
void test_repeated_revisions(Check& c);
void test_mixed_versions(Check& c);

// Calls visit(pointer, hashes array's file_hashes) for each file of each product.
template <class Visit>
void each_file_hashes(const Document& document, Visit visit) {
  for (const Product& p : document.products) {
    if (!p.has_hashes) continue;
    const auto hashes = json_array(*p.helper, "hashes");
    if (!hashes) continue;
    std::size_t i = 0;
    for (const JsonView file : *hashes) {
      if (const auto list = json_array(file, "file_hashes"))
        visit([&, i] { return fmt::format("{}/product_identification_helper/hashes/{}/file_hashes", document.product_pointer(p), i); },
              *list);
      ++i;
    }
  }
}

}  // namespace entente::csaf
