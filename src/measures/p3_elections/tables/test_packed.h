// For tests: archives made in memory.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <vector>

#include "measures/p3_elections/tables/container.h"

namespace entente::measures::p3_elections::tables::test_packed {

enum class Kind { zip, tar_xz, xz };

inline std::string packed(Kind kind, const std::vector<Member>& members) {
  std::string out(4 << 20, '\0');
  std::size_t used = 0;
  archive* a = archive_write_new();
  if (kind == Kind::zip) archive_write_set_format_zip(a);
  if (kind == Kind::tar_xz) archive_write_set_format_pax_restricted(a);
  if (kind == Kind::xz) archive_write_set_format_raw(a);
  if (kind != Kind::zip) archive_write_add_filter_xz(a);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const Member& m : members) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, m.name.c_str());
    archive_entry_set_size(e, static_cast<la_int64_t>(m.content.size()));
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_write_header(a, e);
    archive_write_data(a, m.content.data(), m.content.size());
    archive_entry_free(e);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

// A workbook of one sheet with the rows' XML given; shared strings and styles where not empty.
inline std::string workbook(const std::string& sheet_data, const std::string& shared = "", const std::string& styles = "") {
  std::vector<Member> parts = {
      {"[Content_Types].xml", "<Types/>"},
      {"xl/workbook.xml", R"(<workbook xmlns:r="r"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>)"},
      {"xl/_rels/workbook.xml.rels", R"(<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>)"},
      {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + sheet_data + "</sheetData></worksheet>"}};
  if (!shared.empty()) parts.push_back({"xl/sharedStrings.xml", "<sst>" + shared + "</sst>"});
  if (!styles.empty()) parts.push_back({"xl/styles.xml", "<styleSheet>" + styles + "</styleSheet>"});
  return packed(Kind::zip, parts);
}

}  // namespace entente::measures::p3_elections::tables::test_packed
