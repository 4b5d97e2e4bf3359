// Compiles advisories into the index file, in passes over flat arrays: read; keep of each id the record modified last; drop
// the withdrawn; sort by id; join aliases; turn every affected entry into intervals, points and gaps (in parallel, record by
// record); sort those by package; lay out the sections. Every array is sorted before it is written, so the bytes depend on
// the set of records only.
#include <fmt/format.h>
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "core/ascii.h"
#include "core/file.h"
#include "core/parallel.h"
#include "measures/p6_supply/alias_groups.h"
#include "measures/p6_supply/git_repository.h"
#include "measures/p6_supply/index.h"
#include "measures/p6_supply/index_build.h"
#include "measures/p6_supply/index_format.h"
#include "measures/p6_supply/intervals.h"

namespace entente::measures::p6_supply {
namespace {

using namespace format;

// --- What one affected entry contributes ----------------------------------------------------------------------------------

struct PackageName {
  std::string ecosystem, name;
  std::uint32_t scheme = 0;

  auto operator<=>(const PackageName&) const = default;
};
struct Contribution {
  PackageName package;
  std::uint32_t record = 0;
  std::vector<KeyInterval> intervals;
  std::vector<std::string> points;
  std::vector<Undecided::Why> gaps;
};

bool inside(const std::vector<KeyInterval>& intervals, const std::string& key) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [&](const KeyInterval& i) { return i.low <= key && (i.high.empty() || key < i.high); });
}

// A listed version that a range of the same entry covers needs no point of its own.
void add_points(const OsvAffected& affected, std::optional<Scheme> scheme, Contribution& out) {
  std::string key;
  for (const std::string& version : affected.versions) {
    key.clear();
    VersionForm form{};
    if (scheme && append_version_key(*scheme, version, key, form) && inside(out.intervals, key)) continue;
    out.points.push_back(enumerated_key(scheme, version));
  }
}

// Some records of RPM distributions give "name-version-release" for a version (openEuler's OESA-2025-2072, Mageia's MGASA-2024-0312), which
// would be below every number.
std::string without_name(const std::string& version, std::string_view name) {
  const std::size_t digit = name.size() + 1;
  const bool repeated = version.size() > digit && version.starts_with(name) && version[name.size()] == '-' && is_digit(version[digit]);
  return repeated ? version.substr(digit) : version;
}

Result<std::vector<KeyInterval>> intervals_of(Scheme scheme, const OsvRange& range, std::string_view name) {
  const bool named = std::any_of(range.events.begin(), range.events.end(), [&](const OsvEvent& e) { return e.version.starts_with(name); });
  if (scheme != Scheme::rpm || !named) return range_intervals(scheme, range);
  OsvRange plain = range;
  for (OsvEvent& event : plain.events) event.version = without_name(event.version, name);
  return range_intervals(scheme, plain);
}

Contribution contribute(const OsvAffected& affected, std::uint32_t record) {
  Contribution out;
  KeyedName keyed = keyed_name(affected.ecosystem, affected.name);
  out.package = {std::string(keyed.ecosystem), std::move(keyed.name), keyed.scheme ? static_cast<std::uint32_t>(*keyed.scheme) : 0};
  out.record = record;
  bool git = false, ordered = false;
  for (const OsvRange& range : affected.ranges) {
    if (range.type == OsvRange::Type::git) {
      git = true;
      continue;
    }
    ordered = true;
    if (!keyed.scheme) {
      out.gaps.push_back(Undecided::Why::no_order);
      continue;
    }
    auto intervals = intervals_of(*keyed.scheme, range, affected.name);
    if (intervals) {
      out.intervals.insert(out.intervals.end(), intervals->begin(), intervals->end());
    } else {
      out.gaps.push_back(Undecided::Why::advisory_range);
    }
  }
  add_points(affected, keyed.scheme, out);
  if (!ordered && affected.versions.empty()) out.gaps.push_back(git ? Undecided::Why::git_only : Undecided::Why::no_versions);
  return out;
}

// The GIT ranges, by repository: what is known of single commits and tags, and that the rest is not.
void contribute_git(const OsvRecord& osv, std::uint32_t record, std::vector<Contribution>& out) {
  for (const auto& [repository, facts] : git_facts(osv)) {
    Contribution one;
    one.package = {"GIT", repository, 0};
    one.record = record;
    for (const std::string& version : facts.affected) one.points.push_back(enumerated_key(std::nullopt, version));
    for (const std::string& commit : facts.repaired) one.points.push_back(repaired_commit_key(commit));
    one.gaps.push_back(Undecided::Why::git_only);
    out.push_back(std::move(one));
  }
}

