// Tag lists of RFC 6376 section 3.2: "name=value" between semicolons, folding white space anywhere around. A tag that stands twice makes
// the list worth nothing; tags nobody knows are passed over.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>

#include "core/ascii.h"
#include "core/utf8.h"
#include "dns/name.h"
#include "registry/dkim.h"

namespace entente::registry {
namespace {

constexpr std::size_t kMostTags = 64;
constexpr std::size_t kMostSignedFields = 200;
constexpr std::size_t kMostTagList = 16 << 10;

using Tags = std::map<std::string, std::string, std::less<>>;

bool is_folding(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view tag_trimmed(std::string_view text) {
  while (!text.empty() && is_folding(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_folding(text.back())) text.remove_suffix(1);
  return text;
}

std::string without_folding(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return !is_folding(c); });
  return out;
}

Result<Tags> read_tags(std::string_view text) {
  if (text.size() > kMostTagList) return fail("the list of tags is too long");
  Tags out;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(item.size() + 1, text.size()));
    if (tag_trimmed(item).empty()) {
      if (!tag_trimmed(text).empty()) return fail("an empty tag");
      break;  // a semicolon at the end
    }
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) return fail("a tag without a value");
    const std::string_view name = tag_trimmed(item.substr(0, equals));
    if (name.empty() || !is_alpha(name.front()) || !std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '_'; }))
      return fail("a tag's name is none");
    if (out.size() >= kMostTags) return fail("there are too many tags");
    if (!out.emplace(std::string(name), std::string(tag_trimmed(item.substr(equals + 1)))).second)
      return fail(fmt::format("the tag {}= stands twice", name));
  }
  return out;
}

std::vector<std::string> colon_list(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t colon = text.find(':');
    out.push_back(lower(tag_trimmed(text.substr(0, colon))));
    if (colon == std::string_view::npos) return out;
    text.remove_prefix(colon + 1);
  }
}

std::optional<std::string_view> tag(const Tags& tags, std::string_view name) {
  const auto it = tags.find(name);
  return it == tags.end() ? std::nullopt : std::optional<std::string_view>(it->second);
}

Result<std::string_view> wanted_tag(const Tags& tags, std::string_view name) {
  const auto found = tag(tags, name);
  if (!found || found->empty()) return fail(fmt::format("the tag {}= is missing", name));
  return *found;
}

Result<Bytes> tag_bytes(const Tags& tags, std::string_view name) {
  ENTENTE_TRY(const std::string_view text, wanted_tag(tags, name));
  auto bytes = from_base64(without_folding(text));
  if (!bytes) return fail(fmt::format("{}= is no base64", name));
  return bytes;
}

Result<std::optional<Instant>> tag_time(const Tags& tags, std::string_view name) {
  const auto text = tag(tags, name);
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (problem != std::errc() || end != text->data() + text->size() || seconds < 0 || seconds > kYear9999)
    return fail(fmt::format("{}= is no time", name));
  return std::optional(Instant{} + std::chrono::seconds(seconds));
}

Result<void> read_algorithm(const Tags& tags, DkimSignature& out) {
  ENTENTE_TRY(const std::string_view text, wanted_tag(tags, "a"));
  const std::string word = lower(text);
  if (word == "rsa-sha256")
    out.algorithm = DkimAlgorithm::rsa_sha256;
  else if (word == "ed25519-sha256")
    out.algorithm = DkimAlgorithm::ed25519_sha256;
  else if (word == "rsa-sha1")
    return fail("rsa-sha1 proves nothing any more (RFC 8301)");
  else
    return fail(fmt::format("the algorithm \"{}\" is not known", printable(text, 40)));
  return {};
}

Result<DkimForm> read_form(std::string_view text) {
  const std::string word = lower(tag_trimmed(text));
  if (word == "simple") return DkimForm::simple;
  if (word == "relaxed") return DkimForm::relaxed;
  return fail(fmt::format("the canonicalisation \"{}\" is not known", printable(text, 40)));
}

Result<void> read_forms(const Tags& tags, DkimSignature& out) {
  const auto text = tag(tags, "c");
  if (!text) return {};
  const std::size_t slash = text->find('/');
  ENTENTE_TRY(out.header, read_form(text->substr(0, slash)));
  if (slash != std::string_view::npos) { ENTENTE_TRY(out.body, read_form(text->substr(slash + 1))); }
  return {};
}

