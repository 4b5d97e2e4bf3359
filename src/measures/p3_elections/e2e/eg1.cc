// Checks a whole 0.95 record by the numbers of specification 1.0/1.1, section "Verifier steps": parameters (1), guardians (2), joint key
// and hashes (3), ballots in parallel (4, 5, 6), the chain of confirmation codes (6), aggregation (7), decryption of the tally (8 to 12)
// and of spoiled ballots (13).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/parallel.h"
#include "measures/p3_elections/e2e/eg1_checks.h"
#include "measures/p3_elections/e2e/electionguard.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kEg1Parameters = "EG1-1 parameters: p, q, r and g are the standard ones";
constexpr std::string_view kEg1Guardian = "EG1-2 guardians: proofs of knowing every coefficient";
constexpr std::string_view kEg1Joint = "EG1-3.A joint key is the product of the guardians' keys";
constexpr std::string_view kEg1BaseHashes = "EG1-3.B manifest hash, base hash Q, commitment hash, extended base hash";
constexpr std::string_view kEg1Chain = "EG1-6.B chain: each confirmation code continues the one before, the first its device";
constexpr std::string_view kEg1Unique = "EG1-6.C no ballot id and no confirmation code twice";
constexpr std::string_view kEg1Aggregate = "EG1-7 aggregation: the encrypted tally is the product of the cast ballots";
constexpr std::string_view kEg1Coefficients = "EG1-10 Lagrange's coefficients";
constexpr std::string_view kEg1Spoiled = "EG1-13 spoiled ballots: each is decrypted, and no other";

struct Eg1Run {
  const std::vector<RecordFile>& files;
  const Group& group;
  Progress& progress;
  CheckSheet& sheet;
  RecordCheck& record;
  Eg1Context context = {};
  Eg1Manifest manifest = {};
  std::vector<Eg1Guardian> guardians = {};
  std::vector<Eg1Ballot> ballots = {};
  std::optional<Eg1Decryption> tally_decryption = {};
  std::vector<std::optional<Eg1Decryption>> spoiled_decryptions = {};  // of the files of spoiled_ballots/, in their order

  const RecordFile* file(std::string_view name) {
    const auto at = std::ranges::find(files, name, &RecordFile::name);
    if (at != files.end()) return &*at;
    sheet.note(kIncomplete, std::string(name), "the file is missing");
    return nullptr;
  }
  std::vector<const RecordFile*> folder(std::string_view prefix) const {
    std::vector<const RecordFile*> out;
    for (const RecordFile& one : files)
      if (one.name.starts_with(prefix)) out.push_back(&one);
    return out;
  }
  // Reads one file into `out`; a finding if that fails.
  template <class T, class Read>
  bool take(const RecordFile* from, T& out, Read read) {
    if (from == nullptr) return false;
    auto value = read(group, std::string_view(from->content));
    if (!value) {
      sheet.note(kFormat, from->name, value.error());
      return false;
    }
    out = std::move(*value);
    return true;
  }

  void parameters() {
    const RecordFile* constants = file("constants.json");
    if (constants == nullptr) return;
    const auto same = [&](std::string_view key, const std::string& wanted) {
      sheet.check(kEg1Parameters, eg1_constant(constants->content, key) == wanted, kGroup, fmt::format("{}: {}", constants->name, key),
                  "not the standard parameter");
    };
    Element q;
    std::ranges::copy(group.q().limb, q.limb.begin());
    same("large_prime", group.decimal(group.p()));
    same("small_prime", group.decimal(q));
    same("generator", group.decimal(group.g()));
    same("cofactor", group.decimal(group.cofactor()));
  }

  void read_guardians() {
    for (const RecordFile* one : folder("guardians/")) {
      Eg1Guardian guardian;
      if (!take(one, guardian, read_eg1_guardian)) continue;
      guardian.file = one->name;
      guardians.push_back(std::move(guardian));
    }
    std::ranges::sort(guardians, {}, &Eg1Guardian::order);
    for (std::size_t i = 0; i < guardians.size(); ++i)
      sheet.check(kEg1Guardian, guardians[i].order == i + 1 && (i == 0 || guardians[i].id != guardians[i - 1].id), kKey, guardians[i].file,
                  "guardians must be numbered from 1 without a gap");
    sheet.check(kEg1Guardian, guardians.size() == context.guardians && context.quorum >= 1 && context.quorum <= context.guardians,
                kIncomplete, "guardians/", fmt::format("{} guardians, the context says {}", guardians.size(), context.guardians));
  }

