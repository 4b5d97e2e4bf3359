// The web pages of a published registry: which files they are, made from a web bundle and the registry's own files. Private to the room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/progress.h"
#include "server/node_renderer.h"
#include "server/web_bundle.h"

namespace entente::server {

inline constexpr std::size_t kMaxPages = 2'000'000;
inline constexpr std::uint64_t kMaxPageBytes = std::uint64_t{32} << 20;

inline constexpr const char* kNotFoundPage = "404.html";

// Every file by its path below the published folder, and its bytes. An error of `take` ends the walk.
using TakePage = std::function<Result<void>(const std::string& path, std::string_view bytes)>;

// A path pages may have: relative and safe, none of the publication's own (api/, log/, manifest.json), no hidden file.
[[nodiscard]] bool is_page_path(std::string_view path);

// What node makes of the site, and the client's files. Errors: node's; a symbolic link, a bad path, a file too large or too many among what
// it made; a bundle that changed meanwhile.
[[nodiscard]] Result<void> each_rendered_page(const WebBundle& bundle, const Node& node, const std::filesystem::path& site,
                                              const std::string& public_url, const TakePage& take, Progress& progress);

// Without node: the app for each language (<language>/index.html), which makes its pages in the reader's browser; as 404.html too, so that
// it opens at any address; index.html, which leads to the languages; and the client's files.
[[nodiscard]] Result<void> each_app_page(const WebBundle& bundle, const TakePage& take);

}  // namespace entente::server
