// Records of how long products live, from three sources brought to one shape: endoflife.date product pages (Markdown with YAML front
// matter), the JSON of endoflife.date's API (v0 cycles, v1 product or list of products), and OpenEoX core 1.0. docs/lifecycle.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

// When a stage of life ends. `last` is the last instant that still belongs to it: of a day, its last microsecond in UTC.
struct LifeStage {
  enum class Kind : std::uint8_t {
    unsaid,   // the record says nothing, or "to be announced"
    dated,    // ends at `last`
    over,     // has ended; the day is not given
    running,  // has not ended; the day is not given
  } kind = Kind::unsaid;
  Instant last{};
};

struct EolRelease {
  std::string cycle;        // "22", "3.11"; empty: every version (an OpenEoX record of a whole product)
  std::string latest;       // newest version of the cycle; may be empty
  bool exact = false;       // the version must be equal to `cycle`, not only begin with it
  LifeStage active;         // end of active support (endoflife.date eoas)
  LifeStage security;       // end of security support (endoflife.date eol; OpenEoX end_of_security_support)
  LifeStage extended;       // end of extended, often paid, support (endoflife.date eoes)
  LifeStage end_of_life;    // OpenEoX end_of_life; elsewhere as `security`
  bool said_ended = false;  // the record says "ended" in so many words (eol: true, isEol: true), beside any day
};

struct EolProduct {
  std::string slug;    // "angular"
  std::string title;   // "Angular"
  std::string source;  // the file it was read from
  std::vector<std::string> purls;
  std::vector<std::string> cpes;
  std::vector<EolRelease> releases;   // as written: newest first
  std::vector<std::string> warnings;  // OpenEoX: recommended and informative tests that fail; the record is valid all the same
};

inline constexpr std::size_t kMaxEolBytes = std::size_t{64} << 20;       // API listings of all products have some megabytes
inline constexpr std::size_t kMaxEolFrontMatter = std::size_t{1} << 20;  // the largest page of 2026 has 120 KB
inline constexpr std::size_t kMaxEolReleases = 10'000;                   // of one product

// A page of endoflife.date. Refused: no front matter, YAML with aliases, nested beyond 12 levels or of more than 100,000 values, a release
// without a cycle, a stage that is neither a day nor true or false.
[[nodiscard]] Result<EolProduct> parse_eol_page(std::string_view text, const std::string& name);
// The API's JSON. A v0 list of cycles names no product: its slug is the file's name without ".json".
[[nodiscard]] Result<std::vector<EolProduct>> parse_eol_api(std::string_view text, const std::string& name);
// An OpenEoX core record, which names no product either: its file's name is the percent-encoded purl and ".openeox.json"
// ("pkg%3Anpm%2Fleft-pad%401.3.0.openeox.json"), a convention of ours. A record that is not valid is refused with its first fault.
[[nodiscard]] Result<EolProduct> parse_eol_openeox(std::string_view text, const std::string& name);
// Whichever of the three it is, told by name and content.
[[nodiscard]] Result<std::vector<EolProduct>> parse_eol_records(std::string_view text, const std::string& name);

// "2026-05-19", "true" (ended), "false" (not ended), "" (unsaid).
[[nodiscard]] Result<LifeStage> parse_life_stage(std::string_view text);

}  // namespace entente::measures::p6_supply
