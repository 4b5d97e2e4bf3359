// librnp's C functions behind owners that free what they return. Its functions catch their own exceptions and return codes; sizes are
// bounded before it sees any byte.
#include "csaf/openpgp.h"

#include <fmt/format.h>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>
#include <set>

#include "core/json.h"

namespace entente::csaf {
namespace {

template <class T, auto Free>
struct RnpOwned {
  RnpOwned() = default;
  RnpOwned(const RnpOwned&) = delete;
  RnpOwned& operator=(const RnpOwned&) = delete;
  ~RnpOwned() {
    if (value != nullptr) Free(value);
  }
  T value = nullptr;
};
using RnpInput = RnpOwned<rnp_input_t, rnp_input_destroy>;
using RnpVerify = RnpOwned<rnp_op_verify_t, rnp_op_verify_destroy>;
using RnpKey = RnpOwned<rnp_key_handle_t, rnp_key_handle_destroy>;

using RnpText = RnpOwned<char*, rnp_buffer_destroy>;

rnp_result_t open_rnp(RnpInput& input, std::string_view bytes) {
  return rnp_input_from_memory(&input.value, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), false);
}

std::string rnp_reason(rnp_result_t code) { return rnp_result_to_string(code); }

std::string primary_fingerprint(rnp_key_handle_t key) {
  RnpText text;
  bool sub = false;
  if (rnp_key_is_sub(key, &sub) == RNP_SUCCESS && sub)
    (void)rnp_key_get_primary_fprint(key, &text.value);
  else
    (void)rnp_key_get_fprint(key, &text.value);
  return text.value != nullptr ? text.value : "";
}

PgpKey describe_key(rnp_key_handle_t key) {
  PgpKey out{.fingerprint = primary_fingerprint(key)};
  RnpText algorithm;
  if (rnp_key_get_alg(key, &algorithm.value) == RNP_SUCCESS) out.algorithm = algorithm.value;
  (void)rnp_key_get_bits(key, &out.bits);
  (void)rnp_key_is_expired(key, &out.expired);
  (void)rnp_key_is_revoked(key, &out.revoked);
  return out;
}

PgpSignature describe_signature(rnp_op_verify_signature_t signature) {
  PgpSignature out;
  RnpKey key;
  if (rnp_op_verify_signature_get_key(signature, &key.value) == RNP_SUCCESS) out.fingerprint = primary_fingerprint(key.value);
  const rnp_result_t status = rnp_op_verify_signature_get_status(signature);
  switch (status) {
    case RNP_SUCCESS: out.state = PgpSignature::State::good; return out;
    case RNP_ERROR_SIGNATURE_EXPIRED: out.state = PgpSignature::State::expired; break;
    case RNP_ERROR_KEY_NOT_FOUND: out.state = PgpSignature::State::unknown_key; break;
    default: break;
  }
  out.what = out.state == PgpSignature::State::unknown_key ? "it was made with a key that is not among those given"
             : out.state == PgpSignature::State::expired   ? "the signature has expired"
                                                           : "the signature does not hold (" + rnp_reason(status) + ")";
  return out;
}

}  // namespace

struct PgpKeyring::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (ffi != nullptr) rnp_ffi_destroy(ffi);
  }
  rnp_ffi_t ffi = nullptr;
};

PgpKeyring::PgpKeyring(std::unique_ptr<State> state) : state_(std::move(state)) {}
PgpKeyring::~PgpKeyring() = default;
PgpKeyring::PgpKeyring(PgpKeyring&&) noexcept = default;
PgpKeyring& PgpKeyring::operator=(PgpKeyring&&) noexcept = default;

Result<PgpKeyring> PgpKeyring::make(Instant at) {
  auto state = std::make_unique<State>();
  if (const auto code = rnp_ffi_create(&state->ffi, "GPG", "GPG"); code != RNP_SUCCESS)
    return fail("librnp cannot be started: " + rnp_reason(code));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  // Zero would mean the machine's clock.
  if (const auto code = rnp_set_timestamp(state->ffi, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 1))); code != RNP_SUCCESS)
    return fail("librnp takes no time: " + rnp_reason(code));
  return PgpKeyring(std::move(state));
}

Result<std::vector<PgpKey>> PgpKeyring::add(std::string_view bytes, const std::string& name) {
  if (bytes.size() > kMaxKeyFileBytes) return fail(fmt::format("larger than {} bytes", kMaxKeyFileBytes), {.file = name});
  RnpInput input;
  RnpText results;
  rnp_result_t code = open_rnp(input, bytes);
  if (code == RNP_SUCCESS)
    code = rnp_import_keys(state_->ffi, input.value, RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE, &results.value);
  if (code != RNP_SUCCESS) return fail("no OpenPGP public key: " + rnp_reason(code), {.file = name});
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(results.value != nullptr ? results.value : "{}", name));
  std::vector<PgpKey> out;
  std::set<std::string> seen;
  const auto keys = json_array(document.root(), "keys");
  if (keys) {
    for (const JsonView one : *keys) {
      RnpKey key;
      const std::string fingerprint(json_string(one, "fingerprint").value_or(""));
      if (rnp_locate_key(state_->ffi, "fingerprint", fingerprint.c_str(), &key.value) != RNP_SUCCESS || key.value == nullptr) continue;
      bool primary = false;
      if (rnp_key_is_primary(key.value, &primary) != RNP_SUCCESS || !primary || !seen.insert(fingerprint).second) continue;
      out.push_back(describe_key(key.value));
    }
  }
  if (out.empty()) return fail("no OpenPGP public key", {.file = name}, "export it again: gpg --armor --export KEY");
  return out;
}

Result<std::vector<PgpSignature>> PgpKeyring::verify(std::string_view data, std::string_view signature, const std::string& name) const {
  if (signature.size() > kMaxSignatureBytes) return fail(fmt::format("larger than {} bytes", kMaxSignatureBytes), {.file = name});
  RnpInput over, made;
  RnpVerify verify;
  rnp_result_t code = open_rnp(over, data);
  if (code == RNP_SUCCESS) code = open_rnp(made, signature);
  if (code == RNP_SUCCESS) code = rnp_op_verify_detached_create(&verify.value, state_->ffi, over.value, made.value);
  if (code != RNP_SUCCESS) return fail("no OpenPGP signature: " + rnp_reason(code), {.file = name});
  code = rnp_op_verify_execute(verify.value);  // its code sums up what is asked for one by one below
  std::size_t count = 0;
  if (rnp_op_verify_get_signature_count(verify.value, &count) != RNP_SUCCESS || count == 0)
    return fail("no OpenPGP signature: " + rnp_reason(code), {.file = name});
  std::vector<PgpSignature> out;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 64); ++i) {
    rnp_op_verify_signature_t one = nullptr;
    if (rnp_op_verify_get_signature_at(verify.value, i, &one) == RNP_SUCCESS) out.push_back(describe_signature(one));
  }
  return out;
}

}  // namespace entente::csaf
