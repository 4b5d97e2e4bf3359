// CISA's catalogue of known exploited vulnerabilities (KEV), JSON as published. It names CVEs, no versions: join it only
// through the CVE ids of a matched advisory.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

enum class RansomwareUse { unknown, known };

struct KevEntry {
  Instant date_added{};
  Instant due_date{};  // binds US federal agencies only
  RansomwareUse ransomware = RansomwareUse::unknown;
  std::string name;  // "Git Link Following Vulnerability"
  std::string vendor, product;
};

struct KevCatalog {
  std::string version;                                   // "2025.08.25"
  std::optional<Instant> released;                       // dateReleased
  std::map<std::string, KevEntry, std::less<>> entries;  // by CVE id

  // Errors carry file, line and JSON pointer; a duplicate CVE, a bad date and a wrong `count` are errors.
  [[nodiscard]] static Result<KevCatalog> parse(std::string_view text, std::string name);
  [[nodiscard]] static Result<KevCatalog> read(const std::filesystem::path& path);
  [[nodiscard]] const KevEntry* find(std::string_view cve) const;  // nullptr if not listed
};

}  // namespace entente::measures::p6_supply
