// The catalogue against what others published: every field of the 74 controls and nine principles of ../shared/catalog must have
// survived, and both files must be OSCAL 1.2.2 by NIST's own JSON schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "core/data.h"
#include "core/file.h"
#include "core/json.h"
#include "schema/schema.h"
#include "test_support.h"

namespace entente::catalog {
namespace {

Json read_json(const std::filesystem::path& path) {
  const auto text = read_file(path);
  EXPECT_OK(text);
  return text ? Json::parse(*text) : Json();
}

TEST(CatalogConformance, EveryFieldOfEveryControlSurvives) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json source = read_json(shared / "catalog/controls/controls.json");
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  EXPECT_EQ(rules->version(), source["version"].get<std::string>());
  ASSERT_EQ(source["controls"].size(), rules->controls().size());
  for (std::size_t i = 0; i < rules->controls().size(); ++i) {
    const Control& c = rules->controls()[i];
    const Json& wanted = source["controls"][i];
    SCOPED_TRACE(c.id.str());
    // The whole object is rebuilt: a field that others add and we do not carry makes this fail.
    Json ours = Json::object();
    ours["id"] = c.id.str();
    ours["principle"] = "P" + std::to_string(c.id.principle());
    ours["title"] = c.title.en;
    ours["roles"] = c.roles;
    ours["evidence_class"] = std::string(1, letter(c.evidence_class));
    ours["max_age_days"] = c.max_age_days;
    ours["standard"] = c.standard;
    ours["evidence"] = c.evidence.en;
    ours["test"] = c.test.en;
    ours["satisfied"] = c.satisfied.en;
    ours["partial"] = c.partial.en;
    ours["not_applicable"] = c.not_applicable.en;
    ours["hooks"] = c.hooks;
    EXPECT_EQ(ours, wanted);
  }
}

TEST(CatalogConformance, StatusesAndClassesSurvive) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json source = read_json(shared / "catalog/controls/controls.json");
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  std::vector<std::string> statuses;
  for (std::size_t s = 0; s < 5; ++s) statuses.emplace_back(to_string(static_cast<Status>(s)));
  EXPECT_EQ(source["status_values"].get<std::vector<std::string>>(), statuses);
  ASSERT_EQ(source["evidence_class"].size(), 4U);
  for (const auto& [key, text] : source["evidence_class"].items()) {
    const auto c = parse_evidence_class(key);
    ASSERT_TRUE(c.has_value()) << key;
    EXPECT_EQ(rules->text(*c).en, text.get<std::string>());
  }
}

TEST(CatalogConformance, PrinciplesSurviveInBothLanguages) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Json source = read_json(shared / "catalog/norms/principles.json");
  const auto rules = Catalog::load(DataSet::embedded());
  ASSERT_OK(rules);
  ASSERT_EQ(source["principles"].size(), 9U);
  for (const Json& wanted : source["principles"]) {
    const Principle& p = rules->principle(wanted["n"].get<unsigned>());
    EXPECT_EQ(p.id, wanted["id"].get<std::string>());
    EXPECT_EQ(p.title.en, wanted["short"]["en"].get<std::string>());
    EXPECT_EQ(p.title.fr, wanted["short"]["fr"].get<std::string>());
    EXPECT_EQ(p.text.en, wanted["full"]["en"].get<std::string>());
    EXPECT_EQ(p.text.fr, wanted["full"]["fr"].get<std::string>());
  }
  const Json ours = Json::parse(*DataSet::embedded().file(Catalog::kPrinciplesPath));
  const Json& metadata = ours["catalog"]["metadata"];
  EXPECT_EQ(metadata["props"][0]["value"], source["source"]);
  EXPECT_EQ(metadata["props"][1]["value"], source["licence"]);
  EXPECT_EQ(metadata["remarks"], source["note"]);
}

TEST(CatalogConformance, BothFilesAreOscal) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto text = read_file(shared / "conformance/oscal/oscal_complete_schema-1-2-2.json");
  ASSERT_OK(text);
  const auto schema = schema::Schema::compile(*text, "oscal_complete_schema-1-2-2.json");
  ASSERT_OK(schema);
  for (const std::string_view path : {Catalog::kControlsPath, Catalog::kPrinciplesPath}) {
    const auto document = JsonDocument::parse(*DataSet::embedded().file(path), std::string(path));
    ASSERT_OK(document);
    for (const auto& v : schema->validate(document->root())) ADD_FAILURE() << path << " " << v.instance << ": " << v.message;
    // The verdict is no accident: without its title the same catalogue is not OSCAL.
    Json broken = Json::parse(*DataSet::embedded().file(path));
    broken["catalog"]["groups"][0]["controls"][0].erase("title");
    const auto without = JsonDocument::parse(json_pretty(broken), "broken");
    ASSERT_OK(without);
    EXPECT_FALSE(schema->is_valid(without->root()));
  }
}

}  // namespace
}  // namespace entente::catalog
