// The words everyone uses: hex, base64, digests, times, files, parallel loops, display of hostile text.
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <thread>

#include "core/bytes.h"
#include "core/data.h"
#include "core/digest.h"
#include "core/file.h"
#include "core/file_lock.h"
#include "core/parallel.h"
#include "core/terminal.h"
#include "core/time.h"
#include "core/utf8.h"
#include "test_support.h"

namespace entente {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Hex, RoundTripsAndIsStrict) {
  const Bytes bytes{0x00, 0xff, 0x10, 0xab};
  EXPECT_EQ(to_hex(bytes), "00ff10ab");
  EXPECT_EQ(from_hex("00ff10ab").value(), bytes);
  EXPECT_EQ(from_hex("0").error().where.offset, 1u);
  EXPECT_EQ(from_hex("00FF").error().where.offset, 2u);
}

TEST(Base64, Rfc4648VectorsAndStrictness) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(from_base64(coded).value(), to_bytes(plain));
  }
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Z===", "====", "Zm9v=", "Zg==Zg=="})
    EXPECT_FALSE(from_base64(bad).has_value()) << bad;
  EXPECT_EQ(to_base64(Bytes{0xfb, 0xff}, Base64Alphabet::url), "-_8=");
  EXPECT_FALSE(from_base64("-_8=").has_value());
  EXPECT_TRUE(from_base64("-_8=", Base64Alphabet::url).has_value());
}

TEST(Sha256, Fips180VectorsAndParts) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 h;
  h.update("a");
  h.update("bc");
  EXPECT_EQ(h.finish(), sha256("abc"));
  h.update("abc");
  EXPECT_EQ(h.finish(), sha256("abc"));
  EXPECT_EQ(sha256_of({as_bytes("ab"), as_bytes("c")}), sha256("abc"));
  EXPECT_EQ(Digest::from_hex(sha256("abc").hex()).value(), sha256("abc"));
  EXPECT_FALSE(Digest::from_hex("ba78").has_value());
}

TEST(Time, ParsesRfc3339) {
  EXPECT_EQ(format_time(parse_time("2026-11-24T11:03:16Z").value()), "2026-11-24T11:03:16Z");
  EXPECT_EQ(format_time(parse_time("2026-11-24t11:03:16.250+01:30").value()), "2026-11-24T09:33:16.25Z");
  EXPECT_EQ(format_time(parse_time("2016-12-31T23:59:60Z").value()), "2017-01-01T00:00:00Z");
  EXPECT_EQ(format_time(parse_time("0001-01-01T00:00:00Z").value()), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_time(parse_time("2024-02-29T00:00:00.1234567Z").value()), "2024-02-29T00:00:00.123456Z");
  for (const char* bad : {"", "2026-11-24", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T11:03:16",
                          "2026-11-24T11:03:16.Z", "2026-11-24T11:03:16+24:00", "2026-11-24T11:03:16Zx", "26-11-24T11:03:16Z"})
    EXPECT_FALSE(parse_time(bad).has_value()) << bad;
  EXPECT_EQ(format_time(parse_time_or_date("2026-11-24").value()), "2026-11-24T00:00:00Z");
  EXPECT_EQ(days_between(parse_date("2026-11-01").value(), parse_time("2026-11-24T23:59:59Z").value()), 23);
  EXPECT_EQ(days_between(parse_date("2026-11-02").value(), parse_date("2026-11-01").value()), -1);
}

TEST(Files, WriteIsAtomicAndModeIsKept) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "a.txt";
  ASSERT_OK(write_file_atomic(path, "one"));
  ASSERT_OK(write_file_atomic(path, "two", FileMode::secret));
  EXPECT_EQ(read_file(path).value(), "two");
  struct stat st{};
  ASSERT_EQ(::stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  EXPECT_THAT(list_files(folder->path()).value(), ElementsAre("a.txt"));  // no temporary file left
  EXPECT_THAT(read_file(path, 2).error().what, HasSubstr("limit"));
  EXPECT_THAT(read_file(folder->path()).error().what, HasSubstr("not a regular file"));
  EXPECT_THAT(read_file(folder->path() / "absent").error().what, HasSubstr("No such file"));
  EXPECT_THAT(write_file_atomic(folder->path() / "no" / "x", "x").error().hint, HasSubstr("folder does not exist"));
}

TEST(FileLock, KeepsASecondOneOut) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "a.idx";
  {
    const auto first = FileLock::take(path, WhenLocked::fail);
    ASSERT_OK(first);
    const auto second = FileLock::take(path, WhenLocked::fail);
    ASSERT_FALSE(second.has_value());
    EXPECT_THAT(second.error().what, HasSubstr("another command"));
    EXPECT_EQ(second.error().where.file, path.string());
    EXPECT_OK(FileLock::take(folder->path() / "b.idx", WhenLocked::fail));
  }
  EXPECT_OK(FileLock::take(path, WhenLocked::fail));  // the lock file stays, the lock does not
  EXPECT_OK(FileLock::take(path, WhenLocked::wait));
}

