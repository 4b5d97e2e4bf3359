// The log's public face over Storage: append with deduplication, look-ups and proofs. What is given out is checked first: an entry against
// its leaf hash, a proof against the signed root.
#include "ledger/ledger.h"

#include <fmt/format.h>
#include <algorithm>

#include "ledger/state.h"

namespace entente::ledger {
namespace {

// Reads through the leaf hashes of the first `size` entries.
Result<std::optional<merkle::LeafIndex>> scan_for(const Storage& storage, merkle::TreeSize size, const Digest& leaf) {
  constexpr std::uint64_t kStep = 128 * kTileWidth;
  for (std::uint64_t at = 0; at < size; at += kStep) {
    const auto count = static_cast<std::size_t>(std::min(kStep, size - at));
    ENTENTE_TRY(const std::vector<Digest> leaves, storage.hashes(0, at, count));
    if (const auto it = std::ranges::find(leaves, leaf); it != leaves.end()) return at + static_cast<std::uint64_t>(it - leaves.begin());
  }
  return std::nullopt;
}

Result<void> check_key(const keys::VerifierKey& log, const keys::SigningKey& given) {
  if (given.verifier() == log) return {};
  return fail(fmt::format("this key ({}) is not the log's ({})", given.verifier().str(), log.str()), {},
              "give the key the log was made with");
}

}  // namespace

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

const keys::VerifierKey& Ledger::verifier() const { return state_->key; }
merkle::TreeSize Ledger::size() const { return state_->signed_size(); }
Result<std::string> Ledger::checkpoint() const { return state_->head.note; }

merkle::TreeSize Ledger::committed_size() const { return state_->commit().size; }

Result<std::vector<merkle::LeafIndex>> Ledger::commit(std::span<const std::string> entries) {
  State& s = *state_;
  if (!s.writer) return fail("the log is open for reading only");
  std::vector<ByteView> views;
  views.reserve(entries.size());
  for (const std::string& entry : entries) views.push_back(as_bytes(entry));
  ENTENTE_CHECK(Writer::check_lengths(views));
  auto staged = s.writer->stage(views);
  const Result<void> done = staged ? s.writer->commit(*staged) : fail(staged.error());
  s.head = s.writer->head();
  if (!done) {
    s.writer->abandon();
    return fail(done.error());
  }
  // Without publications nothing else would bring levels and index to the disk.
  constexpr std::uint64_t kMostUnsettled = 4 << 20;
  constexpr std::uint64_t kMostUnsettledBytes = std::uint64_t{1} << 30;
  if (s.writer->unsettled_entries() > kMostUnsettled || s.writer->unsettled_bytes() > kMostUnsettledBytes)
    ENTENTE_CHECK(s.writer->settle());
  return std::move(staged->indices);
}

Result<void> Ledger::publish(const keys::SigningKey& key) {
  State& s = *state_;
  if (!s.writer) return fail("the log is open for reading only");
  ENTENTE_CHECK(check_key(s.key, key));
  if (s.commit().size == s.signed_size()) return {};
  ENTENTE_TRY(const Writer::SignedNote note, s.writer->sign(key));
  ENTENTE_CHECK(s.writer->publish(note));
  s.head = s.writer->head();
  return {};
}

Result<std::vector<merkle::LeafIndex>> Ledger::append(std::span<const std::string> entries, const keys::SigningKey& key) {
  State& s = *state_;
  if (!s.writer) return fail("the log is open for reading only");
  ENTENTE_CHECK(check_key(s.key, key));
  ENTENTE_CHECK(s.writer->check_unchanged());
  ENTENTE_TRY(std::vector<merkle::LeafIndex> indices, commit(entries));
  ENTENTE_CHECK(publish(key));
  return indices;
}

Result<void> Ledger::refresh() {
  State& s = *state_;
  if (s.writer) return {};
  ENTENTE_TRY(Head now, read_head(s.storage, s.key));
  if (now.checkpoint.size < s.signed_size() || (now.checkpoint.size == s.signed_size() && now.checkpoint.root != s.head.checkpoint.root))
    return fail(fmt::format("the checkpoint went back from {} entries to {}, or changed its root", s.signed_size(), now.checkpoint.size),
                {.file = s.storage.io().display(kCheckpointFile)}, "the log was put back to an older state, or forked");
  s.head = std::move(now);
  return {};
}

Result<std::string> Ledger::entry(merkle::LeafIndex index) const {
  if (index >= size()) return fail(fmt::format("the log has no entry {}; it has {}, counted from 0", index, size()));
  return state_->storage.entry(index, state_->commit());
}

Result<void> Ledger::each_entry(merkle::LeafIndex first, std::uint64_t count,
                                const std::function<Result<void>(merkle::LeafIndex, ByteView)>& take) const {
  const State& s = *state_;
  const std::uint64_t end = first >= size() ? first : first + std::min(count, size() - first);
  for (std::uint64_t i = first; i < end;) {
    const std::uint64_t n = i / kTileWidth;
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, end - n * kTileWidth));
    ENTENTE_TRY(const std::string bundle, s.storage.bundle(n, width, s.commit()));
    ENTENTE_TRY(const std::vector<ByteView> entries, split_bundle(as_bytes(bundle), width));
    ENTENTE_TRY(const std::vector<Digest> leaves, s.storage.hashes(0, n * kTileWidth, width));
    for (; i < end && i / kTileWidth == n; ++i) {
      if (merkle::leaf_hash(entries[i % kTileWidth]) != leaves[i % kTileWidth])
        return fail(fmt::format("entry {} does not hash to the stored leaf hash", i), {.file = s.storage.io().display(kEntriesFile)},
                    std::string(kFsckHint));
      ENTENTE_CHECK(take(i, entries[i % kTileWidth]));
    }
  }
  return {};
}

