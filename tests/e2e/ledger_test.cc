// `entente ledger` as a user runs it: from a key to a receipt, and what it says when a log is damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "background_binary.h"
#include "core/file.h"
#include "core/json.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LedgerCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = run_entente({"keygen", "log.example/e2e", "-o", in("log.key")});
    ASSERT_EQ(made.code, 0) << made.err;
    ASSERT_EQ(run_entente({"ledger", "init", in("log"), "--key", in("log.key")}).code, 0);
  }
  std::string in(const std::string& name) const { return (folder.path() / name).string(); }
  std::string file(const std::string& name, std::string_view content) const {
    EXPECT_OK(write_file_atomic(in(name), content));
    return in(name);
  }
  RunResult append(std::vector<std::string> more, const std::string& input = "/dev/null") const {
    std::vector<std::string> arguments{"ledger", "append", in("log"), "--key", in("log.key")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_entente(arguments, {}, input);
  }
  TemporaryFolder folder = TemporaryFolder::make("entente-e2e").value();
};

TEST_F(LedgerCommand, FsckSaysWhenThereIsNoSigningJournal) {
  ASSERT_EQ(append({file("a", "first")}).code, 0);
  const auto whole = run_entente({"ledger", "fsck", in("log")});
  EXPECT_EQ(whole.code, 0);
  EXPECT_EQ(whole.err, "");
  std::filesystem::rename(in("log/signing-journal"), in("elsewhere"));
  const auto lacking = run_entente({"ledger", "fsck", in("log")});
  EXPECT_EQ(lacking.code, 0);  // a copy has none
  EXPECT_THAT(lacking.err, HasSubstr("there is no signing journal, so nothing can be appended"));
  EXPECT_EQ(Json::parse(run_entente({"ledger", "fsck", in("log"), "--json"}).out)["signing_journal"], false);
  EXPECT_THAT(run_entente({"ledger", "repair", in("log")}).err, HasSubstr("there is no signing journal"));
  EXPECT_EQ(run_entente({"ledger", "fsck", in("log"), "--signing-journal", in("elsewhere")}).err, "");
  EXPECT_THAT(run_entente({"ledger", "fsck", in("log"), "--signing-journal", in("nowhere")}).err, HasSubstr("there is no signing journal"));
}

TEST_F(LedgerCommand, AnInterruptedBenchLeavesNothing) {
  std::filesystem::create_directory(in("disk"));
  BackgroundBinary bench({"ledger", "bench", in("disk")});
  for (int i = 0; i < 500 && std::filesystem::is_empty(in("disk")); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_FALSE(std::filesystem::is_empty(in("disk")));
  bench.signal(SIGINT);
  EXPECT_EQ(bench.exit_code(), 128 + SIGINT);
  EXPECT_TRUE(std::filesystem::is_empty(in("disk")));
}

TEST_F(LedgerCommand, FromEntriesToReceipts) {
  const auto first = append({file("a", "first"), file("b", "second\n"), in("a")});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, "0\n1\n0\n");
  EXPECT_THAT(first.err, HasSubstr("2 new entries; the log has 2 now"));
  const auto piped = append({"-", "--json"}, file("c", "from a pipe"));
  ASSERT_EQ(piped.code, 0) << piped.err;
  const Json json = Json::parse(piped.out);
  EXPECT_EQ(json["indices"], Json::array({2}));
  EXPECT_EQ(json["size"], 3);
  EXPECT_EQ(json["origin"], "log.example/e2e");

  EXPECT_EQ(run_entente({"ledger", "show", in("log"), "1"}).out, "second\n");
  EXPECT_EQ(Json::parse(run_entente({"ledger", "show", in("log"), "2", "--json"}).out)["text"], "from a pipe");
  const auto list = run_entente({"ledger", "list", in("log"), "--from", "1", "--count", "1"});
  EXPECT_THAT(list.out, HasSubstr("second"));
  EXPECT_THAT(list.out, HasSubstr("go on with --from 2"));
  EXPECT_EQ(run_entente({"ledger", "checkpoint", in("log")}).out, json["checkpoint"].get<std::string>());
  EXPECT_THAT(run_entente({"ledger", "stats", in("log")}).out, HasSubstr("entries  3"));
  const Json consistency = Json::parse(run_entente({"ledger", "consistency", in("log"), "2", "3", "--json"}).out);
  EXPECT_EQ(consistency["proof"].size(), 1U);

  const auto proof = run_entente({"ledger", "proof", in("log"), "1", "-o", in("b.tlog-proof")});
  ASSERT_EQ(proof.code, 0) << proof.err;
  EXPECT_THAT(read_file(in("b.tlog-proof")).value(), StartsWith("c2sp.org/tlog-proof@v1\nindex 1\n"));
  EXPECT_EQ(run_entente({"ledger", "proof", in("log"), "1"}).out, read_file(in("b.tlog-proof")).value());
  const auto check = run_entente({"ledger", "fsck", in("log"), "--vkey", in("log.key.vkey")});
  EXPECT_EQ(check.code, 0) << check.out;
}

