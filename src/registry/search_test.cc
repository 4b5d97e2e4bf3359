// Search against a plain reference: the same rows filtered one by one.
#include "registry/search.h"

#include <gtest/gtest.h>
#include <random>

#include "registry/names.h"
#include "registry/search_scan.h"

namespace entente::registry {
namespace {

std::vector<SupporterRow> rows(std::size_t count) {
  std::mt19937_64 rng(4);
  const std::vector<std::string> words{"École", "bank", "Zürich", "of", "Øst", "cyber", "institute", "società", "Łódź", "north"};
  const std::vector<std::string> categories{"state", "private-sector", "civil-society", ""}, countries{"FRA", "CHE", "POL", ""};
  std::vector<SupporterRow> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = words[rng() % words.size()] + " " + words[rng() % words.size()] + " " + std::to_string(i % 50);
    out.push_back({.id = "s" + std::to_string(i),
                   .changed_leaf = rng() % 1000,
                   .name = name,
                   .folded = fold(name),
                   .category = categories[rng() % 4],
                   .nature = rng() % 2 == 0 ? "company" : "",
                   .country = countries[rng() % 4],
                   .status = rng() % 5 == 0 ? "withdrawn" : "approved",
                   .principles = static_cast<std::int32_t>(rng() % 1024),
                   .tiers = rng() % 3 == 0 ? "" : "?ABCD?ABCD",
                   .day = rng() % 4 == 0 ? "" : "20" + std::to_string(18 + rng() % 5) + "-01-01"});
    out.back().counts = out.back().status == "approved";
  }
  return out;
}

std::vector<std::string> ids_of(const std::vector<SupporterRow>& all, const std::function<bool(const SupporterRow&)>& wanted) {
  std::vector<const SupporterRow*> found;
  for (const SupporterRow& row : all)
    if (wanted(row)) found.push_back(&row);
  std::ranges::sort(found, [](const auto* a, const auto* b) { return std::tie(a->folded, a->id) < std::tie(b->folded, b->id); });
  std::vector<std::string> out;
  for (const auto* row : found) out.push_back(row->id);
  return out;
}

bool among(const std::vector<std::string>& list, const std::string& value) {
  return std::ranges::find(list, value.empty() ? "-" : value) != list.end();
}

TEST(Search, AgreesWithThePlainWay) {
  const auto all = rows(600);
  SearchIndex index;
  index.put(all);
  std::mt19937_64 rng(9);
  const std::vector<std::string> texts{"", "ecole", "ÉCOLE bank", "zur", "lodz 7", "Ost", "nothing", "  of   "};
  for (int i = 0; i < 400; ++i) {
    SearchQuery q{.text = texts[rng() % texts.size()], .limit = 1000};
    if (rng() % 2 == 0) q.categories = {rng() % 2 == 0 ? "state" : "-", "civil-society"};
    if (rng() % 3 == 0) q.countries = {"CHE"};
    if (rng() % 4 == 0) q.natures = {"-"};
    if (rng() % 4 == 0) q.principles = static_cast<std::uint16_t>(1U << rng() % 10);
    if (rng() % 4 == 0) q.counted = Counted::all;
    if (rng() % 5 == 0) q.from_day = "2020-01-01";
    if (rng() % 5 == 0) q.tiers = {"2B"};
    const std::string folded = fold(q.text);
    const auto rest = [&](const SupporterRow& r) {
      std::istringstream words(folded);
      for (std::string word; words >> word;)
        if (r.folded.find(word) == std::string::npos) return false;
      return (q.counted == Counted::all || r.counts) && (r.principles & q.principles) == q.principles &&
             (q.from_day.empty() || (!r.day.empty() && r.day >= q.from_day)) &&
             (q.tiers.empty() || (r.tiers.size() > 2 && r.tiers[2] == 'B'));
    };
    const auto category = [&](const SupporterRow& r) { return q.categories.empty() || among(q.categories, r.category); };
    const auto country = [&](const SupporterRow& r) { return q.countries.empty() || among(q.countries, r.country); };
    const auto nature = [&](const SupporterRow& r) { return q.natures.empty() || among(q.natures, r.nature); };
    const SearchAnswer got = index.find(q);
    const auto want = ids_of(all, [&](const SupporterRow& r) { return rest(r) && category(r) && country(r) && nature(r); });
    ASSERT_EQ(got.ids, want) << q.text;
    ASSERT_EQ(got.total, want.size());
    std::map<std::string, std::size_t> categories;
    for (const SupporterRow& r : all)
      if (rest(r) && country(r) && nature(r)) ++categories[r.category.empty() ? "-" : r.category];
    ASSERT_EQ(got.categories, categories);
  }
}

TEST(Search, PagesAndOrdersAreWhole) {
  const auto all = rows(137);
  SearchIndex index;
  index.put(all);
  for (const SortBy sort : {SortBy::name, SortBy::day, SortBy::changed}) {
    for (const SortOrder order : {SortOrder::ascending, SortOrder::descending}) {
      SearchQuery q{.counted = Counted::all, .sort = sort, .order = order, .limit = 1000};
      const auto whole = index.find(q).ids;
      ASSERT_EQ(whole.size(), all.size());
      std::vector<std::string> pieces;
      q.limit = 10;
      for (q.offset = 0; q.offset < all.size() + 20; q.offset += 10) {
        const auto page = index.find(q).ids;
        pieces.insert(pieces.end(), page.begin(), page.end());
      }
      EXPECT_EQ(pieces, whole);
    }
  }
}

TEST(Search, AChangedRowReplacesTheOldOne) {
  SearchIndex index;
  index.put({{.id = "a", .name = "Old", .folded = "old", .counts = true}, {.id = "b", .name = "Other", .folded = "other", .counts = true}});
  index.put({{.id = "a", .name = "New", .folded = "new", .counts = true}});
  EXPECT_EQ(index.size(), 2U);
  EXPECT_EQ(index.find({.text = "old"}).total, 0U);
  EXPECT_EQ(index.find({.text = "new"}).ids, std::vector<std::string>{"a"});
}

// Whatever way the records came in, one by one, renamed, in batches: the same answers as from one batch.
TEST(Search, ChangesGiveWhatABatchGives) {
  std::mt19937_64 rng(21);
  auto all = rows(300);
  SearchIndex index;
  index.put(all);
  for (int round = 0; round < 60; ++round) {
    const std::size_t changes = round % 10 == 0 ? 150 : 1 + rng() % 5;  // more than are put in singly, now and then
    std::vector<SupporterRow> batch;
    for (std::size_t n = 0; n < changes; ++n) {
      SupporterRow row = all[rng() % all.size()];
      if (rng() % 3 == 0) row.id = "new-" + std::to_string(all.size());
      if (rng() % 2 == 0) row.folded = "aaa" + std::string(rng() % 4, 'b') + " " + std::to_string(rng() % 7);
      row.day = rng() % 2 == 0 ? "2019" : "2019-03";
      const auto it = std::ranges::find(all, row.id, &SupporterRow::id);
      if (it == all.end())
        all.push_back(row);
      else
        *it = row;
      batch.push_back(row);
    }
    index.put(batch);
    SearchIndex fresh;
    fresh.put(all);
    for (const SortBy sort : {SortBy::name, SortBy::day, SortBy::changed})
      for (const char* text : {"", "b", "aaab", "bank 1", "aaa 3"}) {
        const SearchQuery q{.text = text, .counted = Counted::all, .sort = sort, .limit = 40};
        const SearchAnswer got = index.find(q), want = fresh.find(q);
        ASSERT_EQ(got.ids, want.ids) << text << " round " << round;
        ASSERT_EQ(got.total, want.total);
        ASSERT_EQ(got.countries, want.countries);
      }
  }
}

// Each name comes between the two before it, so that labels run out of room some sixty times.
TEST(Search, LabelsAreGivenAnewWhereThereIsNoRoom) {
  SearchIndex index;
  index.put({{.id = "low", .folded = "a", .counts = true}, {.id = "high", .folded = "c", .counts = true}});
  std::string name = "b";
  for (int i = 0; i < 200; ++i) {
    name += i % 2 == 0 ? "a" : "c";
    const std::string id = "m" + std::to_string(i);
    index.put({{.id = id, .folded = name, .counts = true}});
  }
  const auto ids = index.find({.limit = 1000}).ids;
  ASSERT_EQ(ids.size(), 202U);
  std::vector<std::string> names{"a", "c"};
  name = "b";
  for (int i = 0; i < 200; ++i) names.push_back(name += i % 2 == 0 ? "a" : "c");
  std::ranges::sort(names);
  const auto name_of = [](const std::string& id) {
    if (id == "low" || id == "high") return std::string(id == "low" ? "a" : "c");
    std::string out = "b";
    for (int i = 0, last = std::stoi(id.substr(1)); i <= last; ++i) out += i % 2 == 0 ? "a" : "c";
    return out;
  };
  for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(name_of(ids[i]), names[i]) << i;
}

TEST(Search, ManyRenamesAreSweptOut) {
  SearchIndex index;
  index.put(rows(50));
  for (int i = 0; i < 3000; ++i) {
    const std::string name = std::string(500, 'x') + " name " + std::to_string(i);
    index.put({{.id = "s7", .folded = name, .counts = true}});
    if (i % 500 == 0) ASSERT_EQ(index.find({.text = "xxxx " + std::to_string(i)}).ids, std::vector<std::string>{"s7"}) << i;
  }
  EXPECT_EQ(index.find({.text = "name 2999"}).total, 1U);
  EXPECT_EQ(index.find({.text = "name 2998"}).total, 0U);
  EXPECT_EQ(index.find({.counted = Counted::all, .limit = 100}).ids.size(), 50U);
}

TEST(Search, FindWordAgreesWithFind) {
  std::mt19937_64 rng(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(rng() % 80, 'a');
    for (char& c : text) c = static_cast<char>('a' + rng() % 3);
    std::string word(1 + rng() % 5, 'a');
    for (char& c : word) c = static_cast<char>('a' + rng() % 3);
    const std::size_t from = rng() % (text.size() + 2);
    ASSERT_EQ(find_word(text, word, from), text.find(word, from)) << text << " " << word << " " << from;
  }
}

}  // namespace
}  // namespace entente::registry
