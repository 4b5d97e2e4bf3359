// Which version of ElectionGuard a record is of.
#include "measures/p3_elections/e2e/electionguard.h"

#include <algorithm>

namespace entente::measures::p3_elections::e2e {

ElectionGuardKind electionguard_kind(const std::vector<RecordFile>& files) {
  const auto has = [&](std::string_view name) { return std::ranges::any_of(files, [&](const RecordFile& f) { return f.name == name; }); };
  if (!has("constants.json") || !has("manifest.json")) return ElectionGuardKind::none;
  if (has("election_config.json")) return ElectionGuardKind::version_2;
  if (has("context.json")) return ElectionGuardKind::version_1;
  return ElectionGuardKind::none;
}

}  // namespace entente::measures::p3_elections::e2e
