// Preferences of clients: weights, wildcards, refusals, and fields that are none.
#include "http/accept.h"

#include <gtest/gtest.h>

#include <vector>

#include "http/gzip.h"

namespace entente::http {
namespace {

using enum ContentCoding;

TEST(Accept, TheCodingOfGreatestWeight) {
  const std::vector<ContentCoding> both{brotli, gzip};
  const std::vector<std::pair<const char*, ContentCoding>> cases{
      {"", identity},
      {"gzip", gzip},
      {"br", brotli},
      {"gzip, deflate, br, zstd", brotli},
      {"gzip;q=1.0, br;q=0.9", gzip},
      {"GZIP", gzip},
      {"x-gzip", gzip},
      {"br;q=0, gzip", gzip},
      {"br;q=0.000, gzip;q=0", identity},
      {"*", brotli},
      {"*;q=0.5, br;q=0.1", gzip},
      {"gzip;q=0, *", brotli},
      {"*;q=0", identity},
      {"gzip;q=0.5, identity", identity},
      {"gzip;q=0.5, identity;q=0.5", gzip},
      {"identity;q=0", identity},
      {"gzip ; q=0.2 , br\t;\tq=0.1", gzip},
      {"gzip;level=9;q=0.3, br;q=0.2", gzip},
      {"gzip;q=2", identity},
      {"gzip;q=1.001", identity},
      {"gzip;q=0.0001", identity},
      {"gzip;q=", identity},
      {"gzip;q=-1", identity},
      {"gzip;q=abc, br", brotli},
      {"gzipped, brotli", identity},
      {",,;;q=,", identity},
  };
  for (const auto& [field, wanted] : cases) EXPECT_EQ(choose_coding(field, both), wanted) << field;
  EXPECT_EQ(choose_coding("br, gzip", std::vector{gzip}), gzip) << "only what there is";
  EXPECT_EQ(choose_coding("br, gzip", {}), identity);
  std::string endless;
  for (int i = 0; i < 5'000; ++i) endless += "x,";
  EXPECT_EQ(choose_coding(endless + "gzip", both), identity) << "lists are read to a bound";
}

TEST(Accept, TheLanguageOneLikesBest) {
  const std::vector<std::string> there{"en", "fr", "pt-BR", "ar"};
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "en"},
      {"fr", "fr"},
      {"FR-ca", "fr"},
      {"de, fr;q=0.2", "fr"},
      {"fr;q=0.3, en;q=0.4", "en"},
      {"en;q=0.3, fr;q=0.3", "en"},
      {"pt", "pt-BR"},
      {"pt-BR-x-local", "pt-BR"},
      {"pt-PT", "en"},
      {"*", "en"},
      {"en;q=0, *", "fr"},
      {"de", "en"},
      {"fr;q=0", "en"},
      {"fra", "en"},
      {"ar;q=0.9, fr;q=0.8, *;q=0.1", "ar"},
      {"fr;q=x", "en"},
      {"f, r; ,,", "en"},
  };
  for (const auto& [field, wanted] : cases) EXPECT_EQ(choose_language(field, there), wanted) << field;
}

TEST(Accept, TagsDifferByCoding) {
  EXPECT_EQ(coded_etag("\"abc\"", identity), "\"abc\"");
  EXPECT_EQ(coded_etag("\"abc\"", gzip), "\"abc-gz\"");
  EXPECT_EQ(coded_etag("\"abc\"", brotli), "\"abc-br\"");
}

TEST(Gzip, SmallerOrNothing) {
  EXPECT_EQ(http::gzip("x"), std::nullopt);
  const std::string text(3'000, 'a');
  const auto made = http::gzip(text);
  ASSERT_TRUE(made.has_value());
  EXPECT_LT(made->size(), 100U);
  EXPECT_TRUE(made->starts_with("\x1f\x8b"));
  EXPECT_EQ(http::gzip(text), made);
}

}  // namespace
}  // namespace entente::http
