// A registry for benchmarks: two officers, and organisations that pledge and are approved.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "keys/keys.h"
#include "statement/statement.h"

namespace entente::bench {

inline keys::SigningKey bench_key(const std::string& name) {
  const Digest seed = sha256("seed of " + name);
  return keys::SigningKey::from_seed(name, keys::KeyType::ed25519, seed.view()).value();
}
inline Json bench_digest(std::string_view text) { return Json{{"sha256", sha256(text).hex()}}; }

inline std::string bench_entry(std::string_view kind, const Digest& subject, Json predicate,
                               const std::vector<const keys::SigningKey*>& signers) {
  statement::Statement s{.subjects = {{"", subject}}, .predicate_type = fmt::format("{}{}/v1", statement::kPredicateBase, kind)};
  s.predicate = std::move(predicate);
  statement::Envelope envelope = statement::sign(s, *signers.front());
  for (std::size_t i = 1; i < signers.size(); ++i) statement::add_signature(envelope, *signers[i]);
  return envelope.str();
}

struct Officers {
  keys::SigningKey anna = bench_key("anna"), ben = bench_key("ben");
};

inline std::string founding(const Officers& officers, const std::string& at) {
  Json rules{{"registry", "Bench"}, {"log", "registry.example/ledger"}, {"text", bench_digest("rules")}};
  rules["quorum"] = {{"approval", 2}, {"removal", 2}, {"keys", 2}, {"rules", 2}};
  rules["windows"] = {{"past", 86400}, {"future", 300}, {"assessment", 30}, {"key_loss_wait", 7}, {"renewal", 800}, {"domain_proof", 400}};
  for (const auto* k : {&officers.anna, &officers.ben})
    rules["roster"].push_back(Json{{"role", "secretariat"}, {"person", k->verifier().name()}, {"key", k->verifier().str()}});
  rules["at"] = at;
  return bench_entry("registry-rules", sha256("rules"), rules, {&officers.anna, &officers.ben});
}

inline std::string bench_pledge(const std::string& id, const keys::SigningKey& key, const std::string& at) {
  Json pledge{{"organisation", {{"id", id}, {"name", "Organisation " + id}, {"category", "private-sector"}, {"country", "FRA"}}}};
  pledge["text"] = Json{{"language", "en"}, {"version", "2018-11-12"}, {"sha256", sha256("the call").hex()}};
  pledge["key"] = key.verifier().str();
  pledge["at"] = at;
  return bench_entry("pledge", sha256("the call"), pledge, {&key});
}

// `pledge`: the pledge's envelope.
inline std::string bench_approval(const std::string& id, const Digest& pledge, const Officers& officers, const std::string& at) {
  const Json predicate{{"pledge", {{"sha256", pledge.hex()}}}, {"organisation", {{"id", id}}}, {"decision", "approved"}, {"at", at}};
  return bench_entry("approval", pledge, predicate, {&officers.anna, &officers.ben});
}

}  // namespace entente::bench
