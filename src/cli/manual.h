// Manual pages and shell completions, made from the program's own tree of commands, so that they never differ from `--help`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace entente::cli {

struct GeneratedFile {
  std::string path;  // relative: "man1/entente-supply.1", "bash/entente", "zsh/_entente", "fish/entente.fish"
  std::string text;
};

// A page for the program and one for each first-level command with all below it (man(7), section 1; no dates, so the same bytes each time),
// and the completions of three shells. `app` has all commands; hidden ones (group "") are left out.
[[nodiscard]] std::vector<GeneratedFile> manual_and_completions(const CLI::App& app);

// Text for roff: backslashes and hyphens as such, no line taken for a request. Lines end as in `text`.
[[nodiscard]] std::string roff_text(std::string_view text);

}  // namespace entente::cli
