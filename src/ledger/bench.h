// Measures the ledger on the user's own disk, each figure beside the limit the machine itself sets, taken in the same run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"

namespace entente::ledger {

struct Measured {
  std::string what;
  double value = 0;
  std::string unit;
  std::string limit_what;  // what the limit is; empty if there is none
  double limit = 0;        // in the same unit
  std::string goal;
  bool met = false;

  [[nodiscard]] double ratio() const { return limit > 0 ? value / limit : 0; }
};

enum class BenchSize { quick, full };

// In a new folder below `folder`, which is removed at the end. Forks once (the restart after kill -9), so call it before any threads run.
[[nodiscard]] Result<std::vector<Measured>> bench(const std::filesystem::path& folder, BenchSize size, Progress& progress);

}  // namespace entente::ledger
