// Mirroring. The newest verified checkpoint is the target; every earlier signed one (installed, or pending from an interrupted round) must
// be a prefix of its tree, which the source's authenticated tiles show or refute. Then bundles are read in order, each checked against its
// authenticated leaf hashes, and committed in batches. The target is noted in the file `pending` before its first entry is committed, so
// that entries held beyond the installed checkpoint always belong to a signed checkpoint that is at hand.
#include "ledger/mirror.h"

#include <fmt/format.h>

#include "ledger/remote_tree.h"
#include "ledger/state_folder.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kPendingFile = "pending";

// Entries waiting to be committed together.
struct Fetched {
  std::vector<std::string> entries;
  std::vector<Digest> leaves;
  std::size_t bytes = 0;
};

Result<void> commit(Replica& replica, Fetched& batch, Progress& progress) {
  const std::vector<ByteView> views = [&] {
    std::vector<ByteView> out;
    out.reserve(batch.entries.size());
    for (const std::string& entry : batch.entries) out.push_back(as_bytes(entry));
    return out;
  }();
  ENTENTE_CHECK(replica.append(views, batch.leaves));
  progress.advance(batch.entries.size());
  batch = {};
  return {};
}

}  // namespace

Result<SignedCheckpoint> fetch_checkpoint(const Fetch& fetch, const keys::VerifierKey& log, const std::optional<merkle::Policy>& policy) {
  ENTENTE_TRY(auto note, fetch(kCheckpointFile, merkle::kMaxNoteBytes));
  if (!note) return fail("the source has no checkpoint", {}, "is this the address of a tlog-tiles log?");
  ENTENTE_TRY(auto verified, merkle::verify_checkpoint(*note, log));
  if (policy) ENTENTE_CHECK(merkle::verify_checkpoint(*note, *policy, {log}));
  return SignedCheckpoint{.note = std::move(*note), .checkpoint = std::move(verified.checkpoint)};
}

Result<Mirror> Mirror::open(std::shared_ptr<Io> io, const keys::VerifierKey& log, MirrorOptions options) {
  ENTENTE_TRY(Replica replica, Replica::open(std::move(io), log));
  return Mirror(std::move(replica), std::move(options));
}

Result<std::optional<SignedCheckpoint>> Mirror::pending() const {
  Io& io = replica_.io();
  ENTENTE_TRY(const bool there, io.exists(kPendingFile));
  if (!there) return std::nullopt;
  ENTENTE_TRY(std::string note, read_small(io, kPendingFile, merkle::kMaxNoteBytes));
  auto verified = merkle::verify_checkpoint(note, replica_.log());
  if (!verified) {
    verified.error().where.file = io.display(kPendingFile);
    return fail(std::move(verified.error()));
  }
  if (verified->checkpoint.size <= replica_.checkpoint().size) return std::nullopt;
  return SignedCheckpoint{.note = std::move(note), .checkpoint = std::move(verified->checkpoint)};
}

Result<Round> Mirror::forked(Round round, merkle::ForkProof proof) {
  round.outcome = Round::Outcome::forked;
  ENTENTE_TRY(const std::string name, keep_fork_proof(replica_.io(), proof, forks_));
  round.fork_file = replica_.io().display(name);
  round.fork = std::move(proof);
  return round;
}

Result<void> Mirror::copy(RemoteTree& tree, Progress& progress) {
  progress.step("mirroring", tree.size() - replica_.size());
  Fetched batch;
  ENTENTE_CHECK(tree.each_bundle(replica_.size(), tree.size(),
                                 [&](merkle::LeafIndex, std::span<const ByteView> entries, std::span<const Digest> leaves) -> Result<void> {
                                   for (const ByteView entry : entries) {
                                     batch.entries.emplace_back(as_text(entry));
                                     batch.bytes += entry.size() + 2;
                                   }
                                   batch.leaves.insert(batch.leaves.end(), leaves.begin(), leaves.end());
                                   return batch.bytes < options_.batch_bytes ? Result<void>() : commit(replica_, batch, progress);
                                 }));
  ENTENTE_CHECK(commit(replica_, batch, progress));
  progress.done();
  return {};
}

Result<std::string> Mirror::cosigned(std::string note) const {
  if (!options_.key) return note;
  const keys::VerifierKey own = options_.key->verifier();
  ENTENTE_TRY(const merkle::VerifiedCheckpoint verified, merkle::verify_checkpoint(note, replica_.log(), {own}));
  if (!verified.note.cosigned.empty()) return note;
  ENTENTE_TRY(merkle::Note parsed, merkle::Note::parse(note));
  // A line in this mirror's name that does not verify is somebody else's.
  std::erase_if(parsed.signatures, [&](const merkle::NoteSignature& s) { return s.name == own.name() && s.key_id == own.id(); });
  ENTENTE_TRY(const std::string line, merkle::cosign_note(parsed.text, *options_.key, now()));
  return parsed.str() + line;
}

Result<Round> Mirror::update(const Fetch& fetch, Progress& progress) {
  ENTENTE_TRY(SignedCheckpoint shown, fetch_checkpoint(fetch, replica_.log(), options_.policy));
  Round round{.before = replica_.checkpoint().size, .now = shown.checkpoint.size};
  const auto& installed = replica_.note();
  if (installed && round.now <= round.before) {
    ENTENTE_TRY(auto fork, merkle::find_fork(shown.note, *installed, replica_.log(), replica_.reader()));
    if (fork) return forked(std::move(round), std::move(*fork));
    if (round.now < round.before) round.outcome = Round::Outcome::behind;
    ENTENTE_TRY(const std::string note, cosigned(*installed));  // a key may be given to a mirror that had none
    if (note != *installed) ENTENTE_CHECK(replica_.install(note));
    return round;
  }

  ENTENTE_TRY(auto unfinished, pending());
  std::vector<std::string> earlier;
  if (installed) earlier.push_back(*installed);
  if (unfinished && unfinished->checkpoint.size > shown.checkpoint.size) std::swap(*unfinished, shown);
  if (unfinished) earlier.push_back(unfinished->note);
  const SignedCheckpoint& target = shown;

  ENTENTE_TRY(RemoteTree tree, RemoteTree::open(fetch, target.checkpoint.size, target.checkpoint.root));
  for (const std::string& note : earlier) {
    ENTENTE_TRY(auto fork, merkle::find_fork(note, target.note, replica_.log(), tree.reader()));
    if (fork) return forked(std::move(round), std::move(*fork));
  }
  ENTENTE_TRY(const Digest held, tree.root_of(std::min(replica_.size(), tree.size())));
  if (replica_.size() > tree.size() || held != replica_.root())
    return fail(fmt::format("the {} entries held here are not the first of the log's {}", replica_.size(), tree.size()),
                {.file = replica_.io().display(kEntriesFile)},
                "this folder is damaged: run `entente ledger fsck`, or mirror into a new one");
  if (!unfinished || unfinished->note != target.note) ENTENTE_CHECK(replace_file(replica_.io(), kPendingFile, target.note));
  ENTENTE_CHECK(copy(tree, progress));
  ENTENTE_TRY(const std::string note, cosigned(target.note));
  ENTENTE_CHECK(replica_.install(note));
  ENTENTE_CHECK(replica_.io().remove(kPendingFile));
  round.outcome = Round::Outcome::grown;
  round.now = target.checkpoint.size;
  return round;
}

}  // namespace entente::ledger
