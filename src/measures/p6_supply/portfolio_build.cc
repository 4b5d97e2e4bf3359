// Making a portfolio: each entry holds numbers of (ecosystem, name, version) in one dictionary; writing sorts the dictionary and turns the
// lists round. So the bytes depend on the entries only.
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "core/bytes.h"
#include "core/file.h"
#include "measures/p6_supply/portfolio.h"
#include "measures/p6_supply/portfolio_format.h"
#include "measures/p6_supply/quality.h"
#include "measures/p6_supply/scan.h"

namespace entente::measures::p6_supply {
namespace {

struct HeldEntry {
  std::string source;
  Digest digest;
  Instant added{};
  std::uint32_t components = 0, not_evaluated = 0;
  std::vector<std::uint32_t> versions;  // numbers in the dictionary, ascending, each once
};

struct ShippedVersion {
  std::string ecosystem, name, version;
  auto operator<=>(const ShippedVersion&) const = default;
};

std::string dictionary_key(std::string_view ecosystem, std::string_view name, std::string_view version) {
  std::string key;
  key.reserve(ecosystem.size() + name.size() + version.size() + 2);
  ((((key += ecosystem) += '\0') += name) += '\0') += version;
  return key;
}

// Distinct strings once, in order of first use.
class TextPool {
 public:
  Result<format::TextRef> add(std::string_view text) {
    if (text.empty()) return format::TextRef{};
    const auto [it, fresh] = places_.try_emplace(std::string(text));
    if (!fresh) return it->second;
    if (bytes_.size() + text.size() > 0xffffffffU) return fail("the portfolio needs more than 4 GiB of text", {}, "split it");
    it->second = {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(text.size())};
    bytes_ += text;
    return it->second;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::unordered_map<std::string, format::TextRef> places_;
};

struct PortfolioSections {
  TextPool texts;
  std::vector<portfolio::EntryRow> entries;
  std::vector<portfolio::PackageRow> packages;
  std::vector<portfolio::VersionRow> versions;
  std::vector<std::uint32_t> shippers;
};

std::string lay_out_portfolio(const PortfolioSections& s) {
  portfolio::Header header;
  std::copy(portfolio::kMagic.begin(), portfolio::kMagic.end(), header.magic.begin());
  std::string out(sizeof(header), '\0');
  const auto add = [&](portfolio::Section which, const void* data, std::size_t count) {
    out.resize((out.size() + 7) / 8 * 8, '\0');
    header.section[which] = {out.size(), count};
    if (count > 0) out.append(static_cast<const char*>(data), count * portfolio::kRowBytes[which]);
  };
  add(portfolio::kTexts, s.texts.bytes().data(), s.texts.bytes().size());
  add(portfolio::kEntries, s.entries.data(), s.entries.size());
  add(portfolio::kPackages, s.packages.data(), s.packages.size());
  add(portfolio::kVersions, s.versions.data(), s.versions.size());
  add(portfolio::kShippers, s.shippers.data(), s.shippers.size());
  out.resize((out.size() + 7) / 8 * 8, '\0');
  header.file_bytes = out.size() + format::kChecksumBytes;
  std::memcpy(out.data(), &header, sizeof header);
  out += as_text(sha256(out).view());
  return out;
}

}  // namespace

struct Portfolio::Builder::Content {
  std::map<std::string, HeldEntry, std::less<>> entries;
  std::vector<ShippedVersion> dictionary;
  std::unordered_map<std::string, std::uint32_t> numbers;