// --- Writing --------------------------------------------------------------------------------------------------------------

// A blob in which each distinct string lies once, in order of first use.
class Blob {
 public:
  Result<TextRef> add(std::string_view text) {
    if (text.empty()) return TextRef{};
    if (const auto it = places_.find(std::string(text)); it != places_.end()) return it->second;
    if (bytes_.size() + text.size() > kMaxBytes)
      return fail("the advisories need more than 4 GiB of text", {}, "build one index for each ecosystem");
    const TextRef ref{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(text.size())};
    bytes_ += text;
    places_.emplace(std::string(text), ref);
    return ref;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  static constexpr std::uint64_t kMaxBytes = 0xffffffff;
  std::string bytes_;
  std::unordered_map<std::string, TextRef> places_;
};

struct Sections {
  Blob texts, keys;
  std::vector<EcosystemRow> ecosystems;
  std::vector<std::uint32_t> buckets;
  std::vector<PackageRow> packages;
  std::vector<BoundRow> bounds;
  std::vector<IntervalRow> intervals;
  std::vector<PointRow> points;
  std::vector<GapRow> gaps;
  std::vector<RecordRow> records;
  std::vector<GroupRow> groups;
  std::vector<TextRef> members;
  std::vector<SeverityRow> severities;
};

template <class Row>
Result<Span> rows_from(const std::vector<Row>& rows, std::size_t begin) {
  if (rows.size() > kInfinite - 1)
    return fail("more than 4,294,967,294 rows in one section of the index", {}, "build one index for each ecosystem");
  return Span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(rows.size() - begin)};
}

// The CVE ids a record is related to: those it names, and those of the alias groups of other ids it names; none of its own group.
class Relations {
 public:
  Relations(std::span<const OsvRecord> records, const AliasGroups& aliases) : aliases_(aliases) {
    const bool any = std::any_of(records.begin(), records.end(), [](const OsvRecord& r) { return !r.related.empty(); });
    if (!any) return;
    for (std::uint32_t g = 0; g < aliases.groups.size(); ++g)
      for (const std::string_view id : aliases.groups[g].members) group_of_.emplace(id, g);
  }

  [[nodiscard]] std::vector<std::string_view> cves_of(const OsvRecord& record, std::uint32_t group) const {
    std::vector<std::string_view> out;
    for (const std::string& id : record.related) {
      const auto it = group_of_.find(id);
      if (it == group_of_.end()) {
        if (id.starts_with("CVE-")) out.push_back(id);
      } else if (it->second != group) {
        for (const std::string_view member : aliases_.groups[it->second].members)
          if (member.starts_with("CVE-")) out.push_back(member);
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

 private:
  const AliasGroups& aliases_;
  std::unordered_map<std::string_view, std::uint32_t> group_of_;
};

Result<void> add_records(std::span<const OsvRecord> records, Sections& out) {
  const AliasGroups aliases = alias_groups(records);
  const Relations relations(records, aliases);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const OsvRecord& record = records[i];
    RecordRow row;
    ENTENTE_TRY(row.id, out.texts.add(record.id));
    ENTENTE_TRY(row.summary, out.texts.add(record.summary));
    row.group = aliases.of_record[i];
    row.modified = record.modified.time_since_epoch().count();
    if (record.published) row.published = record.published->time_since_epoch().count();
    const std::size_t begin = out.severities.size();
    const auto add_severity = [&](const OsvSeverity& severity) -> Result<void> {
      SeverityRow s;
      ENTENTE_TRY(s.type, out.texts.add(severity.type));
      ENTENTE_TRY(s.vector, out.texts.add(severity.score));
      const auto same = [&](const SeverityRow& other) { return other.type == s.type && other.vector == s.vector; };
      if (std::none_of(out.severities.begin() + static_cast<std::ptrdiff_t>(begin), out.severities.end(), same))
        out.severities.push_back(s);
      return {};
    };
    for (const OsvSeverity& severity : record.severity) ENTENTE_CHECK(add_severity(severity));
    for (const OsvAffected& affected : record.affected) {
      for (const OsvSeverity& severity : affected.severity) ENTENTE_CHECK(add_severity(severity));
    }
    ENTENTE_TRY(row.severities, rows_from(out.severities, begin));
    const std::size_t first_related = out.members.size();
    for (const std::string_view cve : relations.cves_of(record, row.group)) {
      ENTENTE_TRY(const TextRef ref, out.texts.add(cve));
      out.members.push_back(ref);
    }
    ENTENTE_TRY(row.related, rows_from(out.members, first_related));
    out.records.push_back(row);
  }
  for (const AliasGroup& group : aliases.groups) {
    GroupRow row;
    ENTENTE_TRY(row.name, out.texts.add(group.name));
    const std::size_t begin = out.members.size();
    for (const std::string_view member : group.members) {
      ENTENTE_TRY(const TextRef ref, out.texts.add(member));
      out.members.push_back(ref);
    }
    ENTENTE_TRY(row.members, rows_from(out.members, begin));
    out.groups.push_back(row);
  }
  return {};
}

// Shorter first: of two spellings of one bound the plainer one is shown.
bool plainer(const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); }

struct Bounds {
  std::vector<std::pair<std::string, std::string>> sorted;  // key, text

