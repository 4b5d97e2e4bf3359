// All three scripts do the same: the words before the cursor are followed down the tree as far as they are commands; what may stand next
// follows from where that ends.
#include "cli/completions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace entente::cli {
namespace {

// In single quotes, for bash and zsh.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

// fish knows \' and \\ inside of single quotes.
std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

std::vector<const CommandInTree*> children_of(const CommandInTree& command, const std::vector<CommandInTree>& commands) {
  std::vector<const CommandInTree*> out;
  const std::string prefix = command.path.empty() ? "" : command.path + " ";
  for (const CommandInTree& other : commands)
    if (other.path.size() > prefix.size() && other.path.starts_with(prefix) && other.path.find(' ', prefix.size()) == std::string::npos)
      out.push_back(&other);
  return out;
}

std::vector<OptionInTree> options_of(const CommandInTree& command) {
  std::vector<OptionInTree> out;
  for (const CLI::Option* option : command.app->get_options())
    if (!option->get_group().empty() && option->nonpositional()) out.push_back(option_in_tree(*option));
  return out;
}

std::string paths_pattern(const std::vector<CommandInTree>& commands) {
  std::vector<std::string> paths;
  for (const CommandInTree& command : commands)
    if (!command.path.empty()) paths.push_back(shell_quoted(command.path));
  return fmt::format("{}", fmt::join(paths, "|"));
}

// "'supply scan:--fail-on'|…": what stands before the cursor when a value of these choices is due.
std::string value_pattern(const CommandInTree& command, const OptionInTree& option) {
  std::vector<std::string> out;
  for (const std::string& name : option.names) out.push_back(shell_quoted(command.path + ":" + name));
  return fmt::format("{}", fmt::join(out, "|"));
}

std::string_view last_word(const std::string& path) { return std::string_view(path).substr(path.rfind(' ') + 1); }

}  // namespace

std::string bash_completion(const std::vector<CommandInTree>& commands) {
  std::string out = fmt::format(R"(# bash completion for entente; made by the program itself
_entente() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{path:+$path }}${{COMP_WORDS[i]}}" in
      {}) path="${{path:+$path }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path:$prev" in
)",
                                paths_pattern(commands));
  for (const CommandInTree& command : commands)
    for (const OptionInTree& option : options_of(command)) {
      if (option.choices.empty() && option.value.empty()) continue;
      if (option.choices.empty())
        out += fmt::format("    {}) return ;;\n", value_pattern(command, option));  // a value: file names
      else
        out += fmt::format("    {}) mapfile -t COMPREPLY < <(compgen -W {} -- \"$cur\"); return ;;\n", value_pattern(command, option),
                           shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    }
  out += "  esac\n  case \"$path\" in\n";
  for (const CommandInTree& command : commands) {
    std::string words;
    for (const CommandInTree* child : children_of(command, commands)) words += std::string(last_word(child->path)) + " ";
    if (command.path.empty()) words += "help ";
    std::string options;
    for (const OptionInTree& option : options_of(command))
      for (const std::string& name : option.names)
        if (name.starts_with("--")) options += name + " ";
    out += fmt::format("    {}) words={}; [[ $cur == -* ]] && words={} ;;\n", shell_quoted(command.path), shell_quoted(words),
                       shell_quoted(options));
  }
  return out + R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o bashdefault -o default -F _entente entente
)";
}

std::string zsh_completion(const std::vector<CommandInTree>& commands) {
  // _describe splits at the first colon.
  const auto described = [](std::string_view word, std::string_view what) {
    std::string escaped;
    for (const char c : word) escaped += c == ':' ? std::string("\\:") : std::string(1, c);
    return shell_quoted(escaped + ":" + std::string(what));
  };
  std::string out = fmt::format(R"(#compdef entente
# zsh completion for entente; made by the program itself
_entente() {{
  local at='' i
  local -a subcommands options
  for ((i = 2; i < CURRENT; i++)); do
    case "${{at:+$at }}${{words[i]}}" in
      ({}) at="${{at:+$at }}${{words[i]}}" ;;
    esac
  done
  case "$at:${{words[CURRENT-1]}}" in
)",
                                paths_pattern(commands));
  for (const CommandInTree& command : commands)
    for (const OptionInTree& option : options_of(command)) {
      if (option.value.empty()) continue;
      if (option.choices.empty())
        out += fmt::format("    ({}) _files; return ;;\n", value_pattern(command, option));
      else
        out += fmt::format("    ({}) compadd -- {}; return ;;\n", value_pattern(command, option), fmt::join(option.choices, " "));
    }
  out += "  esac\n  case \"$at\" in\n";
  for (const CommandInTree& command : commands) {
    out += fmt::format("    ({})\n      subcommands=(", shell_quoted(command.path));
    for (const CommandInTree* child : children_of(command, commands))
      out += described(last_word(child->path), child->app->get_description()) + " ";
    out += ")\n      options=(";
    for (const OptionInTree& option : options_of(command))
      for (const std::string& name : option.names)
        if (name.starts_with("--")) out += described(name, option.description) + " ";
    out += ") ;;\n";
  }
  return out + R"(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( ${#subcommands} )); then
    _describe command subcommands
  else
    _files
  fi
}
_entente "$@"
)";
}

std::string fish_completion(const std::vector<CommandInTree>& commands) {
  std::string out = "# fish completion for entente; made by the program itself\nset -g __entente_paths";
  for (const CommandInTree& command : commands)
    if (!command.path.empty()) out += " " + fish_quoted(command.path);
  out += R"fish(
function __entente_path
    set -l path
    for word in (commandline -opc)[2..-1]
        if contains -- (string join ' ' $path $word) $__entente_paths
            set -a path $word
        end
    end
    string join ' ' $path
end
function __entente_at
    test "$(__entente_path)" = "$argv"
end
)fish";
  for (const CommandInTree& command : commands) {
    const std::string at = fish_quoted("__entente_at " + command.path);
    for (const CommandInTree* child : children_of(command, commands))
      out += fmt::format("complete -c entente -n {} -f -a {} -d {}\n", at, fish_quoted(last_word(child->path)),
                         fish_quoted(child->app->get_description()));
    for (const OptionInTree& option : options_of(command)) {
      out += fmt::format("complete -c entente -n {}", at);
      for (const std::string& name : option.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        out += " -x -a " + fish_quoted(fmt::format("{}", fmt::join(option.choices, " ")));
      else if (!option.value.empty())
        out += " -r";
      out += fmt::format(" -d {}\n", fish_quoted(option.description));
    }
  }
  return out;
}

}  // namespace entente::cli
