// The epoch file is one record of 64 bytes (format.h), replaced as a whole. It is opened anew for every check: that is when a network file
// system looks whether another machine changed it.
#include "ledger/epoch.h"

#include <fmt/format.h>

#include "keys/keys.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kEpochLabel = "entente ledger epoch v1\n";

}  // namespace

Result<Fields> Epoch::read(Io& io, std::string_view vkey) {
  ENTENTE_TRY(const std::string held, read_small(io, kEpochFile, sizeof(Record)));
  const auto fields = decode_record(kEpochLabel, as_bytes(vkey), as_bytes(held));
  if (!fields || fields->second != 0)
    return fail("the epoch file is damaged", {.file = io.display(kEpochFile), .offset = 0}, "`entente ledger repair` makes a new one");
  return *fields;
}

Result<Epoch> Epoch::raise(Io& io, std::string_view vkey) {
  Fields next{.first = 1};
  ENTENTE_TRY(const bool there, io.exists(kEpochFile));
  if (there) {
    ENTENTE_TRY(const Fields now, read(io, vkey));
    next.first = now.first + 1;
  }
  keys::random_bytes(next.third.bytes);
  Epoch epoch;
  epoch.record_ = encode_record(kEpochLabel, as_bytes(vkey), next);
  ENTENTE_CHECK(replace_file(io, kEpochFile, as_text(epoch.record_)));
  return epoch;
}

Result<void> Epoch::check_mine(Io& io) const {
  ENTENTE_TRY(const std::string held, read_small(io, kEpochFile, sizeof(Record)));
  if (held == as_text(record_)) return {};
  return fail("another writer took over this log", {.file = io.display(kEpochFile)},
              "a log has one writer: find out who else has it open; nothing more is written or signed here");
}

}  // namespace entente::ledger
