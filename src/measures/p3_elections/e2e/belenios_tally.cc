// From the ballots to the result: the product of the ciphertexts, the trustees' partial decryptions with their proofs, their combination
// (by Lagrange's coefficients where a threshold group decrypts), and the published numbers, which need no search: beta = F g^votes.
#include <fmt/format.h>

#include "measures/p3_elections/e2e/belenios_checks.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kBelFactorGroup = "BEL-D.1 partial decryption: every number is in the group";
constexpr std::string_view kBelFactor = "BEL-D.2 partial decryption: proof";
constexpr std::string_view kBelEnough = "BEL-D.3 every mandatory trustee and enough threshold trustees have decrypted, each once";
constexpr std::string_view kBelResult = "BEL-R.1 result: each published number is what the tally decrypts to";

// Whose partial decryption it may be: trustees and their members, numbered through from 1.
struct BelOwner {
  std::size_t trustee, member;
};

struct BelTallyWork {
  const BelContext& context;
  const std::vector<BelTrustee>& trustees;
  const BelCiphertexts& tally;
  CheckSheet& sheet;
  std::vector<BelOwner> owners;
  std::vector<std::map<std::size_t, BelDecryption>> by_member;  // of each trustee

  bool same_shape(const BelDecryption& decryption) const {
    if (decryption.factors.size() != tally.size() || decryption.proofs.size() != tally.size()) return false;
    for (std::size_t i = 0; i < tally.size(); ++i)
      if (decryption.factors[i].size() != tally[i].size() || decryption.proofs[i].size() != tally[i].size()) return false;
    return true;
  }

  void factors(const BelDecryption& decryption, const Element& key, const std::string& place) {
    const Group& group = context.group;
    PowerBatch batch(group);
    struct Pending {
      PowerBatch::Base factor;
      PowerBatch::Product a, b;
      const BelProof& proof;
      std::string place;
    };
    std::vector<Pending> pending;
    const auto x = batch.base(key, Membership::known);
    for (std::size_t i = 0; i < tally.size(); ++i)
      for (std::size_t j = 0; j < tally[i].size(); ++j) {
        const BelProof& proof = decryption.proofs[i][j];
        const auto factor = batch.base(decryption.factors[i][j]);
        const auto alpha = batch.base(tally[i][j].alpha, Membership::known);
        pending.push_back({factor, batch.product({{&group.g_powers(), proof.response}}, {{x, proof.challenge}}),
                           batch.product({}, {{alpha, proof.response}, {factor, proof.challenge}}), proof,
                           fmt::format("{}: question {}, choice {}", place, i + 1, j + 1)});
      }
    batch.run();
    const std::string prefix = fmt::format("decrypt|{}|{}|", context.fingerprint, group.decimal(key));
    for (const Pending& one : pending) {
      sheet.check(kBelFactorGroup, batch.member(one.factor), kGroup, one.place, "the decryption factor is not an element of the group");
      sheet.check(kBelFactor, bel_hash(group, prefix, {batch.result(one.a), batch.result(one.b)}) == one.proof.challenge, kProof, one.place,
                  "the proof of the partial decryption does not hold");
    }
  }

  void decryptions(const BelArchive& archive) {
    for (std::size_t t = 0; t < trustees.size(); ++t)
      for (std::size_t m = 0; m < trustees[t].keys.size(); ++m) owners.push_back({t, m});
    by_member.resize(trustees.size());
    for (const auto& [owner, blob] : archive.decryptions) {
      if (!sheet.check(kBelEnough, owner >= 1 && static_cast<std::size_t>(owner) <= owners.size(), kTally, blob.place,
                       "there is no such trustee"))
        continue;
      const BelOwner who = owners[static_cast<std::size_t>(owner) - 1];
      auto decryption = read_bel_decryption(context.group, blob.text);
      if (!decryption) {
        sheet.note(kFormat, blob.place, decryption.error());
        continue;
      }
      if (!same_shape(*decryption)) {
        sheet.note(kFormat, blob.place, "the partial decryption has not one factor and one proof for each number of the tally");
        continue;
      }
      factors(*decryption, trustees[who.trustee].keys[who.member].key, blob.place);
      const bool first = by_member[who.trustee].emplace(who.member, std::move(*decryption)).second;
      sheet.check(kBelEnough, first, kDuplicate, blob.place, "this trustee has decrypted before");
    }
  }

