// The witness. Each origin has a mutex: check, cosign and persist happen under it as one step, so of two racing submissions the second sees
// the size the first left (409). The cosignature is made before it is persisted, and both are in one file replaced atomically: a crash
// either forgets a cosignature that never left the process, or remembers one that may have.
#include "ledger/witness.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "core/utf8.h"
#include "ledger/state_folder.h"
#include "merkle/note.h"
#include "merkle/witness_protocol.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kWitnessFile = "witness.vkey";  // the key the folder was made with
constexpr std::string_view kWitnessLock = "lock";

Answer problem(unsigned status, std::string_view what) { return {status, std::string(kPlainText), std::string(what) + "\n"}; }
Answer conflict(merkle::TreeSize size) { return {409, std::string(merkle::kSizeMediaType), std::to_string(size) + "\n"}; }

// The note with the signature lines of these keys only.
std::string trimmed(const merkle::Note& note, const std::vector<keys::VerifierKey>& keys) {
  merkle::Note out{.text = note.text};
  for (const merkle::NoteSignature& s : note.signatures)
    if (std::any_of(keys.begin(), keys.end(), [&](const auto& k) { return k.id() == s.key_id && k.name() == s.name; }))
      out.signatures.push_back(s);
  return out.str();
}

std::string state_file(std::string_view origin) { return origin_hash(origin) + ".checkpoint"; }

// What the witness knows of one log.
struct Origin {
  std::string name;
  std::vector<keys::VerifierKey> keys;

  mutable std::mutex mutex;  // guards all below
  bool cosigned = false;
  merkle::TreeSize size = 0;
  Digest root = merkle::empty_root();
  Instant time;      // of the latest cosignature
  std::string note;  // as in the file
  bool broken = false;
};

}  // namespace

std::string origin_hash(std::string_view origin) { return sha256(origin).hex(); }

struct Witness::State {
  State(std::shared_ptr<Io> i, keys::SigningKey k, Alarm a) : io(std::move(i)), key(std::move(k)), alarm(std::move(a)) {}

  std::shared_ptr<Io> io;
  keys::SigningKey key;
  Alarm alarm;
  std::unique_ptr<WriterLock> lock;
  std::map<std::string, std::unique_ptr<Origin>, std::less<>> origins;
  std::mutex forks_mutex;
  std::size_t forks = 0;  // guarded by forks_mutex

  [[nodiscard]] Result<void> load(Origin& origin);
  [[nodiscard]] Answer cosign(Origin& origin, const merkle::AddCheckpoint& request, const merkle::Note& note,
                              const merkle::Checkpoint& checkpoint, Instant now);
  [[nodiscard]] Result<std::string> signature_lines(const std::string& text, Instant now) const;
  void keep_evidence(const Origin& origin, const std::string& submitted, const merkle::Checkpoint& checkpoint, const merkle::Proof& proof);
};

Witness::Witness(std::unique_ptr<State> state) : state_(std::move(state)) {}
Witness::~Witness() = default;
const keys::VerifierKey& Witness::verifier() const { return state_->key.verifier(); }

merkle::TreeSize Witness::size(std::string_view origin) const {
  const auto it = state_->origins.find(origin);
  if (it == state_->origins.end()) return 0;
  const std::scoped_lock guard(it->second->mutex);
  return it->second->size;
}

// The one place where cosignatures are made: a second signature type (ML-DSA-44, 0x06) would add its line here, over the same text and
// time, and its key beside State::key. Readers need no change: lines of unknown keys are ignored.
Result<std::string> Witness::State::signature_lines(const std::string& text, Instant now) const {
  return merkle::cosign_note(text, key, now);
}

Result<void> Witness::State::load(Origin& origin) {
  const std::string file = state_file(origin.name);
  ENTENTE_TRY(const bool there, io->exists(file));
  if (!there) return {};
  ENTENTE_TRY(origin.note, read_small(*io, file, merkle::kMaxNoteBytes));
  std::vector<keys::VerifierKey> known = origin.keys;
  known.push_back(key.verifier());
  const auto verified = merkle::verify_note(origin.note, known);
  const bool by_log = verified && std::any_of(verified->verified_by.begin(), verified->verified_by.end(),
                                              [](const auto& k) { return k.type() == keys::KeyType::ed25519; });
  if (!by_log)
    return fail(fmt::format("the remembered checkpoint of {} is not signed by a key given for it{}", printable(origin.name),
                            verified ? "" : ": " + verified.error().what),
                {.file = io->display(file)},
                "give the log's old key beside its new one; without this state the witness would forget what it cosigned");
  ENTENTE_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::parse(verified->text));
  if (checkpoint.origin != origin.name) return fail("the remembered checkpoint is of another log", {.file = io->display(file)});
  origin.cosigned = true;
  origin.size = checkpoint.size;
  origin.root = checkpoint.root;
  for (const auto& [cosigner, time] : verified->cosigned) origin.time = time;
  // Written once more: should its last sync have failed, it is made durable before anybody is given it.
  return replace_file(*io, file, origin.note);
}

