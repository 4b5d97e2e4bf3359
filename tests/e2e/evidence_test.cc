// `entente evidence` as a user runs it: make, check, list, pack, unpack; exit codes and JSON.
#include <filesystem>

#include "core/file.h"
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class EvidenceCommand : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root() / "osv");
    ASSERT_OK(write_file_atomic(root() / "bom.json", "{}\n"));
    ASSERT_OK(write_file_atomic(root() / "osv/a.json", "{\"id\":\"EX-1\"}\n"));
    ASSERT_OK(write_file_atomic(root() / "osv/b.json", "{\"id\":\"EX-2\"}\n"));
  }
  fs::path root() const { return folder_.path(); }
  std::string in(const std::string& name) const { return (root() / name).string(); }
  RunResult create(const std::string& target) const {
    return run_entente({"evidence", "create", in(target), "--item", "sbom.cyclonedx=" + in("bom.json"), "--item",
                        "advisories.osv=" + in("osv"), "--collected-at", "2026-11-24T08:00:00Z", "--json"});
  }
  // What the command printed, as JSON.
  static Json parsed(const RunResult& run) {
    const auto document = JsonDocument::parse(run.out, "output");
    EXPECT_OK(document);
    return document ? to_json(document->root()) : Json();
  }
  TemporaryFolder folder_ = TemporaryFolder::make("entente-e2e").value();
};

TEST_F(EvidenceCommand, MakeCheckListPackUnpack) {
  const RunResult made = create("b");
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(parsed(made)["files"], 3);
  EXPECT_EQ(run_entente({"evidence", "verify", in("b")}).code, 0);
  ASSERT_EQ(run_entente({"evidence", "pack", in("b"), in("b.tar.zst")}).code, 0);
  EXPECT_EQ(run_entente({"evidence", "verify", in("b.tar.zst")}).code, 0);
  const RunResult unpacked = run_entente({"evidence", "unpack", in("b.tar.zst"), in("copy"), "--json"});
  ASSERT_EQ(unpacked.code, 0) << unpacked.err;
  EXPECT_EQ(parsed(unpacked)["digest"], parsed(made)["digest"]);
  for (const char* bundle : {"b", "b.tar.zst", "copy"}) {
    const Json list = parsed(run_entente({"evidence", "list", in(bundle), "--json"}));
    EXPECT_EQ(list["digest"], parsed(made)["digest"]);
    ASSERT_EQ(list["entries"].size(), 3u);
    EXPECT_EQ(list["entries"][0]["path"], "advisories.osv/a.json");
    EXPECT_EQ(list["entries"][2]["media_type"], "application/vnd.cyclonedx+json");
    EXPECT_EQ(list["entries"][2]["collected_at"], "2026-11-24T08:00:00Z");
  }
  EXPECT_THAT(run_entente({"evidence", "list", in("b")}).out, HasSubstr("advisories.osv/b.json"));
}

TEST_F(EvidenceCommand, VerifyNamesWhatDiffersAndExitsOne) {
  ASSERT_EQ(create("b").code, 0);
  ASSERT_OK(write_file_atomic(root() / "b/sbom.cyclonedx/bom.json", "[]\n"));
  ASSERT_OK(write_file_atomic(root() / "b/extra\x1b[31m", "x"));
  fs::remove(root() / "b/advisories.osv/b.json");
  const RunResult text = run_entente({"evidence", "verify", in("b")});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.out, HasSubstr("3 problems"));
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos) << "a file name must not reach the terminal as it is";
  const RunResult json = run_entente({"evidence", "verify", in("b"), "--json"});
  EXPECT_EQ(json.code, 1);
  const Json report = parsed(json);
  EXPECT_EQ(report["ok"], false);
  ASSERT_EQ(report["problems"].size(), 3u);
  EXPECT_EQ(report["problems"][0]["kind"], "missing");
  EXPECT_EQ(report["problems"][0]["path"], "advisories.osv/b.json");
  EXPECT_EQ(report["problems"][1]["kind"], "extra");
  EXPECT_EQ(report["problems"][2]["kind"], "changed");
  EXPECT_EQ(run_entente({"evidence", "pack", in("b"), in("b.tar.zst")}).code, 2);
  EXPECT_FALSE(fs::exists(root() / "b.tar.zst"));
}

TEST_F(EvidenceCommand, ADamagedArchiveIsAFinding) {
  ASSERT_EQ(create("b").code, 0);
  ASSERT_EQ(run_entente({"evidence", "pack", in("b"), in("b.tar.zst")}).code, 0);
  std::string packed = read_file(root() / "b.tar.zst").value();
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x10);
  ASSERT_OK(write_file_atomic(root() / "b.tar.zst", packed));
  EXPECT_EQ(run_entente({"evidence", "verify", in("b.tar.zst")}).code, 1);
  EXPECT_EQ(run_entente({"evidence", "unpack", in("b.tar.zst"), in("copy")}).code, 2);
  EXPECT_FALSE(fs::exists(root() / "copy"));
}

TEST_F(EvidenceCommand, HintsAtWhatWasMeant) {
  const RunResult upper = run_entente({"evidence", "create", in("n"), "--item", "KEV=" + in("bom.json")});
  EXPECT_EQ(upper.code, 2);
  EXPECT_THAT(upper.err, HasSubstr("lower case"));
  EXPECT_THAT(upper.err, HasSubstr("--item kev="));
  ASSERT_EQ(create("bundle").code, 0);
  const RunResult above = run_entente({"evidence", "list", root().string()});
  EXPECT_EQ(above.code, 2);
  EXPECT_THAT(above.err, HasSubstr("the bundle is " + in("bundle")));
}

TEST_F(EvidenceCommand, UsageAndInputErrorsExitTwo) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"evidence"},
                                             {"evidence", "verify"},
                                             {"evidence", "verify", in("nowhere")},
                                             {"evidence", "verify", in("bom.json")},
                                             {"evidence", "create", in("n"), "--item", "nokind"},
                                             {"evidence", "create", in("n"), "--item", "BAD=" + in("bom.json")},
                                             {"evidence", "create", in("n"), "--item", "kev=" + in("absent")},
                                             {"evidence", "create", in("n"), "--item", "kev=" + in("bom.json"), "--collected-at", "now"},
                                             {"evidence", "create", in("osv"), "--item", "kev=" + in("bom.json")}}) {
    const RunResult run = run_entente(arguments);
    EXPECT_EQ(run.code, 2) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("error:"));
    if (arguments.back() == "now") { EXPECT_THAT(run.err, HasSubstr("--collected-at: not an RFC 3339 time: \"now\"")); }
  }
  EXPECT_FALSE(fs::exists(root() / "n"));
}

}  // namespace
}  // namespace entente::test
