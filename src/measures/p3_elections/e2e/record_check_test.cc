// What an answer must have before it counts as good.
#include "measures/p3_elections/e2e/record_check.h"

#include <gtest/gtest.h>

namespace entente::measures::p3_elections::e2e {
namespace {

RecordCheck record_check_of(std::vector<CheckCount> checks) {
  RecordCheck out{.system = "Belenios", .version = "1", .title = "Example County"};
  out.checks = std::move(checks);
  return out;
}

TEST(RecordCheck, GoodNeedsChecksThatHoldAndAKnownSystem) {
  EXPECT_FALSE(RecordCheck{}.good());
  EXPECT_FALSE(record_check_of({}).good());  // nothing found, but nothing looked at either
  EXPECT_FALSE(record_check_of({{"BEL-B.5", 0, 0}}).good());
  EXPECT_FALSE(record_check_of({{"BEL-B.5", 4, 5}}).good());
  RecordCheck good = record_check_of({{"BEL-B.5", 5, 5}, {"BEL-B.6", 1, 1}});
  EXPECT_TRUE(good.good());
  RecordCheck unknown = good;
  unknown.system.clear();
  EXPECT_FALSE(unknown.good());
  RecordCheck found = good;
  found.findings.push_back({std::string(kTally), "another number", "result"});
  EXPECT_FALSE(found.good());
  good.more_findings = 1;  // max_findings may be 0
  EXPECT_FALSE(good.good());
}

TEST(RecordCheck, RecordsWithoutContentDoNotHold) {
  Progress progress(Progress::Mode::silent);
  const auto of = [&](const std::vector<RecordFile>& files) {
    const auto result = check_record_files(files, "empty", {}, progress);
    return result.has_value() && (result->good() || result->findings.empty());
  };
  EXPECT_FALSE(of({}));
  EXPECT_FALSE(of({{"BELENIOS", R"({"version":1})"}}));
  EXPECT_FALSE(of({{"constants.json", "{}"}, {"manifest.json", "{}"}, {"context.json", "{}"}}));
  EXPECT_FALSE(of({{"constants.json", "{}"}, {"manifest.json", "{}"}, {"election_config.json", "{}"}}));
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
