// Communication checks: is somebody there? A plan is committed to in the ledger; the first checkpoint that covers the commitment then
// decides when each contact is asked, and what, so that nobody, the checker included, chooses the moment. Every formula is in
// docs/comcheck.md. Pure: no clock, no files, no network. Plain values; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "keys/keys.h"
#include "registry/contacts.h"

namespace entente::registry {

inline constexpr std::chrono::seconds kComcheckGrace = std::chrono::hours{72};  // after the window, before a round is closed
inline constexpr unsigned kMostComcheckTries = 5;                               // wrong answers to one check
inline constexpr std::size_t kMostComcheckContacts = 100'000;

// One contact's place in a contact set: what the ledger calls it.
struct AskedMember {
  std::string supporter;
  Digest commitment;  // of the entry
  bool operator==(const AskedMember&) const = default;
};
// A contact, once, for all the supporters it serves (those whose entry's first mail address is the same). By commitment, ascending; the
// first one's is what is drawn by and names it.
struct AskedContact {
  std::vector<AskedMember> members;
  [[nodiscard]] std::string id() const { return members.front().commitment.hex(); }
  bool operator==(const AskedContact&) const = default;
};
struct AskedList {
  ContactSalt salt{};  // so that the digest tells nobody who is on the list
  std::vector<AskedContact> contacts;

  [[nodiscard]] Json json() const;
  [[nodiscard]] static Result<AskedList> from(JsonView object);
  [[nodiscard]] Digest digest() const;  // SHA-256 of json(), compact
};
// The contacts of these roles that have a mail address. Contacts of a document without salts are left out.
[[nodiscard]] AskedList list_contacts(const std::vector<ContactDocument>& documents, const std::vector<std::string>& roles,
                                      const ContactSalt& salt);

struct ComcheckPlan {
  std::string round;               // slug
  std::string origin;              // of the ledger
  Instant starts, ends;            // the window: questions go out in it, whole seconds
  std::chrono::seconds spread{0};  // times are drawn from [starts, starts + spread)
  std::vector<std::string> roles;
  std::string page;  // where a person answers: "https://registry.example/comcheck"
  Digest secret;     // SHA-256 of the round's secret, which the nonces come from
  Digest questions;  // of the list of questions
  Digest asked;      // of the list of contacts
  std::uint64_t contacts = 0;

  [[nodiscard]] Json json() const;
  [[nodiscard]] static Result<ComcheckPlan> from(JsonView object);  // errors: what is missing; a window or spread that makes no sense
  // Salted commitment (docs/statements.md) to json(), compact.
  [[nodiscard]] Result<Digest> commitment(const ContactSalt& salt) const;
  bool operator==(const ComcheckPlan&) const = default;
};

// What is drawn from.
struct ComcheckSeed {
  std::string origin;
  std::uint64_t size = 0;
  Digest checkpoint;  // SHA-256 of the checkpoint's text
  Digest seed;        // SHA-256("entente comcheck seed v1\n" ‖ text ‖ the log's signature over it)
};
// Errors: a note the log's key did not sign.
[[nodiscard]] Result<ComcheckSeed> comcheck_seed(std::string_view checkpoint, const keys::VerifierKey& log);

struct ComcheckDraw {
  Instant send_at;           // whole seconds
  std::size_t question = 0;  // of the round's list
  bool operator==(const ComcheckDraw&) const = default;
};
// `questions`: how many the round's list has; of no account where only the time is asked for.
[[nodiscard]] ComcheckDraw draw(const Digest& seed, const ComcheckPlan& plan, const AskedMember& contact, std::size_t questions = 12);
// The order in which a contact's channels are tried: a permutation of 0 … n − 1.
[[nodiscard]] std::vector<std::size_t> draw_channels(const Digest& seed, const std::string& round, const AskedMember& contact,
                                                     std::size_t n);
// 16 bytes in base64url without padding: first half of HMAC-SHA-256(secret, …).
[[nodiscard]] std::string comcheck_nonce(const ContactSalt& secret, const std::string& round, const AskedMember& contact);

// Of an entry of the result: HMAC-SHA-256(key, …), the key being the round's own and never told.
[[nodiscard]] Digest comcheck_entry_salt(const ContactSalt& key, const std::string& round, const AskedMember& contact);

// Small things a person answers and an auto-responder does not.
struct ComcheckQuestion {
  std::string english, french;
  std::vector<std::string> answers;  // in lower case; any will do, whatever the language
  bool operator==(const ComcheckQuestion&) const = default;
};
// A plan names its list by digest, and the round's folder holds the list itself, so that a program with other words goes on with it.
struct ComcheckQuestions {
  std::vector<ComcheckQuestion> list;
  [[nodiscard]] Digest digest() const;
  [[nodiscard]] Json json() const;
  // Errors: no such list, empty, or longer than any round needs.
  [[nodiscard]] static Result<ComcheckQuestions> from(JsonView object);
};
[[nodiscard]] const ComcheckQuestions& comcheck_questions();  // of new rounds
// This program's, or one of those before it; null: none of them has that digest.
[[nodiscard]] const ComcheckQuestions* find_comcheck_questions(const Digest& digest);
// Case, surrounding space and punctuation do not matter.
[[nodiscard]] bool is_right_answer(const ComcheckQuestion& question, std::string_view answer);

// What happened to one contact, in order.
enum class ComcheckEventKind : std::uint8_t { intent, sent, deferred, refused, unsure, wrong, answered, auto_reply, bounced, gone, closed };
[[nodiscard]] std::string_view name(ComcheckEventKind kind);
struct ComcheckEvent {
  ComcheckEventKind kind = ComcheckEventKind::intent;
  Instant at;
  std::string contact;      // AskedContact::id(); empty: of the round
  std::size_t channel = 0;  // index in the contact's own list
  std::string detail;       // how it was answered; whether it was sent within its hours; why it was closed early
  std::string proof;        // of an answer by mail (comcheck_reply.h)
  [[nodiscard]] Json json() const;
  [[nodiscard]] static Result<ComcheckEvent> from(JsonView object);
};

struct ComcheckProgress {
  std::optional<Instant> intended;  // the last time somebody was about to send
  std::optional<Instant> sent;      // the last sending that was not refused
  std::string hours;                // of that one: "within", "outside", "unknown"
  std::optional<Instant> answered;
  std::string how;    // form, signature, mail
  std::string proof;  // of mail
  unsigned wrong = 0;
  bool auto_reply = false, bounced = false, gone = false;
  bool open_intent = false;                // about to be sent when the program ended, or the server did not say: never sent again
  std::vector<std::size_t> used_channels;  // refused or bounced
};
// By contact. Events after the one that closed the round do not count.
[[nodiscard]] std::map<std::string, ComcheckProgress> comcheck_progress(const std::vector<ComcheckEvent>& events);
[[nodiscard]] std::optional<Instant> closed_at(const std::vector<ComcheckEvent>& events);

// "within-4h": wall time since sending, limits included.
[[nodiscard]] std::string_view latency_class(Instant sent, Instant answered);
// Nothing for a contact that was not asked, or of which nobody knows whether it was.
[[nodiscard]] std::optional<std::string_view> result_class(const ComcheckProgress& progress);

}  // namespace entente::registry
