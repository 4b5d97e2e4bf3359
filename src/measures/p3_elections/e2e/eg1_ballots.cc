// One encrypted ballot of a 0.95 record: each selection is an encryption of 0 or 1, each contest's sum is its limit, the hashes are those
// of the content. Commitments are recomputed from challenge and response and compared with the published ones: if the ciphertext is in the
// group, equal commitments are in it as well, so these need no test for order q of their own.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "measures/p3_elections/e2e/eg1_checks.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kEg1Members = "EG1-4.A selection: ciphertext in the group";
constexpr std::string_view kEg1Challenge = "EG1-4.B selection: challenge is the hash of statement and commitments";
constexpr std::string_view kEg1Sum = "EG1-4.D selection: challenge is the sum of both";
constexpr std::string_view kEg1Zero = "EG1-4.EG selection: commitments of the proof of 0";
constexpr std::string_view kEg1One = "EG1-4.FH selection: commitments of the proof of 1";
constexpr std::string_view kEg1Placeholders = "EG1-5.A contest: as many placeholders as votes allowed";
constexpr std::string_view kEg1Accumulation = "EG1-5.B contest: accumulation is the product of its selections";
constexpr std::string_view kEg1LimitChallenge = "EG1-5.E contest: challenge is the hash of statement and commitments";
constexpr std::string_view kEg1Limit = "EG1-5.FG contest: commitments of the proof that the sum is the limit";
constexpr std::string_view kEg1Hashes = "EG1-6.A ballot: hashes of selections, contests and ballot, and the confirmation code";
constexpr std::string_view kEg1Secrets = "EG1 ballot: no nonce is published, no data beside the encryption";
constexpr std::string_view kEg1Described = "EG1-12 ballot: contests and selections are those of the manifest for its style";

struct Eg1BallotWork {
  const Eg1Election& election;
  const Eg1Ballot& ballot;
  CheckSheet& sheet;
  const Group& group = election.group;
  PowerBatch batch{group};

  struct Pending {
    const Eg1Contest* contest;
    const Eg1Selection* selection;  // nullptr: of the contest
    Eg1Ciphertext value;            // the statement
    PowerBatch::Base pad, data;
    PowerBatch::Product zero_pad, zero_data, one_pad, one_data;  // of a contest: the first two
  };
  std::vector<Pending> pending;

  std::string at(const Eg1Contest& contest, const Eg1Selection* selection = nullptr) const {
    std::string place = fmt::format("{}: contest {}", ballot.file, contest.description.id);
    if (selection != nullptr) place += ", selection " + selection->description.id;
    return place;
  }

  // g^response value^-challenge.
  PowerBatch::Product pad_commitment(PowerBatch::Base pad, const Scalar& challenge, const Scalar& response) {
    return batch.product({{&group.g_powers(), response}}, {{pad, group.negate(challenge)}});
  }
  // K^response g^(m challenge) value^-challenge: the value holds m.
  PowerBatch::Product data_commitment(PowerBatch::Base data, std::uint64_t m, const Scalar& challenge, const Scalar& response) {
    std::vector<PowerBatch::FixedTerm> fixed{{&election.key, response}};
    if (m != 0) fixed.push_back({&group.g_powers(), group.multiply(group.scalar_of(m), challenge)});
    return batch.product(std::move(fixed), {{data, group.negate(challenge)}});
  }

  void plan(const Eg1Contest& contest) {
    Eg1Ciphertext sum{group.one(), group.one()};
    for (const Eg1Selection& one : contest.selections) {
      sum = {group.multiply(sum.pad, one.ciphertext.pad), group.multiply(sum.data, one.ciphertext.data)};
      const auto pad = batch.base(one.ciphertext.pad);
      const auto data = batch.base(one.ciphertext.data);
      pending.push_back({&contest, &one, one.ciphertext, pad, data, pad_commitment(pad, one.zero_challenge, one.zero_response),
                         data_commitment(data, 0, one.zero_challenge, one.zero_response),
                         pad_commitment(pad, one.one_challenge, one.one_response),
                         data_commitment(data, 1, one.one_challenge, one.one_response)});
    }
    sheet.check(kEg1Accumulation, sum == contest.accumulation, kTally, at(contest) + ", ciphertext_accumulation",
                "the accumulation is not the product of the selections");
    const Eg1ManifestContest* described = election.manifest.contest(contest.description.id);
    const std::uint64_t limit = described != nullptr ? described->votes_allowed : contest.constant;
    const auto pad = batch.base(sum.pad, Membership::known);
    const auto data = batch.base(sum.data, Membership::known);
    const auto first = pad_commitment(pad, contest.proof.challenge, contest.proof.response);
    const auto second = data_commitment(data, limit, contest.proof.challenge, contest.proof.response);
    pending.push_back({&contest, nullptr, sum, pad, data, first, second, first, second});
  }

