// Checks an index file from the outside in: magic, version, size, checksum; sections inside the file, aligned, in order; every
// reference of every row inside its section; ranks, record numbers and schemes in range; the orders binary search relies on;
// a hash table with an empty slot, so that every probe ends.
#include "measures/p6_supply/index_view.h"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

#include "core/bytes.h"
#include "core/digest.h"

namespace entente::measures::p6_supply::format {
namespace {

class Checker {
 public:
  Checker(std::string_view file, const std::string& name) : file_(file), name_(name) {}

  Result<IndexView> run() {
    ENTENTE_CHECK(header());
    ENTENTE_CHECK(sections());
    ENTENTE_CHECK(ecosystems());
    ENTENTE_CHECK(hash_table());
    ENTENTE_CHECK(packages());
    ENTENTE_CHECK(records());
    return view_;
  }

 private:
  tl::unexpected<Error> broken(std::string what, std::uint64_t offset = 0) const {
    return fail("broken advisory index: " + std::move(what), {.file = name_, .offset = offset},
                "build it again with `entente supply db build`");
  }
  // Offset in the file of a section's row.
  [[nodiscard]] std::uint64_t at(Section section, std::size_t row) const {
    return header_.section[section].offset + row * kRowBytes[section];
  }

  [[nodiscard]] bool ok(TextRef ref) const { return std::uint64_t{ref.offset} + ref.size <= view_.texts.size(); }
  [[nodiscard]] bool ok(KeyRef ref) const { return std::uint64_t{ref.offset} + ref.size <= view_.keys.size(); }
  [[nodiscard]] static bool ok(Span span, std::size_t rows) { return std::uint64_t{span.begin} + span.count <= rows; }
  [[nodiscard]] static bool ok_scheme(std::uint32_t scheme) { return scheme <= static_cast<std::uint32_t>(kLastScheme); }

  Result<void> header();
  Result<void> sections();
  Result<void> ecosystems();
  Result<void> hash_table();
  Result<void> packages();
  Result<void> package(const PackageRow& row, std::uint64_t offset);
  Result<void> records();

  template <class Row>
  std::span<const Row> section(Section which) const {
    const SectionRow& row = header_.section[which];
    return {reinterpret_cast<const Row*>(file_.data() + row.offset), static_cast<std::size_t>(row.count)};
  }

