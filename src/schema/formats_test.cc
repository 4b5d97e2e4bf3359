// Each format against strings it takes and strings it refuses.
#include "schema/formats.h"

#include "core/json.h"
#include "test_support.h"

namespace entente::schema {
namespace {

TEST(Formats, TakeAndRefuse) {
  const auto data = JsonDocument::read(test::source_dir() / "src/schema/testdata/formats.json");
  ASSERT_OK(data);
  int formats = 0;
  const auto root = as_object(data->root());
  ASSERT_TRUE(root);
  for (const auto entry : *root) {
    if (entry.key == "source") continue;
    const Format* format = find_format(entry.key);
    ASSERT_NE(format, nullptr) << entry.key;
    ++formats;
    for (const bool expected : {true, false}) {
      const auto texts = json_array(entry.value, expected ? "valid" : "invalid");
      ASSERT_TRUE(texts);
      for (const JsonView text : *texts) EXPECT_EQ(format->test(as_string(text).value()), expected) << entry.key << " " << text;
    }
  }
  EXPECT_EQ(formats, 18);
}

TEST(Formats, UnknownAndAnnotatedOnesAreNotTested) {
  for (const char* name : {"", "idn-hostname", "colour", "Date", "date-times", "zzz"}) EXPECT_EQ(find_format(name), nullptr) << name;
}

TEST(Formats, BoundTheLengthOfNames) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_hostname(label + "." + label + "." + label + "." + std::string(61, 'a')));
  EXPECT_FALSE(is_hostname(label + "." + label + "." + label + "." + std::string(62, 'a')));
  EXPECT_TRUE(is_email(std::string(64, 'a') + "@example.org"));
  EXPECT_FALSE(is_email(std::string(65, 'a') + "@example.org"));
  EXPECT_FALSE(is_idn_email("\xff@example.org"));
  EXPECT_FALSE(is_iri("http://a/\xc3"));
}

}  // namespace
}  // namespace entente::schema
