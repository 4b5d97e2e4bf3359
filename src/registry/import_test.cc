// Lists in three formats through one judge: every record comes back, what is certain is taken, the rest is kept and told.
#include "registry/import.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "registry/import_readers.h"
#include "registry/import_statement.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const CodeLists& import_lists() {
  static const CodeLists loaded = CodeLists::load(DataSet::embedded()).value();
  return loaded;
}

struct WrittenFile {
  std::string path, text;
};
Result<Import> import_folder(const std::vector<WrittenFile>& files, const ImportOptions& options = {}) {
  ENTENTE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  for (const WrittenFile& file : files) test::spit(folder.path() / file.path, file.text);
  return read_import(folder.path(), import_lists(), options);
}
Result<Import> import_file(const std::string& name, const std::string& text, const ImportOptions& options = {}) {
  ENTENTE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  test::spit(folder.path() / name, text);
  return read_import(folder.path() / name, import_lists(), options);
}

std::vector<std::string> record_codes(const ImportRecord& record) {
  std::vector<std::string> out;
  for (const Defect& defect : record.defects) out.emplace_back(kind(defect.code).code);
  return out;
}

ImportRecord only_record(const Result<Import>& import) {
  EXPECT_OK(import);
  if (!import || import->records.size() != 1) {
    ADD_FAILURE() << "not one record";
    return {};
  }
  return import->records.front();
}

constexpr const char* kWholeRecord = R"(---
name: "Example Bank"
category: private-sector
nature: "Entreprise"
nationality: FRA
website: "https://www.bank.example"
twitter: "@person"
linkedin: "https://www.linkedin.com/in/person"
date_signed: 2021-04-01
---
Why we sign.
)";

TEST(ImportFrontMatter, AWholeRecord) {
  const ImportRecord record = only_record(import_folder({{"example_bank-private-sector-FRA.md", kWholeRecord}}));
  EXPECT_EQ(record.who.id, "example-bank");
  EXPECT_EQ(record.who.name, "Example Bank");
  EXPECT_EQ(record.who.category, Category::private_sector);
  EXPECT_EQ(record.who.nature, "company");
  EXPECT_EQ(record.who.country, "FRA");
  EXPECT_EQ(record.who.website, "www.bank.example");
  EXPECT_EQ(record.dates, (RecordDates{.signed_on = "2021-04-01"}));
  EXPECT_EQ(record.source_id, "example_bank-private-sector-FRA");
  EXPECT_EQ(record.line, 1u);
  EXPECT_THAT(record_codes(record), IsEmpty());
  // Nothing of the persons behind it.
  EXPECT_THAT(json_compact(record.json()), Not(HasSubstr("person")));
}

TEST(ImportFrontMatter, TheSitesFolderIsFoundBelow) {
  const auto import =
      import_folder({{"_supporters/a-state-FRA.md", kWholeRecord}, {"index.md", "no record"}, {"_supporters/README.md", "no"}});
  EXPECT_EQ(only_record(import).file, "a-state-FRA.md");
  EXPECT_EQ(import->files.size(), 1u);
}

TEST(ImportFrontMatter, DefectsWithTheirLines) {
  const ImportRecord record =
      only_record(import_folder({{"x-private-sector-ROM.md",
                                  "---\nname: \"Example\u00A0Bank \"\ncategory: undefined\nnature: \"Entreprise \"\nnationality: ROM\n"
                                  "website: \"https://HTTPS ://x\"\ndate_signed: 2021-02-30\ndate_confirmed: 2021-03-01\n---\n"}}));
  EXPECT_EQ(record.who.name, "Example Bank");
  EXPECT_EQ(record.who.country, "ROU");
  EXPECT_FALSE(record.who.category);
  EXPECT_EQ(record.dates, RecordDates{});
  EXPECT_THAT(record_codes(record),
              ElementsAre("file-name-disagrees", "name-white-space", "category-missing", "nature-white-space", "country-not-iso",
                          "date-signed-missing", "date-malformed", "date-kind-unknown", "website-malformed"));
  EXPECT_EQ(record.values.at("name"), "Example\u00A0Bank ");
  EXPECT_EQ(record.values.at("country"), "ROM");
  EXPECT_EQ(record.values.at("date_signed"), "2021-02-30");
  EXPECT_EQ(record.values.at("date_confirmed"), "2021-03-01");
  const auto line = [&](DefectCode code) { return std::ranges::find(record.defects, code, &Defect::code)->line; };
  EXPECT_EQ(line(DefectCode::name_white_space), 2u);
  EXPECT_EQ(line(DefectCode::country_not_iso), 5u);
  EXPECT_EQ(line(DefectCode::date_malformed), 7u);
}

