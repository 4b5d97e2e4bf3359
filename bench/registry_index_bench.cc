// The index of a registry of the size of the official one: 1,222 supporters with an assessment of all 74 controls each, from the state the
// ledger's statements add up to. Beside it, what gives that state: replaying the same ledger (signatures verified, schemas checked).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "catalog/crosswalk.h"
#include "registry/counters.h"
#include "registry/index.h"
#include "registry/peer_groups.h"
#include "registry_bench.h"

namespace {

using namespace entente;
using namespace entente::registry;
using namespace entente::bench;

constexpr int kSupporters = 1222;

const catalog::Catalog& bench_catalog() {
  static const catalog::Catalog made = catalog::Catalog::load(DataSet::embedded()).value();
  return made;
}

Json bench_assessment(const std::string& id, const std::string& at, int salt) {
  std::vector<catalog::Judgement> rows;
  Json list = Json::array();
  for (const catalog::Control& c : bench_catalog().controls()) {
    catalog::Judgement j;
    j.control = c.id;
    j.status = static_cast<catalog::Status>((c.id.number() * 7 + c.id.principle() + static_cast<unsigned>(salt)) % 5);
    j.evidence_class = c.evidence_class;
    j.weight = catalog::index_weight(c.evidence_class);
    Json row{{"control", c.id.str()}, {"status", catalog::to_string(j.status)}};
    row["class"] = std::string(1, catalog::letter(c.evidence_class));
    row["weight"] = j.weight;
    if (j.status == catalog::Status::not_applicable) row["reason"] = "It runs no network of its own.";
    row["evidence"] = {sha256(id + c.id.str()).hex()};
    list.push_back(std::move(row));
    rows.push_back(std::move(j));
  }
  Json p{{"document", bench_digest("assessment of " + id)}, {"bundle", bench_digest("bundle")}};
  p["catalog"] = Json{{"version", bench_catalog().version()}, {"sha256", bench_catalog().digest().hex()}};
  p["tool"] = Json{{"name", "entente"}, {"version", "0.1.0"}};
  p["organisation"] = Json{{"id", id}, {"name", "Organisation " + id}};
  p["at"] = at;
  for (const auto& s : catalog::score(rows)) {
    Json counts;
    for (std::size_t i = 0; i < s.count.size(); ++i) counts[std::string(catalog::to_string(static_cast<catalog::Status>(i)))] = s.count[i];
    Json row{{"principle", s.principle}, {"tier", std::string(1, s.tier)}, {"coverage", s.coverage}};
    row["score"] = s.score ? Json(*s.score) : Json();
    row["low"] = s.low;
    row["high"] = s.high;
    row["counts"] = std::move(counts);
    p["principles"].push_back(std::move(row));
  }
  p["controls"] = std::move(list);
  return p;
}

std::vector<std::string> bench_ledger() {
  std::vector<std::string> out;
  const Officers officers;
  const std::string at = "2026-11-24T09:00:00Z";
  out.push_back(founding(officers, at));
  for (int i = 0; i < kSupporters; ++i) {
    const std::string id = fmt::format("organisation-{}", i);
    const auto key = bench_key(id);
    out.push_back(bench_pledge(id, key, at));
    out.push_back(bench_approval(id, sha256(out.back()), officers, at));
    out.push_back(bench_entry("assessment", sha256("assessment of " + id), bench_assessment(id, at, i), {&key}));
  }
  return out;
}

const std::vector<std::string>& ledger() {
  static const std::vector<std::string> made = bench_ledger();
  return made;
}

State replayed() {
  State state;
  for (std::size_t leaf = 0; leaf < ledger().size(); ++leaf) state.apply(leaf, ledger()[leaf]);
  return state;
}
const State& bench_state() {
  static const State made = replayed();
  return made;
}

void replay(benchmark::State& state) {
  (void)ledger();
  for (auto _ : state) benchmark::DoNotOptimize(replayed());
}
BENCHMARK(replay)->Unit(benchmark::kMillisecond);

void index_rows(benchmark::State& state) {
  std::size_t rows = 0;
  (void)bench_state();  // made once, not within the measure
  for (auto _ : state) {
    const Index index = index_at(bench_state(), bench_catalog(), bench_state().ledger_time());
    rows = 0;
    for (const SupporterIndex& s : index.supporters) rows += s.rows.size();
  }
  state.counters["findings"] = static_cast<double>(rows);
}
BENCHMARK(index_rows)->Unit(benchmark::kMillisecond);

void index_document(benchmark::State& state, IndexDetail detail) {
  std::size_t bytes = 0;
  for (auto _ : state)
    bytes = json_compact(index_json(index_at(bench_state(), bench_catalog(), bench_state().ledger_time()), detail)).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK_CAPTURE(index_document, principles, IndexDetail::principles)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(index_document, findings, IndexDetail::findings)->Unit(benchmark::kMillisecond);

void groups(benchmark::State& state) {
  const Index index = index_at(bench_state(), bench_catalog(), bench_state().ledger_time());
  for (auto _ : state) benchmark::DoNotOptimize(peer_groups(index));
}
BENCHMARK(groups)->Unit(benchmark::kMillisecond);

void counters(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(count_supporters(bench_state()));
}
BENCHMARK(counters)->Unit(benchmark::kMillisecond);

void crosswalk(benchmark::State& state) {
  const auto norms = catalog::Norms::load(DataSet::embedded(), bench_catalog());
  catalog::KnownStatuses known;
  for (catalog::ItemIndex i = 0; i < norms->items().size(); ++i) known.emplace(i, static_cast<catalog::Status>(i % 3));
  for (auto _ : state) benchmark::DoNotOptimize(catalog::infer(*norms, known));
}
BENCHMARK(crosswalk)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
