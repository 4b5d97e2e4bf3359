// Tests 6.1.8, 6.1.9, 6.1.10 and 6.2.19: CVSS objects against their schemas, their vectors and the formulas. The vector takes precedence;
// a property of the object counts where the vector does not name its metric.
#include <cmath>
#include <span>

#include "core/same_text.h"
#include "csaf/checks.h"
#include "cvss/cvss.h"

namespace entente::csaf {
namespace {

struct CvssObject {
  JsonView object;
  const char* member;  // "cvss_v2" or "cvss_v3"
  std::size_t vulnerability, score;
  [[nodiscard]] std::string pointer() const { return fmt::format("/vulnerabilities/{}/scores/{}/{}", vulnerability, score, member); }
};

template <class Visit>
void each_cvss(const Document& d, Visit visit) {
  for (std::size_t v = 0; v < d.vulnerabilities.size(); ++v) {
    const auto& scores = d.vulnerabilities[v].scores;
    for (std::size_t s = 0; s < scores.size(); ++s) {
      if (scores[s].cvss_v2) visit(CvssObject{*scores[s].cvss_v2, "cvss_v2", v, s});
      if (scores[s].cvss_v3) visit(CvssObject{*scores[s].cvss_v3, "cvss_v3", v, s});
    }
  }
}

std::optional<cvss::Vector> vector_of(const CvssObject& o) {
  const auto text = json_string(o.object, "vectorString");
  if (!text) return std::nullopt;
  auto v = cvss::parse(*text);
  if (!v || v->version == cvss::Version::v40 || (v->version == cvss::Version::v2) != (o.member[6] == '2')) return std::nullopt;
  return *v;
}

// Index of the value whose word that is, or -1.
int value_of(const cvss::Metric& metric, Text word) {
  for (std::size_t i = 0; i < metric.values.size(); ++i)
    if (metric.values[i].word == word && !word.empty()) return static_cast<int>(i);
  return -1;
}

// Calls visit(number of the metric, word) for each property of the object that spells a metric; mostly there is none.
template <class Visit>
void each_metric_property(std::span<const cvss::Metric> metrics, JsonView object, Visit visit) {
  const auto members = as_object(object);
  if (!members) return;
  for (const auto field : *members) {
    if (!field.value.is_string()) continue;
    for (std::size_t m = 0; m < metrics.size(); ++m)
      if (same_text(metrics[m].property, field.key)) visit(m, field.value.get_string().value_unsafe());
  }
}

// Metrics the vector does not name, from the object's properties.
void fill_from_properties(cvss::Vector& v, JsonView object) {
  const auto metrics = cvss::metrics(v.version);
  each_metric_property(metrics, object, [&](std::size_t m, Text word) {
    if (v.chosen[m] < 0) v.chosen[m] = static_cast<std::int8_t>(value_of(metrics[m], word));
  });
}

void compare_score(Check& c, const CvssObject& o, const char* member, cvss::Score score) {
  const double computed = score.value();
  const auto stated = json_number(o.object, member);
  if (stated && std::abs(*stated - computed) > 0.001)
    c.fail(o.pointer() + "/" + member, fmt::format("{} is {}, but the vector gives {:.1f}", member, *stated, computed),
           fmt::format("set {} to {:.1f}, or correct the vector", member, computed));
}

void compare_severity(Check& c, const CvssObject& o, const char* member, cvss::Score computed) {
  const auto stated = json_string(o.object, member);
  const std::string_view word = cvss::severity_schema_name(cvss::severity(computed));
  if (stated && *stated != word)
    c.fail(o.pointer() + "/" + member,
           fmt::format("{} is {}, but a score of {:.1f} is {}", member, in_quotes(*stated), computed.value(), word),
           fmt::format("set {} to \"{}\"", member, word));
}

// The environmental score of an object: as stated, else computed; nullopt if there is no vector.
std::optional<double> environmental_of(const CvssObject& o) {
  if (const auto stated = json_number(o.object, "environmentalScore")) return stated;
  auto v = vector_of(o);
  if (!v) return std::nullopt;
  fill_from_properties(*v, o.object);
  return cvss::score(*v).environmental.value();
}

}  // namespace

void test_cvss_schema(Check& c) {
  if (c.schema_valid) return;
  each_cvss(c.document, [&](const CvssObject& o) {
    const bool second = o.member[6] == '2';
    const bool thirty = json_string(o.object, "version").value_or("") == "3.0";
    const schema::Schema& schema = second ? c.state.cvss_v2 : thirty ? c.state.cvss_v30 : c.state.cvss_v31;
    for (const schema::Violation& v : schema.validate(o.object))
      c.fail(o.pointer() + v.instance, v.message,
             fmt::format("see {} in the schema of CVSS {}", v.keyword,
                         second   ? "2.0"
                         : thirty ? "3.0"
                                  : "3.1"));
  });
}

void test_cvss_computation(Check& c) {
  each_cvss(c.document, [&](const CvssObject& o) {
    auto v = vector_of(o);
    if (!v) return;  // 6.1.8 says so
    fill_from_properties(*v, o.object);
    const cvss::Scores s = cvss::score(*v);
    compare_score(c, o, "baseScore", s.base);
    compare_severity(c, o, "baseSeverity", s.base);
    compare_score(c, o, "temporalScore", s.temporal);
    compare_severity(c, o, "temporalSeverity", s.temporal);
    compare_score(c, o, "environmentalScore", s.environmental);
    compare_severity(c, o, "environmentalSeverity", s.environmental);
  });
}

void test_cvss_consistency(Check& c) {
  each_cvss(c.document, [&](const CvssObject& o) {
    const auto v = vector_of(o);
    if (!v) return;
    const auto metrics = cvss::metrics(v->version);
    bool spelt = false;
    each_metric_property(metrics, o.object, [&](std::size_t, Text) { spelt = true; });
    if (!spelt) return;
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const auto word = json_string(o.object, metrics[m].property);
      if (!word || v->chosen[m] < 0) continue;
      const Text meant = metrics[m].values[static_cast<std::size_t>(v->chosen[m])].word;
      if (*word != meant)
        c.fail(fmt::format("{}/{}", o.pointer(), metrics[m].property),
               fmt::format("{} contradicts {} of the vector, which means \"{}\"", in_quotes(*word), metrics[m].key, meant),
               fmt::format("set {} to \"{}\"", metrics[m].property, meant));
    }
  });
}

