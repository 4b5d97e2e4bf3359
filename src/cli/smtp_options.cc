// The port follows from how TLS begins where it is not given: 587 (submission, RFC 6409) with STARTTLS, 465 (RFC 8314) with TLS from the
// first byte, 25 without. Without TLS only a relay on this machine is spoken to, since the mail holds a token.
#include "cli/smtp_options.h"

#include <sys/stat.h>

#include <charconv>

#include "core/file.h"

namespace entente::cli {
namespace {

constexpr std::uint64_t kMostPasswordBytes = 1024;
constexpr const char* kSmtpHint = "for instance --smtp mail.example:587, --smtp [2001:db8::25]:25 or --smtp 127.0.0.1:25 --smtp-tls none";

Result<void> read_mail_host(const std::string& text, registry::MailServer& out) {
  std::string host = text, port;
  if (const std::size_t bracket = text.find(']'); text.starts_with('[') && bracket != std::string::npos) {
    host = text.substr(1, bracket - 1);
    port = text.substr(bracket + 1);
    if (!port.empty() && !port.starts_with(':')) return fail("\"" + text + "\" is no mail server", {}, kSmtpHint);
  } else if (const std::size_t colon = text.find(':'); colon != std::string::npos && text.find(':', colon + 1) == std::string::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (host.empty()) return fail("--smtp names no mail server", {}, kSmtpHint);
  out.host = std::move(host);
  if (port.empty()) return {};
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  if (problem != std::errc() || end != port.data() + port.size() || number == 0 || number > 65'535)
    return fail("\"" + port.substr(1) + "\" is no port", {}, kSmtpHint);
  out.port = static_cast<std::uint16_t>(number);
  return {};
}

Result<std::string> read_mail_password(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077U) != 0)
    return fail("others can read the mail password", {.file = path}, "chmod 600 it");
  ENTENTE_TRY(std::string text, read_file(path, kMostPasswordBytes));
  if (text.ends_with('\n')) text.pop_back();
  if (text.empty() || text.find('\n') != std::string::npos || text.find('\0') != std::string::npos)
    return fail("the file must hold the mail password and nothing else, on one line", {.file = path});
  return text;
}

bool is_loopback_name(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

}  // namespace

void add_smtp_options(CLI::App& command, SmtpGiven& given) {
  auto* server =
      command.add_option("--smtp", given.server, "mail server for confirmations; none: no mail is sent")->type_name("HOST[:PORT]");
  command.add_option("--smtp-tls", given.tls, "how TLS begins; none is for a relay on this machine (default: starttls)")
      ->check(CLI::IsMember({"starttls", "implicit", "none"}))
      ->needs(server);
  command.add_option("--smtp-user", given.user, "name to log in with")->type_name("NAME")->needs(server);
  command.add_option("--smtp-password-file", given.password_file, "file of the password, for its owner only")
      ->type_name("FILE")
      ->needs(server);
  command.add_option("--smtp-ca", given.ca_file, "PEM certificates to trust in place of the system's")->type_name("FILE")->needs(server);
  auto* from = command.add_option("--mail-from", given.from, "address mails are sent from")->type_name("ADDRESS")->needs(server);
  server->needs(from);
}

Result<std::optional<registry::MailSender>> smtp_options(const SmtpGiven& given) {
  if (given.server.empty()) return std::nullopt;
  registry::MailServer server;
  if (given.tls == "none") server.tls = registry::MailTls::none;
  if (given.tls == "implicit") server.tls = registry::MailTls::implicit;
  server.port = server.tls == registry::MailTls::starttls ? 587 : server.tls == registry::MailTls::implicit ? 465 : 25;
  ENTENTE_CHECK(read_mail_host(given.server, server));
  if (server.tls == registry::MailTls::none && !is_loopback_name(server.host))
    return fail("without TLS only a mail server on this machine is spoken to", {.file = given.server}, "leave --smtp-tls none out");
  if (given.user.empty() != given.password_file.empty()) return fail("--smtp-user and --smtp-password-file go together");
  if (!given.user.empty()) {
    if (server.tls == registry::MailTls::none) return fail("a password is not sent without TLS", {}, "leave --smtp-tls none out");
    server.user = given.user;
    ENTENTE_TRY(server.password, read_mail_password(given.password_file));
  }
  server.ca_file = given.ca_file;
  auto from = registry::MailAddress::parse(given.from);
  if (!from) return fail("--mail-from: " + from.error().what, {}, from.error().hint);
  return registry::MailSender{.server = std::move(server), .from = std::move(*from)};
}

}  // namespace entente::cli
