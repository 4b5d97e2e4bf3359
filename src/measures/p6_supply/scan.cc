// The scan. First every component is looked up on its own, in blocks, in parallel, each block writing to its own lists; these are
// joined in document order. Then the facts that do not depend on the component (names, score, date, KEV) are worked out once for each
// record that matched anywhere, and records of one alias group are drawn together: GHSA, GO, PYSEC and CVE entries of one
// vulnerability become one finding. Nothing depends on timing, so the result is the same on any number of threads.
#include "measures/p6_supply/scan.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/parallel.h"
#include "core/utf8.h"
#include "measures/p6_supply/purl.h"
#include "measures/p6_supply/quality.h"

namespace entente::measures::p6_supply {

namespace {

constexpr std::size_t kBlock = 128;

struct ComponentMatch {
  std::uint32_t component = 0;
  RecordMatch record;
};

struct Block {
  std::vector<ComponentMatch> matches;
  std::vector<NotEvaluated> not_evaluated;
  std::vector<UndecidedRecord> undecided;
  std::uint64_t components = 0;
  std::uint64_t evaluated = 0;
};

class Lookup {
 public:
  Lookup(const Sbom& sbom, std::span<const AdvisoryIndex> indexes) : sbom_(sbom), indexes_(indexes), system_(operating_system(sbom)) {}

  void one(std::uint32_t component, Block& out) const {
    const Component& c = sbom_.components[component];
    if (c.purl.empty() && !is_software(c)) return;
    const bool is_subject = sbom_.roots.size() == 1 && sbom_.roots[0] == component;
    const std::size_t known = out.not_evaluated.size();
    const bool judged = look_up(component, c, out);
    if (is_subject && !judged) {
      out.not_evaluated.resize(known);
      return;
    }
    ++out.components;
    if (judged) ++out.evaluated;
  }

 private:
  static bool give_up(std::uint32_t component, NotEvaluatedWhy why, std::string_view detail, Block& out) {
    out.not_evaluated.push_back({component, why, printable(detail, 200)});
    return false;
  }

  bool look_up(std::uint32_t component, const Component& c, Block& out) const {
    if (c.purl.empty()) return give_up(component, NotEvaluatedWhy::no_purl, {}, out);
    const auto purl = Purl::parse(c.purl);
    if (!purl) return give_up(component, NotEvaluatedWhy::bad_purl, purl.error().what, out);
    const auto key = package_key(*purl, system_);
    if (!key) return give_up(component, NotEvaluatedWhy::no_ecosystem, "pkg:" + purl->type, out);
    // Where purl and component disagree, the purl counts: it is what names the package.
    std::string version = package_version(*purl);
    if (version.empty()) version = c.version;
    if (version.empty()) return give_up(component, NotEvaluatedWhy::no_version, key->ecosystem, out);

    bool judged = false;
    bool bad_version = false;
    bool known = key->name_kind == PackageNameKind::advisory;
    bool open = false;
    for (std::uint32_t i = 0; i < indexes_.size(); ++i) {
      const Answer answer = indexes_[i].lookup(key->ecosystem, key->name, version);
      judged = judged || answer.verdict == Verdict::affected || answer.verdict == Verdict::clean;
      bad_version = bad_version || answer.verdict == Verdict::version_not_understood;
      known = known || answer.package_known;
      open = open || !answer.undecided.empty();
      for (const Match& m : answer.matches) out.matches.push_back({component, {i, m}});
      for (const Undecided& u : answer.undecided) out.undecided.push_back({component, i, u});
    }
    if (judged && !known) return give_up(component, NotEvaluatedWhy::source_not_named, key->ecosystem, out);
    if (judged) return true;
    if (open && key->ecosystem == "GIT") return give_up(component, NotEvaluatedWhy::history_needed, key->name, out);
    return bad_version ? give_up(component, NotEvaluatedWhy::version_not_understood, version, out)
                       : give_up(component, NotEvaluatedWhy::ecosystem_not_in_index, key->ecosystem, out);
  }

  const Sbom& sbom_;
  std::span<const AdvisoryIndex> indexes_;
  std::string system_;
};

// What a record says apart from the component.
struct Facts {
  RecordView view;
  std::optional<cvss::Rating> score;
  std::string_view kev_cve;
  const KevEntry* kev = nullptr;
  std::string_view related_cve;
  const KevEntry* related_kev = nullptr;
  std::uint32_t advisory = 0;  // position in ScanResult::advisories
};

// The catalogue as it was known at an instant.
struct KevAt {
  const KevCatalog* catalog = nullptr;
  std::optional<Instant> at;

