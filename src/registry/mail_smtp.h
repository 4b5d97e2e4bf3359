// Hands one message to a mail server (RFC 5321) through libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"
#include "registry/mail_address.h"

namespace entente::registry {

enum class MailTls : std::uint8_t {
  starttls,  // STARTTLS is required, and the certificate must hold
  implicit,  // TLS from the first byte (smtps)
  none,      // for a relay on this machine
};

struct MailServer {
  std::string host = "127.0.0.1";  // name or numeric address
  std::uint16_t port = 25;
  MailTls tls = MailTls::starttls;
  std::string user, password;                 // empty: no authentication; refused without TLS
  std::string hello;                          // what EHLO says; empty: libcurl's choice, the host name
  std::filesystem::path ca_file;              // PEM; empty: the system's certificates
  std::chrono::milliseconds timeout{10'000};  // of the whole delivery
};

// Through whom a program sends, and as whom.
struct MailSender {
  MailServer server;
  MailAddress from;
};

// `message` as compose() wrote it. Returns when the server has taken it. Errors: the server cannot be reached, refuses sender or
// recipient or message (with its own words), offers no TLS. Thread-safe; blocks for up to the timeout.
[[nodiscard]] Result<void> send_mail(const MailServer& server, const MailAddress& from, const MailAddress& to, std::string_view message);

}  // namespace entente::registry
