// Checks a whole log. First the small files (key, checkpoint, epoch, settled mark, signing journal, commit journal with its chain of check
// values), then the tree (fsck_tree.cc), then what lies behind the committed part of each file. Goes on after a problem as long as there is
// something to compare.
#include <fmt/format.h>
#include <algorithm>

#include "ledger/epoch.h"
#include "ledger/fsck_tree.h"
#include "ledger/head.h"
#include "ledger/recovery.h"
#include "ledger/settled.h"
#include "ledger/signing_journal.h"

namespace entente::ledger {
namespace {

constexpr std::uint64_t kMostBadRecords = 4096;  // in a row, before the rest of the journal is given up
constexpr std::size_t kJournalStep = 4096;       // records read at a time

struct JournalCheck {
  std::vector<ClaimedRoot> claims;
  std::optional<Commit> last;  // last valid record
  std::uint64_t bytes = 0;     // of the file, up to the last that is not zero
  bool whole = true;           // no invalid record but perhaps one a writer is just writing
};

void check_key(Io& io, const keys::VerifierKey& key, Problems& problems) {
  const auto stored = read_log_key(io);
  if (!stored) {
    problems.add(stored.error().what, kVerifierFile, stored.error().where.offset.value_or(0));
  } else if (*stored != key) {
    problems.add(fmt::format("the log's key is {}, not {}", stored->str(), key.str()), kVerifierFile, 0);
  }
}

std::optional<merkle::Checkpoint> check_checkpoint(Io& io, const keys::VerifierKey& key, Problems& problems) {
  const auto note = read_small(io, kCheckpointFile, merkle::kMaxNoteBytes);
  if (!note) {
    problems.add(note.error());
    return std::nullopt;
  }
  const auto verified = merkle::verify_checkpoint(*note, key);
  if (verified) return verified->checkpoint;
  problems.add("the checkpoint does not verify: " + verified.error().what, kCheckpointFile, verified.error().where.offset.value_or(0));
  return std::nullopt;
}

// A damaged record makes the check value of the next one wrong too; only the first of two in a row is listed.
Result<JournalCheck> check_journal(const Storage& storage, const keys::VerifierKey& key, bool writer_active, Problems& problems) {
  JournalCheck check;
  ENTENTE_TRY(check.bytes, used_bytes(storage.journal()));
  const std::uint64_t records = check.bytes / kCommitBytes;
  if (check.bytes % kCommitBytes != 0 && !writer_active) {
    check.whole = false;
    problems.add("an unfinished commit record: an append was interrupted, the next one removes it", kJournalFile,
                 check.bytes / kCommitBytes * kCommitBytes);
  }
  const std::string vkey = key.str();
  Bytes previous(as_bytes(vkey).begin(), as_bytes(vkey).end());
  bool previous_bad = false;
  std::uint64_t bad_in_a_row = 0;
  Bytes step;
  for (std::uint64_t i = 0; i < records; ++i) {
    if (bad_in_a_row == kMostBadRecords) {  // a sparse file of a terabyte must not take a day
      problems.add(fmt::format("{} records from here on were not looked at", records - i), kJournalFile, i * kCommitBytes);
      break;
    }
    const std::size_t at = static_cast<std::size_t>(i % kJournalStep) * kCommitBytes;
    if (at == 0) {
      step.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kJournalStep, records - i)) * kCommitBytes);
      ENTENTE_CHECK(storage.journal().read(i * kCommitBytes, step));
    }
    const ByteView record = ByteView(step).subspan(at, kCommitBytes);
    const auto commit = decode_commit(record, i == 0 ? Link::to_key : Link::to_record, previous);
    if (commit) {
      check.claims.push_back({commit->size, commit->root, kJournalFile, i * kCommitBytes});
      check.last = *commit;
    } else if (!(writer_active && i + 1 == records)) {
      check.whole = false;
      if (!previous_bad) problems.add(fmt::format("commit {}: {}", i, commit.error().what), kJournalFile, i * kCommitBytes);
    }
    previous_bad = !commit && !previous_bad;
    bad_in_a_row = commit ? 0 : bad_in_a_row + 1;
    previous.assign(record.begin(), record.end());
  }
  if (check.claims.empty()) problems.add("the commit journal holds no valid record", kJournalFile, 0);
  return check;
}

// The small files of the writer.
struct SmallFiles {
  std::optional<Commit> settled;
  std::optional<SigningState> signing;
  bool signing_whole = true;
};

