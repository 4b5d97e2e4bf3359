// Belenios archives: the shared one of 100 ballots and fresh ones that belenios-tool makes. They verify, and belenios-tool agrees; with one
// value another they do not, and belenios-tool agrees.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

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

bool belenios_tool_installed() { return std::system("command -v belenios-tool > /dev/null 2>&1") == 0; }

// Whether belenios-tool says that all checks passed.
bool belenios_tool_agrees(const std::string& archive) {
  const auto folder = TemporaryFolder::make().value();
  entente::test::spit(folder.path() / "election.bel", archive);
  return std::system(fmt::format("belenios-tool election verify --dir={} > /dev/null 2>&1", folder.path().string()).c_str()) == 0;
}

TEST(Belenios, TheArchiveOf100BallotsVerifies) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const auto path = shared / "conformance/p3_elections/belenios/election-100-ballots.bel";
  Progress progress(Progress::Mode::silent);
  const auto result = check_record(path, {}, progress);
  ASSERT_OK(result);
  EXPECT_TRUE(result->good()) << first_findings(*result);
  EXPECT_EQ(result->ballots, 100U);
  EXPECT_EQ(count(*result, "BEL-B.5"), 500U);
  EXPECT_EQ(count(*result, "BEL-D.2"), 15U);
  EXPECT_EQ(votes(*result, "Question 1?", "Answer 1"), 50);
  EXPECT_EQ(votes(*result, "Question 2?", "(blank)"), 50);
  if (!belenios_tool_installed()) GTEST_SKIP() << "belenios-tool is not installed: not compared";
  EXPECT_TRUE(belenios_tool_agrees(entente::test::slurp(path)));
}

// A kind of value in each of many ballots at once, with the archive's hashes made anew.
TEST(Belenios, AnotherValueAnywhereFailsAndIsNamed) {
  ENTENTE_SHARED_OR_SKIP(shared);
  const Files files = read_record(shared / "conformance/p3_elections/belenios/election-100-ballots.bel").value();
  Files altered = files;
  std::vector<std::pair<std::size_t, std::string>> used;
  std::map<std::string, Leaf> kinds;
  std::size_t ballot = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].content.starts_with(R"({"election_uuid")")) continue;
    if (kinds.empty()) {
      std::vector<Leaf> all;
      test::collect_leaves(Json::parse(files[i].content), "", "", all);
      for (Leaf& leaf : all) kinds.emplace(leaf.pointer, std::move(leaf));
    }
    if (ballot == kinds.size()) break;
    auto kind = std::next(kinds.begin(), static_cast<std::ptrdiff_t>(ballot++));
    Json json = Json::parse(files[i].content);
    if (!json.contains(Json::json_pointer(kind->first))) continue;
    test::alter(json.at(Json::json_pointer(kind->first)));
    altered[i].content = json.dump();
    used.emplace_back(i, kind->first);
  }
  EXPECT_GT(used.size(), 40U);
  test::rehash_bel(altered);
  const RecordCheck result = check(altered);
  for (const auto& [i, pointer] : used) EXPECT_TRUE(test::names(result, altered[i].name)) << pointer;
  if (belenios_tool_installed()) EXPECT_FALSE(belenios_tool_agrees(test::write_bel(altered)));
}

// Makes elections with belenios-tool: a mandatory trustee, two of three threshold trustees, a voter who votes twice.
constexpr const char* kMakeElection = R"sh(set -e
export BELENIOS_USE_URANDOM=1
cd "$1"
uuid=$(belenios-tool setup generate-token)
group="--group BELENIOS-2048"
belenios-tool setup generate-credentials --uuid $uuid $group --count 4
mv *.pubcreds public_creds.json; mv *.privcreds private_creds.txt
key() { belenios-tool setup generate-trustee-key-threshold $group "$@"; }
for i in 1 2 3; do key --step 1; done
cat *.cert > certs.jsons
key --certs certs.jsons --step 2
for k in *.key; do key --certs certs.jsons --key $k --step 3 --threshold 2; done > polynomials.jsons
key --certs certs.jsons --step 4 --polynomials polynomials.jsons
for k in *.key; do b=${k%.key}; key --certs certs.jsons --key $k --step 5 < $b.vinput > $b.voutput; done
cat *.voutput | key --certs certs.jsons --step 6 --polynomials polynomials.jsons > threshold.json
belenios-tool setup generate-trustee-key $group
cat *.pubkey > public_keys.jsons
belenios-tool setup make-trustees
rm threshold.json
cat > template.json <<T
{"description":"An example","name":"Example County","questions":[{"answers":["Ada Example","Bo Example"],"min":0,"max":1,"question":"Clerk?"},{"answers":["Yes","No","Later"],"blank":true,"min":1,"max":2,"question":"Bridge?"}],"administrator":"Example","credential_authority":"Example"}
T
belenios-tool setup make-election --uuid $uuid $group --template template.json
belenios-tool archive init
rm -f election.json trustees.json public_creds.json
i=0
for v in '[[1,0],[0,1,1,0]]' '[[0,1],[1,0,0,0]]' '[[0,0],[0,0,1,0]]' '[[1,0],[0,0,0,1]]' '[[0,1],[0,1,0,0]]'; do
  sed -n $(( i % 4 + 1 ))p private_creds.txt | cut -d' ' -f2 > cred; echo "$v" > ballot; i=$((i+1))
  belenios-tool election generate-ballot --privcred cred --ballot ballot | belenios-tool archive add-event --type=Ballot
