// Up to which commit the files that are computed from the entries (levels, index) are known to be on the disk. A commit syncs the entries
// and its record only; the rest is synced now and then, and that point recorded. After a crash everything behind it is computed again.
#pragma once

#include <memory>

#include "ledger/format.h"
#include "ledger/io.h"

namespace entente::ledger {

class SettledMark {
 public:
  // `mode` create makes the file; a missing or damaged mark is not an error: nothing is settled then.
  [[nodiscard]] static Result<SettledMark> open(Io& io, std::string_view vkey, OpenMode mode);
  [[nodiscard]] const std::optional<Commit>& latest() const { return latest_; }
  // Offsets of damaged or half-written records.
  [[nodiscard]] const std::vector<std::uint64_t>& damaged() const { return damaged_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return bytes_; }
  // Durable when it returns. The caller has synced the files first.
  [[nodiscard]] Result<void> set(const Commit& commit);

 private:
  std::unique_ptr<File> file_;
  std::string vkey_;
  std::optional<Commit> latest_;
  std::size_t slot_ = 1;  // where `latest_` lies
  std::vector<std::uint64_t> damaged_;
  std::uint64_t bytes_ = 0;
};

inline constexpr std::uint64_t kSettledBytes = 2 * sizeof(Record);

}  // namespace entente::ledger
