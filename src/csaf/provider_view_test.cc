// Lists that are named often: read once, judged within bounds, and what is beyond them is said.
#include "csaf/provider_view.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "test_support.h"

namespace entente::csaf {
namespace {

using ::testing::HasSubstr;

ProviderFile provider_file(Purpose purpose, const std::string& url, std::string text) {
  const Digest digest = sha256(text);
  return {.kind = std::string(evidence_kind(purpose)), .name = url, .source = url, .text = std::move(text), .sha256 = digest};
}
std::string index_of(std::size_t lines) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) out += fmt::format("{}.json\n", i);
  return out;
}

TEST(ProviderView, AListNamedAThousandTimesIsOne) {
  const std::vector<ProviderFile> files{provider_file(Purpose::index, "https://a.example/d/index.txt", "a.json\n"),
                                        provider_file(Purpose::feed, "https://a.example/f.json", R"({"feed":{"entry":[{"id":"a"}]}})")};
  ProviderMetadata metadata;
  for (int i = 0; i < 1'000; ++i) {
    metadata.distributions.push_back({.directory_url = i % 2 == 0 ? "https://a.example/d" : "https://a.example/d/"});
    metadata.distributions.back().feeds = {{.url = "https://a.example/f.json", .tlp_label = i % 3 == 0 ? "WHITE" : "GREEN"}};
  }
  const ProviderView view(files);
  ASSERT_EQ(view.directories(metadata).size(), 1U);
  EXPECT_EQ(view.directories(metadata)[0].index->paths.size(), 1U);
  const auto feeds = view.feeds(metadata);
  ASSERT_EQ(feeds.size(), 2U) << "once for each label";
  EXPECT_EQ(feeds[0].feed, feeds[1].feed) << "read once";
  EXPECT_EQ(feeds[0].feed->entries.size(), 1U);
}

TEST(ProviderView, TooManyListsAreAProblem) {
  ProviderMetadata metadata;
  for (std::size_t i = 0; i < 2 * kMaxSeenLists; ++i) {
    metadata.distributions.push_back({.directory_url = fmt::format("https://a.example/{}/", i)});
    metadata.distributions.back().feeds = {{.url = fmt::format("https://a.example/{}.json", i)}};
  }
  const ProviderView view({});
  const auto directories = view.directories(metadata);
  ASSERT_EQ(directories.size(), kMaxSeenLists + 1);
  EXPECT_THAT(directories.back().index_problem, HasSubstr("more than 500 directories"));
  const auto feeds = view.feeds(metadata);
  ASSERT_EQ(feeds.size(), kMaxSeenLists + 1);
  EXPECT_THAT(feeds.back().problem, HasSubstr("more than 500 feeds"));
}

TEST(ProviderView, EntriesAreCountedOverAllLists) {
  const std::string text = index_of(300'000);
  std::vector<ProviderFile> files;
  ProviderMetadata metadata;
  for (int i = 0; i < 8; ++i) {
    const std::string base = fmt::format("https://a.example/{}/", i);
    metadata.distributions.push_back({.directory_url = base});
    files.push_back(provider_file(Purpose::index, base + "index.txt", text));
  }
  const auto directories = ProviderView(files).directories(metadata);
  ASSERT_EQ(directories.size(), 8U);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(directories[i].index != nullptr, i < kMaxSeenEntries / 300'000) << i;
  EXPECT_THAT(directories.back().index_problem, HasSubstr("more than 2000000 entries"));
}

}  // namespace
}  // namespace entente::csaf