TEST(FileLock, WaitsForTheOtherToEnd) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto path = folder->path() / "a.idx";
  auto held = FileLock::take(path, WhenLocked::fail);
  ASSERT_OK(held);
  std::atomic<bool> released = false, in_order = false;
  std::thread other([&] {
    const auto lock = FileLock::take(path, WhenLocked::wait);
    in_order = lock.has_value() && released;
  });
  released = true;
  held = fail("let go");
  other.join();
  EXPECT_TRUE(in_order);
}

TEST(FileLock, OnlyBesidePlainFiles) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  EXPECT_FALSE(FileLock::take(folder->path(), WhenLocked::fail).has_value());
  EXPECT_FALSE(FileLock::take("/dev/null", WhenLocked::fail).has_value());
  EXPECT_FALSE(FileLock::take(folder->path() / "absent" / "a.idx", WhenLocked::fail).has_value());
  std::filesystem::create_symlink("elsewhere", folder->path() / "b.idx.lock");
  EXPECT_FALSE(FileLock::take(folder->path() / "b.idx", WhenLocked::fail).has_value());
}

TEST(Files, WritingNeverReplacesLinksDevicesOrPrivateKeys) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const auto target = folder->path() / "target", link = folder->path() / "link", pipe = folder->path() / "pipe",
             key = folder->path() / "key";
  ASSERT_OK(write_file_atomic(target, "precious"));
  std::filesystem::create_symlink(target, link);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_OK(write_file_atomic(key, "PRIVATE+KEY+a.example+0a1b2c3d+AAAA\n"));
  EXPECT_THAT(write_file_atomic(link, "x").error().what, HasSubstr("symbolic link"));
  EXPECT_THAT(write_file_atomic(pipe, "x").error().what, HasSubstr("not a regular file"));
  EXPECT_THAT(write_file_atomic(key, "x").error().what, HasSubstr("private key"));
  EXPECT_EQ(read_file(target).value(), "precious");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST(Files, AFolderThatCannotBeReadIsAnErrorNotTheEnd) {
  const uid_t me = ::geteuid();
  if (me == 0) { ASSERT_EQ(::seteuid(65534), 0); }  // root may read every folder
  {
    const auto folder = TemporaryFolder::make();
    ASSERT_OK(folder);
    const auto closed = folder->path() / "closed";
    ASSERT_OK(make_folders(closed));
    ASSERT_EQ(::chmod(closed.c_str(), 0), 0);
    EXPECT_FALSE(list_files(folder->path()));
    ASSERT_EQ(::chmod(closed.c_str(), 0700), 0);
    EXPECT_THAT(list_files(folder->path()).value(), ElementsAre());
  }
  ASSERT_EQ(::seteuid(me), 0);
}

TEST(Files, ListRefusesLinks) {
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  std::filesystem::create_symlink("/etc/passwd", folder->path() / "link");
  EXPECT_THAT(list_files(folder->path()).error().what, HasSubstr("symbolic link"));
}

TEST(Files, SafeRelativePaths) {
  for (const char* good : {"a", "a/b.json", "ä/ö", "..a/b..", "a b"}) EXPECT_TRUE(is_safe_relative_path(good)) << good;
  for (const char* bad : {"", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/.", "a\\b", "a\nb", "\xff", "a/\x7f"})
    EXPECT_FALSE(is_safe_relative_path(bad)) << bad;
  EXPECT_FALSE(is_safe_relative_path(std::string("a\0b", 3)));
  EXPECT_FALSE(is_safe_relative_path(std::string(5000, 'a')));
}

TEST(Parallel, VisitsEveryIndexOnce) {
  std::vector<std::atomic<int>> seen(10'000);
  parallel_for(seen.size(), [&](std::size_t i) { ++seen[i]; }, 7);
  for (const auto& s : seen) ASSERT_EQ(s, 1);
}

TEST(Printable, DisarmsHostileText) {
  EXPECT_EQ(printable("plain é"), "plain é");
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u{202e}");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

TEST(Terminal, WidthCountsCodePoints) { EXPECT_EQ(display_width("é→a"), 3u); }

TEST(Data, EmbeddedEqualsFolder) {
  const auto folder = DataSet::from_folder(test::source_dir() / "data");
  ASSERT_OK(folder);
  EXPECT_EQ(folder->digest(), DataSet::embedded().digest());
  EXPECT_FALSE(DataSet::embedded().file("absent.json").has_value());
}

TEST(Errors, ReadLikeCompilerMessages) {
  const Error e{"duplicate key \"a\"", {.file = "x.json", .line = 3, .column = 2, .pointer = "/a"}, "mend it"};
  EXPECT_EQ(e.str(), "x.json:3:2 (at /a): duplicate key \"a\"\n  hint: mend it");
  EXPECT_EQ((Error{"odd", {}, {}}).str(), "odd");
}

}  // namespace
}  // namespace entente