  void collect(const std::string& key, const std::string& text) { sorted.emplace_back(key, text); }
  void finish() {
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first != b.first ? a.first < b.first : plainer(a.second, b.second); });
    sorted.erase(std::unique(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first == b.first; }), sorted.end());
  }
  [[nodiscard]] std::uint32_t find(const std::string& key) const {
    const auto it = std::lower_bound(sorted.begin(), sorted.end(), key, [](const auto& b, const std::string& k) { return b.first < k; });
    return static_cast<std::uint32_t>(it - sorted.begin());
  }
};

Result<void> add_intervals(std::span<const Contribution> all, PackageRow& package, Sections& out) {
  Bounds bounds;
  for (const Contribution& c : all) {
    for (const KeyInterval& i : c.intervals) {
      bounds.collect(i.low, i.low_text);
      if (!i.high.empty()) bounds.collect(i.high, i.high_text);
    }
  }
  bounds.finish();
  std::vector<IntervalRow> rows;
  for (const Contribution& c : all) {
    for (const KeyInterval& i : c.intervals) {
      rows.push_back({bounds.find(i.low), i.high.empty() ? kInfinite : bounds.find(i.high), c.record, static_cast<std::uint32_t>(i.upper)});
    }
  }
  const auto order = [](const IntervalRow& r) { return std::tuple(r.record, r.low, r.high, r.upper); };
  std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  rows.erase(std::unique(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return order(a) == order(b); }), rows.end());
  const std::size_t first_bound = out.bounds.size(), first_interval = out.intervals.size();
  for (const auto& [key, text] : bounds.sorted) {
    BoundRow row;
    ENTENTE_TRY(const TextRef ref, out.keys.add(key));
    row.key = {ref.offset, ref.size};
    ENTENTE_TRY(row.text, out.texts.add(text));
    out.bounds.push_back(row);
  }
  out.intervals.insert(out.intervals.end(), rows.begin(), rows.end());
  ENTENTE_TRY(package.bounds, rows_from(out.bounds, first_bound));
  ENTENTE_TRY(package.intervals, rows_from(out.intervals, first_interval));
  return {};
}

