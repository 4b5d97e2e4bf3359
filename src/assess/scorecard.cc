// The scorecard on a terminal: who and when, the identity of the pledge, the nine principles with score, interval and coverage, what to fix
// first, and what was not measured and how to get it measured. Text is laid out by display columns, wrapped at words, and every string
// that came from outside goes through printable(), so that evidence cannot move the cursor.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "assess/assess.h"
#include "assess/guidance.h"
#include "assess/words.h"
#include "core/terminal.h"
#include "core/utf8.h"

namespace entente::assess {

using catalog::Judgement;
using catalog::Language;
using catalog::PrincipleScore;
using catalog::Status;

namespace {

std::string safe(std::string_view text) { return printable(text, 2000); }

// Pads or cuts (with "…") to exactly `columns`.
std::string fit(std::string_view text, std::size_t columns) {
  std::string out(text);
  if (display_width(out) > columns) {
    while (!out.empty() && display_width(out) + 1 > columns) {
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
      if (!out.empty()) out.pop_back();
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += "…";
  }
  out.append(columns - std::min(columns, display_width(out)), ' ');
  return out;
}

// The same without the padding.
std::string cut(std::string_view text, std::size_t columns) {
  std::string out = fit(text, columns);
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

// Wraps at spaces; every line after the first is indented too. A word longer than a line stands alone on its line.
void wrap(std::string& out, std::string_view text, std::size_t indent, std::size_t width) {
  std::size_t column = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const std::size_t length = display_width(word);
    if (column != 0 && column + 1 + length > width) {
      out += '\n';
      column = 0;
    }
    if (column == 0) {
      out.append(indent, ' ');
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
  }
  out += '\n';
}

Colour tier_colour(char tier) {
  switch (tier) {
    case 'A':
    case 'B': return Colour::green;
    case 'C': return Colour::yellow;
    case 'D': return Colour::red;
    default: return Colour::dim;
  }
}

Colour status_colour(Status status) {
  switch (status) {
    case Status::satisfied: return Colour::green;
    case Status::partial: return Colour::yellow;
    case Status::not_satisfied: return Colour::red;
    default: return Colour::dim;
  }
}

class Card {
 public:
  Card(const Outcome& outcome, const catalog::Catalog& catalog, Language language, int width)
      : outcome_(outcome), catalog_(catalog), language_(language), width_(static_cast<std::size_t>(std::clamp(width, 60, 120))) {}

  std::string str() {
    heading();
    rows();
    fixes();
    gaps();
    return std::move(out_);
  }

 private:
  std::string_view t(std::string_view en, std::string_view fr) const { return say(language_, en, fr); }
  void line(std::string_view text) { out_ += std::string(text) + "\n"; }
  void title(std::string_view text) { line("\n" + paint(stdout, Colour::bold, text)); }

  void heading() {
    const auto& a = outcome_.assessment;
    line(paint(stdout, Colour::bold, cut(safe(a.profile.name), width_)));
    std::string about = category_word(a.profile.category, language_);
    if (!a.profile.domains.empty()) about += " · " + safe(joined(a.profile.domains));
    std::string text;
    wrap(text, about, 0, width_);
    wrap(text, fmt::format("{} {}", t("roles:", "rôles :"), joined(a.profile.roles)), 0, width_);
    wrap(text,
         fmt::format("{} {} · {} {}", t("judged as of", "jugé au"), format_time(a.at), t("evidence", "preuves"),
                     short_digest(a.bundle_digest)),
         0, width_);
    out_ += text;
  }

  // A bar of `cells`: what is certain, what is open, what is lost; a mark at the score.
  std::string bar(const PrincipleScore& p, std::size_t cells) const {
    if (p.applicable == 0) return paint(stdout, Colour::dim, fit(t("not applicable", "sans objet"), cells));
    const auto cell = [&](double share) { return static_cast<std::size_t>(std::lround(share * static_cast<double>(cells))); };
    const std::size_t low = cell(p.low);
    const std::size_t high = std::max(low, cell(p.high));
    std::string sure, open, lost;
    for (std::size_t i = 0; i < cells; ++i) (i < low ? sure : i < high ? open : lost) += i < low ? "█" : i < high ? "░" : "·";
    return paint(stdout, tier_colour(p.tier), sure) + paint(stdout, Colour::dim, open) + paint(stdout, Colour::dim, lost);
  }

  void row(const PrincipleScore& p, std::size_t title_columns, std::size_t bar_cells) {
    const auto& principle = catalog_.principles()[p.principle];
    std::string text = fmt::format("{} {} {} ", fmt::format("P{}", p.principle), fit(principle.title.in(language_), title_columns),
                                   paint(stdout, tier_colour(p.tier), std::string(1, p.tier)));
    text += bar(p, bar_cells);
    text += fmt::format(" {} {} {}",
                        paint(stdout, p.tier == '?' ? Colour::dim : Colour::bold, fit(p.score ? percent(*p.score, language_) : "–", 5)),
                        fit(p.applicable == 0 ? "" : interval(p, language_), 8), fmt::format("{}/{}", assessed(p), p.applicable));
    const auto mark = [&](Status s, std::string_view sign) {
      const auto n = p.count[static_cast<std::size_t>(s)];
      return n == 0 ? std::string() : " " + paint(stdout, status_colour(s), fmt::format("{}{}", n, sign));
    };
    text += mark(Status::satisfied, "✓") + mark(Status::partial, "◐") + mark(Status::not_satisfied, "✗");
    line(text);
  }

  void rows() {
    // "P1 " title " T " bar " 100 % " "0–100 % " "8/8 8✓ 8◐ 8✗"
    constexpr std::size_t kFixed = 3 + 3 + 1 + 6 + 9 + 3 + 9;
    const std::size_t free = width_ - kFixed;
    const std::size_t bar_cells = std::clamp<std::size_t>(free / 2, 8, 24);
    const std::size_t title_columns = std::min<std::size_t>(free - bar_cells, 40);
    line("");
    line(paint(stdout, Colour::dim,
               fmt::format("{} {}   {} {}", std::string(3 + title_columns, ' '), fit("", bar_cells), fit(t("score", "score"), 5),
                           t("range    assessed", "plage    évalués"))));
    for (const auto& p : outcome_.assessment.principles) {
      row(p, title_columns, bar_cells);
      if (p.principle == 0) line(paint(stdout, Colour::dim, rule()));
    }
    std::string legend;
    wrap(
        legend,
        t("Tier A from 90%, B from 75%, C from 50%, D below, ? where less than half is assessed. █ certain, ░ not assessed (open), · lost. "
          "Class A evidence counts half, class D never.",
          "Niveau A dès 90 %, B dès 75 %, C dès 50 %, D au-dessous, ? si moins de la moitié est évaluée. █ acquis, ░ non évalué (ouvert), "
          "· perdu. "
          "La classe A compte pour moitié, la classe D jamais."),
        0, width_);
    out_ += paint(stdout, Colour::dim, legend);
  }

  std::string rule() const {
    std::string out;
    for (std::size_t i = 0; i < width_; ++i) out += "─";
    return out;
  }

  void fixes() {
    const auto list = to_fix(outcome_);
    title(list.empty() ? t("Nothing measured needs fixing", "Rien de mesuré n’est à corriger")
                       : t("What to fix first", "À corriger d’abord"));
    for (const Judgement* j : list) {
      const catalog::Control* control = catalog_.find(j->control);
      line(fmt::format(
          "{} {} {}", paint(stdout, Colour::bold, j->control.str()),
          paint(stdout, status_colour(j->status), status_word(j->status, language_)),
          cut(control == nullptr ? "" : control->title.in(language_), width_ - 7 - display_width(status_word(j->status, language_)) - 1)));
      wrap(out_, safe(summary_in(outcome_, *j, language_).text), 6, width_);
      if (const auto fix = fix_in(outcome_, *j, language_); !fix.text.empty()) wrap(out_, "→ " + safe(fix.text), 6, width_);
    }
  }

  // Grouped, because sixty lines of the same sentence help nobody: first what the reader can do something about, each with its
  // command; then the ids nothing measures yet.
  void gaps() {
    std::vector<const Judgement*> doable;
    std::string identity, later;
    for (const auto& j : outcome_.assessment.judgements) {
      if (j.status != Status::not_assessed) continue;
      const catalog::Control* control = catalog_.find(j.control);
      if (control == nullptr) continue;
      const bool attestable =
          control->evidence_class == catalog::EvidenceClass::attested || control->evidence_class == catalog::EvidenceClass::declared;
      if (attestable || has_engine(j.control)) {
        doable.push_back(&j);
      } else {
        std::string& list = j.control.principle() == 0 ? identity : later;
        list += (list.empty() ? "" : " ") + j.control.str();
      }
    }
    if (doable.empty() && identity.empty() && later.empty()) return;
    title(t("Not assessed, and what would assess it", "Non évalué, et ce qui permettrait de l’évaluer"));
    for (const Judgement* j : doable) gap(*j);
    if (!identity.empty())
      wrap(out_, fmt::format("{}: {}", identity, t("judged by the registry, from the ledger", "jugé par le registre, à partir du journal")),
           0, width_);
    if (!later.empty()) {
      wrap(out_,
           fmt::format("{}: {}", later,
                       t("no engine of this version measures them yet; `entente controls show ID` says what they need",
                         "aucun moteur de cette version ne les mesure encore ; `entente controls show ID` dit ce qu’il leur faut")),
           0, width_);
    }
  }

  void gap(const Judgement& j) {
    const catalog::Control* control = catalog_.find(j.control);
    line(fmt::format("{} {}", paint(stdout, Colour::bold, j.control.str()), cut(control->title.in(language_), width_ - 7)));
    if (const auto reason = outcome_.reasons.find(j.control); reason != outcome_.reasons.end())
      wrap(out_, safe(reason->second.in(language_)), 6, width_);
    if (const auto next = outcome_.next.find(j.control); next != outcome_.next.end())
      wrap(out_, "→ " + safe(next->second.in(language_)), 6, width_);
  }

  const Outcome& outcome_;
  const catalog::Catalog& catalog_;
  const Language language_;
  const std::size_t width_;
  std::string out_;
};

}  // namespace

std::string scorecard(const Outcome& outcome, const catalog::Catalog& catalog, Language language, int width) {
  return Card(outcome, catalog, language, width > 0 ? width : terminal_width(stdout)).str();
}

}  // namespace entente::assess
