// `entente controls`: the rules in plain words. `list` prints one line a control under its principle, in columns that fit the
// terminal (long titles wrap); `show` prints everything the catalogue says of a control as labelled paragraphs.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>

#include "catalog/control.h"
#include "catalog/control_json.h"
#include "catalog/nearest.h"
#include "cli/cli.h"
#include "core/terminal.h"
#include "core/utf8.h"

namespace entente::cli {
namespace {

using catalog::Catalog;
using catalog::Control;
using catalog::Language;

struct Options {
  std::vector<std::string> principles;
  std::vector<std::string> roles;
  std::vector<std::string> classes;
  std::string language = "en";
  std::vector<std::string> ids;  // of `show`
};

// What the options select, once they are understood.
struct Selection {
  std::vector<unsigned> principles;
  std::vector<std::string> roles;
  std::vector<catalog::EvidenceClass> classes;
  Language language = Language::en;

  [[nodiscard]] bool takes(const Control& c) const {
    const auto in = [](const auto& list, const auto& value) {
      return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    return in(principles, c.id.principle()) && in(classes, c.evidence_class) && (roles.empty() || c.applies_to(roles));
  }
};

Result<Selection> select(const Options& options) {
  Selection s;
  for (const std::string& text : options.principles) {
    const std::string_view digits = !text.empty() && (text[0] == 'P' || text[0] == 'p') ? std::string_view(text).substr(1) : text;
    if (digits.size() != 1 || digits[0] < '0' || digits[0] > '9')
      return fail("unknown principle \"" + printable(text, 40) + "\"", {}, "0 (integrity of the pledge) to 9, as 6 or P6");
    s.principles.push_back(static_cast<unsigned>(digits[0] - '0'));
  }
  const auto known = catalog::known_roles();
  for (const std::string& role : options.roles) {
    if (std::find(known.begin(), known.end(), role) == known.end()) {
      const auto close = catalog::nearest(role, known, 1);
      return fail("unknown role \"" + printable(role, 40) + "\"", {},
                  (close.empty() ? "one of: " : "did you mean \"" + std::string(close[0]) + "\"? One of: ") + catalog::join_or(known));
    }
    s.roles.push_back(role);
  }
  for (const std::string& text : options.classes) {
    const std::string upper =
        text.size() == 1 ? std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])))) : text;
    const auto c = catalog::parse_evidence_class(upper);
    if (!c) return fail("unknown evidence class \"" + printable(text, 40) + "\"", {}, "M measured, V verified, A attested, D declared");
    s.classes.push_back(*c);
  }
  const auto language = catalog::parse_language(options.language);
  if (!language) return fail("unknown language \"" + printable(options.language, 40) + "\"", {}, "en or fr");
  s.language = *language;
  return s;
}

// `text` in lines of at most `width` columns, broken at spaces (never at no-break spaces); a longer word stands alone.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string& line = lines.back();
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width)
      lines.emplace_back(word);
    else
      line += (line.empty() ? "" : " ") + std::string(word);
  }
  return lines;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t have = display_width(text);
  return have < width ? text.append(width - have, ' ') : text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// Widths of the two columns that give way: what the terminal leaves after id, class and age.
struct Columns {
  std::size_t title = 0;
  std::size_t roles = 0;
};
constexpr std::size_t kFixedColumns = 2 + 5 + 2 + 1 + 2 + 4 + 2;  // "  P6-01  V   180  "

Columns columns_for(const std::vector<const Control*>& controls, Language language) {
  std::size_t title = 0, roles = 0;
  for (const Control* c : controls) {
    title = std::max(title, display_width(c->title.in(language)));
    roles = std::max(roles, display_width(joined(c->roles)));
  }
  const auto width = static_cast<std::size_t>(std::clamp(terminal_width(stdout), 60, 160));
  const std::size_t room = width - kFixedColumns - 2;
  if (title + roles <= room) return {title, roles};
  if (width < 80) return {room, 0};
  const std::size_t wide = std::min(title, std::max(room * 3 / 5, room > roles ? room - roles : 0));
  return {wide, room - wide};
}

void print_row(const Control& c, Language language, Columns columns) {
  const std::vector<std::string> title = wrapped(c.title.in(language), columns.title);
  const std::vector<std::string> roles = columns.roles == 0 ? std::vector<std::string>() : wrapped(joined(c.roles), columns.roles);
  for (std::size_t i = 0; i < std::max(title.size(), roles.size()); ++i) {
    std::string line = i == 0 ? fmt::format("  {}  {}  {:>4}  ", paint(stdout, Colour::cyan, c.id.str()), catalog::letter(c.evidence_class),
                                            c.max_age_days)
                              : std::string(kFixedColumns, ' ');
    const std::string left = i < title.size() ? title[i] : "";
    line += i < roles.size() ? padded(left, columns.title) + "  " + paint(stdout, Colour::dim, roles[i]) : left;
    fmt::print("{}\n", line);
  }
}

