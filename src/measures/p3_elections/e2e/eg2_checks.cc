// One ballot, and one decryption, of a 2.0.0 record. Votes are in the exponent of the joint key: alpha = g^x, beta = K^(x + vote). A range
// proof of 0 … L has L + 1 pairs of challenge and response; its commitments are a_j = g^v_j alpha^c_j and b_j = K^(v_j - j c_j) beta^c_j.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "measures/p3_elections/e2e/eg2.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kEg2Members = "EG2-5.A selection: ciphertext in the group";
constexpr std::string_view kEg2Selection = "EG2-5.D selection: range proof";
constexpr std::string_view kEg2Limit = "EG2-6.D contest: range proof of the sum";
constexpr std::string_view kEg2ContestHash = "EG2-7.A contest hash";
constexpr std::string_view kEg2Code = "EG2-7.B confirmation code";
constexpr std::string_view kEg2Described = "EG2 ballot: of this election; contests and selections of the manifest for its style";

std::string eg2_upper_hex(ByteView bytes) {
  std::string text = to_hex(bytes);
  for (char& c : text)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

struct Eg2BallotWork {
  const Eg2Election& election;
  const Eg2Ballot& ballot;
  CheckSheet& sheet;
  const Group& group = election.group;
  ByteView extended = election.initialized.extended_hash.view();
  PowerBatch batch{group};

  struct Range {
    std::string_view check;
    Eg2Ciphertext value;
    std::vector<PowerBatch::Product> commitments;
    Scalar challenges;
    std::string place;
  };
  std::vector<Range> ranges = {};
  std::vector<std::pair<PowerBatch::Base, std::string>> members = {};

  void range(std::string_view check, const Eg2Ciphertext& value, Membership membership, std::uint64_t limit,
             const std::vector<Eg2Proof>& proofs, const std::string& place) {
    if (!sheet.check(check, proofs.size() == limit + 1, kProof, place + ", proof",
                     fmt::format("the range proof has {} parts, the limit is {}", proofs.size(), limit)))
      return;
    const auto pad = batch.base(value.pad, membership);
    const auto data = batch.base(value.data, membership);
    if (membership == Membership::tested) {
      members.emplace_back(pad, place + ", encrypted_vote, pad");
      members.emplace_back(data, place + ", encrypted_vote, data");
    }
    Range out{.check = check, .value = value, .place = place + ", proof"};
    for (std::size_t j = 0; j < proofs.size(); ++j) {
      const Eg2Proof& proof = proofs[j];
      out.commitments.push_back(batch.product({{&group.g_powers(), proof.response}}, {{pad, proof.challenge}}));
      const Scalar w = group.subtract(proof.response, group.multiply(group.scalar_of(j), proof.challenge));
      out.commitments.push_back(batch.product({{&election.key, w}}, {{data, proof.challenge}}));
      out.challenges = group.add(out.challenges, proof.challenge);
    }
    ranges.push_back(std::move(out));
  }

  void contest(const Eg2Contest& contest, const Eg2ManifestContest& known, const std::string& place) {
    std::set<std::string> seen;
    Eg2Ciphertext sum{group.one(), group.one()};
    Eg2Hash hash(group, extended, 0x23);
    hash.number(contest.order).add(election.initialized.key);
    for (const Eg2Selection& selection : contest.selections) {
      const std::string where = fmt::format("{}, selection {}", place, selection.id);
      const bool described = std::ranges::find(known.selections, std::pair{selection.id, selection.order}) != known.selections.end();
      sheet.check(kEg2Described, described && seen.insert(selection.id).second, kFormat, where, "no selection of the manifest, or twice");
      range(kEg2Selection, selection.vote, Membership::tested, known.option_limit, selection.proofs, where);
      sum = {group.multiply(sum.pad, selection.vote.pad), group.multiply(sum.data, selection.vote.data)};
      hash.add(selection.vote);
    }
    sheet.check(kEg2Described, seen.size() == known.selections.size() && contest.order == known.order, kIncomplete, place,
                "not all selections of the manifest, or not its order");
    range(kEg2Limit, sum, Membership::known, known.contest_limit, contest.proofs, place);
    sheet.check(kEg2ContestHash, hash.finish() == contest.hash, kChain, place + ", contest_hash", "not the hash of the contest");
  }

  void run() {
    sheet.check(kEg2Described, ballot.election == election.initialized.extended_hash, kChain, ballot.file + ": election_id",
                "a ballot of another election");
    const auto style = election.manifest.styles.find(ballot.style);
    std::vector<std::string> own;
    Eg2Hash code(group, extended, 0x24);
    for (const Eg2Contest& one : ballot.contests) {
      own.push_back(one.id);
      code.add(one.hash.view());
      const std::string place = fmt::format("{}: contest {}", ballot.file, one.id);
      const Eg2ManifestContest* known = election.manifest.contest(one.id);
      if (sheet.check(kEg2Described, known != nullptr, kFormat, place, "no contest of the manifest")) contest(one, *known, place);
    }
    sheet.check(kEg2Code, code.add(ballot.baux).finish() == ballot.code, kChain, ballot.file + ": confirmation_code",
                "not the hash of the contests' hashes and code_baux");
    std::vector<std::string> wanted = style != election.manifest.styles.end() ? style->second : std::vector<std::string>{};
    std::ranges::sort(own);
    std::ranges::sort(wanted);
    sheet.check(kEg2Described, style != election.manifest.styles.end() && own == wanted, kFormat, ballot.file + ": ballot_style_id",
                "the ballot has not the contests of its style");
    batch.run();
    for (const auto& [base, place] : members) sheet.check(kEg2Members, batch.member(base), kGroup, place, "not an element of the group");
    for (const Range& one : ranges) {
      Eg2Hash hash(group, extended, 0x21);
      hash.add(election.initialized.key).add(one.value);
      for (const auto product : one.commitments) hash.add(batch.result(product));
      sheet.check(one.check, hash.challenge() == one.challenges, kProof, one.place, "the range proof does not hold");
    }
  }
};

struct Eg2Names {
  std::string_view proof, value, labels, message, limits, data;
};
constexpr Eg2Names kEg2OfTally{"EG2-9.B tally: proof of decryption",
                               "EG2-10.A tally: T = K^t",
                               "EG2-10.BCDE tally: contests and selections of the manifest, each once",
                               "EG2-9 tally: what is decrypted is the sum of the cast ballots",
                               "",
                               "EG2-11.B tally: proof of contest data"};
constexpr Eg2Names kEg2OfBallot{"EG2-12.B challenged ballots: proof of decryption",
                                "EG2-13.A challenged ballots: S = K^s",
                                "EG2-13.DEF challenged ballots: contests and selections, each once",
                                "EG2-12 challenged ballots: what is decrypted is the ballot",
                                "EG2-13.BC challenged ballots: votes within the limits",
                                "EG2-14.B challenged ballots: contest data: proof, and data of the ballot"};

struct Eg2DecryptWork {
  const Eg2Election& election;
  const Eg2Names& names;
  const Eg2Ballot* ballot;
  const std::string& file;
  CheckSheet& sheet;
  const Group& group = election.group;
  PowerBatch batch{group};

  struct Pending {
    const Eg2DecryptedSelection* selection;
    Element m;
    PowerBatch::Product a, b, t;
    std::string place;
  };
  std::vector<Pending> pending = {};
  struct PendingData {
    const Eg2DecryptedData* data;
    PowerBatch::Base c0, beta;
    PowerBatch::Product a, b;
    std::string place;
  };
  std::vector<PendingData> pending_data = {};

  void plan(const Eg2DecryptedSelection& selection, std::string place) {
    const Eg2Proof& proof = selection.proof;
    const Element m = group.multiply(selection.vote.data, group.inverse(selection.b_over_m));
    const auto pad = batch.base(selection.vote.pad, Membership::known);
    const auto base = batch.base(m, Membership::known);  // B is a product of tested numbers, T is compared with K^t
    pending.push_back({&selection, m, batch.product({{&group.g_powers(), proof.response}, {&election.key, proof.challenge}}),
                       batch.product({}, {{pad, proof.response}, {base, proof.challenge}}),
                       batch.product({{&election.key, group.scalar_of(selection.tally)}}), std::move(place)});
  }

  void plan(const Eg2DecryptedData& data, const std::string& contest, std::string place) {
    if (ballot != nullptr) {
      const auto own = std::ranges::find(ballot->contests, contest, &Eg2Contest::id);
      sheet.check(names.data, own != ballot->contests.end() && own->data == data.data, kTally, place + ", encrypted_contest_data",
                  "not the data of the ballot");
    }
    const auto c0 = batch.base(data.data.c0);
    const auto beta = batch.base(data.beta);
    pending_data.push_back({&data, c0, beta,
                            batch.product({{&group.g_powers(), data.proof.response}, {&election.key, data.proof.challenge}}),
                            batch.product({}, {{c0, data.proof.response}, {beta, data.proof.challenge}}), std::move(place)});
  }

  // Box 14 has nothing to check then; that must be because the ballot has no contest data either.
  void no_data(const std::string& contest, const std::string& place) {
    const auto own = std::ranges::find(ballot->contests, contest, &Eg2Contest::id);
    sheet.check(names.data, own == ballot->contests.end() || !own->data, kIncomplete, place + ", decrypted_contest_data",
                "the contest data of the ballot is not decrypted");
  }

  void limits(const Eg2DecryptedContest& contest, const std::string& place) {
    const Eg2ManifestContest* known = election.manifest.contest(contest.id);
    if (known == nullptr) return;
    std::uint64_t votes = 0;
    for (const auto& selection : contest.selections) {
      sheet.check(names.limits, selection.tally <= known->option_limit, kTally, fmt::format("{}, selection {}", place, selection.id),
                  "more votes than one selection may have");
      votes += std::min<std::uint64_t>(selection.tally, known->option_limit);
    }
    sheet.check(names.limits, votes <= known->contest_limit, kTally, place, "more votes than the contest allows");
  }

  void contests(const Eg2Decryption& decryption, const Eg2Sums& expected) {
    std::set<std::string> seen;
    for (const Eg2DecryptedContest& contest : decryption.contests) {
      const std::string place = fmt::format("{}: contest {}", file, contest.id);
      const auto wanted = expected.find(contest.id);
      if (!sheet.check(names.labels, wanted != expected.end() && seen.insert(contest.id).second, kFormat, place,
                       "no contest of what is decrypted"))
        continue;
      std::set<std::string> selections;
      for (const Eg2DecryptedSelection& selection : contest.selections) {
        const std::string at = fmt::format("{}, selection {}", place, selection.id);
        const auto vote = wanted->second.find(selection.id);
        if (!sheet.check(names.labels, vote != wanted->second.end() && selections.insert(selection.id).second, kFormat, at,
                         "no selection of what is decrypted"))
          continue;
        sheet.check(names.message, vote->second == selection.vote, kTally, at + ", encrypted_vote",
                    ballot == nullptr ? "not the sum of the cast ballots" : "not the ciphertext of the ballot");
        plan(selection, at);
      }
      sheet.check(names.labels, selections.size() == wanted->second.size(), kIncomplete, place, "selections are missing");
      if (ballot != nullptr) limits(contest, place);
      if (contest.data)
        plan(*contest.data, contest.id, place + ", decrypted_contest_data");
      else if (ballot != nullptr)
        no_data(contest.id, place);
    }
    sheet.check(names.labels, seen.size() == expected.size(), kIncomplete, file, "contests are missing");
  }

  void conclude() {
    batch.run();
    const ByteView extended = election.initialized.extended_hash.view();
    for (const Pending& one : pending) {
      Eg2Hash hash(group, extended, 0x30);
      hash.add(election.initialized.key).add(one.selection->vote).add(batch.result(one.a)).add(batch.result(one.b)).add(one.m);
      sheet.check(names.proof, hash.challenge() == one.selection->proof.challenge, kProof, one.place + ", proof",
                  "the proof of the decryption does not hold");
      sheet.check(names.value, batch.result(one.t) == one.selection->b_over_m, kTally, one.place + ", tally",
                  fmt::format("b_over_m is not K^{}", one.selection->tally));
    }
    for (const PendingData& one : pending_data) {
      sheet.check(names.data, batch.member(one.c0) && batch.member(one.beta), kGroup, one.place, "not an element of the group");
      Eg2Hash hash(group, extended, 0x31);
      hash.add(election.initialized.key).add(one.data->data.c0).add(as_bytes(eg2_upper_hex(one.data->data.c1))).add(one.data->data.c2);
      hash.add(batch.result(one.a)).add(batch.result(one.b)).add(one.data->beta);
      sheet.check(names.data, hash.challenge() == one.data->proof.challenge, kProof, one.place + ", proof",
                  "the proof of the contest data does not hold");
    }
  }
};

}  // namespace

