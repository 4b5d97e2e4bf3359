// The web pages as `vite build` leaves them: a folder with web.json, client/ (shell.html, assets, icons) and server/prerender.js.
// docs/publish.md, "Pages". Private to the room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"

namespace entente::server {

inline constexpr std::size_t kMaxWebFiles = 2'000;
inline constexpr std::uint64_t kMaxWebBytes = std::uint64_t{64} << 20;

// web.json: which pages there are.
struct WebDescription {
  std::vector<std::string> languages;      // tags, the first is where no other is asked for; at least one
  std::vector<std::string> sections;       // what may stand after the language in a page's path, in byte order
  std::vector<std::string> right_to_left;  // of the languages

  // Errors: no such JSON, a tag or section that could not stand in a path, a language that is one of the server's own paths.
  [[nodiscard]] static Result<WebDescription> parse(std::string_view text, const std::string& name);
  [[nodiscard]] bool has_section(std::string_view section) const;
  [[nodiscard]] bool is_right_to_left(std::string_view language) const;
};

// First segments of paths that are the server's own, and of what a publication holds besides pages.
[[nodiscard]] bool is_reserved_segment(std::string_view segment);
// By the file name's extension; application/octet-stream for what is not known.
[[nodiscard]] std::string_view content_type_of(std::string_view path);

enum class ShellMode : std::uint8_t { live, static_files };

// Immutable, thread-safe. Everything but server/ is held in memory; the disk is not asked again.
class WebBundle {
 public:
  // By path below client/, ".gz" and ".br" siblings among them. Left out: shell.html, and what the build keeps for itself (names that begin
  // with a dot, manifest.json).
  using Files = std::map<std::string, std::shared_ptr<const std::string>, std::less<>>;

  // Errors: no such folder, more than kMaxWebFiles or kMaxWebBytes, symbolic links, no sound web.json or shell.html, a client file whose
  // path is the server's own.
  [[nodiscard]] static Result<std::shared_ptr<const WebBundle>> open(const std::filesystem::path& folder);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path prerender() const { return folder_ / "server" / "prerender.js"; }  // may be missing
  [[nodiscard]] const WebDescription& description() const { return description_; }
  [[nodiscard]] const Files& files() const { return files_; }
  // Of all files: SHA-256 of the lines `sha256sum` prints for them in byte order of their paths ("<hex>  client/shell.html\n").
  [[nodiscard]] const Digest& digest() const { return digest_; }
  // The app for any page in that language.
  [[nodiscard]] std::string shell(std::string_view language, ShellMode mode) const;

 private:
  WebBundle() = default;
  std::filesystem::path folder_;
  WebDescription description_;
  Files files_;
  Digest digest_;
  std::string shell_;
};

}  // namespace entente::server
