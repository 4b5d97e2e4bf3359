// Vote records others published or made, of every system: each is read whole, and what is counted is held against what its own files say
// (totals by batch, manifests, twins in another layout) or against a second reading written here in the plainest way.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/records/tabulate.h"
#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/table.h"
#include "test_support.h"

namespace entente::measures::p3_elections {
namespace {

namespace fs = std::filesystem;
using records::CvrProblemKind;
using records::CvrRead;
using records::CvrReadOptions;
using records::CvrTable;
using records::read_cvrs;

fs::path elections(const fs::path& shared) { return shared / "conformance" / "p3_elections"; }

Result<CvrRead> read_files(const std::vector<fs::path>& paths, const CvrReadOptions& options = {}) { return read_cvrs(paths, options); }

Result<CvrRead> read_bytes(std::string_view bytes, const CvrReadOptions& options = {}) {
  const records::CvrSource source{"votes.csv", bytes};
  return read_cvrs(std::span(&source, 1), options);
}

// Contest → choice → votes.
using Totals = std::map<std::string, std::map<std::string, std::uint64_t>>;
Totals totals(const CvrTable& t) {
  Totals out;
  const auto tally = records::tabulate(t);
  for (std::size_t i = 0; i < t.contests.size(); ++i)
    for (std::size_t c = 0; c < t.contests[i].choices.size(); ++c)
      if (tally[i].votes[c] > 0) out[t.contests[i].name][t.contests[i].choices[c]] += tally[i].votes[c];
  return out;
}

// Everything of the cards but lines, files and the election's name.
std::string cards_of(const CvrTable& t) {
  std::string out;
  for (const records::CvrCard& c : t.cards) {
    out += fmt::format("{}/{}/{}/{}/{}", t.text(c.tabulator), t.text(c.batch), t.text(c.record), t.text(c.imprinted_id), c.sheet);
    for (const records::CvrCardContest& k : t.contests_of(c)) {
      out += fmt::format(" {}{}:", t.contests[k.contest].name, k.overvotes != 0 ? "!" : "");
      for (const records::CvrMark& m : t.marks_of(k)) out += fmt::format(" {}({})", t.contests[k.contest].choices[m.choice], m.rank);
    }
    out += "\n";
  }
  return out;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

bool is_dominion_csv(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".cvr") || name.ends_with("cvrs.csv") || name.find("CVR_Export") != std::string::npos ||
         name.starts_with("invalid-cvr") || name.starts_with("TEST_CVR") || name.starts_with("DOMINION") || name.starts_with("NEWLINE") ||
         name.starts_with("COUNTING");
}

TEST(CvrConformance, ArloFixturesGiveTheTotalsOfTheirOwnFiles) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t cells = 0, batches = 0;
  for (const fs::path& path : files_below(elections(shared) / "cvr/arlo-fixtures")) {
    const std::string name = path.filename().string();
    if (!name.ends_with(" - cvrs.csv")) continue;
    const std::string county = name.substr(0, name.find(" - "));
    const auto read = read_files({path});
    ASSERT_OK(read);
    const CvrTable& t = read->table;
    const auto tally = records::tabulate_batches(t);
    std::map<std::string, const records::BatchTally*> by_name;
    for (const records::BatchTally& b : tally) ASSERT_TRUE(by_name.emplace(t.text(b.batch), &b).second) << county;
    for (const fs::path& other : files_below(path.parent_path())) {
      const std::string file = other.filename().string();
      if (!file.starts_with(county + " - ")) continue;
      const auto table = tables::read_table(other);
      ASSERT_OK(table);
      if (file.ends_with("ballot manifest.csv")) {
        for (std::size_t r = 1; r < table->rows.size(); ++r, ++batches)
          EXPECT_EQ(by_name.at(table->rows[r].cells[1])->cards, std::stoull(table->rows[r].cells[2])) << file;
      } else if (file.ends_with("candidate totals by batch.csv")) {
        const std::string contest = file.substr(county.size() + 3, file.find(" - candidate") - county.size() - 3);
        const std::uint32_t index = t.contest_index(contest);
        ASSERT_LT(index, t.contests.size()) << file;
        for (std::size_t r = 1; r < table->rows.size(); ++r) {
          const records::BatchTally& b = *by_name.at(table->rows[r].cells[0]);
          for (std::size_t c = 1; c < table->rows[r].cells.size(); ++c, ++cells) {
            const auto& choices = t.contests[index].choices;
            const auto choice = std::find(choices.begin(), choices.end(), table->rows[0].cells[c]) - choices.begin();
            EXPECT_EQ(b.contests[index].votes.at(static_cast<std::size_t>(choice)), std::stoull(table->rows[r].cells[c]))
                << file << " row " << r;
          }
        }
      }
    }
  }
  std::printf("Arlo fixtures: %zu totals by batch and candidate, %zu batch sizes\n", cells, batches);
  EXPECT_EQ(cells, 591U);
  EXPECT_EQ(batches, 77U);
}

TEST(CvrConformance, ArloVendorStringsEachLayout) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = elections(shared) / "cvr/arlo-vendor-strings";
  const auto read = [&](const std::vector<std::string>& names) {
    std::vector<fs::path> paths;
    for (const std::string& name : names) paths.push_back(folder / name);
    auto out = read_files(paths);
    EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().str());
    return out ? std::move(*out) : CvrRead{};
  };
  // Twins: the same cards in another dress.
  EXPECT_EQ(cards_of(read({"TEST_CVRS.csv"}).table), cards_of(read({"DOMINION_CVRS_WITH_LEADING_EQUAL_SIGNS.csv"}).table));
  EXPECT_EQ(cards_of(read({"TEST_CVR.csv"}).table), cards_of(read({"TEST_CVRS_WITH_EXTRA_SPACES.csv"}).table));
  EXPECT_EQ(cards_of(read({"TEST_CVR.csv"}).table), cards_of(read({"TEST_CVRS_WITH_LEADING_EQUAL_SIGNS.csv"}).table));
  EXPECT_EQ(cards_of(read({"COUNTING_GROUP_CVR.csv"}).table), cards_of(read({"NEWLINE_CVR.csv"}).table));
  const CvrTable clear = read({"CLEARBALLOT_CVRS.csv"}).table;
  EXPECT_EQ(clear.cards.size(), 14U);
  EXPECT_EQ(totals(clear), (Totals{{"Contest 1", {{"Choice 1-1", 7}, {"Choice 1-2", 3}}},
                                   {"Contest 2", {{"Choice 2-1", 13}, {"Choice 2-2", 6}, {"Choice 2-3", 7}}}}));
  const CvrRead twice = read({"cvrs.csv"});
  EXPECT_EQ(twice.report.count(CvrProblemKind::duplicate_card), 1U);
  const CvrTable unique = read({"DOMINION_UNIQUE_VOTING_IDENTIFIER_CVR.csv"}).table;
  EXPECT_EQ(unique.text(unique.cards[7].imprinted_id), "56_083-212");
  // ES&S: the same votes whichever ballots files go with them.
  const Totals votes{{"Contest 1", {{"Choice 1-1", 6}, {"Choice 1-2", 6}}},
                     {"Contest 2", {{"Choice 2-1", 8}, {"Choice 2-2", 4}, {"Choice 2-3", 2}}}};
  for (const std::vector<std::string>& files :
       std::vector<std::vector<std::string>>{{"ESS_CVR.csv"},
                                             {"ESS_CVR.csv", "ESS_BALLOTS_1.csv", "ESS_BALLOTS_2.csv"},
                                             {"ESS_BALLOTS_WITH_NO_METADATA_ROWS.csv", "ESS_CVR.csv"},
                                             {"ESS_CVR.csv", "ESS_BALLOTS_WITH_MACHINE_COLUMN.csv"},
                                             {"ESS_CVR.csv", "ESS_BALLOTS_WITH_MACHINE_COLUMN_AND_NO_METADATA_ROWS.csv"},
                                             {"ESS_CVR_WITH_TABULATOR_CVR_COLUMN.csv"}}) {
    const CvrRead ess = read(files);
    EXPECT_EQ(ess.table.cards.size(), 14U);
    EXPECT_EQ(totals(ess.table), votes);
    EXPECT_EQ(ess.report.count(CvrProblemKind::unmatched_row), 0U);
    EXPECT_EQ(ess.report.count(CvrProblemKind::count_mismatch), 0U);
    EXPECT_EQ(ess.report.count(CvrProblemKind::overvote), 1U);
    if (files.size() > 1) {
      EXPECT_EQ(ess.table.text(ess.table.cards[0].batch), "BATCH1");
      EXPECT_EQ(ess.table.text(ess.table.cards[0].tabulator), "0001");
    }
  }
  for (const char* name : {"ESS_CVR_WITH_BATCH_CVR_COLUMN.csv", "ESS_CVR_WITH_BATCH_NAME_CVR_COLUMN.csv"}) {
    const CvrRead ess = read({name});
    EXPECT_EQ(ess.table.text(ess.table.cards[2].batch), "Batch 2");
    EXPECT_EQ(ess.report.count(CvrProblemKind::unknown_column), 1U);
    EXPECT_EQ(totals(ess.table)["Contest 1"]["Write-in"], 2U);
  }
}

