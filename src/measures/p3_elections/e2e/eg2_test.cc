// A tiny ElectionGuard 2.0 election of our own, with chained confirmation codes: it verifies; with any one value of it altered it does not.
#include "measures/p3_elections/e2e/eg2.h"

#include <gtest/gtest.h>

#include <functional>

#include "measures/p3_elections/e2e/tiny_electionguard.h"

namespace entente::measures::p3_elections::e2e {
namespace {

using test::Files;

const test::TinyGroups& eg2_groups() {
  static const test::TinyGroups groups;
  return groups;
}

RecordCheck eg2_check(const Files& files, const PinnedGroups& groups = eg2_groups()) {
  Progress progress(Progress::Mode::silent);
  return check_record_files(files, "tiny", {}, progress, groups).value();
}

std::string eg2_findings(const RecordCheck& result) {
  std::string text;
  for (const RecordFinding& f : result.findings) text += f.code + " " + f.place + ": " + f.message + "\n";
  return text;
}

bool eg2_has(const RecordCheck& result, std::string_view code, std::string_view place = "") {
  return std::ranges::any_of(result.findings,
                             [&](const RecordFinding& f) { return f.code == code && f.place.find(place) != std::string::npos; });
}

TEST(ElectionGuard2, AnElectionVerifies) {
  const RecordCheck result = eg2_check(test::TinyElectionGuard(eg2_groups()).make());
  EXPECT_TRUE(result.good()) << eg2_findings(result);
  EXPECT_EQ(result.ballots, 3U);
  ASSERT_EQ(result.tallies.size(), 2U);
  EXPECT_EQ(result.tallies[1].options[0].votes, 3);
}

TEST(ElectionGuard2, EveryValueIsBound) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  std::size_t tried = 0;
  for (const test::Leaf& leaf : test::leaves(files)) {
    const auto is = [&](std::string_view part) { return leaf.pointer.find(part) != std::string::npos; };
    if (is("/config_version") || is("/guardian_id") || is("/ballot_count") || is("/numBytes") || is("/timestamp") || is("/tally_id"))
      continue;
    if (leaf.file == "tally.json" && leaf.pointer == "/id") continue;
    if (leaf.file.starts_with("encrypted_ballots/") && is("/encrypting_device")) continue;
    if (leaf.file.starts_with("encrypted_ballots/") && !leaf.file.ends_with("id-4.json") && is("/encrypted_contest_data")) continue;
    Files altered = files;
    test::alter(altered, leaf);
    EXPECT_FALSE(eg2_check(altered).good()) << leaf.file << " " << leaf.pointer;
    ++tried;
  }
  EXPECT_GT(tried, 350U);
}

TEST(ElectionGuard2, AMemberTheFormatDoesNotHaveIsRefused) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  std::map<std::string, test::Leaf> kinds;
  for (const RecordFile& file : files) {
    if (file.name == "manifest.json") continue;  // its bytes are hashed
    std::vector<test::Leaf> objects;
    test::collect_objects(Json::parse(file.content), file.name, "", objects);
    for (test::Leaf& object : objects) kinds.emplace(object.kind, std::move(object));
  }
  EXPECT_GT(kinds.size(), 20U);
  for (const auto& [kind, object] : kinds) {
    Files altered = files;
    test::add_member(altered, object);
    EXPECT_TRUE(eg2_has(eg2_check(altered), kFormat, "/winner")) << kind;
  }
}

TEST(ElectionGuard2, ContestDataOfAChallengedBallotMustBeDecrypted) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  const std::string name = "challenged_ballots/dballot-id-4.json";
  const auto with = [&](const std::function<void(Json&)>& change) {
    Files altered = files;
    RecordFile& file = test::file_named(altered, name);
    Json json = Json::parse(file.content);
    change(json["contests"][1]);
    file.content = json.dump();
    return eg2_check(altered);
  };
  const std::string place = name + ": contest contest2, decrypted_contest_data";
  EXPECT_TRUE(eg2_has(with([](Json& contest) { contest.erase("decrypted_contest_data"); }), kIncomplete, place));
  EXPECT_TRUE(eg2_has(with([](Json& contest) { contest["decrypted_contest_data"] = nullptr; }), kIncomplete, place));
}

