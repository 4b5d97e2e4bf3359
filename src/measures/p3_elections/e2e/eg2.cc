// Checks a whole 2.0.0 record by the verification boxes of the specification: parameters and hashes (1), guardians (2), joint key (3),
// extended base hash (4), ballots in parallel (5, 6, 7), aggregation (8), decryption of the tally (9 to 11) and of challenged ballots (12
// to 14). Pre-encrypted ballots (15 to 18) are named as not supported.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/parallel.h"
#include "measures/p3_elections/e2e/eg2.h"
#include "measures/p3_elections/e2e/electionguard.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr std::string_view kEg2Version = "EG2-1.A protocol version";
constexpr std::string_view kEg2Parameters = "EG2-1.BCDE parameters: p, q, r and g are the standard ones";
constexpr std::string_view kEg2BaseHashes = "EG2-1.FGH parameter base hash, manifest hash, election base hash";
constexpr std::string_view kEg2Guardian = "EG2-2 guardians: proofs of knowing every coefficient";
constexpr std::string_view kEg2Joint = "EG2-3 joint key is the product of the guardians' keys";
constexpr std::string_view kEg2Extended = "EG2-4 extended base hash";
constexpr std::string_view kEg2Unique = "EG2-7.C no ballot id and no confirmation code twice";
constexpr std::string_view kEg2Chain = "EG2-7.DE code_baux: the device's bytes, after the code before it where codes are chained";
constexpr std::string_view kEg2Aggregate = "EG2-8 aggregation: the encrypted tally is the product of the cast ballots";
constexpr std::string_view kEg2Cast = "EG2-8 aggregation: cast_ballot_ids are the cast ballots";
constexpr std::string_view kEg2Challenged = "EG2-12 challenged ballots: each is decrypted, and no other";

std::string eg2_plain_hex(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  return text;
}

struct Eg2Run {
  const std::vector<RecordFile>& files;
  const Group& group;
  Progress& progress;
  CheckSheet& sheet;
  RecordCheck& record;
  Eg2Config config = {};
  Eg2Manifest manifest = {};
  Eg2Initialized initialized = {};
  std::vector<Eg2Ballot> ballots = {};

  const RecordFile* file(std::string_view name) {
    const auto at = std::ranges::find(files, name, &RecordFile::name);
    if (at != files.end()) return &*at;
    sheet.note(kIncomplete, std::string(name), "the file is missing");
    return nullptr;
  }
  std::vector<const RecordFile*> folder(std::string_view prefix, std::string_view base) const {
    std::vector<const RecordFile*> out;
    for (const RecordFile& one : files)
      if (one.name.starts_with(prefix) && one.name.substr(one.name.rfind('/') + 1).starts_with(base)) out.push_back(&one);
    return out;
  }
  template <class T>
  bool take(const RecordFile* from, T& out, Result<T> value) {
    if (!value) sheet.note(kFormat, from->name, value.error());
    if (value) out = std::move(*value);
    return value.has_value();
  }

  std::string parameters() {  // the protocol version
    const RecordFile* constants = file("constants.json");
    if (constants == nullptr) return "";
    const auto document = JsonDocument::parse(constants->content, constants->name, {.max_depth = 8});
    if (!document) {
      sheet.note(kFormat, constants->name, document.error());
      return "";
    }
    const RecordValue root{document->root(), ""};
    if (const auto known = root.only({"name", "type", "protocolVersion", "constants"}); !known)
      sheet.note(kFormat, constants->name, known.error());
    const std::string version(json_string(document->root(), "protocolVersion").value_or(""));
    sheet.check(kEg2Version, version == "v2.0.0", kUnsupported, constants->name + ": protocolVersion", "only v2.0.0 is known");
    sheet.check(kEg2Parameters, json_string(document->root(), "type") == "IntegerGroup", kUnsupported, constants->name + ": type",
                "only integer groups are supported");
    const auto numbers = json_get(document->root(), "constants");
    if (numbers)
      if (const auto known = RecordValue{*numbers, "/constants"}.only({"largePrime", "smallPrime", "cofactor", "generator"}); !known)
        sheet.note(kFormat, constants->name, known.error());
    const auto same = [&](const char* key, const Bytes& wanted) {
      const std::string found(numbers ? json_string(*numbers, key).value_or("") : "");
      sheet.check(kEg2Parameters, eg2_plain_hex(found) == eg2_plain_hex(to_hex(wanted)), kGroup,
                  fmt::format("{}: {}", constants->name, key), "not the standard parameter");
    };
    same("largePrime", group.bytes(group.p()));
    same("smallPrime", group.bytes(group.q()));
    same("cofactor", group.bytes(group.cofactor()));
    same("generator", group.bytes(group.g()));
    return version;
  }

