// Workbooks: the bytes are the XML of a sheet (before the first line "---"), of the shared strings and of the styles; a zip is made around
// them, since arbitrary bytes are hardly ever one. Never crashes; rows ascend and no cell is beyond the limits. The bytes as they are, too.
#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdlib>
#include <string>

#include "measures/p3_elections/tables/xlsx.h"

using namespace entente::measures::p3_elections::tables;

namespace {

std::string zip_of(std::string_view sheet, std::string_view shared, std::string_view styles) {
  const std::array<std::pair<const char*, std::string_view>, 5> parts{
      {{"xl/workbook.xml", R"(<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>)"},
       {"xl/_rels/workbook.xml.rels", R"(<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/></Relationships>)"},
       {"xl/worksheets/sheet1.xml", sheet},
       {"xl/sharedStrings.xml", shared},
       {"xl/styles.xml", styles}}};
  std::string out(sheet.size() + shared.size() + styles.size() + 16384, '\0');
  std::size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_zip_set_compression_store(a);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const auto& [name, content] : parts) {
    if (content.empty()) continue;
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(e, AE_IFREG);
    archive_write_header(a, e);
    archive_write_data(a, content.data(), content.size());
    archive_entry_free(e);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

void check(std::string_view bytes) {
  const auto sheets = read_xlsx(bytes, "fuzz", {.max_bytes = 1 << 20, .max_cells = 100'000});
  if (!sheets) return;
  for (const Sheet& sheet : *sheets) {
    std::uint64_t before = 0;
    for (const SheetRow& row : sheet.rows) {
      if (row.row <= before || row.cells.empty() || row.cells.size() > 16'384) std::abort();
      before = row.row;
    }
  }
}

std::string_view take_part(std::string_view& rest) {
  const auto end = rest.find("\n---\n");
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 5);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  check(rest);
  const std::string_view sheet = take_part(rest), shared = take_part(rest), styles = take_part(rest);
  check(zip_of(sheet, shared, styles));
  return 0;
}
