// Decryption of the tally and of spoiled ballots in a 0.95 record: each available guardian's share with its proof, the parts available
// guardians decrypt for missing ones, their combination by Lagrange's coefficients, and the value g^t.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "measures/p3_elections/e2e/eg1_checks.h"

namespace entente::measures::p3_elections::e2e {
namespace {

// Names of the checks for the tally; those of a spoiled ballot are the same under number 13.
struct Eg1Names {
  std::string_view members, challenge, commitments, parts, replacement, product, value, labels, message;
};
constexpr Eg1Names kEg1OfTally{
    "EG1-8 tally: shares and values in the group",
    "EG1-8.C tally: challenge of each partial decryption",
    "EG1-8.DE tally: proof of each partial decryption",
    "EG1-9 tally: substitute data for missing guardians: recovery key, challenge and proof",
    "EG1-10 tally: replacement share is the product of the parts to Lagrange's coefficients",
    "EG1-11.A tally: B = M times the product of the shares",
    "EG1-11.B tally: M = g^t",
    "EG1-12 tally: contests and selections of the manifest, each once",
    "EG1-7 tally: what is decrypted is the sum of the cast ballots",
};
constexpr Eg1Names kEg1OfSpoiled{
    "EG1-13 spoiled ballots: shares and values in the group",
    "EG1-13 spoiled ballots: challenge of each partial decryption",
    "EG1-13 spoiled ballots: proof of each partial decryption",
    "EG1-13 spoiled ballots: substitute data for missing guardians",
    "EG1-13 spoiled ballots: replacement share",
    "EG1-13 spoiled ballots: B = M times the product of the shares",
    "EG1-13 spoiled ballots: M = g^t",
    "EG1-13 spoiled ballots: contests and selections, limits",
    "EG1-13 spoiled ballots: what is decrypted is the ballot",
};

struct Eg1DecryptWork {
  const Eg1Election& election;
  const Eg1Names& names;
  Eg1Subject subject;
  const std::string& file;
  CheckSheet& sheet;
  const Group& group = election.group;
  PowerBatch batch{group};
  std::vector<std::size_t> available = {};  // guardians
  std::vector<Scalar> lagrange = {};

  struct Proof {
    const Eg1ChaumPedersen* proof;
    const Eg1Ciphertext* message;
    const Element* share;
    PowerBatch::Base member;
    PowerBatch::Product pad, data;
    std::string_view challenge_check, proof_check;
    std::string place;
  };
  std::vector<Proof> proofs = {};
  struct Replacement {
    PowerBatch::Product product;
    const Element* share;
    std::string place;
  };
  std::vector<Replacement> replacements = {};
  struct Value {
    const Eg1DecryptedSelection* selection;
    PowerBatch::Product power;  // g^tally
    std::string place;
  };
  std::vector<Value> values = {};

  // Pad to the secret behind `key` is `share`: pad = g^v key^-c, data = A^v share^-c.
  void prove(const FixedBase& key, const Eg1Ciphertext& message, PowerBatch::Base a, const Element& share, const Eg1ChaumPedersen& proof,
             std::string_view challenge_check, std::string_view proof_check, std::string place) {
    const Scalar minus = group.negate(proof.challenge);
    const auto member = batch.base(share);
    proofs.push_back({&proof, &message, &share, member, batch.product({{&group.g_powers(), proof.response}, {&key, minus}}),
                      batch.product({}, {{a, proof.response}, {member, minus}}), challenge_check, proof_check, std::move(place)});
  }

