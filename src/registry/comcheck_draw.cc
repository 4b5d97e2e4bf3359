// HMAC-SHA-256 with the seed as key is a random function of round, supporter and commitment for everybody who did not know the seed when
// the plan was committed to. Numbers below a bound come from 64 of its bits by multiplication (Lemire), whose bias is below 2^-32 here.
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <numeric>

#include "merkle/checkpoint.h"
#include "registry/comcheck.h"

namespace entente::registry {
namespace {

void append_comcheck_field(Bytes& out, ByteView field) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(field.size() >> shift));
  out.insert(out.end(), field.begin(), field.end());
}

// HMAC-SHA-256 over the fields, each behind its length in four bytes, big-endian.
Digest comcheck_hmac(ByteView key, std::initializer_list<ByteView> fields) {
  Bytes message;
  for (const ByteView field : fields) append_comcheck_field(message, field);
  Digest out;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.bytes.data(), &size) == nullptr)
    keys::random_bytes(out.bytes);  // out of memory: nothing that anything matches
  return out;
}

Digest drawn(const Digest& seed, std::string_view what, const std::string& round, const AskedMember& contact) {
  return comcheck_hmac(seed.view(), {as_bytes("entente comcheck draw v1"), as_bytes(what), as_bytes(round), as_bytes(contact.supporter),
                                     contact.commitment.view()});
}

std::uint64_t below(const Digest& bits, std::uint64_t bound) {
  std::uint64_t x = 0;
  for (int i = 0; i < 8; ++i) x = x << 8U | bits.bytes[static_cast<std::size_t>(i)];
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(x) * bound >> 64U);
}

}  // namespace

Result<ComcheckSeed> comcheck_seed(std::string_view checkpoint, const keys::VerifierKey& log) {
  ENTENTE_TRY(const merkle::VerifiedCheckpoint verified, merkle::verify_checkpoint(checkpoint, log));
  ENTENTE_TRY(const merkle::Note note, merkle::Note::parse(checkpoint));
  const auto line =
      std::ranges::find_if(note.signatures, [&](const merkle::NoteSignature& s) { return s.name == log.name() && s.key_id == log.id(); });
  if (line == note.signatures.end()) return fail("the log's signature is missing");
  return ComcheckSeed{.origin = verified.checkpoint.origin,
                      .size = verified.checkpoint.size,
                      .checkpoint = sha256(note.text),
                      .seed = sha256_of({as_bytes("entente comcheck seed v1\n"), as_bytes(note.text), line->blob})};
}

ComcheckDraw draw(const Digest& seed, const ComcheckPlan& plan, const AskedMember& contact, std::size_t questions) {
  const auto spread = static_cast<std::uint64_t>(std::max<std::int64_t>(plan.spread.count(), 1));
  const std::uint64_t later = below(drawn(seed, "time", plan.round, contact), spread);
  return {.send_at = plan.starts + std::chrono::seconds(later),
          .question = static_cast<std::size_t>(below(drawn(seed, "question", plan.round, contact), questions))};
}

std::vector<std::size_t> draw_channels(const Digest& seed, const std::string& round, const AskedMember& contact, std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), 0);
  for (std::size_t i = n; i > 1; --i)  // Fisher and Yates, from the end
    std::swap(out[i - 1], out[below(drawn(seed, fmt::format("channel {}", i), round, contact), i)]);
  return out;
}

std::string comcheck_nonce(const ContactSalt& secret, const std::string& round, const AskedMember& contact) {
  const Digest mac = comcheck_hmac(
      secret, {as_bytes("entente comcheck nonce v1"), as_bytes(round), as_bytes(contact.supporter), contact.commitment.view()});
  std::string out = to_base64(mac.view().first(16), Base64Alphabet::url);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Digest comcheck_entry_salt(const ContactSalt& key, const std::string& round, const AskedMember& contact) {
  return comcheck_hmac(key,
                       {as_bytes("entente comcheck entry v1"), as_bytes(round), as_bytes(contact.supporter), contact.commitment.view()});
}

}  // namespace entente::registry
