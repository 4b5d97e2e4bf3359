// An ElectionGuard record of any bytes, 0.95 or 2.0: files are separated by lines "=== name". Checked to the end in the tests' tiny group.
#include <cstdlib>

#include "measures/p3_elections/e2e/record_check.h"
#include "measures/p3_elections/e2e/tiny_group.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  using namespace entente::measures::p3_elections;
  static const e2e::test::TinyGroups groups;
  if (size > (256 << 10)) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<e2e::RecordFile> files;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with("=== ")) {
      files.push_back({std::string(line.substr(4)), ""});
    } else if (!files.empty()) {
      files.back().content += line;
      files.back().content += '\n';
    }
  }
  Progress progress(Progress::Mode::silent);
  const auto result = e2e::check_record_files(files, "fuzz", {}, progress, groups);
  if (result && result->good() && result->tallies.empty()) std::abort();  // nothing is proven without a tally
  return 0;
}
