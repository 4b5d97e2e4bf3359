// Checks a whole Belenios archive: its chain, the election and its group, the trustees, the list of credentials, every ballot (in
// parallel), the encrypted tally as the product of the ballots that count, the partial decryptions, the result.
//
// A credential may vote again; the last ballot counts, as in Belenios. All ballots are checked, those that do not count as well.
#include "measures/p3_elections/e2e/belenios.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/parallel.h"
#include "measures/p3_elections/e2e/belenios_checks.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kBelSetup = "BEL-S.1 election: homomorphic questions in a pinned group";
constexpr std::string_view kBelCredentialGroup = "BEL-S.2 credentials: every public credential is in the group, and not 1";
constexpr std::string_view kBelCredentialOnce = "BEL-S.3 credentials: each once";
constexpr std::string_view kBelEligible = "BEL-B.8 ballot: its credential is in the list";
constexpr std::string_view kBelBallotOnce = "BEL-B.9 ballot: no ballot twice";
constexpr std::string_view kBelSum = "BEL-E.1 encrypted tally: the product of the ballots that count";
constexpr std::string_view kBelCount = "BEL-E.2 encrypted tally: number and weight of the ballots that count";

struct BelRun {
  const BelArchive& archive;
  const BelElection& election;
  const Group& group;
  Progress& progress;
  CheckSheet& sheet;
  RecordCheck& record;
  std::map<std::string, std::uint64_t> weights = {};  // by credential in decimal

  bool credentials() {
    const auto list = read_bel_credentials(group, archive.credentials.text);
    const std::string& place = archive.credentials.place;
    if (!list) {
      sheet.note(kFormat, place, list.error());
      return false;
    }
    constexpr std::size_t kTogether = 64;
    std::vector<CheckSheet> sheets((list->size() + kTogether - 1) / kTogether);
    parallel_for(sheets.size(), [&](std::size_t block) {
      PowerBatch batch(group);
      std::vector<PowerBatch::Base> bases;
      const std::size_t end = std::min(list->size(), (block + 1) * kTogether);
      for (std::size_t i = block * kTogether; i < end; ++i) bases.push_back(batch.base((*list)[i].key));
      batch.run();
      for (std::size_t i = 0; i < bases.size(); ++i)
        sheets[block].check(kBelCredentialGroup, batch.member(bases[i]) && (*list)[block * kTogether + i].key != group.one(), kGroup,
                            fmt::format("{}: /{}", place, block * kTogether + i),
                            "not an element of the group, or 1, with which anybody can sign");
    });
    for (const CheckSheet& one : sheets) sheet.add(one);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const bool first = weights.emplace(group.decimal((*list)[i].key), (*list)[i].weight).second;
      sheet.check(kBelCredentialOnce, first, kDuplicate, fmt::format("{}: /{}", place, i), "this credential is in the list before");
    }
    return true;
  }

  // Every ballot; those that can be read and fit the election are kept.
  std::vector<std::optional<BelBallot>> ballots(const BelContext& context) {
    std::vector<std::optional<BelBallot>> kept(archive.ballots.size());
    std::vector<CheckSheet> sheets(kept.size());
    progress.step("ballots", kept.size());
    parallel_for(kept.size(), [&](std::size_t i) {
      const BelBlob& blob = archive.ballots[i];
      auto ballot = read_bel_ballot(group, blob.text);
      if (!ballot) {
        sheets[i].note(kFormat, blob.place, ballot.error());
      } else {
        (void)check_bel_ballot(context, *ballot, blob.place, sheets[i]);
        kept[i] = std::move(*ballot);
      }
      progress.advance();
    });
    progress.done();
    std::set<std::string_view> texts;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      sheet.add(sheets[i]);
      sheet.check(kBelBallotOnce, texts.insert(archive.ballots[i].text).second, kDuplicate, archive.ballots[i].place,
                  "this ballot was cast before");
      if (kept[i])
        sheet.check(kBelEligible, weights.contains(group.decimal(kept[i]->credential)), kKey, archive.ballots[i].place,
                    "the ballot's credential is not in the list of credentials");
    }
    return kept;
  }

  // The last ballot of each credential, with its weight.
  std::vector<std::pair<const BelBallot*, std::uint64_t>> counted(const std::vector<std::optional<BelBallot>>& kept) const {
    std::map<std::string, const BelBallot*> last;
    for (const auto& ballot : kept)
      if (ballot) last[group.decimal(ballot->credential)] = &*ballot;
    std::vector<std::pair<const BelBallot*, std::uint64_t>> out;
    for (const auto& [credential, ballot] : last) {
      const auto weight = weights.find(credential);
      out.emplace_back(ballot, weight == weights.end() ? 1 : weight->second);
    }
    return out;
  }

  bool fits(const BelBallot& ballot) const {
    bool right = ballot.answers.size() == election.questions.size();
    for (std::size_t i = 0; right && i < ballot.answers.size(); ++i)
      right = ballot.answers[i].choices.size() == election.questions[i].choices();
    return right;
  }

  void tally(const BelContext& context, const std::vector<BelTrustee>& trustees, std::vector<std::optional<BelBallot>>& kept) {
    for (auto& ballot : kept)
      if (ballot && !fits(*ballot)) ballot.reset();
    const auto counting = counted(kept);
    std::uint64_t weight = 0;
    for (const auto& [ballot, own] : counting) weight += own;
    record.ballots = counting.size();
    if (!archive.tally) return;  // noted with the chain
    sheet.check(kBelCount, static_cast<std::uint64_t>(archive.num_tallied) == counting.size() && archive.total_weight == weight, kTally,
                archive.tally->place, fmt::format("num_tallied or total_weight is not {} and {}", counting.size(), weight));
    const auto published = read_bel_ciphertexts(group, archive.tally->text);
    if (!published) return sheet.note(kFormat, archive.tally->place, published.error());
    const BelCiphertexts sum = sum_bel_ballots(group, election, counting);
    bool shape = published->size() == sum.size();
    for (std::size_t i = 0; shape && i < sum.size(); ++i) shape = (*published)[i].size() == sum[i].size();
    if (!shape) return sheet.note(kFormat, archive.tally->place, "the tally has not one ciphertext for each choice of each question");
    for (std::size_t i = 0; i < sum.size(); ++i)
      for (std::size_t j = 0; j < sum[i].size(); ++j)
        for (const auto part : {&BelCiphertext::alpha, &BelCiphertext::beta})
          sheet.check(kBelSum, (*published)[i][j].*part == sum[i][j].*part, kTally,
                      fmt::format("{}: question {}, choice {}, {}", archive.tally->place, i + 1, j + 1,
                                  part == &BelCiphertext::alpha ? "alpha" : "beta"),
                      "not the product of the ballots");
    check_bel_tally(context, trustees, archive, sum, sheet, record);
  }
};

