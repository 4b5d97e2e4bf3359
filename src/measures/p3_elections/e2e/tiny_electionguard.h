// For tests only: makes a whole ElectionGuard 2.0 election in the tiny group: two guardians, two contests, three cast ballots and a
// challenged one with contest data.
#pragma once

#include <random>

#include "measures/p3_elections/e2e/eg2.h"
#include "measures/p3_elections/e2e/record_mutation.h"
#include "measures/p3_elections/e2e/tiny_group.h"

namespace entente::measures::p3_elections::e2e::test {

class TinyElectionGuard {
 public:
  explicit TinyElectionGuard(const TinyGroups& groups) : group_(groups.group()) {}

  Files make() {
    make_setup();
    const std::vector<std::vector<std::vector<int>>> votes{
        {{1, 0}, {2, 0, 1}}, {{0, 1}, {0, 1, 0}}, {{0, 0}, {1, 1, 1}}, {{1, 0}, {0, 0, 2}}};
    for (std::size_t i = 0; i < votes.size(); ++i) make_ballot(fmt::format("id-{}", i + 1), votes[i], i == 3 ? "CHALLENGED" : "CAST");
    Json contests = Json::array(), cast = Json::array({"id-1", "id-2", "id-3"});
    for (std::size_t c = 0; c < 2; ++c) {
      Json selections = Json::array();
      for (std::size_t s = 0; s < sums_[c].size(); ++s)
        selections.push_back({{"selection_id", selection(c, s)}, {"sequence_order", s + 1}, {"encrypted_vote", json(sums_[c][s])}});
      contests.push_back({{"contest_id", contest(c)}, {"sequence_order", c + 1}, {"selections", selections}, {"ballot_count", 0}});
    }
    add("encrypted_tally.json",
        {{"tally_id", "tally"}, {"contests", contests}, {"cast_ballot_ids", cast}, {"election_id", base64(extended_.view())}});
    decrypt("tally.json", "tally", sums_, {{1, 1}, {3, 2, 2}}, nullptr);
    decrypt("challenged_ballots/dballot-id-4.json", "id-4", challenged_, votes[3], &challenged_data_);
    return files_;
  }

 private:
  Scalar random() {
    std::array<std::uint8_t, 32> bytes;
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random_());
    return group_.scalar_reduced(bytes);
  }
  Element power(const Scalar& e) const { return group_.power_reference(group_.g(), e); }
  Element power(const Element& x, const Scalar& e) const { return group_.power_reference(x, e); }
  static std::string base64(ByteView bytes) { return to_base64(bytes); }
  std::string text(const Element& x) const { return base64(group_.bytes(x)); }
  std::string text(const Scalar& x) const { return base64(group_.bytes(x)); }
  Json json(const Eg2Ciphertext& c) const { return {{"pad", text(c.pad)}, {"data", text(c.data)}}; }
  Json json(const Scalar& challenge, const Scalar& response) const {
    return {{"challenge", text(challenge)}, {"response", text(response)}};
  }
  void add(const std::string& name, const Json& json) { files_.push_back({name, json.dump()}); }
  static std::string contest(std::size_t c) { return fmt::format("contest{}", c + 1); }
  static std::string selection(std::size_t c, std::size_t s) { return fmt::format("selection{}{}", c + 1, s + 1); }
  static std::uint64_t contest_limit(std::size_t c) { return c == 0 ? 1 : 3; }
  static std::uint64_t option_limit(std::size_t c) { return c == 0 ? 1 : 2; }