Result<void> add_points_and_gaps(std::span<const Contribution> all, PackageRow& package, Sections& out) {
  std::vector<std::pair<std::string_view, std::uint32_t>> points;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> gaps;
  for (const Contribution& c : all) {
    for (const std::string& point : c.points) points.emplace_back(point, c.record);
    for (const Undecided::Why why : c.gaps) gaps.emplace_back(c.record, static_cast<std::uint32_t>(why));
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  std::sort(gaps.begin(), gaps.end());
  gaps.erase(std::unique(gaps.begin(), gaps.end(), [](const auto& a, const auto& b) { return a.first == b.first; }), gaps.end());
  const std::size_t first_point = out.points.size(), first_gap = out.gaps.size();
  for (const auto& [key, record] : points) {
    ENTENTE_TRY(const TextRef ref, out.keys.add(key));
    out.points.push_back({{ref.offset, ref.size}, record, 0});
  }
  for (const auto& [record, why] : gaps) out.gaps.push_back({record, why});
  ENTENTE_TRY(package.points, rows_from(out.points, first_point));
  ENTENTE_TRY(package.gaps, rows_from(out.gaps, first_gap));
  return {};
}

Result<void> add_packages(std::vector<Contribution>& all, Sections& out) {
  std::sort(all.begin(), all.end(),
            [](const Contribution& a, const Contribution& b) { return std::tie(a.package, a.record) < std::tie(b.package, b.record); });
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end].package == all[begin].package) ++end;
    const std::span<const Contribution> mine(all.data() + begin, end - begin);
    const PackageName& name = mine.front().package;
    PackageRow row;
    ENTENTE_TRY(row.ecosystem, out.texts.add(name.ecosystem));
    ENTENTE_TRY(row.name, out.texts.add(name.name));
    row.scheme = name.scheme;
    ENTENTE_CHECK(add_intervals(mine, row, out));
    ENTENTE_CHECK(add_points_and_gaps(mine, row, out));
    if (out.ecosystems.empty() || out.ecosystems.back().name != row.ecosystem) out.ecosystems.push_back({row.ecosystem, 0, row.scheme});
    ++out.ecosystems.back().packages;
    out.packages.push_back(row);
    begin = end;
  }
  // Open addressing, at most half full: a row holds a package's number + 1, or 0.
  std::size_t size = 2;
  while (size < 2 * out.packages.size()) size *= 2;
  out.buckets.assign(size, 0);
  for (std::size_t i = 0; i < out.packages.size(); ++i) {
    const auto text = [&](TextRef ref) { return std::string_view(out.texts.bytes()).substr(ref.offset, ref.size); };
    std::size_t slot = package_hash(text(out.packages[i].ecosystem), text(out.packages[i].name)) & (size - 1);
    while (out.buckets[slot] != 0) slot = (slot + 1) & (size - 1);
    out.buckets[slot] = static_cast<std::uint32_t>(i + 1);
  }
  return {};
}

std::string lay_out(const Sections& s) {
  Header header;
  std::copy(kMagic.begin(), kMagic.end(), header.magic.begin());
  std::string out(sizeof(Header), '\0');
  const auto add = [&](Section which, const void* data, std::size_t count) {
    out.resize((out.size() + 7) / 8 * 8, '\0');
    header.section[which] = {out.size(), count};
    if (count > 0) out.append(static_cast<const char*>(data), count * kRowBytes[which]);
  };
  add(kTexts, s.texts.bytes().data(), s.texts.bytes().size());
  add(kKeys, s.keys.bytes().data(), s.keys.bytes().size());
  add(kEcosystems, s.ecosystems.data(), s.ecosystems.size());
  add(kBuckets, s.buckets.data(), s.buckets.size());
  add(kPackages, s.packages.data(), s.packages.size());
  add(kBounds, s.bounds.data(), s.bounds.size());
  add(kIntervals, s.intervals.data(), s.intervals.size());
  add(kPoints, s.points.data(), s.points.size());
  add(kGaps, s.gaps.data(), s.gaps.size());
  add(kRecords, s.records.data(), s.records.size());
  add(kGroups, s.groups.data(), s.groups.size());
  add(kMembers, s.members.data(), s.members.size());
  add(kSeverities, s.severities.data(), s.severities.size());
  out.resize((out.size() + 7) / 8 * 8, '\0');
  header.file_bytes = out.size() + kChecksumBytes;
  std::memcpy(out.data(), &header, sizeof header);
  out += as_text(sha256(out).view());
  return out;
}

// --- Records --------------------------------------------------------------------------------------------------------------

// Everything of a record the index keeps, as one string: decides between two records of one id and one `modified`.
std::string fingerprint(const OsvRecord& r) {
  std::string out = fmt::format("{}|{}|", r.summary, r.withdrawn.has_value());
  const auto severity = [&](const std::vector<OsvSeverity>& list) {
    for (const OsvSeverity& s : list) out += fmt::format("s{}:{}|", s.type, s.score);
  };
  for (const std::string& alias : r.aliases) out += "a" + alias + "|";
  for (const std::string& id : r.related) out += "u" + id + "|";
  severity(r.severity);
  for (const OsvAffected& a : r.affected) {
    out += fmt::format("p{}:{}|", a.ecosystem, a.name);
    for (const OsvRange& range : a.ranges) {
      out += fmt::format("r{}{}|", static_cast<int>(range.type), range.repo);
      for (const OsvEvent& e : range.events) out += fmt::format("e{}:{}|", static_cast<int>(e.kind), e.version);
    }
    for (const std::string& v : a.versions) out += "v" + v + "|";
    severity(a.severity);
  }
  return out;
}

