// URLs, index.txt, changes.csv, hash files and listings of providers: what is taken, what is refused, what is complained of.
#include <gmock/gmock.h>

#include "csaf/listing.h"
#include "csaf/web_url.h"
#include "test_support.h"

namespace entente::csaf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(WebUrl, PartsAndRefusals) {
  const auto url = parse_web_url("HTTPS://Vendor.Example:443/a/../b/./c?q#f");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->str(), "https://vendor.example/b/c?q");
  EXPECT_EQ(parse_web_url("https://[2001:db8::1]:8443")->str(), "https://[2001:db8::1]:8443/");
  for (const char* bad :
       {"", "vendor.example", "ftp://vendor.example/", "https:///a", "https://user@vendor.example/", "https://a b/", "https://a.example:x/",
        "https://a.example:https://b.example:8443/", "https://[::1/", "https://[]/", "https://a.example\\@b.example/"})
    EXPECT_FALSE(parse_web_url(bad)) << bad;
  EXPECT_TRUE(is_loopback(*parse_web_url("http://127.0.0.1:80/")));
  EXPECT_FALSE(is_loopback(*parse_web_url("http://127.example/")));
}

TEST(WebUrl, References) {
  const auto base = parse_web_url("https://vendor.example/csaf/feed.json");
  const std::pair<const char*, const char*> cases[] = {{"2026/a.json", "https://vendor.example/csaf/2026/a.json"},
                                                       {"/a.json", "https://vendor.example/a.json"},
                                                       {"../../../a.json", "https://vendor.example/a.json"},
                                                       {"//other.example/a", "https://other.example/a"},
                                                       {"a b.json", "https://vendor.example/csaf/a%20b.json"}};
  for (const auto& [reference, expected] : cases) EXPECT_EQ(resolve_url(*base, reference).value().str(), expected);
  EXPECT_FALSE(resolve_url(*base, "file:///etc/passwd"));
  EXPECT_EQ(folder_of("https://vendor.example/2026/a.json"), "https://vendor.example/2026/");
}

TEST(Listings, IndexAndChanges) {
  const auto index = IndexFile::parse("2026/a.json\r\n../b.json\n\n/c.json\n", "index.txt");
  ASSERT_OK(index);
  EXPECT_THAT(index->paths, ElementsAre("2026/a.json"));
  ASSERT_EQ(index->issues.size(), 3U);
  EXPECT_EQ(index->issues[0].pointer, "line 2");
  const auto changes =
      ChangesFile::parse("file,date\n\"a.json\",\"2026-01-02T00:00:00Z\"\nb.json,2026-01-03T00:00:00+01:00\n\"c.json\n", "changes.csv");
  ASSERT_OK(changes);
  ASSERT_EQ(changes->changes.size(), 2U);
  ASSERT_EQ(changes->issues.size(), 3U);
  EXPECT_THAT(changes->issues[0].what, HasSubstr("no RFC 3339 time"));
  EXPECT_THAT(changes->issues[1].what, HasSubstr("newer than the line before"));
}

TEST(Listings, HashesAndLinks) {
  EXPECT_EQ(parse_hash_file("AB12  a.json\n"), "ab12");
  EXPECT_EQ(parse_hash_file("ab12"), "ab12");
  for (const char* bad : {"", " ab12", "xyz", "ab12g a.json"}) EXPECT_FALSE(parse_hash_file(bad)) << bad;
  EXPECT_THAT(links_of_html("<a href=\"./a.json\">a</a> <A HREF = 'b.json'> <a href=c.json>"), ElementsAre("./a.json", "b.json", "c.json"));
}

}  // namespace
}  // namespace entente::csaf
