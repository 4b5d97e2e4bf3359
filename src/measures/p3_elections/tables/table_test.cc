#include "measures/p3_elections/tables/table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "measures/p3_elections/tables/container.h"
#include "measures/p3_elections/tables/test_packed.h"
#include "measures/p3_elections/tables/xlsx.h"
#include "measures/p3_elections/tables/xml_reader.h"
#include "test_support.h"

namespace entente::measures::p3_elections::tables {
namespace {

using namespace std::string_literals;
using test_packed::workbook;

TEST(Encoding, EachIsRecognisedAndSaid) {
  const auto plain = decode_text(
                         "\xEF\xBB\xBF"
                         "Caf\xC3\xA9",
                         "t")
                         .value();
  EXPECT_EQ(plain.text(), "Caf\xC3\xA9");
  EXPECT_EQ(plain.encoding(), Encoding::utf8);
  const auto windows = decode_text("Caf\xE9 \x96 \x80", "t").value();
  EXPECT_EQ(windows.text(), "Caf\xC3\xA9 \xE2\x80\x93 \xE2\x82\xAC");
  EXPECT_EQ(to_string(windows.encoding()), "Windows-1252");
  const auto wide = decode_text(
                        "\xFF\xFE"
                        "a\0\xE9\0\x3D\xD8\x00\xDE"s,
                        "t")
                        .value();
  EXPECT_EQ(wide.text(), "a\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(decode_text("\xFE\xFF\0a"s, "t").value().text(), "a");
}

TEST(Encoding, BytesOfNoTextAreRefusedWithTheirPlace) {
  const auto bad = decode_text("ab\ncd\x81", "t.csv");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().where.line, 2U);
  EXPECT_EQ(bad.error().where.column, 3U);
  EXPECT_FALSE(decode_text("\xFF\xFE"
                           "a"s,
                           "t")
                   .has_value());
  EXPECT_FALSE(decode_text("\xFF\xFE\x00\xDC"s, "t").has_value());
  EXPECT_FALSE(decode_text("\xE9\x01", "t").has_value());
}

std::string events(std::string_view xml, const XmlLimits& limits = {}) {
  auto reader = XmlReader::open(xml, "t.xml", limits);
  std::string out;
  for (;;) {
    const auto event = reader->next();
    if (!event) return out + "!" + event.error().str();
    if (*event == XmlReader::Event::done) return out;
    if (*event == XmlReader::Event::start) out += "<" + std::string(reader->name()) + reader->attribute("id").value_or("");
    if (*event == XmlReader::Event::end) out += ">";
    if (*event == XmlReader::Event::text) out += std::string(reader->text());
  }
}

TEST(Xml, GivesElementsAndTexts) {
  EXPECT_EQ(events("<?xml version='1.0'?><n:a xmlns:n='x'><!-- c --><n:b n:id='7'/>t&amp;u<![CDATA[<]]></n:a>"), "<a<b7>t&u<>");
  EXPECT_EQ(events("\xEF\xBB\xBF<a>\n <b/>\n</a>"), "<a<b>>");
}

TEST(Xml, RefusesWhatIsBrokenOrDangerous) {
  const std::string broken = events("<a>\n<b></a>");
  EXPECT_NE(broken.find("!t.xml:2:"), std::string::npos) << broken;
  EXPECT_NE(events("<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>").find("document type"), std::string::npos);
  EXPECT_NE(events("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>").find("document type"), std::string::npos);
  EXPECT_NE(events("<a><a><a/></a></a>", {.max_depth = 2}).find("deeper"), std::string::npos);
  EXPECT_NE(events("<a>").find("!"), std::string::npos);
  EXPECT_NE(events("").find("!"), std::string::npos);
  EXPECT_FALSE(XmlReader::open("<a/>", "t", {.max_bytes = 3}).has_value());
}

TEST(Xml, TextOfAnElementLeavesItsChildrenOut) {
  auto reader = XmlReader::open("<a>x<b>no</b>y</a>", "t").value();
  ASSERT_EQ(reader.next().value(), XmlReader::Event::start);
  EXPECT_EQ(reader.element_text().value(), "xy");
  EXPECT_EQ(reader.next().value(), XmlReader::Event::done);
}

TEST(Xlsx, CellsOfEveryKind) {
  const std::string book = workbook(
      R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c></row>)"
      R"(<row r="3"><c r="A3"><v>27.0</v></c><c r="B3"><v>1.2E4</v></c><c r="C3"><v>0.5</v></c><c r="D3" t="b"><v>1</v></c>)"
      R"(<c r="E3" t="str"><f>A1</f><v>007</v></c><c r="F3" s="1"><v>43532</v></c><c r="G3" s="2"><v>43532.5</v></c><c r="H3"/></row>)",
      "<si><t>Batch &amp; box</t><rPh sb='0' eb='1'><t>no</t></rPh></si>",
      R"(<numFmts><numFmt numFmtId="170" formatCode="&quot;day&quot; 0"/><numFmt numFmtId="171" formatCode="d/m"/></numFmts>)"
      R"(<cellXfs><xf numFmtId="170"/><xf numFmtId="14"/><xf numFmtId="171"/></cellXfs>)");
  const auto sheets = read_xlsx(book, "m.xlsx");
  ASSERT_OK(sheets);
  ASSERT_EQ(sheets->size(), 1U);
  ASSERT_EQ((*sheets)[0].rows.size(), 2U);
  EXPECT_EQ((*sheets)[0].rows[0].cells, (std::vector<std::string>{"Batch & box", "", "inline"}));
  EXPECT_EQ((*sheets)[0].rows[1].row, 3U);
  EXPECT_EQ((*sheets)[0].rows[1].cells,
            (std::vector<std::string>{"27", "12000", "0.5", "TRUE", "007", "2019-03-08", "2019-03-08T12:00:00"}));
}

TEST(Xlsx, FaultsNameTheCell) {
  const auto missing = read_xlsx(workbook(R"(<row r="2"><c r="B2" t="s"><v>5</v></c></row>)"), "m.xlsx");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().where.pointer, "Sheet1!B2");
  EXPECT_EQ(missing.error().where.line, 2U);
  EXPECT_FALSE(read_xlsx(workbook(R"(<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>)"), "m").has_value());
  EXPECT_FALSE(read_xlsx(workbook(R"(<row r="2"/><row r="1"/>)"), "m").has_value());
  EXPECT_FALSE(read_xlsx(workbook(R"(<row r="1"><c r="B1"/><c r="A1"/></row>)"), "m").has_value());
  EXPECT_FALSE(read_xlsx(workbook(R"(<row r="1"><c r="XFE1"><v>1</v></c></row>)"), "m").has_value());
  EXPECT_FALSE(read_xlsx(workbook(R"(<row r="1"><c r="K1"><v>1</v></c></row>)"), "m", {.max_cells = 10}).has_value());
  EXPECT_FALSE(read_xlsx(test_packed::packed(test_packed::Kind::zip, {{"a.txt", "x"}}), "m").has_value());
  EXPECT_FALSE(read_xlsx("PK\x03\x04 and then nonsense", "m").has_value());
}

