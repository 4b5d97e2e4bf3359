// ROLIE documents in JSON as CSAF providers publish them: the feed that lists advisories, the service document that lists feeds, the
// category document. RFC 8322 (its JSON form); OASIS CSAF 2.0, sections 7.1.15 to 7.1.17.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "csaf/provider_metadata.h"

namespace entente::csaf {

inline constexpr std::size_t kMaxRolieBytes = std::size_t{256} << 20;
inline constexpr std::size_t kMaxRolieEntries = 200'000;

struct RolieLink {
  std::string rel, href;
};

struct RolieEntry {
  std::string id, title, content_src;
  std::optional<Instant> published, updated;
  std::vector<RolieLink> links;

  [[nodiscard]] std::string url() const;  // of the advisory: the link "self", else the content's src
  [[nodiscard]] std::vector<std::string> hrefs(std::string_view rel) const;
};

struct RolieFeed {
  std::string id, title;
  std::optional<Instant> updated;
  std::vector<RolieLink> links;
  std::vector<RolieEntry> entries;
  std::vector<ProviderIssue> issues;  // empty: as the standard wants it
  [[nodiscard]] static Result<RolieFeed> parse(std::string_view text, std::string name);
};

struct RolieService {
  std::vector<std::string> collections;  // URLs of feeds
  std::vector<ProviderIssue> issues;
  [[nodiscard]] static Result<RolieService> parse(std::string_view text, std::string name);
};

struct RolieCategories {
  std::vector<std::string> terms;
  std::vector<ProviderIssue> issues;
  [[nodiscard]] static Result<RolieCategories> parse(std::string_view text, std::string name);
};

}  // namespace entente::csaf
