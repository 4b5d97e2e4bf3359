// Four of the five controls of principle 0. Each looks at statements of the record and at their age on the day asked for.
#include "registry/identity.h"

#include <algorithm>
#include <array>

#include "registry/names.h"

namespace entente::registry {
namespace {

bool has_pledged(const Supporter& s, Instant at) { return s.pledge.envelope != Digest{} && s.pledge.at <= at; }

// P0-01: the domain is proven. Two places of observation and at most 90 days: satisfied. One place, or up to a year: in part. An older
// proof says nothing any more.
IdentityFinding judge_domain(const Supporter& s, Instant at) {
  IdentityFinding out;
  for (const ProvenDomain& d : s.detail().domains) {
    const auto age = days_between(d.at, at);
    if (d.at > at || age > 365) continue;
    const catalog::Status status = age <= 90 && d.vantages >= 2 ? catalog::Status::satisfied : catalog::Status::partial;
    if (out.status != catalog::Status::not_assessed && status >= out.status) continue;  // satisfied stands before partial
    out = {status, {d.leaf}};
  }
  return out;
}

// P0-02: signed by a key the domain publishes. The signature verified when the pledge was admitted; that the domain publishes the key, a
// domain proof bound to it shows: in part. Satisfied if besides the text is one the rules publish in that language, and a checkpoint over
// the pledge that witnesses cosigned is in the ledger.
IdentityFinding judge_signature(const State& state, const Supporter& s, Instant at) {
  if (!has_pledged(s, at)) return {};
  const auto bound = std::ranges::find_if(s.detail().domains, [&](const ProvenDomain& d) {
    return d.at <= at && std::any_of(s.keys.begin(), s.keys.end(), [&](const OwnKey& k) { return k.key.str() == d.key; });
  });
  if (bound == s.detail().domains.end()) return {};
  const auto& witnessed = state.witnessed();
  const auto cover = std::ranges::upper_bound(witnessed, s.pledge.leaf, {}, &WitnessedCheckpoint::size);
  if (cover == witnessed.end() || cover->at > at || !state.published_text(s.pledge.language, s.pledge.text))
    return {catalog::Status::partial, {s.pledge.leaf, bound->leaf}};
  return {catalog::Status::satisfied, {s.pledge.leaf, bound->leaf, cover->leaf}};
}

// P0-04: pledged or renewed within 24 months; up to 36 in part.
IdentityFinding judge_renewal(const State& state, const Supporter& s, Instant at) {
  if (!has_pledged(s, at)) return {};
  Instant latest = s.pledge.at;
  Leaf leaf = s.pledge.leaf;
  for (const Leaf l : s.statements) {
    const auto entry = state.entry(l);
    if (!entry || entry->kind != Kind::renewal || entry->disposition == Disposition::ignored || entry->at > at || entry->at < latest)
      continue;
    latest = entry->at;
    leaf = l;
  }
  const auto age = days_between(latest, at);
  return {age <= 730 ? catalog::Status::satisfied : age <= 1095 ? catalog::Status::partial : catalog::Status::not_satisfied, {leaf}};
}

// What clean_name would change or a person should look at. All of it is one issue, since one habit often shows in every language.
bool has_odd_characters(const Identity& identity) {
  constexpr std::string_view kLooked = "*\\&<`\"'";
  const auto odd = [&](std::string_view name) {
    const bool plain =
        !name.empty() && name.front() != ' ' && name.back() != ' ' && name.find("  ") == std::string_view::npos &&
        std::all_of(name.begin(), name.end(), [&](char c) { return c >= ' ' && c < 0x7F && kLooked.find(c) == std::string_view::npos; });
    return !plain && !clean_name(name).found.empty();
  };
  return odd(identity.name) || std::any_of(identity.names.begin(), identity.names.end(), [&](const auto& n) { return odd(n.second); });
}

// P0-05: the record is complete and well formed: category, country (bodies of several states have none), a date, a domain, contact points;
// no odd characters; no duplicate. One or two of the lesser issues: in part.
IdentityFinding judge_record(const Supporter& s, const RecordTwins* twins) {
  const bool category = s.identity.category.has_value();
  const bool country = !s.identity.country.empty() || s.identity.category == Category::intergovernmental;
  const bool date = !s.dates.signed_on.empty() || !s.dates.published_on.empty();
  const bool domain = !s.identity.website.empty() || !s.detail().domains.empty() || !s.pledge.domains.empty();
  const Supporter* twin = twins != nullptr ? twins->twin(s) : nullptr;
  const int minor = (date ? 0 : 1) + (domain ? 0 : 1) + (s.detail().contacts ? 0 : 1) + (has_odd_characters(s.identity) ? 1 : 0) +
                    (twin != nullptr ? 1 : 0);
  const catalog::Status status = !category || !country || minor > 2 ? catalog::Status::not_satisfied
                                 : minor > 0                        ? catalog::Status::partial
                                                                    : catalog::Status::satisfied;
  std::vector<Leaf> leaves = {s.identity_leaf};
  if (s.detail().contacts) leaves.push_back(s.detail().contacts->leaf);
  if (twin != nullptr) leaves.push_back(twin->identity_leaf);
  std::sort(leaves.begin(), leaves.end());
  leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
  return {status, std::move(leaves)};
}

// Domains the record names or has proven, each once.
template <class F>
void each_domain(const Supporter& s, const F& run) {
  std::vector<std::string_view> seen;
  const auto take = [&](std::string_view domain) {
    if (domain.starts_with("www.")) domain.remove_prefix(4);
    if (domain.empty() || std::find(seen.begin(), seen.end(), domain) != seen.end()) return;
    seen.push_back(domain);
    run(domain);
  };
  take(s.identity.website);
  for (const std::string& domain : s.pledge.domains) take(domain);
  for (const ProvenDomain& proven : s.detail().domains) take(proven.domain);
}

struct LedgerQuestion {
  const State& state;
  const Supporter& supporter;
  Instant at;
  const RecordTwins* twins;
};
struct LedgerJudge {
  catalog::ControlId control;
  IdentityFinding (*judge)(const LedgerQuestion&);
};
constexpr std::array<LedgerJudge, 4> kJudgesFromLedger{{
    {catalog::ControlId(0, 1), [](const LedgerQuestion& q) { return judge_domain(q.supporter, q.at); }},
    {catalog::ControlId(0, 2), [](const LedgerQuestion& q) { return judge_signature(q.state, q.supporter, q.at); }},
    {catalog::ControlId(0, 4), [](const LedgerQuestion& q) { return judge_renewal(q.state, q.supporter, q.at); }},
    {catalog::ControlId(0, 5), [](const LedgerQuestion& q) { return judge_record(q.supporter, q.twins); }},
}};

}  // namespace

RecordTwins::RecordTwins(const State& state) {
  for (const auto& [id, supporter] : state.supporters())
    if (counts(supporter.status)) each_domain(supporter, [&](std::string_view domain) { by_domain_[domain].push_back(&supporter); });
}

RecordTwins::RecordTwins(const State& state, const Supporter& only) {
  each_domain(only, [&](std::string_view domain) { by_domain_[domain]; });
  if (by_domain_.empty()) return;
  for (const auto& [id, supporter] : state.supporters())
    if (counts(supporter.status))
      each_domain(supporter, [&](std::string_view domain) {
        if (const auto it = by_domain_.find(domain); it != by_domain_.end()) it->second.push_back(&supporter);
      });
}

const Supporter* RecordTwins::twin(const Supporter& supporter) const {
  const Supporter* found = nullptr;
  std::string folded;
  each_domain(supporter, [&](std::string_view domain) {
    const auto it = by_domain_.find(domain);
    if (it == by_domain_.end()) return;
    for (const Supporter* other : it->second) {
      if (other->identity.id == supporter.identity.id || (found != nullptr && found->identity.id <= other->identity.id)) continue;
      if (folded.empty()) folded = fold(supporter.identity.name);
      if (fold(other->identity.name) == folded) found = other;
    }
  });
  return found;
}

bool judged_from_ledger(catalog::ControlId control) {
  return std::ranges::any_of(kJudgesFromLedger, [&](const LedgerJudge& j) { return j.control == control; });
}

std::optional<IdentityFinding> judge_identity(const State& state, const Supporter& supporter, catalog::ControlId control, Instant at,
                                              const RecordTwins* twins) {
  for (const LedgerJudge& judge : kJudgesFromLedger)
    if (judge.control == control) return judge.judge({state, supporter, at, twins});
  return std::nullopt;
}

}  // namespace entente::registry
