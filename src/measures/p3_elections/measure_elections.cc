// The engine: its table of controls (finding_rules.cc), and the records of audits, read and re-checked once for all findings.
#include "measures/p3_elections/measure_elections.h"

#include <algorithm>

#include "measures/p3_elections/findings.h"

namespace entente::measures::p3_elections {

namespace {

bool has_evidence_for(const FindingRule& rule, const Bundle& bundle) {
  return std::all_of(rule.needs.begin(), rule.needs.end(), [&](FindingRule::Kinds any_of) {
    return std::any_of(any_of.begin(), any_of.end(), [&](std::string_view kind) { return !bundle.of_kind(kind).empty(); });
  });
}

class ElectionsMeasure final : public Measure {
 public:
  ElectionsMeasure() {
    for (const FindingRule& rule : finding_rules()) {
      controls_.push_back(rule.control);
      for (const FindingRule::Kinds any_of : rule.needs) add_kinds(any_of);
      add_kinds(rule.reads);
    }
  }

  std::string_view name() const override { return "elections"; }
  std::span<const ControlId> controls() const override { return controls_; }
  std::span<const std::string_view> evidence_kinds() const override { return kinds_; }

  std::vector<AnyOf> needs(ControlId control) const override {
    for (const FindingRule& rule : finding_rules())
      if (rule.control == control) return rule.needs;
    return {};
  }

  std::string_view command(ControlId control) const override {
    for (const FindingRule& rule : finding_rules())
      if (rule.control == control && !rule.command.empty()) return rule.command;
    return Measure::command(control);
  }

  Result<std::vector<Finding>> assess(const Profile& profile, const Bundle& bundle, Instant at, Progress& progress) const override {
    const std::vector<ReviewedRecord> records = review_records(bundle, progress);
    const FindingContext context{profile, bundle, records, !bundle.of_kind("elections.receipts").empty(), at, progress};
    std::vector<Finding> findings;
    for (const FindingRule& rule : finding_rules()) {
      if (!has_evidence_for(rule, bundle)) continue;
      Finding finding = rule.judge(context);
      finding.detail["standard"] = rule.standard;
      findings.push_back(std::move(finding));
    }
    return findings;
  }

 private:
  void add_kinds(FindingRule::Kinds kinds) {
    for (const std::string_view kind : kinds)
      if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) kinds_.push_back(kind);
  }

  std::vector<ControlId> controls_;
  std::vector<std::string_view> kinds_;
};

}  // namespace

const Measure& elections_measure() {
  static const ElectionsMeasure measure;
  return measure;
}

}  // namespace entente::measures::p3_elections
