// For tests only: makes a whole Belenios election in the tiny group: a mandatory trustee and a threshold group of three (two decrypt),
// three voters of whom one votes twice and one has weight 2, a question with and one without the blank vote.
#pragma once

#include <random>

#include "measures/p3_elections/e2e/belenios_checks.h"
#include "measures/p3_elections/e2e/record_mutation.h"
#include "measures/p3_elections/e2e/tiny_group.h"

namespace entente::measures::p3_elections::e2e::test {

class TinyBelenios {
 public:
  enum class Secret { random, zero };  // zero: everything made with it proves and signs, and everybody knows it
  struct Secrets {
    Secret credential = Secret::random;  // of the first voter
    Secret trustee = Secret::random;     // the mandatory one
  };
  explicit TinyBelenios(const TinyGroups& groups) : group_(groups.group()) {}
  TinyBelenios(const TinyGroups& groups, const Secrets& kinds) : group_(groups.group()), kinds_(kinds) {}

  Files make() {
    files_.push_back({"BELENIOS", R"({"version":1,"timestamp":"1795313826"})"});
    make_trustees();
    election_ = Json{{"version", 1},
                     {"description", "An example"},
                     {"name", "Example County"},
                     {"group", "TINY"},
                     {"public_key", text(key_)},
                     {"questions",
                      {{{"answers", {"Ada Example", "Bo Example"}}, {"min", 0}, {"max", 1}, {"question", "Clerk?"}},
                       {{"answers", {"Yes", "No", "Later"}}, {"blank", true}, {"min", 1}, {"max", 2}, {"question", "Bridge?"}}}},
                     {"uuid", "4rs4dE7PX7ESVe"},
                     {"administrator", "Example"},
                     {"credential_authority", "Example"}}
                    .dump();
    fingerprint_ = bel_base64(sha256(election_));
    for (int i = 0; i < 3; ++i) credentials_.push_back(random());
    if (kinds_.credential == Secret::zero) credentials_[0] = Scalar{};
    Json list = Json::array({text(power(credentials_[0])), text(power(credentials_[1])), text(power(credentials_[2])) + ",2"});
    const std::string election = data(election_);
    const std::string trustees = data(trustees_.dump());
    const std::string credentials = data(list.dump());
    event("Setup", data(Json{{"election", election}, {"trustees", trustees}, {"credentials", credentials}}.dump()));
    vote(0, {{1, 0}, {0, 1, 0, 0}}, 1, nullptr);
    vote(1, {{0, 1}, {1, 0, 0, 0}}, 1, &sum_);
    vote(2, {{0, 1}, {0, 1, 0, 1}}, 2, &sum_);
    vote(0, {{0, 0}, {0, 0, 1, 0}}, 1, &sum_);  // the last one counts
    event("EndBallots", "");
    Json tally = Json::array();
    for (const auto& question : sum_) {
      Json row = Json::array();
      for (const auto& c : question) row.push_back(json(c));
      tally.push_back(row);
    }
    const std::string encrypted = data(tally.dump());
    event("EncryptedTally", data(Json{{"num_tallied", 3}, {"total_weight", 4}, {"encrypted_tally", encrypted}}.dump()));
    for (const auto& [owner, secret] : {std::pair<int, Scalar>{3, secrets_[2]}, {4, secrets_[3]}, {1, secrets_[0]}}) decrypt(owner, secret);
    event("Result", data(R"({"result":[[0,3],[1,2,1,2]]})"));
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
  std::string text(const Element& x) const { return group_.decimal(x); }
  std::string text(const Scalar& x) const {
    Element wide;
    std::ranges::copy(x.limb, wide.limb.begin());
    return group_.decimal(wide);
  }
  Json json(const BelCiphertext& c) const { return {{"alpha", text(c.alpha)}, {"beta", text(c.beta)}}; }
  Json json(const Scalar& challenge, const Scalar& response) const {
    return {{"challenge", text(challenge)}, {"response", text(response)}};
  }

  std::string data(const std::string& content) {
    const std::string hash = sha256(content).hex();
    files_.push_back({hash + ".data.json", content});
    return hash;
  }
  void event(const std::string& type, const std::string& payload) {
    Json json;
    if (!parent_.empty()) json["parent"] = parent_;
    json["height"] = height_++;
    json["type"] = type;
    if (!payload.empty()) json["payload"] = payload;
    parent_ = sha256(json.dump()).hex();
    files_.push_back({parent_ + ".event.json", json.dump()});
  }

  // Knows x; the commitments are of `bases`.
  Json know(const std::string& prefix, const Scalar& x, const std::vector<Element>& bases) {
    const Scalar w = random();
    std::vector<Element> commitments;
    for (const Element& base : bases) commitments.push_back(power(base, w));
    const Scalar challenge = bel_hash(group_, prefix, commitments);
    return json(challenge, group_.subtract(w, group_.multiply(x, challenge)));
  }
  Json trustee_key(const Scalar& secret) {
    const Element key = power(secret);
    return {{"pok", know("pok|TINY|" + text(key) + "|", secret, {group_.g()})}, {"public_key", text(key)}};
  }
  Json sign(const Scalar& secret, const std::string& message) {
    return {{"message", message}, {"signature", know("sigmsg|" + message + "|", secret, {group_.g()})}};
  }

  void make_trustees() {
    secrets_ = {kinds_.trustee == Secret::zero ? Scalar{} : random()};
    key_ = power(secrets_[0]);
    trustees_ = Json::array({Json::array({"Single", trustee_key(secrets_[0])})});
    Json certificates = Json::array(), coefficients = Json::array(), keys = Json::array();
    std::vector<std::array<Scalar, 2>> polynomials;
    for (int i = 0; i < 3; ++i) {
      polynomials.push_back({random(), random()});
      const Scalar signing = random();
      certificates.push_back(sign(signing, Json{{"verification", text(power(signing))}, {"encryption", text(power(random()))}}.dump()));
      coefficients.push_back(sign(signing, Json{{"coefexps", {text(power(polynomials[i][0])), text(power(polynomials[i][1]))}}}.dump()));
      key_ = group_.multiply(key_, power(polynomials[i][0]));
    }
    for (int j = 1; j <= 3; ++j) {
      Scalar secret;
      for (const auto& f : polynomials)
        secret = group_.add(secret, group_.add(f[0], group_.multiply(f[1], group_.scalar_of(static_cast<std::uint64_t>(j)))));
      secrets_.push_back(secret);
      keys.push_back(trustee_key(secret));
    }
    trustees_.push_back(
        Json::array({"Pedersen", {{"threshold", 2}, {"certs", certificates}, {"coefexps", coefficients}, {"verification_keys", keys}}}));
  }

  struct Disjunct {
    BelCiphertext value;
    std::uint64_t m;
  };
  // One of the disjuncts, the one at `truth`, holds, with the randomness r.
  Json disjunction(const std::string& prefix, const std::vector<Disjunct>& disjuncts, std::size_t truth, const Scalar& r) {
    std::vector<Element> commitments(2 * disjuncts.size());
    std::vector<std::pair<Scalar, Scalar>> proofs(disjuncts.size());
    Scalar others;
    const Scalar w = random();
    for (std::size_t j = 0; j < disjuncts.size(); ++j) {
      if (j == truth) {
        commitments[2 * j] = power(w);
        commitments[2 * j + 1] = power(key_, w);
        continue;
      }
      proofs[j] = {random(), random()};
      const auto& [challenge, response] = proofs[j];
      const Element beta = group_.multiply(disjuncts[j].value.beta, power(group_.negate(group_.scalar_of(disjuncts[j].m))));
      commitments[2 * j] = group_.multiply(power(response), power(disjuncts[j].value.alpha, challenge));
      commitments[2 * j + 1] = group_.multiply(power(key_, response), power(beta, challenge));
      others = group_.add(others, challenge);
    }
    const Scalar challenge = group_.subtract(bel_hash(group_, prefix, commitments), others);
    proofs[truth] = {challenge, group_.subtract(w, group_.multiply(r, challenge))};
    Json out = Json::array();
    for (const auto& [c, own] : proofs) out.push_back(json(c, own));
    return out;
  }

  Json answer(const std::vector<int>& votes, bool blank, std::uint64_t min, std::uint64_t max, const std::string& bound,
              std::vector<BelCiphertext>& out) {
    std::vector<Scalar> r;
    std::string all;
    BelCiphertext sum{group_.one(), group_.one()};
    Scalar r_sum;
    std::uint64_t m_sum = 0;
    Json choices = Json::array(), individual = Json::array();
    for (std::size_t i = 0; i < votes.size(); ++i) {
      r.push_back(random());
      out.push_back({power(r[i]), group_.multiply(power(key_, r[i]), power(group_.scalar_of(static_cast<std::uint64_t>(votes[i]))))});
      const std::string pair = text(out[i].alpha) + "," + text(out[i].beta);
      choices.push_back(json(out[i]));
      individual.push_back(
          disjunction("prove|" + bound + "|" + pair + "|", {{out[i], 0}, {out[i], 1}}, static_cast<std::size_t>(votes[i]), r[i]));
      all += (i == 0 ? "" : ",") + pair;
      if (blank && i == 0) continue;
      sum = {group_.multiply(sum.alpha, out[i].alpha), group_.multiply(sum.beta, out[i].beta)};
      r_sum = group_.add(r_sum, r[i]);
      m_sum += static_cast<std::uint64_t>(votes[i]);
    }
    Json json_out{{"choices", choices}, {"individual_proofs", individual}};
    std::vector<Disjunct> disjuncts;
    if (blank) disjuncts.push_back({out[0], 1});
    for (std::uint64_t m = min; m <= max; ++m) disjuncts.push_back({sum, m});
    if (!blank) {
      json_out["overall_proof"] =
          disjunction("prove|" + bound + "|" + all + "|" + text(sum.alpha) + "," + text(sum.beta) + "|", disjuncts, m_sum - min, r_sum);
      return json_out;
    }
    const bool is_blank = votes[0] == 1;
    json_out["overall_proof"] =
        disjunction("bproof1|" + bound + "|" + all + "|", disjuncts, is_blank ? 0 : m_sum - min + 1, is_blank ? r[0] : r_sum);
    json_out["blank_proof"] =
        disjunction("bproof0|" + bound + "|" + all + "|", {{out[0], 0}, {sum, 0}}, is_blank ? 1 : 0, is_blank ? r_sum : r[0]);
    return json_out;
  }

  void vote(std::size_t voter, const std::vector<std::vector<int>>& votes, std::uint64_t weight, BelCiphertexts* sum) {
    const Element credential = power(credentials_[voter]);
    const std::string bound = fingerprint_ + "|" + text(credential);
    Json answers = Json::array();
    for (std::size_t i = 0; i < votes.size(); ++i) {
      std::vector<BelCiphertext> choices;
      answers.push_back(answer(votes[i], i == 1, i, i + 1, bound, choices));
      if (sum == nullptr) continue;
      sum->resize(votes.size());
      (*sum)[i].resize(choices.size(), {group_.one(), group_.one()});
      for (std::size_t j = 0; j < choices.size(); ++j) {
        auto& [alpha, beta] = (*sum)[i][j];
        alpha = group_.multiply(alpha, power(choices[j].alpha, group_.scalar_of(weight)));
        beta = group_.multiply(beta, power(choices[j].beta, group_.scalar_of(weight)));
      }
    }
    Json ballot{
        {"election_uuid", "4rs4dE7PX7ESVe"}, {"election_hash", fingerprint_}, {"credential", text(credential)}, {"answers", answers}};
    const std::string hash = bel_base64(sha256(ballot.dump()));
    ballot["signature"] = {{"hash", hash}, {"proof", know("sig|" + hash + "|", credentials_[voter], {group_.g()})}};
    event("Ballot", data(ballot.dump()));
  }

  void decrypt(int owner, const Scalar& secret) {
    Json factors = Json::array(), proofs = Json::array();
    const std::string prefix = "decrypt|" + fingerprint_ + "|" + text(power(secret)) + "|";
    for (const auto& question : sum_) {
      Json row = Json::array(), row_proofs = Json::array();
      for (const auto& c : question) {
        row.push_back(text(power(c.alpha, secret)));
        row_proofs.push_back(know(prefix, secret, {group_.g(), c.alpha}));
      }
      factors.push_back(row);
      proofs.push_back(row_proofs);
    }
    const std::string payload = data(Json{{"decryption_factors", factors}, {"decryption_proofs", proofs}}.dump());
    event("PartialDecryption", data(Json{{"owner", owner}, {"payload", payload}}.dump()));
  }

  const Group& group_;
  Secrets kinds_;
  std::mt19937_64 random_{5};
  Files files_;
  std::vector<Scalar> secrets_;  // the mandatory trustee's, the three members'
  Element key_;
  Json trustees_;
  std::string election_, fingerprint_, parent_;
  std::vector<Scalar> credentials_;
  BelCiphertexts sum_;
  int height_ = 0;
};

}  // namespace entente::measures::p3_elections::e2e::test
