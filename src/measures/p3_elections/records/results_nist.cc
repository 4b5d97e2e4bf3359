// NIST SP 1500-100 version 2 as JSON, and the step common to its JSON and XML: references between contests, candidates, parties and
// reporting units are followed, and one count of each choice and unit is made of the counts by way of voting. Ballots are given for the
// election there, not by contest, so the identity of votes and ballots cannot be checked.
#include <algorithm>

#include "core/json.h"
#include "measures/p3_elections/records/results_internal.h"

namespace entente::measures::p3_elections::records {

namespace {

constexpr std::size_t kErrMaxParts = 1'000'000;

// The first text of an InternationalizedText.
std::string err_text(JsonView object, std::string_view key) {
  if (const auto text = json_get(object, key))
    if (const auto all = json_array(*text, "Text"))
      for (const JsonView one : *all)
        if (const auto content = json_string(one, "Content")) return std::string(*content);
  return {};
}

std::string err_string(JsonView object, std::string_view key) { return std::string(json_string(object, key).value_or("")); }

std::vector<std::string> err_strings(JsonView object, std::string_view key) {
  std::vector<std::string> out;
  if (const auto all = json_array(object, key))
    for (const JsonView one : *all)
      if (const auto id = as_string(one)) out.emplace_back(*id);
  return out;
}

Result<std::optional<std::uint64_t>> err_count(JsonView object, std::string_view key, const JsonDocument& document,
                                               const std::string& pointer) {
  if (!json_get(object, key)) return std::nullopt;
  const auto value = json_number(object, key);
  if (!value || *value < 0 || *value > 9007199254740992.0 || *value != static_cast<double>(static_cast<std::uint64_t>(*value)))
    return fail("no count: " + std::string(key), document.where(pointer + '/' + std::string(key)), "a whole number that is not negative");
  return static_cast<std::uint64_t>(*value);
}

template <class Take>
Result<void> err_each(JsonView object, std::string_view key, const std::string& pointer, Take&& take) {
  const auto all = json_array(object, key);
  if (!all) return {};
  std::size_t i = 0;
  for (const JsonView one : *all) {
    ENTENTE_CHECK(take(one, pointer + '/' + std::string(key) + '/' + std::to_string(i)));
    ++i;
  }
  return {};
}

class ErrJson {
 public:
  explicit ErrJson(const JsonDocument& document) : document_(document) {}

  Result<ErrReport> read() {
    const JsonView root = document_.root();
    if (const auto type = json_string(root, "@type"); type != "ElectionResults.ElectionReport")
      return fail("no election report: @type is not ElectionResults.ElectionReport", document_.where(""));
    ENTENTE_CHECK(err_each(root, "GpUnit", "", [&](JsonView u, const std::string&) -> Result<void> {
      report_.units.push_back({.id = err_string(u, "@id"),
                               .name = err_text(u, "Name"),
                               .kind = err_string(u, "Type"),
                               .parts = err_strings(u, "ComposingGpUnitIds")});
      return {};
    }));
    ENTENTE_CHECK(err_each(root, "Party", "", [&](JsonView p, const std::string&) -> Result<void> {
      std::string name = err_text(p, "Abbreviation");
      report_.parties[err_string(p, "@id")] = name.empty() ? err_text(p, "Name") : std::move(name);
      return {};
    }));
    std::size_t elections = 0;
    ENTENTE_CHECK(err_each(root, "Election", "", [&](JsonView e, const std::string& pointer) -> Result<void> {
      if (++elections > 1) return fail("a second election in one report", document_.where(pointer), "one election to a file");
      return election(e, pointer);
    }));
    return std::move(report_);
  }

 private:
  Result<void> election(JsonView e, const std::string& pointer) {
    report_.election = err_text(e, "Name");
    report_.scope = err_string(e, "ElectionScopeId");
    ENTENTE_CHECK(err_each(e, "Candidate", pointer, [&](JsonView c, const std::string&) -> Result<void> {
      report_.candidates[err_string(c, "@id")] = err_text(c, "BallotName");
      return {};
    }));
    return err_each(e, "Contest", pointer, [&](JsonView c, const std::string& at) { return contest(c, at); });
  }

