// A ring of 16 records in a file that never changes its length: record n lies in slot n mod 16, so one page is written and synced for each
// signature, and the file never grows. Each record stands for itself (its check value covers the log's key); which one is the latest
// follows from the numbers. A crash can spoil only the slot that comes next.
#include "ledger/signing_journal.h"

#include <fmt/format.h>
#include <algorithm>

namespace entente::ledger {
namespace {

constexpr std::string_view kSigningLabel = "entente ledger signing v1\n";

std::optional<SignedHead> decode(ByteView record, std::string_view vkey, std::size_t slot) {
  const auto fields = decode_record(kSigningLabel, as_bytes(vkey), record);
  if (!fields || fields->first % kSigningRecords != slot) return std::nullopt;
  return SignedHead{.number = fields->first, .size = fields->second, .root = fields->third};
}

}  // namespace

Result<SigningState> parse_signing_journal(ByteView bytes, std::string_view vkey) {
  if (bytes.size() != kSigningBytes) return fail(fmt::format("the signing journal has {} bytes, not {}", bytes.size(), kSigningBytes));
  std::array<std::optional<SignedHead>, kSigningRecords> records;
  SigningState state;
  bool any = false;
  for (std::size_t slot = 0; slot < kSigningRecords; ++slot) {
    records[slot] = decode(bytes.subspan(slot * sizeof(Record), sizeof(Record)), vkey, slot);
    if (!records[slot] || (any && records[slot]->number <= state.latest.number)) continue;
    any = true;
    state.latest = *records[slot];
  }
  if (!any) return fail("the signing journal has no good record", {.offset = 0});
  const std::uint64_t last = state.latest.number;
  for (std::size_t slot = 0; slot < kSigningRecords; ++slot) {
    // The number this slot must hold: the greatest one up to `last` that belongs here.
    const std::uint64_t back = (last % kSigningRecords + kSigningRecords - slot) % kSigningRecords;
    const bool reached = back <= last;
    const bool good = reached ? records[slot] && records[slot]->number == last - back && records[slot]->size <= state.latest.size
                              : all_zero(bytes.subspan(slot * sizeof(Record), sizeof(Record)));
    if (good) continue;
    if (slot == (last + 1) % kSigningRecords)
      state.interrupted = true;
    else
      state.damaged.push_back(slot * sizeof(Record));
  }
  return state;
}

Result<SigningState> SigningJournal::read(const Place& place, std::string_view vkey) {
  ENTENTE_TRY(const std::string bytes, read_small(*place.io, place.name, kSigningBytes));
  auto state = parse_signing_journal(as_bytes(bytes), vkey);
  if (!state) {
    state.error().where.file = place.display();
    if (!state.error().where.offset) state.error().where.offset = 0;
  }
  return state;
}

Result<SigningJournal> SigningJournal::create(Place place, std::string_view vkey) {
  ENTENTE_TRY(const bool there, place.io->exists(place.name));
  if (there) return fail("there is a signing journal already", {.file = place.display()}, "a new log needs a new one; name another file");
  SigningJournal journal;
  journal.place_ = std::move(place);
  journal.vkey_ = vkey;
  ENTENTE_TRY(journal.file_, journal.place_.io->open(journal.place_.name, OpenMode::create));
  Bytes bytes(kSigningBytes);
  std::ranges::copy(encode_record(kSigningLabel, as_bytes(vkey), {0, 0, merkle::empty_root()}), bytes.begin());
  auto written = journal.file_->write(0, bytes);
  if (written) written = journal.file_->sync();
  if (written) written = journal.place_.io->sync_folder();
  if (!written) {  // it would be in the way of the next attempt
    (void)journal.place_.io->remove(journal.place_.name);
    return fail(std::move(written).error());
  }
  journal.latest_ = {.number = 0, .size = 0, .root = merkle::empty_root()};
  return journal;
}

Result<SigningJournal> SigningJournal::open(Place place, std::string_view vkey) {
  SigningJournal journal;
  journal.place_ = std::move(place);
  journal.vkey_ = vkey;
  ENTENTE_TRY(const bool there, journal.place_.io->exists(journal.place_.name));
  if (!there)
    return fail("there is no signing journal", {.file = journal.display()},
                "if it is kept elsewhere, give --signing-journal FILE; if it is lost, see `entente ledger repair --help`");
  ENTENTE_TRY(journal.file_, journal.place_.io->open(journal.place_.name, OpenMode::write));
  journal.file_->forget_cached(0);
  ENTENTE_TRY(const SigningState state, read(journal.place_, vkey));
  if (!state.damaged.empty())
    return fail("the signing journal is damaged", {.file = journal.display(), .offset = state.damaged.front()},
                "nothing is signed before it is restored; see `entente ledger repair --help`");
  journal.latest_ = state.latest;
  if (state.interrupted) ENTENTE_CHECK(journal.write_next(state.latest.size, state.latest.root));
  return journal;
}

Result<void> SigningJournal::record(merkle::TreeSize size, const Digest& root) {
  if (size == latest_.size && root == latest_.root) return {};
  return write_next(size, root);
}

Result<void> SigningJournal::write_next(merkle::TreeSize size, const Digest& root) {
  const SignedHead next{.number = latest_.number + 1, .size = size, .root = root};
  const Record record = encode_record(kSigningLabel, as_bytes(vkey_), {next.number, next.size, next.root});
  ENTENTE_CHECK(file_->write(next.number % kSigningRecords * sizeof(Record), record));
  ENTENTE_CHECK(file_->sync());
  latest_ = next;
  return {};
}

}  // namespace entente::ledger
