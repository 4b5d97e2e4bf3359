// OSV records on arbitrary bytes: never crashes. A record that is accepted is judged: intervals agree with the schema's
// pseudocode at every version the record names, and the index built from it opens and answers the same.
#include <cstdlib>

#include "measures/p6_supply/index.h"
#include "measures/p6_supply/intervals.h"

using namespace entente;
using namespace entente::measures::p6_supply;

namespace {

bool inside(const std::vector<KeyInterval>& intervals, const std::string& key) {
  for (const KeyInterval& i : intervals) {
    if (i.low <= key && (i.high.empty() || key < i.high)) return true;
  }
  return false;
}

void judge(Scheme scheme, const OsvRange& range) {
  const auto intervals = range_intervals(scheme, range);
  if (!intervals) return;
  for (const OsvEvent& event : range.events) {
    const auto key = version_key(scheme, event.version);
    if (!key) continue;
    const auto reference = included_in_range(scheme, event.version, range);
    if (!reference || *reference != inside(*intervals, *key)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto record = parse_osv(text, "fuzz.json");
  if (record) {
    for (const OsvAffected& affected : record->affected) {
      for (const OsvRange& range : affected.ranges) {
        if (range.type == OsvRange::Type::git || range.events.size() > 40) continue;
        for (int i = 1; i <= static_cast<int>(kLastScheme); ++i) judge(static_cast<Scheme>(i), range);
      }
    }
  }
  Progress progress(Progress::Mode::silent);
  const std::vector<AdvisorySource> sources{AdvisorySource::memory("fuzz", text)};
  const auto built = AdvisoryIndex::build_bytes(sources, progress);
  if (!built || !record) return 0;
  const auto index = AdvisoryIndex::from_memory(built->bytes);
  if (!index) std::abort();
  if (record->withdrawn) return 0;
  for (const OsvAffected& affected : record->affected) {
    if (affected.name.empty()) continue;
    for (const std::string& version : affected.versions) {
      // A listed version is found, in whatever ecosystem.
      if (affected.ecosystem == "Go" && (affected.name == "stdlib" || affected.name == "toolchain")) continue;
      if (!version.empty() && index->lookup(affected.ecosystem, affected.name, version).verdict != Verdict::affected) std::abort();
    }
  }
  return 0;
}