  void hashes(const std::string& version, const std::string& manifest_text) {
    const auto same = [&](const Digest& computed, const Digest& published, std::string_view key) {
      sheet.check(kEg2BaseHashes, computed == published, kChain, fmt::format("election_config.json: {}", key),
                  "not the hash of what it stands for");
    };
    Bytes key = to_bytes(version);
    key.resize(32);
    same(Eg2Hash(group, key, 0x00).add(group.p()).add(group.q()).add(group.g()).finish(), config.parameter_hash, "parameter_base_hash");
    const ByteView hp = config.parameter_hash.view();
    same(Eg2Hash(group, hp, 0x01).number(manifest_text.size()).add(as_bytes(manifest_text)).finish(), config.manifest_hash,
         "manifest_hash");
    same(Eg2Hash(group, hp, 0x02).add(config.manifest_hash.view()).number(config.guardians).number(config.quorum).finish(),
         config.base_hash, "election_base_hash");
    sheet.check(kEg2Extended, Eg2Hash(group, config.base_hash.view(), 0x12).add(initialized.key).finish() == initialized.extended_hash,
                kChain, "election_initialized.json: extended_base_hash", "not the hash of election base hash and joint key");
  }

  void guardians() {
    constexpr std::string_view kFile = "election_initialized.json";
    sheet.check(kEg2Guardian, initialized.guardians.size() == config.guardians && config.quorum >= 1 && config.quorum <= config.guardians,
                kIncomplete, std::string(kFile),
                fmt::format("{} guardians, the configuration says {}", initialized.guardians.size(), config.guardians));
    Element key = group.one();
    std::set<std::uint64_t> orders;
    for (const Eg2Guardian& guardian : initialized.guardians) {
      const std::string place = fmt::format("{}: guardian {}", kFile, guardian.id);
      const bool form =
          guardian.coefficients.size() == config.quorum && config.quorum > 0 && guardian.order >= 1 && orders.insert(guardian.order).second;
      if (!sheet.check(kEg2Guardian, form, kKey, place, "not as many coefficients as the quorum, or a number used twice")) continue;
      key = group.multiply(key, guardian.coefficients[0].key);
      PowerBatch batch(group);
      std::vector<std::pair<PowerBatch::Base, PowerBatch::Product>> planned;
      for (const Eg2Coefficient& one : guardian.coefficients) {
        const auto base = batch.base(one.key);
        planned.emplace_back(base, batch.product({{&group.g_powers(), one.proof.response}}, {{base, one.proof.challenge}}));
      }
      batch.run();
      for (std::size_t j = 0; j < planned.size(); ++j) {
        const Eg2Coefficient& one = guardian.coefficients[j];
        const std::string where = fmt::format("{}, coefficient {}", place, j);
        sheet.check(kEg2Guardian, batch.member(planned[j].first) && one.key != group.one(), kKey, where,
                    "not an element of the group, or 1");
        Eg2Hash hash(group, config.parameter_hash.view(), 0x10);
        hash.number(guardian.order).number(j).add(one.key).add(batch.result(planned[j].second));
        sheet.check(kEg2Guardian, hash.challenge() == one.proof.challenge, kKey, where, "the proof does not hold");
      }
    }
    sheet.check(kEg2Joint, key == initialized.key && key != group.one(), kKey, fmt::format("{}: joint_public_key", kFile),
                "not the product of the guardians' keys, or 1");
  }

  void check_ballots(const Eg2Election& election) {
    const auto sources = folder("encrypted_ballots/", "eballot-");
    std::vector<std::optional<Eg2Ballot>> read(sources.size());
    std::vector<CheckSheet> sheets(sources.size());
    progress.step("ballots", sources.size());
    parallel_for(sources.size(), [&](std::size_t i) {
      auto ballot = read_eg2_ballot(group, sources[i]->content);
      if (!ballot) {
        sheets[i].note(kFormat, sources[i]->name, ballot.error());
      } else {
        ballot->file = sources[i]->name;
        if (ballot->pre_encrypted) sheets[i].note(kUnsupported, ballot->file, "pre-encrypted ballots are not supported");
        check_eg2_ballot(election, *ballot, sheets[i]);
        read[i] = std::move(*ballot);
      }
      progress.advance();
    });
    progress.done();
    for (std::size_t i = 0; i < read.size(); ++i) {
      sheet.add(sheets[i]);
      if (read[i]) ballots.push_back(std::move(*read[i]));
    }
    if (sources.empty()) sheet.note(kIncomplete, "encrypted_ballots/", "there are no ballots");
  }