TEST(CvrConformance, VectorScannerAgreesWithThePlainReaderOnEveryDominionFile) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t files = 0, mutations = 0;
  std::mt19937 random(3);
  for (const fs::path& path : files_below(elections(shared) / "cvr")) {
    if (!is_dominion_csv(path)) continue;
    ++files;
    std::string text = test::slurp(path);
    const auto compare = [&](const std::string& what) {
      const auto fast = read_bytes(text, {.max_problems = 20});
      const auto plain = read_bytes(text, {.max_problems = 20, .scanner = CvrReadOptions::Scanner::plain});
      ASSERT_EQ(fast.has_value(), plain.has_value()) << what;
      if (!fast) {
        ASSERT_EQ(fast.error().str(), plain.error().str()) << what;
      } else {
        ASSERT_EQ(cards_of(fast->table), cards_of(plain->table)) << what;
        ASSERT_EQ(fast->report.counts, plain->report.counts) << what;
      }
    };
    compare(path.string());
    if (text.size() > 20'000) continue;
    const std::string original = text;
    for (int i = 0; i < 60; ++i, ++mutations) {
      const std::size_t at = original.size() / 3 + random() % (original.size() * 2 / 3);
      text = original;
      text[at] = "\",01\n\r2x= \xE9"[random() % 11];
      if (random() % 2 == 0) text.erase(at / 2 + original.size() / 3, 1);
      compare(fmt::format("{} mutation {}", path.string(), i));
      if (HasFatalFailure()) return;
    }
  }
  std::printf("Dominion CSV: %zu files and %zu mutations read alike by both scanners\n", files, mutations);
  EXPECT_GE(files, 25U);
}