// What a template wrote that escaped only the first quotation mark is read line by line.
TEST(ImportFrontMatter, BrokenYamlIsReadLineByLine) {
  const ImportRecord record =
      only_record(import_folder({{"fundacja-civil-society-POL.md",
                                  "---\nname: \"Fundacja \\\"Przyklad\" raka\"\ncategory: civil-society\nnationality: POL\n---\n"}}));
  EXPECT_EQ(record.who.name, "Fundacja \"Przyklad\" raka");
  EXPECT_EQ(record.who.category, Category::civil_society);
  EXPECT_EQ(record.who.country, "POL");
  EXPECT_THAT(record_codes(record), Contains("front-matter-broken"));
  EXPECT_THAT(record_codes(record), Contains("name-escaped-quote"));
}

TEST(ImportFrontMatter, HostileYaml) {
  std::string deep = "---\nname: ";
  for (int i = 0; i < 20'000; ++i) deep += '[';
  std::string bomb = "---\na: &a [x,x,x,x]\nb: &b [*a,*a,*a]\nname: Example\n---\n";
  std::string long_one = "---\nname: Example\n";
  for (int i = 0; i < 3000; ++i) long_one += "k" + std::to_string(i) + ": v\n";
  const auto import = import_folder({{"deep.md", deep + "\n---\n"},
                                     {"bomb.md", bomb},
                                     {"long.md", long_one + "---\n"},
                                     {"none.md", "# Example\n"},
                                     {"empty.md", ""},
                                     {"open.md", "---\nname: Example\n"},
                                     {"list.md", "---\n- a\n- b\n---\n"},
                                     {"twice.md", "---\nname: One\nname: Two\n---\n"},
                                     {"latin.md", "---\nname: Caf\xE9\n---\n"},
                                     {"crlf.md", "---\r\nname: \"Example\"\r\ncategory: state\r\n---\r\n"}});
  ASSERT_OK(import);
  EXPECT_EQ(import->records.size(), 10u);
  std::map<std::string, const ImportRecord*> by_file;
  for (const ImportRecord& record : import->records) by_file[record.file] = &record;
  for (const char* file : {"deep.md", "bomb.md", "long.md", "list.md", "latin.md"})
    EXPECT_THAT(record_codes(*by_file.at(file)), Contains("front-matter-broken")) << file;
  for (const char* file : {"none.md", "empty.md", "open.md"})
    EXPECT_THAT(record_codes(*by_file.at(file)), Contains("front-matter-missing")) << file;
  EXPECT_EQ(by_file.at("bomb.md")->who.name, "Example");
  EXPECT_EQ(by_file.at("twice.md")->who.name, "One");
  EXPECT_THAT(record_codes(*by_file.at("twice.md")), Contains("field-repeated"));
  EXPECT_THAT(record_codes(*by_file.at("latin.md")), Contains("name-not-utf8"));
  EXPECT_EQ(by_file.at("crlf.md")->who.category, Category::state);
  EXPECT_THAT(record_codes(*by_file.at("none.md")), Contains("name-missing"));
  EXPECT_EQ(by_file.at("none.md")->who.id, "none");
}

TEST(ImportCsv, QuotesLinesAndColumns) {
  const auto import = import_file("list.csv",
                                  "\xEF\xBB\xBFid,name,category,country,date_signed,twitter\r\n"
                                  "a,\"Example, \"\"A\"\" and\nSons\",civil-society,DEU,2020-01-02,@x\r\n"
                                  "\r\n"
                                  "b,Second,state,France,,\r\n");
  ASSERT_OK(import);
  ASSERT_EQ(import->records.size(), 2u);
  EXPECT_EQ(import->records[0].who.name, "Example, \"A\" and Sons");
  EXPECT_EQ(import->records[0].line, 2u);
  EXPECT_EQ(import->records[1].line, 5u);
  EXPECT_EQ(import->records[1].who.country, "FRA");
  EXPECT_THAT(record_codes(import->records[1]), Contains("country-form"));
  EXPECT_EQ(import->format, SourceFormat::csv);
}

// The official export quotes nothing.
TEST(ImportCsv, CommasOfUnquotedNames) {
  const auto import = import_file("list.csv",
                                  "name,category,nationality,nature,website,twitter,linkedin\n"
                                  "Example, Sample & Sons, Advocates,private-sector,IND,Entreprise,https://law.example,,\n"
                                  "Short,state\n"
                                  "A,b,c,d,e,f,g,h,i\n"
                                  "\"Half\" quoted,state,FRA,,,,\n");
  ASSERT_OK(import);
  ASSERT_EQ(import->records.size(), 4u);
  std::map<std::uint64_t, const ImportRecord*> by_line;
  for (const ImportRecord& record : import->records) by_line[record.line] = &record;
  EXPECT_EQ(by_line[2]->who.name, "Example, Sample & Sons, Advocates");
  EXPECT_EQ(by_line[2]->who.country, "IND");
  EXPECT_EQ(by_line[2]->who.website, "law.example");
  EXPECT_THAT(record_codes(*by_line[2]), Contains("row-commas"));
  EXPECT_EQ(by_line[3]->who.name, "Short");
  EXPECT_FALSE(by_line[3]->who.category);
  EXPECT_EQ(by_line[3]->values.at("row"), "Short,state");
  EXPECT_THAT(record_codes(*by_line[3]), Contains("row-length"));
  EXPECT_EQ(by_line[4]->who.name, "A");
  EXPECT_THAT(record_codes(*by_line[4]), Contains("row-length"));
  EXPECT_EQ(by_line[5]->who.name, "\"Half\" quoted");
  EXPECT_THAT(record_codes(*by_line[5]), Contains("row-quote"));
}

TEST(ImportCsv, WhatIsNoList) {
  const auto error = [](const std::string& text) {
    const auto import = import_file("list.csv", text);
    return import ? Error{} : import.error();
  };
  EXPECT_THAT(error("").what, HasSubstr("empty"));
  EXPECT_THAT(error("a,b\n1,2\n").what, HasSubstr("name"));
  EXPECT_THAT(error("name\n").what, HasSubstr("without records"));
  const Error open = error("name,category\nx,state\n\"y,state\n");
  EXPECT_THAT(open.what, HasSubstr("does not end"));
  EXPECT_EQ(open.where.line, 3u);
  EXPECT_THAT(error("name\nCaf\xE9\n").what, HasSubstr("UTF-8"));
  EXPECT_FALSE(import_file("list.txt", "name\n").has_value());
  EXPECT_FALSE(import_folder({{"a.txt", "x"}}).has_value());
}

TEST(ImportJson, KindsOfDatesStayApart) {
  const auto import = import_file("list.json", R"([
    {"id": "a", "name": "A", "date_signed": "2020-01-02", "first_published": "2020-01-03", "date_precision": "signed"},
    {"id": "b", "name": "B", "date_signed": null, "first_published": "2020-01-03", "date_precision": "published"},
    {"id": "c", "name": "C", "first_published": "2019-09-16", "date_precision": "import-upper-bound"},
    {"id": "d", "name": "D", "first_published": "2019-09-16", "date_precision": "guessed"},
    {"id": "e", "name": "E", "date_signed": "2018-01-01", "first_published": "2017-01-01"}
  ])");
  ASSERT_OK(import);
  ASSERT_EQ(import->records.size(), 5u);
  const auto dates = [&](std::size_t i) { return import->records[i].dates; };
  EXPECT_EQ(dates(0), (RecordDates{"2020-01-02", "2020-01-03", ""}));
  EXPECT_EQ(dates(1), (RecordDates{"", "2020-01-03", ""}));
  EXPECT_EQ(dates(2), (RecordDates{"", "", "2019-09-16"}));
  EXPECT_EQ(dates(3), RecordDates{});
  EXPECT_EQ(import->records[3].values.at("first_published"), "2019-09-16");
  EXPECT_THAT(record_codes(import->records[3]), Contains("date-kind-unknown"));
  EXPECT_THAT(record_codes(import->records[4]), Contains("date-order"));
  EXPECT_THAT(record_codes(import->records[4]), Contains("date-before-call"));
  EXPECT_EQ(import->records[2].pointer, "/2");
  EXPECT_EQ(import->records[2].line, 4u);
}

TEST(ImportJson, CountriesFromTwoFields) {
  const auto import = import_file("list.json", R"({"source": "list.example", "commit": "0123456789abcdef", "supporters": [
    {"name": "A", "country": "CYP", "country_source": "BTN"},
    {"name": "B", "country": "DEU", "country_source": "FRA"},
    {"name": "C", "country": null, "country_source": "BTN"},
    {"name": "D", "country": "XKX"},
    {"name": "E", "country_source": "Atlantis"},
    {"name": "Italie", "category": "state", "country": "FRA"},
    "no object"
  ]})");
  ASSERT_OK(import);
  EXPECT_EQ(import->source, "list.example");
  EXPECT_EQ(import->commit, "0123456789abcdef");
  std::map<std::string, const ImportRecord*> by_name;
  for (const ImportRecord& record : import->records) by_name[record.who.name] = &record;
  EXPECT_EQ(by_name["A"]->who.country, "CYP");
  EXPECT_THAT(record_codes(*by_name["A"]), Contains("country-ambiguous"));
  EXPECT_EQ(by_name["B"]->who.country, "DEU");
  EXPECT_THAT(record_codes(*by_name["B"]), Contains("country-disagrees"));
  EXPECT_EQ(by_name["C"]->who.country, "");
  EXPECT_EQ(by_name["D"]->who.country, "XKX");
  EXPECT_THAT(record_codes(*by_name["D"]), Contains("country-user-assigned"));
  EXPECT_EQ(by_name["E"]->who.country, "");
  EXPECT_EQ(by_name["E"]->values.at("country"), "Atlantis");
  EXPECT_THAT(record_codes(*by_name["Italie"]), Contains("state-name-disagrees"));
  EXPECT_EQ(by_name[""]->values.at("row"), "\"no object\"");
}

