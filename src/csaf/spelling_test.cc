// Which dictionary a language has, and which tokens count as words. The dictionary is a small one of our own.
#include "csaf/spelling.h"

#include <algorithm>
#include <fstream>

#include "core/file.h"
#include "csaf/validator.h"
#include "test_support.h"

namespace entente::csaf {
namespace {

struct Folder {
  Folder() {
    write("xx_AA", "UTF-8", "hello\nworld\nsecurity\ndon't\nGrüße\n");
    write("xx_BB", "ISO8859-1", "other\n");
  }
  void write(const std::string& name, const std::string& encoding, const std::string& words) const {
    std::ofstream(dir.path() / (name + ".aff")) << "SET " << encoding << "\nWORDCHARS '\n";
    std::ofstream(dir.path() / (name + ".dic")) << std::count(words.begin(), words.end(), '\n') << "\n" << words;
  }
  TemporaryFolder dir = TemporaryFolder::make("spelling").value();
};

using Words = std::vector<std::string>;

TEST(CsafSpelling, NamesMisspeltWordsOnce) {
  const Folder folder;
  const Dictionaries d(folder.dir.path());
  EXPECT_EQ(d.misspelt("xx-AA", "Hello, wrold! (security) wrold."), Words{"wrold"});
  EXPECT_EQ(d.misspelt("xx-AA", "don't hello-wrold Grüße"), Words{"wrold"});
  EXPECT_EQ(d.misspelt("xx-AA", ""), Words{});
}

TEST(CsafSpelling, LeavesAloneWhatIsNoProse) {
  const Folder folder;
  const Dictionaries d(folder.dir.path());
  EXPECT_EQ(d.misspelt("xx-AA", "CVE-2026-1 OpenSSL XSS v1.2 /etc/pssswd a@b.example https://wrold.example `wrold` x"), Words{});
}

TEST(CsafSpelling, FindsTheDictionaryOfALanguage) {
  const Folder folder;
  const Dictionaries d(folder.dir.path());
  EXPECT_EQ(d.misspelt("xx-bb", "hello other"), Words{"hello"}) << "in any case";
  EXPECT_EQ(d.misspelt("xx", "hello other"), Words{"other"}) << "the first of the language";
  EXPECT_EQ(d.misspelt("xx-CC", "hello other"), Words{"other"});
  EXPECT_EQ(d.misspelt("xx-BB", "Grüße"), Words{}) << "a dictionary of another encoding is not asked";
  EXPECT_FALSE(d.misspelt("x", "hello"));
  EXPECT_FALSE(d.misspelt("yy", "hello"));
  EXPECT_FALSE(d.misspelt("", "hello"));
  EXPECT_FALSE(Dictionaries("/nonexistent").misspelt("xx", "hello"));
}

TEST(CsafSpelling, TheTestSaysThatItHasNoDictionary) {
  const auto validator = Validator::load(DataSet::embedded());
  ASSERT_OK(validator);
  const auto document = Document::parse(R"({"document":{"lang":"zz","title":"wrold"}})", "x");
  ASSERT_OK(document);
  const Dictionaries none("/nonexistent");
  const Selection selection{.only = {"6.3.8"},
                            .spelling = [&](std::string_view language, std::string_view text) { return none.misspelt(language, text); }};
  const Report report = validator->validate(*document, selection);
  EXPECT_TRUE(report.findings.empty());
  ASSERT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(report.skipped[0].reason, "no dictionary for zz");
}

}  // namespace
}  // namespace entente::csaf
