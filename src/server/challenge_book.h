// The domain challenges that are open: a file each, durable before the challenge is told to anybody. Private to the room.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "registry/challenge.h"

namespace entente::server {

// Makes it with its parents where it is absent; nobody but its owner may look into it.
[[nodiscard]] Result<void> make_private_folder(const std::filesystem::path& folder);

// Thread-safe.
class ChallengeBook {
 public:
  // Reads what the folder holds; makes it (for its owner only) where it is absent. A file that is no challenge is an error that names
  // it. No folder: nothing is open, and nothing can be kept.
  [[nodiscard]] static Result<ChallengeBook> open(std::filesystem::path folder);
  ChallengeBook(ChallengeBook&& other) noexcept : folder_(std::move(other.folder_)), open_(std::move(other.open_)) {}
  ChallengeBook& operator=(ChallengeBook&&) = delete;

  // There is at most one for an organisation, domain and stage.
  [[nodiscard]] std::optional<registry::Challenge> find(const std::string& organisation, const std::string& domain,
                                                        registry::Stage stage) const;
  // Of any stage.
  [[nodiscard]] std::vector<registry::Challenge> of(const std::string& organisation, const std::string& domain) const;
  // The one that is there if it is of the same key and not expired at `at`; else `fresh`, which takes its place. Whoever asks again
  // therefore makes void nothing that is published already.
  struct Kept {
    registry::Challenge challenge;
    bool fresh = false;
  };
  [[nodiscard]] Result<Kept> keep(const registry::Challenge& fresh, Instant at);
  Result<void> remove(const registry::Challenge& challenge);

 private:
  using Name = std::tuple<std::string, std::string, registry::Stage>;
  explicit ChallengeBook(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path file_of(const registry::Challenge& challenge) const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<Name, registry::Challenge> open_;
};

}  // namespace entente::server