TEST_F(LedgerCommand, SaysWhatIsWrong) {
  const auto absent = run_entente({"ledger", "show", in("log"), "0"});
  EXPECT_EQ(absent.code, 2);
  EXPECT_THAT(absent.err, HasSubstr("has no entry 0"));
  const auto no_log = run_entente({"ledger", "stats", in("nowhere")});
  EXPECT_EQ(no_log.code, 2);
  EXPECT_THAT(no_log.err, HasSubstr("entente ledger init"));
  const auto again = run_entente({"ledger", "init", in("log"), "--key", in("log.key")});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("not empty"));
  ASSERT_EQ(run_entente({"keygen", "log.example/e2e", "-o", in("other.key")}).code, 0);
  const auto wrong = run_entente({"ledger", "append", in("log"), "--key", in("other.key"), file("a", "x")});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("is not the log's"));
  const auto long_one = append({file("long", std::string(65'536, 'x'))});
  EXPECT_EQ(long_one.code, 2);
  EXPECT_THAT(long_one.err, HasSubstr("at most 65535 bytes"));
  EXPECT_EQ(append({"-"}, in("long")).code, 2);
}

TEST_F(LedgerCommand, DamageIsNamedAndNeverSigned) {
  ASSERT_EQ(append({file("a", "first"), file("b", "second")}).code, 0);
  const std::string checkpoint = read_file(in("log/checkpoint")).value();
  std::string hashes = read_file(in("log/level-0")).value();
  hashes[40] ^= 1;
  ASSERT_OK(write_file_atomic(in("log/level-0"), hashes));
  const auto refused = append({file("c", "third")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("level-0"));
  EXPECT_THAT(refused.err, HasSubstr("entente ledger fsck"));
  EXPECT_EQ(read_file(in("log/checkpoint")).value(), checkpoint);
  const auto check = run_entente({"ledger", "fsck", in("log"), "--json"});
  EXPECT_EQ(check.code, 1);
  const Json json = Json::parse(check.out);
  EXPECT_FALSE(json["ok"].get<bool>());
  ASSERT_EQ(json["problems"].size(), 1U);
  EXPECT_THAT(json["problems"][0]["file"].get<std::string>(), HasSubstr("level-0"));
  EXPECT_EQ(json["problems"][0]["offset"], 32);
}

TEST_F(LedgerCommand, RepairBringsBackWhatTheEntriesGive) {
  ASSERT_EQ(append({file("a", "first"), file("b", "second"), file("c", "third")}).code, 0);
  std::string hashes = read_file(in("log/level-0")).value();
  hashes[70] ^= 1;
  ASSERT_OK(write_file_atomic(in("log/level-0"), hashes));
  ASSERT_EQ(append({file("d", "fourth")}).code, 2);
  const auto repaired = run_entente({"ledger", "repair", in("log")});
  EXPECT_EQ(repaired.code, 0) << repaired.out << repaired.err;
  EXPECT_THAT(repaired.out, HasSubstr("level hashes and index of 3 entries"));
  EXPECT_THAT(repaired.out, HasSubstr("whole again"));
  EXPECT_EQ(append({in("d")}).out, "3\n");
  EXPECT_THAT(run_entente({"ledger", "repair", in("log")}).out, HasSubstr("nothing to repair"));

  std::string entries = read_file(in("log/entries")).value();
  entries[3] ^= 1;
  ASSERT_OK(write_file_atomic(in("log/entries"), entries));
  const auto beyond = run_entente({"ledger", "repair", in("log"), "--json"});
  EXPECT_EQ(beyond.code, 1);
  const Json json = Json::parse(beyond.out);
  EXPECT_FALSE(json["ok"].get<bool>());
  EXPECT_THAT(json["problems"][0]["file"].get<std::string>(), HasSubstr("entries"));
}

TEST_F(LedgerCommand, SigningJournalElsewhereNoticesARollback) {
  const std::string elsewhere = in("elsewhere.signed");
  ASSERT_EQ(run_entente({"ledger", "init", in("apart"), "--key", in("log.key"), "--signing-journal", elsewhere}).code, 0);
  const auto add = [&](const std::string& entry, bool option) {
    std::vector<std::string> arguments{"ledger", "append", in("apart"), "--key", in("log.key"), file("entry", entry)};
    if (option) arguments.insert(arguments.end(), {"--signing-journal", elsewhere});
    return run_entente(arguments);
  };
  ASSERT_EQ(add("one", true).code, 0);
  EXPECT_THAT(add("two", false).err, HasSubstr("--signing-journal"));
  std::filesystem::copy(in("apart"), in("image"), std::filesystem::copy_options::recursive);
  ASSERT_EQ(add("two", true).code, 0);
  std::filesystem::remove_all(in("apart"));
  std::filesystem::rename(in("image"), in("apart"));
  const auto refused = add("three", true);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("put back to an older state"));
  EXPECT_EQ(run_entente({"ledger", "fsck", in("apart")}).code, 0);
  EXPECT_EQ(run_entente({"ledger", "fsck", in("apart"), "--signing-journal", elsewhere}).code, 1);
}

TEST_F(LedgerCommand, ExportsStaticFilesOnce) {
  ASSERT_EQ(append({file("a", "first"), file("b", "second")}).code, 0);
  const auto first = run_entente({"ledger", "export", in("log"), in("www")});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("2 entries as static files; 2 files written"));
  EXPECT_EQ(read_file(in("www/checkpoint")).value(), read_file(in("log/checkpoint")).value());
  EXPECT_EQ(read_file(in("www/tile/entries/000.p/2")).value(), std::string("\0\5first\0\6second", 15));
  EXPECT_EQ(read_file(in("www/tile/0/000.p/2")).value(), read_file(in("log/level-0")).value());
}

TEST_F(LedgerCommand, BenchPrintsFiguresBesideLimitsAndCleansUp) {
  const auto bench = run_entente({"ledger", "bench", folder.path().string(), "--quick", "--json"});
  ASSERT_EQ(bench.code, 0) << bench.err;
  const Json json = Json::parse(bench.out);
  EXPECT_GE(json["measured"].size(), 7U);
  for (const Json& row : json["measured"]) {
    EXPECT_GT(row["value"].get<double>(), 0.0) << row.dump();
    if (row.contains("limit")) { EXPECT_GT(row["limit"].get<double>(), 0.0) << row.dump(); }
  }
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    EXPECT_THAT(file.path().filename().string(), ::testing::Not(HasSubstr("bench")));
}

TEST_F(LedgerCommand, SealedKeyAsksForItsPassphrase) {
  ASSERT_EQ(run_entente({"keygen", "sealed.example/log", "-o", in("sealed.key"), "--passphrase"}, "ENTENTE_PASSPHRASE=example").code, 0);
  EXPECT_EQ(run_entente({"ledger", "init", in("sealed"), "--key", in("sealed.key")}).code, 2);
  EXPECT_EQ(run_entente({"ledger", "init", in("sealed"), "--key", in("sealed.key")}, "ENTENTE_PASSPHRASE=example").code, 0);
}

TEST_F(LedgerCommand, EveryCommandHasExamples) {
  for (const char* name :
       {"init", "append", "show", "list", "proof", "consistency", "checkpoint", "fsck", "repair", "export", "stats", "bench"}) {
    const auto help = run_entente({"ledger", name, "--help"});
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_THAT(help.out, HasSubstr(std::string("entente ledger ") + name));
  }
}

}  // namespace
}  // namespace entente::test
