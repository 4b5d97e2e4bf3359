// Collects a CSAF provider's metadata, advisories, hashes, signatures and keys into an evidence bundle, by the retrieving rules of OASIS
// CSAF 2.0, section 7.3. What cannot be had is recorded in the bundle's fetch log, not an error: its absence is what the judge wants to
// know.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/progress.h"
#include "csaf/fetch_log.h"
#include "evidence/bundle.h"
#include "evidence/collect/fetch_pool.h"

namespace entente::evidence {

struct CsafCollection {
  std::string asked;             // "vendor.example", or the URL of a provider-metadata.json
  std::filesystem::path bundle;  // must not exist or be empty; while it works, what it has lies in "<bundle>.partial"
  std::optional<Instant> since;  // leaves out advisories that their feed or changes.csv calls older
  std::size_t max_advisories = 20'000;
  Loopback loopback = Loopback::refuse;
  FetchLimits limits;
  WebGetMaker web;
  // For the log: how the user had `web` ask.
  std::vector<std::string> resolve;
  std::optional<Digest> extra_certificates;
  FetchPool::Clock clock;  // unset: now()
};

struct CsafCollected {
  csaf::FetchLog log;
  Digest bundle;
  std::uint64_t reused = 0;  // files taken over from a collection that was broken off
};

// Errors: what is asked for is neither a domain nor a URL, or the disk does not take the bundle.
[[nodiscard]] Result<CsafCollected> collect_csaf(const CsafCollection& wanted, Progress& progress);

}  // namespace entente::evidence
