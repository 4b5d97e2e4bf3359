// Another list of supporters, read record by record: the official site's Markdown files, its CSV, or the JSON data set made of them. A
// defective record is never dropped and nothing is invented: what a value does not say for certain stays empty, and the value is kept as
// the source wrote it. docs/registry-import.md. Plain values; functions are thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/data.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "registry/countries.h"
#include "registry/duplicates.h"
#include "registry/natures.h"
#include "registry/quality.h"
#include "registry/supporter.h"

namespace entente::registry {

enum class SourceFormat { front_matter, csv, json };
[[nodiscard]] std::string_view name(SourceFormat format);  // "front-matter", as in import statements

struct ImportRecord {
  Identity who;
  RecordDates dates;
  std::string source_id;                      // the source's own id; for Markdown the file name without ".md"
  std::string file;                           // relative to what was imported
  std::uint64_t line = 0;                     // first line, from 1
  std::string pointer;                        // JSON pointer; empty for other formats
  std::map<std::string, std::string> values;  // by field: what the source wrote where `who` and `dates` do not hold it as written
  std::vector<std::string> former_names, memberships;
  std::vector<Defect> defects;  // in the order of DefectCode

  [[nodiscard]] Json json() const;  // one element of `records` of an import statement
  // From such an element that satisfies the schema. Of the defects only the codes come back.
  [[nodiscard]] static Result<ImportRecord> from(JsonView record);
};

struct SourceFile {
  std::string path;  // relative, '/' separators
  Digest sha256;
};

struct Import {
  SourceFormat format = SourceFormat::json;
  std::string source, commit;          // as the source names itself (JSON only); may be empty
  std::vector<SourceFile> files;       // in byte order of their paths
  Digest digest;                       // of the files: SHA-256 over "<hex>  <path>\n" each
  std::vector<ImportRecord> records;   // in byte order of who.id; as many as the source has
  std::vector<Suggestion> duplicates;  // indices into records
};

struct CodeLists {
  Countries countries;
  CodeList natures, categories;
  [[nodiscard]] static Result<CodeLists> load(const DataSet& data);
};

struct ImportOptions {
  std::string country_list = "pariscall.international";  // whose country codes the source uses; empty: ISO 3166-1
  std::set<std::string> taken_ids;                       // ids the registry has already given
};

inline constexpr std::uint64_t kMaxImportFileBytes = std::uint64_t{256} << 20;
inline constexpr std::size_t kMaxImportRecords = 1'000'000;

// A folder of Markdown files (of its subfolder "_supporters", if there is one), a .csv or a .json file. Errors: what cannot be read as a
// list at all (no such file, no records, JSON or CSV that does not parse). Everything else becomes a record with defects.
[[nodiscard]] Result<Import> read_import(const std::filesystem::path& path, const CodeLists& lists, const ImportOptions& options = {});

}  // namespace entente::registry