Eg2Hash::Eg2Hash(const Group& group, ByteView key, std::uint8_t separator) : group_(group) {
  std::array<std::uint8_t, 64> inner_pad{};
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint8_t byte = i < key.size() ? key[i] : 0;
    inner_pad[i] = byte ^ 0x36;
    outer_pad_[i] = byte ^ 0x5c;
  }
  inner_.update(inner_pad);
  inner_.update(ByteView(&separator, 1));
}

Eg2Hash& Eg2Hash::number(std::uint64_t value) {
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                                          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return add(bytes);
}

Digest Eg2Hash::finish() {
  const Digest inner = inner_.finish();
  return sha256_of({outer_pad_, inner.view()});
}

void check_eg2_ballot(const Eg2Election& election, const Eg2Ballot& ballot, CheckSheet& sheet) {
  Eg2BallotWork{.election = election, .ballot = ballot, .sheet = sheet}.run();
}

void check_eg2_decryption(const Eg2Election& election, const Eg2Decryption& decryption, const Eg2Sums& expected, const Eg2Ballot* ballot,
                          const std::string& file, CheckSheet& sheet) {
  Eg2DecryptWork work{
      .election = election, .names = ballot == nullptr ? kEg2OfTally : kEg2OfBallot, .ballot = ballot, .file = file, .sheet = sheet};
  sheet.check(work.names.labels, decryption.election == election.initialized.extended_hash, kChain, file + ": election_id",
              "of another election");
  work.contests(decryption, expected);
  work.conclude();
}

}  // namespace entente::measures::p3_elections::e2e
