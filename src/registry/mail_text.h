// The plain text of a mail message (MIME: RFC 2045, RFC 2046), for reading what a person answered. Bounded; pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "registry/dkim.h"

namespace entente::registry {

// Decoded: the body, or the first part of type text/plain that is no attachment; empty if there is none. Octets as they are, whatever the
// charset.
[[nodiscard]] std::string mail_plain_text(const DkimMessage& message);

// RFC 2045 section 6.7, forgiving: what is no escape stays as it is.
[[nodiscard]] std::string without_quoted_printable(std::string_view body);
[[nodiscard]] std::string without_base64(std::string_view body);  // empty if it is none

// The address of a From field that names one mailbox: "Joe <joe@alpha.example>" or the address alone. Errors: none, several, or one that
// MailAddress does not take.
[[nodiscard]] Result<std::string> mailbox_domain(std::string_view from);

}  // namespace entente::registry
