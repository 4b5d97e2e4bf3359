// The official list as published (../shared/registry): all 1,222 supporters import, and the report finds what people found by hand. The
// answers they wrote down (the field "issues") are taken out before anything is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/data.h"
#include "core/file.h"
#include "core/json.h"
#include "registry/import.h"
#include "registry/import_statement.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kSupporters = 1222;

const CodeLists& lists() {
  static const CodeLists loaded = CodeLists::load(DataSet::embedded()).value();
  return loaded;
}

// The data set without its answers; `also` names more members to take out.
std::string without_answers(const std::filesystem::path& shared, const std::set<std::string>& also = {}) {
  Json document = Json::parse(test::slurp(shared / "registry/supporters.json"));
  std::size_t removed = 0;
  for (Json& record : document["supporters"]) {
    removed += record.erase("issues");
    for (const std::string& member : also) record.erase(member);
  }
  EXPECT_EQ(removed, kSupporters);
  return json_pretty(document);
}

Result<Import> import_text(const std::string& text, const std::string& file, const ImportOptions& options = {}) {
  ENTENTE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  test::spit(folder.path() / file, text);
  return read_import(folder.path() / file, lists(), options);
}

std::map<std::string, std::size_t> counts(const Import& import) {
  std::map<std::string, std::size_t> out;
  for (const auto& [code, count] : count_defects(import)) out[std::string(kind(code).code)] = count;
  return out;
}

std::vector<const ImportRecord*> with_defect(const Import& import, DefectCode code) {
  std::vector<const ImportRecord*> out;
  for (const ImportRecord& record : import.records)
    if (std::ranges::any_of(record.defects, [&](const Defect& d) { return d.code == code; })) out.push_back(&record);
  return out;
}

std::vector<std::string> source_ids(const std::vector<const ImportRecord*>& records) {
  std::vector<std::string> out;
  for (const ImportRecord* record : records) out.push_back(record->source_id);
  return out;
}

void expect_counters(const Import& import) {
  EXPECT_EQ(import.records.size(), kSupporters);
  const std::map<std::string, std::size_t> expected = {
      {"", 5}, {"civil-society", 391}, {"private-sector", 708}, {"public-authority", 37}, {"state", 81}};
  EXPECT_EQ(count_categories(import), expected);
}

void expect_known_defects(const Import& import) {
  const auto found = counts(import);
  const auto count = [&](const char* code) { return found.contains(code) ? found.at(code) : 0; };
  EXPECT_EQ(count("category-missing"), 5u);
  EXPECT_EQ(count("nature-missing"), 231u);
  EXPECT_EQ(count("date-signed-missing"), 1084u);
  EXPECT_EQ(count("country-not-iso"), 35u);
  EXPECT_EQ(count("country-missing"), 5u);
  EXPECT_EQ(count("file-name-disagrees"), 7u);
  std::size_t rom = 0;
  for (const ImportRecord* record : with_defect(import, DefectCode::country_not_iso)) {
    const std::string& written = record->values.at("country");
    rom += written == "ROM" ? 1 : 0;
    EXPECT_EQ(record->who.country, written == "ROM" ? "ROU" : written == "SCG" ? "SRB" : "MNE") << record->source_id;
  }
  EXPECT_EQ(rom, 33u);
}

TEST(RegistryImport, EverySupporterOfTheJson) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared), "supporters.json");
  ASSERT_OK(import);
  expect_counters(*import);
  expect_known_defects(*import);
  EXPECT_EQ(import->commit, "916433b20a70ce587db86de70b108ce21a25c551");
  const auto cyprus = with_defect(*import, DefectCode::country_ambiguous);
  ASSERT_EQ(cyprus.size(), 1u);
  EXPECT_EQ(cyprus[0]->source_id, "antoniou_mc_collum_co-private-sector-BTN");
  EXPECT_EQ(cyprus[0]->who.country, "CYP");
  EXPECT_EQ(cyprus[0]->values.at("country"), "BTN");
}