// A list may name no list of country codes: then the codes are ISO's, whatever the official site means by them.
TEST(ImportJson, WithoutAListOfCountries) {
  const std::string text = R"([{"name": "A", "country": "BTN"}, {"name": "Serbie", "category": "state", "country": "SCG"}])";
  const auto import = import_file("list.json", text, {.country_list = ""});
  ASSERT_OK(import);
  EXPECT_EQ(import->records[0].who.country, "BTN");
  EXPECT_EQ(import->records[1].who.country, "SRB");  // a state's own name decides
  EXPECT_FALSE(import_file("list.json", text, {.country_list = "another"}).has_value());
}

TEST(ImportJson, IdentifiersAndOtherNames) {
  const ImportRecord record =
      only_record(import_file("list.json", R"([{"name": "A", "name_fr": "Un ", "lei": "5493001kjtiigc8y1r12", "ror": "03yrm5c27",
    "wikidata": "https://www.wikidata.org/wiki/Q42", "former_names": ["Old", " "], "alliance_2018": ["One", "Two"]}])"));
  EXPECT_EQ(record.who.lei, "5493001KJTIIGC8Y1R12");
  EXPECT_EQ(record.who.ror, "");
  EXPECT_EQ(record.values.at("ror"), "03yrm5c27");
  EXPECT_EQ(record.who.wikidata, "Q42");
  EXPECT_EQ(record.who.names, (std::map<std::string, std::string>{{"fr", "Un"}}));
  EXPECT_THAT(record.former_names, ElementsAre("Old"));
  EXPECT_THAT(record.memberships, ElementsAre("One", "Two"));
  EXPECT_THAT(record_codes(record), Contains("ror-invalid"));
}

