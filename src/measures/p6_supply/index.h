// The advisory index: many OSV records compiled into one file that is mapped into memory and answers "is this version of this
// package affected, by what, and why" with a hash look-up and a binary search. The file is described byte by byte in
// docs/advisory-index.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/progress.h"
#include "core/time.h"
#include "measures/p6_supply/advisory_source.h"
#include "measures/p6_supply/version.h"

namespace entente::measures::p6_supply {

enum class How : std::uint8_t { range, enumerated };  // inside a range; in the list `versions[]`
enum class Upper : std::uint8_t { none, fixed, last_affected, limit };

// One record that affects the version asked for. Views live as long as the index.
struct Match {
  std::uint32_t record = 0;  // for AdvisoryIndex::record()
  How how = How::range;
  std::string_view introduced;  // "0": from the beginning. Empty if how is enumerated
  Upper upper = Upper::none;
  std::string_view upper_version;  // empty if upper is none

  // The version that repairs this line of versions; empty if none is known.
  [[nodiscard]] std::string_view fixed() const { return upper == Upper::fixed ? upper_version : std::string_view(); }
  // ">=1.0.0, <1.6.0", "<1.6.0", "<=2.1", ">=1.0.0", "all versions"; "listed" if enumerated.
  [[nodiscard]] std::string range() const;
};

// A record about the package that could not be judged: never to be read as "not affected".
struct Undecided {
  enum class Why : std::uint8_t {
    git_only,        // only GIT ranges: needs the commit graph
    no_versions,     // the entry gives neither ranges nor versions
    advisory_range,  // a version in the advisory's range is not understood
    asked_version,   // the version asked for is not understood, and the record has ranges
    no_order,        // the ecosystem's version order is not known to Entente, and the record has ranges
  };
  std::uint32_t record = 0;
  Why why = Why::git_only;
};
[[nodiscard]] std::string_view why_text(Undecided::Why why);

enum class Verdict : std::uint8_t {
  affected,                 // at least one match
  clean,                    // evaluated: no record affects it (look at `undecided` as well)
  ecosystem_not_evaluated,  // no order for the ecosystem, or the index holds no advisory of it: nothing is known
  version_not_understood,   // no match, and the version's place in the order is unknown (or it is empty)
};
[[nodiscard]] std::string_view verdict_name(Verdict verdict);  // "affected", "clean", "ecosystem-not-evaluated" …

struct Answer {
  Verdict verdict = Verdict::clean;
  VersionForm form = VersionForm::exact;  // how the version asked for was read
  bool package_known = false;             // some record names the package
  std::vector<Match> matches;             // at most one a record, in order of record id
  std::vector<Undecided> undecided;       // in order of record id; never a record that is also in `matches`
};

struct SeverityView {
  std::string_view type;  // "CVSS_V3"
  std::string_view vector;
};

// One advisory as the index holds it. Views live as long as the index.
struct RecordView {
  std::string_view id;
  std::string_view summary;                    // may be empty
  std::string_view group;                      // one name for all aliases of one vulnerability: the smallest CVE, else GHSA, else id
  std::vector<std::string_view> aliases;       // all other ids of the group (symmetric and transitive), in byte order
  std::vector<std::string_view> cves;          // the CVE ids among id and aliases: for the KEV join
  std::vector<std::string_view> related_cves;  // CVE ids of what it names as `related` or `upstream`, in byte order; none of `cves`
  std::vector<SeverityView> severity;          // as given by the record, then those of its affected entries, no duplicates
  Instant modified{};
  std::optional<Instant> published;
};

struct EcosystemInfo {
  std::uint64_t packages = 0;
  bool ordered = false;  // false: only `versions[]` is evaluated
};

struct IndexInfo {
  std::uint64_t bytes = 0, records = 0, packages = 0, ranges = 0, points = 0, undecidable = 0, alias_groups = 0;
  std::map<std::string, EcosystemInfo, std::less<>> ecosystems;
  Instant newest_modified{};  // of all records; the index's own age limit
  Digest digest;              // of the file
};

struct BuildReport {
  std::uint64_t read = 0, bad = 0, withdrawn = 0, superseded = 0;  // superseded: an id met again; the later `modified` stays
  std::vector<Error> first_errors;                                 // of the bad ones, at most 20 a source
  IndexInfo info;
};

// Immutable and thread-safe once made; cheap to copy (shared mapping).
class AdvisoryIndex {
 public:
  // Deterministic: the same records in any order, spread over any sources, give the same bytes.
  [[nodiscard]] static Result<BuildReport> build(std::span<const AdvisorySource> sources, const std::filesystem::path& out,
                                                 Progress& progress, BadSource bad = BadSource::refuse);
  struct Built {
    std::string bytes;
    BuildReport report;
  };
  [[nodiscard]] static Result<Built> build_bytes(std::span<const AdvisorySource> sources, Progress& progress,
                                                 BadSource bad = BadSource::refuse);

  // Both check version, checksum and every offset once; look-ups then need no checks. A hostile file gives an error.
  [[nodiscard]] static Result<AdvisoryIndex> open(const std::filesystem::path& path);
  [[nodiscard]] static Result<AdvisoryIndex> from_memory(const std::string& bytes, const std::string& name = "index");

  // `ecosystem` as package_key() gives it, or with a suffix. PyPI names are normalised here as well.
  [[nodiscard]] Answer lookup(std::string_view ecosystem, std::string_view name, std::string_view version) const;
  [[nodiscard]] RecordView record(std::uint32_t record) const;           // of a Match or Undecided of this index
  [[nodiscard]] std::string_view record_id(std::uint32_t record) const;  // the same id, without the rest
  // The versions that repair the record in this package, in version order (empty if none is known).
  [[nodiscard]] std::vector<std::string_view> fixed_versions(std::string_view ecosystem, std::string_view name, std::uint32_t record) const;
  [[nodiscard]] const IndexInfo& info() const;

 private:
  struct State;
  explicit AdvisoryIndex(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace entente::measures::p6_supply
