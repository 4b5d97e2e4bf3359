// The index arithmetic and the assessment document. Arithmetic: a control of class M or V weighs 1, A 0.5, D nothing; satisfied
// counts 1, partial 0.5, not satisfied 0; what was not assessed counts neither way but widens the interval. All sums are of
// multiples of 1/4 and therefore exact, so the order of judgements cannot change a bit of the result. The document is built
// key by key in one fixed order; numbers of the index are rounded to six decimals.
#include "catalog/assessment.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace entente::catalog {

namespace {

double worth(Status s) { return s == Status::satisfied ? 1.0 : s == Status::partial ? 0.5 : 0.0; }

bool is_assessed(Status s) { return s == Status::satisfied || s == Status::partial || s == Status::not_satisfied; }

double rounded(double x) { return std::round(x * 1e6) / 1e6; }

char tier_of(const PrincipleScore& p) {
  if (!p.score || p.coverage < 0.5) return '?';
  if (*p.score >= 0.9) return 'A';
  if (*p.score >= 0.75) return 'B';
  return *p.score >= 0.5 ? 'C' : 'D';
}

Json text_list(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& t : texts) out.push_back(t);
  return out;
}

Json organisation(const Profile& profile) {
  Json out = Json::object();
  out["name"] = profile.name;
  out["id"] = profile.id;
  out["category"] = profile.category;
  out["country"] = profile.country.empty() ? Json(nullptr) : Json(profile.country);
  out["roles"] = text_list(profile.roles);
  out["domains"] = text_list(profile.domains);
  out["asns"] = Json::array();
  for (const std::uint32_t asn : profile.asns) out["asns"].push_back(asn);
  out["products"] = Json::array();
  for (const Product& p : profile.products) {
    Json product = Json::object();
    product["name"] = p.name;
    product["version"] = p.version;
    out["products"].push_back(std::move(product));
  }
  return out;
}

Json score_row(const PrincipleScore& p, const Catalog& catalog) {
  Json out = Json::object();
  out["principle"] = p.principle;
  const auto principles = catalog.principles();
  const auto found = std::find_if(principles.begin(), principles.end(), [&](const Principle& c) { return c.number == p.principle; });
  out["id"] = found == principles.end() ? "" : found->id;
  out["title"] = found == principles.end() ? "" : found->title.en;
  Json controls = Json::object();
  controls["applicable"] = p.applicable;
  for (std::size_t s = 0; s < p.count.size(); ++s) controls[std::string(to_string(static_cast<Status>(s)))] = p.count[s];
  out["controls"] = std::move(controls);
  out["coverage"] = rounded(p.coverage);
  out["score"] = p.score ? Json(rounded(*p.score)) : Json(nullptr);
  if (p.weight_applicable > 0)
    out["interval"] = Json{{"low", rounded(p.low)}, {"high", rounded(p.high)}};
  else
    out["interval"] = nullptr;
  out["tier"] = std::string(1, p.tier);
  return out;
}

Json judgement_row(const Judgement& j, const Catalog& catalog) {
  const Control* control = catalog.find(j.control);
  Json out = Json::object();
  out["control"] = j.control.str();
  out["title"] = control == nullptr ? "" : control->title.en;
  out["status"] = to_string(j.status);
  out["reason"] = j.reason;
  out["summary"] = j.summary;
  out["evidence_class"] = std::string(1, letter(j.evidence_class));
  out["engine"] = j.engine;
  out["weight"] = rounded(j.weight);
  out["evidence_from"] = j.evidence_from ? Json(format_time(*j.evidence_from)) : Json(nullptr);
  out["detail"] = j.finding.detail;
  out["places"] = Json::array();
  for (const Place& place : j.finding.places) {
    Json p = Json::object();
    p["evidence"] = place.evidence.str();
    p["pointer"] = place.pointer;
    out["places"].push_back(std::move(p));
  }
  out["evidence"] = Json::array();
  for (const Digest& d : j.finding.evidence) out["evidence"].push_back(d.str());
  out["fix"] = j.finding.fix;
  out["rows"] = Json::array();
  for (std::size_t i = 0; i < std::min(kInlineRows, j.finding.rows.size()); ++i) out["rows"].push_back(j.finding.rows[i]);
  if (j.rows_digest) {
    Json file = Json::object();
    file["path"] = j.rows_path;
    file["sha256"] = j.rows_digest->hex();
    file["count"] = j.rows_count;
    out["rows_file"] = std::move(file);
  } else {
    out["rows_file"] = nullptr;
  }
  return out;
}

}  // namespace

double index_weight(EvidenceClass c) {
  switch (c) {
    case EvidenceClass::measured:
    case EvidenceClass::verified: return 1.0;
    case EvidenceClass::attested: return 0.5;
    case EvidenceClass::declared: return 0.0;
  }
  return 0.0;
}

std::vector<PrincipleScore> score(const std::vector<Judgement>& judgements) {
  std::vector<PrincipleScore> out(10);
  std::array<double, 10> earned{};
  for (unsigned i = 0; i < 10; ++i) out[i].principle = i;
  for (const Judgement& j : judgements) {
    const unsigned n = j.control.principle();
    if (n >= out.size()) continue;
    PrincipleScore& p = out[n];
    ++p.count[static_cast<std::size_t>(j.status)];
    if (j.status == Status::not_applicable) continue;
    ++p.applicable;
    const double weight = index_weight(j.evidence_class);
    p.weight_applicable += weight;
    // A weight of 0 in a class that counts means: seen, but not to be relied on. Then it is unknown, not failed.
    if (!is_assessed(j.status) || j.weight <= 0) continue;
    p.weight_assessed += weight;
    earned[n] += weight * worth(j.status);
  }
  for (PrincipleScore& p : out) {
    p.high = 1;
    if (p.weight_applicable <= 0) continue;
    p.coverage = p.weight_assessed / p.weight_applicable;
    p.low = earned[p.principle] / p.weight_applicable;
    p.high = (earned[p.principle] + (p.weight_applicable - p.weight_assessed)) / p.weight_applicable;
    if (p.weight_assessed > 0) p.score = earned[p.principle] / p.weight_assessed;
    p.tier = tier_of(p);
  }
  return out;
}

Json to_json(const Assessment& a, const Catalog& catalog) {
  Json out = Json::object();
  out["type"] = kAssessmentType;
  out["tool"] = Json{{"name", "entente"}, {"version", a.tool_version}};
  out["catalog"] = Json{{"version", a.catalog_version}, {"digest", a.data_digest.str()}};
  out["bundle"] = Json{{"digest", a.bundle_digest.str()}};
  out["at"] = format_time(a.at);
  out["organisation"] = organisation(a.profile);
  out["identity"] = nullptr;
  out["principles"] = Json::array();
  for (const PrincipleScore& p : a.principles) {
    if (p.principle == 0)
      out["identity"] = score_row(p, catalog);
    else
      out["principles"].push_back(score_row(p, catalog));
  }
  out["judgements"] = Json::array();
  for (const Judgement& j : a.judgements) out["judgements"].push_back(judgement_row(j, catalog));
  return out;
}

}  // namespace entente::catalog