  [[nodiscard]] const KevEntry* find(std::string_view cve) const {
    const KevEntry* entry = catalog == nullptr ? nullptr : catalog->find(cve);
    return entry == nullptr || (at && entry->date_added > *at) ? nullptr : entry;
  }
};

Facts facts_of(const AdvisoryIndex& index, std::uint32_t record, const KevAt& kev) {
  Facts f;
  f.view = index.record(record);
  f.score = rate_record(f.view.severity);
  const auto join = [&kev](std::span<const std::string_view> cves, const KevEntry*& due_first, std::string_view& name) {
    for (const std::string_view cve : cves) {
      const KevEntry* entry = kev.find(cve);
      if (entry == nullptr || (due_first != nullptr && due_first->due_date <= entry->due_date)) continue;
      due_first = entry;
      name = cve;
    }
  };
  join(f.view.cves, f.kev, f.kev_cve);
  join(f.view.related_cves, f.related_kev, f.related_cve);
  return f;
}

// Records are small numbers, so a table by number, one for each index, finds their facts.
class FactTable {
 public:
  FactTable(std::span<const AdvisoryIndex> indexes, std::span<const ComponentMatch> matches, const KevAt& kev) {
    for (const AdvisoryIndex& index : indexes) at_.emplace_back(index.info().records, kNoComponent);
    for (const ComponentMatch& m : matches) {
      std::uint32_t& slot = at_[m.record.index][m.record.match.record];
      if (slot != kNoComponent) continue;
      slot = static_cast<std::uint32_t>(used_.size());
      used_.push_back({m.record.index, m.record.match.record});
    }
    facts_.resize(used_.size());
    parallel_for(used_.size(), [&](std::size_t i) { facts_[i] = facts_of(indexes[used_[i].first], used_[i].second, kev); }, 64);
  }

  [[nodiscard]] const Facts& of(const RecordMatch& m) const { return facts_[at_[m.index][m.match.record]]; }
  [[nodiscard]] std::span<Facts> all() { return facts_; }