  void conclude(const Pending& one) {
    const Eg1Contest& contest = *one.contest;
    if (one.selection == nullptr) {
      const Scalar hash = Eg1Hash(group)
                              .add(election.context.extended_hash)
                              .add(one.value.pad)
                              .add(one.value.data)
                              .add(contest.proof.pad)
                              .add(contest.proof.data)
                              .finish();
      sheet.check(kEg1LimitChallenge, hash == contest.proof.challenge, kProof, at(contest) + ", proof, challenge",
                  "the challenge is not the hash of statement and commitments");
      sheet.check(kEg1Limit, batch.result(one.zero_pad) == contest.proof.pad && batch.result(one.zero_data) == contest.proof.data, kProof,
                  at(contest) + ", proof", "the proof that the contest's sum is its limit does not hold");
      return;
    }
    const Eg1Selection& selection = *one.selection;
    const std::string place = at(contest, &selection);
    sheet.check(kEg1Members, batch.member(one.pad), kGroup, place + ", ciphertext, pad", "not an element of the group");
    sheet.check(kEg1Members, batch.member(one.data), kGroup, place + ", ciphertext, data", "not an element of the group");
    Eg1Hash hash(group);
    hash.add(election.context.extended_hash).add(selection.ciphertext.pad).add(selection.ciphertext.data);
    hash.add(selection.zero_pad).add(selection.zero_data).add(selection.one_pad).add(selection.one_data);
    sheet.check(kEg1Challenge, hash.finish() == selection.challenge, kProof, place + ", proof, challenge",
                "the challenge is not the hash of statement and commitments");
    sheet.check(kEg1Sum, group.add(selection.zero_challenge, selection.one_challenge) == selection.challenge, kProof,
                place + ", proof, proof_zero_challenge and proof_one_challenge", "the challenge is not the sum of both challenges");
    sheet.check(kEg1Zero, batch.result(one.zero_pad) == selection.zero_pad && batch.result(one.zero_data) == selection.zero_data, kProof,
                place + ", proof, proof_zero", "the part of the proof for 0 does not hold");
    sheet.check(kEg1One, batch.result(one.one_pad) == selection.one_pad && batch.result(one.one_data) == selection.one_data, kProof,
                place + ", proof, proof_one", "the part of the proof for 1 does not hold");
  }

  // A placeholder is not in the manifest: electionguard-python derives it from its number in the contest. Its id ends in -placeholder, its
  // candidate's in -candidate.
  Scalar placeholder_hash(const Eg1Description& own) const {
    constexpr std::string_view kEnd = "-placeholder";
    std::string candidate = own.id;
    if (candidate.ends_with(kEnd)) candidate.erase(candidate.size() - kEnd.size());
    candidate += "-candidate";
    return Eg1Hash(group).add(std::string_view(own.id)).add(own.order).add(std::string_view(candidate)).finish();
  }

  // With a nonce everybody can open the vote it encrypts; extended data is covered by no hash and no proof.
  void secrets() {
    const auto only_null = [&](const std::vector<std::string>& found, std::string_view code, std::string_view why) {
      if (found.empty()) (void)sheet.check(kEg1Secrets, true, code, ballot.file, why);
      for (const std::string& pointer : found) sheet.check(kEg1Secrets, false, code, ballot.file + ": " + pointer, why);
    };
    only_null(ballot.nonces, kSecret, "the nonce is published: it opens the vote");
    only_null(ballot.extended, kUnsupported, "extended data that no hash and no proof covers");
  }

