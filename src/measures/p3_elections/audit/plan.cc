// Reading and writing audit.json. Every member is asked for by name and what was not asked for is refused, so that a misspelt member cannot
// change an audit in silence.
#include "measures/p3_elections/audit/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/file.h"
#include "core/utf8.h"
#include "measures/p3_elections/risk/kaplan_markov.h"

namespace entente::measures::p3_elections::audit {

using risk::ChoiceFunction;

namespace {

constexpr std::string_view kPlanFormat = "entente election audit/1";
constexpr std::size_t kMaxNameBytes = 300;

template <class T>
struct PlanWord {
  std::string_view word;
  T value;
};
constexpr PlanWord<Method> kMethods[] = {{"card_comparison", Method::card_comparison},
                                         {"ballot_polling", Method::ballot_polling},
                                         {"batch_comparison", Method::batch_comparison}};
constexpr PlanWord<Test> kTests[] = {{"betting", Test::betting},
                                     {"kaplan_markov", Test::kaplan_markov},
                                     {"alpha", Test::alpha},
                                     {"bravo", Test::bravo},
                                     {"macro", Test::macro}};
constexpr PlanWord<Sampler> kSamplers[] = {
    {"cryptorandom", Sampler::cryptorandom}, {"colorado", Sampler::colorado}, {"colorado_error", Sampler::colorado_error}};
constexpr PlanWord<ChoiceFunction> kKinds[] = {{"plurality", ChoiceFunction::plurality},
                                               {"approval", ChoiceFunction::approval},
                                               {"supermajority", ChoiceFunction::supermajority},
                                               {"score", ChoiceFunction::score},
                                               {"borda", ChoiceFunction::borda},
                                               {"star", ChoiceFunction::star},
                                               {"irv", ChoiceFunction::irv},
                                               {"threshold", ChoiceFunction::threshold},
                                               {"runoff", ChoiceFunction::runoff}};

template <class T, std::size_t N>
std::string_view plan_word(const PlanWord<T> (&words)[N], T value) {
  for (const auto& w : words)
    if (w.value == value) return w.word;
  return "";
}

template <class T, std::size_t N>
std::string plan_words(const PlanWord<T> (&words)[N]) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : ", ") + std::string(w.word);
  return out;
}

// An object of the document with the members taken from it so far.
class PlanObject {
 public:
  PlanObject(const JsonDocument& document, std::string pointer, JsonView view)
      : document_(document), pointer_(std::move(pointer)), view_(view) {}

  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view key, std::string what, std::string hint = {}) const {
    return fail(std::move(what), document_.where(key.empty() ? pointer_ : pointer_ + "/" + pointer_segment(key)), std::move(hint));
  }
  [[nodiscard]] bool has(std::string_view key) const { return json_get(view_, key).has_value(); }

  Result<std::string> text(std::string_view key, std::size_t max = kMaxNameBytes) {
    taken_.insert(std::string(key));
    const auto value = json_string(view_, key);
    if (!value) return refuse(key, fmt::format("\"{}\" must be a text", key));
    if (value->empty() || value->size() > max) return refuse(key, fmt::format("\"{}\" must have 1 to {} bytes", key, max));
    if (printable(*value, value->size() + 1) != *value) return refuse(key, fmt::format("\"{}\" holds a character that does not show", key));
    if (value->front() == ' ' || value->back() == ' ') return refuse(key, fmt::format("\"{}\" has a blank at its end", key));
    return std::string(*value);
  }
  Result<std::uint64_t> count(std::string_view key, std::uint64_t least, std::uint64_t most) {
    taken_.insert(std::string(key));
    const auto value = json_int(view_, key);
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < least || static_cast<std::uint64_t>(*value) > most)
      return refuse(key, fmt::format("\"{}\" must be a whole number from {} to {}", key, least, most));
    return static_cast<std::uint64_t>(*value);
  }
  template <class T, std::size_t N>
  Result<T> word(std::string_view key, const PlanWord<T> (&words)[N]) {
    ENTENTE_TRY(const std::string value, text(key));
    for (const auto& w : words)
      if (w.word == value) return w.value;
    return refuse(key, fmt::format("\"{}\" is none of: {}", printable(value, 60), plan_words(words)));
  }
  Result<std::vector<PlanObject>> objects(std::string_view key, std::size_t most) {
    ENTENTE_TRY(const auto values, array(key, most));
    std::vector<PlanObject> out;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!as_object(values[i])) return refuse(key, fmt::format("\"{}\" must hold objects", key));
      out.emplace_back(document_, fmt::format("{}/{}/{}", pointer_, key, i), values[i]);
    }
    return out;
  }
  Result<std::vector<std::string>> texts(std::string_view key, std::size_t most) {
    ENTENTE_TRY(const auto values, array(key, most));
    std::vector<std::string> out;
    for (const JsonView v : values) {
      const auto value = as_string(v);
      if (!value || value->empty()) return refuse(key, fmt::format("\"{}\" must hold texts", key));
      out.emplace_back(*value);
    }
    if (std::set<std::string>(out.begin(), out.end()).size() != out.size()) return refuse(key, fmt::format("\"{}\" names one twice", key));
    return out;
  }
  // Error: a member nobody took.
  [[nodiscard]] Result<void> closed() const {
    const auto object = as_object(view_);
    for (const auto& [key, value] : *object)
      if (!taken_.contains(std::string(key))) return refuse(key, fmt::format("unknown member \"{}\"", printable(key, 60)));
    return {};
  }

 private:
  Result<std::vector<JsonView>> array(std::string_view key, std::size_t most) {
    taken_.insert(std::string(key));
    const auto values = json_array(view_, key);
    if (!values) return refuse(key, fmt::format("\"{}\" must be a list", key));
    std::vector<JsonView> out;
    for (const JsonView v : *values) out.push_back(v);
    if (out.size() > most) return refuse(key, fmt::format("\"{}\" has more than {} members", key, most));
    return out;
  }

  const JsonDocument& document_;
  std::string pointer_;
  JsonView view_;
  std::set<std::string> taken_;
};

