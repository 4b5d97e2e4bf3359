// The common part of the SBOM readers. Ids go into an open-addressed table of views (no copies). The graph is stored as two flat
// arrays, the edges of component i lying at edges[start[i] … start[i+1]): counted, placed, then each run sorted and freed of
// duplicates, which also makes the result independent of the order in which relationships were written.
#include "measures/p6_supply/sbom_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

// Eight bytes a step. Not made to withstand chosen ids; RefTable does not rely on it.
std::uint64_t hash_id(std::string_view id) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  std::uint64_t h = id.size() * kMultiplier;
  const char* at = id.data();
  std::size_t left = id.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    h = (h ^ word) * kMultiplier;
    h ^= h >> 29;
  }
  std::uint64_t word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  h = (h ^ word) * kMultiplier;
  return h ^ h >> 32;
}

}  // namespace

void RefTable::reserve(std::size_t ids) {
  std::size_t capacity = 64;
  while (is_full(ids, capacity)) capacity *= 2;
  if (capacity > slots_.size()) grow(capacity);
}

void RefTable::grow(std::size_t capacity) {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(capacity, {});
  used_ = 0;
  for (const Slot& s : old)
    if (s.value != kAbsent) (void)place(s.id, s.value, hash_id(s.id));
}

bool RefTable::insert(std::string_view id, std::uint32_t value) {
  if (is_full(used_ + 1, slots_.size())) grow(std::max<std::size_t>(64, slots_.size() * 2));
  return place(id, value, hash_id(id));
}

bool RefTable::place(std::string_view id, std::uint32_t value, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & mask;
  for (std::size_t probe = 0; probe < kMaxProbes; ++probe, at = (at + 1) & mask) {
    if (slots_[at].value == kAbsent) {
      if (!overflow_.empty() && overflow_.contains(id)) return false;
      slots_[at] = {id, value, tag};
      ++used_;
      return true;
    }
    if (slots_[at].hash == tag && slots_[at].id == id) return false;
  }
  return overflow_.emplace(id, value).second;
}

std::vector<std::uint32_t> RefTable::insert_all(std::span<const Component> components) {
  constexpr std::size_t kAhead = 16;
  reserve(used_ + components.size());
  std::vector<std::uint64_t> hashes(components.size());
  for (std::size_t i = 0; i < components.size(); ++i) hashes[i] = hash_id(components[i].ref);
  std::vector<std::uint32_t> duplicates;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (i + kAhead < components.size()) __builtin_prefetch(&slots_[hashes[i + kAhead] & mask], 1);
    const std::string_view ref = components[i].ref;
    if (!ref.empty() && !place(ref, static_cast<std::uint32_t>(i), hashes[i])) duplicates.push_back(static_cast<std::uint32_t>(i));
  }
  return duplicates;
}

std::uint32_t RefTable::find(std::string_view id) const { return slots_.empty() ? kAbsent : find(id, hash_id(id)); }

std::uint32_t RefTable::find(std::string_view id, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & mask;
  for (std::size_t probe = 0; probe < kMaxProbes; ++probe, at = (at + 1) & mask) {
    if (slots_[at].value == kAbsent) break;
    if (slots_[at].hash == tag && slots_[at].id == id) return slots_[at].value;
  }
  if (overflow_.empty()) return kAbsent;
  const auto found = overflow_.find(id);
  return found == overflow_.end() ? kAbsent : found->second;
}

// Three rounds: the hashes, with which the slots are asked for; then the texts the slots point to; then the comparisons.
void RefTable::find_all(std::span<const std::string_view> ids, std::span<std::uint32_t> values) const {
  std::array<std::uint64_t, kBatch> hashes{};
  if (slots_.empty()) return std::fill(values.begin(), values.end(), kAbsent);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    hashes[i] = hash_id(ids[i]);
    __builtin_prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) __builtin_prefetch(slots_[hashes[i] & mask].id.data());
  for (std::size_t i = 0; i < ids.size(); ++i) values[i] = find(ids[i], hashes[i]);
}

bool SbomReader::wrong_type(const std::string& pointer, std::string_view expected) {
  return refuse(fmt::format("{} belongs here", expected), pointer,
                "the value has a type that the format does not allow; export the SBOM again");
}

bool SbomReader::refuse(std::string what, const std::string& pointer, std::string hint) {
  if (!error_) error_ = Error{std::move(what), sbom_.where(pointer), std::move(hint)};
  return false;
}

void SbomReader::issue(IssueLevel level, std::string pointer, std::string message) {
  ++(level == IssueLevel::error ? sbom_.error_count : sbom_.warning_count);
  if (sbom_.issues.size() < kMaxIssues) sbom_.issues.push_back({level, std::move(pointer), std::move(message)});
}

