// Hash lists of voting software: the trusted build's, and those taken from machines (control P3-04). Text as sha256sum writes it,
// "<64 hex digits>  <name>" or "<64 hex digits> *<name>"; empty lines and lines that begin with # are passed over, but two comments say
// something: "# machine: <name>" and "# quarantined". Thread-safe; plain data.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"

namespace entente::measures::p3_elections {

struct HashList {
  std::string machine;  // empty where it does not say
  bool quarantined = false;
  std::map<std::string, Digest> files;  // by name

  // Errors (with the line): no such line, a name twice with two digests, no file at all, more than 1,000,000 files, not UTF-8.
  [[nodiscard]] static Result<HashList> parse(std::string_view text, const std::string& name);
};

struct HashDifference {
  enum class Kind { changed, missing, extra } kind = Kind::changed;
  std::string name;
  bool operator==(const HashDifference&) const = default;
};
[[nodiscard]] std::string_view to_string(HashDifference::Kind kind);

// Set equality of (name, digest): what the machine has otherwise, not, or besides. By name.
[[nodiscard]] std::vector<HashDifference> differences(const HashList& trusted, const HashList& machine);

}  // namespace entente::measures::p3_elections
