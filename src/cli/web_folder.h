// Where the web pages are: --web and --no-web or --no-pages, or beside the program. Private to the room.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace entente::cli {

struct WebGiven {
  std::string folder;
  bool none = false;
};

// --web DIR, and the flag by which there are no pages.
void add_web_options(CLI::App& command, WebGiven& given, const char* no_pages_flag);

// The folder given; else the first of these with a web.json in it: <program's folder>/../web (a build), <program's
// folder>/../share/entente/web (a package). Empty: none, or none is wanted.
[[nodiscard]] std::filesystem::path web_folder(const WebGiven& given);

}  // namespace entente::cli
