// The manifest's reader: what it refuses, and where it says the fault lies.
#include "evidence/manifest.h"

#include "core/bytes.h"
#include "test_support.h"

namespace entente::evidence {
namespace {

using ::testing::HasSubstr;

Evidence entry(std::string path, std::uint64_t size = 3) {
  return {"kev",
          std::move(path),
          "application/json",
          sha256("abc"),
          size,
          parse_time("2026-11-01T08:00:00.5Z").value(),
          "https://feed.example/"};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ManifestTest, RoundTrip) {
  const std::vector<Evidence> entries = {entry("a"), entry("b/\"quoted\" é"), entry("c", 0)};
  const auto read = parse_manifest(manifest_text(entries), "m", {});
  ASSERT_OK(read);
  EXPECT_EQ(read->entries, entries);
  EXPECT_TRUE(read->complaints.empty());
}

struct Bad {
  const char* name;
  const char* from;
  const char* to;
  const char* what;
  const char* pointer;
};
class BadManifest : public testing::TestWithParam<Bad> {};

TEST_P(BadManifest, SaysWhatAndWhere) {
  const std::string text = replaced(manifest_text({entry("a"), entry("b")}), GetParam().from, GetParam().to);
  const auto read = parse_manifest(text, "m.json", {.max_file_bytes = 1000});
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().what));
  EXPECT_EQ(read.error().where.file, "m.json");
  EXPECT_EQ(read.error().where.pointer, GetParam().pointer);
  EXPECT_TRUE(read.error().where.line.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadManifest,
    testing::Values(Bad{"type", "bundle/v1", "bundle/v2", "\"type\" is not", "/type"},
                    Bad{"unknown", "\"entries\":", "\"extra\": 1,\n  \"entries\":", "unknown member \"extra\"", "/extra"},
                    Bad{"unknown_in_entry", "\"kind\":", "\"kinds\": 1, \"kind\":", "unknown member \"kinds\"", "/entries/0/kinds"},
                    Bad{"entries_object", "\"entries\": [", "\"entries\": {}, \"other\": [", "unknown member \"other\"", "/other"},
                    Bad{"traversal", "\"path\": \"a\"", "\"path\": \"../a\"", "unsafe path", "/entries/0/path"},
                    Bad{"absolute", "\"path\": \"a\"", "\"path\": \"/a\"", "unsafe path", "/entries/0/path"},
                    Bad{"nul", "\"path\": \"a\"", "\"path\": \"a\\u0000\"", "unsafe path", "/entries/0/path"},
                    Bad{"twice", "\"path\": \"b\"", "\"path\": \"a\"", "listed twice", "/entries/1/path"},
                    Bad{"order", "\"path\": \"b\"", "\"path\": \"Z\"", "out of order", "/entries/1/path"},
                    Bad{"prefix", "\"path\": \"b\"", "\"path\": \"a/b\"", "cannot hold", "/entries/1/path"},
                    Bad{"self", "\"path\": \"b\"", "\"path\": \"manifest.json\"", "cannot list itself", "/entries/1/path"},
                    Bad{"kind", "\"kind\": \"kev\"", "\"kind\": \"K ev\"", "bad kind", "/entries/0/kind"},
                    Bad{"media_type", "application/json", "application/json; charset=x", "bad media type", "/entries/0/media_type"},
                    Bad{"digest_case", "\"sha256\": \"ba", "\"sha256\": \"BA", "sha256", "/entries/0/sha256"},
                    Bad{"size_negative", "\"size\": 3", "\"size\": -3", "whole number", "/entries/0/size"},
                    Bad{"size_fraction", "\"size\": 3", "\"size\": 3.0", "whole number", "/entries/0/size"},
                    Bad{"size_text", "\"size\": 3", "\"size\": \"3\"", "whole number", "/entries/0/size"},
                    Bad{"size_absurd", "\"size\": 3", "\"size\": 18446744073709551615", "the limit is 1000", "/entries/0/size"},
                    Bad{"time", "2026-11-01T", "2026-13-01T", "collected_at", "/entries/0/collected_at"},
                    Bad{"source_control", "https://feed", "\\u001bhttps://feed", "control characters", "/entries/0/source"},
                    Bad{"source_type", "\"source\": \"https://feed.example/\"", "\"source\": null", "be a string", "/entries/0/source"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(ManifestTest, SumOfSizesCannotOverflow) {
  const std::uint64_t huge = std::uint64_t{1} << 63;
  const BundleLimits limits{.max_files = 10, .max_file_bytes = ~std::uint64_t{0}, .max_total_bytes = ~std::uint64_t{0}};
  EXPECT_FALSE(parse_manifest(manifest_text({entry("a", huge), entry("b", huge)}), "m", limits).has_value());
  EXPECT_OK(parse_manifest(manifest_text({entry("a", huge), entry("b", huge - 1)}), "m", limits));
}

TEST(ManifestTest, TopMembersMustBeThere) {
  const std::string type = "\"type\":\"" + std::string(kManifestType) + "\"";
  for (const std::string& text :
       {std::string("[]"), std::string("{}"), "{" + type + "}", "{" + type + ",\"entries\":[]}",
        "{" + type + ",\"entries\":{},\"entries_sha256\":\"\"}", "{" + type + ",\"entries\":[[]],\"entries_sha256\":\"\"}"})
    EXPECT_FALSE(parse_manifest(text, "m", {}).has_value()) << text;
}

TEST(ManifestTest, TooManyFiles) {
  const auto read = parse_manifest(manifest_text({entry("a"), entry("b"), entry("c")}), "m", {.max_files = 2});
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().what, HasSubstr("more than 2 files"));
}

TEST(ManifestTest, ComplaintsAboutSealAndSpelling) {
  const std::string text = manifest_text({entry("a")});
  const auto seal = parse_manifest(replaced(text, "\"kind\": \"kev\"", "\"kind\": \"kex\""), "m", {});
  ASSERT_OK(seal);
  ASSERT_EQ(seal->complaints.size(), 1u);
  EXPECT_THAT(seal->complaints[0].what, HasSubstr("seal"));
  const auto space = parse_manifest(replaced(text, "\"path\": ", "\"path\":  "), "m", {});
  ASSERT_OK(space);
  ASSERT_EQ(space->complaints.size(), 1u);
  EXPECT_THAT(space->complaints[0].what, HasSubstr("canonical"));
  EXPECT_EQ(space->complaints[0].where.line, 7u);
  EXPECT_EQ(space->complaints[0].where.column, 15u);
}

TEST(ManifestTest, RefusesDeepPaths) {
  std::string path;
  for (int i = 0; i < 2000; ++i) path += "a/";
  EXPECT_FALSE(parse_manifest(manifest_text({entry(path + "a")}), "m", {}).has_value());
}

}  // namespace
}  // namespace entente::evidence
