// For tests of this room: a registry with rules, officers and supporters whose keys come from seeds, and a maker of each kind of statement.
// Nothing here checks anything: tests do.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/assessment.h"
#include "registry/import_statement.h"
#include "registry/state.h"
#include "statement/statement.h"

namespace entente::registry::fixture {

using Signers = std::vector<const keys::SigningKey*>;

inline Instant when(std::string_view text) { return parse_time(text).value(); }
inline std::string sha(std::string_view text) { return sha256(text).hex(); }
inline Json dig(std::string_view hex) { return Json{{"sha256", std::string(hex)}}; }
inline Json org(std::string_view id) { return Json{{"id", std::string(id)}}; }

// A key whose seed is the digest of its name. Thread-safe.
inline const keys::SigningKey& key(const std::string& name) {
  static std::map<std::string, keys::SigningKey> made;
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const auto it = made.find(name);
  if (it != made.end()) return it->second;
  const Digest seed = sha256("seed of " + name);
  return made.emplace(name, keys::SigningKey::from_seed(name, keys::KeyType::ed25519, seed.view()).value()).first->second;
}
inline std::string vkey(const std::string& name) { return key(name).verifier().str(); }

// The entry: subject is the digest `subject` (64 hex digits).
inline std::string entry(std::string_view kind, const std::string& subject, Json predicate, const Signers& signers) {
  statement::Statement s;
  s.subjects = {{"", Digest::from_hex(subject).value()}};
  s.predicate_type = fmt::format("{}{}/v1", statement::kPredicateBase, kind);
  s.predicate = std::move(predicate);
  statement::Envelope envelope = statement::sign(s, *signers.at(0));
  for (std::size_t i = 1; i < signers.size(); ++i) statement::add_signature(envelope, *signers[i]);
  return envelope.str();
}

// A registry in the making. Each append moves the clock on by a minute and expects the entry to be admitted, unless a test says otherwise.
class World {
 public:
  State state;
  std::vector<std::string> log;
  Instant clock = when("2026-11-24T09:00:00Z");

  [[nodiscard]] std::string now() const { return format_time(clock); }
  void pass(std::chrono::seconds time) { clock += time; }

  // Admits and applies; the disposition. A rejection fails the test.
  Applied append(const std::string& bytes) {
    const auto verdict = state.check(bytes, clock);
    EXPECT_TRUE(verdict.has_value()) << verdict.error().str();
    const auto admitted = submit(bytes);
    EXPECT_TRUE(admitted.has_value()) << admitted.error().str();
    log.push_back(bytes);
    Applied applied = state.apply(log.size() - 1, bytes);
    EXPECT_NE(applied.disposition, Disposition::ignored) << (applied.ignored ? applied.ignored->str() : "");
    if (admitted) EXPECT_EQ(admitted->disposition, applied.disposition);
    pass(std::chrono::seconds(60));
    return applied;
  }
  // Its digest, by which later statements name it.
  std::string put(const std::string& bytes) {
    append(bytes);
    return sha(bytes);
  }
  // The code admission refuses it with; "" if it is admitted. Replay must refuse it too (but for freshness), and change nothing.
  std::string refusal(const std::string& bytes) {
    const Digest before = state.digest();
    const auto verdict = state.check(bytes, clock);
    EXPECT_EQ(state.digest(), before) << "check() changes nothing";
    if (!verdict) {
      last = verdict.error();
      const auto admitted = submit(bytes);
      EXPECT_FALSE(admitted.has_value()) << "refused by check(), admitted by admit()";
      if (!admitted) EXPECT_EQ(admitted.error().str(), last.str());
    }
    return verdict ? "" : std::string(name(verdict.error().code));
  }
  Rejection last;
  // The same by the way a server takes, into a State of its own that has seen the same log.
  tl::expected<Applied, Rejection> submit(const std::string& bytes) {
    if (!served) served = std::make_unique<State>();
    while (served->next_leaf() < log.size()) served->apply(served->next_leaf(), log[served->next_leaf()]);
    Submission submission = served->read(bytes);
    served->find_keys(submission);
    submission.try_signatures();
    return served->admit(submission, clock);
  }
  std::unique_ptr<State> served;  // made when it is needed

