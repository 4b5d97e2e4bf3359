// Requests for confirmation mails on arbitrary bytes: as an envelope, and as the predicate of one that is signed by a key that counts. What
// is taken is by that key, has one recipient and reads back as it was; what is returned with a token holds nothing but what was sent.
#include <cstdlib>

#include "registry/mail_request.h"
#include "statement/statement.h"

using namespace entente;

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

const keys::SigningKey& fuzz_key() {
  static const auto key = keys::SigningKey::from_seed("club", keys::KeyType::ed25519, Bytes(32, 7)).value();
  return key;
}

void open_request(std::string_view envelope) {
  static const std::vector<keys::VerifierKey> keys{fuzz_key().verifier()};
  const auto opened = registry::open_mail_request(envelope, keys, DataSet::embedded());
  if (!opened) return;
  require(opened->key == fuzz_key().verifier());
  require(opened->request.address.str().find_first_of("\r\n <>") == std::string::npos);
  const auto again = registry::sign_mail_request(opened->request, fuzz_key(), DataSet::embedded());
  require(again.has_value());
  const auto reopened = registry::open_mail_request(*again, keys, DataSet::embedded());
  require(reopened && reopened->request.address == opened->request.address && reopened->request.nonce == opened->request.nonce &&
          reopened->request.organisation == opened->request.organisation && reopened->request.stage == opened->request.stage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  open_request(input);
  const auto document = JsonDocument::parse(input, "input", {.max_bytes = 8 << 10, .max_depth = 6});
  if (!document || !as_object(document->root())) return 0;
  statement::Statement made;
  made.subjects = {{.name = {}, .sha256 = sha256("pledge")}};
  made.predicate_type = std::string(statement::kPredicateBase) + "confirmation-request/v1";
  made.predicate = to_json(document->root());
  open_request(statement::sign(made, fuzz_key()).str());
  return 0;
}