done
belenios-tool archive add-event --type=EndBallots < /dev/null
belenios-tool election compute-encrypted-tally | belenios-tool archive add-event --type=EncryptedTally
t=2
for k in *.key; do
  [ $t = 3 ] || belenios-tool election decrypt-threshold --key $k --decryption-key ${k%.key}.dkey --trustee-id $t | belenios-tool archive add-event --type=PartialDecryption
  t=$((t+1))
done
for k in *.privkey; do belenios-tool election decrypt --privkey $k --trustee-id 1 | belenios-tool archive add-event --type=PartialDecryption; done
belenios-tool election compute-result | belenios-tool archive add-event --type=Result
mv *.bel election.bel
)sh";

TEST(Belenios, AFreshElectionWithThresholdTrusteesVerifiesHereAndThere) {
  if (!belenios_tool_installed()) GTEST_SKIP() << "belenios-tool is not installed";
  const auto folder = TemporaryFolder::make().value();
  entente::test::spit(folder.path() / "make.sh", kMakeElection);
  const std::string command = fmt::format("bash {0}/make.sh {0} > {0}/log 2>&1", folder.path().string());
  ASSERT_EQ(std::system(command.c_str()), 0) << entente::test::slurp(folder.path() / "log");
  const Files files = read_record(folder.path() / "election.bel").value();
  const RecordCheck result = check(files);
  EXPECT_TRUE(result.good()) << first_findings(result);
  EXPECT_EQ(result.ballots, 4U);
  EXPECT_EQ(votes(result, "Clerk?", "Bo Example"), 2);
  EXPECT_EQ(votes(result, "Bridge?", "(blank)"), 1);
  EXPECT_EQ(count(result, "BEL-T.4"), 3U);
  EXPECT_TRUE(belenios_tool_agrees(test::write_bel(files)));
  // One digit of one value in a part of its own each: both must refuse. The one exception is ours alone: belenios-tool 2.0 computes the
  // encrypted tally itself and does not look at the published one. The tool is asked about some only, unless ENTENTE_SOAK is set.
  const char* soak = std::getenv("ENTENTE_SOAK");
  const bool every = soak != nullptr && *soak != '\0';
  enum class Tool { refuses, asked_in_soak, does_not_look };
  struct Case {
    std::string content, pointer;
    Tool tool;
  };
  const std::string ballot = R"({"election_uuid")";
  const std::string decryption = R"({"decryption_factors")";
  const std::string trustees = R"([["Single")";
  for (const auto& [content, pointer, tool] : {Case{ballot, "/answers/0/choices/0/beta", Tool::refuses},
                                               {ballot, "/signature/proof/response", Tool::asked_in_soak},
                                               {decryption, "/decryption_proofs/1/2/challenge", Tool::asked_in_soak},
                                               {decryption, "/decryption_factors/0/0", Tool::asked_in_soak},
                                               {R"({"result")", "/result/0/0", Tool::asked_in_soak},
                                               {trustees, "/1/1/verification_keys/2/pok/response", Tool::asked_in_soak},
                                               {trustees, "/1/1/coefexps/0/signature/challenge", Tool::refuses},
                                               {R"([[{"alpha")", "/0/1/alpha", Tool::does_not_look}}) {
    Files altered = files;
    const auto file = std::ranges::find_if(altered, [&](const RecordFile& f) { return f.content.starts_with(content); });
    ASSERT_NE(file, altered.end()) << content;
    Json json = Json::parse(file->content);
    test::alter(json.at(Json::json_pointer(pointer)));
    file->content = json.dump();
    test::rehash_bel(altered);
    EXPECT_FALSE(check(altered).good()) << content << pointer;
    if (tool == Tool::refuses || (tool == Tool::asked_in_soak && every))
      EXPECT_FALSE(belenios_tool_agrees(test::write_bel(altered))) << content << pointer;
  }
}

}  // namespace
}  // namespace entente::measures::p3_elections::e2e
