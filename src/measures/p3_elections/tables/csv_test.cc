#include "measures/p3_elections/tables/csv.h"

#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::measures::p3_elections::tables {
namespace {

using CsvRows = std::vector<std::vector<std::string>>;

Result<CsvRows> all_rows(std::string_view text) {
  CsvReader reader(text, "t.csv");
  CsvRows out;
  for (CsvRow row;;) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) return out;
    out.emplace_back(row.cells.begin(), row.cells.end());
  }
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(all_rows("a,b\r\n\"c, d\",\"e \"\"f\"\"\"\n\n,\rlast").value(), (CsvRows{{"a", "b"}, {"c, d", "e \"f\""}, {"", ""}, {"last"}}));
  EXPECT_EQ(all_rows("\xEF\xBB\xBFx,\n").value(), (CsvRows{{"x", ""}}));
  EXPECT_EQ(all_rows("=\"1-1\",a\"b\n").value(), (CsvRows{{"=\"1-1\"", "a\"b"}}));
  EXPECT_EQ(all_rows("").value(), CsvRows{});
  EXPECT_EQ(all_rows("this row is longer than sixteen bytes,and this one too\n").value(),
            (CsvRows{{"this row is longer than sixteen bytes", "and this one too"}}));
}

TEST(Csv, ErrorsNameTheLineAndTheCell) {
  const auto open = all_rows("a,b\n\"x\ny\",\"z\n");
  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(open.error().where.line, 3U);
  EXPECT_EQ(open.error().where.column, 2U);
  EXPECT_FALSE(all_rows("\"a\"b,c\n").has_value());
  EXPECT_FALSE(all_rows(std::string_view("a\0b", 3)).has_value());
  EXPECT_FALSE(all_rows(std::string(kMaxCsvColumns + 1, ',')).has_value());
}

TEST(Csv, CountsInTheWaysOfTheField) {
  for (const auto& [cell, value] : std::vector<std::pair<const char*, std::uint64_t>>{{"12", 12},
                                                                                      {" 1,234 ", 1234},
                                                                                      {"=\"7\"", 7},
                                                                                      {"7.00", 7},
                                                                                      {"12,345,678", 12345678},
                                                                                      {"\xC2\xA0"
                                                                                       "5",
                                                                                       5}}) {
    const auto count = parse_count(cell, "number of ballots", {});
    ASSERT_OK(count);
    EXPECT_EQ(*count, value) << cell;
  }
  for (const char* cell : {"", "-1", "1.5", "1,23", "12,34", "1,2345", "x", "9007199254740993", ",123", "2019-03-08"}) {
    const auto count = parse_count(cell, "number of ballots", {.file = "m.csv", .line = 3, .column = 2});
    ASSERT_FALSE(count.has_value()) << cell;
    EXPECT_EQ(count.error().where.line, 3U);
  }
}

}  // namespace
}  // namespace entente::measures::p3_elections::tables
