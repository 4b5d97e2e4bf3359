// The advisory index in use: mapped, checked once, then asked. A question is a hash look-up of the package, one binary search
// that gives the version's rank among the package's bounds, a scan of its intervals comparing ranks (integers), and one
// binary search among the listed versions.
#include "measures/p6_supply/index.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/ascii.h"
#include "measures/p6_supply/distribution_release.h"
#include "measures/p6_supply/git_repository.h"
#include "measures/p6_supply/index_view.h"
#include "measures/p6_supply/key_order.h"
#include "measures/p6_supply/mapped_file.h"
#include "measures/p6_supply/purl.h"

namespace entente::measures::p6_supply {

using namespace format;

struct AdvisoryIndex::State {
  std::vector<std::uint64_t> memory;  // an aligned copy, or
  MappedFile mapped;                  // a mapping
  IndexView view;
  IndexInfo info;
};

namespace format {

KeyedName keyed_name(std::string_view ecosystem, std::string_view name) {
  const std::optional<Scheme> scheme = scheme_of(ecosystem);
  if (scheme && !is_distribution(ecosystem)) ecosystem = ecosystem.substr(0, ecosystem.find(':'));
  if (ecosystem == "GIT") {
    std::string repository = git_repository(name);
    return {ecosystem, repository.empty() ? std::string(name) : std::move(repository), scheme};
  }
  const bool caseless = ecosystem == "NuGet" || ecosystem == "Packagist" || ecosystem == "GitHub Actions" || ecosystem == "VSCode";
  return {ecosystem, scheme == Scheme::pep440 ? pep503_name(name) : caseless ? lower(name) : std::string(name), scheme};
}

}  // namespace format

namespace {

IndexInfo describe(const IndexView& view) {
  IndexInfo info;
  info.bytes = view.file.size();
  info.records = view.records.size();
  info.packages = view.packages.size();
  info.ranges = view.intervals.size();
  info.points = view.points.size();
  info.undecidable = view.gaps.size();
  info.alias_groups = view.groups.size();
  for (const EcosystemRow& row : view.ecosystems) info.ecosystems[std::string(view.text(row.name))] = {row.packages, row.scheme != 0};
  std::int64_t newest = view.records.empty() ? 0 : INT64_MIN;
  for (const RecordRow& row : view.records) newest = std::max(newest, row.modified);
  info.newest_modified = Instant(std::chrono::microseconds(newest));
  info.digest = sha256(view.file);
  return info;
}

// What Go calls its own releases, as its vulnerability database writes them: "go1.21rc2" → "1.21.0-rc.2", "go1.20" → "1.20".
std::string go_release(std::string_view version) {
  if (version.starts_with("go")) version.remove_prefix(2);
  const std::size_t word = version.find_first_of("br");
  if (word == std::string_view::npos || word == 0) return std::string(version);
  if (version[word - 1] == '-') return std::string(version);  // "1.21.0-rc.4": already written as SemVer
  for (const std::string_view name : {"beta", "rc"}) {
    if (!version.substr(word).starts_with(name)) continue;
    std::string out(version.substr(0, word));
    if (std::count(out.begin(), out.end(), '.') == 1) out += ".0";
    return fmt::format("{}-{}.{}", out, name, version.substr(word + name.size()));
  }
  return std::string(version);
}

const PackageRow* find_package(const IndexView& view, std::string_view ecosystem, std::string_view name) {
  const std::size_t mask = view.buckets.size() - 1;
  for (std::size_t slot = package_hash(ecosystem, name) & mask; view.buckets[slot] != 0; slot = (slot + 1) & mask) {
    const PackageRow& row = view.packages[view.buckets[slot] - 1];
    if (view.text(row.name) == name && view.text(row.ecosystem) == ecosystem) return &row;
  }
  return nullptr;
}

const EcosystemRow* find_ecosystem(const IndexView& view, std::string_view name) {
  const auto it = std::lower_bound(view.ecosystems.begin(), view.ecosystems.end(), name,
                                   [&](const EcosystemRow& row, std::string_view n) { return view.text(row.name) < n; });
  return it == view.ecosystems.end() || view.text(it->name) != name ? nullptr : &*it;
}

// Where the index keeps an ecosystem: under its name, under the products of a release that has several (Red Hat, SUSE) and, for a
// release of a distribution, under the name without the release too, which is for all releases. Empty: it holds no advisory of it.
std::vector<std::string_view> ecosystems_of(const IndexView& view, std::string_view ecosystem) {
  std::vector<std::string_view> out;
  if (find_ecosystem(view, ecosystem) != nullptr) out.push_back(ecosystem);
  if (is_release_family(ecosystem)) {
    for (const EcosystemRow& row : view.ecosystems) {
      const std::string_view listed = view.text(row.name);
      if (listed != ecosystem && release_match(ecosystem, listed) == ReleaseMatch::yes) out.push_back(listed);
    }
  }
  const std::size_t colon = ecosystem.find(':');
  if (colon == std::string_view::npos || !is_distribution(ecosystem)) return out;
  if (find_ecosystem(view, ecosystem.substr(0, colon)) != nullptr) out.push_back(ecosystem.substr(0, colon));
  return out;
}

std::vector<const PackageRow*> packages_of(const IndexView& view, const std::vector<std::string_view>& ecosystems, std::string_view name) {
  std::vector<const PackageRow*> out;
  for (const std::string_view ecosystem : ecosystems) {
    if (const PackageRow* package = find_package(view, ecosystem, name); package != nullptr) out.push_back(package);
  }
  return out;
}

// Whether a product that may be installed on the release has the package: then "no advisory" says nothing.
bool perhaps_elsewhere(const IndexView& view, std::string_view ecosystem, std::string_view name) {
  if (!is_release_family(ecosystem)) return false;
  return std::any_of(view.ecosystems.begin(), view.ecosystems.end(), [&](const EcosystemRow& row) {
    const std::string_view listed = view.text(row.name);
    return release_match(ecosystem, listed) == ReleaseMatch::perhaps && find_package(view, listed, name) != nullptr;
  });
}

void add_enumerated(const IndexView& view, const PackageRow& package, std::string_view version, Answer& out) {
  const auto points = IndexView::rows(view.points, package.points);
  if (points.empty()) return;
  const std::optional<Scheme> scheme = package.scheme == 0 ? std::nullopt : std::optional(static_cast<Scheme>(package.scheme));
  const std::string key = enumerated_key(scheme, version);
  auto it = std::lower_bound(points.begin(), points.end(), key,
                             [&](const PointRow& row, const std::string& k) { return key_less(view.key(row.key), k); });
  for (; it != points.end() && view.key(it->key) == key; ++it) {
    Match match;
    match.record = it->record;
    match.how = How::enumerated;
    out.matches.push_back(match);
  }
}

// Intervals are sorted by record; the first of a record that holds is the one shown.
void add_ranges(const IndexView& view, const PackageRow& package, std::string_view key, Answer& out) {
  const auto bounds = IndexView::rows(view.bounds, package.bounds);
  const auto above = std::upper_bound(bounds.begin(), bounds.end(), key,
                                      [&](std::string_view k, const BoundRow& row) { return key_less(k, view.key(row.key)); });
  const auto rank = static_cast<std::uint32_t>(above - bounds.begin());  // bounds at or below the version
  for (const IntervalRow& row : IndexView::rows(view.intervals, package.intervals)) {
    if (row.low >= rank || row.high < rank) continue;
    if (!out.matches.empty() && out.matches.back().record == row.record) continue;
    Match match;
    match.record = row.record;
    match.introduced = view.text(bounds[row.low].text);
    match.upper = static_cast<Upper>(row.upper);
    if (row.high != kInfinite) match.upper_version = view.text(bounds[row.high].text);
    out.matches.push_back(match);
  }
}

// Of a repository's records those that this commit repairs are decided.
void settle_repaired(const IndexView& view, const PackageRow& package, std::string_view commit, Answer& out) {
  const auto points = IndexView::rows(view.points, package.points);
  const std::string key = repaired_commit_key(commit);
  auto it =
      std::lower_bound(points.begin(), points.end(), key, [&](const PointRow& row, const std::string& k) { return view.key(row.key) < k; });
  for (; it != points.end() && view.key(it->key) == key; ++it)
    std::erase_if(out.undecided, [&](const Undecided& u) { return u.record == it->record; });
}

// Of a record found both ways, the range is kept: it says more.
void settle_matches(std::vector<Match>& matches) {
  std::sort(matches.begin(), matches.end(),
            [](const Match& a, const Match& b) { return std::pair(a.record, a.how) < std::pair(b.record, b.how); });
  matches.erase(std::unique(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.record == b.record; }),
                matches.end());
}

enum class Place { known, unknown };  // of the version asked for, in the order

void add_undecided(const IndexView& view, const PackageRow& package, Place place, Answer& out) {
  for (const GapRow& gap : IndexView::rows(view.gaps, package.gaps))
    out.undecided.push_back({gap.record, static_cast<Undecided::Why>(gap.why)});
  if (place == Place::unknown) {
    for (const IntervalRow& row : IndexView::rows(view.intervals, package.intervals))
      out.undecided.push_back({row.record, Undecided::Why::asked_version});
  }
  if (out.undecided.empty()) return;
  std::sort(out.undecided.begin(), out.undecided.end(),
            [](const Undecided& a, const Undecided& b) { return std::pair(a.record, a.why) < std::pair(b.record, b.why); });
  out.undecided.erase(
      std::unique(out.undecided.begin(), out.undecided.end(), [](const Undecided& a, const Undecided& b) { return a.record == b.record; }),
      out.undecided.end());
  std::erase_if(out.undecided, [&](const Undecided& u) {
    return std::binary_search(out.matches.begin(), out.matches.end(), Match{.record = u.record},
                              [](const Match& a, const Match& b) { return a.record < b.record; });
  });
}

}  // namespace

