// Published JSON Schemas that refer to one another.
#pragma once

#include <filesystem>

#include "core/file.h"
#include "core/json.h"
#include "schema/schema.h"

namespace entente::test {

// Every schema below the folder under its $id, without an empty fragment.
inline schema::CompileOptions schema_documents(const std::filesystem::path& folder) {
  schema::CompileOptions options;
  const auto files = list_files(folder);
  if (!files) return options;
  for (const std::string& file : *files) {
    if (!file.ends_with(".json")) continue;
    auto text = read_file(folder / file);
    const auto document = text ? JsonDocument::parse(*text, file) : Result<JsonDocument>(fail(text.error()));
    if (!document) continue;
    const auto id = json_string(document->root(), "$id");
    if (id) options.documents.emplace(std::string(id->substr(0, id->find('#'))), std::move(*text));
  }
  return options;
}

}  // namespace entente::test