TEST(CvrConformance, TheColoradoZoo) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = elections(shared) / "cvr/dominion-csv-corla";
  const auto duplicate = read_files({folder / "zoo/invalid-cvr-dup-line.csv"});
  ASSERT_OK(duplicate);
  ASSERT_EQ(duplicate->report.count(CvrProblemKind::duplicate_card), 1U);
  EXPECT_EQ(duplicate->report.problems[0].where.line, 6U);
  EXPECT_EQ(duplicate->table.cards.size(), 166U);
  const auto tie = read_files({folder / "zoo/tie-c2-proposition107.cvr"});
  ASSERT_OK(tie);
  EXPECT_EQ(totals(tie->table)["Proposition 107 (Statutory)"], (std::map<std::string, std::uint64_t>{{"YES", 30}, {"NO", 30}}));
  // The export as it came (every cell quoted) and cleaned by hand hold the same cards.
  const auto raw = read_files({folder / "dominion-2017-CVR_Export_20170310104116.csv"});
  const auto clean = read_files({folder / "zoo/dominion-2017-CVR_Export_20170310104116-clean.csv"});
  ASSERT_OK(raw);
  ASSERT_OK(clean);
  EXPECT_EQ(cards_of(raw->table), cards_of(clean->table));
  EXPECT_EQ(raw->table.contests.size(), 83U);
  // The manifests beside them count the same cards a batch.
  for (const char* name : {"e-1/arapahoe-manifest.csv", "e-1-12/arapahoe-manifest.csv", "zoo/arapahoe-unsorted-manifest.csv"}) {
    const auto manifest = tables::read_table(folder / name);
    ASSERT_OK(manifest);
    std::map<std::pair<std::string, std::string>, std::uint64_t> sizes;
    for (std::size_t r = 1; r < manifest->rows.size(); ++r)
      sizes[{manifest->rows[r].cells[1], manifest->rows[r].cells[2]}] = std::stoull(manifest->rows[r].cells[3]);
    for (const records::BatchTally& b : records::tabulate_batches(clean->table))
      EXPECT_EQ(sizes.at({std::string(clean->table.text(b.tabulator)), std::string(clean->table.text(b.batch))}), b.cards) << name;
  }
  const auto no_record = read_files({folder / "zoo/arapahoe-unsorted-manifest.csv"});
  ASSERT_FALSE(no_record.has_value());
}

