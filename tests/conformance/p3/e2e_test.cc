// Published ElectionGuard records: all of them verify; a record in which one value is another does not, and the finding names the file. Of
// every kind of value some are altered here, several kinds in one run where they lie in different files; with ENTENTE_SOAK=1 every value of
// every record is, one at a time (hours).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "measures/p3_elections/e2e/record_mutation.h"
#include "test_support.h"

namespace entente::measures::p3_elections::e2e {
namespace {

using test::Files;
using test::Leaf;

RecordCheck check(const Files& files) {
  Progress progress(Progress::Mode::silent);
  return check_record_files(files, "record", {}, progress).value();
}

// The record's files, named from its own folder.
Files record(const std::filesystem::path& path) {
  Files all = read_record(path).value();
  std::string folder;
  for (const RecordFile& file : all)
    if (file.name.ends_with("/constants.json")) folder = file.name.substr(0, file.name.size() - 14);
  for (RecordFile& file : all) file.name.erase(0, folder.size());
  return all;
}

std::string first_findings(const RecordCheck& result) {
  std::string text;
  for (std::size_t i = 0; i < result.findings.size() && i < 5; ++i)
    text += result.findings[i].code + " " + result.findings[i].place + ": " + result.findings[i].message + "\n";
  return text;
}

std::int64_t votes(const RecordCheck& result, std::string_view contest, std::string_view option) {
  for (const ContestTally& tally : result.tallies)
    if (tally.contest == contest)
      for (const OptionVotes& votes : tally.options)
        if (votes.option == option) return votes.votes;
  return -1;
}

std::uint64_t count(const RecordCheck& result, std::string_view name) {
  for (const CheckCount& one : result.checks)
    if (one.name.starts_with(name)) return one.good == one.of ? one.of : 0;
  return 0;
}

// What no hash, proof or sum of a record binds: labels, and what a verifier cannot know. docs/elections-e2e.md names them.
bool unbound(const Leaf& leaf) {
  const std::string& kind = leaf.kind;
  static const std::set<std::string> kinds = {
      // 0.95
      "encrypted_tally/object_id", "tally/object_id", "manifest/spec_version", "context/extended_data",
      "guardians/guardian_id",  // bound by the shares, which then name no guardian
      // 2.0
      "election_config/config_version", "encrypted_tally/tally_id", "tally/id", "encrypted_ballots/timestamp",
      "encrypted_ballots/encrypting_device", "election_initialized/guardians/guardian_id",
      "encrypted_ballots/ballot_id",  // bound by the list of cast ballots, which is then named
  };
  if (kinds.contains(kind) || leaf.pointer.ends_with("/numBytes")) return true;
  if (kind.starts_with("encrypted_ballots/") && kind.find("encrypted_contest_data") != std::string::npos)
    return true;  // only of challenged ones
  for (const std::string_view part : {"usage", "manifest/candidates", "metadata", "encrypted_sn", "ballot_count", "/contest_data/", "num"})
    if (kind.find(part) != std::string::npos && (part != "num" || kind.ends_with("/num"))) return true;
  return false;
}

bool soak() {
  const char* wanted = std::getenv("ENTENTE_SOAK");
  return wanted != nullptr && *wanted != '\0';
}

// One leaf of each kind, of those in files whose name begins with `prefix`; of every `step`th kind only, unless ENTENTE_SOAK is set.
std::vector<Leaf> one_of_each(const Files& files, std::string_view prefix, std::size_t step) {
  std::map<std::string, std::vector<Leaf>> kinds;
  Files chosen;
  for (const RecordFile& file : files)
    if (file.name.starts_with(prefix)) chosen.push_back(file);
  for (Leaf& leaf : test::leaves(chosen))
    if (!unbound(leaf)) kinds[leaf.kind].push_back(std::move(leaf));
  std::vector<Leaf> out;
  std::size_t turn = 0;
  for (const auto& [kind, list] : kinds) {
    if (soak() || turn % step == step / 2) out.push_back(list[(turn * 7919 + list.size() / 2) % list.size()]);
    ++turn;
  }
  return out;
}

// Alters each leaf in a record of its own; each must fail, and name `needle` (by default the leaf's file).
void expect_each_fails(const Files& files, const std::vector<Leaf>& list, std::string_view needle = "") {
  for (const Leaf& leaf : list) {
    Files altered = files;
    test::alter(altered, leaf);
    const RecordCheck result = check(altered);
    EXPECT_FALSE(result.good()) << leaf.file << " " << leaf.pointer;
    EXPECT_TRUE(test::names(result, needle.empty() ? std::string_view(leaf.file) : needle)) << leaf.file << " " << leaf.pointer << "\n"
                                                                                            << first_findings(result);
  }
}

// Alters as many leaves in one run as there are files to put them in; each file must be named. At most `runs` runs, unless ENTENTE_SOAK is
// set: kinds that are left then are left out. `besides` is altered in the first run, in files of its own.
void expect_all_named(const Files& files, std::string_view prefix, std::size_t runs, const std::function<bool(const RecordFile&)>& usable,
                      const std::vector<Leaf>& besides = {}) {
  std::vector<std::string> names;
  for (const RecordFile& file : files)
    if (file.name.starts_with(prefix) && usable(file)) names.push_back(file.name);
  ASSERT_FALSE(names.empty());
  Files chosen;
  for (const RecordFile& file : files)
    if (std::ranges::find(names, file.name) != names.end()) chosen.push_back(file);
  std::map<std::string, std::map<std::string, Leaf>> by_file;  // file, kind
  std::set<std::string> kinds;
  for (const Leaf& leaf : test::leaves(chosen)) {
    if (unbound(leaf)) continue;
    by_file[leaf.file].emplace(leaf.kind, leaf);
    kinds.insert(leaf.kind);
  }
  for (std::size_t run = 0; !kinds.empty() && (run < runs || soak()); ++run) {
    Files altered = files;
    std::vector<Leaf> used = run == 0 ? besides : std::vector<Leaf>{};
    for (const Leaf& leaf : used) test::alter(altered, leaf);
    const std::size_t before = used.size();
    for (const std::string& name : names)
      for (const auto& [kind, leaf] : by_file[name])
        if (kinds.erase(kind) != 0) {
          test::alter(altered, leaf);
          used.push_back(leaf);
          break;
        }
    if (used.size() == before) break;
    const RecordCheck result = check(altered);
    for (const Leaf& leaf : used)
      EXPECT_TRUE(test::names(result, leaf.file)) << leaf.file << " " << leaf.pointer << " " << leaf.kind << "\n" << first_findings(result);
  }
}

TEST(ElectionGuard95, EveryRecordVerifies) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto folder = shared / "conformance/p3_elections/electionguard";
  struct Case {
    const char* name;
    std::uint64_t ballots, selections, spoiled;
  };
  for (const Case& one : {Case{"full", 4, 39, 6}, Case{"minimal", 5, 15, 0}, Case{"small", 3, 45, 14}}) {
    Progress progress(Progress::Mode::silent);
    const auto result = check_record(folder / fmt::format("eg-0.95.0-{}.tar.xz", one.name), {}, progress);
    ASSERT_OK(result);
    EXPECT_TRUE(result->good()) << one.name << "\n" << first_findings(*result);
    EXPECT_EQ(result->ballots, one.ballots) << one.name;
    EXPECT_EQ(count(*result, "EG1-4.B"), one.selections) << one.name;
    EXPECT_EQ(count(*result, "EG1-13 spoiled ballots: M = g^t"), one.spoiled) << one.name;
    EXPECT_EQ(count(*result, "EG1-3.B"), 4U) << one.name;
    if (std::string_view(one.name) != "full") continue;
    EXPECT_EQ(votes(*result, "justice-supreme-court", "john-hancock-selection"), 3);
    EXPECT_EQ(votes(*result, "referendum-pineapple", "referendum-pineapple-affirmative-selection"), 1);
  }
}

TEST(ElectionGuard95, AnotherValueAnywhereFailsAndIsNamed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Files files = record(shared / "conformance/p3_elections/electionguard/eg-0.95.0-minimal.tar.xz");
  const auto all = [](const RecordFile&) { return true; };
  expect_all_named(files, "submitted_ballots/", 3, all);
  expect_all_named(files, "guardians/", 1, all);
  expect_each_fails(files, one_of_each(files, "tally.json", 30));
  expect_each_fails(files, one_of_each(files, "encrypted_tally.json", 6));
  expect_each_fails(files, one_of_each(files, "context.json", 6));
  expect_each_fails(files, one_of_each(files, "coefficients.json", 1));
  expect_each_fails(files, one_of_each(files, "encryption_devices/", 4), "code_seed");
  expect_each_fails(files, one_of_each(files, "manifest.json", 24), "manifest_hash");
  Files altered = files;
  const std::vector<std::string> keys{"large_prime", "small_prime", "cofactor", "generator"};
  for (const std::string& key : keys) {
    std::string& text = test::file_named(altered, "constants.json").content;
    test::turn(text, text.find(key) + key.size() + 8);
  }
  const RecordCheck result = check(altered);
  for (const std::string& key : keys) EXPECT_TRUE(test::names(result, "constants.json: " + key));
}

bool has(const RecordCheck& result, std::string_view code, std::string_view place) {
  return std::ranges::any_of(result.findings,
                             [&](const RecordFinding& f) { return f.code == code && f.place.find(place) != std::string::npos; });
}

// A nonce opens the vote; extended data and members the format does not have are bound by nothing; the number of a placeholder is bound by
// its description only.
TEST(ElectionGuard95, WhatAPublishedBallotMustNotHaveIsFound) {
  ENTENTE_SHARED_OR_SKIP(shared);
  Files files = record(shared / "conformance/p3_elections/electionguard/eg-0.95.0-minimal.tar.xz");
  std::vector<std::string> ballots;
  for (const RecordFile& file : files)
    if (file.name.starts_with("submitted_ballots/")) ballots.push_back(file.name);
  ASSERT_GE(ballots.size(), 5U);
  const auto set = [&](const std::string& name, const std::string& pointer, const Json& value) {
    RecordFile& file = test::file_named(files, name);
    Json json = Json::parse(file.content);
    json[Json::json_pointer(pointer)] = value;
    file.content = json.dump();
  };
  const Json nonce{{"data", "5A"}};
  const std::string contest = "/contests/0";
  const std::string selection = contest + "/ballot_selections/1";
  set(ballots[0], "/nonce", nonce);
  set(ballots[1], contest + "/nonce", nonce);
  set(ballots[2], selection + "/nonce", nonce);
  set(ballots[2], selection + "/extended_data", Json{{"pad", nonce}, {"data", nonce}});
  set(ballots[3], selection + "/ciphertext/winner", "X");
  const Json last = Json::parse(test::file_named(files, ballots[4]).content);
  std::size_t placeholder = 0;
  while (!last["contests"][0]["ballot_selections"][placeholder]["is_placeholder_selection"].get<bool>()) ++placeholder;
  set(ballots[4], fmt::format("{}/ballot_selections/{}/sequence_order", contest, placeholder), 7);
  set("tally.json", "/winner", "X");
  const RecordCheck result = check(files);
  EXPECT_TRUE(has(result, kSecret, ballots[0] + ": /nonce")) << first_findings(result);
  EXPECT_TRUE(has(result, kSecret, ballots[1] + ": /contests/0/nonce")) << first_findings(result);
  EXPECT_TRUE(has(result, kSecret, ballots[2] + ": /contests/0/ballot_selections/1/nonce")) << first_findings(result);
  EXPECT_TRUE(has(result, kUnsupported, ballots[2] + ": /contests/0/ballot_selections/1/extended_data")) << first_findings(result);
  EXPECT_TRUE(has(result, kFormat, ballots[3] + ": /contests/0/ballot_selections/1/ciphertext/winner")) << first_findings(result);
  EXPECT_TRUE(has(result, kFormat, ballots[4] + ": contest ")) << first_findings(result);
  EXPECT_TRUE(has(result, kFormat, "tally.json: /winner")) << first_findings(result);
  Files guardian = record(shared / "conformance/p3_elections/electionguard/eg-0.95.0-minimal.tar.xz");
  test::add_member(guardian, {"guardians/guardian_2.json", "/election_proofs/0", ""});
  EXPECT_TRUE(has(check(guardian), kFormat, "guardians/guardian_2.json: /election_proofs/0/winner"));
}

TEST(ElectionGuard95, SpoiledBallotsAndMissingPartsAreNoticed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Files files = record(shared / "conformance/p3_elections/electionguard/eg-0.95.0-full.tar.xz");
  expect_each_fails(files, one_of_each(files, "spoiled_ballots/", 30));
  const auto expect_missed = [](const Files& whole, std::string_view gone) {
    Files fewer = whole;
    std::erase_if(fewer, [&](const RecordFile& file) { return file.name.starts_with(gone); });
    EXPECT_LT(fewer.size(), whole.size());
    EXPECT_FALSE(check(fewer).good()) << gone;
  };
  expect_missed(files, "spoiled_ballots/");
  expect_missed(files, "submitted_ballots/submitted_ballot_ballot-06e7b2ce");
  const Files smaller = record(shared / "conformance/p3_elections/electionguard/eg-0.95.0-minimal.tar.xz");
  expect_missed(smaller, "guardians/guardian_4");
  expect_missed(smaller, "tally.json");
  Files twice = files;
  for (const RecordFile& file : files)
    if (file.name.starts_with("submitted_ballots/submitted_ballot_ballot-06e7aa04"))
      twice.push_back({"submitted_ballots/again.json", file.content});
  const RecordCheck result = check(twice);
  EXPECT_TRUE(std::ranges::any_of(result.findings, [](const RecordFinding& f) { return f.code == kDuplicate; })) << first_findings(result);
}

TEST(ElectionGuard20, TheRecordVerifies) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const RecordCheck result = check(record(shared / "conformance/p3_elections/electionguard/egk-2.0-allAvailable.tar.xz"));
  EXPECT_TRUE(result.good()) << first_findings(result);
  EXPECT_EQ(result.ballots, 33U);
  EXPECT_EQ(count(result, "EG2-5.A"), 1400U);
  EXPECT_EQ(count(result, "EG2-7.B"), 42U);
  EXPECT_EQ(count(result, "EG2-12.B"), 154U);
  EXPECT_EQ(votes(result, "contest2", "selection4"), 18);
}

