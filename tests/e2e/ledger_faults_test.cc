// Walks over every system call that `entente ledger append` makes on a log's folder: the call fails (EIO, ENOSPC, EINTR), does half its
// work, or the process is killed just before or after it (tests/shim/fault_shim.c, loaded with LD_PRELOAD into the real program). Whatever
// happened, the next append must succeed, every acknowledged entry keeps its index, the log passes fsck, and it is consistent with every
// checkpoint that was ever on disk. ENTENTE_SOAK=1 walks over every call; without it every few.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "core/file.h"
#include "ledger/ledger.h"
#include "run_binary.h"
#include "test_support.h"

namespace entente {
namespace {

namespace fs = std::filesystem;

class LedgerFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryFolder::make("entente-faults");
    ASSERT_OK(folder);
    folder_.emplace(std::move(*folder));
    const auto made = test::run_entente({"keygen", "faults.example", "--out", key()});
    ASSERT_EQ(made.code, 0) << made.err;
    ASSERT_EQ(test::run_entente({"ledger", "init", path("seed"), "--key", key()}).code, 0);
    // 253 entries, so that the batch of five crosses a tile's boundary.
    const auto first = test::run_entente(append_command(path("seed"), write_entries("seed", 253)));
    ASSERT_EQ(first.code, 0) << first.err;
    batch_ = write_entries("batch", 5);
    later_ = write_entries("later", 1);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_->path() / name).string(); }
  [[nodiscard]] std::string key() const { return path("log.key"); }

  std::vector<std::string> write_entries(const std::string& name, int count) {
    std::vector<std::string> files;
    for (int i = 0; i < count; ++i) {
      files.push_back(path(name + std::to_string(i)));
      EXPECT_OK(write_file_atomic(files.back(), name + " entry " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), '.')));
    }
    return files;
  }
  [[nodiscard]] std::vector<std::string> append_command(const std::string& log, const std::vector<std::string>& files) const {
    std::vector<std::string> out = {"ledger", "append", log, "--key", key()};
    out.insert(out.end(), files.begin(), files.end());
    return out;
  }
  static std::string preload(const std::string& log, const std::string& more) {
    return "LD_PRELOAD=" + test::shell_quote(ENTENTE_FAULT_SHIM) + " ENTENTE_FAULT_FOLDER=" + test::shell_quote(log) + " " + more;
  }

  // How often an undisturbed command makes each call on the log's folder.
  std::map<std::string, int> count_calls(const std::string& log, const std::vector<std::string>& command) {
    const auto run = test::run_entente(command, preload(log, "ENTENTE_FAULT_COUNTS=" + test::shell_quote(path("counts"))));
    EXPECT_EQ(run.code, 0) << run.err;
    std::map<std::string, int> counts;
    std::istringstream lines(read_file(path("counts")).value_or(""));
    std::string name;
    for (int calls = 0; lines >> name >> calls;) counts[name] = calls;
    return counts;
  }

  void copy_log(const std::string& name) {
    fs::remove_all(path(name));
    fs::copy(path("seed"), path(name), fs::copy_options::recursive);
  }

  std::string checkpoint_of(const std::string& log) { return read_file(fs::path(log) / "checkpoint").value_or(""); }

  void expect_consistent(const ledger::Ledger& log, const std::string& old_note) {
    const auto old = merkle::verify_checkpoint(old_note, log.verifier());
    ASSERT_OK(old);
    const auto now = merkle::verify_checkpoint(*log.checkpoint(), log.verifier());
    ASSERT_OK(now);
    const auto proof = log.consistency(old->checkpoint.size, now->checkpoint.size);
    ASSERT_OK(proof);
    EXPECT_OK(merkle::verify_consistency(old->checkpoint.size, now->checkpoint.size, old->checkpoint.root, now->checkpoint.root, *proof));
  }

  void run_trial(const std::string& function, int call, const std::string& what) {
    SCOPED_TRACE(function + " call " + std::to_string(call) + ": " + what);
    copy_log("log");
    const std::string log = path("log");
    const std::string before = checkpoint_of(log);
    const auto disturbed =
        test::run_entente(append_command(log, batch_), preload(log, "ENTENTE_FAULT=" + function + ":" + std::to_string(call) + ":" + what));
    ++outcomes_[disturbed.code];
    const std::string after = checkpoint_of(log);
    if (what == "EINTR" || what == "SHORT") {
      EXPECT_TRUE(disturbed.code == 0 || function != "pwrite") << "half a transfer is no error\n" << disturbed.err;
    }
    if (disturbed.code == 2) { EXPECT_NE(disturbed.err.find("error:"), std::string::npos) << disturbed.err; }

    const auto recovered = test::run_entente(append_command(log, {batch_[0], batch_[1], batch_[2], batch_[3], batch_[4], later_[0]}));
    ASSERT_EQ(recovered.code, 0) << recovered.err;
    if (disturbed.code == 0) { EXPECT_EQ(recovered.out.substr(0, disturbed.out.size()), disturbed.out) << "an acknowledged index moved"; }
    EXPECT_EQ(recovered.out, "253\n254\n255\n256\n257\n258\n");

    const auto checked = test::run_entente({"ledger", "fsck", log});
    EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
    const auto opened = ledger::Ledger::open_read(log);
    ASSERT_OK(opened);
    expect_consistent(*opened, before);
    expect_consistent(*opened, after);
  }

  std::optional<TemporaryFolder> folder_;
  std::vector<std::string> batch_, later_;
  std::map<int, int> outcomes_;  // exit code → trials
};

