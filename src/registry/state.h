// The registry as a pure state machine over ledger entries: no clock, no I/O. The same entries give the same State, however they are
// cut into batches; two States compare equal exactly if digest() does. Rules, codes and what each kind needs: docs/registry.md.
//
//   State state;
//   for (leaf, entry in ledger) state.apply(leaf, entry);         // replay: what a projection, a monitor, the index do
//   if (auto verdict = state.check(entry, now()); !verdict) …;    // admission: what a server asks before it appends
//
// Time: admission knows the time from its caller. Replay knows only what statements say: *ledger time* is the latest `at` of all applied
// statements up to and including the one at hand (an assessment's `at` moves it too, never backwards). Whether a key counts is judged by
// ledger time. Thread-safety: const functions may run at the same time as one another, not as apply().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data.h"
#include "registry/kind.h"
#include "registry/record.h"
#include "registry/rejection.h"
#include "registry/rules.h"

namespace entente::registry {

enum class Disposition : std::uint8_t {
  applied,     // counts
  ignored,     // in the ledger, inadmissible: without effect, with a reason
  pending,     // a vote of a decision that is not made yet
  superseded,  // did count; a later statement took its place
  questioned,  // counts, but made with a key that its owner says was no longer in its hands
};
[[nodiscard]] std::string_view name(Disposition disposition);

// A ledger entry as the registry sees it.
struct Entry {
  Leaf leaf = 0;
  Digest envelope;           // SHA-256 of the entry
  std::optional<Kind> kind;  // nothing if it could not be read
  Disposition disposition = Disposition::ignored;
  Instant at;                        // epoch if it could not be read
  std::string supporter;             // id of the record it is about; empty: none, several (import), or unreadable
  std::vector<std::string> signers;  // keyids of the keys whose signatures verified
  std::optional<Rejection> ignored;  // why
};

// Tables of a projection that an entry may change.
enum class Table : std::uint16_t {
  statements = 1,
  supporters = 2,
  keys = 4,
  domains = 8,
  assessments = 16,
  disputes = 32,
  events = 64,
  contacts = 128,
  rules = 256,
  pending = 512,
  catalogue = 1024,
  comchecks = 2048,
  commitments = 4096,
  memberships = 8192,
};

struct Applied {
  Digest envelope;  // SHA-256 of the entry
  Disposition disposition = Disposition::ignored;
  std::optional<Rejection> ignored;     // set where it is ignored
  std::vector<std::string> supporters;  // ids whose record changed, sorted
  std::vector<Leaf> statements;         // leaves whose disposition changed, sorted; always contains the entry's own
  std::uint16_t tables = 0;             // or of Table
  [[nodiscard]] bool touches(Table table) const { return (tables & static_cast<std::uint16_t>(table)) != 0; }
};

// A pledge, claim or removal that waits for persons of the secretariat.
struct Pending {
  enum class What : std::uint8_t { approval, removal };
  What what = What::approval;
  std::string supporter;
  Digest about;  // envelope of the pledge, or of the record to be removed
  Instant since;
  Leaf leaf = 0;                      // of the pledge, or of the first vote for the removal
  std::vector<Vote> for_it, against;  // for removals, all are in for_it
  std::uint32_t needed = 0;           // persons for a decision
};

// An entry on its way in: read, and its signatures tried, before it is its turn to be judged (State::read).
class Submission {
 public:
  Submission(Submission&&) noexcept;
  Submission& operator=(Submission&&) noexcept;
  ~Submission();
  // Ed25519 for every signature whose key is known by now. Pure.
  void try_signatures();
  // SHA-256 of the entry.
  [[nodiscard]] const Digest& envelope() const;
  // The predicate, if it could be read and is a pledge: as long as this lives.
  [[nodiscard]] std::optional<JsonView> pledge() const;

 private:
  friend class State;
  struct Parts;
  explicit Submission(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

class State {
 public:
  explicit State(const DataSet& data = DataSet::embedded());
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Whether the entry may be appended now: everything apply() asks, and that `at` is fresh and the statement not a replay.
  [[nodiscard]] Verdict check(std::string_view entry, Instant now) const;
  // The next entry of the ledger. Leaves must come in order without gaps, from 0; another leaf than next_leaf() changes nothing and is
  // a programming error (the answer is ignored/out-of-order).
  Applied apply(Leaf leaf, std::string_view entry);
  [[nodiscard]] Leaf next_leaf() const;

  // check() and apply() in one, for a server that is sent many entries at once: what costs most does not wait for a place in the order.
  //   auto submission = state.read(bytes);   // at any time, beside apply() too
  //   state.find_keys(submission);           // as all const functions: not beside apply()
  //   submission.try_signatures();           // at any time
  //   auto applied = state.admit(submission, now());
  // The last decides as check() does whatever happened in between, and what was not tried before is tried then.
  [[nodiscard]] Submission read(std::string_view entry) const;
  void find_keys(Submission& submission) const;
  [[nodiscard]] tl::expected<Applied, Rejection> admit(Submission& submission, Instant now);

  // Over everything said here, in fixed order: for tests, and for projections to compare by.
  [[nodiscard]] Digest digest() const;
  [[nodiscard]] Instant ledger_time() const;

  [[nodiscard]] const Rules* rules() const;  // null before the founding statement
  [[nodiscard]] const Supporter* supporter(std::string_view id) const;
  // All records, tombstones included, by id in byte order.
  [[nodiscard]] const std::map<std::string, Supporter, std::less<>>& supporters() const;
  [[nodiscard]] std::optional<Entry> entry(Leaf leaf) const;
  [[nodiscard]] std::optional<Leaf> leaf_of(const Digest& envelope) const;
  [[nodiscard]] std::vector<Pending> pending() const;                       // oldest first
  [[nodiscard]] const std::map<Digest, Assessment>& assessments() const;    // all, by envelope
  [[nodiscard]] const std::map<Digest, Dispute>& disputes() const;          // by envelope
  [[nodiscard]] const std::map<std::string, Event>& events() const;         // by uid
  [[nodiscard]] const std::vector<ComcheckRound>& comchecks() const;        // in ledger order
  [[nodiscard]] const std::vector<CatalogueRelease>& catalogue() const;     // in ledger order
  [[nodiscard]] const std::map<Digest, Commitment>& commitments() const;    // by commitment
  [[nodiscard]] const std::vector<WitnessedCheckpoint>& witnessed() const;  // in ledger order, each larger than the one before
  // Whether any rules so far named it a text of the Call in that language.
  [[nodiscard]] bool published_text(std::string_view language, const Digest& text) const;
  [[nodiscard]] std::optional<Leaf> last_pledge() const;  // the latest that counted; nothing before the first

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente::registry
