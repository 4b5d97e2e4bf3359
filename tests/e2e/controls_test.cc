// `entente controls` on the real binary: columns that fit, filters, both languages, and an edited catalogue given with --data.
#include "core/data.h"
#include "core/file.h"
#include "core/json.h"
#include "core/terminal.h"
#include "measures/all.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

using test::run_entente;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

std::vector<std::string> listed_ids(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"controls", "list", "--json"});
  const auto r = run_entente(arguments);
  EXPECT_EQ(r.code, 0) << r.err;
  std::vector<std::string> ids;
  const Json document = Json::parse(r.out);  // named: a range-for over a part of a temporary dangles
  for (const Json& c : document["controls"]) ids.push_back(c["id"].get<std::string>());
  return ids;
}

TEST(Controls, TheTableFitsAndShowsEveryControl) {
  for (const char* language : {"en", "fr"}) {
    const auto r = run_entente({"controls", "--lang", language});
    EXPECT_EQ(r.code, 0) << r.err;
    std::size_t rows = 0;
    for (const std::string& line : lines_of(r.out)) {
      if (line.starts_with("  P")) {
        ++rows;
        EXPECT_EQ(line.substr(7, 2), "  ") << line;
      }
      if (line.starts_with("  ")) { EXPECT_LE(display_width(line), 100U) << line; }
    }
    EXPECT_EQ(rows, 74U);
  }
  EXPECT_EQ(run_entente({"controls"}).out, run_entente({"controls", "list"}).out);
}

TEST(Controls, FiltersCombine) {
  EXPECT_EQ(listed_ids({}).size(), 74U);
  EXPECT_EQ(listed_ids({"--principle", "6"}).size(), 8U);
  EXPECT_EQ(listed_ids({"--principle", "P0", "--principle", "6"}).size(), 13U);
  EXPECT_EQ(listed_ids({"--class", "A"}).size(), 9U);
  EXPECT_EQ(listed_ids({"--class", "d", "--class", "A"}).size(), 17U);
  EXPECT_EQ(listed_ids({"--role", "isac"}).size(), 25U);  // 23 for everyone, P1-01, P1-08
  EXPECT_THAT(listed_ids({"--principle", "1", "--role", "isac", "--class", "V"}), ::testing::ElementsAre("P1-01", "P1-08"));
  EXPECT_TRUE(listed_ids({"--principle", "3", "--role", "isac"}).empty());
}

// The table and the JSON list the same controls in the same order, whatever the filters and the language.
TEST(Controls, TableAndJsonAgree) {
  for (const std::vector<std::string>& filter : std::vector<std::vector<std::string>>{{},
                                                                                      {"--principle", "6"},
                                                                                      {"--principle", "p1", "--principle=9"},
                                                                                      {"--class", "A", "--class", "D"},
                                                                                      {"--role", "csirt", "--class", "M"},
                                                                                      {"--role", "software-producer", "--role", "operator"},
                                                                                      {"--principle", "7", "--class", "v"}}) {
    SCOPED_TRACE(::testing::PrintToString(filter));
    const std::vector<std::string> ids = listed_ids(filter);
    EXPECT_FALSE(ids.empty());
    for (const std::string language : {"en", "fr"}) {
      std::vector<std::string> arguments{"controls", "list", "--lang", language};
      arguments.insert(arguments.end(), filter.begin(), filter.end());
      const auto r = run_entente(arguments);
      EXPECT_EQ(r.code, 0) << r.err;
      EXPECT_EQ(r.err, "");
      std::vector<std::string> shown;
      for (const std::string& line : lines_of(r.out))
        if (line.starts_with("  P")) shown.push_back(line.substr(2, 5));
      EXPECT_EQ(shown, ids);
      const std::string count = std::to_string(ids.size());
      EXPECT_THAT(r.out, HasSubstr(language == "en" ? count + " of 74 controls" : count + " contrôles sur 74"));
      EXPECT_THAT(r.out, HasSubstr(language == "en" ? "CONTROL" : "CONTRÔLE"));
    }
  }
}

TEST(Controls, AnEmptySelectionIsNoError) {
  const auto none = run_entente({"controls", "list", "--principle", "3", "--role", "isac"});
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(
      lines_of(none.out).at(1),
      "0 of 74 controls, catalogue " + Json::parse(run_entente({"controls", "--json"}).out)["catalog"]["version"].get<std::string>() + ".");
  EXPECT_THAT(none.out, Not(HasSubstr("CONTROL")));
  EXPECT_EQ(run_entente({"controls", "list", "--principle", "3", "--role", "isac", "--quiet"}).out, "");
  // --quiet leaves the table and drops the legend.
  const auto quiet = run_entente({"controls", "list", "--principle", "6", "--quiet"});
  EXPECT_EQ(quiet.code, 0);
  EXPECT_THAT(quiet.out, HasSubstr("P6-01"));
  EXPECT_THAT(quiet.out, Not(HasSubstr("of 74")));
}

