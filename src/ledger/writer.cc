// The write path. A large commit: the entries are written and synced, then the commit record is written to the journal and synced. A small
// one: record and entries are written to the write-ahead file and synced, once; entries and journal follow for many such commits together,
// before a checkpoint is signed or when that file is full. So a record in the journal always vouches for its entries. Level hashes and
// index are only written, because they can be computed again from the entries: they are synced before a signature is made (settle), and
// recovery recomputes what lies behind the last settled commit.
#include "ledger/writer.h"

#include <fmt/format.h>
#include <algorithm>

namespace entente::ledger {
namespace {

constexpr std::uint64_t kJournalReserve = 16 << 10;  // 256 records

Result<void> write_zeros(File& file, std::uint64_t offset, std::uint64_t bytes) {
  static constexpr std::array<std::uint8_t, 64 << 10> kZeros{};
  for (const std::uint64_t end = offset + bytes; offset < end; offset += kZeros.size())
    ENTENTE_CHECK(
        file.write(offset, ByteView(kZeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(kZeros.size(), end - offset)))));
  return {};
}

ByteView hash_bytes(std::span<const Digest> hashes) {
  return hashes.empty() ? ByteView() : ByteView(hashes.front().bytes.data(), hashes.size() * kHashBytes);
}

}  // namespace

static Bytes index_bytes(std::span<const std::uint64_t> starts) {
  Bytes out(8 * starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) put_u64(std::span(out).subspan(8 * i).first<8>(), starts[i]);
  return out;
}

Result<void> write_derived(Storage& storage, merkle::TreeSize at, const LevelHashes& hashes, std::span<const std::uint64_t> bundle_starts) {
  for (unsigned l = 0; l < kTileLevels; ++l)
    if (!hashes[l].empty()) ENTENTE_CHECK(storage.level(l).write(hashes_at(at, l) * kHashBytes, hash_bytes(hashes[l])));
  if (!bundle_starts.empty()) ENTENTE_CHECK(storage.index().write(8 * bundles_of(at), index_bytes(bundle_starts)));
  return {};
}

Result<void> sync_derived(Storage& storage, merkle::TreeSize from, merkle::TreeSize to) {
  for (unsigned l = 0; l < kTileLevels; ++l)
    if (hashes_at(to, l) != hashes_at(from, l)) ENTENTE_CHECK(storage.level(l).sync());
  if (bundles_of(to) != bundles_of(from)) ENTENTE_CHECK(storage.index().sync());
  return {};
}

Writer::Writer(WriterParts parts, const merkle::RightEdge& edge)
    : storage_(std::move(parts.storage)),
      key_(std::move(parts.key)),
      lock_(std::move(parts.lock)),
      epoch_(parts.epoch),
      staged_(parts.head.journal.commit),
      tree_(edge),
      written_(staged_),
      entries_end_(staged_.segment_bytes),
      entries_reserved_(staged_.segment_bytes),
      journal_reserved_(parts.head.journal.records * kCommitBytes),
      wal_(std::move(parts.wal)),
      settled_(std::move(parts.settled)),
      signing_(std::move(parts.signing)),
      head_(std::move(parts.head)),
      journal_(head_.journal),
      committed_tree_(tree_) {}

Writer::~Writer() {
  if (!broken().empty()) return;
  if (!epoch_.check_mine(storage_.io()) || !settle()) return;
  if (entries_reserved_ > journal_.commit.segment_bytes) (void)storage_.entries().truncate(journal_.commit.segment_bytes);
  if (journal_reserved_ > journal_.records * kCommitBytes) (void)storage_.journal().truncate(journal_.records * kCommitBytes);
  (void)wal_.empty();
}

Commit Writer::committed() const {
  const std::scoped_lock lock(mutex_);
  return head_.journal.commit;
}

JournalEnd Writer::journal_end() const {
  const std::scoped_lock lock(mutex_);
  return journal_;
}

merkle::Checkpoint Writer::published() const {
  const std::scoped_lock lock(mutex_);
  return head_.checkpoint;
}