// Without the column in which the data set's makers corrected the country, only the official site's own value is left: the firm is found
// all the same, and its country stays open.
TEST(RegistryImport, TheCypriotFirmIsFoundWithoutTheCorrection) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared, {"country"}), "supporters.json");
  ASSERT_OK(import);
  expect_known_defects(*import);
  const auto cyprus = with_defect(*import, DefectCode::country_ambiguous);
  ASSERT_EQ(cyprus.size(), 1u);
  EXPECT_EQ(cyprus[0]->who.country, "");
  EXPECT_EQ(cyprus[0]->values.at("country"), "BTN");
  const auto found = std::ranges::find(cyprus[0]->defects, DefectCode::country_ambiguous, &Defect::code);
  EXPECT_THAT(found->detail, ::testing::HasSubstr("BTN or CYP"));
}

// The CSV without its last column, the answers (which hold no commas or quotes).
std::string csv_without_answers(const std::filesystem::path& shared) {
  const std::string text = test::slurp(shared / "registry/supporters.csv");
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    out += line.substr(0, line.rfind(',')) + "\n";
    at = end + 1;
  }
  EXPECT_EQ(out.find("issues"), std::string::npos);
  EXPECT_EQ(out.find("date-missing"), std::string::npos);
  return out;
}

TEST(RegistryImport, EverySupporterOfTheCsv) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(csv_without_answers(shared), "supporters.csv");
  ASSERT_OK(import);
  expect_counters(*import);
  expect_known_defects(*import);
  EXPECT_EQ(with_defect(*import, DefectCode::country_ambiguous).size(), 1u);
}

// The official site's own form, one Markdown file a supporter, written again from the data set's source fields.
TEST(RegistryImport, EverySupporterAsFrontMatter) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const Json given = Json::parse(test::slurp(shared / "registry/supporters.json"));
  for (const Json& record : given["supporters"]) {
    const auto text = [&](const char* member) { return record[member].is_string() ? record[member].get<std::string>() : std::string(); };
    std::string file =
        "---\nname: " + Json(text("name")).dump() + "\ncategory: " + (record["category"].is_string() ? text("category") : "undefined");
    file += "\nnature: " + Json(text("nature_source")).dump() + "\nnationality: " + text("country_source") + "\nwebsite: ";
    file += (text("domain").empty() ? "" : "\"https://" + text("domain") + "\"") + std::string("\ntwitter: \"\"\nlinkedin: \"\"\n");
    if (!text("date_signed").empty()) file += "date_signed: " + text("date_signed") + "\n";
    test::spit(folder->path() / "_supporters" / (text("id") + ".md"), file + "---\n");
  }
  const auto import = read_import(folder->path(), lists());
  ASSERT_OK(import);
  expect_counters(*import);
  expect_known_defects(*import);
  EXPECT_EQ(import->files.size(), kSupporters);
  EXPECT_THAT(source_ids(with_defect(*import, DefectCode::country_ambiguous)), ElementsAre("antoniou_mc_collum_co-private-sector-BTN"));
  EXPECT_THAT(with_defect(*import, DefectCode::front_matter_broken), ::testing::IsEmpty());
  for (const ImportRecord& record : import->records) EXPECT_EQ(record.dates.published_on + record.dates.signed_no_later_than, "");
}