std::string Match::range() const {
  if (how == How::enumerated) return "listed";
  std::string out = introduced == "0" ? std::string() : fmt::format(">={}", introduced);
  if (upper == Upper::none) return out.empty() ? "all versions" : out;
  if (!out.empty()) out += ", ";
  return out += fmt::format("{}{}", upper == Upper::last_affected ? "<=" : "<", upper_version);
}

std::string_view why_text(Undecided::Why why) {
  switch (why) {
    case Undecided::Why::git_only: return "the advisory gives commit ranges only";
    case Undecided::Why::no_versions: return "the advisory gives no versions";
    case Undecided::Why::advisory_range: return "a version in the advisory's range is not understood";
    case Undecided::Why::asked_version: return "the component's version is not understood";
    case Undecided::Why::no_order: return "the ecosystem's version order is not known to this program";
  }
  return "unknown";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::affected: return "affected";
    case Verdict::clean: return "clean";
    case Verdict::ecosystem_not_evaluated: return "ecosystem-not-evaluated";
    case Verdict::version_not_understood: return "version-not-understood";
  }
  return "unknown";
}

Result<AdvisoryIndex> AdvisoryIndex::from_memory(const std::string& bytes, const std::string& name) {
  auto state = std::make_shared<State>();
  state->memory.resize((bytes.size() + 7) / 8);
  if (!bytes.empty()) std::memcpy(state->memory.data(), bytes.data(), bytes.size());
  ENTENTE_TRY(state->view, check_index({reinterpret_cast<const char*>(state->memory.data()), bytes.size()}, name));
  state->info = describe(state->view);
  return AdvisoryIndex(std::move(state));
}