TEST_F(LedgerFaults, EverySystemCallMayFailOrBeTheLast) {
  const bool soak = std::getenv("ENTENTE_SOAK") != nullptr;
  copy_log("counted");
  const std::map<std::string, int> counts = count_calls(path("counted"), append_command(path("counted"), batch_));
  ASSERT_GT(counts.at("pwrite"), 2);
  ASSERT_GT(counts.at("fdatasync"), 1);
  const std::set<std::string> transfers = {"read", "write", "pread", "pwrite"};
  int trials = 0, position = 0;
  for (const auto& [function, calls] : counts) {
    std::vector<std::string> faults = {"EIO", "KILL_BEFORE", "KILL_AFTER"};
    if (function != "close" && function != "flock") faults.push_back("EINTR");
    if (transfers.contains(function)) faults.push_back("SHORT");
    if (function == "open" || function == "write" || function == "pwrite" || function == "fallocate" || function == "fdatasync" ||
        function == "fsync" || function == "ftruncate" || function == "rename")
      faults.push_back("ENOSPC");
    for (int call = 1; call <= calls; ++call)
      for (const std::string& what : faults) {
        if (!soak && ++position % 4 != 0) continue;
        run_trial(function, call, what);
        ++trials;
        if (HasFatalFailure()) return;
      }
  }
  EXPECT_GT(trials, 30);
  EXPECT_GT(outcomes_[137], 0) << "no process was killed";
  EXPECT_GT(outcomes_[2], 0) << "no error was reported";
  std::printf("%d trials:", trials);
  for (const auto& [code, n] : outcomes_) std::printf(" exit %d %d times", code, n);
  std::printf("\n");
}

// An init that fails leaves nothing in the way of the next one: no file in the folder, no signing journal beside it.
TEST_F(LedgerFaults, AFailedInitLeavesNothingInTheWay) {
  const bool soak = std::getenv("ENTENTE_SOAK") != nullptr;
  const std::string log = path("init/log"), journal = path("init/journal");
  int trials = 0, failed = 0, position = 0;
  for (const bool apart : {false, true}) {
    std::vector<std::string> command = {"ledger", "init", log, "--key", key()};
    if (apart) command.insert(command.end(), {"--signing-journal", journal});
    const auto fresh = [&] {
      fs::remove_all(path("init"));
      fs::create_directories(path("init"));
    };
    fresh();
    for (const auto& [function, calls] : count_calls(path("init"), command)) {
      if (function == "close" || function == "unlink" || function == "flock") continue;  // no failure, or the cleaning up itself
      for (int call = 1; call <= calls; ++call) {
        if (!soak && ++position % 6 != 0) continue;
        const std::string fault = function + ":" + std::to_string(call) + ":" + (call % 2 == 0 ? "EIO" : "ENOSPC");
        SCOPED_TRACE(fault + (apart ? ", journal apart" : ""));
        fresh();
        const auto disturbed = test::run_entente(command, preload(path("init"), "ENTENTE_FAULT=" + fault));
        ++trials;
        if (disturbed.code == 0) continue;  // a call that may fail
        ++failed;
        EXPECT_EQ(disturbed.code, 2) << disturbed.err;
        EXPECT_TRUE(!fs::exists(log) || fs::is_empty(log)) << fs::directory_iterator(log)->path();
        EXPECT_FALSE(fs::exists(journal));
        const auto again = test::run_entente(command);
        ASSERT_EQ(again.code, 0) << again.err;
        std::vector<std::string> check = {"ledger", "fsck", log};
        if (apart) check.insert(check.end(), {"--signing-journal", journal});
        EXPECT_EQ(test::run_entente(check).code, 0);
      }
    }
  }
  EXPECT_GT(failed, 5) << trials;
}

// What cannot be made is not cleaned up either: somebody else's files stay.
TEST_F(LedgerFaults, AnInitThatIsRefusedTouchesNothing) {
  const std::string before = checkpoint_of(path("seed"));
  EXPECT_EQ(test::run_entente({"ledger", "init", path("seed"), "--key", key()}).code, 2);
  EXPECT_EQ(checkpoint_of(path("seed")), before);
  EXPECT_EQ(test::run_entente({"ledger", "fsck", path("seed")}).code, 0);
  ASSERT_OK(write_file_atomic(path("journal"), "another log's"));
  EXPECT_EQ(test::run_entente({"ledger", "init", path("new"), "--key", key(), "--signing-journal", path("journal")}).code, 2);
  EXPECT_EQ(read_file(path("journal")).value_or(""), "another log's");
}

}  // namespace
}  // namespace entente
