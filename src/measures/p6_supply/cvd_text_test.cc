// Promises and their denials in a policy's text; what is markup and what is text.
#include "measures/p6_supply/cvd_text.h"

#include <gtest/gtest.h>

#include "measures/p6_supply/cvd.h"

namespace entente::measures::p6_supply {
namespace {

std::string harbour(std::string_view text) { return std::string(safe_harbour_words(plain_policy(text))); }

TEST(CvdText, ADeniedHarbourIsNone) {
  for (const char* text : {"We do not offer a safe harbor.",
                           "We do not offer any safe harbour.",
                           "There is no legal safe harbor here.",
                           "Your research is not considered authorized.",
                           "Research is never considered authorised.",
                           "We offer no safe harbour.",
                           "We do not offer, at this time, any safe harbor.",
                           "We don\xE2\x80\x99t provide safe harbor.",
                           "We cannot grant you safe harbor",
                           "# Safe harbor\n\nSafe harbor is not offered.",
                           "Safe harbour: none",
                           "Safe harbor does not apply.",
                           "<h2>Safe harbor</h2><p>We do <b>not</b>\n offer safe harbor.</p>",
                           "We do not promise that we will not pursue legal action.",
                           "We no longer offer safe harbor.",
                           "All safe harbor void.",
                           "Safe harbour is void.",
                           "We have never heard of safe harbor; we sue.",
                           "We follow the EU\u2011U.S. Safe Harbor.",
                           "We keep to the Safe Harbour Principles.",
                           "Nous ne garantissons pas que nous n'engagerons pas de poursuites."})
    EXPECT_EQ(harbour(text), "") << text;
}

TEST(CvdText, APromiseNearAnotherNotIsOne) {
  for (const char* text : {"If you do not harm users, we consider your research to be authorized.", "We offer safe harbor.",
                           "SAFE HARBOUR\n===", "We do not pay bounties. Safe harbor: yes.",
                           "<ul><li>Do not run denial of service</li></ul><h2>Safe Harbor</h2>",
                           "* Do not read mail of others\n\n## Safe Harbor\nWe thank you.", "## Do not\nSafe harbor applies.",
                           "We do not pay, but offer safe harbor.", "We do not intend to and will not pursue legal action.",
                           "We follow the EU-US Safe Harbor. Finders have safe harbour here.",
                           "Not only do we offer safe harbor, we thank you.", "Safe harbor does not apply to extortion.",
                           "Aucune action en justice ne sera engag\xC3\xA9"
                           "e.",
                           "Nous n&rsquo;intenterons aucune action en justice.",
                           "If your test is not in scope it is not considered authorized; a test in good faith is considered authorized."})
    EXPECT_NE(harbour(text), "") << text;
}

TEST(CvdText, WhatIsNotShownIsNotRead) {
  EXPECT_EQ(plain_policy("a<!-- x > safe harbor scope -->b"), "a b");
  EXPECT_EQ(plain_policy("a <!-- safe harbor"), "a ");
  EXPECT_EQ(plain_policy("<!---->a<!-->b"), "a b");
  EXPECT_EQ(plain_policy("<a title=\"x > safe harbor\" href='>'>Text</a>"), "text ");
  EXPECT_EQ(plain_policy("<p>A</p><script>if (a<b) 'safe harbor'</script><STYLE>scope{}</STYLE>z"), "a\nz");
  EXPECT_EQ(plain_policy("1 < 2 and it's <b>so</b>"), "1 < 2 and it's so ");
  EXPECT_EQ(plain_policy("a <b c=\"d> e"), "a e") << "a quote that is left open";
  EXPECT_EQ(plain_policy("safe\n  harbor\n\nnext"), "safe harbor\nnext");
}

// What has no end is text, and the search for it is given up once, not for each: megabytes of it are read like others.
TEST(CvdText, TagsWithoutAnEndAreText) {
  for (const char* piece : {"<a", "<a =\"", "<a ='\"", "</", "<!", "safe harbor ", "not "}) {
    std::string text;
    while (text.size() + 8 < (std::size_t{1} << 20)) text += piece;
    const std::string plain = plain_policy(text);
    EXPECT_GT(plain.size(), text.size() / 4) << piece;
    EXPECT_EQ(safe_harbour_words(plain).empty(), std::string_view(piece) != "safe harbor ") << piece;
  }
}

}  // namespace
}  // namespace entente::measures::p6_supply
