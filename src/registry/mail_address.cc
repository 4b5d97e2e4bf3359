// Checked byte by byte, so that nothing that could end a header line or an SMTP command can be in an address.
#include "registry/mail_address.h"

#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"
#include "dns/name.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMaxAddressBytes = 254;  // RFC 3696 erratum 1690
constexpr std::size_t kMaxLocalPartBytes = 64;

bool is_dot_atom(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~.";
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [&](char c) { return is_alnum(c) || kOthers.find(c) != std::string_view::npos; });
}

}  // namespace

Result<MailAddress> MailAddress::parse(std::string_view text) {
  const std::string shown = "\"" + printable(text, 100) + "\"";
  const std::size_t at = text.rfind('@');
  if (text.size() > kMaxAddressBytes) return fail("a mail address has at most 254 characters");
  if (at == std::string_view::npos) return fail(shown + " is no mail address: it has no @");
  const std::string_view local = text.substr(0, at);
  if (local.size() > kMaxLocalPartBytes || !is_dot_atom(local))
    return fail(shown +
                " is no mail address taken here: what stands before the @ must be letters, digits and !#$%&'*+-/=?^_`{|}~ with single dots "
                "between");
  ENTENTE_TRY(const dns::Domain domain, dns::Domain::parse(text.substr(at + 1)));
  if (domain.str().size() + 1 != text.size() - at) return fail(shown + " is no mail address: its domain ends with a dot");
  return MailAddress(std::string(local) + "@" + domain.str());
}

}  // namespace entente::registry
