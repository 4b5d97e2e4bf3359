// Encoding and strict decoding of the ledger's records. A commit record ends in 16 bytes of SHA-256 over the record before it and its own
// fields; the end of a journal is found from its last records alone, so that opening a log does not read the whole journal. A record ends
// in a byte that is never zero, which tells a write that was interrupted (zeros remain at its end) from a finished record that was damaged.
#include "ledger/format.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>

#include "merkle/hashing.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kCommitLabel = "entente ledger commit v1\n";
constexpr std::size_t kFieldBytes = 48;
constexpr std::size_t kCheckBytes = 15;
constexpr std::uint8_t kEndMark = 0xff;

std::string index_path(std::uint64_t n) {
  std::string path = fmt::format("{:03}", n % 1000);
  for (n /= 1000; n > 0; n /= 1000) path = fmt::format("x{:03}/", n % 1000) + path;
  return path;
}

std::string with_width(std::string path, unsigned width) { return width < kTileWidth ? path + fmt::format(".p/{}", width) : path; }

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

Record encode_record(std::string_view label, ByteView context, const Fields& fields) {
  Record record{};
  const std::span<std::uint8_t, 64> out(record);
  put_u64(out.subspan<0, 8>(), fields.first);
  put_u64(out.subspan<8, 8>(), fields.second);
  std::ranges::copy(fields.third.bytes, record.begin() + 16);
  const Digest check = sha256_of({as_bytes(label), context, out.first(kFieldBytes)});
  std::copy_n(check.bytes.begin(), kCheckBytes, record.begin() + kFieldBytes);
  record.back() = kEndMark;
  return record;
}

std::optional<Fields> decode_record(std::string_view label, ByteView context, ByteView record) {
  if (record.size() != sizeof(Record) || record.back() != kEndMark) return std::nullopt;
  const Digest check = sha256_of({as_bytes(label), context, record.first(kFieldBytes)});
  if (!std::equal(check.bytes.begin(), check.bytes.begin() + kCheckBytes, record.begin() + kFieldBytes)) return std::nullopt;
  Fields fields;
  fields.first = get_u64(record.subspan<0, 8>());
  fields.second = get_u64(record.subspan<8, 8>());
  std::copy_n(record.begin() + 16, kHashBytes, fields.third.bytes.begin());
  return fields;
}

CommitRecord encode_commit(const Commit& commit, ByteView previous) {
  return encode_record(kCommitLabel, previous, {commit.size, commit.segment_bytes, commit.root});
}

Result<Commit> decode_commit(ByteView record, Link link, ByteView previous) {
  if (record.size() != kCommitBytes) return fail(fmt::format("a commit record has {} bytes, not {}", kCommitBytes, record.size()));
  const auto fields = decode_record(kCommitLabel, previous, record);
  if (!fields) return fail("the commit record's check value does not fit its content and the record before");
  const Commit commit{.size = fields->first, .segment_bytes = fields->second, .root = fields->third};
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

std::uint64_t journal_tail_offset(std::uint64_t used) {
  const std::uint64_t records = (used + kCommitBytes - 1) / kCommitBytes;
  return records <= 4 ? 0 : (records - 4) * kCommitBytes;
}

Result<JournalEnd> find_journal_end(std::uint64_t used, ByteView tail, std::string_view vkey) {
  const std::uint64_t count = (used + kCommitBytes - 1) / kCommitBytes;
  const std::uint64_t first = journal_tail_offset(used) / kCommitBytes;  // number of the first record in `tail`
  if (tail.size() != used - first * kCommitBytes) return fail("the journal changed while it was read");
  // A record may end in zeros (of an interrupted write) that do not count as used.
  Bytes records(tail.begin(), tail.end());
  records.resize(static_cast<std::size_t>((count - first) * kCommitBytes));
  const auto record = [&](std::uint64_t i) {
    return ByteView(records).subspan(static_cast<std::size_t>((i - first) * kCommitBytes), kCommitBytes);
  };
  std::uint64_t whole = count;
  if (whole > 0 && record(whole - 1).back() == 0) --whole;
  if (whole == 0) return fail("the commit journal has no finished record", {.offset = 0});
  const auto commit = whole == 1 ? decode_commit(record(0), Link::to_key, as_bytes(vkey))
                                 : decode_commit(record(whole - 1), Link::to_record, record(whole - 2));
  if (!commit) return fail("the commit journal's last record is damaged: " + commit.error().what, {.offset = (whole - 1) * kCommitBytes});
  JournalEnd end{.commit = *commit, .records = whole, .torn_bytes = used - std::min(used, whole * kCommitBytes)};
  std::ranges::copy(record(whole - 1), end.record.begin());
  return end;
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

Digest fold(std::span<const Digest> hashes) { return hashes.size() == 1 ? hashes.front() : merkle::subtree_root(hashes); }

void append_edge(std::span<const Digest> tile, std::vector<Digest>& edge) {
  while (!tile.empty()) {
    const std::size_t n = std::bit_floor(tile.size());
    edge.push_back(fold(tile.first(n)));
    tile = tile.subspan(n);
  }
}

}  // namespace entente::ledger
