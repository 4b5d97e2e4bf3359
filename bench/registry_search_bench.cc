// Searching supporters: 1,222 records, as in the official registry, and a million generated ones. A mix of questions as pages ask them
// (words typed letter by letter, two words, facets, a day, a tier, other orders, later pages); the counters are percentiles over single
// questions, in milliseconds.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include "registry/search.h"

namespace {

using namespace entente::registry;

constexpr std::array<const char*, 24> kSyllables = {"ba", "cor", "den", "el",  "fin", "gra", "ho",  "in",  "ja", "kle", "lum", "mar",
                                                    "no", "ost", "pro", "qui", "ro",  "sec", "ter", "uni", "ve", "wal", "xi",  "zen"};
constexpr std::array<const char*, 12> kWords = {"ministry", "group",   "bank", "university", "institute", "association",
                                                "security", "telecom", "city", "network",    "holding",   "foundation"};
constexpr std::array<const char*, 4> kCategories = {"state", "private-sector", "civil-society", "local-authority"};
constexpr std::array<const char*, 6> kNatures = {"", "company", "university", "ngo", "trade-association", "city"};

using Random = std::mt19937;

std::string made_name(Random& random) {
  std::string out;
  for (unsigned i = 0, n = 2 + random() % 3; i < n; ++i) out += kSyllables.at(random() % kSyllables.size());
  out += ' ';
  out += kWords.at(random() % kWords.size());
  if (random() % 3 == 0) out += fmt::format(" {}", kSyllables.at(random() % kSyllables.size()));
  return out;
}

std::vector<SupporterRow> made_rows(std::size_t count) {
  Random random(7);
  std::vector<SupporterRow> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    SupporterRow& r = rows[i];
    r.id = fmt::format("organisation-{}", i);
    r.leaf = r.changed_leaf = i;
    r.folded = made_name(random);
    r.category = kCategories.at(random() % kCategories.size());
    r.nature = kNatures.at(random() % kNatures.size());
    r.country = fmt::format("{}{}{}", char('A' + random() % 5), char('A' + random() % 8), char('A' + random() % 3));
    r.status = random() % 20 == 0 ? "withdrawn" : "approved";
    r.counts = r.status == "approved";
    r.principles = static_cast<std::int32_t>(random() % 1024);
    if (random() % 4 == 0)
      for (int p = 0; p < 10; ++p) r.tiers += "ABCD?"[random() % 5];
    if (random() % 5 != 0) r.day = fmt::format("20{:02}-{:02}-{:02}", 18 + random() % 9, 1 + random() % 12, 1 + random() % 28);
  }
  return rows;
}

SearchQuery made_query(Random& random, std::size_t records) {
  SearchQuery q;
  switch (random() % 8) {
    case 0: break;                                                                                         // the first page of all
    case 1: q.text = made_name(random).substr(0, 1 + random() % 3); break;                                 // typing begins
    case 2: q.text = made_name(random).substr(0, 4 + random() % 8); break;                                 // and goes on
    case 3: q.text = fmt::format("{} {}", kWords.at(random() % 12), kSyllables.at(random() % 24)); break;  // two words
    case 4:
      q.categories = {kCategories.at(random() % 4)};
      q.countries = {"AAA", "BCB"};
      break;
    case 5:
      q.natures = {"-"};
      q.from_day = "2020-01-01";
      q.sort = SortBy::day;
      q.order = SortOrder::descending;
      break;
    case 6:
      q.tiers = {"6A"};
      q.principles = 1U << 3 | 1U << 6;
      q.sort = SortBy::changed;
      break;
    default:
      q.text = kWords.at(random() % 12);
      q.offset = random() % (records / 100);
      q.counted = Counted::all;
      break;
  }
  return q;
}

void search(benchmark::State& state) {
  const auto records = static_cast<std::size_t>(state.range(0));
  SearchIndex index;
  index.put(made_rows(records));
  std::vector<double> times;
  Random random(11);
  for (auto _ : state) {
    const SearchQuery query = made_query(random, records);
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(index.find(query));
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_ms"] = times[times.size() / 2];
  state.counters["p99_ms"] = times[times.size() * 99 / 100];
  state.counters["worst_ms"] = times.back();
}
BENCHMARK(search)->Arg(1'222)->Iterations(20'000)->Unit(benchmark::kMillisecond);
BENCHMARK(search)->Arg(1'000'000)->Iterations(1'000)->Unit(benchmark::kMillisecond);

// One record is added to a million, or renamed.
void put_one(benchmark::State& state) {
  const auto records = static_cast<std::size_t>(state.range(0));
  SearchIndex index;
  std::vector<SupporterRow> rows = made_rows(records);
  index.put(rows);
  Random random(13);
  std::size_t n = records;
  for (auto _ : state) {
    SupporterRow row = rows[random() % records];
    if (n % 2 == 0) row.id = fmt::format("new-{}", n);
    row.folded = made_name(random);
    index.put({row});
    ++n;
  }
}
BENCHMARK(put_one)->Arg(1'222)->Arg(1'000'000)->Iterations(200)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