  void guardian_proofs(const Eg1Guardian& guardian) {
    const bool form = guardian.proofs.size() == context.quorum && guardian.commitments.size() == context.quorum && context.quorum > 0 &&
                      guardian.commitments[0] == guardian.key;
    if (!sheet.check(kEg1Guardian, form, kKey, guardian.file, "not as many commitments and proofs as the quorum, the first for the key"))
      return;
    PowerBatch batch(group);
    std::vector<std::pair<PowerBatch::Base, PowerBatch::Product>> planned;
    for (const Eg1Schnorr& proof : guardian.proofs) {
      const auto base = batch.base(proof.public_key);
      planned.emplace_back(base, batch.product({{&group.g_powers(), proof.response}}, {{base, group.negate(proof.challenge)}}));
    }
    batch.run();
    for (std::size_t j = 0; j < planned.size(); ++j) {
      const Eg1Schnorr& proof = guardian.proofs[j];
      const std::string place = fmt::format("{}: /election_proofs/{}", guardian.file, j);
      sheet.check(kEg1Guardian,
                  batch.member(planned[j].first) && proof.public_key != group.one() && proof.public_key == guardian.commitments[j], kKey,
                  place, "the proof's key is not in the group, or 1, or not the commitment");
      const Scalar hash = Eg1Hash(group).add(proof.public_key).add(proof.commitment).finish();
      sheet.check(kEg1Guardian, hash == proof.challenge, kKey, place + "/challenge", "the challenge is not the hash of key and commitment");
      sheet.check(kEg1Guardian, batch.result(planned[j].second) == proof.commitment, kKey, place, "the proof does not hold");
    }
  }

  void base_hashes() {
    const auto same = [&](bool right, std::string_view key) {
      sheet.check(kEg1BaseHashes, right, kChain, fmt::format("context.json: {}", key), "not the hash of what it stands for");
    };
    same(manifest.hash == context.manifest_hash, "manifest_hash");
    Eg1Hash base(group);
    base.add(group.p()).add(group.q()).add(group.g()).add(context.guardians).add(context.quorum).add(context.manifest_hash);
    same(base.finish() == context.base_hash, "crypto_base_hash");
    std::vector<Element> commitments;
    Element key = group.one();
    for (const Eg1Guardian& guardian : guardians) {
      commitments.insert(commitments.end(), guardian.commitments.begin(), guardian.commitments.end());
      key = group.multiply(key, guardian.key);
    }
    same(Eg1Hash(group).list(commitments).finish() == context.commitment_hash, "commitment_hash");
    same(Eg1Hash(group).add(context.base_hash).add(context.commitment_hash).finish() == context.extended_hash, "crypto_extended_base_hash");
    sheet.check(kEg1Joint, key == context.key && key != group.one(), kKey, "context.json: elgamal_public_key",
                "not the product of the guardians' keys, or 1");
  }

  void check_ballots(const Eg1Election& election) {
    const auto sources = folder("submitted_ballots/");
    std::vector<std::optional<Eg1Ballot>> read(sources.size());
    std::vector<CheckSheet> sheets(sources.size());
    progress.step("ballots", sources.size());
    parallel_for(sources.size(), [&](std::size_t i) {
      auto ballot = read_eg1_ballot(group, sources[i]->content);
      if (!ballot) {
        sheets[i].note(kFormat, sources[i]->name, ballot.error());
      } else {
        ballot->file = sources[i]->name;
        check_eg1_ballot(election, *ballot, sheets[i]);
        read[i] = std::move(*ballot);
      }
      progress.advance();
    });
    progress.done();
    for (std::size_t i = 0; i < read.size(); ++i) {
      sheet.add(sheets[i]);
      if (read[i]) ballots.push_back(std::move(*read[i]));
    }
    if (sources.empty()) sheet.note(kIncomplete, "submitted_ballots/", "there are no ballots");
  }

  void chain() {
    std::set<std::array<std::uint64_t, kScalarLimbs>> known;  // what a ballot may continue
    for (const RecordFile* one : folder("encryption_devices/")) {
      Scalar hash;
      if (take(one, hash, read_eg1_device)) known.insert(hash.limb);
    }
    std::set<std::string> ids;
    std::set<std::array<std::uint64_t, kScalarLimbs>> codes;
    for (const Eg1Ballot& ballot : ballots) {
      sheet.check(kEg1Unique, ids.insert(ballot.id).second, kDuplicate, ballot.file + ": object_id", "another ballot has the same id");
      sheet.check(kEg1Unique, codes.insert(ballot.code.limb).second, kDuplicate, ballot.file + ": code",
                  "another ballot has the same confirmation code");
    }
    known.insert(codes.begin(), codes.end());
    std::set<std::array<std::uint64_t, kScalarLimbs>> continued;
    for (const Eg1Ballot& ballot : ballots) {
      const bool right =
          known.contains(ballot.code_seed.limb) && continued.insert(ballot.code_seed.limb).second && ballot.code_seed != ballot.code;
      sheet.check(kEg1Chain, right, kChain, ballot.file + ": code_seed",
                  "it continues no device and no ballot, or one that is continued already");
    }
  }

