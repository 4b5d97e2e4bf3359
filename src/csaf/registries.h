// What CSAF documents refer to: the names of weaknesses (MITRE CWE, all published lists) and the language subtags of BCP 47 (IANA),
// from data/csaf/. Immutable; thread-safe; views live as long as the DataSet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/data.h"
#include "core/error.h"

namespace entente::csaf {

class Weaknesses {
 public:
  [[nodiscard]] static Result<Weaknesses> load(const DataSet& data);
  // Names the weakness has or had, the newest first; nullptr for an unknown ID. `id` is "CWE-79".
  [[nodiscard]] const std::vector<std::string_view>* names(std::string_view id) const;

 private:
  std::unordered_map<std::string_view, std::vector<std::string_view>> names_;  // by number
};

enum class LanguageVerdict : std::uint8_t { known, private_use, malformed, unknown };

class Languages {
 public:
  [[nodiscard]] static Result<Languages> load(const DataSet& data);
  // Of a language tag in any case (RFC 5646 section 2.1). private_use: well-formed and registered, with a subtag set aside for private
  // agreements. `culprit` of a verdict other than known: the subtag.
  [[nodiscard]] std::pair<LanguageVerdict, std::string> judge(std::string_view tag) const;
  // The same without the short way for a language of two or three letters: for tests that compare the two.
  [[nodiscard]] std::pair<LanguageVerdict, std::string> judge_any(std::string_view tag) const;

 private:
  [[nodiscard]] bool has(std::string_view kind, const std::string& subtag) const;
  std::unordered_set<std::string> subtags_;  // "region\tgb"
  std::vector<bool> plain_;                  // languages of two and three letters that are known, by plain_language()
};

// The form of a package URL without the rules of its type (CSAF test 6.1.13; issue 1303 of the TC): empty if it holds, else why not.
[[nodiscard]] std::string check_purl(std::string_view purl);
// The same without the short way for ordinary ones: for tests that compare the two.
[[nodiscard]] std::string check_any_purl(std::string_view purl);

}  // namespace entente::csaf