Head Writer::head() const {
  const std::scoped_lock lock(mutex_);
  Head head = head_;
  head.journal = journal_;
  head.journal.commit = head_.journal.commit;
  return head;
}

std::string Writer::broken() const {
  const std::scoped_lock lock(mutex_);
  return broken_;
}

Result<void> Writer::usable() const {
  const std::string why = broken();
  if (why.empty()) return {};
  return fail(fmt::format("{}: {}", kBroken, why), {}, "open the log again; that settles what was left behind");
}

template <class T>
Result<T> Writer::break_with(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (broken_.empty()) broken_ = error.what;
  return fail(error);
}

Result<bool> Writer::holds(merkle::LeafIndex index, const Digest& leaf) const {
  for (const InFlight& f : in_flight_)
    if (index >= f.first && index - f.first < f.leaves.size()) return f.leaves[static_cast<std::size_t>(index - f.first)] == leaf;
  ENTENTE_TRY(const std::vector<Digest> stored, storage_.hashes(0, index, 1));
  return stored.front() == leaf;
}

Result<void> Writer::check_lengths(std::span<const ByteView> entries) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].size() > kMaxEntryBytes)
      return fail(fmt::format("entry {} of the {} given has {} bytes; a log takes at most {}", i + 1, entries.size(), entries[i].size(),
                              kMaxEntryBytes),
                  {}, "log its digest instead (nothing was appended)");
  return {};
}

Result<Staged> Writer::stage(std::span<const ByteView> entries) {
  ENTENTE_CHECK(usable());
  if (staged_.size + entries.size() > kMaxTreeSize) return fail("the log is full");
  const Commit durable = committed();
  while (!in_flight_.empty() && in_flight_.front().first + in_flight_.front().leaves.size() <= durable.size) in_flight_.pop_front();
  if (!entries.empty()) ENTENTE_CHECK(dedup_.catch_up(storage_, durable.size));

  std::vector<Digest> leaves = leaf_hashes(entries);
  Staged staged;
  staged.indices.reserve(entries.size());
  std::vector<ByteView> fresh;
  fresh.reserve(entries.size());
  in_flight_.push_back({.first = staged_.size, .leaves = {}});
  std::vector<Digest>& fresh_leaves = in_flight_.back().leaves;
  fresh_leaves.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ENTENTE_TRY(const auto known, dedup_.find(leaves[i], [&](merkle::LeafIndex index) { return holds(index, leaves[i]); }));
    if (known) {
      if (*known < durable.size) {  // the entry itself must still be there, not its hash alone
        const auto held = storage_.entry(*known, durable);
        if (!held) return fail(held.error());
      }
      staged.indices.push_back(*known);
      continue;
    }
    const merkle::LeafIndex index = staged_.size + fresh.size();
    dedup_.add(leaves[i], index);
    staged.indices.push_back(index);
    fresh.push_back(entries[i]);
    fresh_leaves.push_back(leaves[i]);
  }
  staged.batch = make_batch(staged_, tree_, fresh, fresh_leaves);
  staged_ = staged.batch.after;
  staged.tree = tree_;
  if (fresh.empty()) in_flight_.pop_back();
  return staged;
}

bool Writer::learn_some() {
  const auto more = dedup_.catch_up_some(storage_, committed().size);
  return more && *more;  // an error is met again, and told, by the next stage()
}

void Writer::abandon() {
  in_flight_.clear();
  dedup_.clear();
  const std::scoped_lock lock(mutex_);
  staged_ = head_.journal.commit;
  if (broken_.empty()) written_ = staged_;
  tree_ = committed_tree_;
}

Result<void> Writer::check_checkpoint() const {
  ENTENTE_TRY(const std::string note, read_small(storage_.io(), kCheckpointFile, merkle::kMaxNoteBytes));
  if (note == head().note) return {};
  return fail("the log was changed by someone else since it was opened", {.file = storage_.io().display(kCheckpointFile)},
              "open it again; nothing was signed");
}

