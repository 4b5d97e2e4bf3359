// Decisions that take several persons. Votes are kept with the key that cast them and counted anew each time under the rules in force:
// a key that has left the secretariat no longer counts, and a person counts once whatever keys they have.
#include <fmt/format.h>
#include <algorithm>

#include "registry/state_impl.h"

namespace entente::registry {
namespace {

const KnownKey* voter(const State::Impl& state, const Vote& vote) {
  const auto it = state.key_by_bytes.find(vote.key);
  if (it == state.key_by_bytes.end()) return nullptr;
  const KnownKey& known = state.known[it->second];
  return known.has(Role::secretariat) ? &known : nullptr;
}

}  // namespace

std::uint32_t votes_that_count(const State::Impl& state, const std::vector<Vote>& votes) {
  std::set<std::string_view> persons;
  for (const Vote& vote : votes)
    if (const KnownKey* known = voter(state, vote)) persons.insert(known->person);
  return static_cast<std::uint32_t>(persons.size());
}

Verdict adds_a_person(const State::Impl& state, const Reading& reading, const std::vector<Vote>* votes, std::uint32_t needed) {
  if (votes != nullptr && votes_that_count(state, *votes) >= needed) return {};
  for (const std::string& person : persons_signed(state, reading)) {
    const bool voted = votes != nullptr && std::any_of(votes->begin(), votes->end(),
                                                       [&](const Vote& v) { return v.person == person && voter(state, v) != nullptr; });
    if (!voted) return {};
  }
  return reject(Code::needs_second_person, "whoever signs this has said so already", "/signatures",
                "a decision takes different persons; another key of the same person adds nothing");
}

void add_votes(const State::Impl& state, const Reading& reading, std::vector<Vote>& votes) {
  std::set<std::string> added;
  for (const Signer& signer : reading.signers) {
    const KnownKey* known = state.known_of(signer);
    if (known == nullptr || !known->has(Role::secretariat)) continue;
    // A vote by a key that has left the rosters makes room for the same person's vote by a key that counts.
    std::erase_if(votes, [&](const Vote& v) { return v.person == known->person && voter(state, v) == nullptr; });
    const bool voted = std::any_of(votes.begin(), votes.end(), [&](const Vote& v) { return v.person == known->person; });
    if (!voted) votes.push_back({known->person, known->key.key(), reading.leaf, reading.at});
  }
}

void close_decision(Effects& effects, Pending& pending, bool carried) {
  const std::vector<Vote>& won = carried ? pending.for_it : pending.against;
  const std::vector<Vote>& lost = carried ? pending.against : pending.for_it;
  for (const Vote& vote : lost) effects.disposition(vote.leaf, Disposition::superseded);
  for (const Vote& vote : won) effects.disposition(vote.leaf, Disposition::applied);
  effects.touch(Table::pending);
}

}  // namespace entente::registry
