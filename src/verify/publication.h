// manifest.json of a registry published as static files (docs/publish.md): which files belong to it, and the checkpoint they were made
// from. Shared by who writes it (server room) and who checks it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/error.h"

namespace entente::verify {

inline constexpr std::string_view kPublicationType = "https://entente.example/published-registry/v1";
inline constexpr std::string_view kPublicationManifest = "manifest.json";
inline constexpr std::uint64_t kMaxPublicationManifest = std::uint64_t{256} << 20;
inline constexpr std::size_t kMaxPublishedFiles = 20'000'000;

struct PublishedFile {
  std::uint64_t size = 0;
  Digest sha256;
  bool operator==(const PublishedFile&) const = default;
};

struct Publication {
  std::string tool;                                         // version of the program that wrote it
  Digest data;                                              // of the catalogues and schemas it was written with
  std::optional<Digest> web;                                // of the web bundle its pages were made by; none: it has no pages
  std::string public_url;                                   // that feeds name; may be empty
  std::string checkpoint;                                   // the signed note
  std::map<std::string, PublishedFile, std::less<>> files;  // by path, '/' between segments; all but the manifest itself

  // One canonical text: two-space JSON in fixed order, its last member "seal" the SHA-256 of the compact form without it.
  [[nodiscard]] std::string text() const;
  // Errors: not that text, byte for byte; unsafe paths. `name` is what errors call it.
  [[nodiscard]] static Result<Publication> parse(std::string_view text, const std::string& name);
};

// Whether the text claims to be such a manifest, sound or not.
[[nodiscard]] bool is_publication(std::string_view manifest);

}  // namespace entente::verify
