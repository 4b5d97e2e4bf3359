// A checked view of an index file's bytes. check_index() looks at every offset once; after it succeeded, rows may be followed
// without further checks. Private to index.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "measures/p6_supply/index_format.h"

namespace entente::measures::p6_supply::format {

struct IndexView {
  std::string_view file, texts, keys;
  std::span<const EcosystemRow> ecosystems;
  std::span<const std::uint32_t> buckets;
  std::span<const PackageRow> packages;
  std::span<const BoundRow> bounds;
  std::span<const IntervalRow> intervals;
  std::span<const PointRow> points;
  std::span<const GapRow> gaps;
  std::span<const RecordRow> records;
  std::span<const GroupRow> groups;
  std::span<const TextRef> members;
  std::span<const SeverityRow> severities;

  [[nodiscard]] std::string_view text(TextRef ref) const { return texts.substr(ref.offset, ref.size); }
  [[nodiscard]] std::string_view key(KeyRef ref) const { return keys.substr(ref.offset, ref.size); }
  template <class Row>
  [[nodiscard]] static std::span<const Row> rows(std::span<const Row> all, Span part) {
    return all.subspan(part.begin, part.count);
  }
};

// `file` must be aligned to 8 bytes and outlive the view. Errors name `name` and the offset.
[[nodiscard]] Result<IndexView> check_index(std::string_view file, const std::string& name);

}  // namespace entente::measures::p6_supply::format
