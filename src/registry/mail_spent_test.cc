// A list of used tokens that lives through what may happen to a server: restarts, kill -9, a line cut off, a second process.
#include "registry/mail_spent.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "core/file.h"
#include "test_support.h"

namespace entente::registry {
namespace {

constexpr Instant kSpentTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 27};

MailNonce spent_nonce(unsigned n) {
  MailNonce out{};
  out[0] = static_cast<std::uint8_t>(n);
  out[1] = static_cast<std::uint8_t>(n >> 8U);
  return out;
}

class MailSpent : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<SpentFile> open(Instant now = kSpentTime) const {
    auto out = SpentFile::open(path, now);
    EXPECT_OK(out);
    return out ? std::move(*out) : nullptr;
  }
  TemporaryFolder folder = TemporaryFolder::make("spent").value();
  std::filesystem::path path = folder.path() / "spent";
};

TEST_F(MailSpent, OnceAndStillAfterARestart) {
  const Instant later = kSpentTime + std::chrono::hours{1};
  {
    const auto spent = open();
    EXPECT_EQ(spent->spend(spent_nonce(1), later).value(), true);
    EXPECT_EQ(spent->spend(spent_nonce(1), later).value(), false);
    EXPECT_EQ(spent->spend(spent_nonce(2), kSpentTime + std::chrono::minutes{1}).value(), true);
    EXPECT_TRUE(spent->is_spent(spent_nonce(1)));
    EXPECT_FALSE(spent->is_spent(spent_nonce(3)));
  }
  const auto spent = open(kSpentTime + std::chrono::minutes{2});
  EXPECT_EQ(spent->spend(spent_nonce(1), later).value(), false);
  EXPECT_FALSE(spent->is_spent(spent_nonce(2))) << "what expired is forgotten: no token of that age is good";
  EXPECT_EQ(std::filesystem::file_size(path), std::string("01000000000000000000000000000000 1795741200\n").size());
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(MailSpent, KilledRightAfterItSaysYes) {
  for (unsigned round = 0; round < 5; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto spent = SpentFile::open(path, kSpentTime);
      const bool first = spent && (*spent)->spend(spent_nonce(round), kSpentTime + std::chrono::hours{1}).value_or(false);
      const char answer = first ? 'y' : 'n';
      (void)!::write(pipe[1], &answer, 1);
      ::kill(::getpid(), SIGKILL);
    }
    ::close(pipe[1]);
    char answer = 0;
    EXPECT_EQ(::read(pipe[0], &answer, 1), 1);
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(answer, 'y');
    EXPECT_EQ(open()->spend(spent_nonce(round), kSpentTime + std::chrono::hours{1}).value(), false);
  }
}

TEST_F(MailSpent, ALineCutOffIsDroppedAndOthersStay) {
  for (const std::string cut : {"0", "02000000000000000000000000000000", "02000000000000000000000000000000 17957"}) {
    test::spit(path, "01000000000000000000000000000000 1795741200\n" + cut);
    const auto spent = open();
    EXPECT_TRUE(spent->is_spent(spent_nonce(1)));
    EXPECT_EQ(spent->spend(spent_nonce(2), kSpentTime + std::chrono::hours{1}).value(), true);
  }
  EXPECT_TRUE(open()->is_spent(spent_nonce(2))) << "written on a line of its own";
}

TEST_F(MailSpent, AFileThatIsNoneIsRefused) {
  for (const std::string text : {"x\n", "01000000000000000000000000000000\n", "01000000000000000000000000000000 -5\n", "\n",
                                 "0100000000000000000000000000000G 1795741200\n", "01000000000000000000000000000000 1795741200 \n"}) {
    test::spit(path, text);
    const auto opened = SpentFile::open(path, kSpentTime);
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().where.line, 1U);
  }
}

TEST_F(MailSpent, OneProcessAtATime) {
  const auto first = open();
  const auto second = SpentFile::open(path, kSpentTime);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, testing::HasSubstr("another process"));
}

TEST_F(MailSpent, OfManyThreadsOneIsFirst) {
  const auto spent = open();
  std::atomic<int> first = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (unsigned n = 0; n < 50; ++n) first += spent->spend(spent_nonce(n), kSpentTime + std::chrono::hours{1}).value() ? 1 : 0;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 50);
}

TEST_F(MailSpent, TheSecretIsMadeOnceAndKept) {
  const std::filesystem::path secret = folder.path() / "secret";
  const auto made = mail_secret_file(secret);
  ASSERT_OK(made);
  EXPECT_NE(*made, MailSecret{});
  EXPECT_EQ(mail_secret_file(secret).value(), *made);
  struct stat info{};
  ASSERT_EQ(::stat(secret.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ::chmod(secret.c_str(), 0644);
  EXPECT_FALSE(mail_secret_file(secret)) << "others can read it";
  ::chmod(secret.c_str(), 0600);
  test::spit(secret, "short\n");
  EXPECT_FALSE(mail_secret_file(secret));
}

TEST(SpentFiles, DamageIsToldFromALineACrashCutOff) {
  const TemporaryFolder folder = TemporaryFolder::make("spent").value();
  const auto path = folder.path() / "spent-tokens";
  const Instant time = parse_time("2026-11-28T09:00:00Z").value();
  const std::string whole = std::string(32, 'a') + " 1900000000\n";
  for (const std::string& cut : {std::string(), std::string("0123"), std::string(32, 'b') + " ", std::string(32, 'b') + " 19000"}) {
    test::spit(path, whole + cut);
    const auto opened = SpentFile::open(path, time);
    ASSERT_TRUE(opened.has_value()) << cut;
    MailNonce nonce{};
    nonce.fill(0xaa);
    EXPECT_TRUE((*opened)->is_spent(nonce));
  }
  for (const std::string& bad : {std::string("\x7f"
                                             "ELF"),
                                 std::string(300, '0'), std::string("zz") + std::string(30, 'a') + " 19\n" + whole}) {
    test::spit(path, bad);
    const auto opened = SpentFile::open(path, time);
    ASSERT_FALSE(opened.has_value()) << bad;
    EXPECT_EQ(opened.error().where.file, path.string());
    EXPECT_EQ(opened.error().where.line, 1U);
    EXPECT_THAT(opened.error().hint, testing::AllOf(testing::HasSubstr("move the file away"), testing::HasSubstr("server-secret")));
    EXPECT_EQ(test::slurp(path), bad) << "nothing is lost by trying";
  }
}

}  // namespace
}  // namespace entente::registry
