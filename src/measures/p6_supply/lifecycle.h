// Components of an SBOM against lifecycle records: which are past the end of life or of security support on a given day, which will be
// soon, and which nothing is known about. docs/lifecycle.md defines every word.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "measures/p6_supply/eol_record.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

// Worst first.
enum class LifeStatus : std::uint8_t {
  end_of_life,              // nobody supports it any more
  end_of_security_support,  // no free security fixes; extended support, or life itself, goes on
  ending_soon,              // one of the two will end within the days asked for
  supported,
  unknown_cycle,    // the product has records; none is of this version, or the record says nothing of its end
  unknown_product,  // no record of the product: not evaluated, never "supported"
};
inline constexpr std::size_t kLifeStatusCount = 6;
[[nodiscard]] std::string_view to_string(LifeStatus status);  // "end_of_life" …

// Immutable once filled; then thread-safe.
class EolRecords {
 public:
  // A folder (every .md and .json below it, in byte order) or one file. A file that is no record is an error that names it.
  [[nodiscard]] static Result<EolRecords> read(const std::filesystem::path& path);
  void add(EolProduct product);

  [[nodiscard]] const std::vector<EolProduct>& products() const { return products_; }
  // Products a component is: by purl without version, qualifiers and subpath; then by CPE's part, vendor and product; an operating system
  // without either by its name. In order of adding; empty if none.
  [[nodiscard]] std::vector<std::uint32_t> products_of(const Component& component) const;
  // Purls of records that cannot be read and therefore match nothing.
  [[nodiscard]] std::uint64_t unreadable_purls() const { return unreadable_purls_; }

 private:
  std::vector<EolProduct> products_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_key_;
  std::uint64_t unreadable_purls_ = 0;
};

// The release cycle a version belongs to: the longest cycle it is equal to, or begins with where no digit follows; a leading "v" and a
// Debian epoch do not count. nullptr: none.
[[nodiscard]] const EolRelease* release_of(const EolProduct& product, std::string_view version);

// `soon_days` before an end, its release is "ending soon".
[[nodiscard]] LifeStatus life_status(const EolRelease& release, Instant at, std::int64_t soon_days);

struct LifecycleRow {
  std::uint32_t component = 0;
  LifeStatus status = LifeStatus::unknown_product;
  std::uint32_t product = 0;            // of EolRecords::products(); only if known
  const EolRelease* release = nullptr;  // into EolRecords; only if known
};

// One row a component and product it is (a component with records of two products has two rows); one with unknown_product if none. Only
// software counts (is_software). In document order.
[[nodiscard]] std::vector<LifecycleRow> lifecycle_of(const Sbom& sbom, const EolRecords& records, Instant at, std::int64_t soon_days);

// {"status","component","purl","version","pointer"} and, of a known product, {"product","source","cycle",
// "end_of_security_support","end_of_life","end_of_extended_support","latest"}; a stage
// is a day, "ended", "running" or null.
[[nodiscard]] Json lifecycle_row_json(const Sbom& sbom, const EolRecords& records, const LifecycleRow& row);

}  // namespace entente::measures::p6_supply