TEST(ElectionGuard20, UndecryptedContestDataAndAnotherFileAreNoticed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  Files files = record(shared / "conformance/p3_elections/electionguard/egk-2.0-allAvailable.tar.xz");
  std::vector<std::string> changed;
  for (RecordFile& file : files) {
    if (!file.name.starts_with("challenged_ballots/") || changed.size() == 2) continue;
    Json json = Json::parse(file.content);
    if (changed.empty())
      json["contests"][0].erase("decrypted_contest_data");
    else
      json["contests"][0]["decrypted_contest_data"] = nullptr;
    file.content = json.dump();
    changed.push_back(file.name);
  }
  ASSERT_EQ(changed.size(), 2U);
  files.push_back({"result.json", "{}"});
  const RecordCheck result = check(files);
  EXPECT_EQ(result.findings.size(), 3U) << first_findings(result);
  for (const std::string& name : changed) EXPECT_TRUE(has(result, kIncomplete, name)) << first_findings(result);
  EXPECT_TRUE(has(result, kFormat, "result.json")) << first_findings(result);
}

TEST(ElectionGuard20, AnotherValueAnywhereFailsAndIsNamed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Files files = record(shared / "conformance/p3_elections/electionguard/egk-2.0-allAvailable.tar.xz");
  const auto cast = [](const RecordFile& file) { return file.content.find("\"CAST\"") != std::string::npos; };
  const auto all = [](const RecordFile&) { return true; };
  // One run for both kinds of ballots: what is altered in a cast ballot is not found in a challenged one. (Every value of a smaller record
  // is altered in eg2_test.cc.)
  std::vector<Leaf> besides{{"election_initialized.json", "/guardians/2/coefficient_proofs/1/challenge", ""}};
  std::set<std::string> taken;
  for (const Leaf& leaf : one_of_each(files, "challenged_ballots/", 1))
    if (taken.insert(leaf.file).second) besides.push_back(leaf);
  EXPECT_GT(besides.size(), 4U);
  expect_all_named(files, "encrypted_ballots/", 1, cast, besides);
  if (!soak()) return;
  expect_all_named(files, "challenged_ballots/", 1, all);
  for (const auto& [file, pointer] :
       std::vector<std::pair<std::string, std::string>>{{"tally.json", "/contests/3/selections/1/proof/response"},
                                                        {"tally.json", "/contests/1/selections/0/tally"},
                                                        {"encrypted_tally.json", "/contests/5/selections/0/encrypted_vote/data"},
                                                        {"encrypted_tally.json", "/contests/5/selections/0/sequence_order"}})
    expect_each_fails(files, {{file, pointer, ""}});
}

// With ENTENTE_SOAK=1 every value of every record (hours); else a few of the smallest, taken at equal distances.
TEST(ElectionGuard, WithEveryValueAlteredInTurn) {
  ENTENTE_SHARED_OR_SKIP(shared);
  constexpr std::size_t kShort = 12;
  std::size_t tried = 0;
  for (const auto name : {"eg-0.95.0-minimal", "eg-0.95.0-full", "eg-0.95.0-small", "egk-2.0-allAvailable"}) {
    const Files files = record(shared / fmt::format("conformance/p3_elections/electionguard/{}.tar.xz", name));
    std::vector<Leaf> leaves = test::leaves(files);
    std::erase_if(leaves, [](const Leaf& leaf) { return unbound(leaf); });
    const std::size_t step = soak() ? 1 : std::max<std::size_t>(1, leaves.size() / kShort);
    for (std::size_t i = step / 2; i < leaves.size(); i += step) {
      Files altered = files;
      test::alter(altered, leaves[i]);
      EXPECT_FALSE(check(altered).good()) << name << " " << leaves[i].file << " " << leaves[i].pointer;
      ++tried;
    }
    if (!soak()) break;
  }
  EXPECT_GE(tried, kShort);
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
