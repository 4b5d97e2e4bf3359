// The published value is a hash over everything the challenge is bound to. So a value copied from one sign-up to another, from one stage to
// the next, or kept until after its expiry does not fit, and the registry need not trust what the value says of itself. When a value does
// not fit, it is compared with what it might have been meant as, only to word the error.
#include "registry/challenge.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"

namespace entente::registry {
namespace {

constexpr std::string_view kChallengeLabel = "entente domain challenge v1";
constexpr std::string_view kChallengeStart = "entente-challenge=v1 token=";
constexpr std::string_view kChallengeExpiry = " expiry=";
constexpr std::size_t kMaxChallengeText = 256;
constexpr std::size_t kTokenText = 43;  // 32 bytes in base64url without padding
constexpr std::array<std::string_view, 8> kStageNames{"apply",       "approve",  "renew",   "correct",
                                                      "recover-key", "withdraw", "contact", "comcheck"};

void add_challenge_field(Sha256& hash, ByteView field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  const std::array<std::uint8_t, 4> length{static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
                                           static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  hash.update(ByteView(length));
  hash.update(field);
}

bool same_challenge_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_challenge_organisation(std::string_view id) {
  return !id.empty() && id.size() <= 64 && id.front() != '-' && id.back() != '-' &&
         std::ranges::all_of(id, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_challenge_origin(std::string_view origin) {
  return !origin.empty() && origin.size() <= 255 &&
         std::ranges::all_of(origin, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; }) && is_valid_utf8(origin);
}

Result<void> check_challenge(const Challenge& challenge) {
  if (challenge.key.type() != keys::KeyType::ed25519)
    return fail("a challenge is bound to a key that signs statements (ed25519)", {.file = challenge.key.name()});
  if (!is_challenge_origin(challenge.origin)) return fail("the log's origin is empty, too long or holds white space");
  if (!is_challenge_organisation(challenge.organisation))
    return fail("\"" + printable(challenge.organisation, 100) + "\" is no organisation's id");
  if (challenge.expires != std::chrono::floor<std::chrono::seconds>(challenge.expires))
    return fail("a challenge expires at a whole second");
  return {};
}

}  // namespace

std::string_view name(Stage stage) { return kStageNames[static_cast<std::size_t>(stage)]; }

std::optional<Stage> stage_from(std::string_view name) {
  for (std::size_t i = 0; i < kStageNames.size(); ++i)
    if (kStageNames[i] == name) return static_cast<Stage>(i);
  return std::nullopt;
}

Digest thumbprint(const keys::VerifierKey& key) {
  const auto type = static_cast<std::uint8_t>(key.type());
  return sha256_of({ByteView(&type, 1), ByteView(key.key())});
}

std::string ChallengeText::str() const {
  std::string encoded = to_base64(token.bytes, Base64Alphabet::url);
  encoded.resize(kTokenText);  // without padding: '=' would look like another key=value
  return fmt::format("{}{}{}{}", kChallengeStart, encoded, kChallengeExpiry, format_time(expires));
}

Result<ChallengeText> ChallengeText::parse(std::string_view text) {
  const std::string form = fmt::format("{}…{}…", kChallengeStart, kChallengeExpiry);
  if (text.size() > kMaxChallengeText) return fail("a challenge has at most 256 bytes");
  if (!text.starts_with(kChallengeStart))
    return fail("this is not a challenge: it does not begin with \"" + std::string(kChallengeStart) + "\"", {}, form);
  std::string_view rest = text.substr(kChallengeStart.size());
  if (rest.size() < kTokenText + kChallengeExpiry.size() || rest.substr(kTokenText, kChallengeExpiry.size()) != kChallengeExpiry)
    return fail("the challenge's token must have 43 characters and be followed by its expiry", {.offset = kChallengeStart.size()}, form);
  ENTENTE_TRY(const Bytes token, from_base64(std::string(rest.substr(0, kTokenText)) + "=", Base64Alphabet::url));
  ChallengeText out;
  ENTENTE_TRY(out.token, Digest::from_bytes(token));
  const std::string_view expiry = rest.substr(kTokenText + kChallengeExpiry.size());
  ENTENTE_TRY(out.expires, parse_time(expiry));
  if (out.expires != std::chrono::floor<std::chrono::seconds>(out.expires) || format_time(out.expires) != expiry)
    return fail("the challenge's expiry is not written as in 2026-12-04T12:00:00Z", {.offset = text.size() - expiry.size()}, form);
  return out;
}

Result<Challenge> Challenge::issue(keys::VerifierKey key, std::string origin, std::string organisation, dns::Domain domain, Stage stage,
                                   Instant now, std::chrono::seconds lifetime) {
  if (lifetime < kShortestChallenge || lifetime > kLongestChallenge) return fail("a challenge lives between five minutes and sixty days");
  Challenge out{.key = std::move(key), .origin = std::move(origin), .organisation = std::move(organisation), .domain = std::move(domain)};
  out.stage = stage;
  out.expires = std::chrono::floor<std::chrono::seconds>(now) + lifetime;
  ENTENTE_CHECK(check_challenge(out));
  keys::random_bytes(out.token);
  return out;
}

Result<Challenge> Challenge::derive(ByteView secret, keys::VerifierKey key, std::string origin, std::string organisation,
                                    dns::Domain domain, Stage stage, Instant expires) {
  Challenge out{.key = std::move(key), .origin = std::move(origin), .organisation = std::move(organisation), .domain = std::move(domain)};
  out.stage = stage;
  out.expires = std::chrono::floor<std::chrono::seconds>(expires);
  ENTENTE_CHECK(check_challenge(out));
  const Digest message = out.binding();  // over everything said, with a token of zeros
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), message.bytes.data(), message.bytes.size(), out.token.data(),
           &size) == nullptr ||
      size != out.token.size())
    return fail("the challenge's token could not be derived");
  return out;
}

