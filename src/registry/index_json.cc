// The index as a document. Every figure can be followed: principle → controls → the row of the statement (leaf, envelope, JSON pointer) →
// digests of the evidence. Members stand in one fixed order, figures have six decimals, supporters are in the order of their ids: that is
// the only order there is.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "registry/index.h"

namespace entente::registry {
namespace {

constexpr std::string_view kIndexType = "https://entente.example/registry-index/v1";

// An object of which the number of members is known: ordered_json's is a vector that would copy its keys each time it grows.
class IndexObject {
 public:
  explicit IndexObject(std::size_t members) : object_(Json::object()) { members_().reserve(members); }
  void put(std::string_view key, Json value) { members_().emplace_back(std::string(key), std::move(value)); }
  [[nodiscard]] Json take() { return std::move(object_); }

 private:
  Json::object_t& members_() { return object_.get_ref<Json::object_t&>(); }
  Json object_;
};

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json index_assessment(const SupporterIndex& row) {
  const Assessment& a = *row.assessment;
  Json out = Json::object();
  out["leaf"] = a.leaf;
  out["envelope"] = a.envelope.str();
  out["document"] = a.document.str();
  out["bundle"] = a.bundle.str();
  out["at"] = format_time(a.at);
  out["ledger_time"] = format_time(row.assessed_at);
  out["catalog"] = Json{{"version", a.catalog_version}, {"digest", a.catalog.str()}, {"other_rules", row.other_rules}};
  out["by"] = Json{{"kind", a.person.empty() ? "supporter" : "assessor"}, {"person", or_null(a.person)}, {"keyid", a.signer}};
  out["questioned"] = row.questioned;
  return out;
}

Json index_principle(const catalog::PrincipleScore& p, const std::array<std::uint32_t, kGrounds>& grounds) {
  IndexObject out(8);
  out.put("principle", p.principle);
  out.put("tier", std::string(1, p.tier));
  out.put("score", p.score ? Json(index_figure(*p.score)) : Json(nullptr));
  out.put("coverage", index_figure(p.coverage));
  // Where nothing that counts applies there is no interval.
  out.put("low", p.weight_applicable > 0 ? Json(index_figure(p.low)) : Json(nullptr));
  out.put("high", p.weight_applicable > 0 ? Json(index_figure(p.high)) : Json(nullptr));
  out.put("applicable", p.applicable);
  IndexObject why(static_cast<std::size_t>(std::count_if(grounds.begin(), grounds.end(), [](std::uint32_t n) { return n != 0; })));
  for (std::size_t g = 0; g < kGrounds; ++g)
    if (grounds[g] != 0) why.put(name(static_cast<Ground>(g)), grounds[g]);
  out.put("controls", why.take());
  return out.take();
}

Json index_dispute(const Dispute& d) {
  Json out = Json::object();
  out["leaf"] = d.leaf;
  out["envelope"] = d.envelope.str();
  out["state"] = name(d.state);
  out["due"] = format_time(d.due());
  out["by"] = or_null(d.by);
  out["person"] = or_null(d.by_person);
  out["decided"] = d.decided ? Json(*d.decided) : Json(nullptr);
  return out;
}

Json index_finding(const Assessment* assessment, const IndexRow& row) {
  IndexObject out(12);
  out.put("control", row.control.str());
  out.put("class", std::string(1, catalog::letter(row.evidence_class)));
  out.put("claimed", catalog::to_string(row.claimed));
  out.put("counted_as", catalog::to_string(row.counted));
  out.put("weight", row.weight);
  out.put("ground", name(row.ground));
  if (row.finding == nullptr) {
    if (!row.leaves.empty()) out.put("leaves", row.leaves);
    return out.take();
  }
  if (!row.finding->reason.empty()) out.put("reason", row.finding->reason);
  out.put("leaf", assessment->leaf);
  out.put("pointer", fmt::format("/predicate/controls/{}", row.position));
  if (!row.finding->evidence.empty()) {
    Json evidence = Json::array();
    for (const Digest& digest : row.finding->evidence) evidence.push_back(digest.str());
    out.put("evidence", std::move(evidence));
  } else if (row.finding->evidence_count != 0) {
    out.put("evidence_list", Json{{"count", row.finding->evidence_count}, {"digest", row.finding->evidence_list.str()}});
  }
  if (row.evidence_at) out.put("evidence_at", format_time(*row.evidence_at));
  if (!row.disputes.empty()) {
    Json disputes = Json::array();
    for (const Dispute* d : row.disputes) disputes.push_back(index_dispute(*d));
    out.put("disputes", std::move(disputes));
  }
  return out.take();
}

}  // namespace

double index_figure(double value) { return std::round(value * 1e6) / 1e6; }

Json supporter_index_json(const SupporterIndex& row, IndexDetail detail) {
  const Identity& identity = row.supporter->identity;
  Json out = Json::object();
  out["id"] = identity.id;
  out["name"] = identity.name;
  out["category"] = identity.category ? Json(name(*identity.category)) : Json(nullptr);
  out["nature"] = or_null(identity.nature);
  out["country"] = or_null(identity.country);
  out["status"] = name(row.supporter->status);
  out["assessment"] = row.assessment != nullptr ? index_assessment(row) : Json(nullptr);
  std::array<std::array<std::uint32_t, kGrounds>, 10> grounds{};
  for (const IndexRow& r : row.rows) ++grounds.at(r.control.principle()).at(static_cast<std::size_t>(r.ground));
  out["identity"] = index_principle(row.principles.front(), grounds.front());
  Json& principles = out["principles"] = Json::array();
  for (const catalog::PrincipleScore& p : row.principles)
    if (p.principle != 0 && row.assessment != nullptr) principles.push_back(index_principle(p, grounds.at(p.principle)));
  if (detail == IndexDetail::principles) return out;
  Json& findings = out["findings"] = Json::array();
  for (const IndexRow& r : row.rows)
    if (r.control.principle() == 0 || row.assessment != nullptr) findings.push_back(index_finding(row.assessment, r));
  Json& unknown = out["unknown_controls"] = Json::array();
  for (const catalog::ControlId id : row.unknown) unknown.push_back(id.str());
  return out;
}

Json index_json(const Index& index, IndexDetail detail) {
  Json out = Json::object();
  out["type"] = kIndexType;
  out["at"] = format_time(index.at);
  out["ledger"] = Json{{"size", index.ledger_size}, {"time", format_time(index.ledger_time)}};
  out["catalog"] = Json{{"version", index.catalog_version}, {"digest", index.catalog.str()}};
  std::size_t assessed = 0;
  for (const SupporterIndex& row : index.supporters) assessed += row.assessment != nullptr ? 1 : 0;
  out["counts"] = Json{{"supporters", index.supporters.size()}, {"assessed", assessed}};
  Json& list = out["supporters"] = Json::array();
  for (const SupporterIndex& row : index.supporters) list.push_back(supporter_index_json(row, detail));
  return out;
}

}  // namespace entente::registry
