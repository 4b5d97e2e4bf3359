// What is written is cut into units of 64 bytes: 56 bytes of data, the round's number, a CRC-32C. The data of a round: the commit it begins
// behind, then for each commit a record and the bytes it adds to `entries`, from a new unit on and closed by a unit of zeros. Records are
// chained; a commit's root is what its entries are checked against by whoever replays.
//
// A power cut leaves of a write any of its units and, in place of the others, what was there before: zeros, or units of an earlier round. A
// failed write leaves the first of its bytes, perhaps with a unit that is half new, but never its closing unit. So a unit whose check value
// does not fit stands for damage if its commit is closed, and for an interrupted commit if it is not. (Where a round begins, the units of
// an earlier one may lie behind: there it is damage if one flipped bit explains it.)
#include "ledger/wal.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>

#include "ledger/crc32c.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kWalBaseLabel = "entente ledger wal v1\n";
constexpr std::string_view kWalCommitLabel = "entente ledger wal commit v1\n";
constexpr std::uint64_t kWalReserve = 256 << 10;   // zeros written ahead at a time: a sync need not record a new file length
constexpr std::uint64_t kMostWalBytes = 64 << 20;  // of a longer file, which is not ours, the beginning is read
constexpr std::size_t kUnitBytes = 64, kUnitData = 56, kUnitCrc = 60;

constexpr std::string_view kWalHint =
    "`entente ledger repair` puts single flipped bits right; if that does not help, the file has to be moved away, and what was added "
    "since "
    "the last checkpoint has to be added again";

using Unit = std::span<const std::uint8_t, kUnitBytes>;

std::uint64_t unit_bytes_of(std::uint64_t data) { return (data + kUnitData - 1) / kUnitData * kUnitBytes; }

std::uint32_t get_u32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 | static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}

