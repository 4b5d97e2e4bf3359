// The quick purl reader against the full one: whatever it accepts, the full one reads as the same parts; what it should be quick about, it
// is; and Purl::parse gives the full reader's answer to everything, errors and their places included.
#include "measures/p6_supply/purl_ordinary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "test_support.h"

namespace entente::measures::p6_supply {
namespace {

const std::vector<std::string>& ordinary_purls() {
  static const std::vector<std::string> kPurls{
      "pkg:npm/%40scope/name@1.0.0",
      "pkg:npm/@scope/name",
      "pkg:npm/@scope/name@1.0.0",
      "pkg:golang/github.com/example/Tool@v1.1.1",
      "pkg:pypi/Django_Extra@1.11.1.DEV1",
      "pkg:cargo/rand@0.7.2",
      "pkg:deb/Debian/Curl@7.50.3-1?arch=i386&distro=jessie",
      "pkg:deb/debian/curl@1%3A7.50.3-1%2Bb1?arch=i386&upstream=curl%407.50",
      "pkg:maven/org.example.graphics/Anim@1.9.1?classifier=sources&repository_url=https://repo.example/a/b",
      "pkg:brew/node@20@20.10.0",
      "pkg:unheard-of/Some/Name@V1?empty=&x=1",
      "pkg:git/host/owner/repo",
      "pkg:swid/x@1?tag_id=a",
      "pkg:mlflow/Model@1?repository_url=https://adb-1.azuredatabricks.net",
      "pkg:npm/name@",
      "pkg:npm/name?",
  };
  return kPurls;
}

// Empty if both readers agree, else what each says.
std::string disagreement(std::string_view text) {
  const auto full = parse_purl_in_full(text);
  const auto shown = [](const Result<Purl>& purl) { return purl ? purl->str() : purl.error().str(); };
  Purl quick;
  if (read_ordinary_purl(text, quick) && (!full || *full != quick)) return "quick: " + quick.str() + ", full: " + shown(full);
  const auto parsed = Purl::parse(text);
  const bool same = parsed.has_value() == full.has_value() && (parsed ? *parsed == *full : parsed.error().str() == full.error().str());
  return same ? "" : "parse: " + shown(parsed) + ", full: " + shown(full);
}

TEST(PurlOrdinary, IsQuickAboutWhatToolsWrite) {
  for (const std::string& text : ordinary_purls()) {
    Purl purl;
    EXPECT_TRUE(read_ordinary_purl(text, purl)) << text;
    EXPECT_EQ(disagreement(text), "") << text;
  }
}

TEST(PurlOrdinary, LeavesTheRestToTheFullReader) {
  for (const std::string text : {"",
                                 "pkg:",
                                 "pkg:npm",
                                 "pkg:npm/",
                                 "pkg:npm/@1",
                                 "pkg:npm/@scope/@1",
                                 "PKG:npm/a",
                                 "pkg:NPM/a",
                                 "pkg://npm/a",
                                 "pkg:npm//a",
                                 "pkg:npm/a/",
                                 "pkg:npm/a@1/2",
                                 "pkg:golang/a/b@v1#sub/path",
                                 "pkg:npm/a?b=1&a=2",
                                 "pkg:npm/a?a=1&a=2",
                                 "pkg:npm/a?A=1",
                                 "pkg:npm/a?a=1?b=2",
                                 "pkg:npm/a?a",
                                 "pkg:npm/a?1a=1",
                                 "pkg:npm/a?&a=1",
                                 "pkg:npm/a%2Fb/c",
                                 "pkg:npm/a%00b",
                                 "pkg:npm/a%c3%a9",
                                 "pkg:npm/a%4",
                                 "pkg:npm/é",
                                 "pkg:pypi/ns/name",
                                 "pkg:maven/name@1",
                                 "pkg:swid/x@1",
                                 "pkg:git/repo"}) {
    Purl purl;
    EXPECT_FALSE(read_ordinary_purl(text, purl)) << text;
    EXPECT_EQ(disagreement(text), "") << text;
  }
  EXPECT_EQ(disagreement(std::string("pkg:npm/a\0b", 11)), "");
  EXPECT_EQ(disagreement("pkg:npm/" + std::string(8184, 'a')), "");
  EXPECT_EQ(disagreement("pkg:npm/" + std::string(8185, 'a')), "");
}

// Up to four random edits of ordinary purls; the alphabet is what separates parts and what is folded.
TEST(PurlOrdinary, AgreesOnMutations) {
  std::mt19937 random(20261128);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::string alphabet("/@?#&=%:.-_~+ aZ09\x00\x7f\xc3\xa9", 22);
  const std::vector<std::string> pieces{"%2F", "%40", "%00", "%c3%a9", "%C3", "//", "/@", "@", "?a=1", "&b=%26", "#a/../b", "pkg:"};
  std::size_t quick = 0, refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text = ordinary_purls()[below(ordinary_purls().size())];
    for (std::size_t edits = below(5); edits > 0; --edits) {
      const std::size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0: text.insert(at, 1, alphabet[below(alphabet.size())]); break;
        case 1: text.insert(at, pieces[below(pieces.size())]); break;
        case 2: text.erase(at, 1 + below(3)); break;
        default:
          if (at < text.size()) text[at] = alphabet[below(alphabet.size())];
      }
    }
    ASSERT_EQ(disagreement(text), "") << testing::PrintToString(text);
    Purl purl;
    quick += read_ordinary_purl(text, purl) ? 1 : 0;
    refused += Purl::parse(text) ? 0 : 1;
  }
  EXPECT_GT(quick, 20'000U);
  EXPECT_GT(refused, 5'000U);
}

}  // namespace
}  // namespace entente::measures::p6_supply
