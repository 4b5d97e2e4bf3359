// Resolution against the examples of RFC 3986, and the taking apart.
#include "schema/uri.h"

#include "core/json.h"
#include "test_support.h"

namespace entente::schema {
namespace {

TEST(Uri, ResolvesTheExamplesOfTheRfc) {
  const auto data = JsonDocument::read(test::source_dir() / "src/schema/testdata/uri_resolution.json");
  ASSERT_OK(data);
  const std::string_view base = json_string(data->root(), "base").value();
  const auto cases = json_array(data->root(), "cases");
  ASSERT_TRUE(cases);
  EXPECT_EQ(cases->size(), 42u);
  for (const JsonView pair : *cases)
    EXPECT_EQ(resolve_uri(base, as_string(pair.at_pointer("/0").value_unsafe()).value()),
              as_string(pair.at_pointer("/1").value_unsafe()).value());
}

TEST(Uri, KeepsAReferenceWithoutBaseAndOpaqueBases) {
  EXPECT_EQ(resolve_uri("", "a/../b#c"), "a/../b#c");
  EXPECT_EQ(resolve_uri("", "http://h/a/../b"), "http://h/b");
  EXPECT_EQ(resolve_uri("urn:example:a?+r", "#/x"), "urn:example:a?+r#/x");
  EXPECT_EQ(resolve_uri("http://h", "a"), "http://h/a");
}

TEST(Uri, SplitsIntoFiveParts) {
  const UriParts p = split_uri("http://h:1/p?q#f");
  EXPECT_EQ(p.scheme, "http");
  EXPECT_EQ(p.authority, "h:1");
  EXPECT_EQ(p.path, "/p");
  EXPECT_EQ(p.query, "q");
  EXPECT_EQ(p.fragment, "f");
  const UriParts q = split_uri("a/b:c");
  EXPECT_FALSE(q.scheme || q.authority || q.query || q.fragment);
  EXPECT_EQ(q.path, "a/b:c");
  EXPECT_EQ(split_uri("x:?").query, "");
}

TEST(Uri, DecodesPercentEncoding) {
  EXPECT_EQ(percent_decode("a%7Eb%2f"), "a~b/");
  EXPECT_EQ(percent_decode("%"), std::nullopt);
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  EXPECT_EQ(percent_decode("%4g"), std::nullopt);
}

}  // namespace
}  // namespace entente::schema
