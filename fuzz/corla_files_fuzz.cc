// One file of a Colorado audit from arbitrary bytes: the first byte says which, the rest is its text, alone in a folder. The review never
// crashes, and its JSON can always be written.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "core/file.h"
#include "measures/p3_elections/review/corla.h"

using namespace entente;
using namespace entente::measures::p3_elections::review;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder = TemporaryFolder::make("corla-fuzz").value();
  static constexpr std::array<const char*, 11> kNames = {"seed.csv",
                                                         "AlphaBallotManifest.csv",
                                                         "contestsByCounty.csv",
                                                         "round1-contest.csv",
                                                         "round1-contestSelection.csv",
                                                         "tabulate.csv",
                                                         "ResultsReportSummary.csv",
                                                         "audited_imprinted_ids.csv",
                                                         "XDiscrepancyReport.csv",
                                                         "batchCountComparison.csv",
                                                         "contestComparison.csv"};
  if (size == 0) return 0;
  const std::filesystem::path path = folder.path() / kNames[static_cast<std::uint8_t>(data[0] - '0') % kNames.size()];
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  Progress silent(Progress::Mode::silent);
  const auto review = review_corla(folder.path(), {}, silent);
  std::filesystem::remove(path);
  if (!review) return 0;  // such a file alone is no Colorado record
  if (json_compact(to_json(*review)).empty()) std::abort();
  for (const Check& check : review->checks)
    if (check.good > check.of) std::abort();
  return 0;
}
