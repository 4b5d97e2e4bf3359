// Tests 6.1.8, 6.1.9, 6.1.10 and 6.2.19: CVSS objects against their schemas, their vectors and the formulas. The vector takes precedence;
// a property of the object counts where the vector does not name its metric. Each object is read once, for all four tests.
#include <cmath>
#include <span>

#include "core/same_text.h"
#include "csaf/checks.h"
#include "cvss/cvss.h"

namespace entente::csaf {
namespace {

std::string cvss_pointer(const CvssReading& r) {
  return fmt::format("/vulnerabilities/{}/scores/{}/{}", r.vulnerability, r.score, r.member());
}

// nullopt: no vector of the object's version.
std::optional<cvss::Vector> read_vector(Text text, CvssReading::Member member) {
  auto v = cvss::parse(text);
  if (!v || v->version == cvss::Version::v40 || (v->version == cvss::Version::v2) != (member == CvssReading::Member::v2))
    return std::nullopt;
  return *v;
}

// Index of the value whose word that is, or -1.
int value_of(const cvss::Metric& metric, Text word) {
  for (std::size_t i = 0; i < metric.values.size(); ++i)
    if (metric.values[i].word == word && !word.empty()) return static_cast<int>(i);
  return -1;
}

constexpr std::array<Text, 3> kScoreMembers = {"baseScore", "temporalScore", "environmentalScore"};
constexpr std::array<Text, 3> kSeverityMembers = {"baseSeverity", "temporalSeverity", "environmentalSeverity"};

// The number of the metric a property spells, or their count; mostly it spells none.
std::size_t metric_of(std::span<const cvss::Metric> metrics, Text property) {
  std::size_t m = 0;
  while (m < metrics.size() && !same_text(metrics[m].property, property)) ++m;
  return m;
}

// What the object says beside its vector; metrics the vector does not name are taken from its properties.
void read_properties(CvssReading& r) {
  const auto members = as_object(r.object);
  if (!members) return;
  cvss::Vector whole = *r.vector;
  const auto metrics = cvss::metrics(whole.version);
  for (const auto field : *members) {
    for (std::size_t i = 0; i < kScoreMembers.size(); ++i) {
      if (same_text(field.key, kScoreMembers[i])) r.states_score[i] = true;
      if (same_text(field.key, kSeverityMembers[i])) r.states_severity[i] = true;
    }
    if (!field.value.is_string()) continue;
    const std::size_t m = metric_of(metrics, field.key);
    if (m == metrics.size()) continue;
    r.spells_metrics = true;
    if (whole.chosen[m] < 0) whole.chosen[m] = static_cast<std::int8_t>(value_of(metrics[m], field.value.get_string().value_unsafe()));
  }
  r.scores = cvss::score(whole);
}

CvssReading read_cvss(JsonView object, CvssReading::Member member, std::size_t vulnerability, std::size_t score) {
  CvssReading r{object, member, vulnerability, score};
  if (const auto text = json_string(object, "vectorString")) r.vector = read_vector(*text, member);
  if (r.vector) read_properties(r);
  return r;
}

void compare_score(Check& c, const CvssReading& o, Text member, cvss::Score score) {
  const double computed = score.value();
  const auto stated = json_number(o.object, member);
  if (stated && std::abs(*stated - computed) > 0.001)
    c.fail(fmt::format("{}/{}", cvss_pointer(o), member), fmt::format("{} is {}, but the vector gives {:.1f}", member, *stated, computed),
           fmt::format("set {} to {:.1f}, or correct the vector", member, computed));
}

void compare_severity(Check& c, const CvssReading& o, Text member, cvss::Score computed) {
  const auto stated = json_string(o.object, member);
  const std::string_view word = cvss::severity_schema_name(cvss::severity(computed));
  if (stated && *stated != word)
    c.fail(fmt::format("{}/{}", cvss_pointer(o), member),
           fmt::format("{} is {}, but a score of {:.1f} is {}", member, in_quotes(*stated), computed.value(), word),
           fmt::format("set {} to \"{}\"", member, word));
}

// Whether the environmental score of an object is 0: as stated, else computed; false if there is no vector.
bool has_environmental_zero(const CvssReading& o) {
  if (const auto stated = json_number(o.object, "environmentalScore")) return *stated == 0;
  return o.vector && o.scores.environmental.value() == 0;
}

}  // namespace

const std::vector<CvssReading>& Check::cvss() {
  if (readings) return *readings;
  std::vector<CvssReading>& out = readings.emplace();
  for (std::size_t v = 0; v < document.vulnerabilities.size(); ++v) {
    const auto& scores = document.vulnerabilities[v].scores;
    for (std::size_t s = 0; s < scores.size(); ++s) {
      if (scores[s].cvss_v2) out.push_back(read_cvss(*scores[s].cvss_v2, CvssReading::Member::v2, v, s));
      if (scores[s].cvss_v3) out.push_back(read_cvss(*scores[s].cvss_v3, CvssReading::Member::v3, v, s));
    }
  }
  return out;
}

void test_cvss_schema(Check& c) {
  if (c.schema_valid) return;
  for (const CvssReading& o : c.cvss()) {
    const bool second = o.kind == CvssReading::Member::v2;
    const bool thirty = json_string(o.object, "version").value_or("") == "3.0";
    const schema::Schema& schema = second ? c.state.cvss_v2 : thirty ? c.state.cvss_v30 : c.state.cvss_v31;
    for (const schema::Violation& v : schema.validate(o.object))
      c.fail(cvss_pointer(o) + v.instance, v.message,
             fmt::format("see {} in the schema of CVSS {}", v.keyword,
                         second   ? "2.0"
                         : thirty ? "3.0"
                                  : "3.1"));
  }
}

void test_cvss_computation(Check& c) {
  for (const CvssReading& o : c.cvss()) {
    if (!o.vector) continue;  // 6.1.8 says so
    const std::array computed = {o.scores.base, o.scores.temporal, o.scores.environmental};
    for (std::size_t i = 0; i < computed.size(); ++i) {
      if (o.states_score[i]) compare_score(c, o, kScoreMembers[i], computed[i]);
      if (o.states_severity[i]) compare_severity(c, o, kSeverityMembers[i], computed[i]);
    }
  }
}

void test_cvss_consistency(Check& c) {
  for (const CvssReading& o : c.cvss()) {
    const auto& v = o.vector;
    if (!v || !o.spells_metrics) continue;
    const auto metrics = cvss::metrics(v->version);
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const auto word = json_string(o.object, metrics[m].property);
      if (!word || v->chosen[m] < 0) continue;
      const Text meant = metrics[m].values[static_cast<std::size_t>(v->chosen[m])].word;
      if (*word != meant)
        c.fail(fmt::format("{}/{}", cvss_pointer(o), metrics[m].property),
               fmt::format("{} contradicts {} of the vector, which means \"{}\"", in_quotes(*word), metrics[m].key, meant),
               fmt::format("set {} to \"{}\"", metrics[m].property, meant));
    }
  }
}

void test_cvss_of_fixed_products(Check& c) {
  ProductMap<bool> scored(c.document);  // products scored, and whether one of the scores has an environmental score of 0
  auto reading = c.cvss().begin();      // in the order of the scores
  for (std::size_t v = 0; v < c.document.vulnerabilities.size(); ++v) {
    const Vulnerability& vulnerability = c.document.vulnerabilities[v];
    scored.clear();
    for (std::size_t s = 0; s < vulnerability.scores.size(); ++s) {
      const Score& one = vulnerability.scores[s];
      bool zero = false;
      for (; reading != c.cvss().end() && reading->vulnerability == v && reading->score == s; ++reading)
        zero = zero || has_environmental_zero(*reading);
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