void test_cvss_of_fixed_products(Check& c) {
  ProductMap<bool> scored(c.document);  // products scored, and whether one of the scores has an environmental score of 0
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    const Vulnerability& vulnerability = c.document.vulnerabilities[v];
    scored.clear();
    for (std::size_t s = 0; s < vulnerability.scores.size(); ++s) {
      const Score& one = vulnerability.scores[s];
      bool zero = false;
      if (one.cvss_v2) zero = environmental_of({*one.cvss_v2, "cvss_v2", v, s}).value_or(1) == 0;
      if (one.cvss_v3) zero = zero || environmental_of({*one.cvss_v3, "cvss_v3", v, s}).value_or(1) == 0;
      for (const ProductId p : one.products) {
        bool& any_zero = scored.add(p, zero).first;
        any_zero = any_zero || zero;
      }
    }
    for (const Status status : {Status::first_fixed, Status::fixed}) {
      const auto& products = vulnerability.of(status);
      for (std::size_t i = 0; i < products.size(); ++i)
        if (const bool* any_zero = scored.find(products[i]); any_zero != nullptr && !*any_zero)
          c.fail(fmt::format("/vulnerabilities/{}/product_status/{}/{}", v, status_name(status), i),
                 fmt::format("{} is fixed, but no CVSS for it has an environmental score of 0", in_quotes(products[i])),
                 "add MC:N/MI:N/MA:N (CVSS 3) or TD:N (CVSS 2) to the vector and an environmentalScore of 0");
    }
  }
}

}  // namespace entente::csaf
