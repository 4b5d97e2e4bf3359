// Questions a person answers without thinking, in English and French; the answers of both languages count. Programs that read the message
// could answer them: they are not meant to stop those, only replies that nobody wrote.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/ascii.h"
#include "registry/comcheck.h"

namespace entente::registry {

namespace {

constexpr std::size_t kMostQuestions = 100;
constexpr std::size_t kMostQuestionText = 400;

// In both lists so far.
std::vector<ComcheckQuestion> lasting_questions() {
  return {
      {"How much is seven and four?", "Combien font sept et quatre ?", {"11", "eleven", "onze"}},
      {"How much is twelve less three?", "Combien font douze moins trois ?", {"9", "nine", "neuf"}},
      {"How much is two times eight?", "Combien font deux fois huit ?", {"16", "sixteen", "seize"}},
      {"How much is fifteen and five?", "Combien font quinze et cinq ?", {"20", "twenty", "vingt"}},
      {"Which day comes after Tuesday?", "Quel jour vient après mardi ?", {"wednesday", "mercredi"}},
      {"Which month comes after March?", "Quel mois vient après mars ?", {"april", "avril"}},
      {"Which is heavier: a feather or a piano?",
       "Qu'est-ce qui est plus lourd : une plume ou un piano ?",
       {"piano", "a piano", "the piano", "un piano", "le piano"}},
      {"How many letters has the word \"paris\"?", "Combien de lettres a le mot « paris » ?", {"5", "five", "cinq"}},
      {"Which word is no colour: red, green, chair, blue?",
       "Quel mot n'est pas une couleur : rouge, vert, chaise, bleu ?",
       {"chair", "chaise", "a chair", "une chaise"}},
      {"How much is one hundred less one?",
       "Combien font cent moins un ?",
       {"99", "ninety-nine", "ninety nine", "quatre-vingt-dix-neuf", "nonante-neuf"}},
  };
}

ComcheckQuestions with_two_more(ComcheckQuestion first, ComcheckQuestion second) {
  ComcheckQuestions out{.list = {std::move(first), std::move(second)}};
  std::ranges::move(lasting_questions(), std::back_inserter(out.list));
  return out;
}

// Every list a program of ours ever planned with, the latest last. A list is never changed: rounds under way name it by digest.
const std::vector<ComcheckQuestions>& all_questions() {
  static const std::vector<ComcheckQuestions> lists{
      with_two_more({"What is the third word of this sentence: \"Calm seas carry ships\"?",
                     "Quel est le troisième mot de cette phrase : « Calm seas carry ships » ?",
                     {"carry"}},
                    {"What is the last word of this sentence: \"The lamp is on the table\"?",
                     "Quel est le dernier mot de cette phrase : « The lamp is on the table » ?",
                     {"table", "the table"}}),
      with_two_more({"What is the third word of this sentence: \"Calm seas carry ships\"?",
                     "Quel est le troisième mot de cette phrase : « La mer porte les navires » ?",
                     {"carry", "porte"}},
                    {"What is the last word of this sentence: \"The lamp is on the table\"?",
                     "Quel est le dernier mot de cette phrase : « La lampe est sur la table » ?",
                     {"table", "the table", "la table"}}),
  };
  return lists;
}

Result<std::string> question_text(JsonView object, std::string_view member) {
  const auto text = json_string(object, member);
  if (!text || text->empty() || text->size() > kMostQuestionText) return fail(fmt::format("\"{}\" of a question is no short text", member));
  return std::string(*text);
}

Result<ComcheckQuestion> read_question(JsonView object) {
  ComcheckQuestion out;
  ENTENTE_TRY(out.english, question_text(object, "en"));
  ENTENTE_TRY(out.french, question_text(object, "fr"));
  const auto answers = json_array(object, "answers");
  if (!answers || answers->size() == 0 || answers->size() > kMostQuestions) return fail("a question has no answers, or too many");
  for (const JsonView answer : *answers) {
    const auto text = as_string(answer);
    if (!text || text->empty() || text->size() > kMostQuestionText) return fail("an answer is no short text");
    out.answers.emplace_back(*text);
  }
  return out;
}

}  // namespace

const ComcheckQuestions& comcheck_questions() { return all_questions().back(); }

const ComcheckQuestions* find_comcheck_questions(const Digest& digest) {
  for (const ComcheckQuestions& questions : all_questions())
    if (questions.digest() == digest) return &questions;
  return nullptr;
}

Digest ComcheckQuestions::digest() const {
  std::string text = "entente comcheck questions v1\n";
  for (const ComcheckQuestion& q : list) text += fmt::format("{}\n{}\n{}\n", q.english, q.french, fmt::join(q.answers, "|"));
  return sha256(text);
}

Json ComcheckQuestions::json() const {
  Json out{{"questions", Json::array()}};
  for (const ComcheckQuestion& q : list) out["questions"].push_back(Json{{"en", q.english}, {"fr", q.french}, {"answers", q.answers}});
  return out;
}

Result<ComcheckQuestions> ComcheckQuestions::from(JsonView object) {
  const auto list = json_array(object, "questions");
  if (!list || list->size() == 0 || list->size() > kMostQuestions) return fail("the list of questions is missing, or too long");
  ComcheckQuestions out;
  for (const JsonView item : *list) {
    ENTENTE_TRY(ComcheckQuestion question, read_question(item));
    out.list.push_back(std::move(question));
  }
  return out;
}

bool is_right_answer(const ComcheckQuestion& question, std::string_view answer) {
  constexpr std::string_view kAround = " \t\r\n.,;:!?\"'()";
  const std::size_t first = answer.find_first_not_of(kAround);
  if (first == std::string_view::npos || answer.size() > 200) return false;
  const std::string plain = lower(answer.substr(first, answer.find_last_not_of(kAround) - first + 1));
  return std::ranges::find(question.answers, plain) != question.answers.end();
}

}  // namespace entente::registry
