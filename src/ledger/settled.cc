// Two records, written in turn: if a crash spoils the one being written, the other still stands. Of two good ones the larger counts.
#include "ledger/settled.h"

#include <algorithm>

namespace entente::ledger {
namespace {

constexpr std::string_view kSettledLabel = "entente ledger settled v1\n";

}  // namespace

Result<SettledMark> SettledMark::open(Io& io, std::string_view vkey, OpenMode mode) {
  SettledMark mark;
  mark.vkey_ = vkey;
  if (mode == OpenMode::read) {
    ENTENTE_TRY(const bool there, io.exists(kSettledFile));
    if (!there) return mark;
  }
  ENTENTE_TRY(mark.file_, io.open(kSettledFile, mode == OpenMode::read ? OpenMode::read : OpenMode::create));
  ENTENTE_TRY(mark.bytes_, mark.file_->size());
  std::array<std::uint8_t, kSettledBytes> both{};
  ENTENTE_CHECK(mark.file_->read(0, std::span(both).first(static_cast<std::size_t>(std::min(mark.bytes_, kSettledBytes)))));
  for (std::size_t slot = 0; slot < 2; ++slot) {
    const ByteView record = ByteView(both).subspan(slot * sizeof(Record), sizeof(Record));
    const auto fields = decode_record(kSettledLabel, as_bytes(vkey), record);
    if (!fields) {
      if (!all_zero(record)) mark.damaged_.push_back(slot * sizeof(Record));
      continue;
    }
    if (mark.latest_ && fields->first <= mark.latest_->size) continue;
    mark.latest_ = Commit{.size = fields->first, .segment_bytes = fields->second, .root = fields->third};
    mark.slot_ = slot;
  }
  return mark;
}

Result<void> SettledMark::set(const Commit& commit) {
  const std::size_t slot = 1 - slot_;
  const Record record = encode_record(kSettledLabel, as_bytes(vkey_), {commit.size, commit.segment_bytes, commit.root});
  ENTENTE_CHECK(file_->write(slot * sizeof(Record), record));
  ENTENTE_CHECK(file_->sync());
  latest_ = commit;
  slot_ = slot;
  damaged_.clear();
  return {};
}

}  // namespace entente::ledger
