// The vocabulary of both reports in two languages, so that terminal and page say the same thing in the same words.
#include "assess/words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace entente::assess {

using catalog::Language;
using catalog::Status;

std::string_view status_word(Status status, Language language) {
  switch (status) {
    case Status::satisfied: return say(language, "satisfied", "satisfait");
    case Status::partial: return say(language, "partial", "partiel");
    case Status::not_satisfied: return say(language, "not satisfied", "non satisfait");
    case Status::not_applicable: return say(language, "not applicable", "sans objet");
    case Status::not_assessed: return say(language, "not assessed", "non évalué");
  }
  return "";
}

std::string category_word(std::string_view category, Language language) {
  constexpr std::array<std::array<std::string_view, 3>, 5> kWords{{
      {"state", "state", "État"},
      {"public-authority", "public authority", "autorité publique"},
      {"private-sector", "private sector", "secteur privé"},
      {"civil-society", "civil society", "société civile"},
      {"intergovernmental", "intergovernmental organisation", "organisation intergouvernementale"},
  }};
  for (const auto& word : kWords) {
    if (word[0] == category) return std::string(say(language, word[1], word[2]));
  }
  return std::string(category);
}

namespace {
long whole_percent(double share) { return std::lround(share * 100); }
std::string_view percent_sign(Language language) { return say(language, "%", "\u00a0%"); }
}  // namespace

namespace {
Sentence sentence(const std::map<catalog::ControlId, catalog::Text>& written, catalog::ControlId control, std::string_view english,
                  Language language) {
  const auto found = written.find(control);
  if (found == written.end()) return {english, Language::en};
  return {found->second.in(language), language};
}
}  // namespace

Sentence summary_in(const Outcome& outcome, const catalog::Judgement& judgement, Language language) {
  return sentence(outcome.summaries, judgement.control, judgement.summary, language);
}

Sentence fix_in(const Outcome& outcome, const catalog::Judgement& judgement, Language language) {
  return sentence(outcome.fixes, judgement.control, judgement.finding.fix, language);
}

std::string percent(double share, Language language) { return fmt::format("{}{}", whole_percent(share), percent_sign(language)); }

std::string interval(const catalog::PrincipleScore& score, Language language) {
  return fmt::format("{}–{}{}", whole_percent(score.low), whole_percent(score.high), percent_sign(language));
}

std::uint32_t assessed(const catalog::PrincipleScore& score) { return score.count[0] + score.count[1] + score.count[2]; }

std::string long_time(Instant t, Language language) {
  constexpr std::array<std::string_view, 12> kEnglish{"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};
  constexpr std::array<std::string_view, 12> kFrench{"janvier", "février", "mars",      "avril",   "mai",      "juin",
                                                     "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(t - day).count();
  const unsigned month = static_cast<unsigned>(date.month()) - 1;
  const unsigned day_of_month = static_cast<unsigned>(date.day());
  const std::string number = language == Language::fr && day_of_month == 1 ? "1er" : std::to_string(day_of_month);
  return fmt::format("{} {} {}, {:02}:{:02} UTC", number, say(language, kEnglish[month], kFrench[month]), static_cast<int>(date.year()),
                     minutes / 60, minutes % 60);
}

std::string short_digest(const Digest& digest) { return digest.str().substr(0, 7 + 12) + "…"; }

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : std::string(separator)) + word;
  return out;
}

}  // namespace entente::assess
