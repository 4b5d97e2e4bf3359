// Lifecycle of components. Every identifier of a record becomes a key of one hash table ("purl" type, namespace and name; "cpe" part,
// vendor and product; "os" name); a component makes the same keys and looks them up, purl first. Its version then chooses the release
// cycle with the longest matching name.
#include "measures/p6_supply/lifecycle.h"

#include <algorithm>

#include "core/file.h"
#include "core/utf8.h"
#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/quality.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::size_t kMaxEolFiles = 100'000;

std::string life_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Empty if it cannot be read.
std::string life_purl_key(std::string_view text) {
  const auto purl = Purl::parse(text);
  return purl ? fmt::format("purl\n{}\n{}\n{}", purl->type, purl->ns, purl->name) : std::string();
}

// "cpe:/a:vendor:product…" and "cpe:2.3:a:vendor:product:…" have one key. Empty if a part is missing or a wildcard.
std::string life_cpe_key(std::string_view text) {
  if (text.starts_with("cpe:2.3:"))
    text.remove_prefix(8);
  else if (text.starts_with("cpe:/"))
    text.remove_prefix(5);
  else
    return {};
  std::string key = "cpe\n";
  std::size_t parts = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size() && parts < 3; ++i) {
    if (i < text.size() && text[i] == '\\') {
      ++i;
      continue;
    }
    if (i < text.size() && text[i] != ':') continue;
    const std::string_view part = text.substr(start, i - start);
    if (part.empty() || part == "*" || part == "-") return {};
    key += life_lower(part) + "\n";
    start = i + 1;
    ++parts;
  }
  return parts == 3 ? key : std::string();
}

std::string_view life_plain_version(std::string_view version) {
  const std::size_t colon = version.find(':');
  if (colon != std::string_view::npos && colon > 0 && version.find_first_not_of("0123456789") == colon) version.remove_prefix(colon + 1);
  if (version.size() > 1 && (version[0] == 'v' || version[0] == 'V') && version[1] >= '0' && version[1] <= '9') version.remove_prefix(1);
  return version;
}

// After a digit anything but a digit ends the cycle's name ("3.1b1" and "3.1.2" are of "3.1", "3.10" is not); else a separator must follow.
bool life_begins_with(std::string_view version, std::string_view cycle) {
  if (cycle.empty() || !version.starts_with(cycle)) return false;
  if (version.size() == cycle.size()) return true;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const char next = version[cycle.size()];
  return is_digit(cycle.back()) ? !is_digit(next) : std::string_view(".-+_~ ").find(next) != std::string_view::npos;
}

bool life_over(const LifeStage& stage, Instant at) {
  return stage.kind == LifeStage::Kind::over || (stage.kind == LifeStage::Kind::dated && at > stage.last);
}

Json life_stage_json(const LifeStage& stage) {
  switch (stage.kind) {
    case LifeStage::Kind::dated: return format_date(stage.last);
    case LifeStage::Kind::over: return "ended";
    case LifeStage::Kind::running: return "running";
    case LifeStage::Kind::unsaid: break;
  }
  return nullptr;
}

}  // namespace

std::string_view to_string(LifeStatus status) {
  switch (status) {
    case LifeStatus::end_of_life: return "end_of_life";
    case LifeStatus::end_of_security_support: return "end_of_security_support";
    case LifeStatus::ending_soon: return "ending_soon";
    case LifeStatus::supported: return "supported";
    case LifeStatus::unknown_cycle: return "unknown_cycle";
    case LifeStatus::unknown_product: break;
  }
  return "unknown_product";
}

Result<EolRecords> EolRecords::read(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    ENTENTE_TRY(const auto names, list_files(path, kMaxEolFiles));
    files.clear();
    for (const std::string& name : names)
      if (name.ends_with(".md") || name.ends_with(".json")) files.push_back(path / name);
    if (files.empty()) return fail("no lifecycle record (.md, .json) in this folder", {.file = path.string()});
  }
  EolRecords records;
  for (const auto& file : files) {
    ENTENTE_TRY(const std::string text, read_file(file, kMaxEolBytes));
    ENTENTE_TRY(auto products, parse_eol_records(text, file.string()));
    for (EolProduct& product : products) records.add(std::move(product));
  }
  return records;
}

