// The data files of Entente (catalogues, schemas): compiled into the binary, or read from a folder given with --data.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"

namespace entente {

// Immutable once made; thread-safe.
class DataSet {
 public:
  // What `data/` held when the binary was built.
  [[nodiscard]] static const DataSet& embedded();
  [[nodiscard]] static Result<DataSet> from_folder(const std::filesystem::path& folder);

  // Content of "catalog/controls.json" …; the view lives as long as the DataSet.
  [[nodiscard]] Result<std::string_view> file(std::string_view path) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view prefix) const;  // in byte order
  // SHA-256 over all files: for each in byte order of its path, "<path>\n<hex sha256 of content>\n".
  [[nodiscard]] const Digest& digest() const { return digest_; }
  // How errors name a file: "data:catalog/controls.json" or the path on disk.
  [[nodiscard]] std::string display_name(std::string_view path) const { return origin_ + std::string(path); }

 private:
  DataSet() = default;
  void seal();
  std::map<std::string, std::string, std::less<>> owned_;
  std::map<std::string, std::string_view, std::less<>> files_;
  std::string origin_ = "data:";
  Digest digest_;
};

}  // namespace entente
