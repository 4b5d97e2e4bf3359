// Proofs that a log has an entry: the promise is the log's signature over the entry's canonical JSON; the proof is RFC 6962 inclusion under
// the root of a checkpoint, a C2SP signed note (merkle/). The key id in a note's signature line is the start of the log's id, for ECDSA
// logs the hash of the key, for Ed25519 logs C2SP's hash of name and key.
#include "measures/p6_supply/sigstore_log.h"

#include "core/utf8.h"
#include "merkle/checkpoint.h"

namespace entente::measures::p6_supply::provenance {
namespace {

std::vector<const TrustedLog*> logs_with_id(const std::vector<TrustedLog>& logs, std::string_view id) {
  std::vector<const TrustedLog*> out;
  for (const TrustedLog& log : logs)
    if (log.id == id || log.checkpoint_id == id) out.push_back(&log);
  return out;
}

Outcome<void> verify_promise(const LogEntry& entry, const TrustedLog& log) {
  const std::string message =
      fmt::format(R"({{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}})", to_base64(as_bytes(entry.body)),
                  entry.integrated_seconds, to_hex(as_bytes(entry.log_id)), entry.index);
  if (!log.key.verify(as_bytes(message), entry.promise))
    return refuse(Reject::inclusion_promise_invalid, "the signed entry timestamp of {} does not verify", printable(log.url, 120));
  return {};
}

// Whether a signature line under this name can be the log's: the origin of Rekor v1 is the name and a tree's number.
bool name_fits_origin(std::string_view name, std::string_view origin) {
  return origin == name || (origin.starts_with(name) && origin.substr(name.size()).starts_with(" - "));
}

bool key_id_fits(const TrustedLog& log, const merkle::NoteSignature& line) {
  const std::string& id = log.checkpoint_id;
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(id[i])}; };
  if (line.key_id != (byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3))) return false;
  if (log.key.kind() != KeyKind::ed25519 || as_text(log.key.id().view()) == id) return true;
  const std::uint8_t separator[] = {0x0a, 0x01};
  const Bytes raw = log.key.raw_ed25519();
  return as_text(sha256_of({as_bytes(line.name), separator, raw}).view()).starts_with(id);
}

// How many of the trust root's witnesses cosigned.
std::size_t count_cosignatures(const std::string& note, const std::vector<keys::VerifierKey>& witnesses) {
  const auto verified = merkle::verify_note(note, witnesses);
  return verified ? verified->cosigned.size() : 0;
}

Outcome<merkle::Checkpoint> verify_log_checkpoint(const std::string& text, const TrustedLog& log) {
  const auto note = merkle::Note::parse(text);
  if (!note) return refuse(Reject::checkpoint_invalid, "the checkpoint is not a signed note: {}", note.error().what);
  auto checkpoint = merkle::Checkpoint::parse(note->text);
  if (!checkpoint) return refuse(Reject::checkpoint_invalid, "the checkpoint: {}", checkpoint.error().what);
  bool signed_by_log = false;
  for (const auto& line : note->signatures) {
    if (!name_fits_origin(line.name, checkpoint->origin) || !key_id_fits(log, line)) continue;
    if (!log.key.verify(as_bytes(note->text), line.blob))
      return refuse(Reject::checkpoint_invalid, "the log's signature under its checkpoint does not verify");
    signed_by_log = true;
  }
  if (!signed_by_log)
    return refuse(Reject::checkpoint_invalid, "the checkpoint of \"{}\" is not signed with the key of {}",
                  printable(checkpoint->origin, 120), printable(log.url, 120));
  return std::move(*checkpoint);
}

Outcome<void> verify_proof(const LogEntry& entry, const TrustedLog& log) {
  const InclusionProof& proof = *entry.proof;
  const auto checkpoint = verify_log_checkpoint(proof.checkpoint, log);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if (as_text(checkpoint->root.view()) != as_text(proof.root) || checkpoint->size != proof.size)
    return refuse(Reject::checkpoint_invalid, "the checkpoint is of another tree than the proof (sizes {} and {})", checkpoint->size,
                  proof.size);
  const auto included =
      merkle::verify_inclusion(proof.index, proof.size, merkle::leaf_hash(as_bytes(entry.body)), proof.hashes, checkpoint->root);
  if (!included) return refuse(Reject::inclusion_proof_invalid, "entry {} of {}: {}", proof.index, proof.size, included.error().what);
  return {};
}

}  // namespace

Outcome<VerifiedEntry> verify_log_entry(const LogEntry& entry, const TrustRoot& trust, std::size_t witnesses_needed) {
  VerifiedEntry out;
  out.logs = logs_with_id(trust.logs, entry.log_id);
  if (out.logs.empty()) return refuse(Reject::log_unknown, "no log of the trust root has the id {}", to_hex(as_bytes(entry.log_id)));
  const TrustedLog& log = *out.logs.front();
  if (entry.promise.empty() && !entry.proof)
    return refuse(Reject::inclusion_proof_missing, "the entry has neither a promise nor a proof of inclusion");
  if (!entry.promise.empty()) {
    if (auto held = verify_promise(entry, log); !held) return tl::unexpected(held.error());
    if (entry.integrated_seconds != 0) out.integrated = Instant(std::chrono::seconds(entry.integrated_seconds));
  }
  if (entry.proof) {
    if (auto held = verify_proof(entry, log); !held) return tl::unexpected(held.error());
    out.proven = true;
    out.tree_size = entry.proof->size;
  }
  if (witnesses_needed > 0) {
    if (entry.proof) out.cosigned = count_cosignatures(entry.proof->checkpoint, trust.witnesses);
    if (out.cosigned < witnesses_needed)
      return refuse(Reject::cosignatures_missing, "{} of the {} witnesses asked for cosigned the checkpoint", out.cosigned,
                    witnesses_needed);
  }
  return out;
}

}  // namespace entente::measures::p6_supply::provenance
