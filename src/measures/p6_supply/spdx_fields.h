// Which members of SPDX 2's JSON form are lists, whole numbers or truth values: YAML and XML do not say it themselves (not for others).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace entente::measures::p6_supply {

inline constexpr std::array<std::string_view, 26> kSpdxLists{"annotations",
                                                             "artifactOfs",
                                                             "attributionTexts",
                                                             "checksums",
                                                             "creators",
                                                             "crossRefs",
                                                             "documentDescribes",
                                                             "externalDocumentRefs",
                                                             "externalRefs",
                                                             "fileContributors",
                                                             "fileDependencies",
                                                             "fileTypes",
                                                             "files",
                                                             "hasExtractedLicensingInfos",
                                                             "hasFiles",
                                                             "licenseInfoFromFiles",
                                                             "licenseInfoInFiles",
                                                             "licenseInfoInSnippets",
                                                             "packageVerificationCodeExcludedFiles",
                                                             "packages",
                                                             "ranges",
                                                             "relationships",
                                                             "revieweds",
                                                             "seeAlsos",
                                                             "snippets",
                                                             "reviewers"};
inline constexpr std::array<std::string_view, 3> kSpdxNumbers{"lineNumber", "offset", "order"};
inline constexpr std::array<std::string_view, 4> kSpdxTruths{"filesAnalyzed", "isLive", "isValid", "isWayBackLink"};

[[nodiscard]] inline bool is_spdx_list(std::string_view name) {
  return std::find(kSpdxLists.begin(), kSpdxLists.end(), name) != kSpdxLists.end();
}

// The text as a JSON literal if the member holds a number or truth value and this is one; else empty.
[[nodiscard]] inline std::string_view spdx_literal(std::string_view name, std::string_view text) {
  if (std::find(kSpdxTruths.begin(), kSpdxTruths.end(), name) != kSpdxTruths.end()) return text == "true" || text == "false" ? text : "";
  if (std::find(kSpdxNumbers.begin(), kSpdxNumbers.end(), name) == kSpdxNumbers.end() || text.empty() || text.size() > 18) return "";
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos && (text[0] != '0' || text.size() == 1);
  return digits ? text : "";
}

}  // namespace entente::measures::p6_supply
