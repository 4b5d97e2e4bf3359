// The log's public face over Storage: append with deduplication, look-ups and proofs. What is given out is checked first: an entry against
// its leaf hash, a proof against the signed root.
#include "ledger/ledger.h"

#include <fmt/format.h>
#include <algorithm>

#include "ledger/state.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kFsckHint = "run `entente ledger fsck` to see all that is damaged";

struct Plan {
  std::vector<merkle::LeafIndex> indices;  // of every entry asked for
  std::vector<ByteView> fresh;             // entries the log does not hold yet, in order
  std::vector<Digest> leaves;              // of these
};

// An index says that `index` holds these bytes; compare.
Result<void> confirm(const Storage& storage, const Commit& commit, merkle::LeafIndex index, ByteView entry) {
  ENTENTE_TRY(const std::string held, storage.entry(index, commit));
  if (std::ranges::equal(as_bytes(held), entry)) return {};
  return fail(fmt::format("entry {} has the leaf hash of other bytes", index),
              {.file = storage.io().display(level_file(0)), .offset = index * kHashBytes}, std::string(kFsckHint));
}

Result<Plan> plan_append(const Storage& storage, const DedupIndex& dedup, const Commit& commit, std::span<const std::string> entries) {
  std::vector<ByteView> views;
  views.reserve(entries.size());
  for (const std::string& entry : entries) views.push_back(as_bytes(entry));
  const std::vector<Digest> leaves = leaf_hashes(views);
  Plan plan;
  std::unordered_map<Digest, std::size_t> batch;  // leaf hash → place in `fresh`
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (const auto known = dedup.find(leaves[i])) {
      ENTENTE_CHECK(confirm(storage, commit, *known, views[i]));
      plan.indices.push_back(*known);
      continue;
    }
    const auto [it, added] = batch.emplace(leaves[i], plan.fresh.size());
    if (!added && !std::ranges::equal(plan.fresh[it->second], views[i]))
      return fail("two different entries have the same SHA-256 leaf hash");
    plan.indices.push_back(commit.size + it->second);
    if (!added) continue;
    plan.fresh.push_back(views[i]);
    plan.leaves.push_back(leaves[i]);
  }
  return plan;
}

Result<void> check_lengths(std::span<const std::string> entries) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].size() > kMaxEntryBytes)
      return fail(fmt::format("entry {} of the {} given has {} bytes; a log takes at most {}", i + 1, entries.size(), entries[i].size(),
                              kMaxEntryBytes),
                  {}, "log its digest instead (nothing was appended)");
  return {};
}

}  // namespace

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

const keys::VerifierKey& Ledger::verifier() const { return state_->key; }
merkle::TreeSize Ledger::size() const { return state_->signed_size(); }
Result<std::string> Ledger::checkpoint() const { return state_->head.note; }

Result<merkle::RightEdge> Ledger::State::check_before_signing() {
  ENTENTE_TRY(const Head now, read_head(storage, key));
  if (now.note != head.note || now.journal.commit != head.journal.commit || now.journal.records != head.journal.records)
    return fail("the log was changed by someone else since it was opened", {.file = storage.io().display(kCheckpointFile)},
                "open it again; nothing was signed");
  ENTENTE_TRY(merkle::RightEdge edge, checked_edge(storage, head.checkpoint.size, head.checkpoint.root, commit()));
  if (commit().size == head.checkpoint.size) return edge;
  return checked_edge(storage, commit().size, commit().root, commit());
}

Result<void> Ledger::State::commit_batch(const merkle::RightEdge& edge, std::span<const ByteView> entries, std::span<const Digest> leaves) {
  if (commit().size + entries.size() > kMaxTreeSize) return fail("the log is full");
  const Batch batch = make_batch(commit(), edge, entries, leaves);
  ENTENTE_CHECK(write_batch(storage, commit(), batch));
  const CommitRecord record = encode_commit(batch.commit, head.journal.record);
  ENTENTE_CHECK(write_commit(storage, head.journal.records, record));
  for (std::size_t i = 0; i < leaves.size(); ++i) dedup.add(leaves[i], commit().size + i);
  head.journal = {.commit = batch.commit, .record = record, .records = head.journal.records + 1};
  return {};
}

Result<void> Ledger::State::publish(const keys::SigningKey& signer) {
  merkle::Checkpoint next{.origin = key.name(), .size = commit().size, .root = commit().root};
  ENTENTE_TRY(std::string note, merkle::sign_note(next.str(), {&signer}));
  ENTENTE_CHECK(replace_file(storage.io(), kCheckpointFile, note));
  head.note = std::move(note);
  head.checkpoint = std::move(next);
  return {};
}

Result<std::vector<merkle::LeafIndex>> Ledger::append(std::span<const std::string> entries, const keys::SigningKey& key) {
  State& s = *state_;
  if (!s.lock) return fail("the log is open for reading only");
  if (key.verifier() != s.key)
    return fail(fmt::format("this key ({}) is not the log's ({})", key.verifier().str(), s.key.str()), {},
                "give the key the log was made with");
  if (!s.broken.empty())
    return fail("an earlier write to this log failed: " + s.broken, {}, "open the log again; that settles what was left behind");
  ENTENTE_CHECK(check_lengths(entries));
  ENTENTE_TRY(const merkle::RightEdge edge, s.check_before_signing());
  ENTENTE_CHECK(s.dedup.catch_up(s.storage, s.commit().size));
  ENTENTE_TRY(Plan plan, plan_append(s.storage, s.dedup, s.commit(), entries));
  const auto broken = [&](const Error& error) {
    s.broken = error.what;
    return fail(error);
  };
  if (!plan.fresh.empty())
    if (const auto done = s.commit_batch(edge, plan.fresh, plan.leaves); !done) return broken(done.error());
  if (s.commit().size != s.signed_size())
    if (const auto done = s.publish(key); !done) return broken(done.error());
  return std::move(plan.indices);
}

Result<void> Ledger::refresh() {
  State& s = *state_;
  if (s.lock) return {};
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
  State& s = *state_;
  ENTENTE_CHECK(s.dedup.catch_up(s.storage, s.commit().size));
  const auto index = s.dedup.find(merkle::leaf_hash(entry));
  if (!index || *index >= size()) return std::optional<merkle::LeafIndex>();
  ENTENTE_CHECK(confirm(s.storage, s.commit(), *index, entry));
  return index;
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
  Stats stats{.size = size(), .commits = s.head.journal.records - 1, .payload_bytes = s.commit().segment_bytes - 2 * s.commit().size};
  stats.disk_bytes = s.head.note.size() + s.key.str().size() + 1;
  for (const File* file : {&s.storage.entries(), &s.storage.index(), &s.storage.journal()}) {
    ENTENTE_TRY(const std::uint64_t bytes, file->size());
    stats.disk_bytes += bytes;
  }
  for (unsigned l = 0; l < kTileLevels; ++l) {
    ENTENTE_TRY(const std::uint64_t bytes, s.storage.level(l).size());
    stats.disk_bytes += bytes;
  }
  return stats;
}

}  // namespace entente::ledger