  Result<void> contest(JsonView c, const std::string& pointer) {
    ErrContest out;
    out.name = err_string(c, "Name");
    ENTENTE_TRY(const auto allowed, err_count(c, "VotesAllowed", document_, pointer));
    out.votes_allowed = static_cast<std::uint32_t>(std::min<std::uint64_t>(allowed.value_or(0), 1'000'000));
    ENTENTE_CHECK(err_each(c, "ContestSelection", pointer, [&](JsonView s, const std::string& at) -> Result<void> {
      ErrSelection selection{.candidates = err_strings(s, "CandidateIds"),
                             .parties = err_strings(s, "EndorsementPartyIds"),
                             .text = err_text(s, "Selection"),
                             .write_in = json_bool(s, "IsWriteIn").value_or(false),
                             .counts = {}};
      if (selection.candidates.empty() && selection.parties.empty()) selection.parties = err_strings(s, "PartyIds");
      ENTENTE_CHECK(err_each(s, "VoteCounts", at, [&](JsonView v, const std::string& place) -> Result<void> {
        ENTENTE_TRY(const auto votes, err_count(v, "Count", document_, place));
        if (!votes) return fail("a vote count without its Count", document_.where(place));
        std::string way = err_string(v, "Type");
        if (json_get(v, "DeviceClass")) way += "/device";
        if (way != "seats")
          selection.counts.push_back({.unit = err_string(v, "GpUnitId"), .way = std::move(way), .votes = *votes, .line = 0});
        return {};
      }));
      out.selections.push_back(std::move(selection));
      return {};
    }));
    ENTENTE_CHECK(err_each(c, "OtherCounts", pointer, [&](JsonView o, const std::string& place) -> Result<void> {
      if (json_get(o, "DeviceClass")) return {};  // of one kind of machine only
      ErrOther other{.unit = err_string(o, "GpUnitId"), .overvotes = {}, .undervotes = {}, .line = 0};
      ENTENTE_TRY(other.overvotes, err_count(o, "Overvotes", document_, place));
      ENTENTE_TRY(other.undervotes, err_count(o, "Undervotes", document_, place));
      out.others.push_back(std::move(other));
      return {};
    }));
    report_.contests.push_back(std::move(out));
    return {};
  }

  const JsonDocument& document_;
  ErrReport report_;
};

class ErrBuilder {
 public:
  ErrBuilder(const ErrReport& report, std::string name) : report_(report) {
    results_.file = std::move(name);
    results_.format = "NIST SP 1500-100 v2";
    results_.title = report.election;
  }