TEST(ElectionGuard2, AFileTheFormatDoesNotHaveIsFound) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  for (const char* name :
       {"result.json", "encrypted_ballots/device/winner.json", "challenged_ballots/tally.json", "other/ballot_chain.json"}) {
    Files more = files;
    more.push_back({name, R"({"winner":"X"})"});
    const RecordCheck result = eg2_check(more);
    ASSERT_EQ(result.findings.size(), 1U) << name << eg2_findings(result);
    EXPECT_TRUE(eg2_has(result, kFormat, name));
  }
  Files chained = files;
  chained.push_back({"encrypted_ballots/device/ballot_chain.json", "{}"});
  EXPECT_TRUE(eg2_check(chained).good());
}

// In constants.json the numbers are compared, however they are spelt, and the group's name is for readers.
TEST(ElectionGuard2, ConstantsAreComparedAsNumbers) {
  Files files = test::TinyElectionGuard(eg2_groups()).make();
  RecordFile& file = test::file_named(files, "constants.json");
  Json json = Json::parse(file.content);
  for (auto& [key, value] : json["constants"].items()) {
    std::string upper = "00" + value.get<std::string>();
    for (char& c : upper)
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    value = upper;
  }
  json["name"] = "another name";
  file.content = json.dump();
  const RecordCheck spelt = eg2_check(files);
  EXPECT_TRUE(spelt.good()) << eg2_findings(spelt);
  for (const char* key : {"largePrime", "smallPrime", "cofactor", "generator"}) {
    Json other = json;
    other["constants"][key] = "1" + other["constants"][key].get<std::string>();
    file.content = other.dump();
    EXPECT_TRUE(eg2_has(eg2_check(files), kGroup, key));
  }
}

TEST(ElectionGuard2, FindingsNameBallotContestAndSelection) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  const auto with = [&](const std::string& file, const std::string& pointer) {
    Files altered = files;
    test::alter(altered, {file, pointer, ""});
    return eg2_check(altered);
  };
  const std::string ballot = "encrypted_ballots/device/eballot-id-2.json";
  EXPECT_TRUE(eg2_has(with(ballot, "/contests/1/selections/2/proof/proofs/1/response"), kProof,
                      ballot + ": contest contest2, selection selection23"));
  EXPECT_TRUE(eg2_has(with(ballot, "/contests/1/proof/proofs/3/challenge"), kProof, ballot + ": contest contest2, proof"));
  EXPECT_TRUE(eg2_has(with(ballot, "/contests/0/selections/1/encrypted_vote/data"), kGroup, "selection selection12, encrypted_vote, data"));
  EXPECT_TRUE(eg2_has(with(ballot, "/code_baux"), kChain, ballot + ": code_baux"));
  EXPECT_TRUE(eg2_has(with(ballot, "/confirmation_code"), kChain, ballot + ": confirmation_code"));
  EXPECT_TRUE(eg2_has(with("tally.json", "/contests/0/selections/1/tally"), kTally, "contest contest1, selection selection12, tally"));
  EXPECT_TRUE(
      eg2_has(with("challenged_ballots/dballot-id-4.json", "/contests/1/decrypted_contest_data/beta"), kProof, "decrypted_contest_data"));
  EXPECT_TRUE(
      eg2_has(with("election_initialized.json", "/guardians/1/coefficient_proofs/1/response"), kKey, "guardian guardian2, coefficient 1"));
}

TEST(ElectionGuard2, MissingAndRepeatedPartsAreNoticed) {
  const Files files = test::TinyElectionGuard(eg2_groups()).make();
  for (const RecordFile& gone : files) {
    Files fewer = files;
    std::erase_if(fewer, [&](const RecordFile& file) { return file.name == gone.name; });
    Progress progress(Progress::Mode::silent);
    const auto result = check_record_files(fewer, "tiny", {}, progress, eg2_groups());
    EXPECT_FALSE(result.has_value() && result->good()) << gone.name;
  }
  Files twice = files;
  twice.push_back(
      {"encrypted_ballots/device/eballot-again.json", test::file_named(twice, "encrypted_ballots/device/eballot-id-1.json").content});
  EXPECT_TRUE(eg2_has(eg2_check(twice), kDuplicate, "eballot-id-1"));
  EXPECT_TRUE(eg2_has(eg2_check(files, PinnedGroups()), kGroup, "largePrime"));  // the tiny group is none of production
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