  // The product over the members S that decrypted of factor^lambda, lambda = product over k in S, k != j, of k / (k - j).
  std::optional<std::vector<std::vector<Element>>> combined(std::size_t t, const std::string& place) {
    const Group& group = context.group;
    const BelTrustee& trustee = trustees[t];
    const auto& by = by_member[t];
    if (!sheet.check(kBelEnough, by.size() >= trustee.threshold, kIncomplete, place,
                     fmt::format("trustee {}: {} of the {} partial decryptions it needs", t + 1, by.size(), trustee.threshold)))
      return std::nullopt;
    if (!trustee.threshold_scheme) return by.begin()->second.factors;
    std::vector<std::size_t> members;
    for (const auto& [member, decryption] : by)
      if (members.size() < trustee.threshold) members.push_back(member);
    PowerBatch batch(group);
    std::vector<std::vector<std::vector<PowerBatch::Term>>> terms(tally.size());
    for (const std::size_t j : members) {
      Scalar lambda = group.scalar_of(1);
      for (const std::size_t k : members)
        if (k != j) {
          const Scalar below = group.subtract(group.scalar_of(k + 1), group.scalar_of(j + 1));
          lambda = group.multiply(lambda, group.multiply(group.scalar_of(k + 1), group.inverse(below).value_or(Scalar{})));
        }
      for (std::size_t i = 0; i < tally.size(); ++i) {
        terms[i].resize(tally[i].size());
        for (std::size_t c = 0; c < tally[i].size(); ++c)
          terms[i][c].push_back({batch.base(by.at(j).factors[i][c], Membership::known), lambda});
      }
    }
    std::vector<std::vector<PowerBatch::Product>> products(tally.size());
    for (std::size_t i = 0; i < tally.size(); ++i)
      for (const auto& list : terms[i]) products[i].push_back(batch.product({}, list));
    batch.run();
    std::vector<std::vector<Element>> out(tally.size());
    for (std::size_t i = 0; i < tally.size(); ++i)
      for (const auto product : products[i]) out[i].push_back(batch.result(product));
    return out;
  }

  void result(const BelArchive& archive, RecordCheck& record) {
    const Group& group = context.group;
    if (!archive.result) return;  // noted with the chain
    const std::string& place = archive.result->place;
    const auto published = read_bel_result(archive.result->text);
    if (!published) return sheet.note(kFormat, place, published.error());
    bool shape = published->size() == tally.size();
    for (std::size_t i = 0; shape && i < tally.size(); ++i) shape = (*published)[i].size() == tally[i].size();
    if (!shape) return sheet.note(kFormat, place, "the result has not one number for each choice of each question");
    std::vector<std::vector<Element>> factors(tally.size());
    for (std::size_t i = 0; i < tally.size(); ++i) factors[i].assign(tally[i].size(), group.one());
    bool complete = true;
    for (std::size_t t = 0; t < trustees.size(); ++t) {
      const auto part = combined(t, place);
      complete = complete && part.has_value();
      for (std::size_t i = 0; part && i < tally.size(); ++i)
        for (std::size_t j = 0; j < tally[i].size(); ++j) factors[i][j] = group.multiply(factors[i][j], (*part)[i][j]);
    }
    PowerBatch batch(group);
    std::vector<std::vector<PowerBatch::Product>> powers(tally.size());
    for (std::size_t i = 0; i < tally.size(); ++i)
      for (const std::uint64_t votes : (*published)[i]) powers[i].push_back(batch.product({{&group.g_powers(), group.scalar_of(votes)}}));
    batch.run();
    for (std::size_t i = 0; i < tally.size(); ++i) {
      const BelQuestion& question = context.election.questions[i];
      ContestTally contest{.contest = question.text, .options = {}};
      for (std::size_t j = 0; j < tally[i].size(); ++j) {
        const std::uint64_t votes = (*published)[i][j];
        const std::string option = question.blank ? (j == 0 ? "(blank)" : question.answers[j - 1]) : question.answers[j];
        contest.options.push_back({option, static_cast<std::int64_t>(votes)});
        if (!complete) continue;
        const bool right = votes <= archive.total_weight && group.multiply(factors[i][j], batch.result(powers[i][j])) == tally[i][j].beta;
        sheet.check(kBelResult, right, kTally, fmt::format("{}: question {}, \"{}\"", place, i + 1, option),
                    fmt::format("the tally does not decrypt to {}", votes));
      }
      record.tallies.push_back(std::move(contest));
    }
  }
};

}  // namespace

BelCiphertexts sum_bel_ballots(const Group& group, const BelElection& election,
                               const std::vector<std::pair<const BelBallot*, std::uint64_t>>& ballots) {
  BelCiphertexts sum(election.questions.size());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i].assign(election.questions[i].choices(), {group.one(), group.one()});
  for (const auto& [ballot, weight] : ballots)
    for (std::size_t i = 0; i < sum.size(); ++i)
      for (std::size_t j = 0; j < sum[i].size(); ++j) {
        BelCiphertext term = ballot->answers[i].choices[j];
        if (weight != 1) {
          const Scalar power = group.scalar_of(weight);
          term = {group.power_reference(term.alpha, power), group.power_reference(term.beta, power)};
        }
        sum[i][j] = {group.multiply(sum[i][j].alpha, term.alpha), group.multiply(sum[i][j].beta, term.beta)};
      }
  return sum;
}

void check_bel_tally(const BelContext& context, const std::vector<BelTrustee>& trustees, const BelArchive& archive,
                     const BelCiphertexts& tally, CheckSheet& sheet, RecordCheck& record) {
  BelTallyWork work{.context = context, .trustees = trustees, .tally = tally, .sheet = sheet, .owners = {}, .by_member = {}};
  work.decryptions(archive);
  work.result(archive, record);
}

}  // namespace entente::measures::p3_elections::e2e
