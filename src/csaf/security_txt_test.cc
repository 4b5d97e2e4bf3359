// What a security.txt made to hide its errors cannot do. The codes themselves are held against sectxt's vectors (tests/conformance).
#include "csaf/security_txt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "test_support.h"

namespace entente::csaf {
namespace {

const Instant kTxtNow = parse_time("2026-11-28T12:00:00Z").value();
constexpr std::string_view kGoodTxt = "Contact: https://alpha.example/report\nExpires: 2027-05-01T00:00:00Z\n";

std::string repeated(std::string_view line, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += line;
  return out;
}
SecurityTxt read_txt(const std::string& text) { return SecurityTxt::parse(text, kTxtNow).value(); }
bool has_code(const SecurityTxt& txt, std::string_view code) {
  return std::ranges::any_of(txt.notes, [&](const SecurityTxtNote& n) { return n.code == code; });
}

TEST(SecurityTxts, ErrorsAreNotLostBehindRemarks) {
  const std::string good(kGoodTxt);
  EXPECT_TRUE(read_txt(good).valid());
  // One field less than are read, so that the bad ones still are.
  const SecurityTxt hidden = read_txt(repeated("X: y\n", 998) + "Contact: http://alpha.example/\nExpires: 2001-01-01T00:00:00Z\n");
  EXPECT_FALSE(hidden.valid());
  EXPECT_TRUE(has_code(hidden, "no_https"));
  EXPECT_TRUE(has_code(hidden, "expired"));
  EXPECT_TRUE(read_txt(repeated("X: y\n", 998) + good).valid()) << "unknown fields are no errors";
}

TEST(SecurityTxts, FieldsThatAreNotReadAreAnError) {
  const std::string good(kGoodTxt);
  for (const std::string_view filler : {"X: y\n", "Contact: https://alpha.example/report\n"}) {
    const SecurityTxt txt = read_txt(good + repeated(filler, 1'000) + "Contact: http://alpha.example/\n");
    EXPECT_FALSE(txt.valid()) << filler;
    EXPECT_EQ(std::ranges::count(txt.notes, "too_many_fields", &SecurityTxtNote::code), 1) << filler;
    EXPECT_EQ(txt.fields.size(), 1'000U);
  }
  const SecurityTxt before = read_txt(repeated("X: y\n", 1'000) + "Contact: http://alpha.example/\nExpires: 2001-01-01T00:00:00Z\n");
  EXPECT_FALSE(before.valid());
  EXPECT_TRUE(has_code(before, "too_many_fields"));
}

TEST(SecurityTxts, NotesOfEachLevelAreBounded) {
  const SecurityTxt txt = read_txt(repeated("nothing\n", 5'000) + repeated("X: y\n", 900));
  EXPECT_FALSE(txt.valid());
  const auto count = [&](SecurityTxtNote::Level level) { return std::ranges::count(txt.notes, level, &SecurityTxtNote::level); };
  EXPECT_EQ(count(SecurityTxtNote::Level::error), 1'000);
  EXPECT_EQ(count(SecurityTxtNote::Level::notification), 900);
}

}  // namespace
}  // namespace entente::csaf