  std::string_view file_;
  const std::string& name_;
  Header header_;
  IndexView view_;
};

Result<void> Checker::header() {
  if (file_.size() < sizeof(Header) + kChecksumBytes) return broken("shorter than its header", file_.size());
  std::memcpy(&header_, file_.data(), sizeof(Header));
  if (std::string_view(header_.magic.data(), header_.magic.size()) != kMagic) {
    return fail("not an advisory index", {.file = name_, .offset = 0}, "give a file made by `entente supply db build`");
  }
  if (header_.version != kVersion) {
    return fail(fmt::format("advisory index of version {}, this program reads version {}", header_.version, kVersion),
                {.file = name_, .offset = 8}, "build it again with `entente supply db build`");
  }
  if (header_.sections != kSectionCount) return broken("wrong number of sections", 12);
  if (header_.file_bytes != file_.size())
    return broken(fmt::format("the header says {} bytes, the file has {}", header_.file_bytes, file_.size()), 16);
  const std::string_view body = file_.substr(0, file_.size() - kChecksumBytes);
  if (as_text(sha256(body).view()) != file_.substr(body.size())) return broken("the checksum does not match", body.size());
  return {};
}

Result<void> Checker::sections() {
  std::uint64_t end = sizeof(Header);
  const std::uint64_t limit = file_.size() - kChecksumBytes;
  for (std::uint32_t i = 0; i < kSectionCount; ++i) {
    const SectionRow& row = header_.section[i];
    const std::uint64_t place = offsetof(Header, section) + i * sizeof(SectionRow);
    if (row.offset % 8 != 0 || row.offset < end || row.offset > limit)
      return broken(fmt::format("section {} begins at a wrong place", i), place);
    if (row.count > (limit - row.offset) / kRowBytes[i]) return broken(fmt::format("section {} ends outside the file", i), place);
    if (row.count > kInfinite) return broken(fmt::format("section {} has too many rows", i), place);
    end = row.offset + row.count * kRowBytes[i];
  }
  const auto blob = [&](Section which) { return file_.substr(header_.section[which].offset, header_.section[which].count); };
  view_.file = file_;
  view_.texts = blob(kTexts);
  view_.keys = blob(kKeys);
  view_.ecosystems = section<EcosystemRow>(kEcosystems);
  view_.buckets = section<std::uint32_t>(kBuckets);
  view_.packages = section<PackageRow>(kPackages);
  view_.bounds = section<BoundRow>(kBounds);
  view_.intervals = section<IntervalRow>(kIntervals);
  view_.points = section<PointRow>(kPoints);
  view_.gaps = section<GapRow>(kGaps);
  view_.records = section<RecordRow>(kRecords);
  view_.groups = section<GroupRow>(kGroups);
  view_.members = section<TextRef>(kMembers);
  view_.severities = section<SeverityRow>(kSeverities);
  return {};
}

Result<void> Checker::ecosystems() {
  std::string_view before;
  for (std::size_t i = 0; i < view_.ecosystems.size(); ++i) {
    const EcosystemRow& row = view_.ecosystems[i];
    if (!ok(row.name) || !ok_scheme(row.scheme)) return broken("an ecosystem points outside", at(kEcosystems, i));
    const std::string_view name = view_.text(row.name);
    if (i > 0 && name <= before) return broken("ecosystems out of order", at(kEcosystems, i));
    before = name;
  }
  return {};
}

Result<void> Checker::hash_table() {
  const std::size_t size = view_.buckets.size();
  if (size == 0 || (size & (size - 1)) != 0) return broken("the size of the hash table is no power of two", at(kBuckets, 0));
  bool empty = false;
  for (std::size_t i = 0; i < size; ++i) {
    if (view_.buckets[i] > view_.packages.size()) return broken("the hash table points outside", at(kBuckets, i));
    empty = empty || view_.buckets[i] == 0;
  }
  if (!empty) return broken("the hash table is full", at(kBuckets, 0));
  return {};
}

Result<void> Checker::package(const PackageRow& row, std::uint64_t offset) {
  if (!ok(row.ecosystem) || !ok(row.name) || !ok_scheme(row.scheme) || !ok(row.bounds, view_.bounds.size()) ||
      !ok(row.intervals, view_.intervals.size()) || !ok(row.points, view_.points.size()) || !ok(row.gaps, view_.gaps.size())) {
    return broken("a package points outside", offset);
  }
  const auto bounds = IndexView::rows(view_.bounds, row.bounds);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!ok(bounds[i].key) || !ok(bounds[i].text)) return broken("a bound points outside", at(kBounds, row.bounds.begin + i));
    if (i > 0 && view_.key(bounds[i].key) <= view_.key(bounds[i - 1].key))
      return broken("bounds out of order", at(kBounds, row.bounds.begin + i));
  }
  const auto intervals = IndexView::rows(view_.intervals, row.intervals);
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const IntervalRow& r = intervals[i];
    const std::uint64_t place = at(kIntervals, row.intervals.begin + i);
    if (r.record >= view_.records.size() || r.low >= bounds.size() || (r.high != kInfinite && r.high >= bounds.size()) ||
        r.upper > static_cast<std::uint32_t>(Upper::limit)) {
      return broken("an interval points outside", place);
    }
    if (r.low >= r.high || (r.high == kInfinite) != (r.upper == static_cast<std::uint32_t>(Upper::none)))
      return broken("an interval is empty or its end unclear", place);
    if (i > 0 && r.record < intervals[i - 1].record) return broken("intervals out of order", place);
  }
  const auto points = IndexView::rows(view_.points, row.points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::uint64_t place = at(kPoints, row.points.begin + i);
    if (!ok(points[i].key) || points[i].record >= view_.records.size()) return broken("a listed version points outside", place);
    if (i > 0 && std::pair(view_.key(points[i].key), points[i].record) <= std::pair(view_.key(points[i - 1].key), points[i - 1].record)) {
      return broken("listed versions out of order", place);
    }
  }
  const auto gaps = IndexView::rows(view_.gaps, row.gaps);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const bool good = gaps[i].record < view_.records.size() && gaps[i].why <= static_cast<std::uint32_t>(Undecided::Why::no_order);
    if (!good || (i > 0 && gaps[i].record <= gaps[i - 1].record))
      return broken("a gap is wrong or out of order", at(kGaps, row.gaps.begin + i));
  }
  return {};
}

Result<void> Checker::packages() {
  // Packages own their rows one after another: that also bounds the work of this check by the size of the file.
  Span next[4] = {};
  for (std::size_t i = 0; i < view_.packages.size(); ++i) {
    const PackageRow& row = view_.packages[i];
    const Span parts[4] = {row.bounds, row.intervals, row.points, row.gaps};
    for (std::size_t k = 0; k < 4; ++k) {
      if (parts[k].begin != next[k].begin) return broken("packages out of order", at(kPackages, i));
      next[k].begin += parts[k].count;
      if (next[k].begin < parts[k].count) return broken("a package points outside", at(kPackages, i));
    }
    ENTENTE_CHECK(package(row, at(kPackages, i)));
  }
  return {};
}

Result<void> Checker::records() {
  for (std::size_t i = 0; i < view_.records.size(); ++i) {
    const RecordRow& row = view_.records[i];
    if (!ok(row.id) || !ok(row.summary) || row.group >= view_.groups.size() || !ok(row.severities, view_.severities.size()) ||
        !ok(row.related, view_.members.size())) {
      return broken("a record points outside", at(kRecords, i));
    }
  }
  for (std::size_t i = 0; i < view_.groups.size(); ++i) {
    if (!ok(view_.groups[i].name) || !ok(view_.groups[i].members, view_.members.size()))
      return broken("an alias group points outside", at(kGroups, i));
  }
  for (std::size_t i = 0; i < view_.members.size(); ++i) {
    if (!ok(view_.members[i])) return broken("an alias points outside", at(kMembers, i));
  }
  for (std::size_t i = 0; i < view_.severities.size(); ++i) {
    if (!ok(view_.severities[i].type) || !ok(view_.severities[i].vector)) return broken("a severity points outside", at(kSeverities, i));
  }
  return {};
}

}  // namespace

Result<IndexView> check_index(std::string_view file, const std::string& name) { return Checker(file, name).run(); }

}  // namespace entente::measures::p6_supply::format