// A decimal "0.05" with at most eight places.
Result<std::uint64_t> plan_decimal(const PlanObject& object, std::string_view key, const std::string& text) {
  const auto value = risk::parse_e8(text);
  if (!value) return object.refuse(key, fmt::format("\"{}\" must be a decimal such as \"0.05\", with at most eight places", key));
  return *value;
}

Result<std::uint32_t> choice_named(const PlanObject& object, std::string_view key, const std::vector<std::string>& choices,
                                   const std::string& name) {
  const auto found = std::find(choices.begin(), choices.end(), name);
  if (found == choices.end()) return object.refuse(key, fmt::format("\"{}\" is no choice of the contest", printable(name, 100)));
  return static_cast<std::uint32_t>(found - choices.begin());
}

bool has_tally(ChoiceFunction function) {
  return function != ChoiceFunction::irv && function != ChoiceFunction::borda && function != ChoiceFunction::star;
}

Result<void> plan_choices(PlanObject& object, PlanContest& out) {
  ENTENTE_TRY(auto choices, object.objects("choices", kMaxPlanChoices));
  for (PlanObject& choice : choices) {
    ENTENTE_TRY(std::string name, choice.text("name"));
    if (name.find_first_of("|;") != std::string::npos || name[0] == '[' || begins_formula(name))
      return choice.refuse("name", "a choice's name must not hold '|' or ';' or begin with '[', '=', '+', '-' or '@'",
                           "these have a meaning in the CSV of interpretations, or make a formula of it in a spreadsheet");
    if (out.scored() && name.find('=') != std::string::npos) return choice.refuse("name", "a choice with points must not hold '='");
    if (std::find(out.contest.choices.begin(), out.contest.choices.end(), name) != out.contest.choices.end())
      return choice.refuse("name", "a choice named twice");
    out.contest.choices.push_back(std::move(name));
    if (has_tally(out.contest.function)) {
      ENTENTE_TRY(const std::uint64_t votes, choice.count("votes", 0, std::uint64_t{1} << 48));
      out.reported.tally.push_back(votes);
    }
    ENTENTE_CHECK(choice.closed());
  }
  if (out.contest.choices.empty()) return object.refuse("choices", "a contest needs choices");
  if (out.contest.function == ChoiceFunction::irv && out.contest.choices.size() > 64)
    return object.refuse("choices", "a ranked contest may have 64 choices");
  return {};
}

Result<void> plan_winners(PlanObject& object, PlanContest& out) {
  ENTENTE_TRY(const auto names, object.texts("winners", kMaxPlanChoices));
  for (const auto& name : names) {
    ENTENTE_TRY(const std::uint32_t w, choice_named(object, "winners", out.contest.choices, name));
    out.reported.winners.push_back(w);
  }
  std::sort(out.reported.winners.begin(), out.reported.winners.end());
  const bool may_be_none = out.contest.function == ChoiceFunction::supermajority || out.contest.function == ChoiceFunction::threshold;
  if (names.empty() && !may_be_none) return object.refuse("winners", "a contest needs a winner");
  if (out.contest.function == ChoiceFunction::irv && names.size() != 1) return object.refuse("winners", "a ranked contest has one winner");
  if (out.contest.function == ChoiceFunction::star) {
    ENTENTE_TRY(const auto finalists, object.texts("finalists", 2));
    for (const auto& name : finalists) {
      ENTENTE_TRY(const std::uint32_t f, choice_named(object, "finalists", out.contest.choices, name));
      out.reported.finalists.push_back(f);
    }
  }
  return {};
}