Result<AdvisoryIndex> AdvisoryIndex::open(const std::filesystem::path& path) {
  auto state = std::make_shared<State>();
  ENTENTE_CHECK(state->mapped.open(path, "the advisory index", "build it with `entente supply db build -o FILE SOURCE…`"));
  ENTENTE_TRY(state->view, check_index(state->mapped.bytes(), path.string()));
  state->info = describe(state->view);
  return AdvisoryIndex(std::move(state));
}

Answer AdvisoryIndex::lookup(std::string_view ecosystem, std::string_view name, std::string_view version) const {
  const IndexView& view = state_->view;
  const KeyedName keyed = keyed_name(ecosystem, name);
  Answer out;
  const std::vector<std::string_view> places = ecosystems_of(view, keyed.ecosystem);
  if (places.empty()) {
    out.verdict = Verdict::ecosystem_not_evaluated;
    return out;
  }
  const Verdict otherwise = keyed.scheme ? Verdict::clean : Verdict::ecosystem_not_evaluated;
  const std::vector<const PackageRow*> packages = packages_of(view, places, keyed.name);
  const bool git = keyed.ecosystem == "GIT";
  if (packages.empty()) {
    // Of a repository nobody wrote commit ranges for nothing is known: its advisories may be those of a registry.
    out.verdict = git || perhaps_elsewhere(view, keyed.ecosystem, keyed.name) ? Verdict::ecosystem_not_evaluated : otherwise;
    return out;
  }
  out.package_known = true;
  std::string release;
  if (keyed.ecosystem == "Go" && (keyed.name == "stdlib" || keyed.name == "toolchain")) version = release = go_release(version);
  if (git && is_commit(version)) version = release = lower(version);
  std::string key;
  const bool understood = keyed.scheme && append_version_key(*keyed.scheme, version, key, out.form);
  for (const PackageRow* package : packages) {
    if (understood) add_ranges(view, *package, key, out);
    if (!version.empty()) add_enumerated(view, *package, version, out);
  }
  settle_matches(out.matches);
  for (const PackageRow* package : packages)
    add_undecided(view, *package, understood || !keyed.scheme ? Place::known : Place::unknown, out);
  if (git) {
    for (const PackageRow* package : packages) settle_repaired(view, *package, version, out);
    out.verdict = !out.matches.empty() ? Verdict::affected : out.undecided.empty() ? Verdict::clean : Verdict::ecosystem_not_evaluated;
    return out;
  }
  out.verdict = !out.matches.empty() ? Verdict::affected : keyed.scheme && !understood ? Verdict::version_not_understood : otherwise;
  return out;
}

