// Four shapes, told apart by the key at the top. The three that name candidates go through one reader of assertions with two spellings of
// its keys; "already eliminated" becomes the set of those that continue, so the candidates of a contest must be known first: from the
// caller, from the document's own list, or, failing these, from everything it mentions.
#include "measures/p3_elections/irv/assertions_json.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <charconv>

#include "core/json.h"

namespace entente::measures::p3_elections::irv {
namespace {

struct AssertionKeys {
  std::string_view winner, loser, eliminated;
};
constexpr AssertionKeys kShangrlaKeys{"winner", "loser", "already_eliminated"};
constexpr AssertionKeys kIrvAuditKeys{"Winner", "Loser", "Already-Eliminated"};

// A number that may be written as a text.
std::optional<double> loose_number(JsonView object, std::string_view key) {
  if (const auto number = json_number(object, key)) return number;
  const auto text = json_string(object, key);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (ec != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

class ContestReader {
 public:
  ContestReader(const JsonDocument& document, PublishedAssertions& out) : document_(document), out_(out) {}

  // The index of a name; a new one is added where the candidates are not complete.
  Result<Candidate> candidate(std::string_view name, const std::string& pointer) {
    const auto it = std::ranges::find(out_.candidates, name);
    if (it != out_.candidates.end()) return static_cast<Candidate>(it - out_.candidates.begin());
    if (out_.candidates_complete)
      return fail(fmt::format("\"{}\" is no candidate of the contest{}{}", name, out_.contest.empty() ? "" : " ", out_.contest),
                  place(pointer));
    if (out_.candidates.size() >= kMaxCandidates) return fail("more than 64 candidates in one contest", place(pointer));
    out_.candidates.emplace_back(name);
    return static_cast<Candidate>(out_.candidates.size() - 1);
  }

  // All names an array (or "") holds.
  Result<CandidateSet> candidate_set(JsonView object, std::string_view key, const std::string& pointer) {
    const std::string here = pointer + "/" + pointer_segment(key);
    CandidateSet set = 0;
    if (const auto text = json_string(object, key); text && text->empty()) return set;
    const auto list = json_array(object, key);
    if (!list) return fail("a list of candidates is expected, or an empty text", place(here));
    for (const JsonView name : *list) {
      const auto text = as_string(name);
      if (!text) return fail("a candidate's name is expected", place(here));
      ENTENTE_TRY(const Candidate c, candidate(*text, here));
      set |= set_of(c);
    }
    return set;
  }

  Result<void> assertions(JsonView list, const AssertionKeys& keys, const std::string& pointer) {
    const auto array = as_array(list);
    if (!array) return fail("a list of assertions is expected", place(pointer));
    std::vector<CandidateSet> eliminated;
    std::size_t at = 0;
    for (const JsonView item : *array) {
      const std::string here = fmt::format("{}/{}", pointer, at++);
      ENTENTE_TRY(const Assertion a, assertion(item, keys, here));
      ENTENTE_TRY(const CandidateSet gone, candidate_set(item, keys.eliminated, here));
      if (contains(gone, a.winner) || contains(gone, a.loser))
        return fail("the winner or loser of an assertion is among those already eliminated", place(here));
      if (a.kind == AssertionKind::not_eliminated_before && gone != 0)
        return fail("a \"winner only\" assertion holds whoever is eliminated; it cannot have a list of them", place(here));
      out_.assertions.push_back(a);
      out_.difficulties.push_back(loose_number(item, "difficulty"));
      eliminated.push_back(gone);
    }
    // Only now all candidates are known.
    const CandidateSet all = all_of(static_cast<unsigned>(out_.candidates.size()));
    for (std::size_t i = 0; i < eliminated.size(); ++i)
      if (out_.assertions[i].kind == AssertionKind::not_eliminated_next) out_.assertions[i].continuing = all & ~eliminated[i];
    return {};
  }

  [[nodiscard]] Where place(const std::string& pointer) const { return document_.where(pointer); }

 private:
  Result<Assertion> assertion(JsonView item, const AssertionKeys& keys, const std::string& here) {
    const auto winner = json_string(item, keys.winner);
    const auto loser = json_string(item, keys.loser);
    if (!winner || !loser) return fail("an assertion needs a winner and a loser", place(here));
    Assertion out;
    ENTENTE_TRY(out.winner, candidate(*winner, here));
    ENTENTE_TRY(out.loser, candidate(*loser, here));
    if (out.winner == out.loser) return fail("an assertion has the same winner and loser", place(here));
    const std::string_view type = json_string(item, "assertion_type").value_or("");
    const std::string_view only = json_string(item, "Winner-Only").value_or("");
    if (type == "IRV_ELIMINATION" || only == "false")
      out.kind = AssertionKind::not_eliminated_next;
    else if (type != "WINNER_ONLY" && only != "true" && !json_bool(item, "Winner-Only").value_or(false))
      return fail("an assertion is neither \"winner only\" nor \"IRV elimination\"", place(here));
    return out;
  }

  const JsonDocument& document_;
  PublishedAssertions& out_;
};

void give_candidates(PublishedAssertions& out, const CandidatesOf& candidates) {
  if (!candidates) return;
  out.candidates = candidates(out.contest);
  out.candidates_complete = !out.candidates.empty();
}

Result<PublishedAssertions> raire_contest_json(const JsonDocument& document, JsonView audit, const std::string& pointer,
                                               const CandidatesOf& candidates) {
  PublishedAssertions out;
  out.contest = std::string(json_string(audit, "contest").value_or(""));
  if (const auto number = json_int(audit, "contest")) out.contest = std::to_string(*number);
  give_candidates(out, candidates);
  if (out.candidates.size() > kMaxCandidates) return fail("more than 64 candidates in one contest", document.where(pointer));
  ContestReader reader(document, out);
  const auto winner = json_string(audit, "winner");
  if (!winner) return fail("a contest without a winner", document.where(pointer));
  ENTENTE_TRY(out.winner, reader.candidate(*winner, pointer + "/winner"));
  if (json_get(audit, "eliminated")) ENTENTE_CHECK(reader.candidate_set(audit, "eliminated", pointer));
  out.expected_polls = loose_number(audit, "Expected Polls (#)");
  const auto list = json_get(audit, "assertions");
  if (!list) return fail("a contest without assertions", document.where(pointer));
  ENTENTE_CHECK(reader.assertions(*list, kShangrlaKeys, pointer + "/assertions"));
  return out;
}

Result<PublishedAssertions> shangrla_contest_json(const JsonDocument& document, std::string_view id, JsonView contest,
                                                  const std::string& pointer, const CandidatesOf& candidates) {
  PublishedAssertions out;
  out.contest = std::string(id);
  give_candidates(out, candidates);
  ContestReader reader(document, out);
  if (json_get(contest, "candidates")) {
    ENTENTE_CHECK(reader.candidate_set(contest, "candidates", pointer));
    out.candidates_complete = true;
  }
  if (out.candidates.size() > kMaxCandidates) return fail("more than 64 candidates in one contest", document.where(pointer));
  if (json_get(contest, "reported_winners")) {
    ENTENTE_TRY(const CandidateSet winners, reader.candidate_set(contest, "reported_winners", pointer));
    if (std::popcount(winners) != 1) return fail("an instant-runoff contest has one winner", document.where(pointer + "/reported_winners"));
    out.winner = static_cast<Candidate>(std::countr_zero(winners));
  }
  if (const auto list = json_get(contest, "assertion_json"))
    ENTENTE_CHECK(reader.assertions(*list, kShangrlaKeys, pointer + "/assertion_json"));
  return out;
}

Result<Candidate> raire_rs_index(const JsonDocument& document, JsonView view, std::uint64_t count, const std::string& pointer) {
  std::uint64_t c = 0;
  if (view.get(c) != simdjson::SUCCESS || c >= count) return fail("a candidate's number is expected", document.where(pointer));
  return static_cast<Candidate>(c);
}

Result<Assertion> raire_rs_assertion(const JsonDocument& document, JsonView item, std::uint64_t count, const std::string& here) {
  const auto winner = json_get(item, "winner");
  const auto loser = json_get(item, "loser");
  const std::string_view type = json_string(item, "type").value_or("");
  if (!winner || !loser || (type != "NEB" && type != "NEN"))
    return fail("an assertion needs a type NEB or NEN, a winner and a loser", document.where(here));
  Assertion out;
  ENTENTE_TRY(out.winner, raire_rs_index(document, *winner, count, here + "/winner"));
  ENTENTE_TRY(out.loser, raire_rs_index(document, *loser, count, here + "/loser"));
  if (out.winner == out.loser) return fail("an assertion has the same winner and loser", document.where(here));
  if (type == "NEB") return out;
  out.kind = AssertionKind::not_eliminated_next;
  const auto continuing = json_array(item, "continuing");
  if (!continuing) return fail("a NEN assertion needs the candidates that continue", document.where(here));
  for (const JsonView c : *continuing) {
    ENTENTE_TRY(const Candidate index, raire_rs_index(document, c, count, here + "/continuing"));
    out.continuing |= set_of(index);
  }
  if (!contains(out.continuing, out.winner) || !contains(out.continuing, out.loser))
    return fail("the winner or loser of an assertion is not among those that continue", document.where(here));
  return out;
}

Result<PublishedAssertions> raire_rs_solution(const JsonDocument& document, JsonView solution) {
  PublishedAssertions out;
  if (const auto metadata = json_get(document.root(), "metadata"))
    if (const auto list = json_array(*metadata, "candidates"))
      for (const JsonView n : *list) out.candidates.emplace_back(as_string(n).value_or(""));
  if (const auto error = json_get(solution, "Err")) {
    out.refusal = json_compact(to_json(*error));
    out.candidates_complete = !out.candidates.empty();
    return out;
  }
  const auto ok = json_get(solution, "Ok");
  if (!ok) return fail("a solution is \"Ok\" or \"Err\"", document.where("/solution"));
  const std::int64_t given = json_int(*ok, "num_candidates").value_or(static_cast<std::int64_t>(out.candidates.size()));
  if (given < 1 || given > static_cast<std::int64_t>(kMaxCandidates))
    return fail("the number of candidates is not between 1 and 64", document.where("/solution/Ok/num_candidates"));
  const auto count = static_cast<std::uint64_t>(given);
  if (out.candidates.size() != count) {
    out.candidates.clear();
    for (std::uint64_t i = 0; i < count; ++i) out.candidates.push_back(std::to_string(i));
  }
  out.candidates_complete = true;
  if (const auto winner = json_get(*ok, "winner")) {
    ENTENTE_TRY(out.winner, raire_rs_index(document, *winner, count, "/solution/Ok/winner"));
  }
  out.expected_polls = json_number(*ok, "difficulty");
  const auto list = json_array(*ok, "assertions");
  if (!list) return fail("a solution without assertions", document.where("/solution/Ok"));
  std::size_t at = 0;
  for (const JsonView item : *list) {
    const std::string here = fmt::format("/solution/Ok/assertions/{}", at++);
    const auto inner = json_get(item, "assertion");
    if (!inner) return fail("an entry without an assertion", document.where(here));
    ENTENTE_TRY(const Assertion a, raire_rs_assertion(document, *inner, count, here + "/assertion"));
    out.assertions.push_back(a);
    out.difficulties.push_back(json_number(item, "difficulty"));
  }
  return out;
}

Result<PublishedAssertions> irv_audit_assertions(const JsonDocument& document, JsonView list, const CandidatesOf& candidates) {
  PublishedAssertions out;
  give_candidates(out, candidates);
  if (out.candidates.size() > kMaxCandidates) return fail("more than 64 candidates in one contest", document.where(""));
  out.expected_polls = loose_number(document.root(), "Expected Polls");
  ContestReader reader(document, out);
  ENTENTE_CHECK(reader.assertions(list, kIrvAuditKeys, "/Assertions"));
  return out;
}

// Logs of audits hold the seed as a number of 20 digits and more, which our JSON refuses. It is not wanted here: integers of 19 digits and
// more become 0, blanks filling their place so that errors still point right.
std::string without_long_integers(std::string_view text) {
  std::string out(text);
  bool in_string = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (in_string) {
      if (out[i] == '\\') ++i;
      if (i < out.size() && out[i] == '"') in_string = false;
    } else if (out[i] == '"') {
      in_string = true;
    } else if (out[i] >= '1' && out[i] <= '9') {
      std::size_t end = i;
      while (end < out.size() && out[end] >= '0' && out[end] <= '9') ++end;
      const bool fraction = end < out.size() && (out[end] == '.' || out[end] == 'e' || out[end] == 'E');
      const bool digits_before = i > 0 && (out[i - 1] == '.' || out[i - 1] == '0' || out[i - 1] == '+');
      if (end - i >= 19 && !fraction && !digits_before) {
        out[i] = '0';
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(i) + 1, out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
      }
      i = end - 1;
    }
  }
  return out;
}

}  // namespace

Result<std::vector<PublishedAssertions>> read_assertions(std::string_view text, std::string name, const CandidatesOf& candidates) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(without_long_integers(text), std::move(name), {.max_depth = 32}));
  const JsonView root = document.root();
  std::vector<PublishedAssertions> out;
  if (const auto audits = json_array(root, "audits")) {
    std::size_t at = 0;
    for (const JsonView audit : *audits) {
      ENTENTE_TRY(auto contest, raire_contest_json(document, audit, fmt::format("/audits/{}", at++), candidates));
      out.push_back(std::move(contest));
    }
  } else if (const auto contests = json_object(root, "contests")) {
    for (const auto& [id, contest] : *contests) {
      ENTENTE_TRY(auto read, shangrla_contest_json(document, id, contest, "/contests/" + pointer_segment(id), candidates));
      out.push_back(std::move(read));
    }
  } else if (const auto solution = json_get(root, "solution")) {
    ENTENTE_TRY(auto read, raire_rs_solution(document, *solution));
    out.push_back(std::move(read));
  } else if (const auto list = json_get(root, "Assertions")) {
    ENTENTE_TRY(auto read, irv_audit_assertions(document, *list, candidates));
    out.push_back(std::move(read));
  } else {
    return fail("no assertions: none of \"audits\", \"contests\", \"solution\", \"Assertions\" is there", document.where(""));
  }
  return out;
}

std::string write_assertions(const GroupedRankings& rankings, Candidate winner, std::span<const RatedAssertion> assertions,
                             double difficulty) {
  Json list = Json::array();
  for (const RatedAssertion& r : assertions) {
    const Assertion& a = r.assertion;
    Json item = {{"type", a.kind == AssertionKind::not_eliminated_before ? "NEB" : "NEN"}, {"winner", a.winner}, {"loser", a.loser}};
    if (a.kind == AssertionKind::not_eliminated_next) {
      Json continuing = Json::array();
      for (CandidateSet rest = a.continuing; rest != 0; rest &= rest - 1) continuing.push_back(std::countr_zero(rest));
      item["continuing"] = std::move(continuing);
    }
    list.push_back({{"assertion", std::move(item)}, {"difficulty", r.difficulty}, {"margin", r.margin()}});
  }
  Json out;
  if (!rankings.names.empty()) out["metadata"]["candidates"] = rankings.names;
  out["solution"]["Ok"] = {
      {"assertions", std::move(list)}, {"difficulty", difficulty}, {"winner", winner}, {"num_candidates", rankings.candidates}};
  return json_pretty(out);
}

}  // namespace entente::measures::p3_elections::irv
