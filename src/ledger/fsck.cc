// Checks a whole log. First the three small files (key, checkpoint, journal with its chain of check values), then the tree (fsck_tree.cc),
// then what lies behind the committed part of each file. Goes on after a problem as long as there is something to compare.
#include <fmt/format.h>
#include <algorithm>

#include "ledger/fsck_tree.h"
#include "ledger/head.h"

namespace entente::ledger {
namespace {

constexpr std::size_t kJournalStep = 4096;  // records read at a time

struct JournalCheck {
  std::vector<ClaimedRoot> claims;
  std::optional<Commit> last;  // last valid record
  std::uint64_t bytes = 0;     // of the file
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
  ENTENTE_TRY(check.bytes, storage.journal().size());
  const std::uint64_t records = check.bytes / kCommitBytes;
  const std::string vkey = key.str();
  Bytes previous(as_bytes(vkey).begin(), as_bytes(vkey).end());
  bool previous_bad = false;
  Bytes step;
  for (std::uint64_t i = 0; i < records; ++i) {
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
    previous.assign(record.begin(), record.end());
  }
  if (check.claims.empty()) problems.add("the commit journal holds no valid record", kJournalFile, 0);
  return check;
}

// What the rest is measured by: the last commit, or the checkpoint where the journal lost it.
Result<Commit> choose_commit(const Storage& storage, const JournalCheck& journal, const std::optional<merkle::Checkpoint>& checkpoint,
                             Problems& problems) {
  if (journal.last && (!checkpoint || checkpoint->size <= journal.last->size)) return *journal.last;
  if (journal.last && journal.whole)
    problems.add(fmt::format("the journal ends at {} entries, but {} were signed", journal.last->size, checkpoint->size), kJournalFile,
                 journal.bytes);
  Commit commit;
  ENTENTE_TRY(commit.segment_bytes, storage.entries().size());
  if (checkpoint) {
    commit.size = checkpoint->size;
    commit.root = checkpoint->root;
  }
  return commit;
}

void check_size(const File& file, std::string_view name, std::uint64_t want, bool writer_active, Problems& problems) {
  const auto size = file.size();
  if (!size) {
    problems.add(size.error());
  } else if (*size < want) {
    problems.add(fmt::format("the file is {} bytes too short", want - *size), name, *size);
  } else if (*size > want && !writer_active) {
    problems.add(fmt::format("{} bytes belong to no commit: an append was interrupted, the next one removes them", *size - want), name,
                 want);
  }
}

void check_sizes(const Storage& storage, const Commit& commit, const JournalCheck& journal, bool writer_active, Problems& problems) {
  check_size(storage.entries(), kEntriesFile, commit.segment_bytes, writer_active, problems);
  check_size(storage.index(), kIndexFile, 8 * bundles_of(commit.size), writer_active, problems);
  for (unsigned l = 0; l < kTileLevels; ++l)
    check_size(storage.level(l), level_file(l), hashes_at(commit.size, l) * kHashBytes, writer_active, problems);
  if (journal.bytes % kCommitBytes != 0 && !writer_active)
    problems.add("an incomplete commit record: an append was interrupted, the next one removes it", kJournalFile,
                 journal.bytes / kCommitBytes * kCommitBytes);
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

Result<std::vector<Problem>> fsck(const std::filesystem::path& folder, const keys::VerifierKey& key, Progress& progress) {
  return fsck(posix_io(folder), key, progress);
}

Result<std::vector<Problem>> fsck(std::shared_ptr<Io> io, const keys::VerifierKey& key, Progress& progress) {
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
  ENTENTE_TRY(JournalCheck journal, check_journal(*storage, key, writer_active, problems));
  ENTENTE_TRY(const Commit commit, choose_commit(*storage, journal, checkpoint, problems));
  if (checkpoint) journal.claims.push_back({checkpoint->size, checkpoint->root, kCheckpointFile, 0});
  std::ranges::stable_sort(journal.claims, {}, &ClaimedRoot::size);
  check_sizes(*storage, commit, journal, writer_active, problems);
  check_tree(*storage, commit, journal.claims, problems, progress);
  progress.done();
  return problems.take();
}

}  // namespace entente::ledger
