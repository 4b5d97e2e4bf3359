// The server keeps nothing of a token it sends out: the MAC says that it was this server's, for this stage and recipient. What must be kept
// is which nonces were used, until they expire. The MAC is checked before anything else is told, so that a guessed token learns nothing.
#include "registry/mail_token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>

#include "core/ascii.h"

namespace entente::registry {
namespace {

constexpr std::string_view kMailTokenLabel = "entente mail token v1";
constexpr std::string_view kMailTokenStart = "entente-mail-v1.";
constexpr std::size_t kMaxMailToken = 128;
constexpr std::size_t kNonceText = 22;                 // 16 bytes in base64url without padding
constexpr std::size_t kMacText = 43;                   // 32 bytes
constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::chrono::seconds kShortestMailToken = std::chrono::minutes{1};
constexpr std::chrono::seconds kLongestMailToken = std::chrono::days{30};

std::string unpadded(ByteView bytes) {
  std::string out = to_base64(bytes, Base64Alphabet::url);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::int64_t unix_seconds(Instant t) { return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count(); }

void append_mail_field(Bytes& out, ByteView field) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(field.size() >> shift));
  out.insert(out.end(), field.begin(), field.end());
}

tl::unexpected<Error> no_mail_token() { return fail("this is no confirmation token", {}, "copy it whole from the mail, on one line"); }

}  // namespace

std::string MailToken::str() const {
  return fmt::format("{}{}.{}.{}", kMailTokenStart, unpadded(nonce), unix_seconds(expires), unpadded(mac.view()));
}

Result<MailToken> MailToken::parse(std::string_view text) {
  if (text.size() > kMaxMailToken || !text.starts_with(kMailTokenStart)) return no_mail_token();
  std::string_view rest = text.substr(kMailTokenStart.size());
  if (rest.size() < kNonceText + kMacText + 3 || rest[kNonceText] != '.' || rest[rest.size() - kMacText - 1] != '.') return no_mail_token();
  const std::string_view digits = rest.substr(kNonceText + 1, rest.size() - kNonceText - kMacText - 2);
  const auto nonce = from_base64(std::string(rest.substr(0, kNonceText)) + "==", Base64Alphabet::url);
  const auto mac = from_base64(std::string(rest.substr(rest.size() - kMacText)) + "=", Base64Alphabet::url);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  const bool number = error == std::errc() && end == digits.data() + digits.size() && seconds >= 0 && seconds <= kLastSecond &&
                      fmt::to_string(seconds) == digits;
  if (!nonce || nonce->size() != std::tuple_size_v<MailNonce> || !mac || !number) return no_mail_token();
  MailToken out;
  std::ranges::copy(*nonce, out.nonce.begin());
  ENTENTE_TRY(out.mac, Digest::from_bytes(*mac));
  out.expires = Instant(std::chrono::seconds(seconds));
  return out;
}

Digest MailConfirmation::mac(Stage stage, const MailAddress& recipient, const MailToken& token) const {
  const std::string expiry = fmt::to_string(unix_seconds(token.expires));
  Bytes message;
  for (const ByteView field : {as_bytes(kMailTokenLabel), as_bytes(name(stage)), as_bytes(recipient.str()), as_bytes(expiry),
                               ByteView(token.nonce), as_bytes(about_)})
    append_mail_field(message, field);
  Digest out;
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), message.data(), message.size(), out.bytes.data(), &size) ==
          nullptr ||
      size != out.bytes.size())
    keys::random_bytes(out.bytes);  // out of memory: a MAC that nothing matches
  return out;
}

Result<MailToken> MailConfirmation::issue(Stage stage, const MailAddress& recipient, Instant now, std::chrono::seconds lifetime) const {
  if (lifetime < kShortestMailToken || lifetime > kLongestMailToken) return fail("a mail token lives between one minute and thirty days");
  MailToken out;
  keys::random_bytes(out.nonce);
  out.expires = std::chrono::floor<std::chrono::seconds>(now) + lifetime;
  if (unix_seconds(out.expires) < 0 || unix_seconds(out.expires) > kLastSecond) return fail("a mail token expires between 1970 and 9999");
  out.mac = mac(stage, recipient, out);
  return out;
}

Result<void> MailConfirmation::redeem(std::string_view token, Stage stage, const MailAddress& recipient, Instant now,
                                      const SpendNonce& spend) const {
  ENTENTE_TRY(const MailToken parsed, MailToken::parse(token));
  const Digest expected = mac(stage, recipient, parsed);
  if (CRYPTO_memcmp(expected.bytes.data(), parsed.mac.bytes.data(), expected.bytes.size()) != 0)
    return fail("the token does not hold for this stage and address", {}, "ask for a new one");
  if (now >= parsed.expires) return fail("the token expired at " + format_time(parsed.expires), {}, "ask for a new one");
  ENTENTE_TRY(const bool first, spend(parsed.nonce, parsed.expires));
  if (!first) return fail("the token was used before", {}, "nothing needs to be done if that was you; else ask for a new one");
  return {};
}

}  // namespace entente::registry
