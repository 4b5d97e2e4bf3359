// Running an assessment again: equal, or the first difference by its JSON pointer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assess/assess.h"
#include "assess/test_organisation.h"
#include "test_support.h"

namespace entente::assess {
namespace {

using ::testing::HasSubstr;
using namespace ::entente::assess::testing;

class Reproduce : public ::testing::Test {
 protected:
  void SetUp() override {
    organisation.evidence("sbom.cyclonedx", "bom.json", sbom(4), "2026-11-20");
    auto collected = organisation.collect();
    ASSERT_OK(collected);
    bundle.emplace(std::move(*collected));
    auto outcome = judge(*bundle, the_catalog(), time_of("2026-11-24T12:34:56Z"), progress);
    ASSERT_OK(outcome);
    document = outcome->document;
  }
  std::optional<Difference> again(std::string_view published) {
    auto result = reproduce(published, *bundle, the_catalog(), progress);
    if (!result) {
      ADD_FAILURE() << result.error().str();
      return std::nullopt;
    }
    return *result;
  }
  std::string changed(const std::string& pointer, const Json& value) const {
    Json json = Json::parse(document);
    json[Json::json_pointer(pointer)] = value;
    return json_pretty(json);
  }

  Organisation organisation;
  Progress progress{Progress::Mode::silent};
  std::optional<evidence::Bundle> bundle;
  std::string document;
};

TEST_F(Reproduce, TheSameBytesAreEqual) { EXPECT_FALSE(again(document).has_value()); }

TEST_F(Reproduce, AnEmbellishedStatusIsNamed) {
  const auto difference = again(changed("/judgements/7/status", "satisfied"));
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->pointer, "/judgements/7/status");
  EXPECT_EQ(difference->published, "\"satisfied\"");
  EXPECT_NE(difference->recomputed, "\"satisfied\"");
}

TEST_F(Reproduce, TheFirstOfSeveralDifferencesInDocumentOrder) {
  Json json = Json::parse(document);
  json["judgements"][3]["summary"] = "z";
  json["judgements"][2]["weight"] = 7;
  json["organisation"]["name"] = "Other";
  EXPECT_EQ(again(json_pretty(json))->pointer, "/organisation/name");
}

TEST_F(Reproduce, MissingAndExtraMembersAndElements) {
  Json json = Json::parse(document);
  json["judgements"][0].erase("reason");
  auto difference = again(json_pretty(json));
  EXPECT_EQ(difference->pointer, "/judgements/0/reason");
  EXPECT_EQ(difference->published, "(absent)");
  json = Json::parse(document);
  json["judgements"][0]["note/~"] = 1;
  difference = again(json_pretty(json));
  EXPECT_EQ(difference->pointer, "/judgements/0/note~1~0");
  EXPECT_EQ(difference->recomputed, "(absent)");
  json = Json::parse(document);
  const std::size_t last = json["judgements"].size() - 1;
  json["judgements"].erase(last);
  EXPECT_EQ(again(json_pretty(json))->pointer, fmt::format("/judgements/{}", last));
}

TEST_F(Reproduce, OtherBytesForTheSameValuesAreADifferenceToo) {
  const auto difference = again(json_compact(Json::parse(document)));
  ASSERT_TRUE(difference.has_value());
  EXPECT_THAT(difference->pointer, HasSubstr("written differently"));
}

TEST_F(Reproduce, AnotherTimeIsUsedAsTheDocumentSays) {
  // The document's own time is what counts; a changed one gives other ages, or at least another "at" nowhere.
  const auto difference = again(changed("/at", "2027-11-24T12:34:56Z"));
  ASSERT_TRUE(difference.has_value());
  EXPECT_THAT(difference->pointer, HasSubstr("/"));
  EXPECT_NE(difference->pointer, "/at");
}

TEST_F(Reproduce, WhatIsNoAssessmentIsAnError) {
  for (const char* text : {"{}", "[]", "{\"at\":1}", "{\"at\":\"yesterday\"}", "{", ""}) {
    const auto result = reproduce(text, *bundle, the_catalog(), progress);
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().where.file, "assessment.json");
  }
}

}  // namespace
}  // namespace entente::assess
