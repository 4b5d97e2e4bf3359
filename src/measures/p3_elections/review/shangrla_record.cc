// Reads SHANGRLA's texts. Its log is what Python's json wrote of its objects: sets of candidates as lists, functions by their names in
// several spellings, absent values as null.
#include "measures/p3_elections/review/shangrla_record.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/json.h"
#include "measures/p3_elections/tables/csv.h"

namespace entente::measures::p3_elections::review {
namespace {

using risk::ChoiceFunction;

// Where in the document, for errors.
struct ShangrlaPlace {
  const JsonDocument* document;
  std::string pointer;
  [[nodiscard]] ShangrlaPlace at(std::string_view key) const { return {document, pointer + "/" + pointer_segment(key)}; }
  [[nodiscard]] Where where() const { return document->where(pointer); }
};

std::optional<JsonView> shangrla_get(JsonView object, std::string_view key) {
  auto value = json_get(object, key);
  if (!value || value->is_null()) return std::nullopt;
  return value;
}

// "123", 123 as text.
std::optional<std::string> shangrla_text(JsonView value) {
  if (auto text = as_string(value)) return std::string(*text);
  if (value.is_uint64()) return std::to_string(value.get_uint64().value_unsafe());
  if (value.is_int64()) return std::to_string(value.get_int64().value_unsafe());
  return std::nullopt;
}

Result<std::optional<double>> shangrla_number(JsonView object, std::string_view key, const ShangrlaPlace& place) {
  const auto value = shangrla_get(object, key);
  if (!value) return std::optional<double>();
  double number = 0;
  if (value->get(number) != simdjson::SUCCESS) return fail(fmt::format("\"{}\" is not a number", key), place.at(key).where());
  return std::optional<double>(number);
}

Result<std::optional<std::uint64_t>> shangrla_count(JsonView object, std::string_view key, const ShangrlaPlace& place) {
  ENTENTE_TRY(const auto number, shangrla_number(object, key, place));
  if (!number) return std::optional<std::uint64_t>();
  if (!(*number >= 0) || *number > 4e9 || *number != std::floor(*number))
    return fail(fmt::format("\"{}\" is not a count", key), place.at(key).where());
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(*number));
}

Result<std::vector<std::string>> shangrla_texts(JsonView object, std::string_view key, const ShangrlaPlace& place) {
  std::vector<std::string> out;
  const auto value = shangrla_get(object, key);
  if (!value) return out;
  if (auto one = shangrla_text(*value)) {
    out.push_back(std::move(*one));
    return out;
  }
  const auto list = as_array(*value);
  if (!list) return fail(fmt::format("\"{}\" is neither a text nor a list", key), place.at(key).where());
  for (JsonView element : *list) {
    auto text = shangrla_text(element);
    if (!text) return fail(fmt::format("\"{}\" has an element that is no text", key), place.at(key).where());
    out.push_back(std::move(*text));
  }
  return out;
}

std::string shangrla_word(std::string_view text) {
  std::string key;
  for (char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) key.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return key;
}

std::optional<ChoiceFunction> shangrla_choice_function(std::string_view name) {
  static constexpr std::pair<std::string_view, ChoiceFunction> kNames[] = {{"plurality", ChoiceFunction::plurality},
                                                                           {"approval", ChoiceFunction::approval},
                                                                           {"supermajority", ChoiceFunction::supermajority},
                                                                           {"score", ChoiceFunction::score},
                                                                           {"borda", ChoiceFunction::borda},
                                                                           {"star", ChoiceFunction::star},
                                                                           {"irv", ChoiceFunction::irv},
                                                                           {"runoff", ChoiceFunction::runoff},
                                                                           {"threshold", ChoiceFunction::threshold}};
  const std::string word = shangrla_word(name);
  for (const auto& [key, value] : kNames)
    if (word == key) return value;
  return std::nullopt;
}

// Parameters of the test, from SHANGRLA's names: of the stratum first, then of the contest.
Result<void> shangrla_test_parameters(JsonView object, const ShangrlaPlace& place, risk::TestOptions& o) {
  const auto number = [&](std::string_view key, auto& into) -> Result<void> {
    ENTENTE_TRY(const auto value, shangrla_number(object, key, place));
    if (value) into = *value;
    return {};
  };
  for (const auto& [key, field] : {std::pair{"d", &o.d},
                                   {"f", &o.f},
                                   {"minsd", &o.min_sd},
                                   {"error_rate_2", &o.error_rate_2},
                                   {"lam", &o.lambda},
                                   {"c_grapa_0", &o.grapa_0},
                                   {"c_grapa_max", &o.grapa_max},
                                   {"c_grapa_grow", &o.grapa_grow},
                                   {"g", &o.g}})
    ENTENTE_CHECK(number(key, *field));
  ENTENTE_CHECK(number("eta", o.eta));
  ENTENTE_CHECK(number("c", o.c));
  return {};
}

Result<void> shangrla_test_functions(JsonView object, const ShangrlaPlace& place, risk::TestOptions& o) {
  if (const auto name = json_string(object, "test")) {
    const auto function = risk::risk_function_named(*name);
    if (!function) return fail("unknown risk function \"" + std::string(*name) + "\"", place.at("test").where());
    o.function = *function;
  }
  for (std::string_view key : {"estim", "estimator"}) {
    const auto name = json_string(object, key);
    if (!name) continue;
    const auto estimator = risk::estimator_named(*name);
    if (!estimator) return fail("unknown estimator \"" + std::string(*name) + "\"", place.at(key).where());
    o.estimator = *estimator;
  }
  if (const auto bet = json_string(object, "bet")) {
    const std::string word = shangrla_word(*bet);
    if (word != "agrapa" && word != "fixedbet") return fail("unknown bet \"" + std::string(*bet) + "\"", place.at("bet").where());
    o.bet = word == "agrapa" ? risk::Bet::agrapa : risk::Bet::fixed;
  }
  return {};
}

Result<void> shangrla_published(JsonView contest, const ShangrlaPlace& place, ShangrlaContest& out) {
  const auto take = [&](std::string_view key, std::map<std::string, double>& into,
                        std::map<std::string, std::string>* texts) -> Result<void> {
    const auto object = json_object(contest, key);
    if (!object) return {};
    for (auto [name, value] : *object) {
      double number = 0;
      if (value.get(number) != simdjson::SUCCESS) return fail("a published figure is not a number", place.at(key).at(name).where());
      const std::string assertion = shangrla_assertion_key(name);
      into[assertion] = number;
      if (texts != nullptr) (*texts)[assertion] = simdjson::minify(value);
    }
    return {};
  };
  ENTENTE_CHECK(take("margins", out.margins, nullptr));
  return take("p_values", out.p_values, &out.p_texts);
}

Result<void> shangrla_rules(JsonView contest, const ShangrlaPlace& place, ShangrlaContest& out) {
  const auto function_name = json_string(contest, "choice_function").value_or("PLURALITY");
  const auto function = shangrla_choice_function(function_name);
  if (!function) return fail("unknown choice function \"" + std::string(function_name) + "\"", place.at("choice_function").where());
  out.rules.function = *function;
  ENTENTE_TRY(out.rules.choices, shangrla_texts(contest, "candidates", place));
  ENTENTE_TRY(out.winners, shangrla_texts(contest, "winner", place));
  if (out.winners.empty()) { ENTENTE_TRY(out.winners, shangrla_texts(contest, "reported_winners", place)); }
  ENTENTE_TRY(out.finalists, shangrla_texts(contest, "finalists", place));
  if (out.rules.choices.empty() || out.rules.choices.size() > 10'000)
    return fail("a contest needs between 1 and 10,000 candidates", place.where());
  for (const auto* list : {&out.winners, &out.finalists})
    for (const std::string& w : *list)
      if (std::find(out.rules.choices.begin(), out.rules.choices.end(), w) == out.rules.choices.end())
        return fail("\"" + w + "\" is not among the candidates", place.at("winner").where());
  ENTENTE_TRY(const auto seats, shangrla_count(contest, "n_winners", place));
  if (seats) out.rules.seats = static_cast<std::uint32_t>(*seats);
  out.rules.votes_allowed = std::max(1U, out.rules.seats);
  ENTENTE_TRY(const auto votes, shangrla_count(contest, "votes_allowed", place));
  if (votes) out.rules.votes_allowed = static_cast<std::uint32_t>(*votes);
  ENTENTE_TRY(const auto share, shangrla_number(contest, "share_to_win", place));
  if (share) out.rules.share = *share;
  ENTENTE_TRY(const auto score, shangrla_number(contest, "max_score", place));
  if (score) out.rules.max_score = *score;
  return {};
}

Result<ShangrlaContest> shangrla_contest(std::string_view id, JsonView contest, const ShangrlaPlace& place, const risk::TestOptions& base) {
  ShangrlaContest out;
  out.id = id;
  out.test = base;
  out.rules.name = std::string(json_string(contest, "name").value_or(id));
  ENTENTE_CHECK(shangrla_rules(contest, place, out));
  ENTENTE_TRY(out.cards, shangrla_count(contest, "cards", place));
  ENTENTE_TRY(out.sample_size, shangrla_count(contest, "sample_size", place));
  ENTENTE_TRY(const auto limit, shangrla_number(contest, "risk_limit", place));
  if (limit) out.risk_limit = *limit;
  if (!(out.risk_limit > 0 && out.risk_limit < 1)) return fail("the risk limit must be between 0 and 1", place.at("risk_limit").where());
  const std::string type = shangrla_word(json_string(contest, "audit_type").value_or("CARD_COMPARISON"));
  if (type != "polling" && type != "cardcomparison")
    return fail("an audit of the type " + type + " is not re-checked", place.at("audit_type").where());
  out.polling = type == "polling";
  out.assertion_file = std::string(json_string(contest, "assertion_file").value_or(""));
  ENTENTE_CHECK(shangrla_test_functions(contest, place, out.test));
  ENTENTE_CHECK(shangrla_test_parameters(contest, place, out.test));
  if (const auto kwargs = json_get(contest, "test_kwargs"))
    ENTENTE_CHECK(shangrla_test_parameters(*kwargs, place.at("test_kwargs"), out.test));
  ENTENTE_CHECK(shangrla_published(contest, place, out));
  return out;
}

Result<void> shangrla_stratum(JsonView audit, const ShangrlaPlace& place, ShangrlaRecord& out, risk::TestOptions& base) {
  JsonView stratum = audit;
  ShangrlaPlace here = place;
  if (const auto strata = json_object(audit, "strata")) {
    if (strata->size() != 1) return fail("an audit of several strata is not re-checked", place.at("strata").where());
    for (auto [name, value] : *strata) {
      stratum = value;
      here = place.at("strata").at(name);
    }
  }
  ENTENTE_TRY(out.max_cards, shangrla_count(stratum, "max_cards", here));
  out.use_style = json_bool(stratum, "use_style").value_or(true);
  if (json_bool(stratum, "replacement").value_or(false))
    return fail("sampling with replacement is not re-checked", here.at("replacement").where());
  ENTENTE_CHECK(shangrla_test_functions(stratum, here, base));
  if (const auto kwargs = json_get(stratum, "test_kwargs")) ENTENTE_CHECK(shangrla_test_parameters(*kwargs, here.at("test_kwargs"), base));
  return {};
}

// true, "marked", 3 are marks; false, 0, "" are none.
std::uint32_t shangrla_mark(JsonView value) {
  if (value.is_bool()) return value.get_bool().value_unsafe() ? 1 : 0;
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number >= 1 && number <= 1e6 ? static_cast<std::uint32_t>(number) : 0;
  const auto text = as_string(value);
  if (!text || text->empty()) return 0;
  std::uint32_t rank = 0;
  for (char c : *text) {
    if (c < '0' || c > '9' || rank > 100'000) return 1;
    rank = rank * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return rank;
}

}  // namespace

std::string shangrla_id(std::string_view id) {
  std::string out(id);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string shangrla_assertion_key(std::string_view name) {
  const auto at = name.find(" elim");
  if (at == std::string_view::npos) return std::string(name);
  std::vector<std::string> eliminated;
  std::string word;
  for (char c : name.substr(at + 5)) {
    if (c != ' ')
      word.push_back(c);
    else if (!word.empty())
      eliminated.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) eliminated.push_back(std::move(word));
  std::sort(eliminated.begin(), eliminated.end());
  std::string out = std::string(name.substr(0, at)) + " elim";
  for (const std::string& e : eliminated) out += " " + e;
  return out;
}

Result<ShangrlaRecord> parse_shangrla_record(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const auto document, JsonDocument::parse(text, name));
  const ShangrlaPlace root{&document, ""};
  std::string audit_key = "Audit";
  auto audit = json_get(document.root(), audit_key);
  if (!audit) audit = json_get(document.root(), audit_key = "audit");
  const auto contests = json_object(document.root(), "contests");
  if (!audit || !contests)
    return fail("no log of a SHANGRLA audit: \"Audit\" or \"contests\" is missing", root.where(), "docs/elections-assertions.md shows one");
  const ShangrlaPlace place = root.at(audit_key);
  ShangrlaRecord out;
  const auto seed = shangrla_get(*audit, "seed");
  const auto seed_text = seed ? shangrla_text(*seed) : std::nullopt;
  if (!seed_text || seed_text->empty()) return fail("the audit has no seed", place.at("seed").where(), "write it as a text of digits");
  out.seed = *seed_text;
  out.election = std::string(json_string(*audit, "election").value_or(""));
  ENTENTE_TRY(out.cvr_files, shangrla_texts(*audit, "cvr_file", place));
  out.manifest_file = std::string(json_string(*audit, "manifest_file").value_or(""));
  out.sample_file = std::string(json_string(*audit, "sample_file").value_or(""));
  out.mvr_file = std::string(json_string(*audit, "mvr_file").value_or(""));
  risk::TestOptions base;
  base.limits = risk::Limits::as_published;
  base.eta.reset();
  ENTENTE_CHECK(shangrla_stratum(*audit, place, out, base));
  for (auto [id, contest] : *contests) {
    if (out.contests.size() == kMaxShangrlaContests) return fail("more than 64 contests in one audit", root.at("contests").where());
    ENTENTE_TRY(auto parsed, shangrla_contest(id, contest, root.at("contests").at(id), base));
    out.contests.push_back(std::move(parsed));
  }
  if (out.contests.empty()) return fail("the audit has no contest", root.at("contests").where());
  return out;
}

Result<std::vector<ShangrlaMvr>> parse_shangrla_mvrs(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const auto document, JsonDocument::parse(text, name));
  const ShangrlaPlace root{&document, ""};
  auto list = as_array(document.root());
  if (!list) list = json_array(document.root(), "ballots");
  if (!list) return fail("no list of cards: \"ballots\" is missing", root.where());
  const ShangrlaPlace place = as_array(document.root()) ? root : root.at("ballots");
  std::vector<ShangrlaMvr> out;
  for (JsonView ballot : *list) {
    const ShangrlaPlace here = place.at(std::to_string(out.size()));
    ShangrlaMvr mvr;
    const auto id = shangrla_get(ballot, "id");
    const auto id_text = id ? shangrla_text(*id) : std::nullopt;
    const auto votes = json_object(ballot, "votes");
    mvr.phantom = json_bool(ballot, "phantom").value_or(false);
    if (!id_text || (!votes && !mvr.phantom)) return fail("a card without \"id\" or \"votes\"", here.where());
    mvr.id = shangrla_id(*id_text);
    if (votes) {
      for (auto [contest, marks] : *votes) {
        const auto object = as_object(marks);
        if (!object) return fail("the votes of a contest are no object", here.at("votes").at(contest).where());
        auto& into = mvr.contests.emplace_back(std::string(contest), std::vector<std::pair<std::string, std::uint32_t>>()).second;
        for (auto [candidate, value] : *object)
          if (const std::uint32_t rank = shangrla_mark(value)) into.emplace_back(std::string(candidate), rank);
      }
    }
    out.push_back(std::move(mvr));
  }
  return out;
}

Result<ShangrlaSample> parse_shangrla_sample(std::string_view text, const std::string& name) {
  ShangrlaSample out;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '[' || text[first] == '{')) {
    ENTENTE_TRY(const auto document, JsonDocument::parse(text, name));
    auto list = as_array(document.root());
    if (!list) list = json_array(document.root(), "sample");
    if (!list) return fail("no list of cards drawn", document.where(""));
    for (JsonView element : *list) {
      auto id = shangrla_text(element);
      if (!id) return fail("a card drawn that is no text", document.where("/" + std::to_string(out.ids.size())));
      out.ids.push_back(shangrla_id(*id));
      out.lines.push_back(0);
    }
    out.ordered = true;
    return out;
  }
  tables::CsvReader reader(text, name);
  tables::CsvRow row;
  std::optional<std::size_t> column;
  for (bool header = true;; header = false) {
    ENTENTE_TRY(const bool more, reader.next(row));
    if (!more) break;
    if (header) {
      for (std::size_t c = 0; c < row.cells.size(); ++c) {
        const std::string word = shangrla_word(row.cells[c]);
        if (word == "imprint" || word == "imprintedid" || word == "id" || word == "cardid") column = c;
      }
      if (column) continue;
      column = row.cells.size() >= 2 ? row.cells.size() - 2 : 0;
    }
    const std::string_view cell = tables::trimmed(row.cell(*column));
    if (cell.empty()) return fail("a row without the id of a card", reader.where(row, *column));
    out.ids.push_back(shangrla_id(cell));
    out.lines.push_back(row.line);
  }
  return out;
}

}  // namespace entente::measures::p3_elections::review
