// Mail with DKIM signatures on arbitrary bytes, with the key record the input brings behind a line of its own: read and verified or
// refused, and never more text than a few times what came in. What is given as a reply to a check never counts without a signature that
// holds.
#include <cstdlib>

#include "registry/comcheck_reply.h"
#include "registry/mail_text.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\n');
  const std::string record(input.substr(0, end));
  input.remove_prefix(std::min(record.size() + 1, input.size()));
  const auto lookup = [&](const std::string& name) -> Result<std::vector<std::string>> {
    if (name.find("._domainkey.") == std::string::npos) std::abort();
    return std::vector{record};
  };
  const Instant time = Instant{} + std::chrono::hours(24 * 20'000);
  bool any = false;
  if (const auto message = registry::DkimMessage::parse(input)) {
    const auto verdicts = registry::verify_dkim(*message, lookup, time);
    if (verdicts.size() > registry::kMostDkimSignatures) std::abort();
    for (const auto& verdict : verdicts) any = any || verdict.failed.empty();
    if (registry::mail_plain_text(*message).size() > 2 * size + 64) std::abort();
    for (const auto form : {registry::DkimForm::simple, registry::DkimForm::relaxed}) {
      const std::string body = registry::canonical_body(message->body, form);
      if (registry::canonical_body(body, form) != body) std::abort();  // canonical text is its own canonical form
    }
  }
  static const auto suffixes = dns::PublicSuffixList::builtin().value();
  const registry::ReplyFacts facts{.nonce = "n",
                                   .question = &registry::comcheck_questions().list[0],
                                   .domains = {"football.example.com"},
                                   .sent = Instant{},
                                   .now = time};
  if (registry::prove_reply(input, facts, suffixes, lookup) && !any) std::abort();
  return 0;
}