void EolRecords::add(EolProduct product) {
  const auto id = static_cast<std::uint32_t>(products_.size());
  const auto enter = [&](const std::string& key) {
    if (key.empty()) return;
    auto& ids = by_key_[key];
    if (ids.empty() || ids.back() != id) ids.push_back(id);
  };
  for (const std::string& purl : product.purls) {
    const std::string key = life_purl_key(purl);
    if (key.empty()) ++unreadable_purls_;
    enter(key);
  }
  for (const std::string& cpe : product.cpes) enter(life_cpe_key(cpe));
  enter("os\n" + life_lower(product.slug));
  products_.push_back(std::move(product));
}

std::vector<std::uint32_t> EolRecords::products_of(const Component& component) const {
  const auto found = [&](const std::string& key) -> const std::vector<std::uint32_t>* {
    const auto it = key.empty() ? by_key_.end() : by_key_.find(key);
    return it == by_key_.end() ? nullptr : &it->second;
  };
  if (!component.purl.empty())
    if (const auto* ids = found(life_purl_key(component.purl))) return *ids;
  if (const auto* ids = found(life_cpe_key(component.cpe))) return *ids;
  if (component.type == "operating-system" || component.type == "OPERATING-SYSTEM" || component.type == "OPERATING_SYSTEM")
    if (const auto* ids = found("os\n" + life_lower(component.name))) return *ids;
  return {};
}

const EolRelease* release_of(const EolProduct& product, std::string_view version) {
  const std::string_view plain = life_plain_version(version);
  const EolRelease* best = nullptr;
  for (const EolRelease& release : product.releases) {
    if (release.exact ? release.cycle.empty() || release.cycle == version : life_begins_with(plain, life_plain_version(release.cycle)))
      if (best == nullptr || release.cycle.size() > best->cycle.size()) best = &release;
  }
  return best;
}

LifeStatus life_status(const EolRelease& release, Instant at, std::int64_t soon_days) {
  using Kind = LifeStage::Kind;
  const LifeStage& security = release.security;
  const LifeStage& life = release.end_of_life;
  // endoflife.date's "eol" ends both; who pays may have longer.
  const bool extended_runs =
      release.extended.kind == Kind::running || (release.extended.kind == Kind::dated && !life_over(release.extended, at));
  if (life_over(life, at) && !extended_runs) return LifeStatus::end_of_life;
  if (life_over(security, at) || life_over(life, at)) return LifeStatus::end_of_security_support;
  if (security.kind == Kind::unsaid && life.kind == Kind::unsaid) return LifeStatus::unknown_cycle;
  const Instant horizon = at + std::chrono::days(soon_days);
  return life_over(security, horizon) || life_over(life, horizon) ? LifeStatus::ending_soon : LifeStatus::supported;
}

std::vector<LifecycleRow> lifecycle_of(const Sbom& sbom, const EolRecords& records, Instant at, std::int64_t soon_days) {
  std::vector<LifecycleRow> rows;
  for (std::uint32_t i = 0; i < sbom.components.size(); ++i) {
    const Component& component = sbom.components[i];
    if (!is_software(component)) continue;
    std::string version(component.version);
    if (version.empty() && !component.purl.empty())
      if (auto purl = Purl::parse(component.purl)) version = std::move(purl->version);
    const auto products = records.products_of(component);
    if (products.empty()) rows.push_back({.component = i});
    for (const std::uint32_t product : products) {
      LifecycleRow row{.component = i, .status = LifeStatus::unknown_cycle, .product = product};
      row.release = release_of(records.products()[product], version);
      if (row.release != nullptr) row.status = life_status(*row.release, at, soon_days);
      rows.push_back(row);
    }
  }
  return rows;
}

Json lifecycle_row_json(const Sbom& sbom, const EolRecords& records, const LifecycleRow& row) {
  const Component& component = sbom.components[row.component];
  Json out{{"status", to_string(row.status)},
           {"component", sbom.display(row.component)},
           {"purl", printable(component.purl, 400)},
           {"version", printable(component.version, 200)},
           {"pointer", sbom.pointer(row.component)}};
  if (row.status == LifeStatus::unknown_product) return out;
  const EolProduct& product = records.products()[row.product];
  out["product"] = printable(product.slug, 400);
  out["source"] = product.source;
  if (row.release == nullptr) return out;
  out["cycle"] = printable(row.release->cycle, 200);
  out["end_of_security_support"] = life_stage_json(row.release->security);
  out["end_of_life"] = life_stage_json(row.release->end_of_life);
  out["end_of_extended_support"] = life_stage_json(row.release->extended);
  out["latest"] = printable(row.release->latest, 200);
  return out;
}

}  // namespace entente::measures::p6_supply