void print_controls_table(const std::vector<const Control*>& controls, const Catalog& rules, Language language) {
  const bool fr = language == Language::fr;
  const Columns columns = columns_for(controls, language);
  const std::string header = fmt::format("  {:<5}  {}  {:>4}  ", "ID", "C", fr ? "JRS" : "DAYS") +
                             padded(fr ? "CONTRÔLE" : "CONTROL", columns.title) +
                             (columns.roles == 0 ? ""
                              : fr               ? "  POUR"
                                                 : "  FOR");
  fmt::print("{}\n", paint(stdout, Colour::dim, header));
  int principle = -1;
  for (const Control* c : controls) {
    if (static_cast<int>(c->id.principle()) != principle) {
      principle = static_cast<int>(c->id.principle());
      fmt::print("\n{}\n",
                 paint(stdout, Colour::bold, fmt::format("P{}  {}", principle, rules.principle(c->id.principle()).title.in(language))));
    }
    print_row(*c, language, columns);
  }
}

void print_legend(std::size_t shown, const Catalog& rules, Language language) {
  const bool fr = language == Language::fr;
  const std::size_t all = rules.controls().size();
  fmt::print("\n{}\n", fr ? fmt::format("{} contrôle{} sur {}, catalogue {}.", shown, shown < 2 ? "" : "s", all, rules.version())
                          : fmt::format("{} of {} controls, catalogue {}.", shown, all, rules.version()));
  const std::string_view legend =
      fr ? "C : M mesuré, V vérifié, A attesté, D déclaré. JRS : âge maximal de la preuve en jours. Suite : entente controls show P6-01 "
           "--lang fr"
         : "C: M measured, V verified, A attested, D declared. DAYS: how old evidence may be. Next: entente controls show P6-01";
  const auto width = static_cast<std::size_t>(std::clamp(terminal_width(stdout), 60, 160));
  for (const std::string& line : wrapped(legend, width)) fmt::print("{}\n", paint(stdout, Colour::dim, line));
}

Result<Catalog> load_rules(const Context& context) {
  ENTENTE_TRY(const DataSet* const data, context.data());
  return Catalog::load(*data);
}

Result<int> list(const Context& context, const Options& options) {
  ENTENTE_TRY(const Selection selection, select(options));
  ENTENTE_TRY(const Catalog rules, load_rules(context));
  std::vector<const Control*> controls;
  for (const Control& c : rules.controls())
    if (selection.takes(c)) controls.push_back(&c);
  if (context.json) {
    print_json(catalog::controls_json(rules, controls));
    return kOk;
  }
  if (!controls.empty()) print_controls_table(controls, rules, selection.language);
  if (!context.quiet) print_legend(controls.size(), rules, selection.language);
  return kOk;
}

void print_paragraph(std::string_view label, std::size_t label_width, std::string_view text, std::size_t width) {
  const std::vector<std::string> lines = wrapped(text, width - label_width - 2);
  for (std::size_t i = 0; i < lines.size(); ++i)
    fmt::print("{}  {}\n", i == 0 ? paint(stdout, Colour::bold, padded(std::string(label), label_width)) : std::string(label_width, ' '),
               lines[i]);
}