TEST(CvrConformance, DominionJsonOfSanFrancisco) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = elections(shared) / "cvr/dominion-json-sf2024";
  const auto read = read_files({folder / "CvrExport_0.json.xz", folder / "CvrExport_15.json.xz", folder / "manifests.tar.xz"});
  ASSERT_OK(read);
  EXPECT_EQ(read->report.version, "5.10.50.85");
  EXPECT_EQ(read->report.count(CvrProblemKind::assumed), 0U);
  EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 0U);
  // The same by another JSON library: cards, contests on them, votes by candidate id and rank.
  std::map<std::int64_t, std::string> candidates, contests;
  const std::vector<tables::Member> members = tables::read_members(folder / "manifests.tar.xz").value();
  for (const tables::Member& member : members) {
    const bool candidate = member.name.ends_with("CandidateManifest.json");
    if (!candidate && !member.name.ends_with("/ContestManifest.json")) continue;
    const auto manifest = nlohmann::json::parse(member.content);
    for (const auto& entry : manifest.at("List"))
      (candidate ? candidates : contests)[entry.at("Id").get<std::int64_t>()] = entry.at("Description").get<std::string>();
  }
  std::map<std::string, std::uint64_t> expected, got;
  std::size_t cards = 0, on_cards = 0;
  for (const char* name : {"CvrExport_0.json.xz", "CvrExport_15.json.xz"}) {
    const auto document = nlohmann::json::parse(tables::read_packed(folder / name).value());
    for (const auto& session : document["Sessions"]) {
      const bool modified = session.contains("Modified") && session["Modified"]["IsCurrent"].get<bool>();
      for (const auto& card : session[modified ? "Modified" : "Original"]["Cards"]) {
        ++cards;
        for (const auto& contest : card["Contests"]) {
          ++on_cards;
          for (const auto& mark : contest["Marks"])
            if (mark["IsVote"].get<bool>())
              ++expected[fmt::format("{}|{}|{}", contests.at(contest.at("Id").get<std::int64_t>()),
                                     candidates.at(mark.at("CandidateId").get<std::int64_t>()), mark["Rank"].get<int>())];
        }
      }
    }
  }
  const CvrTable& t = read->table;
  for (const records::CvrCardContest& c : t.card_contests)
    for (const records::CvrMark& m : t.marks_of(c))
      ++got[fmt::format("{}|{}|{}", t.contests[c.contest].name, t.contests[c.contest].choices[m.choice], m.rank)];
  EXPECT_EQ(t.cards.size(), cards);
  EXPECT_EQ(t.card_contests.size(), on_cards);
  EXPECT_EQ(got, expected);
  EXPECT_EQ(t.contests.size(), 53U);
  std::printf("San Francisco 2024: %zu cards, %zu kinds of votes agree\n", cards, expected.size());
}

