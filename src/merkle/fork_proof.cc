// Fork proofs. For two sizes m < n the evidence is the list of complete subtrees that a consistency proof uses: folding them one way gives
// the root of n, another way the root of the first m. If the first is what the log signed for n, then, SHA-256 being collision resistant,
// the second is the only root those m entries can have in that tree; if it is not what the log signed for m, the log forked.
#include "merkle/fork_proof.h"

#include <fmt/format.h>
#include <bit>

#include "merkle/lines.h"

namespace entente::merkle {
namespace {

tl::unexpected<Error> wrong(const Lines& lines, std::string what) { return fail(std::move(what), lines.where()); }

Result<std::uint64_t> counted_line(Lines& lines, std::string_view keyword) {
  const auto line = lines.next();
  if (!line) return fail(fmt::format("the fork proof ends where \"{}<n>\" is expected", keyword), lines.where(), "the file may be cut");
  if (!line->starts_with(keyword)) return wrong(lines, fmt::format("\"{}<n>\" is expected here", keyword));
  auto n = parse_decimal(line->substr(keyword.size()));
  if (!n) return wrong(lines, std::move(n.error().what));
  return n;
}

Result<VerifiedCheckpoint> verify_one(const std::string& note, const keys::VerifierKey& log, std::string_view which) {
  auto verified = verify_checkpoint(note, log);
  if (!verified) verified.error().what = fmt::format("the {} checkpoint: {}", which, verified.error().what);
  return verified;
}

// The roots differ at the same size, or the tree's prefix is not what was signed.
Result<Digest> contradiction(const Checkpoint& smaller, const Checkpoint& larger, const Proof& hashes) {
  if (smaller.size == larger.size) {
    if (!hashes.empty()) return fail("for two checkpoints of one size no hashes are needed");
    if (smaller.root == larger.root) return fail("the two checkpoints have the same size and root: they do not contradict each other");
    return larger.root;
  }
  if (smaller.size == 0) return fail("a log without entries is consistent with every later one");
  ENTENTE_TRY(const PrefixRoots roots, prefix_roots(smaller.size, larger.size, hashes));
  if (roots.root != larger.root)
    return fail(fmt::format("the hashes give root {}, not that of the larger checkpoint", roots.root.hex()), {},
                "the hashes were altered, or belong to another tree");
  if (roots.prefix_root == smaller.root)
    return fail(fmt::format("the first {} entries of the larger tree have the root that was signed: the log only grew", smaller.size));
  return roots.prefix_root;
}

}  // namespace

Result<PrefixRoots> prefix_roots(TreeSize prefix, TreeSize size, const Proof& hashes) {
  if (prefix == 0 || prefix >= size || size > (TreeSize{1} << 63) - 1)
    return fail(fmt::format("no proof leads from {} entries to {}", prefix, size));
  const unsigned level = static_cast<unsigned>(std::countr_zero(prefix));
  std::uint64_t node = (prefix >> level) - 1;
  std::uint64_t last = (size - 1) >> level;
  if (hashes.empty()) return fail("no hashes");
  PrefixRoots out{.prefix_root = hashes.front(), .root = hashes.front()};
  std::size_t used = 1;
  for (; last > 0; node >>= 1, last >>= 1) {
    if ((node & 1) == 0 && node >= last) continue;
    if (used == hashes.size()) return fail(fmt::format("too few hashes ({}) to lead from {} entries to {}", used, prefix, size));
    const Digest& next = hashes[used++];
    if ((node & 1) != 0) {
      out.prefix_root = node_hash(next, out.prefix_root);
      out.root = node_hash(next, out.root);
    } else {
      out.root = node_hash(out.root, next);
    }
  }
  if (used != hashes.size()) return fail(fmt::format("{} hashes where {} are needed", hashes.size(), used));
  return out;
}

Result<Proof> prefix_proof(TreeSize prefix, TreeSize size, const NodeReader& read) {
  if (prefix == 0 || prefix >= size) return fail(fmt::format("no proof leads from {} entries to {}", prefix, size));
  ENTENTE_TRY(Proof proof, consistency_proof(prefix, size, read));
  if (!std::has_single_bit(prefix)) return proof;
  ENTENTE_TRY(const Digest start, read(static_cast<unsigned>(std::countr_zero(prefix)), 0));
  proof.insert(proof.begin(), start);
  return proof;
}

Result<ForkProof> ForkProof::parse(std::string_view text) {
  if (text.size() > kMaxForkProofBytes)
    return fail(fmt::format("fork proof of {} bytes, at most {} are read", text.size(), kMaxForkProofBytes));
  Lines lines(text);
  if (const auto magic = lines.next(); !magic || *magic != kForkProofMagic)
    return fail(fmt::format("not a fork proof: the first line must be {}", kForkProofMagic), {.line = 1});
  ForkProof out;
  ENTENTE_TRY(const std::uint64_t hashes, counted_line(lines, "hashes "));
  if (hashes > kMaxProofHashes + 1) return wrong(lines, fmt::format("a fork proof has at most {} hashes", kMaxProofHashes + 1));
  for (std::uint64_t i = 0; i < hashes; ++i) {
    const auto line = lines.next();
    const auto bytes = from_base64(line.value_or(""));
    if (!line || !bytes || bytes->size() != sizeof(Digest)) return wrong(lines, "base64 of a hash of 32 bytes is expected here");
    ENTENTE_TRY(const Digest hash, Digest::from_bytes(*bytes));
    out.hashes.push_back(hash);
  }
  TreeSize sizes[2] = {};
  std::string_view rest = text;
  std::size_t i = 0;
  for (std::string* note : {&out.smaller, &out.larger}) {
    ENTENTE_TRY(const std::uint64_t length, counted_line(lines, "checkpoint "));
    rest = lines.rest();
    if (rest.size() < length) return wrong(lines, "the file ends inside a checkpoint");
    *note = rest.substr(0, static_cast<std::size_t>(length));
    ENTENTE_TRY(const Note parsed, Note::parse(*note));
    ENTENTE_TRY(const Checkpoint checkpoint, Checkpoint::parse(parsed.text));
    sizes[i++] = checkpoint.size;
    rest.remove_prefix(static_cast<std::size_t>(length));
    lines = Lines(rest);
  }
  if (!rest.empty()) return fail(fmt::format("{} bytes after the second checkpoint", rest.size()));
  if (sizes[0] > sizes[1]) return fail("the smaller checkpoint comes first in a fork proof");
  return out;
}

std::string ForkProof::str() const {
  std::string out = fmt::format("{}\nhashes {}\n", kForkProofMagic, hashes.size());
  for (const Digest& hash : hashes) out += to_base64(hash.bytes) + "\n";
  for (const std::string* note : {&smaller, &larger}) out += fmt::format("checkpoint {}\n{}", note->size(), *note);
  return out;
}

Result<Fork> confirm_fork(const ForkProof& proof, const keys::VerifierKey& log) {
  ENTENTE_TRY(VerifiedCheckpoint smaller, verify_one(proof.smaller, log, "smaller"));
  ENTENTE_TRY(VerifiedCheckpoint larger, verify_one(proof.larger, log, "larger"));
  if (smaller.checkpoint.size > larger.checkpoint.size) return fail("the smaller checkpoint comes first in a fork proof");
  ENTENTE_TRY(const Digest root, contradiction(smaller.checkpoint, larger.checkpoint, proof.hashes));
  return Fork{.smaller = std::move(smaller.checkpoint), .larger = std::move(larger.checkpoint), .root_in_larger = root};
}

Result<std::optional<ForkProof>> find_fork(const std::string& one, const std::string& other, const keys::VerifierKey& log,
                                           const NodeReader& read) {
  ENTENTE_TRY(VerifiedCheckpoint a, verify_checkpoint(one, log));
  ENTENTE_TRY(VerifiedCheckpoint b, verify_checkpoint(other, log));
  const bool in_order = a.checkpoint.size <= b.checkpoint.size;
  const Checkpoint& smaller = in_order ? a.checkpoint : b.checkpoint;
  const Checkpoint& larger = in_order ? b.checkpoint : a.checkpoint;
  ForkProof proof{.smaller = in_order ? one : other, .larger = in_order ? other : one, .hashes = {}};
  if (smaller.size == larger.size) return smaller.root == larger.root ? std::nullopt : std::optional(std::move(proof));
  if (smaller.size == 0) return std::nullopt;
  ENTENTE_TRY(proof.hashes, prefix_proof(smaller.size, larger.size, read));
  ENTENTE_TRY(const PrefixRoots roots, prefix_roots(smaller.size, larger.size, proof.hashes));
  if (roots.root != larger.root)
    return fail("the tree read does not have the root of the larger checkpoint: nothing can be said about it", {},
                "the source is damaged, or serves another tree than it signed");
  if (roots.prefix_root == smaller.root) return std::nullopt;
  return std::optional(std::move(proof));
}

}  // namespace entente::merkle
