// Data files. The build turns `data/` into an object file of raw bytes with a table of (path, pointer, length); see
// cmake/EmbedData.cmake. The table is read once.
#include "core/data.h"

#include <cstddef>

#include "core/file.h"

extern "C" {
struct EntenteEmbeddedFile {
  const char* path;
  const char* begin;
  const char* end;
};
extern const EntenteEmbeddedFile entente_embedded_files[];
extern const std::size_t entente_embedded_count;
}

namespace entente {

void DataSet::seal() {
  Sha256 hash;
  for (const auto& [path, content] : files_) {
    hash.update(path);
    hash.update("\n");
    hash.update(sha256(content).hex());
    hash.update("\n");
  }
  digest_ = hash.finish();
}

const DataSet& DataSet::embedded() {
  static const DataSet set = [] {
    DataSet s;
    for (std::size_t i = 0; i < entente_embedded_count; ++i) {
      const EntenteEmbeddedFile& f = entente_embedded_files[i];
      s.files_.emplace(f.path, std::string_view(f.begin, static_cast<std::size_t>(f.end - f.begin)));
    }
    s.seal();
    return s;
  }();
  return set;
}

Result<DataSet> DataSet::from_folder(const std::filesystem::path& folder) {
  DataSet s;
  ENTENTE_TRY(const auto paths, list_files(folder, 10'000));
  for (const std::string& path : paths) {
    ENTENTE_TRY(std::string content, read_file(folder / path, std::uint64_t{64} << 20));
    const auto it = s.owned_.emplace(path, std::move(content)).first;
    s.files_.emplace(path, it->second);
  }
  if (s.files_.empty())
    return fail("the data folder is empty", {.file = folder.string()}, "--data wants a folder with catalog/ and schemas/");
  s.origin_ = (folder / "").string();
  s.seal();
  return s;
}

Result<std::string_view> DataSet::file(std::string_view path) const {
  const auto it = files_.find(path);
  if (it == files_.end()) return fail("no such data file", {.file = display_name(path)}, "the --data folder must hold every file of data/");
  return it->second;
}

std::vector<std::string> DataSet::list(std::string_view prefix) const {
  std::vector<std::string> out;
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix); ++it) out.push_back(it->first);
  return out;
}

}  // namespace entente
