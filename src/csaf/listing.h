// The plain files of a CSAF provider: index.txt, changes.csv, hash files and directory listings. OASIS CSAF 2.0, sections 7.1.12 to
// 7.1.14 and 7.1.18. Errors are only for what is too large; everything else that is wrong is an issue with its line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "csaf/provider_metadata.h"

namespace entente::csaf {

inline constexpr std::size_t kMaxListingBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxListingLines = 500'000;

struct IndexFile {
  std::vector<std::string> paths;  // relative, safe
  std::vector<ProviderIssue> issues;
  [[nodiscard]] static Result<IndexFile> parse(std::string_view text, const std::string& name);
};

struct Change {
  std::string path;
  Instant at{};
  std::size_t line = 0;
};
struct ChangesFile {
  std::vector<Change> changes;        // in the order of the file
  std::vector<ProviderIssue> issues;  // a heading, a bad time, not newest first …
  [[nodiscard]] static Result<ChangesFile> parse(std::string_view text, const std::string& name);
};

// The hexadecimal digits a hash file begins with, in lower case: at the end of the text or before a blank; nullopt if it begins otherwise.
[[nodiscard]] std::optional<std::string> parse_hash_file(std::string_view text);

// The targets of links (href="…") of an HTML page, entities left as they are; at most kMaxListingLines.
[[nodiscard]] std::vector<std::string> links_of_html(std::string_view html);

}  // namespace entente::csaf
