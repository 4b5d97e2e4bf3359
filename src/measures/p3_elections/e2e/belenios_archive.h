// The archive: files named by their SHA-256, of which the events form a chain by the hash of the one before.
#pragma once

#include <optional>

#include "core/json.h"
#include "measures/p3_elections/e2e/check_sheet.h"

namespace entente::measures::p3_elections::e2e {

struct BelBlob {
  std::string_view text;  // of the files given
  std::string place;      // what findings call it
};

struct BelArchive {
  BelBlob election, trustees, credentials;
  std::vector<BelBlob> ballots;  // in the order of their events
  std::optional<BelBlob> tally;  // ciphertexts
  std::int64_t num_tallied = 0;
  std::uint64_t total_weight = 0;
  struct Decryption {
    std::int64_t owner;  // 1-based
    BelBlob factors;
  };
  std::vector<Decryption> decryptions;
  std::optional<BelBlob> result;
  bool shuffled = false;
};

// nullopt if there is no way to go on; why is on the sheet.
[[nodiscard]] std::optional<BelArchive> read_bel_archive(const std::vector<RecordFile>& files, CheckSheet& sheet);

}  // namespace entente::measures::p3_elections::e2e
