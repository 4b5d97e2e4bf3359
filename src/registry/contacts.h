// Points of contact in the clear, and the salted commitments to them that the ledger holds (docs/contacts.md). Nothing of a contact enters
// the ledger: its owner keeps the document, deposits it with the registry, and erases it by destroying the salts. Plain values, pure but
// for the salts; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "keys/keys.h"
#include "registry/record.h"

namespace entente::registry {

inline constexpr std::size_t kMaxContactDocument = 64 << 10;  // bytes of JSON

using ContactSalt = std::array<std::uint8_t, 32>;

enum class ChannelKind : std::uint8_t { email, pgp_mail, phone, web, matrix, signal };
[[nodiscard]] std::string_view name(ChannelKind kind);  // "pgp-mail"
// TLP 2.0 labels (first.org/tlp), read as audiences: everybody, supporters, states.
enum class Tlp : std::uint8_t { clear, green, amber };
[[nodiscard]] std::string_view name(Tlp tlp);      // "TLP:GREEN"
[[nodiscard]] std::string_view audience(Tlp tlp);  // "supporters"

struct Channel {
  ChannelKind kind = ChannelKind::email;
  std::string address;
  bool operator==(const Channel&) const = default;
};

// A span of the contact's own wall clock, on each of its days.
struct WeeklySpan {
  std::uint8_t days = 0;       // bit 0: Monday … bit 6: Sunday
  std::uint16_t from = 0;      // minutes of the day, included
  std::uint16_t to = 24 * 60;  // not included, after `from`
  bool operator==(const WeeklySpan&) const = default;
};
struct ContactHours {
  std::string time_zone;  // "Europe/Paris", "UTC", "+05:30"
  std::vector<WeeklySpan> weekly;
  bool operator==(const ContactHours&) const = default;
};
// Whether the contact's own clock shows an hour of these at `t`. Time zones are ICU's.
[[nodiscard]] bool within(const ContactHours& hours, Instant t);
[[nodiscard]] bool is_time_zone(const std::string& name);

struct Contact {
  std::string role;  // policy, technical, duty, press, victim-support
  std::string name;  // may be empty
  std::vector<Channel> channels;
  std::vector<std::string> languages;
  std::optional<ContactHours> hours;
  std::vector<keys::VerifierKey> keys;
  std::vector<std::string> openpgp;  // fingerprints
  Tlp tlp = Tlp::green;
  std::optional<ContactSalt> salt;

  // Canonical: members in the schema's order, without the salt. What the commitment is to is the SHA-256 of its compact text.
  [[nodiscard]] Json content() const;
  [[nodiscard]] Json json() const;  // with the salt, where there is one
  // Error: there is no salt.
  [[nodiscard]] Result<Digest> commitment() const;
  bool operator==(const Contact&) const = default;
};

struct ContactDocument {
  std::string organisation;  // the registry's id
  std::optional<ContactSalt> salt;
  std::vector<Contact> contacts;

  // Errors name the place: what breaks the schema; an address that is none of its kind, a time zone nobody knows, a span that ends before
  // it begins, a key of another type than Ed25519.
  [[nodiscard]] static Result<ContactDocument> parse(std::string_view text, std::string name, const DataSet& data = DataSet::embedded());
  [[nodiscard]] Json json() const;
  [[nodiscard]] Json content() const;  // canonical, without any salt
  [[nodiscard]] Result<Digest> commitment() const;
  void draw_salts();  // fresh ones everywhere: a salt is never used again
  // What its owner may want to mend: a contact with one channel only, one no mail reaches.
  [[nodiscard]] std::vector<std::string> warnings() const;
  bool operator==(const ContactDocument&) const = default;
};

// One contact shown alone: {"organisation":{"id":…},"contact":{… with its salt}}.
struct ShownContact {
  std::string organisation;
  Contact contact;
  [[nodiscard]] static Result<ShownContact> parse(std::string_view text, std::string name, const DataSet& data = DataSet::embedded());
  [[nodiscard]] Json json() const;
};

// The predicate of the contact-set statement. Error: a salt is missing.
[[nodiscard]] Result<Json> contact_set_predicate(const ContactDocument& document, Instant at);

// Whether the contact is what the row of the ledger committed to: commitment, and role, channels, languages and audience as told there.
[[nodiscard]] Result<void> opens(const Contact& contact, const ContactEntry& row);
// The whole document: its commitment and every row, in order.
[[nodiscard]] Result<void> opens(const ContactDocument& document, const ContactSet& set);
// The row a contact opens, by its commitment; nothing if it opens none.
[[nodiscard]] std::optional<std::size_t> row_of(const Contact& contact, const ContactSet& set);

}  // namespace entente::registry
