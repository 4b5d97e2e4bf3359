// The schema says which members there are; here is what a schema cannot say: that an address is one of its kind, that a time zone exists.
// A contact's canonical text is written from the parsed value with members in fixed order, so that white space and order in the file its
// owner wrote do not matter for the commitment.
#include "registry/contacts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/utf8.h"
#include "registry/mail_address.h"
#include "schema/formats.h"
#include "schema/schema.h"
#include "statement/statement.h"

namespace entente::registry {
namespace {

constexpr std::array<std::string_view, 6> kChannelKinds{"email", "pgp-mail", "phone", "web", "matrix", "signal"};
constexpr std::array<std::string_view, 3> kTlpLabels{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER"};
constexpr std::array<std::string_view, 3> kAudiences{"public", "supporters", "states"};
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::string contact_text(JsonView object, std::string_view member) { return std::string(json_string(object, member).value_or("")); }

bool is_e164(std::string_view text) {
  if (text.size() < 7 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), is_digit);
}

// "@user:server.example" (Matrix specification, appendix "User identifiers").
bool is_matrix_user(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (!text.starts_with('@') || colon == std::string_view::npos || colon < 2 || text.size() > 255) return false;
  const auto local = text.substr(1, colon - 1);
  return std::ranges::all_of(local, [](char c) { return is_alnum(c) || std::string_view("._=-/+").find(c) != std::string_view::npos; }) &&
         schema::is_hostname(text.substr(colon + 1));
}

// A number, or a user name: letters, digits, '_', then a dot and two or more digits.
bool is_signal_name(std::string_view text) {
  if (is_e164(text)) return true;
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot < 3 || dot > 32 || text.size() - dot < 3 || text.size() - dot > 10) return false;
  return std::ranges::all_of(text.substr(0, dot), [](char c) { return is_alnum(c) || c == '_'; }) &&
         std::ranges::all_of(text.substr(dot + 1), is_digit);
}

bool is_address(ChannelKind kind, const std::string& address) {
  switch (kind) {
    case ChannelKind::email:
    case ChannelKind::pgp_mail: return MailAddress::parse(address).has_value();
    case ChannelKind::phone: return is_e164(address);
    case ChannelKind::web: return address.starts_with("https://") && schema::is_uri(address);
    case ChannelKind::matrix: return is_matrix_user(address);
    case ChannelKind::signal: return is_signal_name(address);
  }
  return false;
}

std::uint16_t minutes_of(std::string_view text) {  // "09:30"; the schema has checked it
  return static_cast<std::uint16_t>((text[0] - '0') * 600 + (text[1] - '0') * 60 + (text[3] - '0') * 10 + (text[4] - '0'));
}

Result<std::vector<Channel>> read_channels(JsonView contact, const std::string& at) {
  std::vector<Channel> out;
  const auto list = json_array(contact, "channels");
  for (const JsonView item : *list) {
    const std::string kind = contact_text(item, "kind");
    Channel channel{.kind = static_cast<ChannelKind>(std::ranges::find(kChannelKinds, kind) - kChannelKinds.begin()),
                    .address = contact_text(item, "address")};
    if (!is_address(channel.kind, channel.address))
      return fail(fmt::format("this is no address of kind {}", kind), {.pointer = fmt::format("{}/channels/{}/address", at, out.size())},
                  "email: local@domain; phone: +33123456789; web: https://…; matrix: @user:server; signal: a number or name.01");
    out.push_back(std::move(channel));
  }
  return out;
}

Result<ContactHours> read_hours(JsonView hours, const std::string& at) {
  ContactHours out{.time_zone = contact_text(hours, "time_zone")};
  if (!is_time_zone(out.time_zone))
    return fail(fmt::format("there is no time zone \"{}\"", printable(out.time_zone, 70)), {.pointer = at + "/hours/time_zone"},
                "a name of the IANA database such as Europe/Paris, UTC, or an offset such as +02:00");
  const auto list = json_array(hours, "weekly");
  for (const JsonView item : *list) {
    WeeklySpan span{.from = minutes_of(contact_text(item, "from")), .to = minutes_of(contact_text(item, "to"))};
    const auto days = json_array(item, "days");
    for (const JsonView day : *days)
      span.days |= static_cast<std::uint8_t>(1U << (std::ranges::find(kDays, as_string(day).value_or("")) - kDays.begin()));
    if (span.to <= span.from)
      return fail("the span ends before it begins", {.pointer = fmt::format("{}/hours/weekly/{}", at, out.weekly.size())},
                  "a night shift is two spans: from 22:00 to 24:00, and from 00:00 to 06:00 of the next day");
    out.weekly.push_back(span);
  }
  return out;
}

Result<void> read_keys(JsonView contact, const std::string& at, Contact& out) {
  const auto list = json_array(contact, "keys");
  if (!list) return {};
  std::size_t i = 0;
  for (const JsonView item : *list) {
    const std::string pointer = fmt::format("{}/keys/{}", at, i++);
    if (const auto fingerprint = json_string(item, "openpgp")) out.openpgp.emplace_back(*fingerprint);
    const auto vkey = json_string(item, "vkey");
    if (!vkey) continue;
    auto key = keys::VerifierKey::parse(*vkey);
    if (!key) return fail("not a verifier key: " + key.error().what, {.pointer = pointer + "/vkey"});
    if (key->type() != keys::KeyType::ed25519) return fail("a contact signs with a key of type Ed25519", {.pointer = pointer + "/vkey"});
    out.keys.push_back(std::move(*key));
  }
  return {};
}

Result<std::optional<ContactSalt>> read_salt(JsonView object, const std::string& at) {
  const auto text = json_string(object, "salt");
  if (!text) return std::optional<ContactSalt>();
  const auto bytes = from_base64(*text);
  if (!bytes || bytes->size() != std::tuple_size_v<ContactSalt>) return fail("a salt is 32 bytes in base64", {.pointer = at + "/salt"});
  ContactSalt out;
  std::ranges::copy(*bytes, out.begin());
  return std::optional(out);
}

Result<Contact> read_contact(JsonView object, const std::string& at) {
  Contact out{.role = contact_text(object, "role"), .name = contact_text(object, "name")};
  if (printable(out.name, 1'000) != out.name) return fail("the name holds control characters", {.pointer = at + "/name"});
  ENTENTE_TRY(out.channels, read_channels(object, at));
  const auto languages = json_array(object, "languages");
  for (const JsonView language : *languages) out.languages.emplace_back(as_string(language).value_or(""));
  if (const auto hours = json_get(object, "hours")) { ENTENTE_TRY(out.hours, read_hours(*hours, at)); }
  ENTENTE_CHECK(read_keys(object, at, out));
  out.tlp = static_cast<Tlp>(std::ranges::find(kTlpLabels, contact_text(object, "tlp")) - kTlpLabels.begin());
  ENTENTE_TRY(out.salt, read_salt(object, at));
  return out;
}

Result<schema::Schema> contact_schema(const DataSet& data, std::string_view reference) {
  constexpr std::string_view kPath = "schemas/contacts-v1.json";
  ENTENTE_TRY(const std::string_view text, data.file(kPath));
  if (reference.empty()) return schema::Schema::compile(text, data.display_name(kPath));
  schema::CompileOptions options;
  options.documents.emplace("https://entente.example/schemas/contacts-v1.json", std::string(text));
  return schema::Schema::compile(reference, data.display_name(kPath), options);
}

Result<JsonDocument> checked_document(std::string_view text, std::string name, const schema::Schema& schema) {
  ENTENTE_TRY(JsonDocument document, JsonDocument::parse(text, std::move(name), {.max_bytes = kMaxContactDocument, .max_depth = 16}));
  ENTENTE_CHECK(schema::check(schema, document));
  return document;
}

tl::unexpected<Error> located(Error error, const JsonDocument& document) {
  if (!error.where.pointer.empty()) error.where = document.where(error.where.pointer);
  return tl::unexpected<Error>(std::move(error));
}

std::string clock_text(std::uint16_t minutes) { return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60); }

Json hours_json(const ContactHours& hours) {
  Json out{{"time_zone", hours.time_zone}, {"weekly", Json::array()}};
  for (const WeeklySpan& span : hours.weekly) {
    Json days = Json::array();
    for (std::size_t d = 0; d < kDays.size(); ++d)
      if ((span.days >> d & 1U) != 0) days.push_back(kDays[d]);
    out["weekly"].push_back(Json{{"days", std::move(days)}, {"from", clock_text(span.from)}, {"to", clock_text(span.to)}});
  }
  return out;
}

Result<Digest> salted(const std::optional<ContactSalt>& salt, const Json& content) {
  if (!salt) return fail("the document has no salts", {}, "`entente registry contacts make` draws them");
  return statement::commitment(*salt, sha256(json_compact(content)));
}

}  // namespace

std::string_view name(ChannelKind kind) { return kChannelKinds[static_cast<std::size_t>(kind)]; }
std::string_view name(Tlp tlp) { return kTlpLabels[static_cast<std::size_t>(tlp)]; }
std::string_view audience(Tlp tlp) { return kAudiences[static_cast<std::size_t>(tlp)]; }

Json Contact::content() const {
  Json out{{"role", role}};
  if (!name.empty()) out["name"] = name;
  out["channels"] = Json::array();
  for (const Channel& channel : channels)
    out["channels"].push_back(Json{{"kind", registry::name(channel.kind)}, {"address", channel.address}});
  out["languages"] = languages;
  if (hours) out["hours"] = hours_json(*hours);
  if (!keys.empty() || !openpgp.empty()) out["keys"] = Json::array();
  for (const keys::VerifierKey& key : keys) out["keys"].push_back(Json{{"vkey", key.str()}});
  for (const std::string& fingerprint : openpgp) out["keys"].push_back(Json{{"openpgp", fingerprint}});
  out["tlp"] = registry::name(tlp);
  return out;
}

Json Contact::json() const {
  Json out = content();
  if (salt) out["salt"] = to_base64(*salt);
  return out;
}

Result<Digest> Contact::commitment() const { return salted(salt, content()); }

Result<ContactDocument> ContactDocument::parse(std::string_view text, std::string name, const DataSet& data) {
  ENTENTE_TRY(const schema::Schema schema, contact_schema(data, {}));
  ENTENTE_TRY(const JsonDocument document, checked_document(text, std::move(name), schema));
  ContactDocument out{.organisation = contact_text(*json_get(document.root(), "organisation"), "id")};
  auto salt = read_salt(document.root(), "");
  if (!salt) return located(salt.error(), document);
  out.salt = *salt;
  const auto list = json_array(document.root(), "contacts");
  for (const JsonView item : *list) {
    auto contact = read_contact(item, fmt::format("/contacts/{}", out.contacts.size()));
    if (!contact) return located(contact.error(), document);
    out.contacts.push_back(std::move(*contact));
  }
  return out;
}

Json ContactDocument::json() const {
  Json out{{"organisation", Json{{"id", organisation}}}};
  if (salt) out["salt"] = to_base64(*salt);
  out["contacts"] = Json::array();
  for (const Contact& contact : contacts) out["contacts"].push_back(contact.json());
  return out;
}

Json ContactDocument::content() const {
  Json out{{"organisation", Json{{"id", organisation}}}, {"contacts", Json::array()}};
  for (const Contact& contact : contacts) out["contacts"].push_back(contact.content());
  return out;
}

Result<Digest> ContactDocument::commitment() const { return salted(salt, content()); }

void ContactDocument::draw_salts() {
  keys::random_bytes(salt.emplace());
  for (Contact& contact : contacts) keys::random_bytes(contact.salt.emplace());
}

std::vector<std::string> ContactDocument::warnings() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const Contact& contact = contacts[i];
    const auto is_mail = [](const Channel& c) { return c.kind == ChannelKind::email || c.kind == ChannelKind::pgp_mail; };
    if (contact.channels.size() < 2)
      out.push_back(fmt::format("contact {} ({}) has one channel only: if it fails, nobody is reached", i, contact.role));
    if (std::ranges::none_of(contact.channels, is_mail))
      out.push_back(fmt::format("contact {} ({}) has no mail address: communication checks cannot ask it", i, contact.role));
  }
  return out;
}