  void described(const Eg1Contest& contest) {
    const Eg1ManifestContest* known = election.manifest.contest(contest.description.id);
    const bool right = known != nullptr && known->hash == contest.description.hash && known->order == contest.description.order;
    if (!sheet.check(kEg1Described, right, kFormat, at(contest) + ", description_hash",
                     "not a contest of the manifest, or another description of it"))
      return;
    std::set<std::string> missing;
    for (const Eg1Description& own : known->selections) missing.insert(own.id);
    std::uint64_t placeholders = 0;
    std::set<std::string> seen;
    for (const Eg1Selection& selection : contest.selections) {
      const std::string place = at(contest, &selection);
      const Eg1Description* own = known->selection(selection.description.id);
      sheet.check(kEg1Described, seen.insert(selection.description.id).second, kDuplicate, place, "the selection is in the contest twice");
      if (selection.placeholder) {
        ++placeholders;
        sheet.check(kEg1Described, own == nullptr && selection.description.hash == placeholder_hash(selection.description), kFormat, place,
                    "a selection of the manifest is called a placeholder, or its description is not that of its id and sequence_order");
        continue;
      }
      missing.erase(selection.description.id);
      sheet.check(kEg1Described, own != nullptr && own->hash == selection.description.hash && own->order == selection.description.order,
                  kFormat, place + ", description_hash and sequence_order",
                  "not a selection of the manifest, or another description of it");
    }
    sheet.check(kEg1Described, missing.empty(), kIncomplete, at(contest), "the contest has not all selections of the manifest");
    sheet.check(kEg1Placeholders, placeholders == known->votes_allowed && contest.constant == known->votes_allowed, kProof, at(contest),
                "placeholders or the proof's constant are not as many as the votes allowed");
  }

  void hashes() {
    Eg1Hash whole(group);
    whole.add(std::string_view(ballot.id)).add(ballot.manifest_hash);
    for (const Eg1Contest& contest : ballot.contests) {
      Eg1Hash hash(group);
      hash.add(std::string_view(contest.description.id)).add(contest.description.hash);
      for (const Eg1Selection& selection : contest.selections) {
        const Scalar ciphertext = Eg1Hash(group).add(selection.ciphertext.pad).add(selection.ciphertext.data).finish();
        const Scalar own =
            Eg1Hash(group).add(std::string_view(selection.description.id)).add(selection.description.hash).add(ciphertext).finish();
        sheet.check(kEg1Hashes, own == selection.crypto_hash, kChain, at(contest, &selection) + ", crypto_hash",
                    "not the hash of the selection");
        hash.add(own);
      }
      const Scalar own = hash.finish();
      sheet.check(kEg1Hashes, own == contest.crypto_hash, kChain, at(contest) + ", crypto_hash", "not the hash of the contest");
      whole.add(own);
    }
    const Scalar own = whole.finish();
    sheet.check(kEg1Hashes, own == ballot.crypto_hash, kChain, ballot.file + ": crypto_hash", "not the hash of the ballot");
    const Scalar code = Eg1Hash(group).add(ballot.code_seed).add(ballot.timestamp).add(own).finish();
    sheet.check(kEg1Hashes, code == ballot.code, kChain, ballot.file + ": code",
                "the confirmation code is not the hash of code_seed, timestamp and ballot");
  }

  void contests_of_style() {
    const auto style = election.manifest.styles.find(ballot.style);
    std::vector<std::string> own;
    for (const Eg1Contest& contest : ballot.contests) own.push_back(contest.description.id);
    std::vector<std::string> wanted = style != election.manifest.styles.end() ? style->second : std::vector<std::string>{};
    std::ranges::sort(own);
    std::ranges::sort(wanted);
    sheet.check(kEg1Described, style != election.manifest.styles.end() && own == wanted, kFormat, ballot.file + ": style_id",
                "the ballot has not the contests of its style");
  }
};

}  // namespace

void check_eg1_ballot(const Eg1Election& election, const Eg1Ballot& ballot, CheckSheet& sheet) {
  Eg1BallotWork work{.election = election, .ballot = ballot, .sheet = sheet};
  sheet.check(kEg1Described, ballot.manifest_hash == election.context.manifest_hash, kChain, ballot.file + ": manifest_hash",
              "the ballot is of another manifest");
  work.secrets();
  work.contests_of_style();
  for (const Eg1Contest& contest : ballot.contests) {
    work.described(contest);
    work.plan(contest);
  }
  work.hashes();
  work.batch.run();
  for (const auto& one : work.pending) work.conclude(one);
}

}  // namespace entente::measures::p3_elections::e2e
