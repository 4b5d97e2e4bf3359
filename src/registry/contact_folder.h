// The contact documents deposited with a registry: a private folder with a file each (docs/contacts.md). Used by the server, and by the
// command line for communication checks.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "registry/contacts.h"
#include "registry/state.h"

namespace entente::registry {

// Thread-safe between processes: a file is replaced or removed as a whole.
class ContactFolder {
 public:
  // Makes it where it is absent, for its owner only.
  [[nodiscard]] static Result<ContactFolder> open(std::filesystem::path folder);
  // Nothing: none is deposited. The names inside are digests, so no id becomes a path.
  [[nodiscard]] Result<std::optional<ContactDocument>> find(const std::string& organisation) const;
  [[nodiscard]] Result<void> keep(const ContactDocument& document) const;    // durable, 0600
  [[nodiscard]] Result<bool> remove(const std::string& organisation) const;  // whether there was one; durable
  // Temporary files of an interrupted keep().
  [[nodiscard]] Result<void> remove_leftovers() const;
  // Of all. A file that is none is an error that names it.
  [[nodiscard]] Result<std::vector<ContactDocument>> all() const;
  // The same, but a file that is none is put among `broken` and the rest is read.
  [[nodiscard]] Result<std::vector<ContactDocument>> all_but_broken(std::vector<Error>& broken) const;

 private:
  explicit ContactFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path file_of(const std::string& organisation) const;
  std::filesystem::path folder_;
};

// Whether the document may be kept and shown: its organisation is approved, and it opens its latest contact set.
[[nodiscard]] Result<void> stands(const ContactDocument& document, const State& state);

}  // namespace entente::registry