RecordView AdvisoryIndex::record(std::uint32_t record) const {
  const IndexView& view = state_->view;
  const RecordRow& row = view.records[record];
  const GroupRow& group = view.groups[row.group];
  RecordView out;
  out.id = view.text(row.id);
  out.summary = view.text(row.summary);
  out.group = view.text(group.name);
  for (const TextRef member : IndexView::rows(view.members, group.members)) {
    const std::string_view id = view.text(member);
    if (id != out.id) out.aliases.push_back(id);
    if (id.starts_with("CVE-")) out.cves.push_back(id);
  }
  for (const TextRef related : IndexView::rows(view.members, row.related)) out.related_cves.push_back(view.text(related));
  for (const SeverityRow& severity : IndexView::rows(view.severities, row.severities))
    out.severity.push_back({view.text(severity.type), view.text(severity.vector)});
  out.modified = Instant(std::chrono::microseconds(row.modified));
  if (row.published != kNoTime) out.published = Instant(std::chrono::microseconds(row.published));
  return out;
}

std::string_view AdvisoryIndex::record_id(std::uint32_t record) const { return state_->view.text(state_->view.records[record].id); }

std::vector<std::string_view> AdvisoryIndex::fixed_versions(std::string_view ecosystem, std::string_view name, std::uint32_t record) const {
  const IndexView& view = state_->view;
  const KeyedName keyed = keyed_name(ecosystem, name);
  std::vector<std::string_view> out;
  std::vector<std::pair<std::string_view, std::string_view>> fixed;  // key, text
  for (const PackageRow* package : packages_of(view, ecosystems_of(view, keyed.ecosystem), keyed.name)) {
    const auto bounds = IndexView::rows(view.bounds, package->bounds);
    for (const IntervalRow& row : IndexView::rows(view.intervals, package->intervals)) {
      if (row.record != record || static_cast<Upper>(row.upper) != Upper::fixed) continue;
      fixed.emplace_back(view.key(bounds[row.high].key), view.text(bounds[row.high].text));
    }
  }
  std::sort(fixed.begin(), fixed.end());
  for (const auto& [key, text] : fixed) {
    if (out.empty() || out.back() != text) out.push_back(text);
  }
  return out;
}

const IndexInfo& AdvisoryIndex::info() const { return state_->info; }

}  // namespace entente::measures::p6_supply
