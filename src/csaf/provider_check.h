// Judges what was collected of a provider: requirements 1 to 20 of OASIS CSAF 2.0, section 7.1, and the roles of section 7.2. Pure: it
// looks at the files and at the log of the collection, and asks nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csaf/fetch_log.h"
#include "csaf/openpgp.h"
#include "csaf/provider_metadata.h"
#include "csaf/validator.h"

namespace entente::csaf {

struct ProviderFile {
  std::string kind;    // evidence kind, "csaf.advisory" …
  std::string name;    // how errors call it
  std::string source;  // the URL it came from, as declared
  std::string text;
  Digest sha256;
};
inline constexpr std::string_view kFetchLogKind = "csaf.fetch-log";
// The kinds of files it takes, the log's included.
[[nodiscard]] const std::vector<std::string_view>& provider_kinds();

struct ProviderAdvisory {
  const ProviderFile* file = nullptr;
  std::string url;
  std::string id, tlp, problem;  // problem: the first thing wrong by schema and mandatory tests
  std::optional<Instant> initial, current;
  std::vector<std::string> cves;
  bool valid = false;
  std::string hash_problem;       // empty: a secure hash file is there, and all hash files there are agree
  std::string signature_problem;  // empty: a signature of one of the provider's keys holds
  // False: a log is there and does not know it. Then it is validated, but says nothing of what the provider publishes.
  bool logged = true;
};

// What the log the provider is judged by says of itself.
struct ProviderCollection {
  const ProviderFile* log = nullptr;
  std::string asked;  // the domain or URL
  Instant finished{};
  bool loopback = false;   // loopback addresses were allowed: a test
  std::string incomplete;  // why not all advisories were fetched, one clause; empty: all were
};

enum class Verdict : std::uint8_t { held, failed, not_tested };
[[nodiscard]] std::string_view name(Verdict verdict);  // "held", "failed", "not-tested"

struct Requirement {
  unsigned number = 0;
  std::string_view title;
  Verdict verdict = Verdict::not_tested;
  std::string reason;                 // one sentence without its full stop, whatever the verdict
  std::vector<std::string> examples;  // of what fails; at most 10
};

struct RoleVerdict {
  std::string_view role;  // "csaf_publisher", "csaf_provider", "csaf_trusted_provider"
  Verdict verdict = Verdict::not_tested;
  std::vector<unsigned> lacking;  // requirements that fail, or were not tested; of what can be met in two ways, all that do not hold
};

// What a file that the metadata names as a key held.
struct ProviderKeyFile {
  std::string url;
  std::vector<std::string> fingerprints;
  std::string problem;  // why there are none
};

struct ProviderReport {
  std::string metadata_url;  // of the provider metadata that was judged; empty: none
  std::optional<ProviderMetadata> metadata;
  std::optional<ProviderCollection> collection;  // of several logs, of the one that finished last
  std::vector<const ProviderFile*> bad_logs;     // logs that cannot be read; `unread` says why
  std::vector<Requirement> requirements;         // 20, in order
  std::vector<RoleVerdict> roles;                // 3, the least first
  std::vector<ProviderAdvisory> advisories;
  std::vector<PgpKey> keys;
  std::vector<ProviderKeyFile> key_files;  // one for each key of the metadata, in its order
  std::vector<std::string> unread;         // logs and other files that could not be read, with the reason

  [[nodiscard]] std::string_view reached() const;   // the highest role held; empty: none
  [[nodiscard]] std::string_view declared() const;  // the metadata's own; empty: none
};

// `files` must outlive the report.
[[nodiscard]] Result<ProviderReport> check_provider(const std::vector<ProviderFile>& files, const Validator& validator, Instant at);

}  // namespace entente::csaf
