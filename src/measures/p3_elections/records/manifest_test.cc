#include "measures/p3_elections/records/manifest.h"

#include "test_support.h"

namespace entente::measures::p3_elections::records {
namespace {

// What counties write above their columns, made up after the kinds there are.
TEST(Manifest, WildHeadersAreRead) {
  for (const char* header : {
           "County,Tabulator,Batch ,# of Ballot,Box # Location\r\n",
           "County,Tabulator ID,Batch,# of Ballot Cards,Location\r\n",
           "\xEF\xBB\xBF"
           "County,Tabulator ID,Batch,. of Ballots,Location\r\n",
           "County,Device ID,Batch,# of Ballots,Location (Bag)\n",
           "County,Tabulator ID ,Batch #,# in Batch,Locator\n",
           "CountyID,ScannerID,BatchID,NumBallots,StorageLocation\n",
           "County,Tabulator,Batch,#of Ballots Cards,Location/Box #\n",
           "County,Tabulator,Batch,# Cards,Location,,,\n",
           "Example County General Election,,,,\n,,,,\nCounty,Tabulator,Batch ID,# of cards,Locations\n",
           "\"County\",\"Tabulator\",\"Batch\",\"Number of\nBallots\",\"Location\"\n",
       }) {
    const auto manifest =
        parse_manifest(std::string(header) + "Example ,=\"101\",B-1,\"1,200\",Box 1\r\nExample,102,B-2, 7 ,Box 2\n\n,,,,\n", "m.csv");
    ASSERT_OK(manifest);
    ASSERT_EQ(manifest->batches.size(), 2u) << header;
    const ManifestBatch& first = manifest->batches[0];
    EXPECT_EQ(first.county, "Example");
    EXPECT_EQ(first.tabulator, "101");
    EXPECT_EQ(first.batch, "B-1");
    EXPECT_EQ(first.cards, 1200u);
    EXPECT_EQ(first.location, "Box 1");
    EXPECT_EQ(manifest->cards(), 1207u);
    EXPECT_TRUE(manifest->has_county && manifest->has_tabulator && manifest->has_location);
    EXPECT_FALSE(first.has_cvr.has_value());
  }
}

TEST(Manifest, ArloColumnsAndKeepsInnerBlanks) {
  const auto manifest = parse_manifest(
      "Container,Tabulator,Batch Name,Number of Ballots,CVR\nBox A,T1,ICC  - AV 1,25,Y\nBox A,T1,\"Batch \"\"2\"\"\",0,n\n", "arlo.csv");
  ASSERT_OK(manifest);
  EXPECT_TRUE(manifest->has_container);
  EXPECT_FALSE(manifest->has_county);
  EXPECT_EQ(manifest->batches[0].container, "Box A");
  EXPECT_EQ(manifest->batches[0].batch, "ICC  - AV 1");
  EXPECT_EQ(manifest->batches[0].has_cvr, true);
  EXPECT_EQ(manifest->batches[1].batch, "Batch \"2\"");
  EXPECT_EQ(manifest->batches[1].has_cvr, false);
}

TEST(Manifest, RunningSumsAreNoCount) {
  const auto manifest = parse_manifest("Batch Name,Number of Ballots,Container,Tabulator,cum_cards\n2,10,1,7,10\n3,5,1,7,15\n", "m.csv");
  ASSERT_OK(manifest);
  EXPECT_EQ(manifest->cards(), 15u);
}

TEST(Manifest, Windows1252AndForeignFiles) {
  const auto manifest = parse_manifest("Tabulator,Batch,Cards,Location\n1,Ca\xF1on 1,3,Box\n", "m.csv");
  ASSERT_OK(manifest);
  EXPECT_EQ(manifest->batches[0].batch, "Ca\xC3\xB1on 1");
  EXPECT_FALSE(parse_manifest("%PDF-1.7\n...", "m.csv"));
  EXPECT_FALSE(parse_manifest("PK\x03\x04 no workbook", "m.csv"));
  EXPECT_FALSE(parse_manifest("", "m.csv"));
}

TEST(Manifest, OtherSeparatorsAndTotals) {
  const auto semicolons = parse_manifest("Tabulator;Batch Name;Number of Ballots\n1;1;10\n1;2;20\nTotal;;30\n", "m.csv");
  ASSERT_OK(semicolons);
  EXPECT_EQ(semicolons->cards(), 30u);
  ASSERT_OK(parse_manifest("Tabulator\tBatch\tCards\n1\t1\t10\n", "m.csv"));
  const auto wrong = parse_manifest("Tabulator,Batch Name,Number of Ballots\n1,1,10\nTotal,,11\n", "m.csv");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where.line, 3u);
  EXPECT_NE(wrong.error().what.find("add up to 10"), std::string::npos);
}

TEST(Manifest, PositionsFollowTheOrderOfRows) {
  const auto manifest = parse_manifest("Tabulator,Batch,Cards\n2,9,3\n1,1,0\n1,2,2\n", "m.csv");
  ASSERT_OK(manifest);
  EXPECT_EQ(manifest->place_of(1), (ManifestPlace{0, 1}));
  EXPECT_EQ(manifest->place_of(3), (ManifestPlace{0, 3}));
  EXPECT_EQ(manifest->place_of(4), (ManifestPlace{2, 1}));  // the batch without cards is never met
  EXPECT_EQ(manifest->place_of(5), (ManifestPlace{2, 2}));
  const auto second = parse_manifest("Tabulator,Batch,Cards\n5,5,1\n", "n.csv");
  ManifestChain chain;
  chain.add(*manifest);
  chain.add(*second);
  EXPECT_EQ(chain.cards(), 6u);
  EXPECT_EQ(chain.place_of(5), (ManifestChain::Place{0, {2, 2}}));
  EXPECT_EQ(chain.place_of(6), (ManifestChain::Place{1, {0, 1}}));
}

TEST(Manifest, CopiesKeepTheirTexts) {
  std::optional<Manifest> copy;
  {
    const auto manifest = parse_manifest("Tabulator,Batch,Cards\n2,9,3\n", "m.csv");
    copy = *manifest;
  }
  EXPECT_EQ(copy->batches[0].batch, "9");
}

TEST(Manifest, DuplicatesAreFound) {
  const auto manifest = parse_manifest("County,Tabulator,Batch,Cards\nA,1,1,3\nA,1,2,3\nA,1,1,3\nB,1,1,3\n", "m.csv");
  ASSERT_OK(manifest);
  EXPECT_EQ(manifest->duplicates(), (std::vector<std::pair<std::size_t, std::size_t>>{{0, 2}}));
}

TEST(Manifest, ErrorsNameThePlace) {
  const auto error = [](std::string text) {
    const auto manifest = parse_manifest(std::move(text), "m.csv");
    return manifest ? Error{.what = "read", .where = {}, .hint = {}} : manifest.error();
  };
  EXPECT_EQ(error("Tabulator,Batch,Cards\n1,1,10\n1,2,many\n").where.line, 3u);
  EXPECT_EQ(error("Tabulator,Batch,Cards\n1,1,10\n1,2,many\n").where.column, 3u);
  EXPECT_EQ(error("Tabulator,Batch,Cards\n1,1,10\n1,2,-3\n").where.line, 3u);
  EXPECT_EQ(error("Tabulator,Batch,Cards\n1,1,\"1,20\"\n").where.line, 2u);
  EXPECT_EQ(error("Tabulator,Batch,Cards\n1,,5\n").what, "a row without a batch");
  EXPECT_EQ(error("Tabulator,Batch,Cards,Ballots\n1,1,5,5\n").where.column, 4u);
  EXPECT_NE(error("a,b,c\n1,2,3\n").what.find("no header"), std::string::npos);
  EXPECT_NE(error("Tabulator,Batch,Cards\n").what.find("without a batch"), std::string::npos);
  EXPECT_NE(error("Tabulator,Batch,Cards\n1,1,1\nTotal,,1\n1,2,1\n").what.find("below the totals"), std::string::npos);
  EXPECT_EQ(error("Tabulator,Batch,Cards,CVR\n1,1,5,maybe\n").where.column, 4u);
}

}  // namespace
}  // namespace entente::measures::p3_elections::records
