// A deed may look at the State, since everything before it has been told. An inadmissible statement ends the story with the reason: nothing
// is in the ledger that admission would have refused.
#include "chronicle.h"

#include <fmt/format.h>
#include <algorithm>

#include "registry/make_statement.h"

namespace entente::example {

const keys::SigningKey& Chronicle::key(const std::string& name, keys::KeyType type) {
  const auto it = keys_.find(name);
  if (it != keys_.end()) return it->second;
  const Digest seed = sha256(fmt::format("worthless key of an example\n{}\n{}", seed_, name));
  return keys_.emplace(name, keys::SigningKey::from_seed(name, type, seed.view()).value()).first->second;
}

Digest Chronicle::stand_in(std::string_view what) const { return sha256(fmt::format("stands for a document\n{}\n{}", seed_, what)); }

void Chronicle::plan(Instant at, Deed deed) { planned_.push_back({.at = at, .order = planned_.size(), .deed = std::move(deed)}); }

Result<void> Chronicle::tell() {
  std::ranges::sort(planned_, [](const Planned& a, const Planned& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; });
  for (const Planned& planned : planned_) {
    now_ = std::max(planned.at, now_ + std::chrono::seconds(1));
    ENTENTE_CHECK(planned.deed());
  }
  planned_.clear();
  return {};
}

Result<Digest> Chronicle::say(Kind kind, Json predicate, const Signers& signers) {
  // Several statements of one deed follow one another.
  if (!entries_.empty() && state_.ledger_time() >= now_) now_ = state_.ledger_time() + std::chrono::seconds(1);
  predicate["at"] = now_text();
  std::vector<const keys::SigningKey*> with;
  for (const std::string& name : signers) with.push_back(&key(name));
  ENTENTE_TRY(std::string entry, registry::make_statement(kind, predicate, with));
  registry::Submission submission = state_.read(entry);
  state_.find_keys(submission);
  submission.try_signatures();
  const auto admitted = state_.admit(submission, now_);
  if (!admitted)
    return fail(fmt::format("a {} of {} is not admitted: {}", name(kind), now_text(), admitted.error().str()), {}, json_compact(predicate));
  entries_.push_back(std::move(entry));
  return admitted->envelope;
}

}  // namespace entente::example
