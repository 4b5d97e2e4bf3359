// Names are checked label by label; nothing is repaired but capitals and one final dot. What an organisation types in another script is
// not converted silently, since two spellings could stand for two names: the error shows the A-label form (UTS 46 through ICU,
// non-transitional, with bidi and joiner checks), and the person confirms it by entering that. Labels that claim to be A-labels are decoded
// and encoded again, which must give the same.
#include "dns/name.h"

#include <unicode/idna.h>

#include <algorithm>
#include <memory>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::dns {
namespace {

constexpr std::size_t kMaxGivenBytes = 1024;  // before conversion: U-labels take more bytes than their A-labels

bool is_name_byte(char c) { return is_alnum(c) || c == '-'; }

const icu::IDNA* name_idna() {
  static const std::unique_ptr<icu::IDNA> idna = [] {
    UErrorCode status = U_ZERO_ERROR;
    const uint32_t options =
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE;
    std::unique_ptr<icu::IDNA> made(icu::IDNA::createUTS46Instance(options, status));
    return U_SUCCESS(status) != 0 ? std::move(made) : nullptr;
  }();
  return idna.get();
}

// The A-label form; empty if the text stands for no name.
std::string a_labels(std::string_view text) {
  const icu::IDNA* idna = name_idna();
  if (idna == nullptr) return {};
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  idna->nameToASCII_UTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, info, status);
  return U_SUCCESS(status) != 0 && !info.hasErrors() ? out : std::string();
}

bool is_true_a_label(std::string_view label) {
  const icu::IDNA* idna = name_idna();
  if (idna == nullptr) return false;
  std::string unicode;
  icu::StringByteSink<std::string> sink(&unicode);
  icu::IDNAInfo info;
  UErrorCode status = U_ZERO_ERROR;
  idna->labelToUnicodeUTF8(icu::StringPiece(label.data(), static_cast<int32_t>(label.size())), sink, info, status);
  return U_SUCCESS(status) != 0 && !info.hasErrors() && unicode != label && a_labels(unicode) == label;
}

// What keeps a label from being one of a host name; nullptr if nothing does.
const char* label_problem(std::string_view label) {
  if (label.empty()) return "has an empty label (two dots, or a dot at its beginning)";
  if (label.size() > kMaxLabelBytes) return "has a label of more than 63 characters";
  if (!std::ranges::all_of(label, is_name_byte)) return "has characters other than letters, digits, hyphens and dots";
  if (label.front() == '-' || label.back() == '-') return "has a label that begins or ends with a hyphen";
  if (label.starts_with("xn--") && !is_true_a_label(label))
    return "has a label beginning with \"xn--\" that stands for no internationalised name";
  return nullptr;
}

Result<std::string> name_refused(std::string_view text, std::string_view why, std::string hint = {}) {
  return fail("\"" + printable(text, 300) + "\" " + std::string(why), {}, std::move(hint));
}

Result<std::string> checked_name(std::string_view text) {
  if (text.size() > kMaxGivenBytes) return fail("a domain name has at most 253 characters");
  if (text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos)
    return name_refused(text, "is a URL, not a domain name", "give the name alone: pledge.example");
  if (text.starts_with("*.")) return name_refused(text, "is a wildcard, not a domain name", "give the name below which it stands");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    const std::string converted = is_valid_utf8(text) ? a_labels(text) : std::string();
    return name_refused(text, "has characters outside ASCII; internationalised names are given as A-labels",
                        converted.empty() ? "" : "if this is meant, give " + converted);
  }
  std::string name = lower(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return fail("the domain name is empty");
  if (name.size() > kMaxNameBytes) return fail("a domain name has at most 253 characters");
  std::size_t labels = 0;
  std::string_view last;
  for (std::size_t at = 0; at <= name.size(); ++labels) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    last = std::string_view(name).substr(at, dot - at);
    if (const char* problem = label_problem(last)) return name_refused(text, problem);
    at = dot + 1;
  }
  if (std::ranges::all_of(last, is_digit)) return name_refused(text, "is an address or a number, not a domain name");
  if (labels < 2) return name_refused(text, "has only one label: a top-level domain, or a name that only counts on one network");
  return name;
}

}  // namespace

Result<Domain> Domain::parse(std::string_view text) {
  ENTENTE_TRY(std::string name, checked_name(text));
  return Domain(std::move(name));
}

Result<std::string> Domain::child(std::string_view label) const {
  std::string out = lower(label) + "." + name_;
  if (label.find('.') != std::string_view::npos || !is_query_name(out))
    return fail("\"" + printable(out, 320) + "\" is too long for a domain name, or its first label is none", {},
                "at most 253 characters, 63 in a label");
  return out;
}

bool is_query_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  std::size_t length = 0;
  for (const char c : name) {
    if (c == '.') {
      if (length == 0) return false;
      length = 0;
    } else if (!(is_name_byte(c) || c == '_') || ++length > kMaxLabelBytes) {
      return false;
    }
  }
  return length > 0;
}

bool is_within(std::string_view name, std::string_view parent) {
  if (!name.ends_with(parent)) return false;
  return name.size() == parent.size() || name[name.size() - parent.size() - 1] == '.';
}

}  // namespace entente::dns