TEST(Import, SameIdsAndTakenIds) {
  const std::string text = R"([{"id": "x", "name": "Example"}, {"id": "x", "name": "Example"}, {"id": "y", "name": "Taken"}])";
  const auto import = import_file("list.json", text, {.taken_ids = {"taken"}});
  ASSERT_OK(import);
  std::set<std::string> ids;
  for (const ImportRecord& record : import->records) {
    ids.insert(record.who.id);
    EXPECT_EQ(std::ranges::count(record_codes(record), "source-id-repeated"), record.source_id == "x" ? 1 : 0);
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_FALSE(ids.contains("taken"));
  EXPECT_EQ(import->duplicates.size(), 1u);
  EXPECT_TRUE(needs_attention(*import));
}

TEST(ImportRecords, SurviveTheWayThroughJson) {
  const auto import = import_folder({{"x-private-sector-ROM.md", kWholeRecord}, {"none.md", "x"}});
  ASSERT_OK(import);
  for (const ImportRecord& record : import->records) {
    const auto document = JsonDocument::parse(json_compact(record.json()), "record");
    ASSERT_OK(document);
    const auto back = ImportRecord::from(document->root());
    ASSERT_OK(back);
    EXPECT_EQ(back->who, record.who);
    EXPECT_EQ(back->dates, record.dates);
    EXPECT_EQ(back->values, record.values);
    EXPECT_EQ(json_compact(back->json()), json_compact(record.json()));
  }
}

TEST(QualityReport, CsvCellsAreNoFormulas) {
  const auto import = import_file("list.json", R"([{"id": "=1+1", "name": "=cmd|' /C calc'!A0", "country": "@\"x\",\ny"}])");
  ASSERT_OK(import);
  const std::string csv = quality_csv(*import);
  EXPECT_THAT(csv, HasSubstr(",'=1+1,'=cmd|' /C calc'!A0,"));
  EXPECT_THAT(csv, HasSubstr("\"'@\"\"x\"\",\ny\""));
  EXPECT_THAT(csv, ::testing::StartsWith("code,severity,id,"));
  const Json json = quality_json(*import);
  EXPECT_EQ(json["records"], 1);
  EXPECT_EQ(json["categories"]["none"], 1);
}

