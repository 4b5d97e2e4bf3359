// The ledger's file formats as pure functions over bytes: commit records, entry bundles, tile geometry. Byte by byte in
// docs/ledger-format.md. All integers are big-endian.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/error.h"
#include "merkle/tree.h"

namespace entente::ledger {

inline constexpr std::size_t kMaxEntryBytes = 65'535;  // tlog-tiles entry bundles carry a uint16 length
inline constexpr std::uint64_t kMaxTreeSize = (std::uint64_t{1} << 63) - 1;
inline constexpr std::size_t kHashBytes = 32;
inline constexpr unsigned kTileHeight = 8;   // levels of the tree a tile spans
inline constexpr unsigned kTileWidth = 256;  // hashes in a full tile, entries in a full bundle
inline constexpr unsigned kTileLevels = 8;   // 256^8 leaves exceed kMaxTreeSize: there is no tile level 8
inline constexpr std::size_t kCommitBytes = 64;
inline constexpr std::size_t kMaxBundleBytes = kTileWidth * (2 + kMaxEntryBytes);

inline constexpr std::string_view kFsckHint = "run `entente ledger fsck` to see all that is damaged";

// File names in the log's folder.
inline constexpr std::string_view kVerifierFile = "log.vkey";
inline constexpr std::string_view kCheckpointFile = "checkpoint";
inline constexpr std::string_view kJournalFile = "journal";
inline constexpr std::string_view kEntriesFile = "entries";
inline constexpr std::string_view kIndexFile = "entries.index";
inline constexpr std::string_view kLockFile = "lock";
inline constexpr std::string_view kEpochFile = "epoch";
inline constexpr std::string_view kSettledFile = "settled";
inline constexpr std::string_view kSigningFile = "signing-journal";
inline constexpr std::string_view kMirrorFile = "mirror";  // there in a mirror only, which has no signing journal
[[nodiscard]] std::string level_file(unsigned level);      // "level-0" …

// The 64 bytes every small file of the ledger is made of: two numbers, 32 bytes, a check value. The check value is the first 15 bytes of
// SHA-256(label ‖ context ‖ bytes 0 … 47), the last byte is always ff: a record whose last byte is 00 was never written to its end.
using Record = std::array<std::uint8_t, 64>;
struct Fields {
  std::uint64_t first = 0, second = 0;
  Digest third;
  bool operator==(const Fields&) const = default;
};
[[nodiscard]] Record encode_record(std::string_view label, ByteView context, const Fields& fields);
// nullopt: the check value does not fit.
[[nodiscard]] std::optional<Fields> decode_record(std::string_view label, ByteView context, ByteView record);

// What one commit makes true: the log has `size` leaves under `root`, and their bundles take `segment_bytes` of the entries file.
struct Commit {
  merkle::TreeSize size = 0;
  std::uint64_t segment_bytes = 0;
  Digest root;
  bool operator==(const Commit&) const = default;
};
using CommitRecord = Record;

// `previous`: the 64 bytes of the record before; for the first record the log's vkey text. The check value covers both, so records form a
// chain that starts at the key.
[[nodiscard]] CommitRecord encode_commit(const Commit& commit, ByteView previous);
// What a record's check value is chained to: the key (the first record) or the record before it. Told apart by the caller, never by length:
// a vkey's text may happen to have the length of a record.
enum class Link { to_key, to_record };
// Refused: a wrong check value, a size beyond 2^63 − 1, a segment length no `size` entries can have, and (linked to a record) a size
// that is not larger than its, or a segment that is not longer.
[[nodiscard]] Result<Commit> decode_commit(ByteView record, Link link, ByteView previous);

// The last commit of a journal. Behind its records lie zeros (room reserved for later ones) or one record whose writing was interrupted:
// its last byte is 00. Appending syncs one record before it writes the next, so nothing else can be there after a crash: it is damage.
struct JournalEnd {
  Commit commit;
  CommitRecord record{};
  std::uint64_t records = 0;     // valid ones
  std::uint64_t torn_bytes = 0;  // behind them, up to the last byte that is not zero
};
// Finds the last bytes that matter in a file of `file_size` bytes, by the end of what is not zero (`used`): its last four records.
[[nodiscard]] std::uint64_t journal_tail_offset(std::uint64_t used);
// `tail`: bytes [journal_tail_offset(used), used).
[[nodiscard]] Result<JournalEnd> find_journal_end(std::uint64_t used, ByteView tail, std::string_view vkey);

// Appends uint16 length ‖ entry. The entry has at most kMaxEntryBytes bytes.
void append_to_bundle(std::string& bundle, ByteView entry);
// Splits a bundle into exactly `count` entries that fill it exactly. Views into `bundle`. The error has the offset in the bundle.
[[nodiscard]] Result<std::vector<ByteView>> split_bundle(ByteView bundle, std::size_t count);

// Complete subtrees of 256^level leaves in a tree: the hashes that level's file holds. 0 for level ≥ 8.
[[nodiscard]] constexpr std::uint64_t hashes_at(merkle::TreeSize size, unsigned level) {
  return level >= kTileLevels ? 0 : size >> (kTileHeight * level);
}
[[nodiscard]] constexpr std::uint64_t bundles_of(merkle::TreeSize size) { return size / kTileWidth + (size % kTileWidth != 0 ? 1 : 0); }

// tlog-tiles resource names: "tile/1/x001/x234/067.p/17", "tile/entries/000". `width` 1…256; 256 is the full one.
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t n, unsigned width);
[[nodiscard]] std::string bundle_path(std::uint64_t n, unsigned width);

// The hash over 2^k neighbouring hashes of one level (`hashes.size()` a power of two).
[[nodiscard]] Digest fold(std::span<const Digest> hashes);
// The complete subtrees, largest first, that the hashes of a tile (1 … 256) make: one for each bit of their number.
void append_edge(std::span<const Digest> tile, std::vector<Digest>& edge);

void put_u64(std::span<std::uint8_t, 8> out, std::uint64_t value);
[[nodiscard]] std::uint64_t get_u64(std::span<const std::uint8_t, 8> in);

}  // namespace entente::ledger
