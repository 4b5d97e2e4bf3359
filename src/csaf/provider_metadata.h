// provider-metadata.json: who issues advisories, in which role, where they lie and which OpenPGP keys sign them.
// OASIS CSAF 2.0, section 7.1.7 and provider_json_schema.json, whose rules are checked here one by one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace entente::csaf {

// Something a document of a provider breaks.
struct ProviderIssue {
  std::string pointer;  // JSON pointer, or "line 3"
  std::string what;     // one clause
};
inline constexpr std::size_t kMaxProviderIssues = 100;  // of one document; more are not kept

struct ProviderFeed {
  std::string url, tlp_label, summary;
};
struct ProviderDistribution {
  std::string directory_url;  // empty: not distributed by directory
  bool rolie = false;
  std::vector<ProviderFeed> feeds;
  std::vector<std::string> services, categories;
};
struct ProviderKey {
  std::string url, fingerprint;  // fingerprint as written; may be empty
};

struct ProviderMetadata {
  std::string canonical_url, last_updated, metadata_version, role;
  std::string publisher_category, publisher_name, publisher_namespace;
  bool list_on_aggregators = false, mirror_on_aggregators = false;
  std::vector<ProviderDistribution> distributions;
  std::vector<ProviderKey> keys;
  std::vector<ProviderIssue> issues;  // empty: valid

  // Reading is tolerant: what is missing is empty, and `issues` says so. The error is for what is no JSON or larger than 16 MiB.
  [[nodiscard]] static Result<ProviderMetadata> parse(std::string_view text, std::string name);
};

}  // namespace entente::csaf
