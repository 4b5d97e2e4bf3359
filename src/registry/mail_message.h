// Messages the registry sends, in plain text: RFC 5322 with MIME (RFC 2045, RFC 2047), one recipient. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "registry/mail_address.h"
#include "registry/mail_token.h"

namespace entente::registry {

struct MailMessage {
  MailAddress from;
  std::string from_name;  // UTF-8; may be empty
  MailAddress to;
  std::string subject;   // UTF-8, at most 400 bytes
  std::string body;      // UTF-8, lines end with \n
  std::string language;  // BCP 47: "en"
  Instant date;
  std::string id;  // left part of Message-ID, [a-zA-Z0-9.-], unique; the right part is the sender's domain
};

// The message with CRLF line ends, body in quoted-printable, headers of ASCII only (RFC 2047 where needed), marked as sent by a program
// (RFC 3834), so that auto-replies keep quiet. Refused: control characters in a header value, text that is not UTF-8, a body over 64 KiB.
[[nodiscard]] Result<std::string> compose(const MailMessage& message);

enum class MailLanguage : std::uint8_t { english, french };

// The confirmation mail. `page` is the http(s) address of the form: it is opened, shows what will be confirmed and asks for a click, which
// is a POST; the token rides behind '#', which browsers do not send. `organisation` is the name as the applicant wrote it.
struct ConfirmationMail {
  MailAddress from;
  std::string from_name;
  MailAddress to;
  std::string organisation;
  Stage stage = Stage::apply;
  MailToken token;
  std::string page;
  Instant date;
  MailLanguage language = MailLanguage::english;
};
[[nodiscard]] Result<MailMessage> confirmation(const ConfirmationMail& mail);
// Whether an organisation's name may stand in a mail to somebody who perhaps never heard of it: one line of at most 400 bytes, no control
// or bidirectional characters, nothing that a mail program makes a link of.
[[nodiscard]] Result<void> check_name_for_mail(std::string_view name);

}  // namespace entente::registry
