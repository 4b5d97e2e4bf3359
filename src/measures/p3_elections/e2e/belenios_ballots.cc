// The proofs inside one ballot. First everything to be computed is put into a batch of powers (the ciphertexts' powers, tests for order q),
// then the batch runs, then each proof's commitments are hashed and compared with its challenges.
//
// A disjunct of (alpha, beta) saying "it holds m" has the commitments A = g^r alpha^c and B = y^r (beta / g^m)^c; the latter is computed as
// y^r g^(-mc) beta^c, so that all disjuncts of a ciphertext share the powers' squarings.
#include "measures/p3_elections/e2e/belenios_checks.h"

#include <fmt/format.h>

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kBelForm = "BEL-B.1 ballot: election, questions and answers as the election has them";
constexpr std::string_view kBelGroup = "BEL-B.2 ballot: every number is in the group";
constexpr std::string_view kBelHash = "BEL-B.3 ballot: the signed hash is that of the ballot";
constexpr std::string_view kBelSignature = "BEL-B.4 ballot: signature by the credential";
constexpr std::string_view kBelIndividual = "BEL-B.5 ballot: each choice is 0 or 1";
constexpr std::string_view kBelOverall = "BEL-B.6 ballot: the sum of choices is within min and max (or the vote is blank)";
constexpr std::string_view kBelBlank = "BEL-B.7 ballot: a blank vote has no other choice";

// A ciphertext in the batch.
struct BelPair {
  PowerBatch::Base alpha, beta;
};

// One proof in the batch: what is hashed, and the challenges whose sum the hash must be.
struct BelPending {
  std::string_view check;
  std::string prefix;  // of the hash
  std::vector<PowerBatch::Product> commitments;
  Scalar challenges;
  std::string place;
};

struct BelBallotWork {
  const BelContext& context;
  const BelBallot& ballot;
  const std::string& place;
  CheckSheet& sheet;
  PowerBatch batch{context.group};
  std::vector<BelPending> pending;
  std::vector<std::pair<PowerBatch::Base, std::string>> members;
  bool good = true;

  PowerBatch::Base tested(const Element& x, std::string where) {
    const auto base = batch.base(x);
    members.emplace_back(base, std::move(where));
    return base;
  }

  // The commitments of the disjunct "`pair` holds m".
  void disjunct(BelPending& into, const BelPair& pair, std::uint64_t m, const BelProof& proof) {
    const Group& group = context.group;
    into.commitments.push_back(batch.product({{&group.g_powers(), proof.response}}, {{pair.alpha, proof.challenge}}));
    std::vector<PowerBatch::FixedTerm> fixed{{&context.key_powers, proof.response}};
    if (m != 0) fixed.push_back({&group.g_powers(), group.negate(group.multiply(group.scalar_of(m), proof.challenge))});
    into.commitments.push_back(batch.product(std::move(fixed), {{pair.beta, proof.challenge}}));
    into.challenges = group.add(into.challenges, proof.challenge);
  }

  std::string ciphertext_text(const BelCiphertext& c) const { return context.group.decimal(c.alpha) + "," + context.group.decimal(c.beta); }

  // Proof that `pair` holds a number from first on; one disjunct each.
  void interval(std::string_view check, const std::string& bound, const BelCiphertext& value, const BelPair& pair, std::uint64_t first,
                const std::vector<BelProof>& proofs, std::string where) {
    BelPending proof{.check = check, .prefix = fmt::format("prove|{}|{}|", bound, ciphertext_text(value)), .place = std::move(where)};
    for (std::size_t i = 0; i < proofs.size(); ++i) disjunct(proof, pair, first + i, proofs[i]);
    pending.push_back(std::move(proof));
  }

  bool form_of(const BelQuestion& question, const BelAnswer& answer, const std::string& where) {
    const std::size_t overall = question.max - question.min + (question.blank ? 2 : 1);
    bool right = answer.choices.size() == question.choices() && answer.individual.size() == answer.choices.size() &&
                 answer.overall.size() == overall && answer.blank.has_value() == question.blank &&
                 (!answer.blank || answer.blank->size() == 2);
    for (const auto& proofs : answer.individual) right = right && proofs.size() == 2;
    return sheet.check(kBelForm, right, kFormat, where, "the answer has not as many choices and proofs as the question asks");
  }

