// The interface every engine implements. An engine is stateless, thread-safe and pure: it judges what lies in the bundle at the
// given instant, asks neither the clock nor the network, and gives the same findings for the same input on any number of threads.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "catalog/finding.h"
#include "catalog/profile.h"
#include "core/progress.h"
#include "core/time.h"
#include "evidence/bundle.h"

namespace entente::measures {

using catalog::ControlId;
using catalog::Finding;
using catalog::Profile;
using catalog::Status;
using evidence::Bundle;

class Measure {
 public:
  virtual ~Measure() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;                // "supply"
  [[nodiscard]] virtual std::span<const ControlId> controls() const = 0;  // which controls it can measure
  // Evidence kinds it reads; for docs and for the "what would assess this" line.
  [[nodiscard]] virtual std::span<const std::string_view> evidence_kinds() const = 0;
  // What `control` needs of these: one kind of each group. Empty: no more is known than evidence_kinds().
  using AnyOf = std::span<const std::string_view>;
  [[nodiscard]] virtual std::vector<AnyOf> needs(ControlId /*control*/) const { return {}; }
  // What a person types to have `control` measured: a command of this program, values in capitals. Every engine's controls are measured by
  // `assess`; an engine that has a command of its own for one says so.
  [[nodiscard]] virtual std::string_view command(ControlId /*control*/) const { return "entente assess org.toml"; }
  // At most one finding a control. A control without usable evidence gets no finding (assess reports not-assessed). Evidence
  // that is there but cannot be read is a finding (not-satisfied, with the parse error), not an error; an error means the
  // engine itself could not work.
  [[nodiscard]] virtual Result<std::vector<Finding>> assess(const Profile& profile, const Bundle& bundle, Instant at,
                                                            Progress& progress) const = 0;
};

}  // namespace entente::measures
