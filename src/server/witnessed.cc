// Looked at every second: only a pledge that no witnessed checkpoint covers is a reason for another, since each is a leaf that the next
// checkpoint covers in turn. Whether the cosignatures suffice is for admission to say, by the rules in the ledger; a refusal is told once.
#include "server/witnessed.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "merkle/checkpoint.h"
#include "registry/make_statement.h"

namespace entente::server {

namespace {

constexpr std::chrono::milliseconds kWitnessedLook{1'000};

}  // namespace

Witnessed::Witnessed(Parts parts) : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Witnessed::~Witnessed() { stop(); }

void Witnessed::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

std::optional<registry::Leaf> Witnessed::uncovered() const {
  const std::shared_lock lock(*parts_.api->lock);
  const registry::State& state = parts_.api->projection->state();
  const registry::Rules* rules = state.rules();
  const bool named = rules != nullptr && std::ranges::any_of(rules->roster, [](const registry::RosterKey& k) {
                       return k.role == registry::Role::witness && k.key.type() == keys::KeyType::cosignature_v1;
                     });
  if (!named) return std::nullopt;
  const auto pledge = state.last_pledge();
  const auto& witnessed = state.witnessed();
  if (!pledge || (!witnessed.empty() && witnessed.back().size > *pledge)) return std::nullopt;
  return pledge;
}

Result<std::optional<std::string>> Witnessed::make(registry::Leaf leaf) const {
  ENTENTE_TRY(const std::string note, parts_.checkpoint());
  ENTENTE_TRY(const merkle::Note parsed, merkle::Note::parse(note));
  ENTENTE_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::parse(parsed.text));
  if (checkpoint.size <= leaf) return std::nullopt;
  const Json predicate{{"checkpoint", {{"sha256", sha256(note).hex()}}},
                       {"note", note},
                       {"at", format_time(std::chrono::floor<std::chrono::seconds>(parts_.clock()))}};
  ENTENTE_TRY(std::string statement,
              registry::make_statement(registry::Kind::witnessed_checkpoint, predicate, {parts_.key.get()}, *parts_.api->data));
  return std::optional(std::move(statement));
}

Result<void> Witnessed::send(std::string statement) const {
  std::promise<Result<void>> answered;
  auto answer = answered.get_future();
  parts_.api->submit(std::move(statement), ledger::Appender::Wait::integrated, [&](Result<RegistryService::Outcome> outcome) {
    if (!outcome)
      answered.set_value(tl::unexpected(outcome.error()));
    else if (!*outcome)
      answered.set_value(fail("a witnessed checkpoint was refused: " + outcome->error().what, {}, outcome->error().hint));
    else
      answered.set_value({});
  });
  return answer.get();
}

void Witnessed::run(const std::stop_token& stop) {
  std::string told;
  std::chrono::milliseconds wait{0};
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, std::max(wait, std::min(kWitnessedLook, parts_.pause)), [] { return false; });
    }
    if (stop.stop_requested()) return;
    wait = {};
    const auto leaf = uncovered();
    if (!leaf) continue;
    auto statement = make(*leaf);
    if (statement && !*statement) continue;
    Result<void> sent;
    if (statement)
      sent = send(std::move(**statement));
    else
      sent = tl::unexpected(statement.error());
    wait = parts_.pause;
    if (!sent && parts_.api->problem && std::exchange(told, sent.error().what) != sent.error().what) parts_.api->problem(sent.error());
  }
}

}  // namespace entente::server
