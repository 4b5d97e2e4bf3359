// The thing provenance speaks about: its bytes, or digests of it that somebody made elsewhere.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measures/p6_supply/provenance_reject.h"
#include "measures/p6_supply/sigstore_key.h"

namespace entente::measures::p6_supply::provenance {

class Artifact {
 public:
  Artifact() = default;
  // Hashes when asked; the bytes stay the caller's.
  [[nodiscard]] static Artifact of_bytes(std::string_view bytes);
  // "sha256:<hex>", or another algorithm's name in in-toto's spelling; several may be added.
  [[nodiscard]] static Outcome<Artifact> of_digest(std::string_view text);

  [[nodiscard]] bool empty() const { return !bytes_ && digests_.empty(); }
  [[nodiscard]] std::optional<std::string_view> bytes() const { return bytes_; }
  // As lower-case hex where the algorithm is one of ours; nullopt if neither given nor computable.
  [[nodiscard]] std::optional<std::string> digest(std::string_view algorithm) const;
  [[nodiscard]] std::optional<Bytes> digest(HashKind kind) const;
  [[nodiscard]] std::string str() const;  // "sha256:…", for messages

 private:
  std::optional<std::string_view> bytes_;
  std::map<std::string, std::string, std::less<>> digests_;
};

}  // namespace entente::measures::p6_supply::provenance
