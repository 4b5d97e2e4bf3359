// NIST SP 1500-103 in memory, whichever of its two forms it came in: what a CVR element says, and the names of an Election element. Both
// readers fill these; cvr_nist.cc makes cards of them. Not for others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measures/p3_elections/records/cvr_build.h"

namespace entente::measures::p3_elections::records {

struct NistPosition {
  bool indicated = false;  // HasIndication yes
  enum class Allocable { yes, no, unknown, unsaid } allocable = Allocable::unsaid;
  std::uint64_t votes = 1, rank = 0;  // NumberVotes; 0: no Rank
  bool write_in = false;
};
struct NistSelection {
  std::string id;  // ContestSelectionId; may be empty (a write-in on no line of its own)
  std::uint64_t rank = 0;
  std::optional<std::uint64_t> total;  // TotalNumberVotes
  std::vector<NistPosition> positions;
};
struct NistCvrContest {
  std::string id;
  std::uint64_t overvotes = 0;
  bool overvoted = false, invalidated = false;  // Status
  std::vector<NistSelection> selections;
};
struct NistSnapshot {
  std::string id;
  std::vector<NistCvrContest> contests;
};
struct NistCvr {
  std::string audit_id, printed_id, sheet_id, style, style_unit, batch, sequence, device, current, unique_id;
  std::vector<NistSnapshot> snapshots;
};

struct NistChoice {
  std::vector<std::string> candidates;  // ids
  std::string text;                     // of a measure's or party's selection
  bool write_in = false;
};
struct NistContest {
  std::string name, variation;
  std::uint64_t votes_allowed = 0;
  std::map<std::string, NistChoice> choices;
};
struct NistNames {
  std::string election;
  std::map<std::string, std::string> candidates, units, devices, parties;
  std::map<std::string, NistContest> contests;
};

class NistCards {
 public:
  explicit NistCards(CvrBuilder& b) : b_(b) {}
  // `ordinal`: 1-based, of the CVR in its file.
  [[nodiscard]] Result<void> add(const NistCvr& cvr, std::uint64_t ordinal, const Where& where);
  // Names contests and choices, whose elements come after the cards, and applies the contests' rules.
  void finish(const NistNames& names);

 private:
  [[nodiscard]] Result<void> contest(const NistCvrContest& contest, const Where& where);
  void selection(std::uint32_t contest, const NistSelection& selection, const Where& where);
  CvrBuilder& b_;
};

[[nodiscard]] Result<void> read_nist_xml(CvrBuilder& b, NistCards& cards, NistNames& names, const std::string& name,
                                         std::string_view bytes);
[[nodiscard]] Result<void> read_nist_json(CvrBuilder& b, NistCards& cards, NistNames& names, const std::string& name,
                                          std::string_view bytes);

}  // namespace entente::measures::p3_elections::records
