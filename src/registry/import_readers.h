// What the readers of the three formats hand to the one part that judges records (import.cc): fields under canonical names, unjudged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "registry/quality.h"

namespace entente::registry {

struct RawField {
  std::string value;       // as written, any bytes
  std::uint64_t line = 0;  // from 1; 0: unknown
};

struct RawRecord {
  std::string id;  // the source's own
  std::string file, pointer;
  std::uint64_t line = 0;
  std::map<std::string, RawField> fields;  // by canonical name, see canonical_field()
  std::vector<std::string> former_names, memberships;
  std::vector<Defect> defects;  // of the form, found while reading
};

struct RawSource {
  std::string name, commit;  // of JSON documents that say so
  std::vector<RawRecord> records;
};

// The name under which a field is judged: "nationality" → "country" …; "name_fr" stays; empty: not taken (handles, links to persons,
// statements, what the data set says of itself). Fields that look like dates but are of no known kind keep their name.
[[nodiscard]] std::string canonical_field(std::string_view field);

// One Markdown file with YAML front matter. Never fails: what cannot be read is a defect of the record. `path` is relative.
[[nodiscard]] RawRecord read_front_matter(std::string_view text, const std::string& path);

// RFC 4180 with a header line; LF or CRLF, a byte order mark is passed over. Errors: no header with a name column, a quoted field that does
// not end, too many columns or rows, invalid UTF-8 as a whole line number.
[[nodiscard]] Result<RawSource> read_csv(std::string_view text, const std::string& path);

// An array of objects, or an object with such an array as its member "supporters".
[[nodiscard]] Result<RawSource> read_json_list(std::string_view text, const std::string& path);

}  // namespace entente::registry
