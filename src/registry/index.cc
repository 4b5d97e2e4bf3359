// The index. For each supporter the latest assessment up to the instant; for each control of the catalogue its row there, and whether the
// row may count: disputes first, then age, then class. What may not count is unknown, never a failure, so doubt widens the interval and
// cannot lift or lower a score. The sums are catalog::score's, exact in multiples of 1/4. One list of rows is reused for all supporters.
#include "registry/index.h"

#include <algorithm>
#include <unordered_map>

#include "registry/identity.h"

namespace entente::registry {
namespace {

using catalog::EvidenceClass;

class IndexMaker {
 public:
  IndexMaker(const State& state, const catalog::Catalog& catalog, const LedgerTimes& times, Instant at, const RecordTwins* twins)
      : state_(state), catalog_(catalog), times_(times), at_(at), twins_(twins) {
    sums_.resize(catalog.controls().size());
    never_.reserve(sums_.size());
    for (const catalog::Control& c : catalog.controls()) never_.push_back(c.not_applicable.en == "never");
  }

  SupporterIndex make(const Supporter& supporter) {
    SupporterIndex out;
    out.supporter = &supporter;
    latest(out);
    start_rows(out);
    if (out.assessment != nullptr) {
      out.other_rules = out.assessment->catalog != catalog_.digest() && out.assessment->catalog_version != catalog_.version();
      read_evidence(supporter, out.assessed_at);
      fill_rows(out);
    }
    judge_pledge(out);
    for (std::size_t i = 0; i < out.rows.size(); ++i) {
      sums_[i].control = out.rows[i].control;
      sums_[i].status = out.rows[i].counted;
      sums_[i].evidence_class = out.rows[i].evidence_class;
      sums_[i].weight = out.rows[i].weight;
    }
    out.principles = catalog::score(sums_);
    return out;
  }

 private:
  void latest(SupporterIndex& out) const {
    const SupporterDetail& detail = out.supporter->detail();
    for (auto leaf = detail.assessments.rbegin(); leaf != detail.assessments.rend(); ++leaf) {
      if (times_.at(*leaf) > at_) continue;
      const auto entry = state_.entry(*leaf);
      const auto found = entry ? state_.assessments().find(entry->envelope) : state_.assessments().end();
      if (found == state_.assessments().end()) continue;
      out.assessment = &found->second;
      out.assessed_at = times_.at(*leaf);
      out.questioned = entry->disposition == Disposition::questioned;
      return;
    }
  }

  // When the ledger last said of a piece of evidence that it was there, up to the assessment.
  void read_evidence(const Supporter& supporter, Instant until) {
    evidence_at_.clear();
    for (const EvidenceItem& item : supporter.detail().evidence) {
      if (times_.at(item.leaf) > until) continue;
      const auto [it, added] = evidence_at_.try_emplace(item.document, item.at);
      if (!added) it->second = std::max(it->second, item.at);
    }
  }

  void start_rows(SupporterIndex& out) const {
    const auto controls = catalog_.controls();
    out.rows.resize(controls.size());
    for (std::size_t c = 0; c < controls.size(); ++c) {
      out.rows[c].control = controls[c].id;
      out.rows[c].evidence_class = controls[c].evidence_class;
    }
  }

  // Principle 0 from the ledger; what an assessment says of these controls is not asked.
  void judge_pledge(SupporterIndex& out) const {
    for (IndexRow& row : out.rows) {
      if (row.control.principle() != 0) break;
      auto made = judge_identity(state_, *out.supporter, row.control, at_, twins_);
      if (!made) continue;
      row.finding = nullptr;
      row.evidence_at.reset();
      row.claimed = row.counted = made->status;
      row.leaves = std::move(made->leaves);
      row.ground = made->status == catalog::Status::not_assessed ? Ground::not_assessed : Ground::counted;
      row.weight = row.ground == Ground::counted ? catalog::index_weight(row.evidence_class) : 0;
    }
  }

  void fill_rows(SupporterIndex& out) {
    const auto controls = catalog_.controls();
    const auto& findings = out.assessment->controls;  // by id, as the catalogue's
    std::size_t f = 0;
    for (std::size_t c = 0; c < controls.size(); ++c) {
      for (; f < findings.size() && findings[f].control < controls[c].id; ++f) out.unknown.push_back(findings[f].control);
      IndexRow& row = out.rows[c];
      if (f == findings.size() || findings[f].control != controls[c].id) continue;
      row.finding = &findings[f];
      row.position = static_cast<std::uint32_t>(f++);
      row.claimed = row.finding->status;
    }
    for (; f < findings.size(); ++f) out.unknown.push_back(findings[f].control);
    attach_disputes(out);
    for (std::size_t c = 0; c < controls.size(); ++c)
      if (out.rows[c].finding != nullptr) judge(out, controls[c], never_[c], out.rows[c]);
  }

