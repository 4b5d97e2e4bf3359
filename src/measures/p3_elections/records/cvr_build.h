// What the readers of vote records share: the table under construction, checks each card gets, and the list of problems. Not for others.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "measures/p3_elections/records/cvr_read.h"
#include "measures/p3_elections/tables/csv.h"
#include "measures/p3_elections/tables/encoding.h"

namespace entente::measures::p3_elections::records {

class CvrBuilder {
 public:
  explicit CvrBuilder(const CvrReadOptions& options) : options_(options) {}

  CvrTable table;
  CvrReport report;
  bool lines_are_records = false;  // CvrCard::source_line is the ordinal of a record
  [[nodiscard]] const CvrReadOptions& options() const { return options_; }

  void problem(CvrProblemKind kind, Where where, std::string what);
  // Counts one; true while rows of this kind are still kept (then call problem() instead of formatting for nothing).
  [[nodiscard]] bool keeps(CvrProblemKind kind) const { return report.count(kind) < options_.max_problems; }
  void count_only(CvrProblemKind kind) { ++report.counts[static_cast<std::size_t>(kind)]; }

  std::uint32_t add_file(std::string name);  // index in table.files; later cards are of it
  // By key (a name or an id), made if new with the key as its name.
  std::uint32_t contest(std::string_view key);
  std::uint32_t choice(std::uint32_t contest, std::string_view key);
  [[nodiscard]] bool has_contest(std::string_view key) const { return contest_of_.find(std::string(key)) != contest_of_.end(); }

  // A card: begin, its contests each with its marks, end. `source_file` and `first_contest` are filled in here.
  void begin_card(const CvrCard& card);
  void begin_contest(std::uint32_t contest, std::uint64_t overvotes = 0);
  void mark(std::uint32_t choice, std::uint64_t rank_or_votes = 1);
  [[nodiscard]] Result<void> end_card(const Where& where);
  // For a reader that fills the table's vectors itself: the checks of a card just pushed.
  [[nodiscard]] Result<void> check_card(const Where& where);

  // More marked than allowed: of the card contests from `from` on. Readers that know the rules only in the end call it then.
  void find_overvotes(std::size_t from_card);
  // Cards of one tabulator, batch, record and sheet (numbers without their leading zeros), whatever their ids; where an export does not
  // have these, ids that differ in leading zeros or in "-" for "_". Once, behind the last card.
  void find_duplicates();

 private:
  [[nodiscard]] Where card_place(const CvrCard& card) const;
  void note_duplicate(const CvrCard& card, const CvrCard& first, Where where);
  void note_overvote(const CvrCard& card, CvrCardContest& c, std::uint64_t votes);

  const CvrReadOptions options_;
  bool too_many_marks_ = false;
  std::unordered_map<std::string, std::uint32_t> contest_of_;
  std::vector<std::unordered_map<std::string, std::uint32_t>> choice_of_;
  std::vector<std::uint32_t> card_of_text_;                     // by imprinted id: 1 + its first card
  std::unordered_map<std::string, std::uint32_t> card_of_key_;  // further sheets
  std::vector<std::uint32_t> duplicates_;                       // cards reported as they came, ascending
};

// "Write-In", "write in 2", "WRITEIN": not candidates the ballot names.
[[nodiscard]] bool is_write_in_name(std::string_view name);
[[nodiscard]] std::string lower_ascii(std::string_view text);

// One file of an export with what it is.
enum class CvrFileKind {
  dominion_csv,
  dominion_json,
  dominion_manifest,
  ess_cvr,
  ess_ballots,
  hart_xml,
  hart_scans,
  clearballot,
  nist_xml,
  nist_json,
  raire,
  tabulator_status,
  unknown
};
[[nodiscard]] CvrFileKind classify_cvr_file(std::string_view bytes);

// Goes through the files of an export in their order, unpacking as it goes. What each is, is looked at once, in the first survey; later
// only files of the kind wanted are unpacked.
class CvrFiles {
 public:
  CvrFiles(std::span<const CvrSource> sources, const CvrReadOptions& options) : sources_(sources), options_(options) {}
  using Survey = std::function<Result<void>(const std::string& name, CvrFileKind kind)>;
  using Take = std::function<Result<void>(const std::string& name, std::string_view bytes)>;
  [[nodiscard]] Result<void> survey(const Survey& take);
  [[nodiscard]] Result<void> each(CvrFileKind kind, const Take& take) const;
  // The name of the first of a kind, empty where there is none. Behind survey().
  [[nodiscard]] std::string first(CvrFileKind kind) const;

 private:
  using Visit = std::function<Result<void>(const std::string& name, std::string_view bytes)>;
  [[nodiscard]] Result<void> visit(const std::function<bool(const std::string& name)>& wanted, const Visit& take) const;
  std::span<const CvrSource> sources_;
  const CvrReadOptions& options_;
  std::unordered_map<std::string, CvrFileKind> kinds_;
  std::unordered_map<CvrFileKind, std::string> firsts_;
};

// The readers: each takes its kinds out of the files.
[[nodiscard]] Result<void> read_dominion_csv(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_dominion_json(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_ess(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_hart(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_clearballot(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_nist(CvrBuilder& b, const CvrFiles& files);
[[nodiscard]] Result<void> read_raire(CvrBuilder& b, const CvrFiles& files);

// Text of a file as UTF-8; another encoding is noted.
[[nodiscard]] Result<tables::DecodedText> cvr_text(CvrBuilder& b, const std::string& name, std::string_view bytes);

}  // namespace entente::measures::p3_elections::records
