// OSV advisories (https://ossf.github.io/osv-schema/, 1.7): the parts of a record that matching needs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::measures::p6_supply {

struct OsvEvent {
  enum class Kind : std::uint8_t { introduced, fixed, last_affected, limit };
  Kind kind;
  std::string version;  // "0" for introduced: before all versions; "*" for limit: no limit
};
struct OsvRange {
  enum class Type : std::uint8_t { semver, ecosystem, git };
  Type type;
  std::vector<OsvEvent> events;
  std::string repo;  // of git ranges: the repository's address, as given
};
struct OsvSeverity {
  std::string type;   // "CVSS_V3" …
  std::string score;  // the vector as given
};
struct OsvAffected {
  std::string ecosystem;  // with its suffix, as given; empty if the entry names no package (GIT only)
  std::string name;
  std::vector<OsvRange> ranges;
  std::vector<std::string> versions;
  std::vector<OsvSeverity> severity;
};
struct OsvRecord {
  std::string id;
  Instant modified{};
  std::optional<Instant> published, withdrawn;
  std::vector<std::string> aliases;
  std::vector<std::string> related;  // `related` and `upstream`: other vulnerabilities that may be, or be the cause of, this one
  std::string summary;               // of `details` the first line, if there is no summary; at most 200 bytes
  std::vector<OsvSeverity> severity;
  std::vector<OsvAffected> affected;
};

// Never throws. Errors carry file, line and JSON pointer. `affected` may be absent; an event must hold exactly one kind.
[[nodiscard]] Result<OsvRecord> parse_osv(std::string_view text, std::string name);
// The same for an element of a document that holds many; `pointer` is where it lies ("" for the whole).
[[nodiscard]] Result<OsvRecord> read_osv(JsonView view, const JsonDocument& document, const std::string& pointer);

}  // namespace entente::measures::p6_supply
