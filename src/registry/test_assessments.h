// For tests of the index: assessments of any rows, against the embedded catalogue. Nothing here checks anything: tests do.
#pragma once

#include "catalog/assessment.h"
#include "registry/test_registry.h"

namespace entente::registry::fixture {

inline const catalog::Catalog& test_catalog() {
  static const catalog::Catalog made = catalog::Catalog::load(DataSet::embedded()).value();
  return made;
}

struct TestRow {
  catalog::ControlId control;
  catalog::Status status = catalog::Status::satisfied;
  std::optional<catalog::EvidenceClass> evidence_class = std::nullopt;  // else the catalogue's
  std::optional<double> weight = std::nullopt;                          // else what the class counts
  std::vector<std::string> evidence = {};                               // hex digests
};

// Every control of the catalogue with that status.
inline std::vector<TestRow> all_rows(catalog::Status status) {
  std::vector<TestRow> out;
  for (const catalog::Control& c : test_catalog().controls()) out.push_back({c.id, status});
  return out;
}
inline TestRow& row_of(std::vector<TestRow>& rows, catalog::ControlId id) {
  return *std::find_if(rows.begin(), rows.end(), [&](const TestRow& r) { return r.control == id; });
}

// The statement; figures of principles are computed from the rows, as admission demands.
inline std::string assessment_of(const World& world, const std::string& id, const std::vector<TestRow>& rows, const Signers& signers,
                                 Instant at) {
  std::vector<catalog::Judgement> judged;
  Json list = Json::array();
  for (const TestRow& r : rows) {
    catalog::Judgement j;
    j.control = r.control;
    j.status = r.status;
    const catalog::Control* control = test_catalog().find(r.control);
    j.evidence_class = r.evidence_class     ? *r.evidence_class
                       : control != nullptr ? control->evidence_class
                                            : catalog::EvidenceClass::measured;
    j.weight = r.weight.value_or(catalog::index_weight(j.evidence_class));
    Json row{{"control", j.control.str()},
             {"status", catalog::to_string(j.status)},
             {"class", std::string(1, catalog::letter(j.evidence_class))},
             {"weight", j.weight}};
    if (!r.evidence.empty()) row["evidence"] = r.evidence;
    if (r.status == catalog::Status::not_applicable) row["reason"] = "It runs no network of its own.";
    list.push_back(std::move(row));
    judged.push_back(std::move(j));
  }
  Json p = world.assessment_predicate(id);
  p["catalog"] = Json{{"version", test_catalog().version()}, {"sha256", test_catalog().digest().hex()}};
  p["at"] = format_time(at);
  p["principles"] = Json::array();
  for (const auto& s : catalog::score(judged)) {
    Json counts;
    for (std::size_t i = 0; i < s.count.size(); ++i) counts[std::string(catalog::to_string(static_cast<catalog::Status>(i)))] = s.count[i];
    Json row{{"principle", s.principle}, {"tier", std::string(1, s.tier)}, {"coverage", s.coverage}};
    row["score"] = s.score ? Json(*s.score) : Json();
    row["low"] = s.low;
    row["high"] = s.high;
    row["counts"] = counts;
    p["principles"].push_back(std::move(row));
  }
  p["controls"] = std::move(list);
  return entry("assessment", sha("assessment of " + id), p, signers);
}
inline std::string assessment_of(const World& world, const std::string& id, const std::vector<TestRow>& rows) {
  return assessment_of(world, id, rows, {&key(id)}, world.clock);
}

}  // namespace entente::registry::fixture