TEST(Controls, ErrorsExitTwoAndPrintNothingElse) {
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{{"list", "--principle", "x"},
                                                                                   {"list", "--principle", "66"},
                                                                                   {"list", "--principle", ""},
                                                                                   {"list", "--class", "MV"},
                                                                                   {"list", "--role", "Operator"},
                                                                                   {"list", "--lang", "EN"},
                                                                                   {"list", "--data", "/no/such/folder"},
                                                                                   {"list", "P6-01"},
                                                                                   {"show"},
                                                                                   {"show", "P6-01", "P6-99"},
                                                                                   {"show", "6"},
                                                                                   {"show", "P6-01", "--lang", "xx"},
                                                                                   {"show", "P6-01", "--data", "/no/such/folder"}}) {
    std::vector<std::string> arguments{"controls"};
    arguments.insert(arguments.end(), bad.begin(), bad.end());
    SCOPED_TRACE(::testing::PrintToString(arguments));
    const auto r = run_entente(arguments);
    EXPECT_EQ(r.code, 2);
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr("error:"));
    arguments.emplace_back("--json");
    const auto json = run_entente(arguments);
    EXPECT_EQ(json.code, 2);
    EXPECT_TRUE(Json::parse(json.out).contains("error")) << json.out;
  }
}

TEST(Controls, WrongFiltersSayWhatIsRight) {
  const auto role = run_entente({"controls", "--role", "operater"});
  EXPECT_EQ(role.code, 2);
  EXPECT_THAT(role.err, HasSubstr("did you mean \"operator\"?"));
  EXPECT_THAT(run_entente({"controls", "--principle", "10"}).err, HasSubstr("0 (integrity of the pledge) to 9"));
  EXPECT_THAT(run_entente({"controls", "--lang", "de"}).err, HasSubstr("en or fr"));
  const auto unknown = run_entente({"controls", "show", "P6-11"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("P6-01"));
}

TEST(Controls, ShowSaysEverything) {
  const auto r = run_entente({"controls", "show", "p6-01", "P3-06"});
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* part :
       {"Every release has a good SBOM", "Lifecycle security", "software-producer", "machine-verified", "no older than 180 days",
        "CycloneDX", "valid and >=95% complete", ">=75%", "ships no software", "Encrypted votes verify end to end"})
    EXPECT_THAT(r.out, HasSubstr(part));
  for (const std::string& line : lines_of(r.out)) EXPECT_LE(display_width(line), 100U) << line;
  const auto fr = run_entente({"controls", "show", "P6-01", "--lang", "fr"});
  EXPECT_THAT(fr.out, HasSubstr("Chaque version publiée"));
  EXPECT_THAT(fr.out, HasSubstr("Satisfait si"));
  EXPECT_THAT(fr.out, Not(HasSubstr("Every release")));
}

TEST(Controls, JsonCarriesBothLanguages) {
  const auto r = run_entente({"controls", "show", "P6-01", "--json"});
  const Json d = Json::parse(r.out);
  ASSERT_EQ(d["controls"].size(), 1U);
  const Json& c = d["controls"][0];
  EXPECT_EQ(c["principle"], "paris-call.p6");
  EXPECT_EQ(c["max_age_days"], 180);
  for (const char* key : {"title", "evidence", "test", "satisfied", "partial", "not_applicable"}) {
    EXPECT_FALSE(c[key]["en"].get<std::string>().empty()) << key;
    EXPECT_FALSE(c[key]["fr"].get<std::string>().empty()) << key;
  }
}

TEST(Controls, AnEditedCatalogueIsUsedAndItsFaultsHavePlaces) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  ASSERT_OK(make_folders(folder->path() / "catalog"));
  const std::string controls(*DataSet::embedded().file("catalog/entente-controls.json"));
  ASSERT_OK(write_file_atomic(folder->path() / "catalog/paris-call.json", *DataSet::embedded().file("catalog/paris-call.json")));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string edited = controls;
    edited.replace(edited.find(from), from.size(), to);
    EXPECT_OK(write_file_atomic(folder->path() / "catalog/entente-controls.json", edited));
    return run_entente({"controls", "show", "P6-01", "--data", folder->path().string()});
  };
  EXPECT_THAT(with("Every release has a good SBOM", "Every release has a very good SBOM").out, HasSubstr("very good SBOM"));
  const auto broken = with("\"value\": \"software-producer\"", "\"value\": \"software-producers\"");
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("entente-controls.json:"));
  EXPECT_THAT(broken.err, HasSubstr("/catalog/groups/1/controls/"));
  EXPECT_THAT(broken.err, HasSubstr("did you mean \"software-producer\"?"));
}

// What the API names as the command that has a control measured is one of this program's.
TEST(Controls, CommandsOfEnginesExist) {
  for (const measures::Measure* engine : measures::all())
    for (const catalog::ControlId id : engine->controls()) {
      std::istringstream words{std::string(engine->command(id))};
      std::vector<std::string> arguments;
      std::string word;
      words >> word;
      EXPECT_EQ(word, "entente");
      // Up to the first value or option.
      while (words >> word && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos && word.front() != '-')
        arguments.push_back(word);
      ASSERT_FALSE(arguments.empty()) << id.str();
      arguments.emplace_back("--help");
      const auto r = run_entente(arguments);
      EXPECT_EQ(r.code, 0) << engine->command(id) << r.err;
      EXPECT_THAT(r.out, HasSubstr(arguments.size() > 2 ? arguments[arguments.size() - 2] : arguments[0]));
    }
}

}  // namespace
}  // namespace entente
