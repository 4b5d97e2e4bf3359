// The web bundle's prerender.js, run by node: pages as files from a published registry's files. Private to the room.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/error.h"
#include "core/progress.h"

namespace entente::server {

inline constexpr unsigned kLeastNode = 18;

struct Node {
  std::filesystem::path program;
  std::string version;  // "20.20.2"
};
// The first executable `node` on PATH (absolute entries only). The error says, as a clause, why there is none: not found, or too old.
[[nodiscard]] Result<Node> find_node();

struct RenderOptions {
  std::filesystem::path prerender;  // the script
  std::filesystem::path site;       // the published registry, read only
  std::filesystem::path out;        // an empty folder
  std::string public_url;
};
// Errors: it fails, its last line is not "done <files>". What it wrote is not looked at here.
[[nodiscard]] Result<void> render_pages(const Node& node, const RenderOptions& options, Progress& progress);

}  // namespace entente::server
