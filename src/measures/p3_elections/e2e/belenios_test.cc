// A tiny election of our own: it verifies; with any one value of it altered it does not.
#include "measures/p3_elections/e2e/belenios.h"

#include <gtest/gtest.h>

#include "measures/p3_elections/e2e/belenios_tar.h"
#include "measures/p3_elections/e2e/tiny_belenios.h"

namespace entente::measures::p3_elections::e2e {
namespace {

using test::Files;

const test::TinyGroups& bel_groups() {
  static const test::TinyGroups groups;
  return groups;
}

RecordCheck bel_check(const Files& files, const PinnedGroups& groups = bel_groups()) {
  Progress progress(Progress::Mode::silent);
  return check_record_files(files, "tiny.bel", {}, progress, groups).value();
}

std::string bel_findings(const RecordCheck& result) {
  std::string text;
  for (const RecordFinding& f : result.findings) text += f.code + " " + f.place + ": " + f.message + "\n";
  return text;
}

bool bel_has(const RecordCheck& result, std::string_view code, std::string_view place = "") {
  return std::ranges::any_of(result.findings,
                             [&](const RecordFinding& f) { return f.code == code && f.place.find(place) != std::string::npos; });
}

// The data file that contains `text`.
RecordFile& bel_file(Files& files, std::string_view text) {
  return *std::ranges::find_if(files, [&](const RecordFile& file) { return file.content.find(text) != std::string::npos; });
}

TEST(Belenios, AnElectionWithAllKindsOfTrusteesVerifies) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  const RecordCheck result = bel_check(files);
  EXPECT_TRUE(result.good()) << bel_findings(result);
  EXPECT_EQ(result.system, "Belenios");
  EXPECT_EQ(result.title, "Example County");
  EXPECT_EQ(result.ballots, 3U);
  ASSERT_EQ(result.tallies.size(), 2U);
  EXPECT_EQ(result.tallies[0].options[1].votes, 3);
  EXPECT_EQ(result.tallies[1].options[0].option, "(blank)");
  EXPECT_EQ(result.tallies[1].options[0].votes, 1);
  EXPECT_EQ(result.tallies[1].options[3].votes, 2);
}

TEST(Belenios, AnyAlteredByteBreaksTheChain) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  for (std::size_t i = 1; i < files.size(); ++i) {
    Files altered = files;
    test::turn(altered[i].content, altered[i].content.size() / 3);
    EXPECT_TRUE(bel_has(bel_check(altered), kChain, altered[i].name)) << altered[i].name;
  }
}

// Whoever holds the server can give the archive new hashes; then the proofs must tell.
TEST(Belenios, EveryValueIsBoundEvenWithNewHashes) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  std::size_t tried = 0;
  for (const test::Leaf& leaf : test::leaves(files)) {
    if (leaf.file == "BELENIOS" || leaf.file.ends_with(".event.json") || leaf.pointer == "/payload") continue;
    if (leaf.pointer == "/election" || leaf.pointer == "/trustees" || leaf.pointer == "/credentials" || leaf.pointer == "/encrypted_tally")
      continue;
    Files altered = files;
    const Json before = Json::parse(test::file_named(altered, leaf.file).content);
    const Json& value = before.at(Json::json_pointer(leaf.pointer));
    // A message of a certificate or of coefficients is JSON in a string: alter a digit inside.
    test::alter(altered, leaf);
    test::rehash_bel(altered);
    const RecordCheck result = bel_check(altered);
    EXPECT_FALSE(result.good()) << leaf.file << " " << leaf.pointer << " " << value.dump().substr(0, 60);
    ++tried;
  }
  EXPECT_GT(tried, 250U);
}

// Another program may show a member this one does not know.
TEST(Belenios, AMemberTheFormatDoesNotHaveIsRefused) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  std::map<std::string, test::Leaf> kinds;  // by the first key of the file and the place in it
  for (const RecordFile& file : files) {
    if (file.name == "BELENIOS" || file.content.starts_with(R"({"version")")) continue;  // the election: ballots are bound to its bytes
    const Json json = Json::parse(file.content);
    std::vector<test::Leaf> objects;
    test::collect_objects(json, file.name, "", objects);
    const std::string first = json.is_object() ? json.begin().key() : "list";
    for (test::Leaf& object : objects) {
      std::string kind = first;
      for (const char c : object.pointer)
        if (c < '0' || c > '9') kind += c;
      kinds.emplace(kind, std::move(object));
    }
  }
  EXPECT_GT(kinds.size(), 18U);
  for (const auto& [kind, object] : kinds) {
    Files altered = files;
    test::add_member(altered, object);
    test::rehash_bel(altered);
    const RecordCheck result = bel_check(altered);
    EXPECT_TRUE(bel_has(result, kFormat, "/winner")) << kind << "\n" << bel_findings(result);
  }
}