void print_control(const Control& c, const Catalog& rules, Language language) {
  const bool fr = language == Language::fr;
  const auto width = static_cast<std::size_t>(std::clamp(terminal_width(stdout), 50, 100));
  const catalog::Principle& principle = rules.principle(c.id.principle());
  fmt::print("{}  {}\n", paint(stdout, Colour::cyan, c.id.str()), paint(stdout, Colour::bold, c.title.in(language)));
  fmt::print("{}\n\n", paint(stdout, Colour::dim, fmt::format("P{}  {}", principle.number, principle.title.in(language))));
  const std::string age = fr ? fmt::format("pas plus de {} jours", c.max_age_days) : fmt::format("no older than {} days", c.max_age_days);
  const std::string roles = c.roles.front() == "all" ? (fr ? "tous" : "everyone") : joined(c.roles);
  const std::string evidence_class =
      fmt::format("{}{} {}", catalog::letter(c.evidence_class), fr ? " :" : ":", rules.text(c.evidence_class).in(language));
  const std::vector<std::pair<std::string_view, std::string>> rows = {
      {fr ? "Pour" : "For", roles},
      {fr ? "Classe de preuve" : "Evidence class", evidence_class},
      {fr ? "Repose sur" : "Rests on", c.standard},
      {fr ? "Preuve" : "Evidence", c.evidence.in(language)},
      {fr ? "Âge de la preuve" : "Age of evidence", age},
      {"Test", c.test.in(language)},
      {fr ? "Satisfait si" : "Satisfied if", c.satisfied.in(language)},
      {fr ? "Partiel si" : "Partial if", c.partial.in(language)},
      {fr ? "Sans objet si" : "Not applicable if", c.not_applicable.in(language)},
      {fr ? "Sert" : "Serves", joined(c.hooks)}};
  std::size_t label_width = 0;
  for (const auto& row : rows) label_width = std::max(label_width, display_width(row.first));
  for (const auto& [label, text] : rows)
    if (!text.empty()) print_paragraph(label, label_width, text == "-" ? "–" : text, width);
}

Result<const Control*> find(const Catalog& rules, std::string text) {
  if (!text.empty() && text[0] == 'p') text[0] = 'P';
  const auto id = catalog::ControlId::parse(text);
  if (id)
    if (const Control* c = rules.find(*id)) return c;
  const std::vector<std::string> close = rules.near(text);
  const std::vector<std::string_view> views(close.begin(), close.end());
  return fail(
      "there is no control \"" + printable(text, 40) + "\"", {},
      (views.empty() ? "" : "did you mean " + catalog::join_or(views) + "? ") + std::string("entente controls list shows them all"));
}

Result<int> show(const Context& context, const Options& options) {
  ENTENTE_TRY(const Selection selection, select(options));
  ENTENTE_TRY(const Catalog rules, load_rules(context));
  std::vector<const Control*> controls;
  for (const std::string& id : options.ids) {
    ENTENTE_TRY(const Control* const found, find(rules, id));
    controls.push_back(found);
  }
  if (context.json) {
    print_json(catalog::controls_json(rules, controls));
    return kOk;
  }
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (i > 0) fmt::print("\n");
    print_control(*controls[i], rules, selection.language);
  }
  return kOk;
}

void add_language(CLI::App& command, Options& options) {
  command.add_option("--lang", options.language, "language of the texts: en or fr")->type_name("LANG")->capture_default_str();
}

void add_filters(CLI::App& command, Options& options) {
  command.add_option("--principle", options.principles, "only this principle, 0 to 9 (may be repeated)")
      ->type_name("N")
      ->allow_extra_args(false);
  command.add_option("--role", options.roles, "only what applies to this role (may be repeated)")
      ->type_name("ROLE")
      ->allow_extra_args(false);
  command.add_option("--class", options.classes, "only this evidence class: M, V, A or D (may be repeated)")
      ->type_name("C")
      ->allow_extra_args(false);
  add_language(command, options);
}

}  // namespace

void add_controls(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  const auto reported = [&context, options](Result<int> (*run)(const Context&, const Options&)) {
    return [&context, options, run] {
      const auto code = run(context, *options);
      return code ? *code : report(context, code.error());
    };
  };
  const auto run_list = reported(list);
  CLI::App* controls = add_command(app, context, "controls", "the rules: 74 controls under nine principles, in English and French",
                                   "  entente controls                          all of them\n"
                                   "  entente controls list --principle 6       one principle\n"
                                   "  entente controls list --role csirt        what applies to a CSIRT\n"
                                   "  entente controls list --class A --class D --lang fr\n"
                                   "  entente controls show P6-01               one control, in full\n"
                                   "  entente controls list --json | jq -r '.controls[].id'\n",
                                   run_list);
  add_filters(*controls, *options);
  controls->require_subcommand(0, 1);
  CLI::App* list_command = add_command(*controls, context, "list", "list controls, one line each",
                                       "  entente controls list --role software-producer\n"
                                       "  entente controls list --principle 7 --class V\n",
                                       run_list);
  add_filters(*list_command, *options);
  CLI::App* show_command = add_command(*controls, context, "show", "show all that the catalogue says of a control",
                                       "  entente controls show P6-01\n"
                                       "  entente controls show P6-01 P6-02 --lang fr\n",
                                       reported(show));
  show_command->add_option("ID", options->ids, "control ids, such as P6-01")->required();
  add_language(*show_command, *options);
}

}  // namespace entente::cli
