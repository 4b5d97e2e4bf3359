// Counters, absence, growth and exports over the facts of all 1,222 supporters of the official list, brought into a ledger as import
// statements. What is expected is counted here from the list itself, and from what is known of it (notes on the registry).
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "core/json.h"
#include "registry/absence.h"
#include "registry/counters.h"
#include "registry/csv_export.h"
#include "registry/test_registry.h"
#include "test_support.h"

namespace entente::registry {
namespace {

using namespace fixture;

constexpr std::size_t kPart = 100;  // records a statement

std::string slug_of(const std::string& id, std::set<std::string>& taken) {
  std::string out;
  for (const char c : id) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  out = out.substr(0, 56);
  while (!out.empty() && out.back() == '-') out.pop_back();
  for (int n = 2; !taken.insert(out).second; ++n) out = out.substr(0, 56) + "-" + std::to_string(n);
  return out;
}

Json record_of(const Json& row, std::set<std::string>& taken) {
  Json organisation{{"id", slug_of(row["id"], taken)}, {"name", row["name"]}};
  for (const char* member : {"category", "nature", "country"})
    if (row[member].is_string() && !row[member].get<std::string>().empty()) organisation[member] = row[member];
  const std::string precision = row["date_precision"];
  Json dates = Json::object();
  if (precision == "signed") dates["signed_on"] = row["date_signed"];
  if (precision == "published") dates["published_on"] = row["first_published"];
  if (precision == "import-upper-bound") dates["signed_no_later_than"] = row["first_published"];
  return Json{{"organisation", std::move(organisation)}, {"dates", std::move(dates)}, {"source", {{"file", "supporters.json"}}}};
}

void import_all(World& world, const Json& list) {
  std::set<std::string> taken;
  Json records = Json::array();
  for (const Json& row : list) records.push_back(record_of(row, taken));
  std::sort(records.begin(), records.end(), [](const Json& a, const Json& b) { return a["organisation"]["id"] < b["organisation"]["id"]; });
  std::vector<Json> parts;
  for (std::size_t i = 0; i < records.size(); i += kPart) parts.emplace_back(Json::array());
  for (std::size_t i = 0; i < records.size(); ++i) parts[i / kPart].push_back(records[i]);
  std::string contents;
  for (const Json& part : parts) contents += canonical_digest(part).hex() + "\n";
  for (std::size_t n = 0; n < parts.size(); ++n) {
    Json p;
    p["source"] = {{"name", "Official list"}, {"format", "json"}, {"files", 1}, {"sha256", sha("list")}};
    p["importer"] = vkey("importer");
    p["tool"] = {{"name", "entente"}, {"version", "0.1.0"}};
    p["at"] = world.now();
    p["part"] = {{"number", n + 1}, {"of", parts.size()}, {"records", records.size()}, {"whole", sha(contents)}};
    const std::string content = canonical_digest(parts[n]).hex();
    p["content"] = dig(content);
    p["records"] = parts[n];
    world.append(entry("import", content, p, {&key("importer")}));
  }
}

class OfficialList : public ::testing::Test {
 protected:
  // True if there is something to test on; else the reason is in `why`.
  bool prepare() {
    const auto shared = test::shared_dir();
    if (!shared) {
      why = "no shared data: put ../shared beside the checkout or set ENTENTE_SHARED";
      return false;
    }
    if (!DataSet::embedded().file("schemas/predicate/import-v1.json")) {
      why = "no schema of imports in this tree";
      return false;
    }
    list = Json::parse(test::slurp(*shared / "registry" / "supporters.json"))["supporters"];
    world.found();
    import_all(world, list);
    return true;
  }
  World world;
  Json list;
  std::string why;
};

TEST_F(OfficialList, NobodyIsDropped) {
  if (!prepare()) GTEST_SKIP() << why;
  const Counters c = count_supporters(world.state);
  EXPECT_EQ(list.size(), 1222U);
  EXPECT_EQ(c.supporters, 1222U);
  std::map<std::string, std::uint32_t> categories, countries;
  for (const Json& row : list) {
    ++categories[row["category"].is_string() ? row["category"].get<std::string>() : ""];
    ++countries[row["country"].is_string() ? row["country"].get<std::string>() : ""];
  }
  for (const auto& [category, n] : categories) EXPECT_EQ(c.categories.at(category), n) << category;
  EXPECT_EQ(c.categories.at("state"), 81U);
  EXPECT_EQ(c.categories.at(""), 5U);
  EXPECT_EQ(c.countries, countries);
  const std::string table = supporters_csv(world.state, ExportScope::counting);
  const std::string lines = supporters_ndjson(world.state, ExportScope::counting);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1222);
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = table.find("\r\n", at)) != std::string::npos; at += 2) ++rows;
  EXPECT_EQ(rows, 1223U);
}

TEST_F(OfficialList, TheAbsenceMap) {
  if (!prepare()) GTEST_SKIP() << why;
  const Absence made = absence(count_supporters(world.state));
  EXPECT_EQ(made.countries.size(), 29U);
  EXPECT_EQ(made.supporters, 226U);
  std::uint32_t unknown = 0;
  for (const AbsentState& a : made.countries) unknown += a.unknown_category;
  EXPECT_EQ(unknown + made.undecided, 3U);  // of the five records without a category
  std::map<std::string, std::uint32_t> by_country;
  for (const AbsentState& a : made.countries) by_country[a.country] = a.supporters;
  const std::map<std::string, std::uint32_t> known = {{"IND", 62}, {"NGA", 27}, {"MYS", 20}, {"ZAF", 17},
                                                      {"BRA", 15}, {"RUS", 9},  {"TUR", 7},  {"CHN", 4}};
  for (const auto& [country, n] : known) EXPECT_EQ(by_country[country], n) << country;
}

TEST_F(OfficialList, KindsOfDateStayApart) {
  if (!prepare()) GTEST_SKIP() << why;
  const Growth made = growth(world.state, LedgerTimes(world.state));
  const auto sum = [](const DateSeries& series) {
    std::uint32_t out = 0;
    for (const auto& [month, n] : series.months) out += n;
    return out;
  };
  EXPECT_EQ(sum(made.dates[0]), 138U);
  EXPECT_EQ(made.dates[0].without, 1084U);
  EXPECT_EQ(sum(made.dates[1]), 60U);
  EXPECT_EQ(sum(made.dates[2]), 1024U);
  for (const DateSeries& series : made.dates) EXPECT_EQ(sum(series) + series.without, 1222U);
  ASSERT_EQ(made.ledger.size(), 1U);  // by the ledger, all came with the import
  EXPECT_EQ(made.ledger[0].joined, 1222U);
}

}  // namespace
}  // namespace entente::registry