TEST(QualityReport, CodesAreDistinctAndReadBack) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < static_cast<std::size_t>(DefectCode::count_); ++i) {
    const DefectKind& k = kind(static_cast<DefectCode>(i));
    EXPECT_TRUE(seen.insert(k.code).second) << k.code;
    EXPECT_EQ(defect_from(k.code), static_cast<DefectCode>(i));
    EXPECT_FALSE(k.meaning.empty() || k.advice.empty());
  }
  EXPECT_FALSE(defect_from("no-such-code"));
  // The page lists them all, in this order.
  const std::string page = test::slurp(test::source_dir() / "docs/registry-import.md");
  std::size_t at = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(DefectCode::count_); ++i) {
    const DefectKind& k = kind(static_cast<DefectCode>(i));
    const std::size_t found = page.find("| `" + std::string(k.code) + "` | " + std::string(name(k.severity)) + " |", at);
    ASSERT_NE(found, std::string::npos) << k.code;
    at = found;
  }
}

// --- statements ---

Import many_records(std::size_t n) {
  std::string text = "[";
  for (std::size_t i = 0; i < n; ++i)
    text += (i == 0 ? "" : ",") + std::string("{\"name\": \"Example number ") + std::to_string(i) +
            "\", \"category\": \"state\", \"note_date\": \"" + std::string(200, 'x') + "\"}";
  return import_file("list.json", text + "]").value();
}

