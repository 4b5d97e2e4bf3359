// Evidence bundles: a folder with manifest.json and the files it lists, nothing else. Format: docs/evidence-bundle.md.
// Nothing here follows a symbolic link inside a bundle: every part of a path is opened on its own with O_NOFOLLOW.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/time.h"

namespace entente::evidence {

struct Evidence {
  std::string kind;        // "profile", "sbom.cyclonedx", "sbom.spdx", "advisories.osv", "kev", "attestation", …: is_valid_kind
  std::string path;        // relative to the bundle, '/' separators; is_safe_relative_path, at most kMaxPathDepth parts
  std::string media_type;  // RFC 6838 type/subtype, lower case, no parameters
  Digest sha256;
  std::uint64_t size = 0;
  Instant collected_at{};
  std::string source;  // URL or path it came from, as declared; may be empty; at most 4,096 bytes, no control characters

  bool operator==(const Evidence&) const = default;
};

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kManifestType = "https://entente.example/evidence-bundle/v1";
inline constexpr std::size_t kMaxPathDepth = 32;
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{128} << 20;

// 1 to 64 lower-case letters, digits, '.', '-', '_', beginning with a letter.
[[nodiscard]] bool is_valid_kind(std::string_view kind);
// Media type by kind and file ending, e.g. ("sbom.spdx", "a/b.json") → "application/spdx+json"; application/octet-stream if unknown.
[[nodiscard]] std::string guess_media_type(std::string_view kind, std::string_view path);

struct BundleLimits {
  std::uint64_t max_files = 100'000;
  std::uint64_t max_file_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_total_bytes = std::uint64_t{16} << 30;
};

// One thing wrong with a bundle.
struct Problem {
  // unsafe_path: a symbolic link, device or folder too deep; manifest: manifest.json itself; archive: a packed bundle that does not read.
  enum class Kind { changed, missing, extra, unsafe_path, manifest, archive };
  Kind kind;
  std::string path;     // in the bundle; bytes as the file system gives them, so use printable() before showing it
  std::string message;  // one sentence, safe to show
  bool operator==(const Problem&) const = default;
};
[[nodiscard]] std::string_view name(Problem::Kind kind);  // "changed", …, "unsafe path"

// An opened bundle. Files are checked against the manifest when they are read. Immutable; thread-safe.
class Bundle {
 public:
  // Reads and checks the manifest only. It must be in its canonical spelling and its seal must hold.
  [[nodiscard]] static Result<Bundle> open(const std::filesystem::path& folder, BundleLimits limits = {});

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::vector<Evidence>& entries() const { return entries_; }  // by path, in byte order
  [[nodiscard]] std::vector<const Evidence*> of_kind(std::string_view kind) const;
  // SHA-256 of manifest.json's bytes: names the bundle and, through the digests in it, every byte of evidence.
  [[nodiscard]] const Digest& digest() const { return digest_; }
  // Content of one entry; an error if size or digest differ from the manifest, or a link stands in the way.
  [[nodiscard]] Result<std::string> read(const Evidence& entry) const;

 private:
  Bundle() = default;
  std::filesystem::path folder_;
  std::vector<Evidence> entries_;
  Digest digest_;
  BundleLimits limits_;
};

// A file to take into a new bundle.
struct Item {
  std::string kind;
  std::filesystem::path from;  // on disk
  std::string path;            // in the bundle
  std::string media_type;      // empty: guessed from the kind and the ending
  Instant collected_at{};
  std::string source;
};

// Copies the items into `folder` (which must not exist or be empty) and writes manifest.json last, each file fsynced. Deterministic:
// the same items give the same bytes, whatever their order. On error what was written is removed again.
[[nodiscard]] Result<Bundle> create(const std::filesystem::path& folder, std::vector<Item> items, Progress& progress,
                                    BundleLimits limits = {});

// Every difference between manifest and folder, by path: changed, missing or extra files and folders, unsafe paths, symbolic links.
// Empty if none. Of a packed bundle (a file) only the first is found; nothing is written to disk. The error is for what cannot be
// looked at at all: no such path, no permission, not a bundle.
[[nodiscard]] Result<std::vector<Problem>> verify(const std::filesystem::path& folder_or_archive, Progress& progress,
                                                  BundleLimits limits = {});

// One .tar.zst with manifest.json first, then the files in manifest order; deterministic (zero times and owners). Verifies on the way.
// Written beside `archive` and renamed into place (replacing what stands there) when complete. An archive inside `folder` is refused.
[[nodiscard]] Result<void> pack(const std::filesystem::path& folder, const std::filesystem::path& archive, Progress& progress,
                                BundleLimits limits = {});
// Refuses absolute paths, "..", links, devices, duplicate names, more bytes than the manifest or the limits say, anything not in the
// manifest, anything behind the end. `folder` must not exist or be empty; on error it is removed again (or emptied, if it was there).
// The result is verified.
[[nodiscard]] Result<Bundle> unpack(const std::filesystem::path& archive, const std::filesystem::path& folder, Progress& progress,
                                    BundleLimits limits = {});

// Folder, or .tar.zst unpacked into a temporary folder that lives as long as the result.
struct OpenedBundle {
  std::shared_ptr<void> keep;  // the temporary folder, if there is one
  Bundle bundle;
};
[[nodiscard]] Result<OpenedBundle> open_any(const std::filesystem::path& folder_or_archive, Progress& progress, BundleLimits limits = {});

}  // namespace entente::evidence