  // Every ballot's code_baux is that of its device; where codes are chained it begins with the code of another ballot of the device, or
  // with H(HE; 0x24, baux0), and no two ballots continue the same one.
  void chain() {
    std::set<std::string> ids;
    std::set<Digest> codes;
    for (const Eg2Ballot& ballot : ballots) {
      sheet.check(kEg2Unique, ids.insert(ballot.id).second, kDuplicate, ballot.file + ": ballot_id", "another ballot has the same id");
      sheet.check(kEg2Unique, codes.insert(ballot.code).second, kDuplicate, ballot.file + ": confirmation_code",
                  "another ballot has the same confirmation code");
    }
    std::set<std::pair<std::string, Bytes>> continued;
    for (const Eg2Ballot& ballot : ballots) {
      const Bytes device = config.baux0.empty() ? to_bytes(ballot.device) : config.baux0;
      bool right = ballot.baux == device;
      if (config.chained) {
        right = ballot.baux.size() == 32 + device.size() && std::equal(device.begin(), device.end(), ballot.baux.begin() + 32);
        const Bytes before(ballot.baux.begin(), ballot.baux.begin() + (right ? 32 : 0));
        const Digest first = Eg2Hash(group, initialized.extended_hash.view(), 0x24).add(device).finish();
        const auto digest = Digest::from_bytes(before);
        right = right && digest && *digest != ballot.code && (*digest == first || codes.contains(*digest)) &&
                continued.emplace(ballot.device, before).second;
      }
      sheet.check(kEg2Chain, right, kChain, ballot.file + ": code_baux", "not the bytes of the device, or not the code before it");
    }
  }

  Eg2Sums aggregate() {
    Eg2Sums sums;
    for (const Eg2ManifestContest& contest : manifest.contests)
      for (const auto& [id, order] : contest.selections) sums[contest.id][id] = {group.one(), group.one()};
    for (const Eg2Ballot& ballot : ballots) {
      if (ballot.state != "CAST") continue;
      ++record.ballots;
      for (const Eg2Contest& contest : ballot.contests) {
        const auto known = sums.find(contest.id);
        if (known == sums.end()) continue;  // noted with the ballot
        for (const Eg2Selection& selection : contest.selections)
          if (const auto at = known->second.find(selection.id); at != known->second.end())
            at->second = {group.multiply(at->second.pad, selection.vote.pad), group.multiply(at->second.data, selection.vote.data)};
      }
    }
    return sums;
  }

  void encrypted_tally(const Eg2Sums& sums) {
    const RecordFile* source = file("encrypted_tally.json");
    Eg2Tally tally;
    if (source == nullptr || !take(source, tally, read_eg2_tally(group, source->content))) return;
    sheet.check(kEg2Cast, tally.election == initialized.extended_hash, kChain, source->name + ": election_id", "of another election");
    std::vector<std::string> cast;
    for (const Eg2Ballot& ballot : ballots)
      if (ballot.state == "CAST") cast.push_back(ballot.id);
    std::ranges::sort(cast);
    std::ranges::sort(tally.cast);
    sheet.check(kEg2Cast, cast == tally.cast, kTally, source->name + ": cast_ballot_ids", "not the ids of the cast ballots");
    std::size_t wanted = 0;
    std::size_t seen = 0;
    for (const auto& [contest, selections] : sums) wanted += selections.size();
    for (const auto& [contest, order, selections] : tally.contests) {
      const Eg2ManifestContest* known = manifest.contest(contest);
      sheet.check(kEg2Aggregate, known != nullptr && known->order == order, kFormat,
                  fmt::format("{}: contest {}, sequence_order", source->name, contest), "not that of the manifest");
      for (const auto& [selection, own_order, vote] : selections) {
        const auto outer = sums.find(contest);
        const Eg2Ciphertext* sum = outer == sums.end() || !outer->second.contains(selection) ? nullptr : &outer->second.at(selection);
        const std::string place = fmt::format("{}: contest {}, selection {}", source->name, contest, selection);
        const bool described =
            known != nullptr && std::ranges::find(known->selections, std::pair{selection, own_order}) != known->selections.end();
        sheet.check(kEg2Aggregate, described, kFormat, place + ", sequence_order", "not that of the manifest");
        sheet.check(kEg2Aggregate, sum != nullptr && sum->pad == vote.pad, kTally, place + ", pad", "not the product of the cast ballots");
        sheet.check(kEg2Aggregate, sum != nullptr && sum->data == vote.data, kTally, place + ", data",
                    "not the product of the cast ballots");
        ++seen;
      }
    }
    sheet.check(kEg2Aggregate, seen == wanted, kIncomplete, source->name, "not one sum for each selection of the manifest");
  }