  std::uint32_t number(std::string_view ecosystem, std::string_view name, std::string_view version) {
    const auto [it, fresh] = numbers.try_emplace(dictionary_key(ecosystem, name, version), static_cast<std::uint32_t>(dictionary.size()));
    if (fresh) dictionary.push_back({std::string(ecosystem), std::string(name), std::string(version)});
    return it->second;
  }
  Result<void> add_entries(PortfolioSections& out) const;
  Result<void> add_packages(PortfolioSections& out) const;
};

Portfolio::Builder::Builder() : content_(std::make_unique<Content>()) {}
Portfolio::Builder::~Builder() = default;
Portfolio::Builder::Builder(Builder&&) noexcept = default;
Portfolio::Builder& Portfolio::Builder::operator=(Builder&&) noexcept = default;

Portfolio::Builder::Builder(const Portfolio& portfolio) : Builder() {
  std::vector<HeldEntry*> held;
  for (std::uint32_t i = 0; i < portfolio.size(); ++i) {
    const PortfolioEntry e = portfolio.entry(i);
    HeldEntry& mine = content_->entries[std::string(e.name)];
    mine = {std::string(e.source), e.digest, e.added, e.components, e.not_evaluated, {}};
    held.push_back(&mine);
  }
  for (const PortfolioVersion& v : portfolio.all_versions()) {
    const std::uint32_t number = content_->number(v.ecosystem, v.name, v.version);
    for (const std::uint32_t entry : v.entries) held[entry]->versions.push_back(number);  // ascending: numbers are given in this order
  }
}

Portfolio::Builder::Added Portfolio::Builder::add(std::string_view name, std::string_view source, const Digest& digest, const Sbom& sbom,
                                                  Instant at) {
  HeldEntry entry{std::string(source), digest, at, 0, 0, {}};
  const std::string system = operating_system(sbom);
  for (std::uint32_t i = 0; i < sbom.components.size(); ++i) {
    const Component& c = sbom.components[i];
    if (c.purl.empty() && !is_software(c)) continue;
    const AskedPackage asked = asked_package(c, system);
    const bool judged = !asked.ecosystem.empty() && !asked.version.empty();
    if (!judged && sbom.roots.size() == 1 && sbom.roots[0] == i) continue;  // as in scan(): one's own product
    ++entry.components;
    if (!judged) {
      ++entry.not_evaluated;
      continue;
    }
    const format::KeyedName keyed = format::keyed_name(asked.ecosystem, asked.name);
    entry.versions.push_back(content_->number(keyed.ecosystem, keyed.name, asked.version));
  }
  std::sort(entry.versions.begin(), entry.versions.end());
  entry.versions.erase(std::unique(entry.versions.begin(), entry.versions.end()), entry.versions.end());
  const auto [it, fresh] = content_->entries.insert_or_assign(std::string(name), std::move(entry));
  return fresh ? Added::first : Added::replaced;
}

bool Portfolio::Builder::remove(std::string_view name) {
  const auto it = content_->entries.find(name);
  if (it == content_->entries.end()) return false;
  content_->entries.erase(it);
  return true;
}

Result<void> Portfolio::Builder::Content::add_entries(PortfolioSections& out) const {
  for (const auto& [name, entry] : entries) {
    portfolio::EntryRow row;
    ENTENTE_TRY(row.name, out.texts.add(name));
    ENTENTE_TRY(row.source, out.texts.add(entry.source));
    row.digest = entry.digest.bytes;
    row.added = entry.added.time_since_epoch().count();
    row.components = entry.components;
    row.not_evaluated = entry.not_evaluated;
    out.entries.push_back(row);
  }
  return {};
}

Result<void> Portfolio::Builder::Content::add_packages(PortfolioSections& out) const {
  std::vector<std::vector<std::uint32_t>> shippers(dictionary.size());
  std::uint32_t entry_number = 0;
  std::uint64_t all = 0;
  for (const auto& [name, entry] : entries) {
    for (const std::uint32_t v : entry.versions) shippers[v].push_back(entry_number);
    all += entry.versions.size();
    ++entry_number;
  }
  if (all >= format::kInfinite) return fail("the portfolio has more than 4,294,967,294 components", {}, "split it");
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < dictionary.size(); ++i)
    if (!shippers[i].empty()) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return dictionary[a] < dictionary[b]; });
  const ShippedVersion* before = nullptr;
  for (const std::uint32_t i : order) {
    const ShippedVersion& v = dictionary[i];
    if (before == nullptr || std::tie(before->ecosystem, before->name) != std::tie(v.ecosystem, v.name)) {
      portfolio::PackageRow package;
      ENTENTE_TRY(package.ecosystem, out.texts.add(v.ecosystem));
      ENTENTE_TRY(package.name, out.texts.add(v.name));
      package.versions = {static_cast<std::uint32_t>(out.versions.size()), 0};
      out.packages.push_back(package);
    }
    before = &v;
    portfolio::VersionRow row;
    ENTENTE_TRY(row.text, out.texts.add(v.version));
    row.shippers = {static_cast<std::uint32_t>(out.shippers.size()), static_cast<std::uint32_t>(shippers[i].size())};
    out.shippers.insert(out.shippers.end(), shippers[i].begin(), shippers[i].end());
    out.versions.push_back(row);
    ++out.packages.back().versions.count;
  }
  return {};
}

Result<std::string> Portfolio::Builder::bytes() const {
  PortfolioSections sections;
  ENTENTE_CHECK(content_->add_entries(sections));
  ENTENTE_CHECK(content_->add_packages(sections));
  return lay_out_portfolio(sections);
}

Result<void> Portfolio::Builder::write(const std::filesystem::path& path) const {
  ENTENTE_TRY(const std::string file, bytes());
  return write_file_atomic(path, file);
}

}  // namespace entente::measures::p6_supply