  void make_setup() {
    const auto hex = [&](const Bytes& bytes) { return to_hex(bytes); };
    add("constants.json", {{"name", "Tiny"},
                           {"type", "IntegerGroup"},
                           {"protocolVersion", "v2.0.0"},
                           {"constants",
                            {{"largePrime", hex(group_.bytes(group_.p()))},
                             {"smallPrime", hex(group_.bytes(group_.q()))},
                             {"cofactor", hex(group_.bytes(group_.cofactor()))},
                             {"generator", hex(group_.bytes(group_.g()))}}}});
    Json contests = Json::array();
    for (std::size_t c = 0; c < 2; ++c) {
      Json selections = Json::array();
      for (std::size_t s = 0; s < c + 2; ++s)
        selections.push_back({{"object_id", selection(c, s)}, {"sequence_order", s + 1}, {"candidate_id", "x"}});
      contests.push_back({{"object_id", contest(c)},
                          {"sequence_order", c + 1},
                          {"electoral_district_id", "county"},
                          {"votes_allowed", contest_limit(c)},
                          {"name", contest(c)},
                          {"ballot_selections", selections},
                          {"option_selection_limit", option_limit(c)}});
    }
    add("manifest.json", {{"election_scope_id", "Example County"},
                          {"ballot_styles", {{{"object_id", "style"}, {"geopolitical_unit_ids", {"county"}}}}},
                          {"contests", contests}});
    Bytes version = to_bytes("v2.0.0");
    version.resize(32);
    const std::string& manifest = files_.back().content;
    const Digest hp = Eg2Hash(group_, version, 0x00).add(group_.p()).add(group_.q()).add(group_.g()).finish();
    const Digest hm = Eg2Hash(group_, hp.view(), 0x01).number(manifest.size()).add(as_bytes(manifest)).finish();
    const Digest hb = Eg2Hash(group_, hp.view(), 0x02).add(hm.view()).number(2).number(2).finish();
    add("election_config.json", {{"config_version", "2.1.0"},
                                 {"number_of_guardians", 2},
                                 {"quorum", 2},
                                 {"parameter_base_hash", base64(hp.view())},
                                 {"manifest_hash", base64(hm.view())},
                                 {"election_base_hash", base64(hb.view())},
                                 {"chain_confirmation_codes", true},
                                 {"baux0", base64(as_bytes("device"))}});
    key_ = group_.one();
    Json guardians = Json::array();
    for (std::uint64_t i = 1; i <= 2; ++i) {
      Json proofs = Json::array();
      for (std::uint64_t j = 0; j < 2; ++j) {
        const Scalar x = random(), w = random();
        const Element own = power(x);
        const Scalar c = Eg2Hash(group_, hp.view(), 0x10).number(i).number(j).add(own).add(power(w)).challenge();
        proofs.push_back(
            {{"public_key", text(own)}, {"challenge", text(c)}, {"response", text(group_.subtract(w, group_.multiply(x, c)))}});
        if (j != 0) continue;
        key_ = group_.multiply(key_, own);
        secret_ = group_.add(secret_, x);
      }
      guardians.push_back({{"guardian_id", fmt::format("guardian{}", i)}, {"x_coordinate", i}, {"coefficient_proofs", proofs}});
    }
    extended_ = Eg2Hash(group_, hb.view(), 0x12).add(key_).finish();
    add("election_initialized.json",
        {{"joint_public_key", text(key_)}, {"extended_base_hash", base64(extended_.view())}, {"guardians", guardians}});
    code_ = Eg2Hash(group_, extended_.view(), 0x24).add(as_bytes("device")).finish();
  }

  Json range(const Eg2Ciphertext& value, std::uint64_t vote, std::uint64_t limit, const Scalar& nonce) {
    std::vector<std::pair<Scalar, Scalar>> proofs(limit + 1);
    const Scalar u = random();
    Eg2Hash hash(group_, extended_.view(), 0x21);
    hash.add(key_).add(value);
    Scalar others;
    for (std::uint64_t j = 0; j <= limit; ++j) {
      if (j == vote) {
        hash.add(power(u)).add(power(key_, u));
        continue;
      }
      proofs[j] = {random(), random()};
      const auto& [c, v] = proofs[j];
      others = group_.add(others, c);
      const Scalar w = group_.subtract(v, group_.multiply(group_.scalar_of(j), c));
      hash.add(group_.multiply(power(v), power(value.pad, c))).add(group_.multiply(power(key_, w), power(value.data, c)));
    }
    const Scalar c = group_.subtract(hash.challenge(), others);
    proofs[vote] = {c, group_.subtract(u, group_.multiply(c, nonce))};
    Json out = Json::array();
    for (const auto& [challenge, response] : proofs) out.push_back(json(challenge, response));
    return {{"proofs", out}};
  }

