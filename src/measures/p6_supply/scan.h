// The join of an SBOM with advisories and the KEV catalogue: which component is affected by what, what repairs it, through which
// dependency it came in; and which components could not be judged.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/index.h"
#include "measures/p6_supply/kev.h"
#include "measures/p6_supply/record_rating.h"
#include "measures/p6_supply/sbom.h"

namespace entente::measures::p6_supply {

// Why nothing can be said about a component. Such a component is never counted as free of vulnerabilities.
enum class NotEvaluatedWhy : std::uint8_t {
  no_purl,
  bad_purl,                // Purl::parse refuses it
  no_ecosystem,            // OSV has no ecosystem for this type (pkg:generic, pkg:oci …)
  ecosystem_not_in_index,  // no advisory of the ecosystem in the index, or its version order is not known
  no_version,
  version_not_understood,
  source_not_named,  // advisories of the distribution name sources, the purl names none, and none has the package's own name
  history_needed,    // a commit or tag of a repository that advisories give commit ranges for, and none names
};
inline constexpr std::size_t kNotEvaluatedReasons = 8;
[[nodiscard]] std::string_view why_text(NotEvaluatedWhy why);

struct NotEvaluated {
  std::uint32_t component = 0;
  NotEvaluatedWhy why = NotEvaluatedWhy::no_purl;
  std::string detail;  // the ecosystem, the version, the purl's error; printable
};

// An advisory record that affects a component, or could not be judged for it.
struct RecordMatch {
  std::uint32_t index = 0;  // which of the indexes given to scan()
  Match match;
};
struct UndecidedRecord {
  std::uint32_t component = 0;
  std::uint32_t index = 0;
  Undecided undecided;
};

// One vulnerability under all its names (alias group), as the matched records describe it.
struct Advisory {
  std::string_view name;                  // RecordView::group: smallest CVE, else GHSA, else id
  std::vector<std::string_view> aliases;  // the other names
  std::string_view summary;               // may be empty
  std::optional<cvss::Rating> score;      // the highest of the matched records; nullopt: none gives one that can be scored
  std::optional<Instant> published;       // the earliest of the matched records
  std::string_view kev_cve;               // the CVE id under which KEV lists it; empty if it does not
  const KevEntry* kev = nullptr;          // lives as long as the catalogue
  // Without a `kev`: an entry that a matched record names only as related. Whether it is the same flaw, a person has to judge.
  std::string_view related_cve;  // of several the one due first
  std::string_view related_by;   // id of the record that names it
  const KevEntry* related_kev = nullptr;

  [[nodiscard]] std::optional<Severity> severity() const { return score ? std::optional(score->severity()) : std::nullopt; }
};
// "critical" … "none", "unknown" without a score.
[[nodiscard]] std::string_view severity_word(const Advisory& advisory);

// A component and one vulnerability that affects it.
struct Vulnerability {
  std::uint32_t component = 0;
  std::uint32_t advisory = 0;  // of ScanResult::advisories
  Slice records;               // of ScanResult::records, at least one: the records that say so
  std::string_view fixed;      // the version that repairs it, by the first record that knows one; empty if none does
};

// Views live as long as the indexes, the catalogue and the SBOM given to scan().
struct ScanResult {
  std::uint64_t components = 0;                // looked at: software, or anything with a purl
  std::uint64_t evaluated = 0;                 // of those, the ones that could be judged
  std::uint64_t affected = 0;                  // of those, the ones with at least one vulnerability
  std::vector<Advisory> advisories;            // by name
  std::vector<Vulnerability> vulnerabilities;  // by component, then by advisory
  std::vector<RecordMatch> records;
  std::vector<NotEvaluated> not_evaluated;  // by component
  std::vector<UndecidedRecord> undecided;   // by component; records that could not be judged for it
  std::vector<std::uint32_t> reached;       // reach(sbom): for path_to()
  std::uint64_t not_yet_published = 0;      // matches left out because nobody could know of them at the instant asked for

  [[nodiscard]] std::span<const RecordMatch> records_of(const Vulnerability& v) const {
    return std::span(records).subspan(v.records.first, v.records.count);
  }
};

// `kev` may be nullptr. With `at`, what was published after it (vulnerabilities by the earliest of their records, KEV entries by the day
// they were listed) does not count. Parallel over components; the result does not depend on the number of threads. What the document is
// about (its single root) is looked up too, but not listed as not evaluated: no public database is expected to know one's own product.
[[nodiscard]] ScanResult scan(const Sbom& sbom, std::span<const AdvisoryIndex> indexes, const KevCatalog* kev,
                              std::optional<Instant> at = std::nullopt);

// What scan() asks the indexes about a component; all empty where it asks nothing (no purl, no ecosystem).
struct AskedPackage {
  std::string ecosystem, name, version;
};
[[nodiscard]] AskedPackage asked_package(const Component& component, std::string_view system = {});

// The operating system the SBOM is of, as `distro` qualifiers spell it ("debian-12"): its one component of that type with a version.
[[nodiscard]] std::string operating_system(const Sbom& sbom);

// On KEV before the others (earliest due date first), then by score, those without a score last.
[[nodiscard]] bool is_worse(const Advisory& a, const Advisory& b);
// Positions in ScanResult::vulnerabilities, worst first; equal ones in document order.
[[nodiscard]] std::vector<std::uint32_t> worst_first(const ScanResult& result);

// Whole days since a KEV due date, once that day is over (UTC); 0 before.
[[nodiscard]] std::int64_t days_overdue(const KevEntry& entry, Instant at);

// What raising one component to one version would do.
struct Upgrade {
  std::uint32_t component = 0;
  std::string_view version;       // the lowest that repairs every vulnerability with a known fix
  std::uint64_t removes = 0;      // vulnerabilities of the component that do not affect `version`, by looking it up again
  std::uint64_t removes_kev = 0;  // of these, on KEV
  double removes_score = 0;       // sum of the scores of these
};
// The upgrade that removes most, KEV-listed ones first, then the most severe; nullopt if no vulnerability has a fix.
[[nodiscard]] std::optional<Upgrade> best_upgrade(const Sbom& sbom, std::span<const AdvisoryIndex> indexes, const ScanResult& result);

}  // namespace entente::measures::p6_supply
