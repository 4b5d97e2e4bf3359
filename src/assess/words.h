// The words of the reports, in English and French.
#pragma once

#include <string>
#include <string_view>

#include "assess/assess.h"
#include "catalog/assessment.h"
#include "catalog/control.h"

namespace entente::assess {

// Picks one of two wordings: say(language, "What to fix first", "À corriger d’abord").
[[nodiscard]] constexpr std::string_view say(catalog::Language language, std::string_view en, std::string_view fr) {
  return language == catalog::Language::fr ? fr : en;
}

[[nodiscard]] std::string_view status_word(catalog::Status status, catalog::Language language);
[[nodiscard]] std::string category_word(std::string_view category, catalog::Language language);

// A sentence of a judgement for a reader of `language`, and the language it is in: an engine's sentences are English.
struct Sentence {
  std::string_view text;
  catalog::Language language;
};
[[nodiscard]] Sentence summary_in(const Outcome& outcome, const catalog::Judgement& judgement, catalog::Language language);
[[nodiscard]] Sentence fix_in(const Outcome& outcome, const catalog::Judgement& judgement, catalog::Language language);

// "67 %" with a no-break space before the sign in French, without space in English; rounded half up.
[[nodiscard]] std::string percent(double share, catalog::Language language);
// "52–88 %".
[[nodiscard]] std::string interval(const catalog::PrincipleScore& score, catalog::Language language);
[[nodiscard]] std::uint32_t assessed(const catalog::PrincipleScore& score);  // satisfied, partial or not satisfied
// "24 November 2026, 12:00 UTC".
[[nodiscard]] std::string long_time(Instant t, catalog::Language language);
// "sha256:1a2b3c4d5e6f…"
[[nodiscard]] std::string short_digest(const Digest& digest);
[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace entente::assess
