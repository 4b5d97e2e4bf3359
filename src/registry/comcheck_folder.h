// A round of communication checks on the disk: private/comcheck/<round>/ of a registry's folder. plan.json (with the secrets), asked.json,
// questions.json, draw.json and, at the end, closed/; events.jsonl is appended to, a line an event, by the program that sends and the
// server that takes answers. 0600 all; never to be published.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "registry/comcheck_result.h"

namespace entente::registry {

// Several processes may use one at a time: events are read and appended under a lock of the file.
class ComcheckFolder {
 public:
  // A new round. Error: there is one of that name.
  [[nodiscard]] static Result<ComcheckFolder> create(const std::filesystem::path& base, ComcheckRecord record);
  // `log`: draw.json is checked against the log's key. Errors: there is none (`is_absent`), a file that does not fit the plan.
  [[nodiscard]] static Result<ComcheckFolder> open(const std::filesystem::path& base, const std::string& round,
                                                   const keys::VerifierKey& log);
  [[nodiscard]] static bool exists(const std::filesystem::path& base, const std::string& round);

  [[nodiscard]] const ComcheckRecord& record() const { return record_; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  // Once: a round that was drawn is not drawn again.
  [[nodiscard]] Result<void> keep_draw(const std::string& checkpoint, const keys::VerifierKey& log, Instant at);

  [[nodiscard]] Result<std::vector<ComcheckEvent>> events() const;
  // `decide` sees all events and says what to append, with nobody else's event between. What it appends is on the disk on return.
  [[nodiscard]] Result<void> update(
      const std::function<Result<std::vector<ComcheckEvent>>(const std::vector<ComcheckEvent>&)>& decide) const;
  [[nodiscard]] Result<void> append(ComcheckEvent event) const;

 private:
  ComcheckFolder(std::filesystem::path folder, ComcheckRecord record) : folder_(std::move(folder)), record_(std::move(record)) {}
  std::filesystem::path folder_;
  ComcheckRecord record_;
};

}  // namespace entente::registry