Result<void> read_names(const Tags& tags, DkimSignature& out) {
  ENTENTE_TRY(const std::string_view domain, wanted_tag(tags, "d"));
  const auto parsed = dns::Domain::parse(domain);
  if (!parsed) return fail("d= is no domain");
  out.domain = parsed->str();
  ENTENTE_TRY(const std::string_view selector, wanted_tag(tags, "s"));
  out.selector = lower(selector);
  if (!dns::is_query_name(out.key_name())) return fail("s= is no selector");
  out.identity_domain = out.domain;
  if (const auto identity = tag(tags, "i")) {
    const std::size_t at = identity->rfind('@');
    if (at == std::string_view::npos) return fail("i= is no identity");
    out.identity_domain = lower(identity->substr(at + 1));
  }
  if (!dns::is_within(out.identity_domain, out.domain)) return fail("i= is not below d=");
  return {};
}

Result<void> read_signed_fields(const Tags& tags, DkimSignature& out) {
  ENTENTE_TRY(const std::string_view text, wanted_tag(tags, "h"));
  out.fields = colon_list(text);
  if (out.fields.size() > kMostSignedFields) return fail("h= names too many fields");
  if (std::ranges::any_of(out.fields, [](const std::string& f) { return f.empty(); })) return fail("h= names a field without a name");
  if (!out.covers("from")) return fail("h= does not name From");
  return {};
}

}  // namespace

std::string_view name(DkimAlgorithm algorithm) {
  return algorithm == DkimAlgorithm::ed25519_sha256 ? std::string_view("ed25519-sha256") : std::string_view("rsa-sha256");
}

bool DkimSignature::covers(std::string_view field) const { return std::ranges::find(fields, field) != fields.end(); }

std::string DkimSignature::key_name() const { return selector + "._domainkey." + domain; }

Result<DkimSignature> DkimSignature::parse(std::string_view value) {
  ENTENTE_TRY(const Tags tags, read_tags(value));
  DkimSignature out;
  if (tag(tags, "v") != "1") return fail("this is no signature of version 1");
  if (tag(tags, "l")) return fail("l= leaves a part of the body unsigned");
  ENTENTE_CHECK(read_algorithm(tags, out));
  ENTENTE_CHECK(read_forms(tags, out));
  ENTENTE_CHECK(read_names(tags, out));
  ENTENTE_CHECK(read_signed_fields(tags, out));
  if (const auto query = tag(tags, "q")) {
    const auto ways = colon_list(*query);
    if (std::ranges::find(ways, "dns/txt") == ways.end()) return fail("the key is not to be found by DNS");
  }
  ENTENTE_TRY(const Bytes hash, tag_bytes(tags, "bh"));
  if (hash.size() != out.body_hash.bytes.size()) return fail("bh= is no SHA-256");
  std::ranges::copy(hash, out.body_hash.bytes.begin());
  ENTENTE_TRY(out.signature, tag_bytes(tags, "b"));
  ENTENTE_TRY(out.signed_at, tag_time(tags, "t"));
  ENTENTE_TRY(out.expires, tag_time(tags, "x"));
  if (out.signed_at && out.expires && *out.expires <= *out.signed_at) return fail("x= is not after t=");
  return out;
}

Result<DkimKey> DkimKey::parse(std::string_view record, DkimAlgorithm wanted) {
  if (record.size() > kMaxDkimKeyRecord) return fail("the key record is too long");
  ENTENTE_TRY(const Tags tags, read_tags(record));
  if (const auto version = tag(tags, "v"); version && (*version != "DKIM1" || !tag_trimmed(record).starts_with('v')))
    return fail("the key record is of another version");
  DkimKey out{.algorithm = wanted};
  const std::string type = lower(tag(tags, "k").value_or("rsa"));
  if (type != (wanted == DkimAlgorithm::rsa_sha256 ? "rsa" : "ed25519"))
    return fail(fmt::format("the key is of type \"{}\", the signature of {}", printable(type, 40), name(wanted)));
  const auto lists = [&](std::string_view tag_name, std::initializer_list<std::string_view> any) {
    const auto text = tag(tags, tag_name);
    if (!text) return true;
    const auto list = colon_list(*text);
    return std::ranges::any_of(any, [&](std::string_view word) { return std::ranges::find(list, word) != list.end(); });
  };
  if (!lists("h", {"sha256"})) return fail("the key is not for SHA-256");
  if (!lists("s", {"*", "email"})) return fail("the key is not for mail");
  if (tag(tags, "t")) {
    if (lists("t", {"y"})) return fail("the key is being tested (t=y): its domain does not stand by it");
    out.same_domain_only = lists("t", {"s"});
  }
  const auto text = tag(tags, "p");
  if (!text) return fail("the record holds no key");
  if (text->empty()) return fail("the key was revoked");
  auto key = from_base64(without_folding(*text));
  if (!key) return fail("p= is no base64");
  out.key = std::move(*key);
  if (wanted == DkimAlgorithm::ed25519_sha256 && out.key.size() != 32) return fail("an Ed25519 key has 32 bytes");
  return out;
}

}  // namespace entente::registry