SmallFiles check_small_files(Io& io, const SigningJournal::Place& place, const keys::VerifierKey& key, bool writer_active,
                             Problems& problems) {
  SmallFiles small;
  const std::string vkey = key.str();
  if (const auto epoch = Epoch::read(io, vkey); !epoch) problems.add(epoch.error());
  const auto settled = SettledMark::open(io, vkey, OpenMode::read);
  if (!settled) {
    problems.add(settled.error());
  } else {
    small.settled = settled->latest();
    if (settled->file_bytes() != kSettledBytes) problems.add("the file does not have its length", kSettledFile, 0);
    if (!writer_active)
      for (const std::uint64_t offset : settled->damaged()) problems.add("a damaged or half-written record", kSettledFile, offset);
  }
  const auto there = place.io->exists(place.name);
  if (!there || !*there) return small;  // kept elsewhere
  auto signing = SigningJournal::read(place, vkey);
  if (!signing) {
    problems.add(signing.error());
    return small;
  }
  for (const std::uint64_t offset : signing->damaged) problems.add("a damaged record", kSigningFile, offset);
  if (signing->interrupted && !writer_active)
    problems.add("a damaged record, or one whose writing was interrupted", kSigningFile,
                 (signing->latest.number + 1) % kSigningRecords * sizeof(Record));
  small.signing_whole = signing->damaged.empty() && !signing->interrupted;
  small.signing = std::move(*signing);
  return small;
}

// What the rest is measured by: the last commit, or the checkpoint where the journal lost it.
Result<Commit> choose_commit(const Storage& storage, const JournalCheck& journal, const SmallFiles& small,
                             const std::optional<merkle::Checkpoint>& checkpoint, Problems& problems) {
  if (journal.last && (!checkpoint || checkpoint->size <= journal.last->size)) return *journal.last;
  if (journal.last && journal.whole)
    problems.add(fmt::format("the journal ends at {} entries, but {} were signed", journal.last->size, checkpoint->size), kJournalFile,
                 journal.bytes);
  Commit commit;
  if (checkpoint && small.settled && small.settled->size == checkpoint->size) return *small.settled;
  ENTENTE_TRY(commit.segment_bytes, storage.entries().size());
  if (checkpoint) {
    commit.size = checkpoint->size;
    commit.root = checkpoint->root;
  }
  return commit;
}

// `reserve`: zeros behind what is committed are room for later commits.
enum class Behind { nothing, zeros };

void check_size(const File& file, std::string_view name, std::uint64_t want, Behind behind, bool writer_active, Problems& problems) {
  const auto size = file.size();
  if (!size) return problems.add(size.error());
  if (*size < want) return problems.add(fmt::format("the file is {} bytes too short", want - *size), name, *size);
  if (*size == want || writer_active) return;
  std::uint64_t used = *size;
  if (behind == Behind::zeros) {
    const auto bytes = used_bytes(file);
    if (!bytes) return problems.add(bytes.error());
    used = *bytes;
  }
  if (used > want)
    problems.add(fmt::format("{} bytes belong to no commit: an append was interrupted, the next one removes them", used - want), name,
                 want);
}

void check_sizes(const Storage& storage, const Commit& commit, bool writer_active, Problems& problems) {
  check_size(storage.entries(), kEntriesFile, commit.segment_bytes, Behind::zeros, writer_active, problems);
  check_size(storage.index(), kIndexFile, 8 * bundles_of(commit.size), Behind::nothing, writer_active, problems);
  for (unsigned l = 0; l < kTileLevels; ++l)
    check_size(storage.level(l), level_file(l), hashes_at(commit.size, l) * kHashBytes, Behind::nothing, writer_active, problems);
}

// What the signing journal and the settled mark say of the past is compared with the tree; where they claim more than the journal holds,
// and nothing else explains that, they are named.
void check_against_small(const SmallFiles& small, const std::optional<merkle::Checkpoint>& checkpoint, const Commit& commit,
                         const JournalCheck& journal, std::vector<ClaimedRoot>& claims, Problems& problems) {
  if (checkpoint) claims.push_back({checkpoint->size, checkpoint->root, kCheckpointFile, 0});
  if (small.settled) {
    if (small.settled->size <= commit.size)
      claims.push_back({small.settled->size, small.settled->root, kSettledFile, 0});
    else if (journal.whole)
      problems.add(fmt::format("{} entries are marked as settled, but {} are committed", small.settled->size, commit.size), kSettledFile,
                   0);
  }
  if (!small.signing) return;
  const std::uint64_t offset = small.signing->latest.number % kSigningRecords * sizeof(Record);
  if (small.signing->latest.size <= commit.size)
    claims.push_back({small.signing->latest.size, small.signing->latest.root, kSigningFile, offset});
  else if (journal.whole)
    problems.add(fmt::format("a checkpoint of {} entries was signed, but the log holds {}: it was put back to an older state",
                             small.signing->latest.size, commit.size),
                 kSigningFile, offset);
  if (small.signing_whole && checkpoint && checkpoint->size > small.signing->latest.size)
    problems.add(
        fmt::format("the signing journal ends at {} entries, but the checkpoint has {}", small.signing->latest.size, checkpoint->size),
        kSigningFile, offset);
}