Result<std::unique_ptr<Witness>> Witness::open(std::shared_ptr<Io> io, keys::SigningKey key, const std::vector<keys::VerifierKey>& logs,
                                               Alarm alarm) {
  if (key.verifier().type() != keys::KeyType::cosignature_v1)
    return fail("a witness needs a cosignature key (type 0x04)", {}, "make one with `entente keygen NAME --type cosignature`");
  if (logs.empty()) return fail("a witness needs at least one log to watch", {}, "give the log's public key");
  auto state = std::make_unique<State>(std::move(io), std::move(key), std::move(alarm));
  ENTENTE_CHECK(open_state_folder(*state->io, kWitnessFile, state->key.verifier().str() + "\n"));
  ENTENTE_TRY(state->lock, state->io->try_lock(kWitnessLock));
  if (!state->lock) return fail("another witness is at work in this folder", {.file = state->io->display(kWitnessLock)});
  for (const keys::VerifierKey& log : logs) {
    if (log.type() != keys::KeyType::ed25519) return fail(fmt::format("{} is no log's key", printable(log.name())));
    auto& origin = state->origins[log.name()];
    if (!origin) {
      origin = std::make_unique<Origin>();
      origin->name = log.name();
    }
    if (std::find(origin->keys.begin(), origin->keys.end(), log) == origin->keys.end()) origin->keys.push_back(log);
  }
  for (auto& [name, origin] : state->origins) ENTENTE_CHECK(state->load(*origin));
  return std::unique_ptr<Witness>(new Witness(std::move(state)));
}

// Both checkpoints are signed by the log. Kept if they contradict each other, by their sizes and roots alone or by the proof submitted.
void Witness::State::keep_evidence(const Origin& origin, const std::string& submitted, const merkle::Checkpoint& checkpoint,
                                   const merkle::Proof& proof) {
  if (!origin.cosigned || checkpoint.size < origin.size || (checkpoint.size == origin.size && checkpoint.root == origin.root)) return;
  merkle::ForkProof fork{.smaller = origin.note, .larger = submitted, .hashes = {}};
  if (checkpoint.size != origin.size) fork.hashes = proof;
  for (const keys::VerifierKey& log : origin.keys) {
    if (!merkle::confirm_fork(fork, log)) continue;
    const std::scoped_lock guard(forks_mutex);
    const auto kept = keep_fork_proof(*io, fork, forks);
    if (alarm)
      alarm(fmt::format("{} signed two checkpoints that contradict each other (sizes {} and {}); {}", printable(origin.name), origin.size,
                        checkpoint.size,
                        kept ? "the proof is in " + io->display(*kept) : "and the proof was not kept: " + kept.error().what));
    return;
  }
}

Answer Witness::State::cosign(Origin& origin, const merkle::AddCheckpoint& request, const merkle::Note& note,
                              const merkle::Checkpoint& checkpoint, Instant now) {
  const std::scoped_lock guard(origin.mutex);
  if (origin.broken) return problem(500, "an earlier checkpoint of this log could not be stored; the witness must be restarted");
  const std::string submitted = trimmed(note, origin.keys);
  if (request.old_size != origin.size) {
    if (checkpoint.size == origin.size) keep_evidence(origin, submitted, checkpoint, request.proof);
    return conflict(origin.size);
  }
  if (checkpoint.size == 0 && checkpoint.root != merkle::empty_root())
    return problem(422, "a log without entries has the root SHA-256 of nothing");
  if (const auto grown = merkle::verify_consistency(origin.size, checkpoint.size, origin.root, checkpoint.root, request.proof); !grown) {
    keep_evidence(origin, submitted, checkpoint, request.proof);
    return problem(422, grown.error().what);
  }
  const Instant second = std::chrono::floor<std::chrono::seconds>(now);
  if (second < origin.time || second <= Instant())
    return problem(503, fmt::format("the witness's clock went back: it cosigned at {} and it is {} now", format_time(origin.time),
                                    format_time(second)));
  const auto lines = signature_lines(note.text, second);
  if (!lines) return problem(500, lines.error().what);
  const std::string stored = submitted + *lines;
  if (const auto kept = replace_file(*io, state_file(origin.name), stored); !kept) {
    origin.broken = true;
    if (alarm) alarm("the state of " + printable(origin.name) + " could not be stored: " + kept.error().str());
    return problem(500, "the checkpoint could not be stored");
  }
  origin.cosigned = true;
  origin.size = checkpoint.size;
  origin.root = checkpoint.root;
  origin.time = second;
  origin.note = stored;
  return {200, std::string(kPlainText), *lines};
}

Answer Witness::add_checkpoint(std::string_view body, Instant now) {
  const auto request = merkle::AddCheckpoint::parse(body);
  if (!request) return problem(400, request.error().what);
  const auto note = merkle::Note::parse(request->note);
  if (!note) return problem(400, note.error().what);
  const auto checkpoint = merkle::Checkpoint::parse(note->text);
  if (!checkpoint) return problem(400, checkpoint.error().what);
  const auto it = state_->origins.find(checkpoint->origin);
  if (it == state_->origins.end()) return problem(404, "this witness does not know the log");
  if (const auto verified = merkle::verify_note(request->note, it->second->keys); !verified) return problem(403, verified.error().what);
  if (request->old_size > checkpoint->size) return problem(400, "the old size is larger than the checkpoint's");
  return state_->cosign(*it->second, *request, *note, *checkpoint, now);
}

Answer Witness::get(std::string_view path) const {
  constexpr std::string_view kSuffix = "/checkpoint";
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with(kSuffix)) {
    path.remove_suffix(kSuffix.size());
    for (const auto& [name, origin] : state_->origins) {
      if (origin_hash(name) != path) continue;
      const std::scoped_lock guard(origin->mutex);
      if (origin->cosigned && !origin->broken) return {200, std::string(kPlainText), origin->note};
      return problem(404, "no checkpoint of this log was cosigned yet");
    }
  }
  return problem(404, "nothing here");
}

}  // namespace entente::ledger