  void substitute(std::size_t missing, const Eg1DecryptedSelection& selection, PowerBatch::Base a, const Eg1Share& share,
                  const std::string& place) {
    std::vector<PowerBatch::Term> terms;
    std::set<std::string> helpers;
    for (const Eg1Part& part : share.parts) {
      const std::string where = fmt::format("{}, part of guardian {}", place, part.guardian);
      const std::size_t helper = election.guardian(part.guardian);
      const auto slot = std::ranges::find(available, helper);
      const auto recovery = helper < election.guardians.size() ? election.recovery.find({missing, election.guardians[helper].order})
                                                               : election.recovery.end();
      if (!sheet.check(names.parts, slot != available.end() && recovery != election.recovery.end() && part.missing == share.guardian,
                       kTally, where, "not a part of an available guardian for this missing one"))
        continue;
      sheet.check(names.parts, part.recovery_key == recovery->second.base(), kKey, where + ", recovery_key",
                  "the recovery key is not the one the missing guardian's commitments give");
      prove(recovery->second, selection.message, a, part.share, part.proof, names.parts, names.parts, where);
      helpers.insert(part.guardian);
      terms.push_back({proofs.back().member, lagrange[static_cast<std::size_t>(slot - available.begin())]});
    }
    if (sheet.check(names.parts, helpers.size() == available.size() && share.parts.size() == available.size(), kIncomplete, place,
                    "not one part of each available guardian"))
      replacements.push_back({batch.product({}, terms), &share.share, place});
  }

  void plan(const Eg1DecryptedSelection& selection, const std::string& place) {
    const auto a = batch.base(selection.message.pad, Membership::known);
    std::set<std::size_t> guardians;
    Element product = selection.value;
    for (const Eg1Share& share : selection.shares) {
      const std::string where = fmt::format("{}, share of guardian {}", place, share.guardian);
      const std::size_t guardian = election.guardian(share.guardian);
      if (!sheet.check(names.product, guardian < election.guardians.size() && guardians.insert(guardian).second, kDuplicate, where,
                       "not a guardian of the election, or one with a second share"))
        continue;
      product = group.multiply(product, share.share);
      const bool is_available = std::ranges::find(available, guardian) != available.end();
      if (!sheet.check(names.commitments, share.proof.has_value() == is_available && share.parts.empty() == is_available, kProof, where,
                       "a guardian must prove its share everywhere, or be replaced everywhere"))
        continue;
      if (share.proof)
        prove(election.guardian_keys[guardian], selection.message, a, share.share, *share.proof, names.challenge, names.commitments, where);
      else
        substitute(guardian, selection, a, share, where);
    }
    sheet.check(names.product, guardians.size() == election.guardians.size(), kIncomplete, place, "not one share of each guardian");
    sheet.check(names.product, product == selection.message.data, kTally, place + ", value", "B is not M times the product of the shares");
    values.push_back({&selection, batch.product({{&group.g_powers(), group.scalar_of(selection.tally)}}), place + ", tally"});
  }

  void conclude() {
    batch.run();
    for (const Proof& one : proofs) {
      sheet.check(names.members, batch.member(one.member), kGroup, one.place + ", share", "not an element of the group");
      Eg1Hash hash(group);
      hash.add(election.context.extended_hash).add(one.message->pad).add(one.message->data);
      hash.add(one.proof->pad).add(one.proof->data).add(*one.share);
      sheet.check(one.challenge_check, hash.finish() == one.proof->challenge, kProof, one.place + ", proof, challenge",
                  "the challenge is not the hash of statement and commitments");
      sheet.check(one.proof_check, batch.result(one.pad) == one.proof->pad && batch.result(one.data) == one.proof->data, kProof,
                  one.place + ", proof", "the proof of the partial decryption does not hold");
    }
    for (const Replacement& one : replacements)
      sheet.check(names.replacement, batch.result(one.product) == *one.share, kTally, one.place,
                  "the share is not the product of the parts to Lagrange's coefficients");
    for (const Value& one : values)
      sheet.check(names.value, batch.result(one.power) == one.selection->value, kTally, one.place,
                  fmt::format("the value is not g^{}", one.selection->tally));
  }