// Everything after the chain.
void bel_check_election(const BelArchive& archive, Progress& progress, const PinnedGroups& groups, CheckSheet& sheet, RecordCheck& record) {
  const auto election = read_bel_election(archive.election.text);
  const std::string& place = archive.election.place;
  if (!election) return sheet.note(kFormat, place, election.error());
  record.title = election->name;
  record.version = std::to_string(election->version);
  if (election->version != 1)
    return sheet.note(kUnsupported, place, fmt::format("protocol version {} is not known; only version 1 is", election->version));
  const auto group = groups.belenios(election->group);
  if (!sheet.check(kBelSetup, group != nullptr, kGroup, place,
                   fmt::format("the group \"{}\" is not one of those this program checks (BELENIOS-2048)", election->group)))
    return;
  const bool homomorphic = std::ranges::all_of(election->questions, &BelQuestion::homomorphic) && !archive.shuffled;
  if (!sheet.check(kBelSetup, homomorphic, kUnsupported, place,
                   "questions that are shuffled instead of summed are not supported: nothing was checked"))
    return;
  const auto key = group->element_decimal(election->public_key);
  if (!key) return sheet.note(kFormat, place + ": /public_key", "must be a number between 0 and p, in decimal");
  const auto trustees = read_bel_trustees(*group, archive.trustees.text);
  if (!trustees) return sheet.note(kFormat, archive.trustees.place, trustees.error());
  (void)check_bel_trustees(*group, *trustees, *key, archive.trustees.place, sheet);
  const FixedBase key_powers(*group, *key);
  const BelContext context{.group = *group,
                           .election = *election,
                           .fingerprint = bel_base64(sha256(archive.election.text)),
                           .key = *key,
                           .key_powers = key_powers};
  BelRun run{.archive = archive, .election = *election, .group = *group, .progress = progress, .sheet = sheet, .record = record};
  if (!run.credentials()) return;
  auto kept = run.ballots(context);
  run.tally(context, *trustees, kept);
}

}  // namespace

bool is_belenios(const std::vector<RecordFile>& files) {
  return std::ranges::any_of(files, [](const RecordFile& file) { return file.name == "BELENIOS"; });
}

RecordCheck check_belenios(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                           const PinnedGroups& groups) {
  RecordCheck record{.system = "Belenios", .version = {}, .title = {}};
  CheckSheet sheet;
  if (const auto archive = read_bel_archive(files, sheet)) bel_check_election(*archive, progress, groups, sheet, record);
  sheet.move_to(record, options.max_findings);
  return record;
}

}  // namespace entente::measures::p3_elections::e2e
