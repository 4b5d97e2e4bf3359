// CVSS vectors on arbitrary bytes: never crashes; scores lie between 0 and 10; an error says what is wrong; and a vector written again from
// what was understood, in the order of the specification, gives the same scores.
#include <cstdlib>
#include <string>

#include "cvss/cvss.h"

namespace {

using namespace entente::cvss;

std::string written(const Vector& v) {
  std::string out = v.version == Version::v2 ? "" : "CVSS:" + std::string(version_name(v.version));
  const auto table = metrics(v.version);
  for (std::size_t m = 0; m < table.size(); ++m) {
    if (v.chosen[m] < 0) continue;
    if (!out.empty()) out += '/';
    out += std::string(table[m].key) + ":" + std::string(table[m].values[static_cast<std::size_t>(v.chosen[m])].letter);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto vector = parse(text);
  const auto rating = rate(text);
  if (vector.has_value() != rating.has_value()) std::abort();
  if (!vector) {
    if (vector.error().what.empty() || vector.error().where.offset.value_or(0) > size) std::abort();
    return 0;
  }
  const Scores s = score(*vector);
  for (const Score one : {s.base, s.temporal, s.environmental})
    if (one.tenths < 0 || one.tenths > 100) std::abort();
  const auto again = parse(written(*vector));
  if (!again || again->chosen != vector->chosen) std::abort();
  const Scores same = score(*again);
  if (same.base != s.base || same.temporal != s.temporal || same.environmental != s.environmental) std::abort();
  return 0;
}
