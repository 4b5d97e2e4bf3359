// Questions a person answers without thinking, in English and French; the answers of both languages count. Programs that read the message
// could answer them: they are not meant to stop those, only replies that nobody wrote.
#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "registry/comcheck.h"

namespace entente::registry {

const std::vector<ComcheckQuestion>& comcheck_questions() {
  static const std::vector<ComcheckQuestion> list{
      {"What is the third word of this sentence: \"Calm seas carry ships\"?",
       "Quel est le troisième mot de cette phrase : « La mer porte les navires » ?",
       {"carry", "porte"}},
      {"What is the last word of this sentence: \"The lamp is on the table\"?",
       "Quel est le dernier mot de cette phrase : « La lampe est sur la table » ?",
       {"table", "the table", "la table"}},
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
  return list;
}

Digest comcheck_questions_digest() {
  std::string text = "entente comcheck questions v1\n";
  for (const ComcheckQuestion& q : comcheck_questions())
    text += fmt::format("{}\n{}\n{}\n", q.english, q.french, fmt::join(q.answers, "|"));
  return sha256(text);
}

bool is_right_answer(const ComcheckQuestion& question, std::string_view answer) {
  constexpr std::string_view kAround = " \t\r\n.,;:!?\"'()";
  const std::size_t first = answer.find_first_not_of(kAround);
  if (first == std::string_view::npos || answer.size() > 200) return false;
  const std::string plain = lower(answer.substr(first, answer.find_last_not_of(kAround) - first + 1));
  return std::ranges::find(question.answers, plain) != question.answers.end();
}

}  // namespace entente::registry
