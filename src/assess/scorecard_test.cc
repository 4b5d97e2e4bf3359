// The terminal scorecard: what it says, and that it keeps to the width.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "assess/assess.h"
#include "assess/test_organisation.h"
#include "core/terminal.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using namespace ::entente::assess::testing;
using catalog::Language;

const Outcome& sample() {
  static const Outcome outcome = [] {
    set_colour(ColourChoice::never);
    Organisation organisation(R"("software-producer", "private-sector", "operator")", "Coopérative Exemple");
    std::string bom = sbom(20);
    bom.replace(bom.find("\"name\":\"example-p0\""), 19, "\"name\":\"example\\u001b[31m-p0\"");
    organisation.evidence("sbom.cyclonedx", "bom.json", bom, "2026-11-20");
    organisation.evidence("advisories.osv", "osv.jsonl", advisories(2), "2026-11-20");
    organisation.attest("P1-05", "partial", "2026-10-01", key_of("auditor.example", 1));
    auto judged = organisation.judge();
    if (!judged) ADD_FAILURE() << judged.error().str();
    return std::move(*judged);
  }();
  return outcome;
}

TEST(Scorecard, FitsTheWidth) {
  for (const int width : {60, 72, 80, 100, 120}) {
    for (const Language language : {Language::en, Language::fr}) {
      std::istringstream lines(scorecard(sample(), the_catalog(), language, width));
      for (std::string line; std::getline(lines, line);) {
        // One word may be longer than a line (a path, a digest): then it stands alone.
        const bool one_word = line.find(' ', std::min(line.find_first_not_of(' '), line.size())) == std::string::npos;
        EXPECT_TRUE(display_width(line) <= static_cast<std::size_t>(width) || one_word) << width << ": " << line;
      }
    }
  }
}

TEST(Scorecard, HasTenRowsInOrder) {
  const std::string card = scorecard(sample(), the_catalog(), Language::en, 100);
  std::size_t at = 0;
  for (int p = 0; p <= 9; ++p) {
    const std::size_t row = card.find("\nP" + std::to_string(p) + " ", at);
    ASSERT_NE(row, std::string::npos) << p;
    at = row;
  }
}

TEST(Scorecard, ShowsTheWorstFirstWithWhatToDo) {
  const std::string card = scorecard(sample(), the_catalog(), Language::en, 100);
  const std::size_t fix = card.find("What to fix first");
  ASSERT_NE(fix, std::string::npos);
  const std::size_t worst = card.find("P6-02 not satisfied", fix);
  const std::size_t partial = card.find("P1-05 partial", fix);
  ASSERT_NE(worst, std::string::npos) << card;
  ASSERT_NE(partial, std::string::npos) << card;
  EXPECT_LT(worst, partial);
  EXPECT_THAT(card, HasSubstr("→ "));
}

TEST(Scorecard, SaysWhatWouldAssessTheRest) {
  const std::string card = scorecard(sample(), the_catalog(), Language::en, 100);
  EXPECT_THAT(card, HasSubstr("entente attest org.toml --control P9-06"));
  std::string one_line = card;  // the sentence may be wrapped anywhere
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  EXPECT_THAT(one_line, HasSubstr("no engine of this version measures them yet"));
  EXPECT_THAT(scorecard(sample(), the_catalog(), Language::fr, 100), HasSubstr("Non évalué, et ce qui permettrait de l’évaluer"));
}

TEST(Scorecard, LetsNothingMoveTheCursor) {
  for (const char c : scorecard(sample(), the_catalog(), Language::en, 80)) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace
}  // namespace entente::assess
