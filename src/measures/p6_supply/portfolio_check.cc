// Checks a portfolio file from the outside in, as index_view.cc does an index: header, checksum, sections, then every reference and every
// order a search relies on.
#include <fmt/format.h>
#include <cstddef>
#include <cstring>

#include "core/bytes.h"
#include "core/digest.h"
#include "measures/p6_supply/portfolio_format.h"

namespace entente::measures::p6_supply::portfolio {
namespace {

class PortfolioChecker {
 public:
  PortfolioChecker(std::string_view file, const std::string& name) : file_(file), name_(name) {}

  Result<View> run() {
    ENTENTE_CHECK(header());
    ENTENTE_CHECK(sections());
    ENTENTE_CHECK(entries());
    ENTENTE_CHECK(packages());
    return view_;
  }

 private:
  tl::unexpected<Error> broken(std::string what, std::uint64_t offset) const {
    return fail("broken portfolio: " + std::move(what), {.file = name_, .offset = offset},
                "restore it from a copy, or make it again with `entente supply portfolio add`");
  }
  [[nodiscard]] std::uint64_t at(Section section, std::size_t row) const {
    return header_.section[section].offset + row * kRowBytes[section];
  }
  [[nodiscard]] bool ok(format::TextRef ref) const { return std::uint64_t{ref.offset} + ref.size <= view_.texts.size(); }

  template <class Row>
  std::span<const Row> section(Section which) const {
    const format::SectionRow& row = header_.section[which];
    return {reinterpret_cast<const Row*>(file_.data() + row.offset), static_cast<std::size_t>(row.count)};
  }

  Result<void> header() {
    if (file_.size() < sizeof(Header) + format::kChecksumBytes) return broken("shorter than its header", file_.size());
    std::memcpy(&header_, file_.data(), sizeof(Header));
    if (std::string_view(header_.magic.data(), header_.magic.size()) != kMagic)
      return fail("not a portfolio", {.file = name_, .offset = 0}, "give a file made by `entente supply portfolio add`");
    if (header_.version != kVersion)
      return fail(fmt::format("portfolio of version {}, this program reads version {}", header_.version, kVersion),
                  {.file = name_, .offset = 8});
    if (header_.sections != kSectionCount) return broken("wrong number of sections", 12);
    if (header_.file_bytes != file_.size()) return broken("the header gives another size", 16);
    const std::string_view body = file_.substr(0, file_.size() - format::kChecksumBytes);
    if (as_text(sha256(body).view()) != file_.substr(body.size())) return broken("the checksum does not match", body.size());
    return {};
  }

  Result<void> sections() {
    std::uint64_t end = sizeof(Header);
    const std::uint64_t limit = file_.size() - format::kChecksumBytes;
    for (std::uint32_t i = 0; i < kSectionCount; ++i) {
      const format::SectionRow& row = header_.section[i];
      const std::uint64_t place = offsetof(Header, section) + i * sizeof(format::SectionRow);
      if (row.offset % 8 != 0 || row.offset < end || row.offset > limit)
        return broken(fmt::format("section {} begins at a wrong place", i), place);
      if (row.count > (limit - row.offset) / kRowBytes[i] || row.count > format::kInfinite)
        return broken(fmt::format("section {} ends outside the file", i), place);
      end = row.offset + row.count * kRowBytes[i];
    }
    view_.texts = file_.substr(header_.section[kTexts].offset, header_.section[kTexts].count);
    view_.entries = section<EntryRow>(kEntries);
    view_.packages = section<PackageRow>(kPackages);
    view_.versions = section<VersionRow>(kVersions);
    view_.shippers = section<std::uint32_t>(kShippers);
    return {};
  }

  Result<void> entries() {
    for (std::size_t i = 0; i < view_.entries.size(); ++i) {
      const EntryRow& row = view_.entries[i];
      if (!ok(row.name) || !ok(row.source)) return broken("an entry points outside", at(kEntries, i));
      if (i > 0 && view_.text(row.name) <= view_.text(view_.entries[i - 1].name)) return broken("entries out of order", at(kEntries, i));
    }
    return {};
  }

  // Packages own their versions, and versions their shippers, one after the other: that bounds the work by the size of the file.
  Result<void> packages() {
    std::uint32_t next_version = 0, next_shipper = 0;
    for (std::size_t i = 0; i < view_.packages.size(); ++i) {
      const PackageRow& row = view_.packages[i];
      if (!ok(row.ecosystem) || !ok(row.name)) return broken("a package points outside", at(kPackages, i));
      if (i > 0) {
        const PackageRow& before = view_.packages[i - 1];
        if (std::pair(view_.text(row.ecosystem), view_.text(row.name)) <= std::pair(view_.text(before.ecosystem), view_.text(before.name)))
          return broken("packages out of order", at(kPackages, i));
      }
      if (row.versions.begin != next_version || row.versions.count > view_.versions.size() - next_version)
        return broken("a package points outside", at(kPackages, i));
      for (std::uint32_t v = row.versions.begin; v < row.versions.begin + row.versions.count; ++v)
        ENTENTE_CHECK(version(v, v > row.versions.begin, next_shipper));
      next_version += row.versions.count;
    }
    if (next_version != view_.versions.size() || next_shipper != view_.shippers.size())
      return broken("rows that belong to nothing", file_.size());
    return {};
  }

  Result<void> version(std::uint32_t v, bool follows, std::uint32_t& next_shipper) const {
    const VersionRow& row = view_.versions[v];
    if (!ok(row.text) || row.shippers.begin != next_shipper || row.shippers.count > view_.shippers.size() - next_shipper)
      return broken("a version points outside", at(kVersions, v));
    if (follows && view_.text(row.text) <= view_.text(view_.versions[v - 1].text)) return broken("versions out of order", at(kVersions, v));
    for (std::uint32_t s = 0; s < row.shippers.count; ++s) {
      const std::uint32_t entry = view_.shippers[next_shipper + s];
      if (entry >= view_.entries.size() || (s > 0 && entry <= view_.shippers[next_shipper + s - 1]))
        return broken("a shipper is unknown or out of order", at(kShippers, next_shipper + s));
    }
    next_shipper += row.shippers.count;
    return {};
  }

  std::string_view file_;
  const std::string& name_;
  Header header_;
  View view_;
};

}  // namespace

Result<View> check_portfolio(std::string_view file, const std::string& name) { return PortfolioChecker(file, name).run(); }

}  // namespace entente::measures::p6_supply::portfolio
