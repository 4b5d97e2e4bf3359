// Evidence bundles: a folder with manifest.json and the files it lists, nothing else. Format: docs/evidence-bundle.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/time.h"

namespace entente::evidence {

struct Evidence {
  std::string kind;  // "profile", "sbom.cyclonedx", "sbom.spdx", "advisories.osv", "kev", "attestation", …
  std::string path;  // relative to the bundle, '/' separators; is_safe_relative_path
  std::string media_type;
  Digest sha256;
  std::uint64_t size = 0;
  Instant collected_at{};
  std::string source;  // URL or path it came from, as declared; may be empty

  bool operator==(const Evidence&) const = default;
};

struct BundleLimits {
  std::uint64_t max_files = 100'000;
  std::uint64_t max_file_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_total_bytes = std::uint64_t{16} << 30;
};

// One thing wrong with a bundle.
struct Problem {
  enum class Kind { changed, missing, extra, unsafe_path, manifest };
  Kind kind;
  std::string path;
  std::string message;
};

// An opened bundle. Files are checked against the manifest when they are read. Immutable; thread-safe.
class Bundle {
 public:
  // Reads and checks the manifest only.
  [[nodiscard]] static Result<Bundle> open(const std::filesystem::path& folder, BundleLimits limits = {});

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::vector<Evidence>& entries() const { return entries_; }  // by path, in byte order
  [[nodiscard]] std::vector<const Evidence*> of_kind(std::string_view kind) const;
  // SHA-256 of manifest.json's bytes: names the bundle and, through the digests in it, every byte of evidence.
  [[nodiscard]] const Digest& digest() const { return digest_; }
  // Content of one entry; an error if size or digest differ from the manifest.
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

// Copies the items into `folder` (which must not exist or be empty) and writes manifest.json last. Deterministic: the same
// items give the same bytes, whatever their order.
[[nodiscard]] Result<Bundle> create(const std::filesystem::path& folder, std::vector<Item> items, Progress& progress,
                                    BundleLimits limits = {});

// Every difference between manifest and folder: changed, missing or extra files, unsafe paths, symbolic links. Empty if none.
[[nodiscard]] Result<std::vector<Problem>> verify(const std::filesystem::path& folder, Progress& progress, BundleLimits limits = {});

// One .tar.zst with manifest.json first, then the files in manifest order; deterministic (zero times and owners). Verifies on the way.
[[nodiscard]] Result<void> pack(const std::filesystem::path& folder, const std::filesystem::path& archive, Progress& progress,
                                BundleLimits limits = {});
// Refuses absolute paths, "..", links, devices, duplicate names, more bytes than the limits, anything not in the manifest. On error the
// target folder is removed again. The result is verified.
[[nodiscard]] Result<Bundle> unpack(const std::filesystem::path& archive, const std::filesystem::path& folder, Progress& progress,
                                    BundleLimits limits = {});

// Folder, or .tar.zst unpacked into a temporary folder that lives as long as the result.
struct OpenedBundle {
  std::shared_ptr<void> keep;  // the temporary folder, if there is one
  Bundle bundle;
};
[[nodiscard]] Result<OpenedBundle> open_any(const std::filesystem::path& folder_or_archive, Progress& progress, BundleLimits limits = {});

}  // namespace entente::evidence
