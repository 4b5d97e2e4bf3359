// Media types by a small table: first what the kind of evidence says together with the ending, then the ending alone. A guess
// only: who knows better states the type.
#include <algorithm>
#include <array>

#include "evidence/bundle.h"

namespace entente::evidence {
namespace {

struct ByKind {
  std::string_view kind, ending, type;
};
constexpr std::array kByKind = {
    ByKind{"sbom.cyclonedx", ".json", "application/vnd.cyclonedx+json"},
    ByKind{"sbom.cyclonedx", ".xml", "application/vnd.cyclonedx+xml"},
    ByKind{"sbom.spdx", ".json", "application/spdx+json"},
    ByKind{"sbom.spdx", ".spdx", "text/spdx"},
    ByKind{"provenance", ".json", "application/vnd.in-toto+json"},
};

struct ByEnding {
  std::string_view ending, type;
};
constexpr std::array kByEnding = {
    ByEnding{".json", "application/json"},    ByEnding{".jsonl", "application/jsonl"},
    ByEnding{".ndjson", "application/jsonl"}, ByEnding{".xml", "application/xml"},
    ByEnding{".toml", "application/toml"},    ByEnding{".yaml", "application/yaml"},
    ByEnding{".yml", "application/yaml"},     ByEnding{".csv", "text/csv"},
    ByEnding{".txt", "text/plain"},           ByEnding{".md", "text/markdown"},
    ByEnding{".html", "text/html"},           ByEnding{".pdf", "application/pdf"},
    ByEnding{".spdx", "text/spdx"},           ByEnding{".pem", "application/x-pem-file"},
    ByEnding{".eml", "message/rfc822"},       ByEnding{".zip", "application/zip"},
    ByEnding{".gz", "application/gzip"},      ByEnding{".zst", "application/zstd"},
    ByEnding{".tar", "application/x-tar"},    ByEnding{".png", "image/png"},
    ByEnding{".svg", "image/svg+xml"},
};

}  // namespace

std::string guess_media_type(std::string_view kind, std::string_view path) {
  std::string lower(path);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const auto& row : kByKind)
    if (kind == row.kind && lower.ends_with(row.ending)) return std::string(row.type);
  for (const auto& row : kByEnding)
    if (lower.ends_with(row.ending)) return std::string(row.type);
  return "application/octet-stream";
}

}  // namespace entente::evidence