  Result<ReportedResults> build() {
    ENTENTE_CHECK(units());
    for (const ErrContest& contest : report_.contests) ENTENTE_CHECK(take(contest));
    return std::move(results_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> stop(std::string what, std::uint64_t line = 0) const {
    Where where{.file = results_.file};
    if (line != 0) where.line = line;
    return fail(std::move(what), std::move(where));
  }

  Result<void> units() {
    for (const ErrUnit& unit : report_.units) {
      if (unit.id.empty()) return stop("a reporting unit without an id");
      std::uint32_t index = kWholeUnit;
      if (unit.id != report_.scope) {
        const std::size_t before = results_.units.size();
        // Names need not be unique (wards of two towns): then the id tells them apart.
        index = results_.unit_of(unit.name.empty() ? unit.id : unit.name, unit.kind);
        if (results_.units.size() == before) index = results_.unit_of(unit.name + " (" + unit.id + ')', unit.kind);
        if (results_.units.size() == before) return stop("a reporting unit that comes twice: " + unit.id);
      }
      if (!units_.try_emplace(unit.id, index).second) return stop("a reporting unit that comes twice: " + unit.id);
    }
    std::size_t parts = 0;
    for (const ErrUnit& unit : report_.units) {
      std::vector<std::uint32_t>& to = results_.units[units_.at(unit.id)].parts;
      for (const std::string& id : unit.parts) {
        const auto part = units_.find(id);
        if (part == units_.end()) return stop("reporting unit " + unit.id + " is made of " + id + ", which there is none of");
        if (++parts > kErrMaxParts) return stop("more than a million parts of reporting units");
        if (part->second == kWholeUnit) return stop("reporting unit " + unit.id + " is made of the whole");
        to.push_back(part->second);
      }
      std::ranges::sort(to);
      to.erase(std::ranges::unique(to).begin(), to.end());
    }
    return {};
  }

  Result<std::uint32_t> unit(const std::string& id, std::uint64_t line) const {
    if (id == report_.scope) return kWholeUnit;
    const auto found = units_.find(id);
    if (found == units_.end()) return stop("a count of the reporting unit " + id + ", which there is none of", line);
    return found->second;
  }

  // "Ada Example / Ben Example" of a ticket.
  Result<std::string> choice_name(const ErrSelection& selection) const {
    const auto joined = [&](const std::vector<std::string>& ids,
                            const std::unordered_map<std::string, std::string>& names) -> Result<std::string> {
      std::string out;
      for (const std::string& id : ids) {
        const auto found = names.find(id);
        if (found == names.end()) return stop("a choice refers to " + id + ", which there is none of");
        out += (out.empty() ? "" : " / ") + (found->second.empty() ? id : found->second);
      }
      return out;
    };
    if (!selection.text.empty()) return selection.text;
    if (!selection.candidates.empty()) return joined(selection.candidates, report_.candidates);
    if (!selection.parties.empty()) return joined(selection.parties, report_.parties);
    if (selection.write_in) return std::string("Write-in");
    return stop("a choice without candidates, parties or a text");
  }

  Result<void> take(const ErrContest& contest) {
    if (results_.contest(contest.name) != nullptr) return stop("a contest that comes twice: " + contest.name);
    results_.contest_of(contest.name).votes_allowed = contest.votes_allowed;
    ReportedContest& out = results_.contests.back();
    if (contest.selections.size() > kMaxResultsChoices) return stop("too many choices: " + contest.name);
    for (const ErrSelection& selection : contest.selections) {
      ENTENTE_TRY(const std::string name, choice_name(selection));
      const std::size_t before = out.choices.size();
      const std::uint32_t choice = ReportedResults::choice_of(out, name);
      if (out.choices.size() == before) return stop("a choice that comes twice: " + contest.name + ", " + name);
      out.choices[choice].write_in = selection.write_in;
      if (!selection.parties.empty())
        if (const auto party = report_.parties.find(selection.parties.front()); party != report_.parties.end())
          out.choices[choice].party = party->second;
      for (const ErrCount& count : selection.counts) {
        ENTENTE_TRY(const std::uint32_t index, unit(count.unit, count.line));
        ways_.add(index, count.way, count.votes, count.line);
      }
      ways_.finish(results_, out, choice);
    }
    for (const ErrOther& other : contest.others) {
      ENTENTE_TRY(const std::uint32_t index, unit(other.unit, other.line));
      out.totals.push_back(
          {.unit = index, .ballots = {}, .undervotes = other.undervotes, .overvotes = other.overvotes, .line = other.line});
    }
    return {};
  }

  const ErrReport& report_;
  ReportedResults results_;
  std::unordered_map<std::string, std::uint32_t> units_;
  CountsByWay ways_;
};

}  // namespace

Result<ReportedResults> err_results(const ErrReport& report, std::string name) { return ErrBuilder(report, std::move(name)).build(); }

Result<ReportedResults> parse_results_json(std::string_view text, std::string name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = kMaxResultsBytes}));
  ENTENTE_TRY(const ErrReport report, ErrJson(document).read());
  return err_results(report, std::move(name));
}

}  // namespace entente::measures::p3_elections::records