Result<void> Writer::check_before_writing(const Commit& at) const {
  ENTENTE_CHECK(epoch_.check_mine(storage_.io()));
  const JournalEnd end = journal_end();
  std::array<std::uint8_t, kCommitBytes> last{};
  const std::uint64_t offset = (end.records - 1) * kCommitBytes;
  ENTENTE_CHECK(storage_.journal().read(offset, last));
  if (last != end.record)
    return fail("the log was changed by someone else since it was opened", {.file = storage_.io().display(kJournalFile), .offset = offset},
                "open it again; nothing was written");
  ENTENTE_CHECK(checked_edge(storage_, at.size, at.root, at));
  return {};
}

Result<void> Writer::check_unchanged() const {
  ENTENTE_CHECK(check_checkpoint());
  return check_before_writing(committed());
}

void Writer::claim(const Batch& batch) {
  const std::scoped_lock lock(reserve_mutex_);
  entries_end_ = batch.after.segment_bytes;
  entries_reserved_ = std::max(entries_reserved_, entries_end_);
}

Result<void> Writer::reserve_ahead(std::uint64_t bytes) {
  constexpr std::uint64_t kStep = 1 << 20;
  bool any = false;
  while (broken().empty()) {
    const std::scoped_lock lock(reserve_mutex_);
    if (entries_reserved_ >= entries_end_ + bytes) break;
    // Without room for zeros the entries themselves will meet the full disk.
    if (!write_zeros(storage_.entries(), entries_reserved_, kStep)) return {};
    entries_reserved_ += kStep;
    any = true;
  }
  return any ? sync_entries() : Result<void>();
}

Result<void> Writer::write_entries(const Batch& batch) {
  claim(batch);
  ENTENTE_CHECK(storage_.entries().write(batch.before.segment_bytes, as_bytes(batch.segment)));
  ENTENTE_CHECK(write_derived(storage_, batch.before.size, batch.hashes, batch.bundle_starts));
  return is_small(batch) ? Result<void>() : storage_.entries().sync();
}

Result<void> Writer::write(const Staged& staged) {
  ENTENTE_CHECK(usable());
  if (staged.batch.before != written_) return fail("a batch staged before this one was not written");
  ENTENTE_CHECK(check_before_writing(written_));
  if (staged.batch.empty()) return {};
  if (const auto done = write_entries(staged.batch); !done) return break_with<void>(done.error());
  written_ = staged.batch.after;
  return {};
}

// A record for everything up to `commit`, whose entries are synced. Under journal_mutex_.
Result<void> Writer::write_record(const Commit& commit) {
  const JournalEnd end = journal_end();
  const std::uint64_t offset = end.records * kCommitBytes;
  if (offset + kCommitBytes > journal_reserved_) {
    ENTENTE_CHECK(write_zeros(storage_.journal(), offset + kCommitBytes, kJournalReserve));
    journal_reserved_ = offset + kCommitBytes + kJournalReserve;
  }
  const CommitRecord record = encode_commit(commit, end.record);
  ENTENTE_CHECK(storage_.journal().write(offset, record));
  ENTENTE_CHECK(storage_.journal().sync());
  const std::scoped_lock lock(mutex_);
  journal_ = {.commit = commit, .record = record, .records = end.records + 1};
  return {};
}

Result<void> Writer::sync_entries() {
  const std::scoped_lock lock(entries_sync_mutex_);
  ENTENTE_CHECK(usable());
  if (!entries_to_sync_) { ENTENTE_TRY(entries_to_sync_, storage_.io().open(kEntriesFile, OpenMode::write)); }
  if (const auto done = entries_to_sync_->sync(); !done) return break_with<void>(done.error());
  return {};
}

// Under journal_mutex_.
Result<void> Writer::make_durable(const Batch& batch) {
  if (!is_small(batch)) return write_record(batch.after);
  if (journal_end().commit == batch.before) wal_.begin(batch.before);
  if (wal_.has_room(batch.segment.size())) return wal_.append(batch.after, as_bytes(batch.segment));
  // The file is full: all it holds, and this commit, go to the journal.
  ENTENTE_CHECK(sync_entries());
  return write_record(batch.after);
}