  void answer(const BelQuestion& question, const BelAnswer& answer, const std::string& where) {
    const Group& group = context.group;
    const std::string bound = context.fingerprint + "|" + group.decimal(ballot.credential);
    std::vector<BelPair> pairs;
    std::string all_choices;
    BelCiphertext sum{group.one(), group.one()};
    for (std::size_t j = 0; j < answer.choices.size(); ++j) {
      const BelCiphertext& choice = answer.choices[j];
      const std::string at = fmt::format("{}, choice {}", where, j + 1);
      pairs.push_back({tested(choice.alpha, at + ", alpha"), tested(choice.beta, at + ", beta")});
      interval(kBelIndividual, bound, choice, pairs.back(), 0, answer.individual[j], at + ", individual proof");
      all_choices += (j == 0 ? "" : ",") + ciphertext_text(choice);
      if (question.blank && j == 0) continue;
      sum = {group.multiply(sum.alpha, choice.alpha), group.multiply(sum.beta, choice.beta)};
    }
    const BelPair sums{batch.base(sum.alpha, Membership::known), batch.base(sum.beta, Membership::known)};
    const std::string whole = bound + "|" + all_choices;
    if (!question.blank) {
      interval(kBelOverall, whole, sum, sums, question.min, answer.overall, where + ", overall proof");
      return;
    }
    BelPending blank{.check = kBelBlank, .prefix = fmt::format("bproof0|{}|", whole), .place = where + ", blank proof"};
    disjunct(blank, pairs[0], 0, (*answer.blank)[0]);
    disjunct(blank, sums, 0, (*answer.blank)[1]);
    pending.push_back(std::move(blank));
    BelPending overall{.check = kBelOverall, .prefix = fmt::format("bproof1|{}|", whole), .place = where + ", overall proof"};
    disjunct(overall, pairs[0], 1, answer.overall[0]);
    for (std::size_t i = 1; i < answer.overall.size(); ++i) disjunct(overall, sums, question.min + i - 1, answer.overall[i]);
    pending.push_back(std::move(overall));
  }

  void signature() {
    const auto credential = tested(ballot.credential, place + ": credential");
    BelPending proof{.check = kBelSignature, .prefix = fmt::format("sig|{}|", ballot.signed_hash), .place = place + ": signature"};
    proof.commitments.push_back(
        batch.product({{&context.group.g_powers(), ballot.signature.response}}, {{credential, ballot.signature.challenge}}));
    proof.challenges = ballot.signature.challenge;
    pending.push_back(std::move(proof));
  }

  void conclude() {
    batch.run();
    for (const auto& [base, where] : members)
      good = sheet.check(kBelGroup, batch.member(base), kGroup, where, "not an element of the group (its power q is not 1)") && good;
    for (const BelPending& proof : pending) {
      std::vector<Element> commitments;
      for (const auto product : proof.commitments) commitments.push_back(batch.result(product));
      const bool holds = bel_hash(context.group, proof.prefix, commitments) == proof.challenges;
      good = sheet.check(proof.check, holds, kProof, proof.place, "the proof does not hold") && good;
    }
  }
};

}  // namespace

std::string bel_base64(const Digest& digest) {
  std::string text = to_base64(digest.view());
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

Scalar bel_hash(const Group& group, std::string prefix, const std::vector<Element>& commitments) {
  for (std::size_t i = 0; i < commitments.size(); ++i) {
    if (i != 0) prefix += ',';
    prefix += group.decimal(commitments[i]);
  }
  return group.scalar_reduced(sha256(prefix).view());
}

bool check_bel_ballot(const BelContext& context, const BelBallot& ballot, const std::string& place, CheckSheet& sheet) {
  BelBallotWork work{.context = context, .ballot = ballot, .place = place, .sheet = sheet};
  const auto& questions = context.election.questions;
  bool form = sheet.check(kBelForm, ballot.election_uuid == context.election.uuid && ballot.election_hash == context.fingerprint, kFormat,
                          place, "the ballot is of another election (uuid or hash)");
  form =
      sheet.check(kBelForm, ballot.answers.size() == questions.size(), kFormat, place, "the ballot has not one answer for each question") &&
      form;
  form = sheet.check(kBelForm, ballot.canonical, kFormat, place, "the ballot is not written in Belenios's own order and spacing") && form;
  if (!form) return false;
  work.good = sheet.check(kBelHash, ballot.signed_hash == bel_base64(sha256(ballot.unsigned_text)), kChain, place + ": signature, hash",
                          "the hash that is signed is not that of the ballot");
  work.signature();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const std::string where = fmt::format("{}: question {}", place, i + 1);
    if (work.form_of(questions[i], ballot.answers[i], where))
      work.answer(questions[i], ballot.answers[i], where);
    else
      work.good = false;
  }
  work.conclude();
  return work.good;
}

}  // namespace entente::measures::p3_elections::e2e
