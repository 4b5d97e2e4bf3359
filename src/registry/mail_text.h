// The plain text of a mail message (MIME: RFC 2045, RFC 2046), for reading what a person answered. Bounded; pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/dkim.h"

namespace entente::registry {

// Decoded: the body, or the first part of type text/plain that is no attachment; empty if there is none. Octets as they are, whatever the
// charset.
[[nodiscard]] std::string mail_plain_text(const DkimMessage& message);

// Fields of the header section without which the body would be read otherwise, though nothing in the body bears them out: any
// Content-Type but text/plain and a multipart whose boundary lines are the body's first and last; a Content-Transfer-Encoding or
// Content-Disposition that changes what is read. Whoever adds one of them says what the message says. Names in lower case.
[[nodiscard]] std::vector<std::string_view> mail_fields_that_decide_reading(const DkimMessage& message);

// RFC 2045 section 6.7, forgiving: what is no escape stays as it is.
[[nodiscard]] std::string without_quoted_printable(std::string_view body);
[[nodiscard]] std::string without_base64(std::string_view body);  // empty if it is none

// The domain of a From field that names one mailbox (RFC 5322 section 3.4): "Joe <joe@alpha.example>" or the address alone, comments
// around them. In a display name without quotes full stops are taken, but no "@" and no ":". Errors: none, several, what is not of that
// form, or an address MailAddress does not take.
[[nodiscard]] Result<std::string> mailbox_domain(std::string_view from);

}  // namespace entente::registry