Result<std::string> compile(std::vector<OsvRecord>& records, BuildReport& report) {
  report.withdrawn = std::erase_if(records, [](const OsvRecord& r) { return r.withdrawn.has_value(); });
  if (records.size() >= kInfinite) return fail("more than 4,294,967,294 advisories");
  std::vector<std::vector<Contribution>> parts(records.size());
  parallel_for(
      records.size(),
      [&](std::size_t i) {
        for (const OsvAffected& affected : records[i].affected) {
          if (!affected.name.empty() && affected.ecosystem != "GIT")
            parts[i].push_back(contribute(affected, static_cast<std::uint32_t>(i)));
        }
        contribute_git(records[i], static_cast<std::uint32_t>(i), parts[i]);
      },
      64);
  std::vector<Contribution> all;
  for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  parts.clear();
  Sections sections;
  ENTENTE_CHECK(add_records(records, sections));
  ENTENTE_CHECK(add_packages(all, sections));
  return lay_out(sections);
}

}  // namespace

void keep_newest(std::vector<OsvRecord>& records, BuildReport& report) {
  std::sort(records.begin(), records.end(), [](const OsvRecord& a, const OsvRecord& b) {
    if (a.id != b.id) return a.id < b.id;
    if (a.modified != b.modified) return a.modified > b.modified;
    return fingerprint(a) < fingerprint(b);
  });
  const auto same = std::unique(records.begin(), records.end(), [](const OsvRecord& a, const OsvRecord& b) { return a.id == b.id; });
  report.superseded = static_cast<std::uint64_t>(records.end() - same);
  records.erase(same, records.end());
}

Result<void> read_sources(std::span<const AdvisorySource> sources, Progress& progress, std::vector<OsvRecord>& records, BuildReport& report,
                          BadSource bad) {
  if (sources.empty()) return fail("no advisory source", {}, "give a folder or zip of OSV .json, .jsonl, .jsonl.zst or a JSON array");
  for (const AdvisorySource& source : sources) {
    progress.step("reading " + source.name);
    const std::size_t before = records.size();
    auto read = read_advisories(source, [&](OsvRecord&& record) { records.push_back(std::move(record)); }, progress);
    std::error_code ec;
    if (!read && (bad == BadSource::refuse || records.size() > before || !(source.bytes || std::filesystem::exists(source.path, ec))))
      return fail(std::move(read).error());
    if (!read) {
      ++report.bad;
      report.first_errors.push_back(std::move(read).error());
      continue;
    }
    report.read += read->read;
    report.bad += read->bad;
    std::move(read->first_errors.begin(), read->first_errors.end(), std::back_inserter(report.first_errors));
  }
  if (report.read == 0 && !report.first_errors.empty()) return fail(std::move(report.first_errors.front()));
  return {};
}

Result<AdvisoryIndex::Built> compile_index(std::vector<OsvRecord> newest, BuildReport report) {
  AdvisoryIndex::Built out{{}, std::move(report)};
  ENTENTE_TRY(out.bytes, compile(newest, out.report));
  ENTENTE_TRY(const AdvisoryIndex index, AdvisoryIndex::from_memory(out.bytes));
  out.report.info = index.info();
  return out;
}

Result<AdvisoryIndex::Built> AdvisoryIndex::build_bytes(std::span<const AdvisorySource> sources, Progress& progress, BadSource bad) {
  std::vector<OsvRecord> records;
  BuildReport report;
  ENTENTE_CHECK(read_sources(sources, progress, records, report, bad));
  progress.step("compiling");
  keep_newest(records, report);
  ENTENTE_TRY(Built out, compile_index(std::move(records), std::move(report)));
  progress.done();
  return out;
}

Result<BuildReport> AdvisoryIndex::build(std::span<const AdvisorySource> sources, const std::filesystem::path& out, Progress& progress,
                                         BadSource bad) {
  ENTENTE_TRY(Built built, build_bytes(sources, progress, bad));
  ENTENTE_CHECK(write_file_atomic(out, built.bytes));
  return std::move(built.report);
}

}  // namespace entente::measures::p6_supply
