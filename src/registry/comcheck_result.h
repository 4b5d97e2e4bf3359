// The end of a round of communication checks: an entry a contact and supporter, a Merkle tree over them, the statement with root and
// classes, and a file for each party by which it proves its own entries (docs/comcheck.md). Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "registry/comcheck.h"
#include "registry/record.h"

namespace entente::registry {

struct ComcheckDrawn {
  std::string checkpoint;  // the signed note, verbatim
  Instant at;
  ComcheckSeed seed;
};
// What a registry's private folder holds of a round, but for its events.
struct ComcheckRecord {
  ComcheckPlan plan;
  AskedList asked;
  ComcheckQuestions questions = comcheck_questions();  // those the plan names
  ContactSalt plan_salt{};
  ContactSalt secret{};     // nonces come from it; told to the parties when the round is closed
  ContactSalt entry_key{};  // salts of entries come from it; never told
  std::optional<ComcheckDrawn> drawn;
};

struct ComcheckClosing {
  Digest root;
  std::uint64_t entries = 0;
  std::map<std::string, std::uint64_t> classes;
  std::map<std::string, Json> parties;  // by supporter
  std::uint64_t left_out = 0;           // contacts nobody knows to have been asked
};
// The same for the same events, however often it is asked. Errors: not drawn, nobody was asked.
[[nodiscard]] Result<ComcheckClosing> close_round(const ComcheckRecord& record, const std::vector<ComcheckEvent>& events);
// Of the statement comcheck-round.
[[nodiscard]] Json comcheck_round_predicate(const ComcheckRecord& record, const ComcheckClosing& closing, Instant at);

// What a party's file says, after its own parts were held against each other.
struct ComcheckParty {
  struct Entry {
    AskedMember member;
    std::string result;  // class
    Instant sent;
    std::optional<Instant> answered;
    std::string hours;
    std::optional<Instant> drawn;  // where the log's key is known
  };
  std::string round, supporter;
  Digest root, commitment;  // of the tree; to the plan
  std::uint64_t size = 0;   // of the tree
  Digest checkpoint;        // SHA-256 of its text
  std::uint64_t checkpoint_size = 0;
  std::vector<Entry> entries;
};
inline constexpr std::size_t kMaxPartyFile = 8 << 20;
// Whether the document is one at all, whatever it says.
[[nodiscard]] bool is_party_file(JsonView document);
// Errors say which part does not fit: an entry that is not under the root, a class that does not follow from the times, a secret that is
// not the plan's, and, where the log's key is given, a checkpoint it did not sign or a message sent before its drawn time.
[[nodiscard]] Result<ComcheckParty> check_party(std::string_view text, std::string name, const keys::VerifierKey* log);
// Against the ledger: the round's root, size and checkpoint, and that the checkpoint covers the commitment to the plan.
[[nodiscard]] Result<void> check_party_against(const ComcheckParty& party, const ComcheckRound& round, const Commitment* plan);

}  // namespace entente::registry
