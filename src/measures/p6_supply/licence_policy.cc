// The deny-list: identifiers brought to one spelling (lower case; the GNU licences' old names to the new ones) in a set.
#include "measures/p6_supply/licence_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/json.h"
#include "core/utf8.h"

namespace entente::measures::p6_supply {

namespace {

constexpr JsonLimits kLicencePolicyLimits{.max_bytes = LicencePolicy::kMaxBytes, .max_depth = 4};

// One spelling of an identifier. The SPDX list keeps "GPL-2.0" and "GPL-2.0+" as deprecated names.
std::string licence_key(std::string_view id) {
  std::string out(id);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const std::string_view family : {"gpl-", "lgpl-", "agpl-", "gfdl-"}) {
    if (!out.starts_with(family)) continue;
    const bool later = out.ends_with('+');
    const std::string_view version = std::string_view(out).substr(family.size(), out.size() - family.size() - (later ? 1 : 0));
    if (version.empty() || version.find_first_not_of("0123456789.") != std::string_view::npos) return out;
    return std::string(family) + std::string(version) + (later ? "-or-later" : "-only");
  }
  return out;
}

bool names_a_licence(std::string_view id) {
  if (id.starts_with("LicenseRef-") || id.starts_with("DocumentRef-")) return true;
  return is_listed_licence(id) || (id.ends_with('+') && is_listed_licence(id.substr(0, id.size() - 1)));
}

Result<void> read_licences(const JsonDocument& document, std::string_view member, JsonView value, std::set<std::string, std::less<>>& out) {
  const auto items = as_array(value);
  const std::string pointer = "/" + std::string(member);
  if (!items) return fail(fmt::format("\"{}\" is a list of SPDX identifiers", member), document.where(pointer));
  if (items->size() > LicencePolicy::kMaxLicences) return fail("more than 10,000 licences", document.where(pointer));
  std::size_t i = 0;
  for (const JsonView item : *items) {
    const auto id = as_string(item);
    if (!id || !names_a_licence(*id) || !parse_licence_expression(*id))
      return fail(fmt::format("{} is not an identifier of the SPDX list, nor a LicenseRef-",
                              id ? "\"" + printable(*id, 80) + "\"" : std::string("this")),
                  document.where(fmt::format("{}/{}", pointer, i)), "identifiers are listed at https://spdx.org/licenses/");
    out.insert(licence_key(*id));
    ++i;
  }
  return {};
}

}  // namespace

Result<LicencePolicy> LicencePolicy::parse(std::string_view text, const std::string& name) {
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, name, kLicencePolicyLimits));
  const auto object = as_object(document.root());
  if (!object) return fail("a licence policy is an object", document.where(""));
  LicencePolicy out;
  bool denied = false;
  for (const auto& [key, value] : *object) {
    if (key == "denied") {
      denied = true;
      ENTENTE_CHECK(read_licences(document, key, value, out.denied_));
    } else if (key == "accepted_exceptions") {
      ENTENTE_CHECK(read_licences(document, key, value, out.exceptions_));
    } else {
      return fail(fmt::format("unknown member \"{}\"", printable(key, 80)), document.where("/" + pointer_segment(key)),
                  "known members: denied, accepted_exceptions");
    }
  }
  if (!denied) return fail("a licence policy has a list \"denied\"", document.where(""), "write {\"denied\": []} if nothing is denied");
  return out;
}

void LicencePolicy::add(const LicencePolicy& other) {
  denied_.insert(other.denied_.begin(), other.denied_.end());
  exceptions_.insert(other.exceptions_.begin(), other.exceptions_.end());
}

bool LicencePolicy::denies(std::string_view licence, std::string_view exception) const {
  if (!exception.empty() && exceptions_.contains(licence_key(exception))) return false;
  return denied_.contains(licence_key(licence));
}

}  // namespace entente::measures::p6_supply
