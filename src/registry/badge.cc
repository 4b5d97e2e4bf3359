// The badge's visible words are all ours; the supporter's name stands only in title and description, escaped and on one line. Widths are
// those of a plain sans-serif at 11 pixels, and the text is told to fit them.
#include "registry/badge.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "registry/feed_text.h"

namespace entente::registry {
namespace {

enum class BadgeState { unknown, applied, imported, supporter, lapsed, ended };

struct BadgeLook {
  std::string_view en, fr, colour;
};

// Dark enough that white text on them has a contrast of 4.5 : 1 or more. Ends are grey: they carry no blame.
constexpr std::array<BadgeLook, 6> kBadgeLooks = {{{"not in the register", "absent du registre", "#57606a"},
                                                   {"application pending", "demande en cours", "#8a5a00"},
                                                   {"listed, not confirmed", "inscrit, non confirmé", "#4b5fa6"},
                                                   {"supporter", "soutien", "#1a6e33"},
                                                   {"supporter, not renewed", "soutien non renouvelé", "#8a5a00"},
                                                   {"support ended", "soutien terminé", "#57606a"}}};

BadgeState badge_state(const Supporter* s, const BadgeInfo& info) {
  if (s == nullptr || s->status == Status::refused) return BadgeState::unknown;
  if (s->status == Status::applied) return BadgeState::applied;
  if (is_tombstone(s->status)) return BadgeState::ended;
  if (s->status == Status::imported) return BadgeState::imported;
  return s->renewed_until && *s->renewed_until <= info.as_of ? BadgeState::lapsed : BadgeState::supporter;
}

const BadgeLook& badge_look(const Supporter* s, const BadgeInfo& info) {
  return kBadgeLooks.at(static_cast<std::size_t>(badge_state(s, info)));
}

int text_width(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return static_cast<int>(characters) * 13 / 2;
}

std::string badge_text(int x, int width, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"14\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>", x, width, xml_text(text));
}

}  // namespace

std::string_view badge_words(const Supporter* supporter, const BadgeInfo& info) {
  const BadgeLook& look = badge_look(supporter, info);
  return info.language == catalog::Language::fr ? look.fr : look.en;
}

namespace {

struct BadgeTexts {
  std::string_view label;
  std::string value, title, colour;
};

std::string draw_badge(const BadgeTexts& texts, const BadgeInfo& info) {
  const bool french = info.language == catalog::Language::fr;
  const std::string date = format_date(info.as_of);
  const int left = text_width(texts.label) + 14, right = text_width(texts.value) + 14;
  const std::string desc = french ? fmt::format("D’après le registre public, {} entrées, le {}.", info.ledger_size, date)
                                  : fmt::format("By the public ledger of {} entries, on {}.", info.ledger_size, date);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" viewBox=\"0 0 {0} 20\" role=\"img\" "
      "aria-labelledby=\"entente-t entente-d\" xml:lang=\"{1}\">",
      left + right, french ? "fr" : "en");
  out += fmt::format("<title id=\"entente-t\">{}</title><desc id=\"entente-d\">{}</desc>", xml_text(texts.title), xml_text(desc));
  out += fmt::format("<rect width=\"{}\" height=\"20\" fill=\"#24292f\"/><rect x=\"{}\" width=\"{}\" height=\"20\" fill=\"{}\"/>", left,
                     left, right, texts.colour);
  out += "<g fill=\"#ffffff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\" aria-hidden=\"true\">";
  out += badge_text(7, text_width(texts.label), texts.label);
  out += badge_text(left + 7, text_width(texts.value), texts.value);
  out += "</g></svg>\n";
  return out;
}

std::string_view call_name(catalog::Language language) { return language == catalog::Language::fr ? "Appel de Paris" : "Paris Call"; }

// 1222 → "1,222", in French with a narrow no-break space.
std::string grouped(std::uint32_t number, catalog::Language language) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, language == catalog::Language::fr ? "\u202F" : ",");
  return out;
}

}  // namespace

std::string badge_svg(const Supporter* supporter, const BadgeInfo& info) {
  BadgeTexts texts{.label = call_name(info.language), .colour = std::string(badge_look(supporter, info).colour)};
  texts.value = fmt::format("{} · {}", badge_words(supporter, info), format_date(info.as_of));
  const std::string who =
      badge_state(supporter, info) == BadgeState::unknown ? std::string() : isolated_line(supporter->identity.name) + ": ";
  texts.title = fmt::format("{} – {}{}", texts.label, who, texts.value);
  return draw_badge(texts, info);
}

std::string counter_svg(std::uint32_t supporters, const BadgeInfo& info) {
  const bool french = info.language == catalog::Language::fr;
  BadgeTexts texts{.label = call_name(info.language), .colour = std::string(kBadgeLooks[3].colour)};
  const std::string_view word = french ? (supporters < 2 ? "soutien" : "soutiens") : (supporters == 1 ? "supporter" : "supporters");
  texts.value = fmt::format("{} {} · {}", grouped(supporters, info.language), word, format_date(info.as_of));
  texts.title = fmt::format("{} – {}", texts.label, texts.value);
  return draw_badge(texts, info);
}

}  // namespace entente::registry
