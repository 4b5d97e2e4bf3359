// What this log may ever have signed: size and root of a checkpoint are durable here before its signature leaves the process. Kept apart
// from the log (another folder, better another disk), it shows at start that the log was put back to an older state.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/format.h"
#include "ledger/io.h"

namespace entente::ledger {

inline constexpr std::size_t kSigningRecords = 16;
inline constexpr std::size_t kSigningBytes = kSigningRecords * sizeof(Record);

struct SignedHead {
  std::uint64_t number = 0;  // of the record, from 0
  merkle::TreeSize size = 0;
  Digest root;
};

// The file read without judgement on its use.
struct SigningState {
  SignedHead latest;
  bool interrupted = false;            // the record after the latest is there in part
  std::vector<std::uint64_t> damaged;  // offsets of records that are not what they must be
};
// `bytes`: the whole file. An error if no record is good or the length is wrong.
[[nodiscard]] Result<SigningState> parse_signing_journal(ByteView bytes, std::string_view vkey);

class SigningJournal {
 public:
  // Where it is: a name in a folder.
  struct Place {
    std::shared_ptr<Io> io;
    std::string name;
    [[nodiscard]] std::string display() const { return io->display(name); }
  };
  // Makes the file with one record for the empty log; it must not exist.
  [[nodiscard]] static Result<SigningJournal> create(Place place, std::string_view vkey);
  // Opens it for writing. Refused if damaged; a half-written last record (a crash before the signature was made) is written over.
  [[nodiscard]] static Result<SigningJournal> open(Place place, std::string_view vkey);
  [[nodiscard]] static Result<SigningState> read(const Place& place, std::string_view vkey);

  [[nodiscard]] const SignedHead& latest() const { return latest_; }
  [[nodiscard]] std::string display() const { return place_.display(); }
  // Durable when it returns. Nothing is written if it is the latest already.
  [[nodiscard]] Result<void> record(merkle::TreeSize size, const Digest& root);

 private:
  Result<void> write_next(merkle::TreeSize size, const Digest& root);
  Place place_;
  std::string vkey_;
  std::unique_ptr<File> file_;
  SignedHead latest_;
};

struct WriteOptions;  // ledger/ledger.h
// Where the options say, by default `signing-journal` in the log's folder.
[[nodiscard]] SigningJournal::Place signing_place(const std::shared_ptr<Io>& io, const WriteOptions& options);

}  // namespace entente::ledger