  // The sums of the cast ballots for every selection of the manifest.
  Eg1Sums aggregate() {
    Eg1Sums sums;
    for (const Eg1ManifestContest& contest : manifest.contests)
      for (const Eg1Description& own : contest.selections) sums[contest.id][own.id] = {group.one(), group.one()};
    for (const Eg1Ballot& ballot : ballots) {
      if (ballot.state != static_cast<std::uint64_t>(Eg1State::cast)) continue;
      ++record.ballots;
      for (const Eg1Contest& contest : ballot.contests) {
        const auto known = sums.find(contest.description.id);
        if (known == sums.end()) continue;  // noted with the ballot
        for (const Eg1Selection& selection : contest.selections) {
          const auto at = known->second.find(selection.description.id);
          if (at == known->second.end()) continue;
          at->second = {group.multiply(at->second.pad, selection.ciphertext.pad),
                        group.multiply(at->second.data, selection.ciphertext.data)};
        }
      }
    }
    return sums;
  }

  void encrypted_tally(const Eg1Sums& sums) {
    Eg1Tally tally;
    if (!take(file("encrypted_tally.json"), tally, read_eg1_tally)) return;
    std::size_t seen = 0;
    std::size_t wanted = 0;
    for (const auto& [contest, selections] : sums) wanted += selections.size();
    const auto described = [&](const Eg1Description* known, const Eg1Description& own, const std::string& place) {
      sheet.check(kEg1Aggregate, known != nullptr && known->hash == own.hash && known->order == own.order, kFormat, place,
                  "not described as in the manifest");
    };
    for (const Eg1SummedContest& contest : tally) {
      const std::string where = fmt::format("encrypted_tally.json: contest {}", contest.description.id);
      const Eg1ManifestContest* known = manifest.contest(contest.description.id);
      described(known, contest.description, where);
      const auto outer = sums.find(contest.description.id);
      for (const auto& [description, ciphertext] : contest.selections) {
        const std::string place = fmt::format("{}, selection {}", where, description.id);
        described(known != nullptr ? known->selection(description.id) : nullptr, description, place);
        const auto* sum = outer == sums.end() || !outer->second.contains(description.id) ? nullptr : &outer->second.at(description.id);
        sheet.check(kEg1Aggregate, sum != nullptr && sum->pad == ciphertext.pad, kTally, place + ", pad",
                    "not the product of the cast ballots");
        sheet.check(kEg1Aggregate, sum != nullptr && sum->data == ciphertext.data, kTally, place + ", data",
                    "not the product of the cast ballots");
        ++seen;
      }
    }
    sheet.check(kEg1Aggregate, seen == wanted, kIncomplete, "encrypted_tally.json", "not one sum for each selection of the manifest");
  }

  void coefficients(const Eg1Election& election, const Eg1Decryption& tally) {
    std::vector<Scalar> published;
    if (!take(file("coefficients.json"), published, read_eg1_coefficients)) return;
    std::vector<std::uint64_t> orders;
    for (const std::size_t guardian : eg1_available(election, tally)) orders.push_back(guardians[guardian].order);
    const auto computed = lagrange_at_zero(group, orders);
    if (!sheet.check(kEg1Coefficients, published.size() == computed.size(), kTally, "coefficients.json",
                     "not one for each available guardian"))
      return;
    for (std::size_t i = 0; i < computed.size(); ++i)
      sheet.check(kEg1Coefficients, published[i] == computed[i], kTally, fmt::format("coefficients.json: /coefficients/{}", i),
                  "not Lagrange's coefficient");
  }

  void read_decryptions() {
    Eg1Decryption decryption;
    if (take(file("tally.json"), decryption, read_eg1_decryption)) tally_decryption = std::move(decryption);
    for (const RecordFile* one : folder("spoiled_ballots/")) {
      auto& slot = spoiled_decryptions.emplace_back();
      if (take(one, decryption, read_eg1_decryption)) slot = std::move(decryption);
    }
  }

  void tally(const Eg1Election& election, const Eg1Sums& sums) {
    if (!tally_decryption) return;
    const Eg1Decryption& decryption = *tally_decryption;
    coefficients(election, decryption);
    check_eg1_decryption(election, decryption, sums, Eg1Subject::tally, "tally.json", sheet);
    for (const Eg1DecryptedContest& contest : decryption.contests) {
      ContestTally out{.contest = contest.id, .options = {}};
      for (const auto& selection : contest.selections) out.options.push_back({selection.id, static_cast<std::int64_t>(selection.tally)});
      record.tallies.push_back(std::move(out));
    }
  }

