// A Belenios archive of any bytes: the tar is read or refused, and what it holds is checked to the end, in the tests' tiny group so that
// inputs with proofs are quick. What the tar reader accepts is as long as its files and their blocks.
#include <cstdlib>

#include "measures/p3_elections/e2e/belenios_tar.h"
#include "measures/p3_elections/e2e/tiny_group.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace entente;
  using namespace entente::measures::p3_elections;
  static const e2e::test::TinyGroups groups;
  if (size > (256 << 10)) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto files = e2e::read_bel_tar(bytes, "fuzz.bel");
  if (!files) return 0;
  std::size_t blocks = 0;
  for (const e2e::RecordFile& file : *files) blocks += 1 + (file.content.size() + 511) / 512;
  if (blocks * 512 > size) std::abort();
  Progress progress(Progress::Mode::silent);
  const auto result = e2e::check_record_files(*files, "fuzz.bel", {}, progress, groups);
  if (result && result->good() && result->ballots > files->size()) std::abort();
  return 0;
}
