// The options of `entente serve` that say through which mail server it sends, and as whom. Private to the room.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "core/error.h"
#include "registry/mail_smtp.h"

namespace entente::cli {

struct SmtpGiven {
  std::string server, tls, user, password_file, ca_file, from;  // "mail.example:587", "[2001:db8::25]:25"
};

void add_smtp_options(CLI::App& command, SmtpGiven& given);
// Nothing where no mail server is given. Errors: an address or port that is none, a sender that is none or missing, a password without TLS,
// without user or in a file that group or others can read, another option without --smtp.
[[nodiscard]] Result<std::optional<registry::MailSender>> smtp_options(const SmtpGiven& given);

}  // namespace entente::cli
