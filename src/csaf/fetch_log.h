// What was asked of a provider and what came back: the record a collection leaves in its evidence bundle, so that a judge without network
// knows which address answered what. JSON, docs/csaf.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace entente::csaf {

inline constexpr std::string_view kFetchLogType = "https://entente.example/csaf-fetch-log/v1";

// What a file is for; each has an evidence kind.
enum class Purpose : std::uint8_t {
  metadata,
  security_txt,
  feed,
  service,
  category,
  index,
  changes,
  listing,
  advisory,
  hash,
  signature,
  key
};
inline constexpr std::size_t kPurposeCount = 12;
[[nodiscard]] std::string_view name(Purpose purpose);           // "provider-metadata", "rolie-feed" …
[[nodiscard]] std::string_view evidence_kind(Purpose purpose);  // "csaf.provider-metadata", "openpgp.key" …
[[nodiscard]] std::optional<Purpose> purpose_of_kind(std::string_view kind);

struct FetchRecord {
  Purpose purpose = Purpose::advisory;
  std::string url;
  Instant at{};
  unsigned status = 0;                 // of the last answer; 0: none came
  std::string error;                   // why none came, or why it was not taken
  std::string content_type;            // as sent
  std::vector<std::string> redirects;  // where it was sent on to, in order
  std::optional<Digest> sha256;        // of the body, if it was kept
  std::uint64_t size = 0;

  [[nodiscard]] bool ok() const { return sha256.has_value(); }
};

// One of the ways to find a provider-metadata.json. CSAF 2.0, section 7.3.1.
struct DiscoveryStep {
  std::string way;    // "well-known", "security.txt", "dns", "direct"
  std::string url;    // what was asked
  std::string found;  // the provider-metadata.json this way leads to; empty: none
  std::string note;   // why none
};

struct FetchLog {
  std::string asked;  // the domain or URL given
  Instant started{}, finished{};
  std::optional<Instant> since;
  bool loopback = false;                     // plain http:// to this machine was allowed, for a test
  std::string stopped;                       // why not everything was asked for; empty: all was
  std::vector<std::string> resolve;          // "host:port:address:port" the user gave in place of what names lead to
  std::optional<Digest> extra_certificates;  // of the PEM text the user had trusted beside the system's certificates
  std::vector<DiscoveryStep> discovery;
  std::vector<FetchRecord> requests;
  // One advisory of each host asked for again by http://. No bodies are kept; the digest is that of what came. Redirects are followed as
  // long as they lead to http:// on the same host; the last one recorded is where it was sent on to. nullopt: that was not tried.
  std::optional<std::vector<FetchRecord>> without_tls;

  [[nodiscard]] Json json() const;
  [[nodiscard]] static Result<FetchLog> parse(std::string_view text, std::string name);
  [[nodiscard]] const FetchRecord* find(std::string_view url) const;  // the first; linear
};

[[nodiscard]] Json to_json(const FetchRecord& record);
[[nodiscard]] Result<FetchRecord> fetch_record_from(JsonView view);

}  // namespace entente::csaf
