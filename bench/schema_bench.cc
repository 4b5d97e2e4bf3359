// Validating a document of about 5 MB that is valid: a list of records with strings, patterns, formats, enumerations and a
// choice of two forms. Parsing is measured beside it, so that the two can be compared.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "schema/schema.h"

namespace {

using namespace entente;

constexpr int kRecords = 25'000;

constexpr std::string_view kSchema = R"({
  "type": "array",
  "items": {"$ref": "#/$defs/record"},
  "$defs": {
    "record": {
      "type": "object",
      "required": ["id", "name", "kind", "at"],
      "additionalProperties": false,
      "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+-[0-9]{1,9}$"},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "kind": {"enum": ["library", "application", "file"]},
        "at": {"type": "string", "format": "date-time"},
        "score": {"type": "number", "minimum": 0, "maximum": 10, "multipleOf": 0.1},
        "of": {"oneOf": [{"type": "string", "format": "uri"}, {"type": "array", "items": {"type": "integer"}, "uniqueItems": true}]}
      }
    }
  }
})";

const std::string& document_text() {
  static const std::string text = [] {
    std::string out = "[";
    for (int i = 0; i < kRecords; ++i)
      out += fmt::format(
          R"({}{{"id": "record-{}", "name": "A record with a name of ordinary length, the {}th", "kind": "{}", "at": "2026-11-24T11:{:02}:{:02}Z", "score": {}.{}, "of": {}}})",
          i == 0 ? "" : ",\n", i, i, i % 3 == 0 ? "library" : "file", i % 60, i / 60 % 60, i % 10, i % 7,
          i % 2 == 0 ? fmt::format("\"https://example.org/r/{}\"", i) : fmt::format("[{}, {}, {}]", i, i + 1, i + 2));
    return out + "]";
  }();
  return text;
}

void parse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(JsonDocument::parse(document_text(), "bench"));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document_text().size()));
}
BENCHMARK(parse)->Unit(benchmark::kMillisecond);

void validate(benchmark::State& state) {
  const auto schema = schema::Schema::compile(kSchema, "bench");
  const auto document = JsonDocument::parse(document_text(), "bench");
  if (!schema || !document || !schema->is_valid(document->root())) {
    state.SkipWithError("the document must be valid");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(schema->is_valid(document->root()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document_text().size()));
}
BENCHMARK(validate)->Unit(benchmark::kMillisecond);

void compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(schema::Schema::compile(kSchema, "bench"));
}
BENCHMARK(compile)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
