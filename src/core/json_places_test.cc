#include "core/json_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "core/json_scan.h"

namespace entente {
namespace {

using ::testing::ElementsAre;

// Every pointer of a document, and some that lead nowhere.
void all_pointers(const Json& value, const std::string& at, std::vector<std::string>& out) {
  out.push_back(at);
  out.push_back(at + "/absent");
  if (value.is_object())
    for (const auto& [key, child] : value.items()) all_pointers(child, at + "/" + pointer_segment(key), out);
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) all_pointers(value[i], at + "/" + std::to_string(i), out);
}

TEST(JsonPlaces, SaysWhatTheReferenceScannerSays) {
  for (const char* text : {R"( {"a" : [1, {"b":"]}\"", "c\/d~":[[],{}, null,-1.5e3]}, "x"],
 "é\u0041":{"":true}, "e":{} ,"z":[ ]} )",
                           "[]", " 3", "\"s\"", "[[[[1]]],\t2]", R"({"a":{"a":{"a":1}},"b":"{[\\\"","c":[1,2,3]})"}) {
    ASSERT_TRUE(JsonDocument::parse(text, "t").has_value()) << text;
    std::vector<std::string> pointers;
    all_pointers(Json::parse(text), "", pointers);
    const auto offsets = json_offsets(text, pointers);
    ASSERT_EQ(offsets.size(), pointers.size());
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      EXPECT_EQ(offsets[i], find_json_pointer(text, pointers[i])) << text << " at " << pointers[i];
      EXPECT_EQ(json_offsets(text, std::span(&pointers[i], 1)).at(0), offsets[i]) << text << " alone at " << pointers[i];
    }
    EXPECT_EQ(lines_of(text, offsets).at(0), line_column(text, offsets[0]).line);
  }
}

TEST(JsonPlaces, ABrokenTextEndsTheWalk) {
  const std::vector<std::string> pointers{"/a/0", "/b"};
  for (const char* text :
       {"", "{", "{\"a", "{\"a\\", "{\"a\":[", "[{]}", "{\"a\":[1", "}", "{\"b\"", "{\"b\":", "{\"a\":[,,]]", "{ ", "{\"a\":1, \t"})
    EXPECT_EQ(json_offsets(text, pointers).size(), 2U) << text;
}

TEST(JsonPlaces, LinesInTheOrderGiven) {
  const std::vector<std::uint64_t> offsets{5, 0, 2, 99};
  EXPECT_THAT(lines_of("a\nb\nc\n", offsets), ElementsAre(3, 1, 2, 4));
}

}  // namespace
}  // namespace entente
