// Four of the five controls of principle 0. Each looks at statements of the record and at their age on the day asked for.
#include "registry/identity.h"

#include <algorithm>

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
// domain proof bound to it shows. Witnesses of the checkpoint are not in the state, so it is in part at most.
IdentityFinding judge_signature(const Supporter& s, Instant at) {
  if (!has_pledged(s, at)) return {};
  for (const ProvenDomain& d : s.detail().domains) {
    const bool own = std::any_of(s.keys.begin(), s.keys.end(), [&](const OwnKey& k) { return k.key.str() == d.key; });
    if (d.at <= at && own) return {catalog::Status::partial, {s.pledge.leaf, d.leaf}};
  }
  return {};
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

// P0-05: the record is complete: category, country (bodies of several states have none), a date, a domain, contact points.
IdentityFinding judge_record(const Supporter& s) {
  const bool category = s.identity.category.has_value();
  const bool country = !s.identity.country.empty() || s.identity.category == Category::intergovernmental;
  const bool date = !s.dates.signed_on.empty() || !s.dates.published_on.empty();
  const bool domain = !s.identity.website.empty() || !s.detail().domains.empty() || !s.pledge.domains.empty();
  const int minor = (date ? 0 : 1) + (domain ? 0 : 1) + (s.detail().contacts ? 0 : 1);
  const catalog::Status status = !category || !country || minor > 2 ? catalog::Status::not_satisfied
                                 : minor > 0                        ? catalog::Status::partial
                                                                    : catalog::Status::satisfied;
  std::vector<Leaf> leaves = {s.identity_leaf};
  if (s.detail().contacts) leaves.push_back(s.detail().contacts->leaf);
  return {status, std::move(leaves)};
}

}  // namespace

std::optional<IdentityFinding> judge_identity(const State& state, const Supporter& supporter, catalog::ControlId control, Instant at) {
  if (control == catalog::ControlId(0, 1)) return judge_domain(supporter, at);
  if (control == catalog::ControlId(0, 2)) return judge_signature(supporter, at);
  if (control == catalog::ControlId(0, 4)) return judge_renewal(state, supporter, at);
  if (control == catalog::ControlId(0, 5)) return judge_record(supporter);
  return std::nullopt;
}

}  // namespace entente::registry
