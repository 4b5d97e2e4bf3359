// Digests of an artefact: computed from its bytes when asked for, or looked up among those given.
#include "measures/p6_supply/provenance_artifact.h"

#include "core/utf8.h"

namespace entente::measures::p6_supply::provenance {

Artifact Artifact::of_bytes(std::string_view bytes) {
  Artifact out;
  out.bytes_ = bytes;
  // The one every statement has; the others only when a statement has no SHA-256.
  out.digests_.emplace("sha256", to_hex(hash(HashKind::sha256, as_bytes(bytes))));
  return out;
}

Outcome<Artifact> Artifact::of_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || text.size() > 1024)
    return refuse(Reject::artifact_missing, "a digest is written <algorithm>:<value>, as in sha256:…");
  std::string algorithm(text.substr(0, colon)), value(text.substr(colon + 1));
  if (const auto kind = hash_by_name(algorithm)) {
    for (char& c : value)
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const auto bytes = from_hex(value);
    if (!bytes || bytes->size() != hash_bytes(*kind))
      return refuse(Reject::artifact_missing, "\"{}\" is not a {} digest in hex", printable(value, 140), algorithm);
  }
  Artifact out;
  out.digests_.emplace(std::move(algorithm), std::move(value));
  return out;
}

std::optional<std::string> Artifact::digest(std::string_view algorithm) const {
  if (const auto found = digests_.find(algorithm); found != digests_.end()) return found->second;
  const auto kind = hash_by_name(algorithm);
  if (!kind || !bytes_) return std::nullopt;
  return to_hex(hash(*kind, as_bytes(*bytes_)));
}

std::optional<Bytes> Artifact::digest(HashKind kind) const {
  const auto hex = digest(hash_name(kind));
  if (!hex) return std::nullopt;
  auto bytes = from_hex(*hex);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

std::string Artifact::str() const {
  return digests_.empty() ? "(none)"
                          : fmt::format("{}:{}", printable(digests_.begin()->first, 40), printable(digests_.begin()->second, 140));
}

}  // namespace entente::measures::p6_supply::provenance