Result<PlanContest> plan_contest(PlanObject& object) {
  PlanContest out;
  ENTENTE_TRY(out.contest.name, object.text("name"));
  // Columns of the CSVs have these names, and contests are its columns.
  if (out.contest.name == "card" || out.contest.name == "status" || out.contest.name == "note")
    return object.refuse("name", "\"card\", \"status\" and \"note\" are columns of the CSV of interpretations");
  if (begins_formula(out.contest.name))
    return object.refuse("name", "a contest's name must not begin with '=', '+', '-' or '@'", "a spreadsheet takes it for a formula");
  ENTENTE_TRY(out.contest.function, object.word("kind", kKinds));
  const ChoiceFunction function = out.contest.function;
  if (function == ChoiceFunction::plurality) {
    ENTENTE_TRY(const std::uint64_t seats, object.count("seats", 1, kMaxPlanChoices));
    ENTENTE_TRY(const std::uint64_t allowed, object.count("votes_allowed", 1, kMaxPlanChoices));
    out.contest.seats = static_cast<std::uint32_t>(seats);
    out.contest.votes_allowed = static_cast<std::uint32_t>(allowed);
  } else if (function == ChoiceFunction::approval) {
    ENTENTE_TRY(const std::uint64_t seats, object.count("seats", 1, kMaxPlanChoices));
    out.contest.seats = static_cast<std::uint32_t>(seats);
  } else if (function == ChoiceFunction::supermajority || function == ChoiceFunction::threshold) {
    ENTENTE_TRY(const std::string share, object.text("share", 12));
    ENTENTE_TRY(const std::uint64_t e8, plan_decimal(object, "share", share));
    if (e8 == 0 || e8 >= risk::kE8) return object.refuse("share", "\"share\" must lie between 0 and 1");
    out.contest.share = static_cast<double>(e8) / static_cast<double>(risk::kE8);
  } else if (out.scored()) {
    ENTENTE_TRY(const std::uint64_t most, object.count("max_score", 1, 1'000));
    out.contest.max_score = static_cast<double>(most);
  }
  ENTENTE_CHECK(plan_choices(object, out));
  ENTENTE_CHECK(plan_winners(object, out));
  if (function == ChoiceFunction::plurality &&
      out.reported.winners.size() != std::min<std::size_t>(out.contest.seats, out.contest.choices.size()))
    return object.refuse("winners", "there must be as many winners as seats");
  ENTENTE_CHECK(object.closed());
  if (function != ChoiceFunction::irv) {
    const auto asserted = risk::assertions_for(out.contest, out.reported);
    if (!asserted) return object.refuse("", asserted.error().what, asserted.error().hint);
  }
  return out;
}

Result<void> check_test(const PlanObject& root, const AuditPlan& plan) {
  const Method needed = plan.test == Test::betting || plan.test == Test::kaplan_markov ? Method::card_comparison
                        : plan.test == Test::macro                                     ? Method::batch_comparison
                                                                                       : Method::ballot_polling;
  if (needed != plan.method)
    return root.refuse("test", fmt::format("the test \"{}\" is not one for {}", to_string(plan.test), to_string(plan.method)),
                       "card_comparison: betting or kaplan_markov; ballot_polling: alpha or bravo; batch_comparison: macro");
  for (const PlanContest& c : plan.contests) {
    const ChoiceFunction f = c.contest.function;
    const bool whole_votes = f == ChoiceFunction::plurality || f == ChoiceFunction::approval || f == ChoiceFunction::irv;
    const bool plain_pairs = f == ChoiceFunction::plurality || f == ChoiceFunction::approval;
    if ((plan.test == Test::kaplan_markov && !whole_votes) || ((plan.test == Test::bravo || plan.test == Test::macro) && !plain_pairs) ||
        (plan.method == Method::ballot_polling && !has_tally(f)))
      return root.refuse("test",
                         fmt::format("the contest \"{}\" of kind {} cannot be audited by {}, test {}", printable(c.contest.name, 100),
                                     to_string(f), to_string(plan.method), to_string(plan.test)),
                         "card comparison with the test betting takes every kind");
  }
  return {};
}

Result<void> plan_paths(PlanObject& root, std::string_view key, std::vector<std::string>& out, std::size_t least) {
  ENTENTE_TRY(out, root.texts(key, 1'000));
  for (const auto& path : out)
    if (!is_safe_relative_path(path)) return root.refuse(key, fmt::format("\"{}\" is no path inside a folder", printable(path, 100)));
  if (out.size() < least) return root.refuse(key, fmt::format("\"{}\" must name a file", key));
  return {};
}

}  // namespace

std::string_view to_string(Method method) { return plan_word(kMethods, method); }
std::string_view to_string(Test test) { return plan_word(kTests, test); }
std::string_view to_string(Sampler sampler) { return plan_word(kSamplers, sampler); }
std::string_view to_string(ChoiceFunction function) { return plan_word(kKinds, function); }

std::uint64_t AuditPlan::limit_e8() const { return risk::parse_e8(risk_limit).value_or(0); }
double AuditPlan::limit() const { return static_cast<double>(limit_e8()) / static_cast<double>(risk::kE8); }

Result<AuditPlan> parse_plan(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, {.max_bytes = kMaxPlanBytes, .max_depth = 16}));
  PlanObject root(document, "", document.root());
  if (!as_object(document.root())) return root.refuse("", "a plan is a JSON object");
  ENTENTE_TRY(const std::string format, root.text("format"));
  if (format != kPlanFormat) return root.refuse("format", fmt::format("\"format\" must be \"{}\"", kPlanFormat));
  AuditPlan plan;
  ENTENTE_TRY(plan.election, root.text("election"));
  ENTENTE_TRY(plan.risk_limit, root.text("risk_limit", 12));
  ENTENTE_TRY(const std::uint64_t limit, plan_decimal(root, "risk_limit", plan.risk_limit));
  if (limit == 0 || limit >= risk::kE8) return root.refuse("risk_limit", "\"risk_limit\" must lie between 0 and 1");
  ENTENTE_TRY(plan.method, root.word("method", kMethods));
  ENTENTE_TRY(plan.test, root.word("test", kTests));
  ENTENTE_CHECK(plan_paths(root, "manifests", plan.manifests, 1));
  ENTENTE_CHECK(plan_paths(root, "records", plan.records, plan.method == Method::ballot_polling ? 0 : 1));
  if (plan.method == Method::ballot_polling && !plan.records.empty())
    return root.refuse("records", "ballot polling uses no vote records", "leave \"records\" empty, or take card_comparison");
  ENTENTE_TRY(auto contests, root.objects("contests", kMaxPlanContests));
  std::set<std::string> names;
  for (PlanObject& object : contests) {
    ENTENTE_TRY(PlanContest contest, plan_contest(object));
    if (!names.insert(contest.contest.name).second) return object.refuse("name", "a contest named twice");
    plan.contests.push_back(std::move(contest));
  }
  if (plan.contests.empty()) return root.refuse("contests", "an audit needs a contest");
  ENTENTE_CHECK(root.closed());
  ENTENTE_CHECK(check_test(root, plan));
  return plan;
}

namespace {

Json plan_contest_json(const PlanContest& c) {
  Json out{{"name", c.contest.name}, {"kind", to_string(c.contest.function)}};
  const ChoiceFunction f = c.contest.function;
  if (f == ChoiceFunction::plurality || f == ChoiceFunction::approval) out["seats"] = c.contest.seats;
  if (f == ChoiceFunction::plurality) out["votes_allowed"] = c.contest.votes_allowed;
  if (f == ChoiceFunction::supermajority || f == ChoiceFunction::threshold) {
    std::string share = fmt::format("{:.8f}", c.contest.share);
    share.erase(share.find_last_not_of('0') + 1);
    out["share"] = share;
  }
  if (c.scored()) out["max_score"] = static_cast<std::uint64_t>(c.contest.max_score);
  Json choices = Json::array();
  for (std::size_t i = 0; i < c.contest.choices.size(); ++i) {
    Json choice{{"name", c.contest.choices[i]}};
    if (has_tally(f)) choice["votes"] = c.reported.tally[i];
    choices.push_back(std::move(choice));
  }
  out["choices"] = std::move(choices);
  Json winners = Json::array();
  for (const auto w : c.reported.winners) winners.push_back(c.contest.choices[w]);
  out["winners"] = std::move(winners);
  if (f == ChoiceFunction::star) {
    Json finalists = Json::array();
    for (const auto w : c.reported.finalists) finalists.push_back(c.contest.choices[w]);
    out["finalists"] = std::move(finalists);
  }
  return out;
}

}  // namespace

Json to_json(const AuditPlan& plan) {
  Json contests = Json::array();
  for (const auto& c : plan.contests) contests.push_back(plan_contest_json(c));
  return Json{
      {"format", kPlanFormat},        {"election", plan.election},   {"risk_limit", plan.risk_limit}, {"method", to_string(plan.method)},
      {"test", to_string(plan.test)}, {"manifests", plan.manifests}, {"records", plan.records},       {"contests", std::move(contests)}};
}

}  // namespace entente::measures::p3_elections::audit
