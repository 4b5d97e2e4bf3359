// The write-ahead file: where small commits become durable with one sync. A commit of up to 64 KiB is written here whole, its record and
// its entries in one place, and synced; that it also stands in `entries` and `journal` is only made sure of later, for many commits at
// once. Then the file begins anew from its start: another round. Byte by byte in docs/ledger-format.md. Private to the room.
#pragma once

#include <functional>
#include <memory>

#include "ledger/format.h"
#include "ledger/io.h"

namespace entente::ledger {

inline constexpr std::string_view kWalFile = "wal";

// Tests set smaller ones.
struct WalLimits {
  std::uint64_t batch_bytes = 64 << 10;  // of a commit's bundle bytes; larger ones go the long way
  std::uint64_t file_bytes = 4 << 20;    // the file never grows beyond
};

// Not thread-safe.
class Wal {
 public:
  // `write` makes the file if it is missing.
  [[nodiscard]] static Result<Wal> open(Io& io, std::string_view vkey, OpenMode mode, const WalLimits& limits = {});

  // The commits the file holds behind `from`, which stands in the journal, in order. A commit whose writing was interrupted ends the walk;
  // what was written and does not fit its check value any more is an error with the offset, since it may have been acknowledged. `take`
  // gets what the commit adds to the entries file; it says whether these bytes have the commit's root. For a file as it was found: not
  // after begin().
  using Take = std::function<Result<bool>(const Commit& before, const Commit& after, ByteView bundle_bytes)>;
  [[nodiscard]] Result<void> replay(const Commit& from, const Take& take) const;
  // Puts single flipped bits right, as far as check values show which (repair). Gives how many units it wrote.
  [[nodiscard]] Result<std::uint64_t> mend();

  // Whether a commit of so many bytes is one for this file at all.
  [[nodiscard]] bool takes(std::uint64_t bundle_bytes) const { return bundle_bytes <= limits_.batch_bytes; }
  // Whether it has room behind those before.
  [[nodiscard]] bool has_room(std::uint64_t bundle_bytes) const;
  // The next commit goes to the file's start. `base` is the last commit, and stands in the journal.
  void begin(const Commit& base);
  // Durable when it returns.
  [[nodiscard]] Result<void> append(const Commit& after, ByteView bundle_bytes);
  // Durably empty: nothing in it is needed any more.
  [[nodiscard]] Result<void> empty();
  void forget_cached() { file_->forget_cached(0); }

 private:
  std::unique_ptr<File> file_;
  std::string name_;  // for errors
  std::string vkey_;
  WalLimits limits_;
  Commit base_;
  Record previous_{};           // what the next record is chained to
  std::uint32_t round_ = 0;     // of this object's writing; earlier ones are lower
  std::uint64_t end_ = 0;       // of what was appended; 0: the base is not written yet
  std::uint64_t reserved_ = 0;  // bytes the file has
};

}  // namespace entente::ledger
