// The vocabulary of judgement: statuses and findings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/control.h"
#include "core/digest.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::catalog {

// No evidence is never a pass.
enum class Status { satisfied, partial, not_satisfied, not_applicable, not_assessed };
[[nodiscard]] std::string_view to_string(Status s);  // "not-satisfied"
[[nodiscard]] std::optional<Status> parse_status(std::string_view text);

// A place inside evidence.
struct Place {
  Digest evidence;
  std::string pointer;  // JSON pointer, "line 12", "byte 4096"; may be empty

  bool operator==(const Place&) const = default;
};

struct Finding {
  ControlId control;
  Status status = Status::not_assessed;
  std::string summary;                                // one sentence: what was measured, with numbers and units
  Json detail = Json::object();                       // the measurement: figures with their units in the key or beside it
  std::vector<Place> places;                          // where the worst of it is; at most 20
  std::vector<Digest> evidence;                       // every piece of evidence that was judged, in order
  std::vector<std::pair<Digest, Instant>> own_dates;  // of evidence that says itself of when it is; see Judge: the older date counts
  std::vector<Json> rows;  // row-level results in a fixed order; beyond 100 `assess` puts them in a digested side file
  std::string fix;         // the one next step that helps most: a command or an edit; empty if satisfied
};

}  // namespace entente::catalog
