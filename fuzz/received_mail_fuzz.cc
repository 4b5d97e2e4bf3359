// Mail that comes back to a communication check, on arbitrary bytes: read or refused, never more text than a few times what came in.
#include <cstdlib>

#include "registry/received_mail.h"

using namespace entente;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto mail = registry::ReceivedMail::parse(input);
  if (!mail) return 0;
  if (mail->text.size() > 4 * size + 4096) std::abort();
  if ((mail->kind == registry::ReceivedKind::reply) != mail->why.empty()) std::abort();
  return 0;
}