Result<ShownContact> ShownContact::parse(std::string_view text, std::string name, const DataSet& data) {
  constexpr std::string_view kShown =
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,
"required":["organisation","contact"],"properties":{
"organisation":{"$ref":"https://entente.example/schemas/contacts-v1.json#/$defs/organisation"},
"contact":{"$ref":"https://entente.example/schemas/contacts-v1.json#/$defs/contact"}}})";
  ENTENTE_TRY(const schema::Schema schema, contact_schema(data, kShown));
  ENTENTE_TRY(const JsonDocument document, checked_document(text, std::move(name), schema));
  auto contact = read_contact(*json_get(document.root(), "contact"), "/contact");
  if (!contact) return located(contact.error(), document);
  return ShownContact{.organisation = contact_text(*json_get(document.root(), "organisation"), "id"), .contact = std::move(*contact)};
}

Json ShownContact::json() const { return Json{{"organisation", Json{{"id", organisation}}}, {"contact", contact.json()}}; }

Result<Json> contact_set_predicate(const ContactDocument& document, Instant at) {
  ENTENTE_TRY(const Digest whole, document.commitment());
  Json out{
      {"organisation", Json{{"id", document.organisation}}}, {"commitment", Json{{"sha256", whole.hex()}}}, {"contacts", Json::array()}};
  for (const Contact& contact : document.contacts) {
    ENTENTE_TRY(const Digest commitment, contact.commitment());
    Json row{{"role", contact.role}, {"commitment", Json{{"sha256", commitment.hex()}}}, {"channels", contact.channels.size()}};
    row["languages"] = contact.languages;
    row["audience"] = audience(contact.tlp);
    out["contacts"].push_back(std::move(row));
  }
  out["at"] = format_time(at);
  return out;
}

