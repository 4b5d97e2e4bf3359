// The ledger's parsers of bytes on disk: commit journal, entry bundles, signing journal. The first byte chooses which; properties: what
// decodes encodes to the same bytes, and nothing found lies outside the input.
#include <cstdlib>
#include <cstring>

#include "ledger/format.h"
#include "ledger/signing_journal.h"

namespace {

using namespace entente;          // NOLINT(google-build-using-namespace)
using namespace entente::ledger;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kVkey = "log.example/fuzz+00000000+AAAA";

void require(bool condition) {
  if (!condition) std::abort();
}

void journal(ByteView bytes) {
  const auto end = find_journal_end(bytes.size(), bytes.subspan(static_cast<std::size_t>(journal_tail_offset(bytes.size()))), kVkey);
  if (!end) return;
  require(end->records >= 1 && end->records * kCommitBytes + end->torn_bytes == bytes.size());
  const std::size_t at = static_cast<std::size_t>(end->records - 1) * kCommitBytes;
  require(std::memcmp(bytes.data() + at, end->record.data(), kCommitBytes) == 0);
  const ByteView previous = at == 0 ? as_bytes(kVkey) : bytes.subspan(at - kCommitBytes, kCommitBytes);
  require(encode_commit(end->commit, previous) == end->record);
}

// A chain with correct check values over fields from the input, so that the value checks behind them are reached.
void chain(ByteView bytes) {
  std::string whole;
  Bytes previous = to_bytes(kVkey);
  for (; bytes.size() >= 16; bytes = bytes.subspan(16)) {
    Commit commit{.size = get_u64(bytes.subspan<0, 8>()), .segment_bytes = get_u64(bytes.subspan<8, 8>()), .root = sha256(bytes.first(16))};
    const CommitRecord record = encode_commit(commit, previous);
    const auto back = decode_commit(record, whole.empty() ? Link::to_key : Link::to_record, previous);
    if (back) {
      require(*back == commit);
      require(commit.size <= kMaxTreeSize && commit.segment_bytes / 2 >= commit.size);
    }
    whole.append(as_text(record));
    previous.assign(record.begin(), record.end());
  }
  journal(as_bytes(whole));
}

void bundle(ByteView bytes) {
  if (bytes.empty()) return;
  const std::size_t count = bytes[0] + std::size_t{1};
  bytes = bytes.subspan(1);
  const auto entries = split_bundle(bytes, count);
  if (!entries) {
    require(entries.error().where.offset.value_or(~std::uint64_t{0}) <= bytes.size());
    return;
  }
  require(entries->size() == count);
  std::string again;
  for (const ByteView entry : *entries) append_to_bundle(again, entry);
  require(again == as_text(bytes));
}

// A ring of records with good check values at places and numbers from the input.
void signing(ByteView bytes) {
  Bytes ring(kSigningBytes);
  for (std::size_t slot = 0; bytes.size() >= 3 && slot < kSigningRecords; ++slot, bytes = bytes.subspan(3)) {
    const Fields fields{.first = bytes[0] % 4U * kSigningRecords + (bytes[1] % 8U == 0 ? bytes[2] % kSigningRecords : slot),
                        .second = bytes[2],
                        .third = {}};
    const Record record = encode_record("entente ledger signing v1\n", as_bytes(kVkey), fields);
    std::copy(record.begin(), record.end(), ring.begin() + static_cast<std::ptrdiff_t>(slot * sizeof(Record)));
    require(decode_record("entente ledger signing v1\n", as_bytes(kVkey), record) == fields);
  }
  for (; bytes.size() >= 2; bytes = bytes.subspan(2)) ring[(bytes[0] * 4U + bytes[1] / 64U) % kSigningBytes] ^= bytes[1];
  const auto state = parse_signing_journal(ring, kVkey);
  if (!state) return;
  require(state->damaged.size() < kSigningRecords);
  for (const std::uint64_t offset : state->damaged) require(offset < kSigningBytes && offset % sizeof(Record) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0: journal(rest); break;
    case 1: chain(rest); break;
    case 2: bundle(rest); break;
    default: signing(rest); break;
  }
  return 0;
}