Result<merkle::Proof> Ledger::inclusion(merkle::LeafIndex index, merkle::TreeSize tree) const {
  const State& s = *state_;
  if (tree > size()) return fail(fmt::format("the log has {} entries, not yet {}", size(), tree));
  if (index >= tree) return fail(fmt::format("a tree of {} entries has no entry {}", tree, index));
  ENTENTE_TRY(merkle::Proof proof, merkle::inclusion_proof(index, tree, s.storage.node_reader()));
  if (tree != size()) return proof;
  ENTENTE_TRY(const std::vector<Digest> leaf, s.storage.hashes(0, index, 1));
  if (const auto fits = merkle::verify_inclusion(index, tree, leaf.front(), proof, s.head.checkpoint.root); !fits)
    return fail(fmt::format("the stored hashes do not prove entry {}: {}", index, fits.error().what),
                {.file = s.storage.io().display(level_file(0))}, std::string(kFsckHint));
  return proof;
}

Result<merkle::Proof> Ledger::consistency(merkle::TreeSize first, merkle::TreeSize second) const {
  const State& s = *state_;
  if (second > size()) return fail(fmt::format("the log has {} entries, not yet {}", size(), second));
  if (first > second) return fail(fmt::format("the first size ({}) is larger than the second ({})", first, second), {}, "swap them");
  ENTENTE_TRY(merkle::Proof proof, merkle::consistency_proof(first, second, s.storage.node_reader()));
  if (second != size()) return proof;
  ENTENTE_TRY(const Digest old_root, merkle::root(first, s.storage.node_reader()));
  if (const auto fits = merkle::verify_consistency(first, second, old_root, s.head.checkpoint.root, proof); !fits)
    return fail(fmt::format("the stored hashes do not prove {} against {}: {}", first, second, fits.error().what),
                {.file = s.storage.io().display(level_file(0))}, std::string(kFsckHint));
  return proof;
}

Result<merkle::Receipt> Ledger::receipt(merkle::LeafIndex index) const {
  ENTENTE_CHECK(entry(index));  // a receipt for an entry that cannot be read would be of no use
  ENTENTE_TRY(merkle::Proof proof, inclusion(index, size()));
  merkle::Receipt receipt;
  receipt.index = index;
  receipt.proof = std::move(proof);
  receipt.checkpoint = state_->head.note;
  return receipt;
}

Result<std::optional<merkle::LeafIndex>> Ledger::find(ByteView entry) const {
  const State& s = *state_;
  ENTENTE_TRY(const auto index, scan_for(s.storage, size(), merkle::leaf_hash(entry)));
  if (!index) return std::optional<merkle::LeafIndex>();
  ENTENTE_TRY(const std::string held, s.storage.entry(*index, s.commit()));
  if (std::ranges::equal(as_bytes(held), entry)) return index;
  return fail(fmt::format("entry {} has the leaf hash of other bytes", *index),
              {.file = s.storage.io().display(level_file(0)), .offset = *index * kHashBytes}, std::string(kFsckHint));
}

Result<std::string> Ledger::tile(unsigned level, std::uint64_t n, unsigned width) const {
  const std::uint64_t have = hashes_at(size(), level);
  if (width == 0 || width > kTileWidth || n > have / kTileWidth || n * kTileWidth + width > have)
    return fail(fmt::format("a log of {} entries has no {}", size(), tile_path(level, n, width)));
  ENTENTE_TRY(const std::vector<Digest> hashes, state_->storage.hashes(level, n * kTileWidth, width));
  std::string out;
  for (const Digest& hash : hashes) out.append(as_text(hash.view()));
  return out;
}

Result<std::string> Ledger::entry_bundle(std::uint64_t n, unsigned width) const {
  if (width == 0 || width > kTileWidth || n > size() / kTileWidth || n * kTileWidth + width > size())
    return fail(fmt::format("a log of {} entries has no {}", size(), bundle_path(n, width)));
  return state_->storage.bundle(n, width, state_->commit());
}

Result<Stats> Ledger::stats() const {
  const State& s = *state_;
  const Commit& commit = s.commit();
  Stats stats{.size = size(),
              .commits = s.head.journal.records - 1,
              .payload_bytes = commit.segment_bytes - 2 * commit.size,
              .committed = commit.size};
  Io& io = s.storage.io();
  const auto add = [&](std::string_view name, std::uint64_t used) -> Result<void> {
    ENTENTE_TRY(const bool there, io.exists(name));
    if (!there) return {};  // a signing journal may be elsewhere
    ENTENTE_TRY(const auto file, io.open(name, OpenMode::read));
    ENTENTE_TRY(const std::uint64_t bytes, file->size());
    stats.disk_bytes += bytes;
    if (used != 0 && bytes > used) stats.reserved_bytes += bytes - used;
    return {};
  };
  ENTENTE_CHECK(add(kEntriesFile, commit.segment_bytes));
  ENTENTE_CHECK(add(kJournalFile, s.head.journal.records * kCommitBytes));
  for (const std::string_view name : {kVerifierFile, kCheckpointFile, kIndexFile, kEpochFile, kSettledFile, kSigningFile, kWalFile})
    ENTENTE_CHECK(add(name, 0));
  for (unsigned l = 0; l < kTileLevels; ++l) ENTENTE_CHECK(add(level_file(l), 0));
  ENTENTE_TRY(const SettledMark settled, SettledMark::open(io, s.key.str(), OpenMode::read));
  stats.settled = settled.latest() ? settled.latest()->size : 0;
  if (const auto epoch = Epoch::read(io, s.key.str())) stats.epoch = epoch->first;
  return stats;
}

}  // namespace entente::ledger