 private:
  std::vector<std::vector<std::uint32_t>> at_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> used_;
  std::vector<Facts> facts_;
};

void join_facts(Advisory& advisory, const Facts& f) {
  if (advisory.name.empty()) {
    advisory.name = f.view.group;
    advisory.aliases = f.view.aliases;
    std::erase(advisory.aliases, f.view.group);
    if (f.view.id != f.view.group) advisory.aliases.push_back(f.view.id);
    std::sort(advisory.aliases.begin(), advisory.aliases.end());
  }
  if (advisory.summary.empty()) advisory.summary = f.view.summary;
  if (f.score && (!advisory.score || advisory.score->score < f.score->score)) advisory.score = f.score;
  if (f.view.published && (!advisory.published || *f.view.published < *advisory.published)) advisory.published = f.view.published;
  if (f.kev != nullptr && (advisory.kev == nullptr || f.kev->due_date < advisory.kev->due_date)) {
    advisory.kev = f.kev;
    advisory.kev_cve = f.kev_cve;
  }
  if (f.related_kev != nullptr && (advisory.related_kev == nullptr || f.related_kev->due_date < advisory.related_kev->due_date)) {
    advisory.related_kev = f.related_kev;
    advisory.related_cve = f.related_cve;
    advisory.related_by = f.view.id;
  }
}

// One Advisory for each alias group, in byte order of the name; sets Facts::advisory.
std::vector<Advisory> make_advisories(FactTable& table) {
  std::vector<Facts*> order;
  for (Facts& f : table.all()) order.push_back(&f);
  // The record id breaks ties, so that which summary comes first depends on nothing else.
  std::sort(order.begin(), order.end(),
            [](const Facts* a, const Facts* b) { return std::tie(a->view.group, a->view.id) < std::tie(b->view.group, b->view.id); });
  std::vector<Advisory> advisories;
  for (Facts* f : order) {
    if (advisories.empty() || advisories.back().name != f->view.group) advisories.emplace_back();
    f->advisory = static_cast<std::uint32_t>(advisories.size() - 1);
    join_facts(advisories.back(), *f);
  }
  return advisories;
}

void add_vulnerabilities(ScanResult& result, std::span<ComponentMatch> matches, const FactTable& table) {
  // Matches come by component; within one, order by advisory.
  for (std::size_t first = 0, last = 0; first < matches.size(); first = last) {
    while (last < matches.size() && matches[last].component == matches[first].component) ++last;
    std::stable_sort(
        matches.begin() + static_cast<std::ptrdiff_t>(first), matches.begin() + static_cast<std::ptrdiff_t>(last),
        [&](const ComponentMatch& a, const ComponentMatch& b) { return table.of(a.record).advisory < table.of(b.record).advisory; });
  }
  result.records.reserve(matches.size());
  result.vulnerabilities.reserve(matches.size());
  for (const ComponentMatch& m : matches) {
    const std::uint32_t advisory = table.of(m.record).advisory;
    auto& list = result.vulnerabilities;
    const bool same_component = !list.empty() && list.back().component == m.component;
    if (!same_component) ++result.affected;
    if (!same_component || list.back().advisory != advisory)
      list.push_back({m.component, advisory, {static_cast<std::uint32_t>(result.records.size()), 0}, {}});
    list.back().records.count++;
    if (list.back().fixed.empty()) list.back().fixed = m.record.match.fixed();
    result.records.push_back(m.record);
  }
}

// Leaves out what was published after `at`.
void go_back_to(Instant at, std::span<const AdvisoryIndex> indexes, ScanResult& result) {
  const auto later = [&](std::optional<Instant> published) { return published && *published > at; };
  result.not_yet_published =
      std::erase_if(result.vulnerabilities, [&](const Vulnerability& v) { return later(result.advisories[v.advisory].published); });
  std::erase_if(result.undecided, [&](const UndecidedRecord& u) { return later(indexes[u.index].record(u.undecided.record).published); });
  result.affected = 0;
  for (std::size_t i = 0; i < result.vulnerabilities.size(); ++i)
    if (i == 0 || result.vulnerabilities[i].component != result.vulnerabilities[i - 1].component) ++result.affected;
}

}  // namespace

std::string_view why_text(NotEvaluatedWhy why) {
  constexpr std::array<std::string_view, kNotEvaluatedReasons> texts{"no purl",
                                                                     "the purl cannot be read",
                                                                     "no advisory ecosystem for this kind of package",
                                                                     "no advisories of this ecosystem at hand",
                                                                     "no version",
                                                                     "the version is not understood",
                                                                     "no source package is named, and advisories name these",
                                                                     "only the repository's history can tell"};
  return texts[static_cast<std::size_t>(why)];
}

std::string_view severity_word(const Advisory& advisory) {
  const auto severity = advisory.severity();
  return severity ? severity_name(*severity) : std::string_view("unknown");
}

ScanResult scan(const Sbom& sbom, std::span<const AdvisoryIndex> indexes, const KevCatalog* kev, std::optional<Instant> at) {
  ScanResult result;
  result.reached = reach(sbom);
  const std::size_t n = sbom.components.size();
  std::vector<Block> blocks((n + kBlock - 1) / kBlock);
  const Lookup lookup(sbom, indexes);
  parallel_for(blocks.size(), [&](std::size_t b) {
    for (std::size_t i = b * kBlock; i < std::min(n, (b + 1) * kBlock); ++i) lookup.one(static_cast<std::uint32_t>(i), blocks[b]);
  });

  std::vector<ComponentMatch> matches;
  for (Block& b : blocks) {
    result.components += b.components;
    result.evaluated += b.evaluated;
    matches.insert(matches.end(), b.matches.begin(), b.matches.end());
    std::move(b.not_evaluated.begin(), b.not_evaluated.end(), std::back_inserter(result.not_evaluated));
    result.undecided.insert(result.undecided.end(), b.undecided.begin(), b.undecided.end());
  }
  FactTable table(indexes, matches, KevAt{kev, at});
  result.advisories = make_advisories(table);
  add_vulnerabilities(result, matches, table);
  if (at) go_back_to(*at, indexes, result);
  return result;
}

std::string operating_system(const Sbom& sbom) {
  const Component* found = nullptr;
  for (const Component& c : sbom.components) {
    if ((c.type != "operating-system" && c.type != "OPERATING-SYSTEM" && c.type != "operatingSystem") || c.version.empty()) continue;
    if (found != nullptr && (found->name != c.name || found->version != c.version)) return {};
    found = &c;
  }
  return found == nullptr ? std::string() : std::string(found->name) + "-" + std::string(found->version);
}

AskedPackage asked_package(const Component& component, std::string_view system) {
  const auto purl = Purl::parse(component.purl);
  const auto key = purl ? package_key(*purl, system) : std::nullopt;
  if (!key) return {};
  std::string version = package_version(*purl);
  return {key->ecosystem, key->name, version.empty() ? std::string(component.version) : std::move(version)};
}

std::int64_t days_overdue(const KevEntry& entry, Instant at) {
  // The due date is a day; it is over when the day is over (UTC).
  return at < entry.due_date + std::chrono::days(1) ? 0 : days_between(entry.due_date, at);
}

bool is_worse(const Advisory& a, const Advisory& b) {
  const auto rank = [](const Advisory& x) {
    return std::tuple(x.kev == nullptr, x.kev == nullptr ? Instant{} : x.kev->due_date, x.score ? -x.score->score.tenths : 1);
  };
  return rank(a) < rank(b);
}

std::vector<std::uint32_t> worst_first(const ScanResult& result) {
  std::vector<std::uint32_t> order(result.vulnerabilities.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto advisory = [&](std::uint32_t i) -> const Advisory& { return result.advisories[result.vulnerabilities[i].advisory]; };
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return is_worse(advisory(a), advisory(b)); });
  return order;
}