Result<void> Writer::seal(const Staged& staged) {
  const std::scoped_lock journal_lock(journal_mutex_);
  ENTENTE_CHECK(usable());
  if (staged.batch.before != committed()) return fail("a batch staged before this one was not committed");
  if (staged.batch.empty()) return {};
  if (const auto done = make_durable(staged.batch); !done) return break_with<void>(done.error());
  ENTENTE_CHECK(epoch_.check_mine(storage_.io()));
  const std::scoped_lock lock(mutex_);
  head_.journal.commit = staged.batch.after;
  committed_tree_ = staged.tree;
  return {};
}

Result<void> Writer::commit(const Staged& staged) {
  ENTENTE_CHECK(write(staged));
  return seal(staged);
}

Result<void> Writer::journal_up_to(const Commit& commit) {
  if (journal_end().commit.size >= commit.size) return {};
  ENTENTE_CHECK(sync_entries());
  const std::scoped_lock journal_lock(journal_mutex_);
  ENTENTE_CHECK(usable());
  if (journal_end().commit.size >= commit.size) return {};
  if (const auto done = write_record(commit); !done) return break_with<void>(done.error());
  return {};
}

Result<Commit> Writer::settle() {
  ENTENTE_CHECK(usable());
  const Commit at = committed();
  const merkle::TreeSize from = settled_size();
  if (settled_.latest() && *settled_.latest() == at) return at;
  ENTENTE_CHECK(journal_up_to(at));
  if (const auto done = sync_derived(storage_, from, at.size); !done) return break_with<Commit>(done.error());
  if (const auto done = settled_.set(at); !done) return break_with<Commit>(done.error());
  return at;
}

Result<void> Writer::check_before_signing(const Commit& at) {
  ENTENTE_CHECK(epoch_.check_mine(storage_.io()));
  ENTENTE_CHECK(check_checkpoint());
  const SignedHead& old = signing_.latest();
  if (at.size < old.size)
    return fail(fmt::format("a checkpoint of {} entries was signed already; signing {} would fork the log", old.size, at.size),
                {.file = signing_.display()});
  ENTENTE_CHECK(checked_edge(storage_, old.size, old.root, at));
  ENTENTE_CHECK(checked_edge(storage_, at.size, at.root, at));
  ENTENTE_TRY(const merkle::Proof proof, merkle::consistency_proof(old.size, at.size, storage_.node_reader()));
  if (const auto fits = merkle::verify_consistency(old.size, at.size, old.root, at.root, proof); !fits)
    return fail(
        fmt::format("the stored hashes do not prove that {} entries continue the {} last signed: {}", at.size, old.size, fits.error().what),
        {.file = storage_.io().display(level_file(0))},
        "nothing was signed and the last checkpoint stands; run `entente ledger fsck` to see all that is damaged");
  return {};
}

Result<Writer::SignedNote> Writer::sign(const keys::SigningKey& key) {
  ENTENTE_CHECK(usable());
  if (key.verifier() != key_)
    return fail(fmt::format("this key ({}) is not the log's ({})", key.verifier().str(), key_.str()), {},
                "give the key the log was made with");
  ENTENTE_TRY(const Commit at, settle());  // what is committed meanwhile waits for the next signature
  ENTENTE_CHECK(check_before_signing(at));
  if (const auto done = signing_.record(at.size, at.root); !done) return break_with<SignedNote>(done.error());
  SignedNote out{.checkpoint = {.origin = key_.name(), .size = at.size, .root = at.root}};
  ENTENTE_TRY(out.note, merkle::sign_note(out.checkpoint.str(), {&key}));
  return out;
}

Result<void> Writer::publish(const SignedNote& signed_note) {
  ENTENTE_CHECK(usable());
  ENTENTE_CHECK(epoch_.check_mine(storage_.io()));
  if (const auto done = replace_file(storage_.io(), kCheckpointFile, signed_note.note); !done) return break_with<void>(done.error());
  const std::scoped_lock lock(mutex_);
  head_.note = signed_note.note;
  head_.checkpoint = signed_note.checkpoint;
  return {};
}

}  // namespace entente::ledger
