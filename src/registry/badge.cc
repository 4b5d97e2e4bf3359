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

std::string badge_svg(const Supporter* supporter, const BadgeInfo& info) {
  const bool french = info.language == catalog::Language::fr;
  const std::string_view label = french ? "Appel de Paris" : "Paris Call";
  const std::string date = format_date(info.as_of);
  const std::string value = fmt::format("{} · {}", badge_words(supporter, info), date);
  const int left = text_width(label) + 14, right = text_width(value) + 14;
  const std::string who =
      badge_state(supporter, info) == BadgeState::unknown ? std::string() : isolated_line(supporter->identity.name) + ": ";
  const std::string title = fmt::format("{} – {}{}", label, who, value);
  const std::string desc = french ? fmt::format("D’après le registre public, {} entrées, le {}.", info.ledger_size, date)
                                  : fmt::format("By the public ledger of {} entries, on {}.", info.ledger_size, date);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" viewBox=\"0 0 {0} 20\" role=\"img\" "
      "aria-labelledby=\"entente-t entente-d\" xml:lang=\"{1}\">",
      left + right, french ? "fr" : "en");
  out += fmt::format("<title id=\"entente-t\">{}</title><desc id=\"entente-d\">{}</desc>", xml_text(title), xml_text(desc));
  out += fmt::format("<rect width=\"{}\" height=\"20\" fill=\"#24292f\"/><rect x=\"{}\" width=\"{}\" height=\"20\" fill=\"{}\"/>", left,
                     left, right, badge_look(supporter, info).colour);
  out += "<g fill=\"#ffffff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\" aria-hidden=\"true\">";
  out += badge_text(7, text_width(label), label);
  out += badge_text(left + 7, text_width(value), value);
  out += "</g></svg>\n";
  return out;
}

}  // namespace entente::registry