  // The votes of a contest of a spoiled ballot, placeholders included, are as many as allowed.
  void limits(const Eg1DecryptedContest& contest, const std::string& place) {
    const Eg1ManifestContest* known = election.manifest.contest(contest.id);
    std::uint64_t votes = 0;
    for (const auto& selection : contest.selections) {
      sheet.check(names.labels, selection.tally <= 1, kTally, fmt::format("{}, selection {}", place, selection.id), "neither 0 nor 1");
      votes += std::min<std::uint64_t>(selection.tally, 1);
    }
    sheet.check(names.labels, known != nullptr && votes == known->votes_allowed, kTally, place,
                "votes and placeholders are not as many as allowed");
  }

  void contests(const Eg1Decryption& decryption, const Eg1Sums& expected) {
    std::set<std::string> seen;
    for (const Eg1DecryptedContest& contest : decryption.contests) {
      const std::string place = fmt::format("{}: contest {}", file, contest.id);
      const auto wanted = expected.find(contest.id);
      if (!sheet.check(names.labels, wanted != expected.end() && seen.insert(contest.id).second, kFormat, place,
                       "no contest of what is decrypted"))
        continue;
      std::set<std::string> selections;
      for (const Eg1DecryptedSelection& selection : contest.selections) {
        const std::string at = fmt::format("{}, selection {}", place, selection.id);
        const auto message = wanted->second.find(selection.id);
        if (!sheet.check(names.labels, message != wanted->second.end() && selections.insert(selection.id).second, kFormat, at,
                         "no selection of what is decrypted"))
          continue;
        sheet.check(names.message, message->second == selection.message, kTally, at + ", message",
                    subject == Eg1Subject::tally ? "not the sum of the cast ballots" : "not the ciphertext of the ballot");
        plan(selection, at);
      }
      sheet.check(names.labels, selections.size() == wanted->second.size(), kIncomplete, place, "selections are missing");
      if (subject == Eg1Subject::spoiled_ballot) limits(contest, place);
    }
    sheet.check(names.labels, seen.size() == expected.size(), kIncomplete, file, "contests are missing");
  }
};

}  // namespace

std::vector<Scalar> lagrange_at_zero(const Group& group, const std::vector<std::uint64_t>& orders) {
  std::vector<Scalar> out;
  for (const std::uint64_t j : orders) {
    Scalar above = group.scalar_of(1);
    Scalar below = group.scalar_of(1);
    for (const std::uint64_t k : orders) {
      if (k == j) continue;
      above = group.multiply(above, group.scalar_of(k));
      below = group.multiply(below, group.subtract(group.scalar_of(k), group.scalar_of(j)));
    }
    out.push_back(group.multiply(above, group.inverse(below).value_or(Scalar{})));
  }
  return out;
}

std::vector<std::size_t> eg1_available(const Eg1Election& election, const Eg1Decryption& decryption) {
  std::set<std::size_t> out;
  for (const auto& contest : decryption.contests)
    for (const auto& selection : contest.selections)
      for (const auto& share : selection.shares)
        if (share.proof && election.guardian(share.guardian) < election.guardians.size()) out.insert(election.guardian(share.guardian));
  return {out.begin(), out.end()};
}

void check_eg1_decryption(const Eg1Election& election, const Eg1Decryption& decryption, const Eg1Sums& expected, Eg1Subject subject,
                          const std::string& file, CheckSheet& sheet) {
  Eg1DecryptWork work{.election = election,
                      .names = subject == Eg1Subject::tally ? kEg1OfTally : kEg1OfSpoiled,
                      .subject = subject,
                      .file = file,
                      .sheet = sheet};
  work.available = eg1_available(election, decryption);
  sheet.check(work.names.product, work.available.size() >= election.context.quorum, kIncomplete, file,
              fmt::format("{} guardians decrypted, the quorum is {}", work.available.size(), election.context.quorum));
  std::vector<std::uint64_t> orders;
  for (const std::size_t guardian : work.available) orders.push_back(election.guardians[guardian].order);
  work.lagrange = lagrange_at_zero(election.group, orders);
  work.contests(decryption, expected);
  work.conclude();
}

}  // namespace entente::measures::p3_elections::e2e
