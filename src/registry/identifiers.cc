// Check digits and addresses. Both check digits are ISO/IEC 7064 MOD 97-10: a number whose remainder by 97 must be 1 (LEI, letters read as
// two digits from A = 10), or 98 minus the remainder of the number times 100 (ROR). Hosts go through UTS 46 of ICU.
#include "registry/identifiers.h"

#include <fmt/format.h>
#include <unicode/uidna.h>
#include <array>
#include <cstdint>

#include "core/ascii.h"
#include "core/utf8.h"
#include "dns/public_suffix.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxAddress = 2048;
constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";

std::string_view identifier_without_prefix(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view prefix : prefixes)
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  return text;
}

std::string identifier_shown(std::string_view text) { return "\"" + printable(text, 80) + "\""; }

// The host of "scheme://host[:port]/…" or of "host/…".
Result<std::string_view> website_host(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::string name = lower(text.substr(0, scheme));
    if (name != "http" && name != "https")
      return fail(fmt::format("scheme {} is not http or https", identifier_shown(text.substr(0, scheme))));
    text.remove_prefix(scheme + 3);
  }
  text = text.substr(0, text.find_first_of("/?#\\"));
  if (text.find('@') != std::string_view::npos) return fail("a user name before the host");
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    for (const char c : text.substr(colon + 1))
      if (!is_digit(c)) return fail(fmt::format("{} is no host with a port", identifier_shown(text)));
    text = text.substr(0, colon);
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return fail("no host");
  return text;
}

Result<std::string> website_ascii(std::string_view host) {
  UErrorCode status = U_ZERO_ERROR;
  static const UIDNA* const idna = [] {
    UErrorCode opened = U_ZERO_ERROR;
    UIDNA* made = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &opened);
    return U_SUCCESS(opened) ? made : nullptr;
  }();
  if (idna == nullptr) return fail("ICU has no UTS 46 data");
  std::array<char, 512> out{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const int32_t size = uidna_nameToASCII_UTF8(idna, host.data(), static_cast<int32_t>(host.size()), out.data(), out.size(), &info, &status);
  if (U_FAILURE(status) || info.errors != 0 || size <= 0 || size > 253)
    return fail(fmt::format("{} is no DNS name (UTS 46)", identifier_shown(host)));
  return std::string(out.data(), static_cast<std::size_t>(size));
}

}  // namespace

Result<std::string> parse_lei(std::string_view text) {
  if (text.size() != 20) return fail(fmt::format("a LEI has 20 characters, not {}", text.size()));
  std::string out;
  unsigned remainder = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_alnum(c)) return fail(fmt::format("character {} of a LEI is a letter or digit", i + 1));
    if (i >= 18 && !is_digit(c)) return fail("the last two characters of a LEI are its check digits");
    const unsigned value = is_digit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(lower(c) - 'a' + 10);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    out += is_digit(c) ? c : static_cast<char>(lower(c) - 32);
  }
  const unsigned check = static_cast<unsigned>((text[18] - '0') * 10 + (text[19] - '0'));
  // ISO 17442 check digits are 02 … 98, as 98 − (n mod 97) gives them; 00, 01 and 99 leave the same remainder as some of those.
  if (remainder != 1 || check < 2 || check > 98)
    return fail(
        fmt::format("check digits {} of the LEI are wrong (ISO/IEC 7064 MOD 97-10: remainder {}, must be 1)", text.substr(18), remainder));
  return out;
}

Result<std::string> parse_ror(std::string_view text) {
  std::string id = lower(identifier_without_prefix(text, {"https://ror.org/", "http://ror.org/", "ror.org/"}));
  if (id.size() != 9) return fail(fmt::format("a ROR id has nine characters, not {}", id.size()));
  if (id[0] != '0') return fail("a ROR id begins with 0");
  std::uint64_t number = 0;
  for (std::size_t i = 1; i < 7; ++i) {
    const std::size_t digit = kCrockford.find(id[i]);
    if (digit == std::string_view::npos) return fail(fmt::format("character {} of the ROR id is not one of Crockford's base32", i + 1));
    number = number * 32 + digit;
  }
  if (!is_digit(id[7]) || !is_digit(id[8])) return fail("the last two characters of a ROR id are its check digits");
  const std::uint64_t expected = 98 - number * 100 % 97;
  if (id.substr(7) != fmt::format("{:02}", expected))
    return fail(fmt::format("check digits {} of the ROR id are wrong (ISO/IEC 7064 MOD 97-10 gives {:02})", id.substr(7), expected));
  return id;
}

Result<std::string> parse_wikidata(std::string_view text) {
  const std::string_view id = identifier_without_prefix(text, {"https://www.wikidata.org/wiki/", "http://www.wikidata.org/wiki/",
                                                               "https://www.wikidata.org/entity/", "http://www.wikidata.org/entity/"});
  if (id.size() < 2 || (id[0] != 'Q' && id[0] != 'q')) return fail("a Wikidata item is Q and a number");
  if (id.size() > 13) return fail("the number of a Wikidata item has at most twelve digits");
  for (const char c : id.substr(1))
    if (!is_digit(c)) return fail("a Wikidata item is Q and a number");
  if (id[1] == '0') return fail("the number of a Wikidata item has no leading zero");
  return "Q" + std::string(id.substr(1));
}

Result<std::string> parse_website(std::string_view text) {
  if (text.size() > kMaxAddress) return fail("a web address of more than 2,048 bytes");
  if (text.empty()) return fail("no web address");
  if (!is_valid_utf8(text)) return fail("the web address is not UTF-8");
  ENTENTE_TRY(const std::string_view host, website_host(text));
  for (const char c : host)
    if (static_cast<unsigned char>(c) <= ' ') return fail(fmt::format("white space in the host {}", identifier_shown(host)));
  ENTENTE_TRY(std::string name, website_ascii(host));
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return fail(fmt::format("{} is a single label", identifier_shown(name)));
  const std::string_view top = std::string_view(name).substr(dot + 1);
  bool digits = true;
  for (const char c : top) digits = digits && is_digit(c);
  if (digits) return fail(fmt::format("{} is an IP address", identifier_shown(name)));
  if (top.size() < 2) return fail(fmt::format("{} has no top-level domain", identifier_shown(name)));
  return name;
}

std::string registrable_domain(const std::string& host) {
  static const Result<dns::PublicSuffixList> list = dns::PublicSuffixList::builtin();
  const auto domain = dns::Domain::parse(host);
  const std::string own = list && domain ? list->registrable_domain(*domain) : std::string();
  return own.empty() ? host : own;
}

}  // namespace entente::registry
