// The index file as it lies on disk (docs/advisory-index.md): fixed-size little-endian rows in sections, texts and keys in two
// blobs. Private to index.cc and index_build.cc.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "measures/p6_supply/index.h"

namespace entente::measures::p6_supply::format {

static_assert(std::endian::native == std::endian::little, "the index is mapped as it lies: little-endian machines only");

inline constexpr std::string_view kMagic = "ENTADVI\n";
inline constexpr std::uint32_t kVersion = 5;
inline constexpr std::uint32_t kInfinite = 0xffffffff;  // Interval::high: no upper end
inline constexpr std::int64_t kNoTime = INT64_MIN;
inline constexpr std::size_t kChecksumBytes = 32;

enum Section : std::uint32_t {
  kTexts,
  kKeys,
  kEcosystems,
  kBuckets,
  kPackages,
  kBounds,
  kIntervals,
  kPoints,
  kGaps,
  kRecords,
  kGroups,
  kMembers,
  kSeverities,
  kSectionCount
};

struct TextRef {  // into kTexts
  std::uint32_t offset = 0, size = 0;
  bool operator==(const TextRef&) const = default;
};
struct KeyRef {  // into kKeys
  std::uint32_t offset = 0, size = 0;
};
struct Span {  // rows of another section
  std::uint32_t begin = 0, count = 0;
};

struct SectionRow {
  std::uint64_t offset = 0;  // from the start of the file, a multiple of 8
  std::uint64_t count = 0;   // rows (bytes, for the two blobs)
};
struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = kVersion;
  std::uint32_t sections = kSectionCount;
  std::uint64_t file_bytes = 0;  // with the checksum at the end
  std::array<SectionRow, kSectionCount> section{};
};
struct EcosystemRow {
  TextRef name;
  std::uint32_t packages = 0;
  std::uint32_t scheme = 0;  // 0: no order
};
struct PackageRow {
  TextRef ecosystem, name;
  std::uint32_t scheme = 0;
  std::uint32_t reserved = 0;
  Span bounds, intervals, points, gaps;
};
struct BoundRow {  // ascending by key within a package
  KeyRef key;      // the empty key is −∞
  TextRef text;    // the version as an advisory spells it
};
struct IntervalRow {                // ascending by record, low, high within a package; affected: bound[low] <= version < bound[high]
  std::uint32_t low = 0, high = 0;  // indices of the package's bounds
  std::uint32_t record = 0;
  std::uint32_t upper = 0;  // Upper
};
struct PointRow {  // ascending by key, record within a package
  KeyRef key;      // enumerated_key(), or of GIT repaired_commit_key()
  std::uint32_t record = 0;
  std::uint32_t reserved = 0;
};
struct GapRow {  // ascending by record within a package
  std::uint32_t record = 0;
  std::uint32_t why = 0;  // Undecided::Why
};
struct RecordRow {  // ascending by id
  TextRef id, summary;
  std::uint32_t group = 0;
  std::uint32_t reserved = 0;
  Span severities;
  Span related;                                    // of kMembers: CVE ids
  std::int64_t modified = 0, published = kNoTime;  // microseconds since 1970
};
struct GroupRow {
  TextRef name;
  Span members;
};
struct SeverityRow {
  TextRef type, vector;
};

inline constexpr std::array<std::uint32_t, kSectionCount> kRowBytes{1,
                                                                    1,
                                                                    sizeof(EcosystemRow),
                                                                    sizeof(std::uint32_t),
                                                                    sizeof(PackageRow),
                                                                    sizeof(BoundRow),
                                                                    sizeof(IntervalRow),
                                                                    sizeof(PointRow),
                                                                    sizeof(GapRow),
                                                                    sizeof(RecordRow),
                                                                    sizeof(GroupRow),
                                                                    sizeof(TextRef),
                                                                    sizeof(SeverityRow)};
static_assert(sizeof(EcosystemRow) == 16 && sizeof(PackageRow) == 56 && sizeof(BoundRow) == 16 && sizeof(IntervalRow) == 16 &&
              sizeof(PointRow) == 16);
static_assert(sizeof(GapRow) == 8 && sizeof(RecordRow) == 56 && sizeof(GroupRow) == 16 && sizeof(SeverityRow) == 16 &&
              sizeof(Header) == 24 + 16 * kSectionCount);
static_assert(std::is_trivially_copyable_v<Header> && std::is_trivially_copyable_v<RecordRow>);

// FNV-1a, 64 bits, over ecosystem, one zero byte, name; then the finaliser of MurmurHash3 so that the low bits are mixed.
inline std::uint64_t package_hash(std::string_view ecosystem, std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  const auto mix = [&h](unsigned char byte) { h = (h ^ byte) * 0x100000001b3ULL; };
  for (const char c : ecosystem) mix(static_cast<unsigned char>(c));
  mix(0);
  for (const char c : name) mix(static_cast<unsigned char>(c));
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

// Ecosystem and name as the index keys them: the suffix is dropped where the ecosystem is ordered (it says where a package comes
// from, not which it is), but kept for Linux distributions ("Debian:12"), whose releases repair a flaw each in a version of
// their own; PyPI names are normalised, NuGet's, Packagist's, VSCode's and those of GitHub Actions in lower case.
// Of GIT the name is the repository, however its address is spelled.
struct KeyedName {
  std::string_view ecosystem;
  std::string name;
  std::optional<Scheme> scheme;
};
KeyedName keyed_name(std::string_view ecosystem, std::string_view name);

// The point of a commit that repairs a record, beside those of enumerated_key() (which begin with 1 and 2).
inline std::string repaired_commit_key(std::string_view commit) { return "\x03" + std::string(commit); }

}  // namespace entente::measures::p6_supply::format