void put_u32(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

std::uint32_t crc_of(Unit unit) { return crc32c(unit.first<kUnitCrc>()); }

enum class UnitState { whole, unwritten, damaged };

UnitState state_of(Unit unit) {
  if (crc_of(unit) == get_u32(unit.data() + kUnitCrc)) return UnitState::whole;
  const bool zeros = std::ranges::all_of(unit, [](std::uint8_t b) { return b == 0; });
  return zeros ? UnitState::unwritten : UnitState::damaged;
}

// Cuts `parts`, one behind the other, into units.
Bytes to_units(std::initializer_list<ByteView> parts, std::uint32_t round) {
  std::size_t total = 0;
  for (const ByteView part : parts) total += part.size();
  Bytes out(static_cast<std::size_t>(unit_bytes_of(total)));
  std::size_t at = 0;  // bytes of data laid out
  for (ByteView part : parts) {
    while (!part.empty()) {
      const std::size_t within = at % kUnitData, n = std::min(kUnitData - within, part.size());
      std::ranges::copy(part.first(n), out.begin() + static_cast<std::ptrdiff_t>(at / kUnitData * kUnitBytes + within));
      part = part.subspan(n);
      at += n;
    }
  }
  for (std::size_t unit = 0; unit < out.size(); unit += kUnitBytes) {
    put_u32(&out[unit + kUnitData], round);
    put_u32(&out[unit + kUnitCrc], crc_of(Unit(&out[unit], kUnitBytes)));
  }
  return out;
}

// One flipped bit explains why the unit does not fit its check value: it is put right.
bool mend_unit(std::span<std::uint8_t, kUnitBytes> unit) {
  for (std::size_t bit = 0; bit < 8 * kUnitBytes; ++bit) {
    unit[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    if (state_of(unit) == UnitState::whole) return true;
    unit[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  return false;
}

// Reads a round's data back, commit by commit.
class UnitReader {
 public:
  UnitReader(const File& file, std::string name, std::uint64_t size) : file_(file), name_(std::move(name)), size_(size) {}

  // `bytes` of data from here on, and one unit behind them. False if they were not all written in this round; an error if they were, and
  // are damaged.
  Result<bool> read(std::uint64_t bytes, Bytes& data) {
    data.clear();
    const std::uint64_t length = unit_bytes_of(bytes) + kUnitBytes;
    if (length > size_ - at_) return false;
    Bytes units(static_cast<std::size_t>(length));
    ENTENTE_CHECK(file_.read(at_, units));
    if (round_ == 0 && state_of(Unit(units.data(), kUnitBytes)) == UnitState::whole) round_ = get_u32(&units[kUnitData]);
    std::optional<std::size_t> damaged;
    bool all = true;
    for (std::size_t i = 0; i + kUnitBytes < units.size(); i += kUnitBytes) {
      const Unit unit(&units[i], kUnitBytes);
      if (!damaged && state_of(unit) == UnitState::damaged) damaged = i;
      all = all && in_round(unit);
      if (all) data.insert(data.end(), unit.begin(), unit.begin() + kUnitData);
    }
    if (all) {
      data.resize(static_cast<std::size_t>(bytes));
      return true;
    }
    if (!damaged) return false;
    const bool written = at_ == 0 ? mend_unit(std::span<std::uint8_t, kUnitBytes>(&units[*damaged], kUnitBytes))
                                  : in_round(Unit(&units[units.size() - kUnitBytes], kUnitBytes));
    if (!written) return false;
    return fail("the write-ahead file is damaged: commits that were acknowledged and not signed yet may stand in it",
                {.file = name_, .offset = at_ + *damaged}, std::string(kWalHint));
  }
  void pass(std::uint64_t bytes) { at_ += unit_bytes_of(bytes) + kUnitBytes; }
  [[nodiscard]] std::uint64_t at() const { return at_; }

 private:
  [[nodiscard]] bool in_round(Unit unit) const { return state_of(unit) == UnitState::whole && get_u32(unit.data() + kUnitData) == round_; }

  const File& file_;
  std::string name_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::uint32_t round_ = 0;
};

Fields fields_of(const Commit& commit) { return {.first = commit.size, .second = commit.segment_bytes, .third = commit.root}; }
Commit commit_of(const Fields& fields) { return {.size = fields.first, .segment_bytes = fields.second, .root = fields.third}; }

// A commit there can be behind `before`.
bool follows(const Commit& before, const Commit& after) {
  return after.size > before.size && after.size <= kMaxTreeSize && after.segment_bytes > before.segment_bytes &&
         (after.segment_bytes - before.segment_bytes) / 2 >= after.size - before.size;
}

}  // namespace

Result<Wal> Wal::open(Io& io, std::string_view vkey, OpenMode mode, const WalLimits& limits) {
  Wal wal;
  wal.name_ = io.display(kWalFile);
  wal.vkey_ = vkey;
  wal.limits_ = limits;
  ENTENTE_TRY(wal.file_, io.open(kWalFile, mode == OpenMode::write ? OpenMode::create : mode));
  ENTENTE_TRY(wal.reserved_, wal.file_->size());
  return wal;
}

Result<void> Wal::replay(const Commit& from, const Take& take) const {
  UnitReader reader(*file_, name_, std::min(reserved_, kMostWalBytes));
  Bytes data;
  Record record{};
  // The base shares its units with the first record.
  ENTENTE_TRY(bool whole, reader.read(2 * sizeof(Record), data));
  if (!whole) return {};
  std::ranges::copy(ByteView(data).first<sizeof(Record)>(), record.begin());
  const auto base = decode_record(kWalBaseLabel, as_bytes(vkey_), record);
  if (!base) return {};
  Commit at = commit_of(*base);
  bool reached = at == from;  // a round that never comes by the journal's last commit is an earlier one
  for (std::size_t before_record = sizeof(Record);; before_record = 0) {
    const std::size_t head = before_record + sizeof(Record);
    if (before_record == 0) {
      ENTENTE_TRY(whole, reader.read(head, data));
      if (!whole) return {};
    }
    const auto fields = decode_record(kWalCommitLabel, record, ByteView(data).subspan(before_record, sizeof(Record)));
    if (!fields || !follows(at, commit_of(*fields))) return {};
    const Commit after = commit_of(*fields);
    std::ranges::copy(ByteView(data).subspan(before_record, sizeof(Record)), record.begin());
    const std::uint64_t total = head + (after.segment_bytes - at.segment_bytes);
    ENTENTE_TRY(whole, reader.read(total, data));
    if (!whole) return {};
    if (reached) {
      ENTENTE_TRY(const bool fits, take(at, after, ByteView(data).subspan(head)));
      if (!fits)
        return fail(fmt::format("the entries of the commit to {} entries do not have its root", after.size),
                    {.file = name_, .offset = reader.at()}, std::string(kWalHint));
    }
    reader.pass(total);
    at = after;
    reached = reached || at == from;
  }
}

Result<std::uint64_t> Wal::mend() {
  std::uint64_t mended = 0;
  Bytes unit(kUnitBytes);
  for (std::uint64_t at = 0; at + kUnitBytes <= std::min(reserved_, kMostWalBytes); at += kUnitBytes) {
    ENTENTE_CHECK(file_->read(at, unit));
    if (state_of(Unit(unit.data(), kUnitBytes)) != UnitState::damaged) continue;
    if (!mend_unit(std::span<std::uint8_t, kUnitBytes>(unit.data(), kUnitBytes))) continue;
    ENTENTE_CHECK(file_->write(at, unit));
    ++mended;
  }
  if (mended > 0) ENTENTE_CHECK(file_->sync());
  return mended;
}

bool Wal::has_room(std::uint64_t bundle_bytes) const {
  return end_ + unit_bytes_of(2 * sizeof(Record) + bundle_bytes) + kUnitBytes <= limits_.file_bytes;
}

void Wal::begin(const Commit& base) {
  base_ = base;
  end_ = 0;
  ++round_;
}

Result<void> Wal::append(const Commit& after, ByteView bundle_bytes) {
  const bool first = end_ == 0;
  if (first) previous_ = encode_record(kWalBaseLabel, as_bytes(vkey_), fields_of(base_));
  const Record record = encode_record(kWalCommitLabel, previous_, fields_of(after));
  static constexpr std::array<std::uint8_t, kUnitData> kClosing{};
  const std::size_t data = (first ? sizeof(Record) : 0) + sizeof(Record) + bundle_bytes.size();
  const ByteView padding = ByteView(kClosing).first((kUnitData - data % kUnitData) % kUnitData);
  const Bytes units = to_units({first ? ByteView(previous_) : ByteView(), record, bundle_bytes, padding, kClosing}, round_);
  const std::uint64_t end = end_ + units.size();
  if (end > reserved_) {
    const std::uint64_t upto = std::max(end, std::min((end / kWalReserve + 1) * kWalReserve, limits_.file_bytes));
    const Bytes zeros(static_cast<std::size_t>(upto - end));
    ENTENTE_CHECK(file_->write(end, zeros));
    reserved_ = upto;
  }
  ENTENTE_CHECK(file_->write(end_, units));
  ENTENTE_CHECK(file_->sync());
  previous_ = record;
  end_ = end;
  return {};
}

Result<void> Wal::empty() {
  if (reserved_ == 0) return {};
  ENTENTE_CHECK(file_->truncate(0));
  ENTENTE_CHECK(file_->sync());
  reserved_ = end_ = 0;
  return {};
}

}  // namespace entente::ledger