  [[nodiscard]] Json rules_predicate() const {
    Json p;
    p["registry"] = "Example registry";
    p["log"] = "registry.example/ledger";
    p["text"] = dig(sha("rules"));
    p["quorum"] = {{"approval", 2}, {"removal", 2}, {"keys", 2}, {"rules", 2}};
    p["windows"] = {{"past", 86400}, {"future", 300}, {"assessment", 30}, {"key_loss_wait", 7}, {"renewal", 800}, {"domain_proof", 400}};
    const auto add = [&](const char* role, const char* person, const std::string& k) {
      p["roster"].push_back(Json{{"role", role}, {"person", person}, {"key", vkey(k)}});
    };
    add("secretariat", "anna", "anna");
    add("secretariat", "anna", "anna-2");
    add("secretariat", "ben", "ben");
    add("secretariat", "carla", "carla");
    add("verifier", "machine-1", "verifier");
    add("importer", "machine-2", "importer");
    add("assessor", "dora", "dora");
    add("assessor", "emil", "emil");
    add("monitor", "fay", "fay");
    add("witness", "gus", "gus");
    p["at"] = now();
    return p;
  }
  std::string found() { return put(entry("registry-rules", sha("rules"), rules_predicate(), {&key("anna"), &key("ben")})); }

  [[nodiscard]] Json pledge_predicate(const std::string& id) const {
    Json p;
    p["organisation"] = Json{{"id", id}, {"name", "Organisation " + id}, {"category", "private-sector"}, {"country", "FRA"}};
    p["text"] = Json{{"language", "en"}, {"version", "2018-11-12"}, {"sha256", sha("the call")}};
    p["key"] = vkey(id);
    p["domains"] = {id + ".example"};
    p["at"] = now();
    return p;
  }
  [[nodiscard]] std::string pledge(const std::string& id) const {
    return entry("pledge", sha("the call"), pledge_predicate(id), {&key(id)});
  }
  [[nodiscard]] std::string approval(const std::string& id, const std::string& pledge, const Signers& signers, bool approve = true) const {
    Json p{{"pledge", dig(pledge)}, {"organisation", org(id)}, {"decision", approve ? "approved" : "refused"}};
    if (!approve) p["reason"] = "Not the organisation it says.";
    p["at"] = now();
    return entry("approval", pledge, p, signers);
  }
  // Pledged and approved; the digest of the pledge.
  std::string supporter(const std::string& id) {
    const std::string digest = put(pledge(id));
    append(approval(id, digest, {&key("anna"), &key("ben")}));
    return digest;
  }