// One long text that many cells name: small in the file, huge in memory.
TEST(Xlsx, ASharedTextCountsInEveryCellThatNamesIt) {
  std::string rows;
  for (int r = 1; r <= 100; ++r) rows += fmt::format(R"(<row r="{0}"><c r="A{0}" t="s"><v>0</v></c></row>)", r);
  const std::string book = workbook(rows, "<si><t>" + std::string(1000, 'x') + "</t></si>");
  EXPECT_OK(read_xlsx(book, "m.xlsx", {.max_bytes = 100'000}));
  const auto refused = read_xlsx(book, "m.xlsx", {.max_bytes = 50'000});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().where.pointer, "Sheet1!A51");
  EXPECT_NE(refused.error().what.find("bytes of text"), std::string::npos);
}

TEST(Table, ContentDecidesNotTheName) {
  const auto folder = TemporaryFolder::make().value();
  test::spit(folder.path() / "workbook.csv", workbook(R"(<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><v>x</v></c></row>)"));
  test::spit(folder.path() / "text.xlsx", "a,b\n1,\"2\n3\"\n\n,\n4,5\n");
  const auto sheet = read_table(folder.path() / "workbook.csv");
  ASSERT_OK(sheet);
  EXPECT_EQ(sheet->sheet, "Sheet1");
  EXPECT_EQ(sheet->rows[0].cells, (std::vector<std::string>{"1", "x"}));
  const auto text = read_table(folder.path() / "text.xlsx");
  ASSERT_OK(text);
  ASSERT_EQ(text->rows.size(), 3U);
  EXPECT_EQ(text->rows[2].line, 6U);
  EXPECT_EQ(text->where(text->rows[2], 1).str(), (folder.path() / "text.xlsx").string() + ":6:2");
}

TEST(Table, SeparatorsEncodingsAndOtherFiles) {
  EXPECT_EQ(parse_table("Batch;Ballots\nBox \xE9;1,5\n", "t")->rows[1].cells, (std::vector<std::string>{"Box \xC3\xA9", "1,5"}));
  EXPECT_EQ(parse_table("Batch\tBallots\n1\t2\n", "t")->rows[1].cells, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(parse_table("\"a;b\",c\n", "t")->rows[0].cells, (std::vector<std::string>{"a;b", "c"}));
  for (const char* bytes : {"%PDF-1.7", "\xD0\xCF\x11\xE0\xA1\xB1", "<!DOCTYPE html><p>", "", " \n ,\n"}) {
    EXPECT_FALSE(parse_table(bytes, "t").has_value()) << bytes;
  }
  EXPECT_NE(parse_table("\xD0\xCF\x11\xE0\xA1\xB1", "t").error().what.find(".xls"), std::string::npos);
}

}  // namespace
}  // namespace entente::measures::p3_elections::tables
