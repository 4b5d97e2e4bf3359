// Mail tokens, addresses and messages on arbitrary bytes: tokens have one spelling and none is good without the secret; an address holds
// nothing that ends a line; a composed message has the header fields it was given and no more, whatever the subject and text are.
#include <algorithm>
#include <cstdlib>

#include "registry/mail_message.h"
#include "registry/mail_token.h"

using namespace entente;

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void compose_with(const registry::MailAddress& address, std::string_view text) {
  registry::MailMessage mail{.from = address, .to = address};
  mail.subject = text.substr(0, 400);
  mail.body = text;
  mail.language = "en";
  mail.id = "1";
  const auto composed = registry::compose(mail);
  if (!composed) return;
  const std::string head = composed->substr(0, composed->find("\r\n\r\n"));
  std::size_t fields = 1;
  for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string::npos; at += 2)
    if (head[at + 2] != ' ') ++fields;
  require(fields == 10);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = composed->find("\r\n", begin)) != std::string::npos; begin = end + 2) require(end - begin <= 500);
  require(begin == composed->size());
  require(std::ranges::all_of(*composed, [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t'; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const registry::MailConfirmation server(registry::MailSecret{2});  // the seed is good for another
  static const auto recipient = registry::MailAddress::parse("office@pledge.example").value();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto token = registry::MailToken::parse(input)) require(token->str() == input);
  require(!server.redeem(input, registry::Stage::apply, recipient, Instant{}, [](const auto&, Instant) -> Result<bool> { return true; }));
  compose_with(recipient, input);
  if (const auto address = registry::MailAddress::parse(input)) {
    require(address->str().size() == size && registry::MailAddress::parse(address->str()) == *address);
    require(std::ranges::all_of(address->str(), [](char c) { return c > 0x20 && c < 0x7f && c != '<' && c != '>'; }));
    compose_with(*address, "text");
  }
  return 0;
}
