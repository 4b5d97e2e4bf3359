// SP 1500-103 as JSON: the same classes as the XML, with "@id" for ObjectId and lists where elements repeat.
#include <fmt/format.h>

#include "core/json.h"
#include "core/utf8.h"
#include "measures/p3_elections/records/cvr_nist.h"

namespace entente::measures::p3_elections::records {

namespace {

std::string nist_string(JsonView object, std::string_view key) {
  if (const auto number = json_int(object, key)) return fmt::format("{}", *number);
  return std::string(json_string(object, key).value_or(""));
}

// 0 where absent; an error would be a negative one or one beyond all counts.
std::uint64_t nist_count(JsonView object, std::string_view key, bool& bad) {
  const auto value = json_int(object, key);
  if (!value) {
    bad |= json_get(object, key).has_value();
    return 0;
  }
  bad |= *value < 0 || *value > 1'000'000;
  return *value < 0 ? 0 : static_cast<std::uint64_t>(*value);
}

template <class Take>
void nist_each(JsonView object, std::string_view key, const Take& take) {
  if (const auto list = json_array(object, key))
    for (const JsonView element : *list) take(element);
}

class NistJson {
 public:
  NistJson(NistCards& cards, NistNames& names, const JsonDocument& document) : cards_(cards), names_(names), document_(document) {}

  Result<void> report() {
    const JsonView root = document_.root();
    nist_each(root, "Election", [&](JsonView e) { election(e); });
    const auto list = json_array(root, "CVR");
    if (!list) return json_get(root, "CVR") ? fail("CVR is no list", document_.where("/CVR")) : Result<void>{};
    std::uint64_t ordinal = 0;
    for (const JsonView element : *list) {
      ++ordinal;
      bad_ = false;
      const NistCvr cvr = this->cvr(element);
      Where where{.file = document_.name(), .pointer = fmt::format("/CVR/{}", ordinal - 1)};
      if (bad_) return fail("a number that cannot stand there", document_.where(where.pointer));
      ENTENTE_CHECK(cards_.add(cvr, ordinal, where));
    }
    return {};
  }

 private:
  NistCvr cvr(JsonView e) {
    NistCvr out{.audit_id = nist_string(e, "BallotAuditId"),
                .printed_id = nist_string(e, "BallotPrePrintedId"),
                .sheet_id = nist_string(e, "BallotSheetId"),
                .style = nist_string(e, "BallotStyleId"),
                .style_unit = nist_string(e, "BallotStyleUnitId"),
                .batch = nist_string(e, "BatchId"),
                .sequence = nist_string(e, "BatchSequenceId"),
                .device = nist_string(e, "CreatingDeviceId"),
                .current = nist_string(e, "CurrentSnapshotId"),
                .unique_id = nist_string(e, "UniqueId")};
    nist_each(e, "CVRSnapshot", [&](JsonView s) {
      NistSnapshot& snapshot = out.snapshots.emplace_back();
      snapshot.id = nist_string(s, "@id");
      nist_each(s, "CVRContest", [&](JsonView c) { snapshot.contests.push_back(contest(c)); });
    });
    return out;
  }

  NistCvrContest contest(JsonView e) {
    NistCvrContest out{.id = nist_string(e, "ContestId"), .overvotes = nist_count(e, "Overvotes", bad_)};
    nist_each(e, "Status", [&](JsonView s) {
      out.overvoted |= as_string(s) == "overvoted";
      out.invalidated |= as_string(s) == "invalidated-rules";
    });
    nist_each(e, "CVRContestSelection", [&](JsonView s) { out.selections.push_back(selection(s)); });
    return out;
  }

  NistSelection selection(JsonView e) {
    NistSelection out{.id = nist_string(e, "ContestSelectionId"), .rank = nist_count(e, "Rank", bad_)};
    if (json_get(e, "TotalNumberVotes")) out.total = nist_count(e, "TotalNumberVotes", bad_);
    nist_each(e, "SelectionPosition", [&](JsonView p) {
      NistPosition& position = out.positions.emplace_back();
      position.indicated = json_string(p, "HasIndication") == "yes";
      if (const auto allocable = json_string(p, "IsAllocable"))
        position.allocable = *allocable == "yes"  ? NistPosition::Allocable::yes
                             : *allocable == "no" ? NistPosition::Allocable::no
                                                  : NistPosition::Allocable::unknown;
      if (json_get(p, "NumberVotes")) position.votes = nist_count(p, "NumberVotes", bad_);
      position.rank = nist_count(p, "Rank", bad_);
      position.write_in = json_get(p, "CVRWriteIn").has_value();
    });
    return out;
  }

  void election(JsonView e) {
    if (const std::string name = nist_string(e, "Name"); !name.empty()) names_.election = name;
    nist_each(e, "Candidate", [&](JsonView c) { names_.candidates[nist_string(c, "@id")] = nist_string(c, "Name"); });
    nist_each(e, "Contest", [&](JsonView c) {
      NistContest& contest = names_.contests[nist_string(c, "@id")];
      bool bad = false;
      contest.name = nist_string(c, "Name");
      contest.variation = nist_string(c, "VoteVariation");
      contest.votes_allowed = nist_count(c, "VotesAllowed", bad);
      nist_each(c, "ContestSelection", [&](JsonView s) {
        NistChoice& choice = contest.choices[nist_string(s, "@id")];
        choice.text = nist_string(s, "Selection");
        choice.write_in = json_bool(s, "IsWriteIn").value_or(false);
        for (const std::string_view key : {"CandidateIds", "PartyIds"})
          nist_each(s, key, [&](JsonView id) { choice.candidates.emplace_back(as_string(id).value_or("")); });
      });
    });
  }

  NistCards& cards_;
  NistNames& names_;
  const JsonDocument& document_;
  bool bad_ = false;
};

}  // namespace

Result<void> read_nist_json(CvrBuilder& b, NistCards& cards, NistNames& names, const std::string& name, std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(bytes, name, {.max_bytes = std::uint64_t{4} << 30, .max_depth = 32}));
  b.add_file(name);
  if (b.report.version.empty()) b.report.version = nist_string(document.root(), "Version");
  return NistJson(cards, names, document).report();
}

}  // namespace entente::measures::p3_elections::records
