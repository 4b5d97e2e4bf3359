// The portfolio file as it lies on disk (docs/supply-scan.md): header, six sections of little-endian rows, SHA-256. Private to
// portfolio*.cc.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "measures/p6_supply/index_format.h"

namespace entente::measures::p6_supply::portfolio {

inline constexpr std::string_view kMagic = "ENTPORT\n";
inline constexpr std::uint32_t kVersion = 1;

enum Section : std::uint32_t { kTexts, kEntries, kPackages, kVersions, kShippers, kSectionCount };

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = kVersion;
  std::uint32_t sections = kSectionCount;
  std::uint64_t file_bytes = 0;  // with the checksum
  std::array<format::SectionRow, kSectionCount> section{};
};
struct EntryRow {  // ascending by name
  format::TextRef name, source;
  std::array<std::uint8_t, 32> digest{};
  std::int64_t added = 0;  // microseconds since 1970
  std::uint32_t components = 0, not_evaluated = 0;
};
struct PackageRow {  // ascending by ecosystem, name
  format::TextRef ecosystem, name;
  format::Span versions;
};
struct VersionRow {  // ascending by text within a package
  format::TextRef text;
  format::Span shippers;  // numbers of entries, ascending
};
inline constexpr std::array<std::uint32_t, kSectionCount> kRowBytes{1, sizeof(EntryRow), sizeof(PackageRow), sizeof(VersionRow),
                                                                    sizeof(std::uint32_t)};
static_assert(sizeof(Header) == 24 + 16 * kSectionCount && sizeof(EntryRow) == 64 && sizeof(PackageRow) == 24 && sizeof(VersionRow) == 16);

struct View {
  std::string_view texts;
  std::span<const EntryRow> entries;
  std::span<const PackageRow> packages;
  std::span<const VersionRow> versions;
  std::span<const std::uint32_t> shippers;

  [[nodiscard]] std::string_view text(format::TextRef ref) const { return texts.substr(ref.offset, ref.size); }
};

// Looks at every reference once; after it succeeded rows may be followed unchecked. `file` must be aligned to 8 bytes and outlive the view.
[[nodiscard]] Result<View> check_portfolio(std::string_view file, const std::string& name);

}  // namespace entente::measures::p6_supply::portfolio
