// The portfolio in use: a package is found by binary search; its versions are few; each is asked of the advisory index as a scan would ask.
#include "measures/p6_supply/portfolio.h"

#include <algorithm>

#include "measures/p6_supply/distribution_release.h"
#include "measures/p6_supply/git_repository.h"
#include "measures/p6_supply/mapped_file.h"
#include "measures/p6_supply/portfolio_format.h"

namespace entente::measures::p6_supply {

struct Portfolio::State {
  std::vector<std::uint64_t> memory;  // an aligned copy, or
  MappedFile mapped;                  // a mapping
  portfolio::View view;
  std::vector<std::string_view> ecosystems;  // ascending, each once

  Result<void> take(std::string_view file, const std::string& name) {
    ENTENTE_TRY(view, portfolio::check_portfolio(file, name));
    for (const portfolio::PackageRow& row : view.packages)
      if (const std::string_view e = view.text(row.ecosystem); ecosystems.empty() || ecosystems.back() != e) ecosystems.push_back(e);
    return {};
  }

  [[nodiscard]] const portfolio::PackageRow* find(std::string_view ecosystem, std::string_view name) const {
    const auto it = std::lower_bound(
        view.packages.begin(), view.packages.end(), std::pair(ecosystem, name),
        [&](const portfolio::PackageRow& row, const auto& key) { return std::pair(view.text(row.ecosystem), view.text(row.name)) < key; });
    return it != view.packages.end() && view.text(it->ecosystem) == ecosystem && view.text(it->name) == name ? &*it : nullptr;
  }

  void add_versions(const portfolio::PackageRow& package, std::vector<PortfolioVersion>& out) const {
    for (const portfolio::VersionRow& row : view.versions.subspan(package.versions.begin, package.versions.count))
      out.push_back({view.text(package.ecosystem), view.text(package.name), view.text(row.text),
                     view.shippers.subspan(row.shippers.begin, row.shippers.count)});
  }
};

namespace {

// How an ecosystem of the portfolio stands to one an advisory (or a person) names.
enum class Reach { none, covered, perhaps };
Reach reach_of(std::string_view named, std::string_view shipped) {
  if (named == shipped) return Reach::covered;
  if (!is_distribution(named)) return Reach::none;
  const std::size_t colon = named.find(':');
  if (colon == std::string_view::npos)  // "Debian" is for all releases
    return shipped.size() > named.size() && shipped.starts_with(named) && shipped[named.size()] == ':' ? Reach::covered : Reach::none;
  if (shipped == named.substr(0, colon)) return Reach::perhaps;  // the release shipped is not known
  const ReleaseMatch match = release_match(shipped, named);
  return match == ReleaseMatch::yes ? Reach::covered : match == ReleaseMatch::perhaps ? Reach::perhaps : Reach::none;
}

}  // namespace

Result<Portfolio> Portfolio::from_memory(const std::string& bytes, const std::string& name) {
  auto state = std::make_shared<State>();
  state->memory.resize((bytes.size() + 7) / 8);
  if (!bytes.empty()) std::memcpy(state->memory.data(), bytes.data(), bytes.size());
  ENTENTE_CHECK(state->take({reinterpret_cast<const char*>(state->memory.data()), bytes.size()}, name));
  return Portfolio(std::move(state));
}

Result<Portfolio> Portfolio::open(const std::filesystem::path& path) {
  auto state = std::make_shared<State>();
  ENTENTE_CHECK(state->mapped.open(path, "the portfolio", "make one with `entente supply portfolio add`"));
  ENTENTE_CHECK(state->take(state->mapped.bytes(), path.string()));
  return Portfolio(std::move(state));
}

std::size_t Portfolio::size() const { return state_->view.entries.size(); }
std::size_t Portfolio::packages() const { return state_->view.packages.size(); }

PortfolioEntry Portfolio::entry(std::uint32_t number) const {
  const portfolio::EntryRow& row = state_->view.entries[number];
  PortfolioEntry out;
  out.name = state_->view.text(row.name);
  out.source = state_->view.text(row.source);
  out.digest.bytes = row.digest;
  out.added = Instant(std::chrono::microseconds(row.added));
  out.components = row.components;
  out.not_evaluated = row.not_evaluated;
  return out;
}

std::vector<PortfolioVersion> Portfolio::versions(std::string_view ecosystem, std::string_view name) const {
  const format::KeyedName keyed = format::keyed_name(ecosystem, name);
  std::vector<PortfolioVersion> out;
  for (const std::string_view shipped : state_->ecosystems) {
    if (reach_of(keyed.ecosystem, shipped) != Reach::covered) continue;
    if (const portfolio::PackageRow* package = state_->find(shipped, keyed.name); package != nullptr) state_->add_versions(*package, out);
  }
  return out;
}

std::vector<PortfolioVersion> Portfolio::versions(std::string_view ecosystem, std::string_view name, std::string_view version) const {
  std::vector<PortfolioVersion> out = versions(ecosystem, name);
  std::erase_if(out, [&](const PortfolioVersion& v) { return !version_matches_enumerated(scheme_of(v.ecosystem), version, v.version); });
  return out;
}

std::vector<PortfolioVersion> Portfolio::all_versions() const {
  std::vector<PortfolioVersion> out;
  out.reserve(state_->view.versions.size());
  for (const portfolio::PackageRow& package : state_->view.packages) state_->add_versions(package, out);
  return out;
}

PortfolioAnswer Portfolio::who_ships(const AdvisoryIndex& index, std::span<const OsvRecord> records) const {
  // Positions of packages, and whether a release that is not known keeps them from being judged.
  std::vector<std::pair<const portfolio::PackageRow*, Reach>> packages;
  for (const OsvRecord& record : records) {
    for (const auto& [repository, facts] : git_facts(record))
      if (const portfolio::PackageRow* package = state_->find("GIT", repository); package != nullptr)
        packages.emplace_back(package, Reach::covered);
    for (const OsvAffected& affected : record.affected) {
      if (affected.name.empty()) continue;
      const format::KeyedName keyed = format::keyed_name(affected.ecosystem, affected.name);
      for (const std::string_view shipped : state_->ecosystems) {
        const Reach how = reach_of(keyed.ecosystem, shipped);
        const portfolio::PackageRow* package = how == Reach::none ? nullptr : state_->find(shipped, keyed.name);
        if (package != nullptr) packages.emplace_back(package, how);
      }
    }
  }
  std::sort(packages.begin(), packages.end());
  packages.erase(std::unique(packages.begin(), packages.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
                 packages.end());

  PortfolioAnswer out;
  std::vector<PortfolioVersion> versions;
  for (const auto& [package, how] : packages) {
    versions.clear();
    state_->add_versions(*package, versions);
    for (const PortfolioVersion& v : versions) {
      Answer answer = index.lookup(v.ecosystem, v.name, v.version);
      if (!answer.matches.empty()) {
        out.entries.insert(out.entries.end(), v.entries.begin(), v.entries.end());
        out.hits.push_back({v, std::move(answer.matches)});
      } else if (how == Reach::perhaps || !answer.undecided.empty() || answer.verdict != Verdict::clean) {
        out.unsure.push_back(v);
      }
    }
  }
  std::sort(out.entries.begin(), out.entries.end());
  out.entries.erase(std::unique(out.entries.begin(), out.entries.end()), out.entries.end());
  return out;
}

}  // namespace entente::measures::p6_supply
