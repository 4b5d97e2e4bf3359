// Counting is one pass over the records. Growth by the ledger looks up the leaf that made a record count (its import, or the approval that
// decided) and the leaf that ended it; both get the ledger time of that leaf.
#include "registry/counters.h"

#include <algorithm>
#include <optional>

namespace entente::registry {
namespace {

std::string category_word(const Supporter& s) { return s.identity.category ? std::string(name(*s.identity.category)) : std::string(); }

Json counter_rows(const std::map<std::string, std::uint32_t>& counts, std::string_view key) {
  Json out = Json::array();
  for (const auto& [word, count] : counts) {
    Json row = Json::object();
    row[std::string(key)] = word.empty() ? Json(nullptr) : Json(word);
    row["supporters"] = count;
    out.push_back(std::move(row));
  }
  return out;
}

bool has_valid_domain(const Supporter& s, Instant at) {
  const auto& domains = s.detail().domains;
  return std::any_of(domains.begin(), domains.end(), [&](const ProvenDomain& d) { return d.at <= at && at < d.until; });
}

// The leaf by which the record came to count; nothing if it never did.
std::optional<Leaf> joined_leaf(const State& state, const Supporter& s) {
  if (const auto entry = state.entry(s.record_leaf); entry && entry->kind == Kind::imported) return s.record_leaf;
  if (!s.approved_at) return std::nullopt;
  std::optional<Leaf> out;
  for (const Leaf leaf : s.statements) {
    const auto entry = state.entry(leaf);
    if (entry && entry->kind == Kind::approval && entry->disposition == Disposition::applied) out = leaf;
  }
  return out;
}

std::string month_of(Instant t) { return format_date(t).substr(0, 7); }

void add_date(DateSeries& series, const std::string& day) {
  if (day.size() < 7)
    ++series.without;
  else
    ++series.months[day.substr(0, 7)];
}

}  // namespace

Counters count_supporters(const State& state) {
  Counters out{.ledger_size = state.next_leaf(), .ledger_time = state.ledger_time()};
  for (const Category c :
       {Category::state, Category::public_authority, Category::private_sector, Category::civil_society, Category::intergovernmental})
    out.categories[std::string(name(c))] = 0;
  for (const auto& [id, s] : state.supporters()) {
    ++out.statuses.at(static_cast<std::size_t>(s.status));
    if (!counts(s.status)) continue;
    const std::string category = category_word(s);
    ++out.supporters;
    ++out.categories[category];
    ++out.countries[s.identity.country];
    ++out.natures[s.identity.nature];
    ++out.countries_by_category[s.identity.country][category];
    out.proven_domain += has_valid_domain(s, out.ledger_time) ? 1 : 0;
    out.assessed += s.detail().assessment ? 1 : 0;
    out.with_reservations += s.pledge.reservations.empty() ? 0 : 1;
  }
  return out;
}

Json counters_json(const Counters& c) {
  Json out = Json::object();
  out["ledger"] = Json{{"size", c.ledger_size}, {"time", format_time(c.ledger_time)}};
  out["supporters"] = c.supporters;
  out["proven_domain"] = c.proven_domain;
  out["assessed"] = c.assessed;
  out["with_reservations"] = c.with_reservations;
  Json& statuses = out["records"] = Json::object();
  for (std::size_t s = 0; s < c.statuses.size(); ++s) statuses[std::string(name(static_cast<Status>(s)))] = c.statuses[s];
  out["categories"] = counter_rows(c.categories, "category");
  out["natures"] = counter_rows(c.natures, "nature");
  Json& countries = out["countries"] = Json::array();
  for (const auto& [country, by_category] : c.countries_by_category) {
    Json row = Json::object();
    row["country"] = country.empty() ? Json(nullptr) : Json(country);
    row["supporters"] = c.countries.at(country);
    row["categories"] = counter_rows(by_category, "category");
    countries.push_back(std::move(row));
  }
  return out;
}

std::string counter_to_sign(const Counters& c, std::string_view origin) {
  Json out = Json::object();
  out["type"] = "https://entente.example/counter/v1";
  out["origin"] = origin;
  out["ledger"] = Json{{"size", c.ledger_size}, {"time", format_time(c.ledger_time)}};
  out["supporters"] = c.supporters;
  Json& categories = out["categories"] = Json::object();
  for (const auto& [category, count] : c.categories) categories[category.empty() ? "unknown" : category] = count;
  out["countries"] = c.countries.size() - (c.countries.contains("") ? 1 : 0);
  out["proven_domain"] = c.proven_domain;
  out["assessed"] = c.assessed;
  return json_compact(out);
}

Growth growth(const State& state, const LedgerTimes& times) {
  Growth out;
  out.dates[0].kind = "signed-on";
  out.dates[1].kind = "published-on";
  out.dates[2].kind = "signed-no-later-than";
  std::map<std::string, GrowthMonth> months;
  for (const auto& [id, s] : state.supporters()) {
    if (const auto joined = joined_leaf(state, s)) {
      ++months[month_of(times.at(*joined))].joined;
      if (!counts(s.status)) ++months[month_of(times.at(s.status_leaf))].left;
    }
    if (!counts(s.status)) continue;
    add_date(out.dates[0], s.dates.signed_on);
    add_date(out.dates[1], s.dates.published_on);
    add_date(out.dates[2], s.dates.signed_no_later_than);
  }
  std::uint32_t total = 0;
  for (auto& [month, row] : months) {
    total = total + row.joined - row.left;
    row.month = month;
    row.total = total;
    out.ledger.push_back(std::move(row));
  }
  return out;
}

Json growth_json(const Growth& growth) {
  Json out = Json::object();
  Json& ledger = out["ledger"] = Json::array();
  for (const GrowthMonth& m : growth.ledger)
    ledger.push_back(Json{{"month", m.month}, {"joined", m.joined}, {"left", m.left}, {"total", m.total}});
  Json& dates = out["dates"] = Json::array();
  for (const DateSeries& series : growth.dates) {
    Json row = Json::object();
    row["kind"] = series.kind;
    row["without"] = series.without;
    Json& months = row["months"] = Json::array();
    for (const auto& [month, count] : series.months) months.push_back(Json{{"month", month}, {"records", count}});
    dates.push_back(std::move(row));
  }
  return out;
}

}  // namespace entente::registry