namespace {

// The vulnerabilities of one component: [first, last) of ScanResult::vulnerabilities.
struct Run {
  std::uint32_t first = 0, last = 0;
  std::uint64_t kev = 0;
  std::uint64_t fixable = 0;
  double score = 0;  // sum
};

std::vector<Run> fixable_runs(const ScanResult& result) {
  std::vector<Run> runs;
  const auto& list = result.vulnerabilities;
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    if (i == 0 || list[i].component != list[i - 1].component) runs.push_back({i, i});
    Run& run = runs.back();
    run.last = i + 1;
    if (list[i].fixed.empty()) continue;
    const Advisory& a = result.advisories[list[i].advisory];
    ++run.fixable;
    if (a.kev != nullptr) ++run.kev;
    if (a.score) run.score += a.score->score.value();
  }
  std::erase_if(runs, [](const Run& r) { return r.fixable == 0; });
  return runs;
}

// The highest of the versions that repair something in this run.
std::string_view target_version(const ScanResult& result, const Run& run, Scheme scheme) {
  std::string_view best;
  std::string best_key;
  for (std::uint32_t i = run.first; i < run.last; ++i) {
    const std::string_view fixed = result.vulnerabilities[i].fixed;
    if (fixed.empty()) continue;
    auto key = version_key(scheme, fixed);
    if (!key || (!best.empty() && *key <= best_key)) continue;
    best = fixed;
    best_key = std::move(*key);
  }
  return best;
}

}  // namespace

std::optional<Upgrade> best_upgrade(const Sbom& sbom, std::span<const AdvisoryIndex> indexes, const ScanResult& result) {
  const std::vector<Run> runs = fixable_runs(result);
  const auto best = std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return std::tie(a.kev, a.score, a.fixable) < std::tie(b.kev, b.score, b.fixable);
  });
  if (best == runs.end()) return std::nullopt;
  Upgrade upgrade;
  upgrade.component = result.vulnerabilities[best->first].component;
  const auto purl = Purl::parse(sbom.components[upgrade.component].purl);
  const auto key = purl ? package_key(*purl, operating_system(sbom)) : std::nullopt;
  const auto scheme = key ? scheme_of(key->ecosystem) : std::nullopt;
  if (!scheme) return std::nullopt;
  upgrade.version = target_version(result, *best, *scheme);
  if (upgrade.version.empty()) return std::nullopt;

  std::vector<std::string_view> left;  // names of what still affects the new version
  for (const AdvisoryIndex& index : indexes) {
    const Answer answer = index.lookup(key->ecosystem, key->name, upgrade.version);
    for (const Match& m : answer.matches) left.push_back(index.record(m.record).group);
  }
  std::sort(left.begin(), left.end());
  for (std::uint32_t i = best->first; i < best->last; ++i) {
    const Advisory& a = result.advisories[result.vulnerabilities[i].advisory];
    if (std::binary_search(left.begin(), left.end(), a.name)) continue;
    ++upgrade.removes;
    if (a.score) upgrade.removes_score += a.score->score.value();
    if (a.kev != nullptr) ++upgrade.removes_kev;
  }
  return upgrade;
}

}  // namespace entente::measures::p6_supply
