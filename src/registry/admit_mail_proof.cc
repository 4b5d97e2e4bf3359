// Confirmations by mail: the verifier saw a one-time token come back that was sent to a mailbox. Kept apart from domain proofs, so that no
// rule that asks for a proven domain can take a mailbox for one.
#include <fmt/format.h>

#include <algorithm>

#include "registry/state_impl.h"

namespace entente::registry {

Verdict judge_mail_proof(const State::Impl& state, const Reading& reading) {
  ENTENTE_JUDGE(signed_by_role(state, reading, {Role::verifier, Role::secretariat}));
  const auto found = want_supporter(state, reading.supporter, "/predicate/organisation/id", {Status::applied, Status::approved});
  if (!found) return tl::unexpected(found.error());
  const Supporter& supporter = **found;
  const std::string key = reading.text("key");
  const bool own = std::ranges::any_of(supporter.keys, [&](const OwnKey& k) { return k.key.str() == key && k.counts_at(reading.time); });
  if (!own)
    return reject(Code::not_allowed, fmt::format("this key does not count for \"{}\"", reading.supporter), "/predicate/key",
                  "the mail is asked for with a key of the organisation");
  const std::string_view stage = supporter.status == Status::applied ? "apply" : "renew";
  if (reading.text("stage") != stage)
    return reject(Code::wrong_status,
                  fmt::format("\"{}\" is {}: it is at the stage \"{}\"", reading.supporter, name(supporter.status), stage),
                  "/predicate/stage");
  const Instant until = reading.time_of("until");
  if (until <= reading.at) return reject(Code::not_allowed, "it would end before it begins", "/predicate/until");
  if (until > reading.at + state.rules->windows.domain_proof)
    return reject(
        Code::not_allowed,
        fmt::format("a confirmation counts at most as long as a domain proof, {} days", state.rules->windows.domain_proof.count()),
        "/predicate/until");
  ENTENTE_JUDGE(want_order(reading, supporter.pledge.at, "the pledge"));
  if (const auto& earlier = supporter.detail().mailbox) return want_order(reading, earlier->at, "the last confirmation by mail");
  return {};
}

void effect_mail_proof(State::Impl& /*state*/, const Reading& reading, Effects& effects) {
  auto& mailbox = effects.changed(reading.supporter).edit().mailbox;
  if (mailbox) effects.disposition(mailbox->leaf, Disposition::superseded);
  mailbox = ConfirmedMailbox{.leaf = reading.leaf,
                             .at = reading.at,
                             .until = reading.time_of("until"),
                             .stage = reading.text("stage"),
                             .key = reading.text("key"),
                             .commitment = reading.digest("commitment")};
  effects.touch(Table::domains);
}

}  // namespace entente::registry