TEST(CvrConformance, DominionJsonVersionsAndHart) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = elections(shared) / "cvr/shangrla-tests";
  const auto old = read_files({folder / "Dominion_CVRs/test_5.2.18.2.Dominion.json"});
  ASSERT_OK(old);
  EXPECT_EQ(cards_of(old->table), "60001/1/1/60001-1-1/1 111: 6(1)\n60009/3/21/60009-3-21/1 111: 6(1) 122: 9(1)\n");
  const auto split =
      read_files({folder / "Dominion_CVRs/CVR_Export/CvrExport_0.json", folder / "Dominion_CVRs/CVR_Export/CvrExport_1.json"});
  ASSERT_OK(split);
  EXPECT_EQ(cards_of(split->table), "1/2/13/1-2-13/1 1: 5(1)\n1/5/X/1-5-119/2 1:\n");
  const auto whole = read_files({folder / "Dominion_CVRs/test_5.10.50.85.Dominion.json"});
  ASSERT_OK(whole);
  EXPECT_EQ(whole->table.cards.size(), 4U);
  EXPECT_TRUE(cards_of(whole->table).starts_with(cards_of(split->table)));
  EXPECT_NE(cards_of(whole->table).find("19: 26(2) 27(1)"), std::string::npos);
  const auto files = read_files({folder / "Hart_CVRs/test_Hart_CVR_2.xml", folder / "Hart_CVRs/test_Hart_CVR_1.xml"});
  const auto zip = read_files({folder / "Hart_CVRs.zip"});
  ASSERT_OK(files);
  ASSERT_OK(zip);
  EXPECT_EQ(cards_of(files->table), cards_of(zip->table));
  EXPECT_EQ(totals(zip->table), (Totals{{"MAYOR", {{"Write-in", 2}}}, {"PRESIDENT", {{"George Washington", 2}}}}));
  EXPECT_EQ(zip->report.count(CvrProblemKind::unused_file), 1U);
}

TEST(CvrConformance, NistExamplesAreValidAndRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const fs::path folder = elections(shared) / "nist/cvr";
  xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt((folder / "NIST_V0_cast_vote_records.xsd").c_str());
  xmlSchemaPtr schema = xmlSchemaParse(parser);
  xmlSchemaFreeParserCtxt(parser);
  ASSERT_NE(schema, nullptr);
  for (const char* name : {"example_1.xml", "example_2.xml"}) {
    xmlDocPtr document = xmlReadFile((folder / name).c_str(), nullptr, XML_PARSE_NONET);
    ASSERT_NE(document, nullptr);
    xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
    EXPECT_EQ(xmlSchemaValidateDoc(valid, document), 0) << name;
    xmlSchemaFreeValidCtxt(valid);
    xmlFreeDoc(document);
  }
  xmlSchemaFree(schema);
  const auto one = read_files({folder / "example_1.xml"});
  ASSERT_OK(one);
  ASSERT_EQ(one->table.cards.size(), 6U);
  // Card 4 is overvoted; card 5's write-in counts by its total; card 6 has a total of 1 on a selection without any indication.
  EXPECT_EQ(totals(one->table), (Totals{{"_C1", {{"_C1CN1", 3}, {"_C1CN2", 1}, {"_C1CN3", 1}}}}));
  EXPECT_EQ(records::tabulate(one->table)[0].overvoted, 1U);
  EXPECT_EQ(one->report.count(CvrProblemKind::count_mismatch), 1U);
  const auto two = read_files({folder / "example_2.xml"});
  ASSERT_OK(two);
  EXPECT_EQ(two->table.contests.size(), 25U);
  EXPECT_EQ(two->report.count(CvrProblemKind::unresolved_mark), 2U);
  const auto tally = records::tabulate(two->table);
  EXPECT_EQ(std::count_if(tally.begin(), tally.end(), [](const auto& c) { return c.overvoted > 0; }), 1);
}