// The codes we derive from the source's words are those the data set's makers derived by hand.
TEST(RegistryImport, CodesAgreeWithThoseGiven) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared), "supporters.json");
  ASSERT_OK(import);
  std::map<std::string, const ImportRecord*> by_id;
  for (const ImportRecord& record : import->records) by_id[record.source_id] = &record;
  ASSERT_EQ(by_id.size(), kSupporters);
  const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); };
  const Json given = Json::parse(test::slurp(shared / "registry/supporters.json"));
  for (const Json& record : given["supporters"]) {
    const ImportRecord& ours = *by_id.at(record["id"]);
    SCOPED_TRACE(ours.source_id);
    EXPECT_EQ(ours.who.name, text(record["name"]));
    EXPECT_EQ(ours.who.nature, text(record["nature"]));
    EXPECT_EQ(ours.who.country, text(record["country"]));
    EXPECT_EQ(ours.who.website, text(record["domain"]));
    EXPECT_EQ(ours.who.category ? std::string(name(*ours.who.category)) : "", text(record["category"]));
    EXPECT_EQ(ours.dates.signed_on, text(record["date_signed"]));
    const std::string published = text(record["first_published"]), precision = text(record["date_precision"]);
    EXPECT_EQ(ours.dates.published_on, precision == "import-upper-bound" ? "" : published);
    EXPECT_EQ(ours.dates.signed_no_later_than, precision == "import-upper-bound" ? published : "");
    EXPECT_EQ(ours.memberships.size(), record["alliance_2018"].size());
    EXPECT_EQ(ours.former_names.size(), record["former_names"].size());
  }
}

// Each issue people wrote down that the data set's fields still show is found, at the same records.
TEST(RegistryImport, TheIssuesWrittenDownAreFound) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared), "supporters.json");
  ASSERT_OK(import);
  const std::map<std::string, DefectCode> same = {{"category-missing-hidden-on-site", DefectCode::category_missing},
                                                  {"country-missing", DefectCode::country_missing},
                                                  {"country-code-not-iso", DefectCode::country_not_iso},
                                                  {"country-wrong-BTN-for-Cyprus", DefectCode::country_ambiguous},
                                                  {"nature-missing", DefectCode::nature_missing},
                                                  {"date-missing", DefectCode::date_signed_missing},
                                                  {"filename-disagrees", DefectCode::file_name_disagrees}};
  const Json given = Json::parse(test::slurp(shared / "registry/supporters.json"));
  for (const auto& [issue, code] : same) {
    std::vector<std::string> expected;
    for (const Json& record : given["supporters"])
      for (const Json& written : record["issues"])
        if (written == issue) expected.push_back(record["id"]);
    EXPECT_FALSE(expected.empty()) << issue;
    EXPECT_THAT(source_ids(with_defect(*import, code)), ::testing::UnorderedElementsAreArray(expected)) << issue;
  }
}

TEST(RegistryImport, NoTwoChambersOfCommerceAreTakenForOne) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared), "supporters.json");
  ASSERT_OK(import);
  for (const Suggestion& s : import->duplicates) {
    const std::string &a = import->records[s.first].who.name, &b = import->records[s.second].who.name;
    EXPECT_FALSE(a.find("American Chamber") != std::string::npos && b.find("American Chamber") != std::string::npos) << a << " / " << b;
  }
  // A reviewer reads each of them.
  EXPECT_LT(import->duplicates.size(), 40u);
}

TEST(RegistryImport, TheStatementsCarryEveryRecordAndFitTheLedger) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto import = import_text(without_answers(shared), "supporters.json");
  ASSERT_OK(import);
  const auto key = keys::SigningKey::generate("importer.example");
  ASSERT_OK(key);
  const auto envelopes = import_statements(*import, {"Official list", "https://list.example/", import->commit}, *key, now());
  ASSERT_OK(envelopes);
  std::set<std::string> ids;
  for (const statement::Envelope& envelope : *envelopes) {
    EXPECT_LE(envelope.str().size(), kMaxEntryBytes);
    const auto verified = statement::verify(envelope, {key->verifier()}, "import");
    ASSERT_OK(verified);
    EXPECT_OK(statement::check_predicate(verified->statement, DataSet::embedded()));
    const auto predicate = JsonDocument::parse(json_compact(verified->statement.predicate), "predicate");
    ASSERT_OK(predicate);
    EXPECT_OK(check_import(predicate->root()));
    for (const Json& record : verified->statement.predicate["records"]) ids.insert(record["source"]["id"]);
  }
  EXPECT_EQ(ids.size(), kSupporters);
  EXPECT_GE(envelopes->size(), 8u);
  EXPECT_LE(envelopes->size(), 20u);
}

}  // namespace
}  // namespace entente::registry