// As belenios-tool: a voter looks for the hash of the ballot's text, so there is one text only.
TEST(Belenios, ABallotHasOneSpelling) {
  Files files = test::TinyBelenios(bel_groups()).make();
  std::string& ballot = bel_file(files, "\"credential\":").content;
  ballot.insert(ballot.find(',') + 1, " ");
  test::rehash_bel(files);
  const RecordCheck result = bel_check(files);
  EXPECT_TRUE(bel_has(result, kFormat, "ballot 1")) << bel_findings(result);
}

TEST(Belenios, KeysWhoseSecretIsZeroAreRefused) {
  using Tiny = test::TinyBelenios;
  const RecordCheck credential = bel_check(Tiny(bel_groups(), {.credential = Tiny::Secret::zero}).make());
  EXPECT_TRUE(bel_has(credential, kGroup, "credentials")) << bel_findings(credential);
  EXPECT_EQ(credential.findings.size(), 1U) << bel_findings(credential);  // everything else holds
  const RecordCheck trustee = bel_check(Tiny(bel_groups(), {.trustee = Tiny::Secret::zero}).make());
  EXPECT_TRUE(bel_has(trustee, kGroup, "trustee 1")) << bel_findings(trustee);
  EXPECT_EQ(trustee.findings.size(), 1U) << bel_findings(trustee);
}

TEST(Belenios, FindingsNameTheBallotAndThePlace) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  const auto with = [&](auto change) {
    Files altered = files;
    change(altered);
    test::rehash_bel(altered);
    return bel_check(altered);
  };
  const auto in_ballot = [](Files& altered, const std::string& pointer) {
    RecordFile& file = bel_file(altered, "\"credential\":");
    Json json = Json::parse(file.content);
    test::alter(json.at(Json::json_pointer(pointer)));
    file.content = json.dump();
  };
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/answers/1/individual_proofs/2/1/response"); }), kProof,
                      "question 2, choice 3, individual proof"));
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/answers/0/overall_proof/0/challenge"); }), kProof, "question 1, overall proof"));
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/answers/1/blank_proof/0/response"); }), kProof, "question 2, blank proof"));
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/signature/proof/response"); }), kProof, "signature"));
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/signature/hash"); }), kChain, "signature, hash"));
  EXPECT_TRUE(bel_has(with([&](Files& f) { in_ballot(f, "/answers/0/choices/1/alpha"); }), kGroup, "question 1, choice 2, alpha"));
  const RecordCheck result = with([](Files& f) { bel_file(f, R"({"result")").content = R"({"result":[[0,3],[1,2,2,1]]})"; });
  EXPECT_TRUE(bel_has(result, kTally, "question 2, \"No\"")) << bel_findings(result);
}

TEST(Belenios, WhatIsNotAnElectionOfThisKindIsSaid) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  EXPECT_TRUE(bel_has(bel_check(files, PinnedGroups()), kGroup, "election"));  // TINY is no group of production
  const auto replaced = [&](std::string_view from, std::string_view to) {
    Files altered = files;
    std::string& text = bel_file(altered, from).content;
    text.replace(text.find(from), from.size(), to);
    test::rehash_bel(altered);
    return bel_check(altered);
  };
  EXPECT_TRUE(
      bel_has(replaced(R"({"answers":["Ada)", R"({"type":"NonHomomorphic","value":{"answers":[]},"was":["Ada)"), kUnsupported, "election"));
  EXPECT_TRUE(bel_has(replaced(R"({"version":1,"description)", R"({"version":2,"description)"), kUnsupported, "election"));
  EXPECT_TRUE(bel_has(replaced(R"("num_tallied":3)", R"("num_tallied":4)"), kTally));
  Files fewer(files.begin(), files.end() - 2);
  EXPECT_TRUE(bel_has(bel_check(fewer), kIncomplete));
  Files extra = files;
  extra.push_back({sha256("{}").hex() + ".data.json", "{}"});
  EXPECT_TRUE(bel_has(bel_check(extra), kChain, extra.back().name));
}

TEST(Belenios, ItsTarIsReadStrictly) {
  const Files files = test::TinyBelenios(bel_groups()).make();
  const std::string archive = test::write_bel(files);
  const auto read = read_record_bytes(archive, "tiny.bel");
  ASSERT_TRUE(read.has_value()) << read.error().str();
  EXPECT_EQ(read->size(), files.size());
  EXPECT_TRUE(bel_check(*read).good());
  EXPECT_TRUE(read_bel_tar(archive + std::string(1024, '\0'), "tiny.bel").has_value());
  std::string bad = archive;
  bad[3] ^= 1;
  EXPECT_FALSE(read_bel_tar(bad, "tiny.bel").has_value());  // checksum
  EXPECT_FALSE(read_bel_tar(archive.substr(0, archive.size() - 1), "tiny.bel").has_value());
  EXPECT_FALSE(read_bel_tar(archive + archive, "tiny.bel").has_value());  // names come twice
  bad = archive;
  bad[512 + 500] = 'x';  // after the end of the first file
  EXPECT_FALSE(read_bel_tar(bad, "tiny.bel").has_value());
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