  void tally(const Eg2Election& election, const Eg2Sums& sums) {
    const RecordFile* source = file("tally.json");
    Eg2Decryption decryption;
    if (source == nullptr || !take(source, decryption, read_eg2_decryption(group, source->content))) return;
    check_eg2_decryption(election, decryption, sums, nullptr, source->name, sheet);
    for (const Eg2DecryptedContest& contest : decryption.contests) {
      const Eg2ManifestContest* known = manifest.contest(contest.id);
      ContestTally out{.contest = known != nullptr ? known->name : contest.id, .options = {}};
      for (const auto& selection : contest.selections) out.options.push_back({selection.id, static_cast<std::int64_t>(selection.tally)});
      record.tallies.push_back(std::move(out));
    }
  }

  void challenged(const Eg2Election& election) {
    std::map<std::string, const Eg2Ballot*> wanted;
    for (const Eg2Ballot& ballot : ballots) {
      sheet.check(kEg2Challenged, ballot.state == "CAST" || ballot.state == "CHALLENGED", kFormat, ballot.file + ": state",
                  "a ballot must be CAST or CHALLENGED");
      if (ballot.state == "CHALLENGED") wanted.emplace(ballot.id, &ballot);
    }
    const auto sources = folder("challenged_ballots/", "dballot-");
    std::vector<CheckSheet> sheets(sources.size());
    std::vector<std::string> ids(sources.size());
    parallel_for(sources.size(), [&](std::size_t i) {
      const auto decryption = read_eg2_decryption(group, sources[i]->content);
      if (!decryption) return sheets[i].note(kFormat, sources[i]->name, decryption.error());
      ids[i] = decryption->id;
      const auto ballot = wanted.find(decryption->id);
      if (ballot == wanted.end()) return;
      Eg2Sums expected;
      for (const Eg2Contest& contest : ballot->second->contests)
        for (const Eg2Selection& selection : contest.selections) expected[contest.id][selection.id] = selection.vote;
      check_eg2_decryption(election, *decryption, expected, ballot->second, sources[i]->name, sheets[i]);
    });
    std::set<std::string> seen;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      sheet.add(sheets[i]);
      if (!ids[i].empty())
        sheet.check(kEg2Challenged, wanted.contains(ids[i]) && seen.insert(ids[i]).second, kDuplicate, sources[i]->name + ": id",
                    "not a challenged ballot, or one decrypted twice");
    }
    for (const auto& [id, ballot] : wanted)
      sheet.check(kEg2Challenged, seen.contains(id), kIncomplete, ballot->file, "the challenged ballot is not decrypted");
  }

  // Nothing binds a file the format does not have, but another program, or a reader, may take it for part of the record. Where codes are
  // chained each device has a ballot_chain.json, which is not read: the chain is followed in the ballots.
  void other_files() {
    constexpr std::array<std::string_view, 6> kTop{
        "constants.json", "manifest.json", "election_config.json", "election_initialized.json", "encrypted_tally.json", "tally.json"};
    std::set<std::string_view> known(kTop.begin(), kTop.end());
    for (const RecordFile* one : folder("encrypted_ballots/", "eballot-")) known.insert(one->name);
    for (const RecordFile* one : folder("challenged_ballots/", "dballot-")) known.insert(one->name);
    for (const RecordFile& one : files) {
      const bool chain = config.chained && one.name.starts_with("encrypted_ballots/") && one.name.ends_with("/ballot_chain.json");
      if (!chain && !known.contains(one.name)) sheet.note(kFormat, one.name, "not a file of this format: nothing binds it");
    }
  }

  void run() {
    const std::string version = parameters();
    const RecordFile* settings = file("election_config.json");
    const RecordFile* described = file("manifest.json");
    const RecordFile* ceremony = file("election_initialized.json");
    if (settings == nullptr || described == nullptr || ceremony == nullptr) return;
    const bool a = take(settings, config, read_eg2_config(settings->content));
    const bool b = take(described, manifest, read_eg2_manifest(described->content));
    const bool c = take(ceremony, initialized, read_eg2_initialized(group, ceremony->content));
    if (!a || !b || !c) return;
    record.title = manifest.title;
    hashes(version, described->content);
    guardians();
    const FixedBase key(group, initialized.key);
    const Eg2Election election{.group = group, .manifest = manifest, .initialized = initialized, .key = key};
    check_ballots(election);
    chain();
    const Eg2Sums sums = aggregate();
    encrypted_tally(sums);
    tally(election, sums);
    challenged(election);
    other_files();
  }
};

}  // namespace

RecordCheck check_electionguard_2(const std::vector<RecordFile>& files, const RecordOptions& options, Progress& progress,
                                  const PinnedGroups& groups) {
  RecordCheck record{.system = "ElectionGuard", .version = "2.0.0", .title = {}};
  CheckSheet sheet;
  const auto group = groups.electionguard_2();
  Eg2Run{.files = files, .group = *group, .progress = progress, .sheet = sheet, .record = record}.run();
  sheet.move_to(record, options.max_findings);
  return record;
}

}  // namespace entente::measures::p3_elections::e2e