Result<Challenge> Challenge::from(JsonView object) {
  const auto text = [&](std::string_view member) { return json_string(object, member).value_or(""); };
  ENTENTE_TRY(const Bytes token, from_base64(text("challenge")));
  if (token.size() != kTokenBytes) return fail("a challenge's token has 32 bytes", {.pointer = "/challenge"});
  ENTENTE_TRY(keys::VerifierKey key, keys::VerifierKey::parse(text("key")));
  ENTENTE_TRY(dns::Domain domain, dns::Domain::parse(text("domain")));
  const auto stage = stage_from(text("stage"));
  if (!stage) return fail("no such stage", {.pointer = "/stage"});
  Challenge out{.key = std::move(key),
                .origin = std::string(text("origin")),
                .organisation = std::string(text("organisation")),
                .domain = std::move(domain)};
  out.stage = *stage;
  std::ranges::copy(token, out.token.begin());
  ENTENTE_TRY(out.expires, parse_time(text("expires")));
  ENTENTE_CHECK(check_challenge(out));
  return out;
}

Json Challenge::json() const {
  return Json{{"challenge", to_base64(token)},  {"key", key.str()},       {"origin", origin},
              {"organisation", organisation},   {"domain", domain.str()}, {"stage", std::string(name(stage))},
              {"expires", format_time(expires)}};
}

Digest Challenge::binding_at(Stage other) const {
  const Digest key_thumbprint = thumbprint(key);
  const std::string expiry = format_time(expires);
  Sha256 hash;
  for (const ByteView field : {as_bytes(kChallengeLabel), ByteView(token), key_thumbprint.view(), as_bytes(origin), as_bytes(organisation),
                               as_bytes(domain.str()), as_bytes(name(other)), as_bytes(expiry)})
    add_challenge_field(hash, field);
  return hash.finish();
}

std::string Challenge::text() const { return ChallengeText{.token = binding(), .expires = expires}.str(); }

Result<void> Challenge::check(std::string_view seen) const {
  const std::string expected = text();
  if (same_challenge_text(seen, expected)) return {};
  const std::string shown = "\"" + printable(seen, 160) + "\"";
  const std::string hint = "publish exactly: " + expected;
  if (seen.size() > kMaxChallengeText) return fail("the value is longer than a challenge", {}, hint);
  if (lower(seen) == lower(expected)) return fail("the value differs in capitals: they count", {}, hint);
  if (seen.size() > 2 && seen.front() == '"' && seen.back() == '"' && seen.substr(1, seen.size() - 2) == expected)
    return fail("the value has quotation marks around it", {}, hint);
  const auto parsed = ChallengeText::parse(seen);
  if (!parsed) return fail("the value " + shown + " is no challenge: " + parsed.error().what, {}, hint);
  if (parsed->token == binding()) return fail("the challenge's expiry was altered: " + shown, {}, hint);
  for (std::size_t i = 0; i < kStageNames.size(); ++i)
    if (parsed->token == binding_at(static_cast<Stage>(i)))
      return fail(fmt::format("the challenge is one for the stage \"{}\", not \"{}\"", kStageNames[i], name(stage)), {}, hint);
  return fail("the challenge " + shown + " is another one: of another request, key, organisation, domain or log", {}, hint);
}

}  // namespace entente::registry