// Commits that are in the write-ahead file only are whole, but where a writer was interrupted.
void check_wal(const Storage& storage, const keys::VerifierKey& key, const Commit& commit, Problems& problems) {
  Io& io = storage.io();
  const auto there = io.exists(kWalFile);
  if (!there) return problems.add(there.error());
  if (!*there) return;
  const auto wal = Wal::open(io, key.str(), OpenMode::read);
  if (!wal) return problems.add(wal.error());
  const auto edge = checked_edge(storage, commit.size, commit.root, commit);
  if (!edge) return;  // named already
  merkle::TreeSize size = commit.size;
  const auto done = walk_wal(*wal, commit, *edge, [&](const Commit&, const Commit& after, ByteView) -> Result<void> {
    size = after.size;
    return {};
  });
  if (!done) problems.add(done.error());
  if (size > commit.size)
    problems.add(
        fmt::format("{} committed entries stand here only: an append was interrupted, the next one moves them", size - commit.size),
        kWalFile, 0);
}

// True if another process holds the writer's lock now.
bool has_writer(Io& io) {
  const auto lock = io.try_lock(kLockFile);
  return lock && !*lock;
}

}  // namespace

void Problems::add(std::string what, std::string_view file, std::optional<std::uint64_t> offset) {
  if (list_.size() == kMaxProblems) {
    ++dropped_;
    return;
  }
  list_.push_back({.what = std::move(what), .file = io_.display(file), .offset = offset});
}

void Problems::add(const Error& error) {
  if (list_.size() == kMaxProblems) {
    ++dropped_;
    return;
  }
  list_.push_back({.what = error.what, .file = error.where.file, .offset = error.where.offset});
}

std::vector<Problem> Problems::take() {
  if (dropped_ > 0) list_.push_back({.what = fmt::format("and {} more problems", dropped_), .file = {}, .offset = {}});
  return std::move(list_);
}

Result<std::vector<Problem>> fsck(const std::filesystem::path& folder, const keys::VerifierKey& key, Progress& progress,
                                  const WriteOptions& options) {
  return fsck(posix_io(folder), key, progress, options);
}

Result<std::vector<Problem>> fsck(std::shared_ptr<Io> io, const keys::VerifierKey& key, Progress& progress, const WriteOptions& options) {
  ENTENTE_TRY(const bool is_log, io->exists(kJournalFile));
  if (!is_log) return fail("no log here: there is no commit journal", {.file = io->display(kJournalFile)}, "check the path");
  Problems problems(*io);
  const bool writer_active = has_writer(*io);
  check_key(*io, key, problems);
  const auto checkpoint = check_checkpoint(*io, key, problems);
  auto storage = Storage::open(io, OpenMode::read);
  if (!storage) {
    problems.add(storage.error());
    return problems.take();
  }
  // The journal before the small files: what a writer records there meanwhile is then never ahead of it by our doing.
  ENTENTE_TRY(JournalCheck journal, check_journal(*storage, key, writer_active, problems));
  SmallFiles small = check_small_files(*io, signing_place(io, options), key, writer_active, problems);
  ENTENTE_TRY(const Commit commit, choose_commit(*storage, journal, small, checkpoint, problems));
  if (writer_active) {  // and may be ahead by its
    if (small.settled && small.settled->size > commit.size) small.settled.reset();
    if (small.signing && small.signing->latest.size > commit.size) small.signing.reset();
  }
  check_against_small(small, checkpoint, commit, journal, journal.claims, problems);
  std::ranges::stable_sort(journal.claims, {}, &ClaimedRoot::size);
  check_sizes(*storage, commit, writer_active, problems);
  check_tree(*storage, commit, journal.claims, problems, progress);
  if (!writer_active) check_wal(*storage, key, commit, problems);
  progress.done();
  return problems.take();
}

}  // namespace entente::ledger
