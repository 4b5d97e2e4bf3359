// Ballot manifests: the list of batches of paper with the number of cards in each, kept apart from the voting system. A sample is drawn
// from it: the order of its rows decides which card a random number means. Read from CSV as counties write it, Arlo's columns among them,
// and from XLSX. Immutable; copies share their texts; reading is thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace entente::measures::p3_elections::records {

inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kMaxManifestCards = std::uint64_t{1} << 40;

// A row. Blanks around cells are off, inner ones stay; ="1" is 1. A cell the table has no column for is empty.
struct ManifestBatch {
  std::string_view county;      // "County", "CountyID", "Jurisdiction"
  std::string_view container;   // Arlo's "Container"
  std::string_view tabulator;   // "Tabulator", "Tabulator ID", "Device ID", "ScannerID", …
  std::string_view batch;       // "Batch", "Batch Name", "Batch ID", …: unique within a tabulator (or container) only
  std::string_view location;    // "Location", "Box # Location", "Tray #", …
  std::uint64_t cards = 0;      // may be 0
  std::uint64_t line = 0;       // of the row in its file, 1-based
  std::optional<bool> has_cvr;  // Arlo's "CVR" column: Y or N; absent where there is no such column
};

// Where a card lies: the index of the batch, and its place in it from 1.
struct ManifestPlace {
  std::size_t batch = 0;
  std::uint64_t card = 0;
  bool operator==(const ManifestPlace&) const = default;
};

class Manifest {
 public:
  std::string file;                    // as errors call it
  std::vector<ManifestBatch> batches;  // in the order of the rows
  bool has_county = false, has_container = false, has_tabulator = false, has_location = false;

  [[nodiscard]] std::uint64_t cards() const { return first_.empty() ? 0 : first_.back(); }
  // `position` from 1 to cards(), counted through the batches in order. Precondition: in range.
  [[nodiscard]] ManifestPlace place_of(std::uint64_t position) const;
  // Pairs of batches of the same county, container, tabulator and name: the first and each later one.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> duplicates() const;

  // For makers: takes a row in. Texts outside `bytes()` are copied.
  void add(ManifestBatch batch);
  [[nodiscard]] std::string_view take_bytes(std::string bytes);  // the text that rows may point into; once, before add()

 private:
  struct Texts {
    std::string bytes;
    std::deque<std::string> made;
  };
  [[nodiscard]] std::string_view kept(std::string_view text);
  std::shared_ptr<Texts> texts_ = std::make_shared<Texts>();
  std::vector<std::uint64_t> first_{0};  // cards before each batch, and all of them at the end
};

// CSV (separated by commas, semicolons or tabs; a byte order mark, title rows above the header, blank rows and a last row of totals are
// passed over) or XLSX (its first sheet with a header). The header is the first of 25 rows that names a batch and a number of cards.
// Errors name file, line and column: no header, a column twice, a count that is none ("1,234" is one), a row without a batch, totals that
// are not the sum, more than kMaxManifestCards.
[[nodiscard]] Result<Manifest> read_manifest(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxManifestBytes);
[[nodiscard]] Result<Manifest> parse_manifest(std::string bytes, std::string name);

// Batches by tabulator and name. Points to the manifest, which must outlive it.
class ManifestIndex {
 public:
  explicit ManifestIndex(const Manifest& manifest);
  // The first batch of that name; nullopt where there is none.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view tabulator, std::string_view batch) const;

 private:
  const Manifest& manifest_;
  std::vector<std::uint32_t> slots_;  // open addressing; index + 1
};

// Manifests one after another, as a sample over several counties needs them. Points to the manifests; they must outlive it.
class ManifestChain {
 public:
  struct Place {
    std::size_t manifest = 0;  // in the order added
    ManifestPlace place;
    bool operator==(const Place&) const = default;
  };
  void add(const Manifest& manifest);
  [[nodiscard]] std::uint64_t cards() const { return first_.back(); }
  [[nodiscard]] const Manifest& manifest(std::size_t index) const { return *manifests_[index]; }
  // `position` from 1 to cards().
  [[nodiscard]] Place place_of(std::uint64_t position) const;

 private:
  std::vector<const Manifest*> manifests_;
  std::vector<std::uint64_t> first_{0};
};

}  // namespace entente::measures::p3_elections::records