  void attach_disputes(SupporterIndex& out) const {
    for (const Digest& digest : out.supporter->detail().disputes) {
      const auto it = state_.disputes().find(digest);
      if (it == state_.disputes().end() || it->second.assessment != out.assessment->envelope || times_.at(it->second.leaf) > at_) continue;
      const auto id = catalog::ControlId::parse(it->second.control);
      if (!id) continue;
      const auto row =
          std::lower_bound(out.rows.begin(), out.rows.end(), *id, [](const IndexRow& r, auto want) { return r.control < want; });
      if (row != out.rows.end() && row->control == *id) row->disputes.push_back(&it->second);
    }
  }

  // As the dispute stood at the instant of the index.
  [[nodiscard]] DisputeState state_then(const Dispute& dispute) const {
    return dispute.decided && times_.at(*dispute.decided) <= at_ ? dispute.state : DisputeState::open;
  }

  [[nodiscard]] bool any_dispute(const IndexRow& row, DisputeState state) const {
    return std::any_of(row.disputes.begin(), row.disputes.end(), [&](const Dispute* d) { return state_then(*d) == state; });
  }

  void judge(const SupporterIndex& out, const catalog::Control& control, bool never, IndexRow& row) const {
    for (const Digest& digest : row.finding->evidence)
      if (const auto it = evidence_at_.find(digest); it != evidence_at_.end() && (!row.evidence_at || it->second < *row.evidence_at))
        row.evidence_at = it->second;
    row.ground = ground_of(out, control, never, row);
    if (row.ground == Ground::not_applicable || row.ground == Ground::declared || row.ground == Ground::counted) row.counted = row.claimed;
    if (row.ground == Ground::counted) row.weight = catalog::index_weight(control.evidence_class);
  }

  [[nodiscard]] Ground ground_of(const SupporterIndex& out, const catalog::Control& control, bool never, const IndexRow& row) const {
    if (row.claimed == catalog::Status::not_assessed) return Ground::not_assessed;
    if (any_dispute(row, DisputeState::upheld)) return Ground::struck;
    if (any_dispute(row, DisputeState::open)) return Ground::disputed;
    if (row.claimed == catalog::Status::not_applicable)
      return never && always_applies(out, control) ? Ground::never_excluded : Ground::not_applicable;
    if (control.evidence_class == EvidenceClass::declared) return Ground::declared;
    if (row.evidence_at && days_between(*row.evidence_at, out.assessed_at) > control.max_age_days) return Ground::too_old;
    if (days_between(out.assessed_at, at_) > control.max_age_days) return Ground::expired;
    if (catalog::index_weight(row.finding->evidence_class) < catalog::index_weight(control.evidence_class)) return Ground::weaker_class;
    return row.finding->weight > 0 ? Ground::counted : Ground::unreliable;
  }

  // By what the ledger knows of the supporter: roles beyond its category stand in the assessment's document only.
  [[nodiscard]] static bool always_applies(const SupporterIndex& out, const catalog::Control& control) {
    std::vector<std::string> roles;
    if (const auto category = out.supporter->identity.category) roles.emplace_back(name(*category));
    return control.applies_to(roles);
  }

  const State& state_;
  const catalog::Catalog& catalog_;
  const LedgerTimes& times_;
  Instant at_;
  const RecordTwins* const twins_;  // null: duplicates are not looked for
  std::vector<bool> never_;
  std::vector<catalog::Judgement> sums_;
  std::unordered_map<Digest, Instant> evidence_at_;
};

}  // namespace

std::string_view name(Ground ground) {
  constexpr std::array<std::string_view, kGrounds> names = {"counted",      "declared", "not-applicable", "never-excluded",
                                                            "not-assessed", "left-out", "unreliable",     "weaker-class",
                                                            "too-old",      "expired",  "disputed",       "struck"};
  return names[static_cast<std::size_t>(ground)];
}

void each_index(const State& state, const catalog::Catalog& catalog, Instant at, IndexScope scope,
                const std::function<void(SupporterIndex)>& take) {
  const LedgerTimes times(state);
  std::optional<RecordTwins> twins;
  if (scope == IndexScope::counting) twins.emplace(state);
  IndexMaker maker(state, catalog, times, at, twins ? &*twins : nullptr);
  for (const auto& [id, supporter] : state.supporters())
    if (counts(supporter.status) && (scope == IndexScope::counting || !supporter.detail().assessments.empty())) take(maker.make(supporter));
}

Index index_at(const State& state, const catalog::Catalog& catalog, Instant at) {
  Index out{.at = at,
            .ledger_time = state.ledger_time(),
            .ledger_size = state.next_leaf(),
            .catalog_version = catalog.version(),
            .catalog = catalog.digest()};
  each_index(state, catalog, at, IndexScope::counting, [&](SupporterIndex row) { out.supporters.push_back(std::move(row)); });
  return out;
}

std::optional<SupporterIndex> index_of(const State& state, const catalog::Catalog& catalog, const LedgerTimes& times, std::string_view id,
                                       Instant at, OtherRecords others) {
  const Supporter* supporter = state.supporter(id);
  if (supporter == nullptr || !counts(supporter->status)) return std::nullopt;
  std::optional<RecordTwins> twins;
  if (others == OtherRecords::looked_at) twins.emplace(state, *supporter);
  return IndexMaker(state, catalog, times, at, twins ? &*twins : nullptr).make(*supporter);
}

}  // namespace entente::registry
