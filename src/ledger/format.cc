// Encoding and strict decoding of the ledger's records. A commit record ends in 16 bytes of SHA-256 over the record before it and its own
// fields; the end of a journal is found from its last records alone, so that opening a log does not read the whole journal.
#include "ledger/format.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>

namespace entente::ledger {
namespace {

constexpr std::string_view kCommitLabel = "entente ledger commit v1\n";
constexpr std::size_t kFieldBytes = 48;
constexpr std::size_t kCheckBytes = kCommitBytes - kFieldBytes;

Digest commit_check(ByteView fields, ByteView previous) { return sha256_of({as_bytes(kCommitLabel), previous, fields}); }

std::string index_path(std::uint64_t n) {
  std::string path = fmt::format("{:03}", n % 1000);
  for (n /= 1000; n > 0; n /= 1000) path = fmt::format("x{:03}/", n % 1000) + path;
  return path;
}

std::string with_width(const std::string& path, unsigned width) { return width < kTileWidth ? path + fmt::format(".p/{}", width) : path; }

}  // namespace

void put_u64(std::span<std::uint8_t, 8> out, std::uint64_t value) {
  for (std::size_t i = 8; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

std::uint64_t get_u64(std::span<const std::uint8_t, 8> in) {
  std::uint64_t value = 0;
  for (const std::uint8_t b : in) value = value << 8 | b;
  return value;
}

std::string level_file(unsigned level) { return fmt::format("level-{}", level); }

CommitRecord encode_commit(const Commit& commit, ByteView previous) {
  CommitRecord record{};
  const std::span<std::uint8_t, kCommitBytes> out(record);
  put_u64(out.subspan<0, 8>(), commit.size);
  put_u64(out.subspan<8, 8>(), commit.segment_bytes);
  std::ranges::copy(commit.root.bytes, record.begin() + 16);
  const Digest check = commit_check(out.first(kFieldBytes), previous);
  std::copy_n(check.bytes.begin(), kCheckBytes, record.begin() + kFieldBytes);
  return record;
}

Result<Commit> decode_commit(ByteView record, Link link, ByteView previous) {
  if (record.size() != kCommitBytes) return fail(fmt::format("a commit record has {} bytes, not {}", kCommitBytes, record.size()));
  const Digest check = commit_check(record.first(kFieldBytes), previous);
  if (!std::equal(check.bytes.begin(), check.bytes.begin() + kCheckBytes, record.begin() + kFieldBytes))
    return fail("the commit record's check value does not fit its content and the record before");
  Commit commit;
  commit.size = get_u64(record.subspan<0, 8>());
  commit.segment_bytes = get_u64(record.subspan<8, 8>());
  std::copy_n(record.begin() + 16, kHashBytes, commit.root.bytes.begin());
  if (commit.size > kMaxTreeSize) return fail("the commit record's tree size exceeds 2^63 − 1");
  // Divisions, because size × 65,537 may not fit.
  if (commit.segment_bytes / 2 < commit.size) return fail("the commit record's segment is too short for its entries");
  if (commit.segment_bytes != 0 && (commit.segment_bytes - 1) / (2 + kMaxEntryBytes) >= commit.size)
    return fail("the commit record's segment is too long for its entries");
  if (link == Link::to_record) {
    if (commit.size <= get_u64(previous.subspan<0, 8>())) return fail("the commit record does not grow the log");
    if (commit.segment_bytes <= get_u64(previous.subspan<8, 8>())) return fail("the commit record does not grow the entries file");
  }
  return commit;
}

std::uint64_t journal_tail_offset(std::uint64_t file_size) {
  const std::uint64_t records = file_size / kCommitBytes;
  return records <= 3 ? 0 : (records - 3) * kCommitBytes;
}

Result<JournalEnd> find_journal_end(std::uint64_t file_size, ByteView tail, std::string_view vkey) {
  const std::uint64_t whole = file_size / kCommitBytes;
  const std::uint64_t first = journal_tail_offset(file_size) / kCommitBytes;  // number of the first record in `tail`
  if (tail.size() != file_size - first * kCommitBytes) return fail("the journal changed while it was read");
  for (std::uint64_t skip = 0; skip < 2 && skip < whole; ++skip) {
    // A torn record is the last thing in the file: if one whole record is skipped, no part of another may follow it.
    if (skip == 1 && file_size % kCommitBytes != 0) break;
    const std::uint64_t i = whole - 1 - skip;
    const ByteView record = tail.subspan(static_cast<std::size_t>((i - first) * kCommitBytes), kCommitBytes);
    const ByteView previous =
        i == 0 ? as_bytes(vkey) : tail.subspan(static_cast<std::size_t>((i - 1 - first) * kCommitBytes), kCommitBytes);
    const auto commit = decode_commit(record, i == 0 ? Link::to_key : Link::to_record, previous);
    if (!commit) continue;
    JournalEnd end{.commit = *commit, .records = i + 1, .torn_bytes = file_size - (i + 1) * kCommitBytes};
    std::ranges::copy(record, end.record.begin());
    return end;
  }
  return fail("the commit journal has no valid record at its end", {.offset = whole == 0 ? 0 : (whole - 1) * kCommitBytes});
}

void append_to_bundle(std::string& bundle, ByteView entry) {
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size() & 0xff));
  bundle.append(as_text(entry));
}

Result<std::vector<ByteView>> split_bundle(ByteView bundle, std::size_t count) {
  std::vector<ByteView> entries;
  entries.reserve(std::min<std::size_t>(count, kTileWidth));
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (bundle.size() - at < 2) return fail(fmt::format("the bundle ends before the length of its entry {}", i), {.offset = at});
    const std::size_t length = static_cast<std::size_t>(bundle[at]) << 8 | bundle[at + 1];
    if (bundle.size() - at - 2 < length) return fail(fmt::format("the bundle ends inside its entry {}", i), {.offset = at});
    entries.push_back(bundle.subspan(at + 2, length));
    at += 2 + length;
  }
  if (at != bundle.size()) return fail(fmt::format("{} bytes follow the bundle's last entry", bundle.size() - at), {.offset = at});
  return entries;
}

std::string tile_path(unsigned level, std::uint64_t n, unsigned width) {
  return with_width(fmt::format("tile/{}/{}", level, index_path(n)), width);
}

std::string bundle_path(std::uint64_t n, unsigned width) { return with_width("tile/entries/" + index_path(n), width); }

Digest fold(std::span<const Digest> hashes) {
  if (hashes.size() == 1) return hashes.front();
  std::vector<Digest> row(hashes.begin(), hashes.end());
  for (std::size_t n = row.size(); n > 1; n /= 2)
    for (std::size_t i = 0; i < n / 2; ++i) row[i] = merkle::node_hash(row[2 * i], row[2 * i + 1]);
  return row.front();
}

void append_edge(std::span<const Digest> tile, std::vector<Digest>& edge) {
  while (!tile.empty()) {
    const std::size_t n = std::bit_floor(tile.size());
    edge.push_back(fold(tile.first(n)));
    tile = tile.subspan(n);
  }
}

}  // namespace entente::ledger
