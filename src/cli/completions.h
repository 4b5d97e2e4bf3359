// Inside of manual.cc: the commands as a flat list, and the completion scripts made of it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace entente::cli {

struct CommandInTree {
  std::string path;  // "supply scan"; empty: the program itself
  const CLI::App* app = nullptr;
};

struct OptionInTree {
  std::vector<std::string> names;  // with their dashes; empty for a positional
  std::string description;
  std::string value;                 // word for the value, "FILE"; empty for a flag
  std::vector<std::string> choices;  // values allowed, where they are few words
};
[[nodiscard]] OptionInTree option_in_tree(const CLI::Option& option);
// --help, --json and the others that every command has.
[[nodiscard]] bool is_shared_option(const CLI::Option& option);

// Parents before children. Words after a command's own are completed: its subcommands and options; the choices of an option; else file
// names.
[[nodiscard]] std::string bash_completion(const std::vector<CommandInTree>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandInTree>& commands);
[[nodiscard]] std::string fish_completion(const std::vector<CommandInTree>& commands);

}  // namespace entente::cli
