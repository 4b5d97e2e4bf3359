// The small vocabulary of the rules: control ids, evidence classes, languages, roles and categories, and the question whom a
// control applies to. The tables of words stand here; the loader (loader.cc) refuses a catalogue that uses others.
#include "catalog/control.h"

#include <algorithm>
#include <iterator>

#include "catalog/nearest.h"
#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::catalog {

namespace {

constexpr std::array<std::string_view, 18> kRoles = {"civil-society",
                                                     "csirt",
                                                     "election-authority",
                                                     "hosting-provider",
                                                     "isac",
                                                     "ixp",
                                                     "network-operator",
                                                     "operator",
                                                     "platform",
                                                     "private-sector",
                                                     "public-authority",
                                                     "registrar",
                                                     "registry",
                                                     "research",
                                                     "security-vendor",
                                                     "software-producer",
                                                     "state",
                                                     "voting-vendor"};

constexpr std::array<std::string_view, 5> kCategories = {"state", "public-authority", "private-sector", "civil-society",
                                                         "intergovernmental"};

}  // namespace

Result<ControlId> ControlId::parse(std::string_view text) {
  if (text.size() != 5 || text[0] != 'P' || !is_digit(text[1]) || text[2] != '-' || !is_digit(text[3]) || !is_digit(text[4]))
    return fail("\"" + printable(text, 40) + "\" is not a control id", {},
                "a control id looks like P6-01: P, the principle 0 to 9, a hyphen, two digits");
  return ControlId(static_cast<unsigned>(text[1] - '0'), static_cast<unsigned>((text[3] - '0') * 10 + (text[4] - '0')));
}

std::string ControlId::str() const {
  std::string out = "P0-00";
  out[1] = static_cast<char>('0' + principle_);
  out[3] = static_cast<char>('0' + number_ / 10);
  out[4] = static_cast<char>('0' + number_ % 10);
  return out;
}

char letter(EvidenceClass c) {
  switch (c) {
    case EvidenceClass::measured: return 'M';
    case EvidenceClass::verified: return 'V';
    case EvidenceClass::attested: return 'A';
    case EvidenceClass::declared: return 'D';
  }
  return '?';
}

std::optional<EvidenceClass> parse_evidence_class(std::string_view text) {
  if (text == "M") return EvidenceClass::measured;
  if (text == "V") return EvidenceClass::verified;
  if (text == "A") return EvidenceClass::attested;
  if (text == "D") return EvidenceClass::declared;
  return std::nullopt;
}

std::string_view describe(EvidenceClass c) {
  switch (c) {
    case EvidenceClass::measured: return "measured from outside by anyone, reproducible from digested snapshots";
    case EvidenceClass::verified: return "machine-verified from an artefact the organisation supplies (digest in the ledger)";
    case EvidenceClass::attested: return "attested by a third party key";
    case EvidenceClass::declared: return "declared by the organisation; shown, never counted in the index";
  }
  return "";
}

std::optional<Language> parse_language(std::string_view code) {
  if (code == "en") return Language::en;
  if (code == "fr") return Language::fr;
  return std::nullopt;
}

bool Control::applies_to(std::span<const std::string> wanted) const {
  for (const std::string& role : roles)
    if (role == "all" || std::find(wanted.begin(), wanted.end(), role) != wanted.end()) return true;
  return false;
}

std::span<const std::string_view> known_roles() { return kRoles; }
std::span<const std::string_view> known_categories() { return kCategories; }

const Control* Catalog::find(ControlId id) const {
  const auto it =
      std::lower_bound(controls_.begin(), controls_.end(), id, [](const Control& c, ControlId wanted) { return c.id < wanted; });
  return it != controls_.end() && it->id == id ? &*it : nullptr;
}

std::vector<std::string> Catalog::near(std::string_view text) const {
  std::vector<std::string> ids;
  ids.reserve(controls_.size());
  for (const Control& c : controls_) ids.push_back(c.id.str());
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  std::vector<std::string> out;
  for (const std::string_view id : nearest(text, views)) out.emplace_back(id);
  return out;
}

}  // namespace entente::catalog
