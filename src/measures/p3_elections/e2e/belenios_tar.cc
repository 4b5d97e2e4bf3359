// Reads blocks of 512 bytes: a header with name, octal size and checksum, then the content. Belenios writes no closing blocks; blocks of
// zeros at the end are accepted.
#include "measures/p3_elections/e2e/belenios_tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/file.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::size_t kTarBlock = 512;

// Octal digits, then NUL or blank to the end of the field.
std::optional<std::uint64_t> tar_octal(std::string_view field) {
  while (!field.empty() && (field.back() == '\0' || field.back() == ' ')) field.remove_suffix(1);
  while (!field.empty() && field.front() == ' ') field.remove_prefix(1);
  if (field.empty() || field.size() > 12) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : field) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::uint64_t tar_checksum(std::string_view header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return sum;
}

bool tar_all_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

}  // namespace

bool looks_like_bel_tar(std::string_view bytes) {
  return bytes.size() >= 2 * kTarBlock && bytes.starts_with(std::string_view("BELENIOS\0", 9));
}

Result<std::vector<RecordFile>> read_bel_tar(std::string_view bytes, const std::string& name) {
  std::vector<RecordFile> files;
  std::set<std::string> names;
  const auto refuse = [&](std::size_t offset, std::string why) {
    return fail(std::move(why), {.file = name, .offset = offset}, "it was altered or damaged; fetch it again");
  };
  for (std::size_t at = 0; at < bytes.size();) {
    if (tar_all_zero(bytes.substr(at))) break;
    if (bytes.size() - at < kTarBlock) return refuse(at, "the archive ends inside a header");
    const std::string_view header = bytes.substr(at, kTarBlock);
    const auto size = tar_octal(header.substr(124, 12));
    if (tar_octal(header.substr(148, 8)) != tar_checksum(header) || !size) return refuse(at, "a header's checksum or size is wrong");
    if (header[156] != '0' && header[156] != '\0') return refuse(at, "an entry that is not a plain file");
    std::string file(header.substr(0, std::min<std::size_t>(header.find('\0'), 100)));
    if (file.empty() || file.size() > 99 || !is_safe_relative_path(file) || !names.insert(file).second)
      return refuse(at, "a name that is unsafe or comes twice");
    at += kTarBlock;
    if (*size > bytes.size() - at) return refuse(at, "the archive ends inside a file");
    files.push_back({std::move(file), std::string(bytes.substr(at, *size))});
    const std::size_t padded = (*size + kTarBlock - 1) / kTarBlock * kTarBlock;
    if (padded > bytes.size() - at) return refuse(at, "the archive ends inside a block");
    if (!tar_all_zero(bytes.substr(at + *size, padded - *size))) return refuse(at + *size, "bytes after the end of a file");
    at += padded;
  }
  return files;
}

}  // namespace entente::measures::p3_elections::e2e