  // One statement of a kind that hangs on an earlier one: `member` names it.
  [[nodiscard]] std::string about(const char* kind, const char* member, const std::string& digest, const std::string& id, Json more,
                                  const Signers& signers) const {
    Json p{{member, dig(digest)}, {"organisation", org(id)}};
    for (const auto& [name, value] : more.items()) p[name] = value;
    if (!p.contains("at")) p["at"] = now();
    return entry(kind, digest, p, signers);
  }
  [[nodiscard]] std::string domain_proof(const std::string& id, const std::string& bound_to, const Signers& signers) const {
    Json p{{"organisation", org(id)}, {"domain", id + ".example"}, {"method", "dns-txt"}, {"challenge", to_base64(Bytes(32, 7))}};
    p["key"] = vkey(bound_to);
    p["dnssec"] = "insecure";
    for (const char* place : {"paris", "nairobi"})
      p["vantages"].push_back(Json{{"name", place}, {"dnssec", place[0] == 'p' ? "secure" : "insecure"}, {"answer", dig(sha(place))}});
    p["canary"] = "no-answer";
    p["evidence"] = dig(sha("answers"));
    p["at"] = now();
    p["until"] = format_time(clock + std::chrono::days(90));
    return entry("domain-proof", sha("answers"), p, signers);
  }
  // All rows satisfied but one, which is not assessed.
  [[nodiscard]] Json assessment_predicate(const std::string& id) const {
    std::vector<catalog::Judgement> rows;
    Json list = Json::array();
    for (unsigned principle = 0; principle < 10; ++principle)
      for (unsigned number = 1; number <= 3; ++number) {
        catalog::Judgement j;
        j.control = catalog::ControlId(principle, number);
        j.status = number == 3 ? catalog::Status::not_assessed : catalog::Status::satisfied;
        j.evidence_class = number == 2 ? catalog::EvidenceClass::attested : catalog::EvidenceClass::measured;
        j.weight = catalog::index_weight(j.evidence_class);
        Json row{{"control", j.control.str()},
                 {"status", catalog::to_string(j.status)},
                 {"class", std::string(1, catalog::letter(j.evidence_class))},
                 {"weight", j.weight}};
        if (number != 3) row["evidence"] = {sha("bom")};
        list.push_back(std::move(row));
        rows.push_back(std::move(j));
      }
    Json p{{"document", dig(sha("assessment of " + id))}, {"bundle", dig(sha("bundle"))}};
    p["catalog"] = Json{{"version", "2026.11"}, {"sha256", sha("catalog")}};
    p["tool"] = Json{{"name", "entente"}, {"version", "0.1.0"}};
    p["organisation"] = Json{{"id", id}, {"name", "Organisation " + id}};
    p["at"] = now();
    for (const auto& s : catalog::score(rows)) {
      Json counts;
      for (std::size_t i = 0; i < s.count.size(); ++i)
        counts[std::string(catalog::to_string(static_cast<catalog::Status>(i)))] = s.count[i];
      Json row{{"principle", s.principle}, {"tier", std::string(1, s.tier)}, {"coverage", s.coverage}};
      row["score"] = s.score ? Json(*s.score) : Json();
      row["low"] = s.low;
      row["high"] = s.high;
      row["counts"] = counts;
      p["principles"].push_back(std::move(row));
    }
    p["controls"] = std::move(list);
    return p;
  }
  [[nodiscard]] std::string assessment(const std::string& id, const Signers& signers) const {
    return entry("assessment", sha("assessment of " + id), assessment_predicate(id), signers);
  }
  [[nodiscard]] std::string key_set(const std::string& id, const std::string& pledge, std::vector<std::string> names,
                                    const Signers& signers, const std::string& lost_with_proof = {}) const {
    Json p{{"record", dig(pledge)}, {"organisation", org(id)}, {"cause", lost_with_proof.empty() ? "rotation" : "loss"}};
    for (const std::string& name : names) p["keys"].push_back(vkey(name));
    if (!lost_with_proof.empty()) p["proof"] = dig(lost_with_proof);
    p["at"] = now();
    return entry("key-set", pledge, p, signers);
  }
  [[nodiscard]] std::string revocation(const std::string& key_name, const std::string& id, const char* by, const Signers& signers,
                                       std::string since = {}) const {
    const std::string fingerprint = sha(vkey(key_name));
    Json p{{"key", vkey(key_name)}, {"fingerprint", dig(fingerprint)}};
    if (!id.empty()) p["organisation"] = org(id);
    p["cause"] = "compromised";
    p["since"] = since.empty() ? now() : since;
    p["by"] = by;
    p["reason"] = "The machine was stolen.";
    p["at"] = now();
    return entry("key-revocation", fingerprint, p, signers);
  }
  [[nodiscard]] std::string import(std::vector<std::pair<std::string, std::string>> records, const Signers& signers) const {
    std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Json list = Json::array();
    for (const auto& [id, name] : records)
      list.push_back(Json{{"organisation", {{"id", id}, {"name", name}, {"category", "civil-society"}}},
                          {"dates", {{"signed_no_later_than", "2019-09-16"}}},
                          {"source", {{"id", id}, {"file", id + ".md"}}},
                          {"memberships", {"Tech Accord"}}});
    const std::string content = canonical_digest(list).hex();
    Json p;
    p["source"] = {{"name", "Old list"}, {"format", "json"}, {"files", 1}, {"sha256", sha("list")}};
    p["importer"] = signers.at(0)->verifier().str();
    p["tool"] = {{"name", "entente"}, {"version", "0.1.0"}};
    p["at"] = now();
    p["part"] = {{"number", 1}, {"of", 1}, {"records", records.size()}, {"whole", sha(content + "\n")}};
    p["content"] = dig(content);
    p["records"] = std::move(list);
    return entry("import", content, p, signers);
  }
};

}  // namespace entente::registry::fixture
