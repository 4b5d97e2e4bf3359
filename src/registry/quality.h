// What is wrong with the records of a list: one stable code a kind of defect, what it means, and what to do about it. The codes are part of
// import statements and never change their meaning. docs/registry-import.md has the table. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace entente::registry {

enum class Severity {
  error,    // the record says something wrong, or says too little to be used
  warning,  // somebody should look
  note,     // known, harmless or usual
};
[[nodiscard]] std::string_view name(Severity severity);

enum class DefectCode {
  front_matter_missing,
  front_matter_broken,
  field_repeated,
  row_commas,
  row_quote,
  row_length,
  file_name_disagrees,
  source_id_repeated,
  name_missing,
  name_white_space,
  name_mark,
  name_escaped_quote,
  name_html_entity,
  name_control,
  name_bidi,
  name_invisible,
  name_not_nfc,
  name_too_long,
  name_not_utf8,
  name_damaged,
  name_markup,
  name_quote,
  name_mixed_script,
  category_missing,
  category_unknown,
  category_international,
  nature_missing,
  nature_unknown,
  nature_white_space,
  nature_spelling,
  nature_label,
  country_missing,
  country_none,
  country_not_iso,
  country_form,
  country_user_assigned,
  country_withdrawn,
  country_ambiguous,
  country_unknown,
  country_disagrees,
  state_name_disagrees,
  date_signed_missing,
  date_malformed,
  date_kind_unknown,
  date_order,
  date_before_call,
  website_missing,
  website_malformed,
  website_insecure,
  website_shared_host,
  lei_invalid,
  ror_invalid,
  wikidata_invalid,
  count_  // number of codes
};

struct DefectKind {
  std::string_view code;  // "country-not-iso"
  Severity severity;
  std::string_view meaning, advice;
};
[[nodiscard]] const DefectKind& kind(DefectCode code);
[[nodiscard]] std::optional<DefectCode> defect_from(std::string_view code);

struct Defect {
  DefectCode code;
  std::string field;       // "country"; may be empty
  std::string value;       // as the source wrote it; may be empty
  std::string detail;      // why, for people; may be empty
  std::uint64_t line = 0;  // of the field, from 1; 0: that of the record
};

struct Import;

// How often each code occurs, in the order of the enum; codes that do not occur are left out.
[[nodiscard]] std::vector<std::pair<DefectCode, std::size_t>> count_defects(const Import& import);
// Records by category, "" for none.
[[nodiscard]] std::map<std::string, std::size_t> count_categories(const Import& import);
// An error or warning, or a suggested duplicate.
[[nodiscard]] bool needs_attention(const Import& import);

// The whole report as one document: counts, records with their defects, suggested duplicates.
[[nodiscard]] Json quality_json(const Import& import);
// One line a defect (RFC 4180, CRLF), cells that a spreadsheet would run as formulas neutralised by a leading apostrophe.
[[nodiscard]] std::string quality_csv(const Import& import);

}  // namespace entente::registry