  void make_ballot(const std::string& id, const std::vector<std::vector<int>>& votes, const std::string& state) {
    Json contests = Json::array();
    Bytes baux(code_.bytes.begin(), code_.bytes.end());
    for (const char c : std::string_view("device")) baux.push_back(static_cast<std::uint8_t>(c));
    Eg2Hash code(group_, extended_.view(), 0x24);
    for (std::size_t c = 0; c < votes.size(); ++c) {
      Eg2Hash hash(group_, extended_.view(), 0x23);
      hash.number(c + 1).add(key_);
      Eg2Ciphertext sum{group_.one(), group_.one()};
      Scalar nonces;
      std::uint64_t total = 0;
      Json selections = Json::array();
      std::vector<Eg2Ciphertext> row;
      for (std::size_t s = 0; s < votes[c].size(); ++s) {
        const auto vote = static_cast<std::uint64_t>(votes[c][s]);
        const Scalar nonce = random();
        const Eg2Ciphertext value{power(nonce), power(key_, group_.add(nonce, group_.scalar_of(vote)))};
        row.push_back(value);
        hash.add(value);
        sum = {group_.multiply(sum.pad, value.pad), group_.multiply(sum.data, value.data)};
        nonces = group_.add(nonces, nonce);
        total += vote;
        selections.push_back({{"selection_id", selection(c, s)},
                              {"sequence_order", s + 1},
                              {"encrypted_vote", json(value)},
                              {"proof", range(value, vote, option_limit(c), nonce)}});
      }
      const Digest own = hash.finish();
      code.add(own.view());
      Eg2ContestData data{power(random()), to_bytes("data of " + id), Bytes(32, 7)};
      contests.push_back({{"contest_id", contest(c)},
                          {"sequence_order", c + 1},
                          {"contest_hash", base64(own.view())},
                          {"selections", selections},
                          {"proof", range(sum, total, contest_limit(c), nonces)},
                          {"encrypted_contest_data", json(data)}});
      auto& into = state == "CAST" ? sums_ : challenged_;
      into.resize(votes.size());
      into[c].resize(row.size(), {group_.one(), group_.one()});
      for (std::size_t s = 0; s < row.size(); ++s)
        into[c][s] = {group_.multiply(into[c][s].pad, row[s].pad), group_.multiply(into[c][s].data, row[s].data)};
      if (state != "CAST") challenged_data_.push_back(data);
    }
    code_ = code.add(baux).finish();
    add(fmt::format("encrypted_ballots/device/eballot-{}.json", id), {{"ballot_id", id},
                                                                      {"ballot_style_id", "style"},
                                                                      {"encrypting_device", "device"},
                                                                      {"timestamp", 1},
                                                                      {"code_baux", to_hex(baux)},
                                                                      {"confirmation_code", base64(code_.view())},
                                                                      {"election_id", base64(extended_.view())},
                                                                      {"contests", contests},
                                                                      {"state", state},
                                                                      {"is_preencrypt", false}});
  }

  Json json(const Eg2ContestData& data) const {
    return {{"c0", text(data.c0)}, {"c1", base64(data.c1)}, {"c2", base64(data.c2)}, {"numBytes", data.c1.size()}};
  }

  // (g, x) ↦ (key, m) with the same secret, hashed by `hash` followed by both commitments and `last`.
  Json proof(Eg2Hash hash, const Element& x, const Element& last) {
    const Scalar w = random();
    const Scalar c = hash.add(power(w)).add(power(x, w)).add(last).challenge();
    return json(c, group_.subtract(w, group_.multiply(secret_, c)));
  }

  void decrypt(const std::string& file, const std::string& id, const std::vector<std::vector<Eg2Ciphertext>>& values,
               const std::vector<std::vector<int>>& votes, const std::vector<Eg2ContestData>* data) {
    Json contests = Json::array();
    for (std::size_t c = 0; c < values.size(); ++c) {
      Json selections = Json::array();
      for (std::size_t s = 0; s < values[c].size(); ++s) {
        const Eg2Ciphertext& value = values[c][s];
        const Element m = power(value.pad, secret_);
        Eg2Hash hash(group_, extended_.view(), 0x30);
        hash.add(key_).add(value);
        selections.push_back({{"selection_id", selection(c, s)},
                              {"tally", votes[c][s]},
                              {"b_over_m", text(group_.multiply(value.data, group_.inverse(m)))},
                              {"encrypted_vote", json(value)},
                              {"proof", proof(std::move(hash), value.pad, m)}});
      }
      Json out{{"contest_id", contest(c)}, {"selections", selections}, {"ballot_count", 1}};
      if (data != nullptr) {
        const Eg2ContestData& own = (*data)[c];
        const Element beta = power(own.c0, secret_);
        std::string c1 = to_hex(own.c1);
        for (char& letter : c1)
          if (letter >= 'a') letter = static_cast<char>(letter - 'a' + 'A');
        Eg2Hash hash(group_, extended_.view(), 0x31);
        hash.add(key_).add(own.c0).add(as_bytes(c1)).add(own.c2);
        out["decrypted_contest_data"] = {
            {"encrypted_contest_data", json(own)}, {"proof", proof(std::move(hash), own.c0, beta)}, {"beta", text(beta)}};
      }
      contests.push_back(out);
    }
    add(file, {{"id", id}, {"contests", contests}, {"election_id", base64(extended_.view())}});
  }

  const Group& group_;
  std::mt19937_64 random_{9};
  Files files_;
  Element key_;
  Scalar secret_;
  Digest extended_, code_;
  std::vector<std::vector<Eg2Ciphertext>> sums_, challenged_;
  std::vector<Eg2ContestData> challenged_data_;
};

}  // namespace entente::measures::p3_elections::e2e::test
