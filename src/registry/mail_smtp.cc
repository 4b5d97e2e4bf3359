// One connection a message: the registry sends few. libcurl speaks SMTP, escapes lines that begin with a dot and ends the message; its
// callbacks are C code, so nothing may be thrown through them.
#include "registry/mail_smtp.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/utf8.h"

namespace entente::registry {
namespace {

struct MailUpload {
  std::string_view left;
};

extern "C" std::size_t entente_mail_read(char* out, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<MailUpload*>(user);
  const std::size_t n = std::min(upload.left.size(), size * count);
  std::memcpy(out, upload.left.data(), n);
  upload.left.remove_prefix(n);
  return n;
}

struct MailReply {
  std::array<char, 512> refusal{};  // the server's first reply line of class 4 or 5
};

extern "C" std::size_t entente_mail_reply(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& reply = *static_cast<MailReply*>(user);
  std::size_t n = std::min(size * count, reply.refusal.size() - 1);
  while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r')) --n;
  if (reply.refusal[0] == '\0' && n > 0 && (bytes[0] == '4' || bytes[0] == '5')) std::memcpy(reply.refusal.data(), bytes, n);
  return size * count;
}

std::string mail_url(const MailServer& server) {
  const bool six = server.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}/{}", server.tls == MailTls::implicit ? "smtps" : "smtp", six ? "[" + server.host + "]" : server.host,
                     server.port, server.hello);
}

Result<void> check_mail_server(const MailServer& server) {
  const auto safe = [](std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '/' && c != '@' && c != '?' && c != '#'; });
  };
  if (server.host.empty() || !safe(server.host))
    return fail("the mail server's name is empty or no name", {.file = printable(server.host, 100)});
  if (!safe(server.hello)) return fail("the name given to the mail server is no name", {.file = printable(server.hello, 100)});
  if (!server.user.empty() && server.tls == MailTls::none) return fail("a password is not sent without TLS", {.file = server.host});
  return {};
}

Result<void> mail_error(CURLcode code, const std::string& url, const char* detail, const MailReply& reply) {
  std::string what = *detail != '\0' ? detail : curl_easy_strerror(code);
  std::string said = printable(reply.refusal.data(), 300);
  if (code == CURLE_USE_SSL_FAILED)
    return fail("the mail server offers no STARTTLS: nothing was sent", {.file = url}, "use a server that does");
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_OPERATION_TIMEDOUT)
    return fail("the mail server was not reached: " + what, {.file = url}, "the message is not sent; try again later");
  return fail(fmt::format("the mail was not taken: {}{}", what, said.empty() ? "" : " (the server says: " + said + ")"), {.file = url});
}

bool mail_curl_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

void set_mail_transfer(CURL* handle, const MailServer& server, const std::string& url) {
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout.count()));
  set(CURLOPT_USE_SSL, server.tls == MailTls::none ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
  if (!server.ca_file.empty()) set(CURLOPT_CAINFO, server.ca_file.c_str());
  if (!server.user.empty()) {
    set(CURLOPT_USERNAME, server.user.c_str());
    set(CURLOPT_PASSWORD, server.password.c_str());
  }
}

}  // namespace

Result<void> send_mail(const MailServer& server, const MailAddress& from, const MailAddress& to, std::string_view message) {
  ENTENTE_CHECK(check_mail_server(server));
  const std::string url = mail_url(server);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(mail_curl_ready() ? curl_easy_init() : nullptr, &curl_easy_cleanup);
  if (!handle) return fail("libcurl could not be started", {.file = url});
  set_mail_transfer(handle.get(), server, url);
  const std::string sender = "<" + from.str() + ">", recipient = "<" + to.str() + ">";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(curl_slist_append(nullptr, recipient.c_str()),
                                                                               &curl_slist_free_all);
  MailUpload upload{message};
  MailReply reply;
  std::array<char, CURL_ERROR_SIZE> detail{};
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle.get(), option, value); };
  set(CURLOPT_MAIL_FROM, sender.c_str());
  set(CURLOPT_MAIL_RCPT, recipients.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, entente_mail_read);
  set(CURLOPT_READDATA, &upload);
  set(CURLOPT_HEADERFUNCTION, entente_mail_reply);
  set(CURLOPT_HEADERDATA, &reply);
  set(CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return mail_error(code, url, detail.data(), reply);
  return {};
}

}  // namespace entente::registry