Result<void> opens(const Contact& contact, const ContactEntry& row) {
  ENTENTE_TRY(const Digest commitment, contact.commitment());
  if (commitment != row.commitment)
    return fail("the contact is not what the ledger committed to", {}, "a character of it, or its salt, is another");
  if (contact.role != row.role || contact.channels.size() != row.channels || audience(contact.tlp) != row.audience ||
      (!row.languages.empty() && contact.languages != row.languages))
    return fail("the ledger's row tells another role, audience, languages or number of channels than the contact");
  return {};
}

Result<void> opens(const ContactDocument& document, const ContactSet& set) {
  ENTENTE_TRY(const Digest commitment, document.commitment());
  if (commitment != set.commitment)
    return fail("the document is not the one the ledger's latest contact set committed to", {}, "send its contact-set statement first");
  if (document.contacts.size() != set.contacts.size())
    return fail(fmt::format("the ledger has {} contacts, the document {}", set.contacts.size(), document.contacts.size()));
  for (std::size_t i = 0; i < set.contacts.size(); ++i) {
    const auto opened = opens(document.contacts[i], set.contacts[i]);
    if (!opened) return fail(opened.error().what, {.pointer = fmt::format("/contacts/{}", i)}, opened.error().hint);
  }
  return {};
}

std::optional<std::size_t> row_of(const Contact& contact, const ContactSet& set) {
  const auto commitment = contact.commitment();
  if (!commitment) return std::nullopt;
  const auto it = std::ranges::find(set.contacts, *commitment, &ContactEntry::commitment);
  if (it == set.contacts.end()) return std::nullopt;
  return static_cast<std::size_t>(it - set.contacts.begin());
}

}  // namespace entente::registry
