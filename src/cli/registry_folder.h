// The folder `entente serve` runs a registry from: log/ (the ledger), registry.sqlite (tables), private/ (open
// challenges, evidence of domain proofs), keys/ (in one made for trying out).
#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"

namespace entente::cli {

class RegistryFolder {
 public:
  explicit RegistryFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "log"; }
  [[nodiscard]] std::filesystem::path keys() const { return folder_ / "keys"; }
  [[nodiscard]] std::filesystem::path private_files() const { return folder_ / "private"; }
  [[nodiscard]] std::filesystem::path log_key() const { return keys() / "log.key"; }
  [[nodiscard]] std::string database() const { return "sqlite:" + (folder_ / "registry.sqlite").string(); }
  [[nodiscard]] bool exists() const;
  [[nodiscard]] bool is_free() const;  // not there, or an empty folder
  // Makes keys (of the log, two officers of the secretariat, a verifier, an importer and an assessor), the ledger, and the founding
  // statement signed by the two officers. Whoever holds all keys decides alone: not for a real registry, where each makes their own.
  [[nodiscard]] Result<void> make_for_trying_out() const;
  // Takes back what make_for_trying_out() made in this very run, where a server did not come to start on it.
  void unmake() const;

 private:
  std::filesystem::path folder_;
};

// Whether --public-url may stand in feeds, mails and pages: empty, or an http(s) address without query, fragment and final '/'.
[[nodiscard]] Result<void> check_public_url(std::string_view url);

}  // namespace entente::cli
