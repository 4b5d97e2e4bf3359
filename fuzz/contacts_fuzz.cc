// Contact documents, signed requests and a party's result on arbitrary bytes: what is read writes itself and reads the same again, and its
// commitments do not depend on how it was spelt.
#include <cstdlib>

#include "registry/comcheck_result.h"
#include "registry/contacts.h"
#include "registry/party_request.h"

using namespace entente;

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto document = registry::ContactDocument::parse(input, "fuzz")) {
    const auto again = registry::ContactDocument::parse(json_pretty(document->json()), "again");
    require(again && *again == *document && json_compact(again->content()) == json_compact(document->content()));
    for (const registry::Contact& contact : document->contacts)
      if (contact.hours) (void)registry::within(*contact.hours, Instant{});
  }
  (void)registry::ShownContact::parse(input, "fuzz");
  (void)registry::SentRequest::parse(input);
  (void)registry::check_party(input, "fuzz", nullptr);
  return 0;
}
