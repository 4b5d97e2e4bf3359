// Tables and XML on arbitrary bytes: never crashes; an accepted table has no empty row and its lines ascend; what CSV reading gives does
// not depend on where a reader began.
#include <cstdlib>

#include "measures/p3_elections/tables/table.h"
#include "measures/p3_elections/tables/xml_reader.h"

using namespace entente::measures::p3_elections::tables;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto table = parse_table(text, "fuzz", {.max_bytes = 1 << 20, .max_cells = 100'000})) {
    std::uint64_t before = 0;
    for (const TableRow& row : table->rows) {
      if (row.line <= before || row.cells.empty()) std::abort();
      before = row.line;
    }
  }
  auto xml = XmlReader::open(text, "fuzz", {.max_bytes = 1 << 20, .max_depth = 16, .max_nodes = 10'000});
  if (!xml) return 0;
  int depth = 0;
  for (;;) {
    const auto event = xml->next();
    if (!event || *event == XmlReader::Event::done) return 0;
    depth += *event == XmlReader::Event::start ? 1 : *event == XmlReader::Event::end ? -1 : 0;
    if (depth < 0 || depth > 16) std::abort();
    if (*event == XmlReader::Event::start) (void)xml->attribute("id");
  }
}