std::string SbomReader::clip(std::string_view value) { return printable(value, 80); }

void SbomReader::set_timestamp(std::string_view text_value, std::string pointer) {
  if (const auto t = parse_time(text_value))
    sbom_.timestamp = *t;
  else
    issue(IssueLevel::error, std::move(pointer), fmt::format("\"{}\" is no RFC 3339 time", clip(text_value)));
}

namespace {

struct Algorithm {
  std::string_view cyclonedx;
  std::string_view spdx;
  std::size_t digits;  // of the value in hex; 0: any even number
};

// CycloneDX 1.7 "hash-alg"; SPDX 2.3 clause 7.10. An empty name: not in that format.
constexpr std::array<Algorithm, 20> kAlgorithms{{
    {"SHA-256", "SHA256", 64},
    {"SHA-1", "SHA1", 40},
    {"SHA-512", "SHA512", 128},
    {"MD5", "MD5", 32},
    {"SHA-384", "SHA384", 96},
    {"", "SHA224", 56},
    {"SHA3-256", "SHA3-256", 64},
    {"SHA3-384", "SHA3-384", 96},
    {"SHA3-512", "SHA3-512", 128},
    {"BLAKE2b-256", "BLAKE2b-256", 64},
    {"BLAKE2b-384", "BLAKE2b-384", 96},
    {"BLAKE2b-512", "BLAKE2b-512", 128},
    {"BLAKE3", "BLAKE3", 0},
    {"Streebog-256", "", 64},
    {"Streebog-512", "", 128},
    {"", "MD2", 32},
    {"", "MD4", 32},
    {"", "MD6", 0},
    {"", "ADLER32", 8},
    {"", "", 0},
}};

// 1 for what is no hex digit: summed up without a branch a byte.
constexpr std::array<std::uint8_t, 256> kNoHexDigit = [] {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t c = 0; c < out.size(); ++c) out[c] = is_hex_digit(static_cast<char>(c)) ? 0 : 1;
  return out;
}();
bool is_hex(std::string_view text) {
  unsigned wrong = 0;
  for (const char c : text) wrong |= kNoHexDigit[static_cast<unsigned char>(c)];
  return wrong == 0;
}

}  // namespace

SbomReader::HashCheck SbomReader::check_hash(std::string_view algorithm, std::string_view value) const {
  if (algorithm.empty()) return HashCheck::unknown_algorithm;
  for (const Algorithm& a : kAlgorithms) {
    if ((sbom_.format == SbomFormat::cyclonedx ? a.cyclonedx : a.spdx) != algorithm) continue;
    const bool length_fits = a.digits != 0 ? value.size() == a.digits : !value.empty() && value.size() % 2 == 0;
    return length_fits && is_hex(value) ? HashCheck::ok : HashCheck::wrong_value;
  }
  return HashCheck::unknown_algorithm;
}

bool SbomReader::set_roots(std::span<const std::uint32_t> roots) {
  std::vector<bool> seen(sbom_.components.size());
  for (const std::uint32_t root : roots) {
    if (seen[root]) continue;
    seen[root] = true;
    sbom_.roots.push_back(root);
  }
  if (sbom_.roots.empty() && sbom_.components.size() == 1) sbom_.roots.push_back(0);
  return !sbom_.roots.empty() || sbom_.components.empty();
}

void SbomReader::build_edges() {
  const std::size_t n = sbom_.components.size();
  auto& start = sbom_.edge_start_;
  auto& edges = sbom_.edges_;
  start.assign(n + 1, 0);
  const auto forms_path = [](const Relationship& r) { return r.kind != RelationKind::other && r.from != r.to; };
  for (const Relationship& r : sbom_.relationships)
    if (forms_path(r)) ++start[r.from + 1];
  for (std::size_t i = 0; i < n; ++i) start[i + 1] += start[i];
  edges.resize(start[n]);
  std::vector<std::uint32_t> next(start.begin(), start.end() - 1);
  for (const Relationship& r : sbom_.relationships)
    if (forms_path(r)) edges[next[r.from]++] = r.to;

  std::uint32_t out = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto first = edges.begin() + start[i];
    const auto last = edges.begin() + start[i + 1];
    std::sort(first, last);
    const auto kept = static_cast<std::uint32_t>(std::unique(first, last) - first);
    std::copy(first, first + kept, edges.begin() + out);
    start[i] = out;
    out += kept;
  }
  start[n] = out;
  edges.resize(out);
}

}  // namespace entente::measures::p6_supply