TEST(CvrConformance, RaireFilesCountAsTheirLinesDo) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const std::vector<std::pair<std::string, std::size_t>> files{
      {"shangrla/SFDA2019/SFDA2019_PrelimReport12VBMJustDASheets.raire.xz", 146'662},
      {"shangrla/albury.raire.xz", 46'357},
      {"raire/arlo/Berkeley_2010.raire", 6'426},
      {"raire/arlo/SpecialCases/Aspen_2009_wrong_winner.raire", 2'544}};
  for (const auto& [name, cards] : files) {
    const auto read = read_files({elections(shared) / name});
    ASSERT_OK(read);
    EXPECT_EQ(read->table.cards.size(), cards);
    EXPECT_EQ(read->report.count(CvrProblemKind::duplicate_card), 0U);
    Totals expected;
    std::size_t lines = 0;
    std::istringstream text(tables::read_packed(elections(shared) / name).value());
    for (std::string line; std::getline(text, line);) {
      std::vector<std::string> cells;
      std::istringstream row(line);
      for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell.ends_with('\r') ? cell.substr(0, cell.size() - 1) : cell);
      if (cells.size() < 2 || cells[0] == "Contest") continue;
      ++lines;
      if (cells.size() > 2) ++expected[cells[0]][cells[2]];
    }
    EXPECT_EQ(read->table.card_contests.size(), lines);
    EXPECT_EQ(totals(read->table), expected) << name;
  }
}

TEST(CvrConformance, WorkbooksOfManifests) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto check = [&](const std::string& name, std::size_t rows, std::size_t column, std::uint64_t sum, const std::string& header) {
    const auto table = tables::read_table(elections(shared) / name);
    ASSERT_OK(table);
    ASSERT_EQ(table->rows.size(), rows + 1);
    EXPECT_EQ(table->rows[0].cells.at(column), header);
    std::uint64_t total = 0;
    for (std::size_t r = 1; r < table->rows.size(); ++r) {
      const auto count = tables::parse_count(table->rows[r].cell(column), "count", table->where(table->rows[r], column));
      ASSERT_OK(count);
      total += *count;
    }
    EXPECT_EQ(total, sum) << name;
  };
  check("shangrla/SFDA2019/N19 ballot manifest with WH location for RLA Upload VBM 11-14.xlsx", 5481, 3, 293'555, "Total Ballots");
  check("shangrla/OC_full_manifest.xlsx", 475, 1, 3'094'308, "Number of Ballots");
  check("cvr/shangrla-tests/Hart_manifest.xlsx", 4417, 3, 1'141'765, "Number of Ballots");
  // A workbook given as vote records is refused, and a workbook under the name of a CSV is read as what it is.
  const auto refused = read_files({elections(shared) / "cvr/shangrla-tests/Hart_manifest.xlsx"});
  ASSERT_FALSE(refused.has_value());
  const auto folder = TemporaryFolder::make().value();
  test::spit(folder.path() / "manifest.csv", test::slurp(elections(shared) / "cvr/shangrla-tests/Hart_manifest.xlsx"));
  const auto mislabelled = tables::read_table(folder.path() / "manifest.csv");
  ASSERT_OK(mislabelled);
  EXPECT_EQ(mislabelled->sheet, "oc_manifest_sample");
}

TEST(CvrConformance, EveryTableOfTheSharedElectionsIsRead) {
  ENTENTE_SHARED_OR_SKIP(shared);
  std::size_t files = 0;
  for (const char* below : {"corla/2024general", "corla/reconcile", "georgia", "cvr", "dhondt-belgium2024", "reporting"}) {
    for (const fs::path& path : files_below(elections(shared) / below)) {
      const std::string name = path.filename().string();
      if (!name.ends_with(".csv") && !name.ends_with(".xlsx") && !name.ends_with(".csv.xz")) continue;
      const auto table = tables::read_table(path);
      EXPECT_TRUE(table.has_value()) << (table ? "" : table.error().str());
      ++files;
    }
  }
  std::printf("tables read: %zu\n", files);
  EXPECT_GE(files, 150U);
}

}  // namespace
}  // namespace entente::measures::p3_elections