  void spoiled(const Eg1Election& election) {
    std::map<std::string, const Eg1Ballot*> wanted;
    for (const Eg1Ballot& ballot : ballots) {
      const bool known =
          ballot.state == static_cast<std::uint64_t>(Eg1State::cast) || ballot.state == static_cast<std::uint64_t>(Eg1State::spoiled);
      sheet.check(kEg1Spoiled, known, kFormat, ballot.file + ": state", "a ballot must be cast (1) or spoiled (2)");
      if (ballot.state == static_cast<std::uint64_t>(Eg1State::spoiled)) wanted.emplace(ballot.id, &ballot);
    }
    std::set<std::string> seen;
    const auto sources = folder("spoiled_ballots/");
    const auto& read = spoiled_decryptions;
    std::vector<CheckSheet> sheets(sources.size());
    parallel_for(sources.size(), [&](std::size_t i) {
      const auto ballot = read[i] ? wanted.find(read[i]->id) : wanted.end();
      if (ballot == wanted.end()) return;
      Eg1Sums expected;
      for (const Eg1Contest& contest : ballot->second->contests)
        for (const Eg1Selection& selection : contest.selections)
          expected[contest.description.id][selection.description.id] = selection.ciphertext;
      check_eg1_decryption(election, *read[i], expected, Eg1Subject::spoiled_ballot, sources[i]->name, sheets[i]);
    });
    for (std::size_t i = 0; i < sources.size(); ++i) {
      sheet.add(sheets[i]);
      if (read[i])
        sheet.check(kEg1Spoiled, wanted.contains(read[i]->id) && seen.insert(read[i]->id).second, kDuplicate,
                    sources[i]->name + ": object_id", "not a spoiled ballot, or one decrypted twice");
    }
    for (const auto& [id, ballot] : wanted)
      sheet.check(kEg1Spoiled, seen.contains(id), kIncomplete, ballot->file, "the spoiled ballot is not decrypted");
  }

  void run() {
    parameters();
    const bool read = take(file("context.json"), context, read_eg1_context);
    if (!take(file("manifest.json"), manifest, read_eg1_manifest) || !read) return;
    record.title = manifest.title;
    read_guardians();
    for (const Eg1Guardian& guardian : guardians) guardian_proofs(guardian);
    base_hashes();
    const FixedBase key(group, context.key);
    Eg1Election election{.group = group, .context = context, .manifest = manifest, .guardians = guardians, .key = key};
    check_ballots(election);
    chain();
    const Eg1Sums sums = aggregate();
    encrypted_tally(sums);
    for (const Eg1Guardian& guardian : guardians) election.guardian_keys.emplace_back(group, guardian.key);
    read_decryptions();
    recovery_keys(election);
    tally(election, sums);
    spoiled(election);
  }

  // K_i0 K_i1^l … K_i(k-1)^(l^(k-1)) for every guardian i that another one, l, replaces anywhere.
  void recovery_keys(Eg1Election& election) {
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    const auto collect = [&](const Eg1Decryption& decryption) {
      for (const auto& contest : decryption.contests)
        for (const auto& selection : contest.selections)
          for (const auto& share : selection.shares)
            for (const auto& part : share.parts) pairs.emplace(election.guardian(share.guardian), election.guardian(part.guardian));
    };
    if (tally_decryption) collect(*tally_decryption);
    for (const auto& one : spoiled_decryptions)
      if (one) collect(*one);
    if (pairs.size() > 256) return sheet.note(kUnsupported, "tally.json", "more than 256 pairs of missing and helping guardians");
    for (const auto& [missing, helper] : pairs) {
      if (missing >= guardians.size() || helper >= guardians.size()) continue;  // noted with the share
      Scalar power = group.scalar_of(1);
      Element product = group.one();
      for (const Element& commitment : guardians[missing].commitments) {
        product = group.multiply(product, group.power_reference(commitment, power));
        power = group.multiply(power, group.scalar_of(guardians[helper].order));
      }
      election.recovery.emplace(std::pair{missing, guardians[helper].order}, FixedBase(group, product));
    }
  }
};

}  // namespace

RecordCheck check_electionguard_1(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                                  const PinnedGroups& groups) {
  RecordCheck record{.system = "ElectionGuard", .version = "0.95", .title = {}};
  CheckSheet sheet;
  const auto group = groups.electionguard_1();
  Eg1Run{.files = files, .group = *group, .progress = progress, .sheet = sheet, .record = record}.run();
  sheet.move_to(record, options.max_findings);
  return record;
}

}  // namespace entente::measures::p3_elections::e2e
