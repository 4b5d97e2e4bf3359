// The tree is walked once into a flat list of commands, parents before children; pages and completions are written from that list.
#include "cli/manual.h"

#include <fmt/format.h>
#include <algorithm>

#include "cli/cli.h"
#include "cli/completions.h"
#include "core/version.h"

namespace entente::cli {
namespace {

void walk_commands(const CLI::App& app, const std::string& path, std::vector<CommandInTree>& out) {
  out.push_back({path, &app});
  for (const CLI::App* child : app.get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); }))
    walk_commands(*child, path.empty() ? child->get_name() : path + " " + child->get_name(), out);
}

// "entente supply scan"
std::string full_name(const CommandInTree& command) { return command.path.empty() ? "entente" : "entente " + command.path; }

// The examples stand in the help's footer, behind a heading. A group without any inherits its parent's from CLI11.
std::string examples_of(const CLI::App& app) {
  if (app.get_parent() != nullptr && app.get_parent()->get_footer() == app.get_footer()) return {};
  constexpr std::string_view kHeading = "\nExamples:\n";
  const std::string footer = app.get_footer();
  const std::size_t at = footer.find(kHeading);
  return at == std::string::npos ? footer : footer.substr(at + kHeading.size());
}

void put_option(std::string& out, const CLI::Option& option) {
  const OptionInTree o = option_in_tree(option);
  out += ".TP\n";
  std::string names;
  for (const std::string& name : o.names) names += (names.empty() ? "" : ", ") + fmt::format("\\fB{}\\fR", roff_text(name));
  if (o.names.empty()) names = fmt::format("\\fI{}\\fR", roff_text(option.get_name(true)));
  out += names;
  if (!o.value.empty()) out += fmt::format(" \\fI{}\\fR", roff_text(o.value));
  out += "\n" + roff_text(o.description);
  if (!o.choices.empty()) out += roff_text(fmt::format(" ({})", fmt::join(o.choices, ", ")));
  out += "\n";
}

void put_options(std::string& out, const CLI::App& app, bool shared) {
  for (const CLI::Option* option : app.get_options())
    if (is_shared_option(*option) == shared && !option->get_group().empty()) put_option(out, *option);
}

void put_examples(std::string& out, const CLI::App& app) {
  const std::string examples = examples_of(app);
  if (examples.empty()) return;
  out += ".PP\nExamples:\n.PP\n.nf\n" + roff_text(examples) + "\n.fi\n";
}

std::string manual_page(const CommandInTree& top, const std::vector<CommandInTree>& commands) {
  std::string title = full_name(top);
  std::replace(title.begin(), title.end(), ' ', '-');
  std::string upper = title;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  const bool whole = top.path.empty();
  std::string out = fmt::format(".TH {} 1 \"\" \"entente {}\" \"Entente\"\n.SH NAME\n{} \\- {}\n", roff_text(upper), version(),
                                roff_text(title), roff_text(top.app->get_description()));
  out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR {}\n", roff_text(full_name(top)),
                     whole ? "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]" : "[\\fIOPTIONS\\fR] …");
  out += whole ? ".SH COMMANDS\n" : ".SH DESCRIPTION\n";
  for (const CommandInTree& command : commands) {
    if (whole) {
      if (command.path.empty() || command.path.find(' ') != std::string::npos) continue;
      out += fmt::format(".TP\n\\fBentente\\-{}\\fR(1)\n{}\n", roff_text(command.path), roff_text(command.app->get_description()));
      continue;
    }
    if (command.path != top.path && !command.path.starts_with(top.path + " ")) continue;
    out += fmt::format(".SS {}\n{}\n", roff_text(full_name(command)), roff_text(command.app->get_description()));
    put_options(out, *command.app, false);
    put_examples(out, *command.app);
  }
  out += ".SH COMMON OPTIONS\n";
  put_options(out, *top.app, true);
  if (whole) {
    out += ".SH EXAMPLES\n.PP\n";
    put_examples(out, *top.app);
  }
  out += ".SH EXIT STATUS\n.TP\n0\nall good\n.TP\n1\nfindings\n.TP\n2\nusage or input error\n";
  return out + ".SH SEE ALSO\n" + (whole ? "The manual below /usr/share/doc/entente.\n" : "\\fBentente\\fR(1)\n");
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    at_line_start = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

bool is_shared_option(const CLI::Option& option) {
  for (const char* name : {"help", "json", "quiet", "data", "color", "threads", "version"})
    if (option.check_lname(name)) return true;
  return false;
}

OptionInTree option_in_tree(const CLI::Option& option) {
  OptionInTree out{.description = option.get_description()};
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  if (option.get_items_expected_max() == 0) return out;
  // "WHEN:{auto,always}" or "N:UINT in [0 - 1024]": what the checks add stands behind the colon.
  const std::string type = option.get_type_name();
  const std::size_t colon = end_of_value_word(type);
  out.value = type.substr(0, colon);
  if (colon == type.size() || !type.ends_with('}') || type.compare(colon, 2, ":{") != 0) return out;
  for (std::size_t at = colon + 2; at < type.size() - 1;) {
    const std::size_t end = std::min(type.find(',', at), type.size() - 1);
    out.choices.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::vector<GeneratedFile> manual_and_completions(const CLI::App& app) {
  std::vector<CommandInTree> commands;
  walk_commands(app, "", commands);
  std::vector<GeneratedFile> out;
  for (const CommandInTree& command : commands) {
    if (command.path.find(' ') != std::string::npos) continue;
    out.push_back(
        {command.path.empty() ? "man1/entente.1" : fmt::format("man1/entente-{}.1", command.path), manual_page(command, commands)});
  }
  out.push_back({"bash/entente", bash_completion(commands)});
  out.push_back({"zsh/_entente", zsh_completion(commands)});
  out.push_back({"fish/entente.fish", fish_completion(commands)});
  return out;
}

}  // namespace entente::cli
