// The texts of a SHANGRLA audit: its log (audit.json), what auditors read from the paper, and the list of cards drawn. Pure parsers of
// outside input with places in their errors; used by shangrla.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "measures/p3_elections/risk/assertions.h"
#include "measures/p3_elections/risk/nonneg_mean.h"

namespace entente::measures::p3_elections::review {

inline constexpr std::size_t kMaxShangrlaContests = 64;

struct ShangrlaContest {
  std::string id;               // the key
  risk::AssertedContest rules;  // choices: the log's candidates
  std::vector<std::string> winners, finalists;
  std::optional<std::uint64_t> cards;  // upper bound on cards that carry it
  std::optional<std::uint64_t> sample_size;
  double risk_limit = 0.05;
  bool polling = false;
  risk::TestOptions test;
  std::string assertion_file;
  std::map<std::string, double> margins, p_values;  // by assertion, as published
  std::map<std::string, std::string> p_texts;       // as printed
};

struct ShangrlaRecord {
  std::string election, seed;
  std::optional<std::uint64_t> max_cards;
  bool use_style = true;
  std::vector<std::string> cvr_files;
  std::string manifest_file, sample_file, mvr_file;
  std::vector<ShangrlaContest> contests;  // in the log's order
};
// Errors: no JSON, no seed, no contests or more than 64, several strata, a candidate or winner missing, a test or choice function unknown,
// a number out of range.
[[nodiscard]] Result<ShangrlaRecord> parse_shangrla_record(std::string_view text, const std::string& name);

// One card as auditors read it.
struct ShangrlaMvr {
  std::string id;
  bool phantom = false;  // the paper was not found
  // By contest on the card: candidate and rank (or points, or 1 for a mark). No entry: the contest is not on the card.
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::uint32_t>>>> contests;
};
// {"ballots":[{"id":"99802-13-23","votes":{"339":{"15":1,"16":2}},"phantom":false}, …]}, or the list alone.
[[nodiscard]] Result<std::vector<ShangrlaMvr>> parse_shangrla_mvrs(std::string_view text, const std::string& name);

struct ShangrlaSample {
  std::vector<std::string> ids;
  std::vector<std::uint64_t> lines;  // of each in its file; 0 where it is JSON
  bool ordered = false;              // the list is in the order of the draw (JSON); SHANGRLA's CSV is sorted by where the cards lie
};
// A JSON list of ids, or {"sample":[…]}; or a CSV with a column "imprint", "imprinted id", "id" or "card id", or without header its last
// column but one, as SHANGRLA writes it.
[[nodiscard]] Result<ShangrlaSample> parse_shangrla_sample(std::string_view text, const std::string& name);

// RAIRE writes 99813_1_1 where the paper says 99813-1-1.
[[nodiscard]] std::string shangrla_id(std::string_view id);
// "18 v 17 elim 16 15" as "18 v 17 elim 15 16": the order of the eliminated means nothing.
[[nodiscard]] std::string shangrla_assertion_key(std::string_view name);

}  // namespace entente::measures::p3_elections::review