TEST(ImportStatements, PartsFitTheLedgerAndHoldEverything) {
  const auto key = keys::SigningKey::generate("importer.example");
  ASSERT_OK(key);
  const Import import = many_records(400);
  const Instant at = *parse_time("2026-11-27T12:00:00Z");
  const auto envelopes = import_statements(import, {"Example list", "https://list.example/", "0123456789"}, *key, at);
  ASSERT_OK(envelopes);
  EXPECT_GT(envelopes->size(), 2u);
  std::vector<std::string> ids;
  std::set<std::string> wholes;
  for (std::size_t i = 0; i < envelopes->size(); ++i) {
    const std::string text = (*envelopes)[i].str();
    EXPECT_LE(text.size(), kMaxEntryBytes);
    const auto verified = statement::verify(*statement::Envelope::parse_canonical(text, "part"), {key->verifier()}, "part");
    ASSERT_OK(verified);
    ASSERT_OK(statement::check_predicate(verified->statement, DataSet::embedded()));
    const Json& p = verified->statement.predicate;
    EXPECT_EQ(p["part"]["number"], i + 1);
    EXPECT_EQ(p["part"]["of"], envelopes->size());
    EXPECT_EQ(p["part"]["records"], 400);
    EXPECT_EQ(p["importer"], key->verifier().str());
    EXPECT_EQ(p["source"]["sha256"], import.digest.hex());
    wholes.insert(p["part"]["whole"]);
    for (const Json& record : p["records"]) ids.push_back(record["organisation"]["id"]);
  }
  EXPECT_EQ(wholes.size(), 1u);
  EXPECT_EQ(ids.size(), 400u);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  // The same input, the same bytes.
  const auto again = import_statements(import, {"Example list", "https://list.example/", "0123456789"}, *key, at);
  EXPECT_EQ(*again, *envelopes);
}

TEST(ImportStatements, WhatCheckImportRefuses) {
  const auto key = keys::SigningKey::generate("importer.example");
  const auto envelopes = import_statements(many_records(3), {"Example list", "", ""}, *key, now());
  ASSERT_OK(envelopes);
  const Json predicate = statement::Statement::parse((*envelopes)[0].payload, "part")->predicate;
  const auto check = [](const Json& json) {
    const JsonDocument document = JsonDocument::parse(json_compact(json), "predicate").value();
    const auto checked = check_import(document.root());
    return checked ? std::string() : checked.error().what;
  };
  EXPECT_EQ(check(predicate), "");
  Json other = predicate;
  other["records"][0]["organisation"]["country"] = "FRA";
  EXPECT_THAT(check(other), HasSubstr("digest"));
  other = predicate;
  other["part"]["number"] = 2;
  EXPECT_THAT(check(other), HasSubstr("number"));
  other = predicate;
  std::swap(other["records"][0], other["records"][1]);
  other["content"]["sha256"] = canonical_digest(other["records"]).hex();
  EXPECT_THAT(check(other), HasSubstr("ascending"));
  EXPECT_FALSE(import_statements(many_records(1), {"", "", ""}, *key, now()).has_value());
  EXPECT_FALSE(import_statements(many_records(1), {"x", "file:///x", ""}, *key, now()).has_value());
  EXPECT_FALSE(import_statements(many_records(1), {"x", "", "XYZ"}, *key, now()).has_value());
}

TEST(ImportStatements, CanonicalJsonSortsMembers) {
  EXPECT_EQ(canonical_digest(Json::parse(R"({"b": 1, "a": "é\n"})")), sha256("{\"a\":\"é\\n\",\"b\":1}"));
}

TEST(ImportStatements, BothWaysToTheCanonicalDigestAgree) {
  for (const char* text :
       {R"({"b":1,"a":[true,null,-5,"x"],"é":{},"c":[],"d":"tab\t \"quoted\" \\ \u0001 \u007f é \u2028"})",
        R"([[],[[]],{"z":{"b":"","a":""}}])", R"({"n":[0,18446744073709551615,-9223372036854775808,1.5,1e300]})", R"("only")"}) {
    const auto document = JsonDocument::parse(text, "test");
    ASSERT_OK(document);
    EXPECT_EQ(canonical_digest(document->root()).hex(), canonical_digest(to_json(document->root())).hex()) << text;
  }
}

}  // namespace
}  // namespace entente::registry
