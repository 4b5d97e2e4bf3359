// The write-ahead file by itself: what is replayed after whole, interrupted and damaged writes, and round after round.
#include "ledger/wal.h"

#include <gtest/gtest.h>
#include <random>

#include "ledger/crc32c.h"
#include "ledger/fault_io.h"
#include "test_support.h"

namespace entente::ledger {
namespace {

TEST(Crc32c, HasThePublishedValues) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43U);
  Bytes rising(32);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);
  EXPECT_EQ(crc32c(as_bytes(std::string_view("123456789"))), 0xE3069283U);
}

TEST(Crc32c, BothPathsAgree) {
  std::mt19937_64 rng(1);
  for (std::size_t length = 0; length < 200; ++length) {
    Bytes bytes(length);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(rng());
    ASSERT_EQ(crc32c(bytes), crc32c_plain(bytes)) << length;
  }
}

constexpr std::string_view kWalKey = "log.example/wal+00000000+AQ==";

// Commits of one entry each; roots are not looked at by the file.
Commit after(const Commit& before, std::size_t bytes) {
  Commit out{.size = before.size + 1, .segment_bytes = before.segment_bytes + bytes};
  out.root.bytes[0] = static_cast<std::uint8_t>(out.size);
  return out;
}

struct WalFile {
  explicit WalFile(WalLimits l = {}) : limits(l) { reopen(); }
  void reopen() {
    disk.kill_process();
    auto opened = Wal::open(*io, kWalKey, OpenMode::write, limits);
    ASSERT_OK(opened);
    wal.emplace(std::move(*opened));
  }
  Result<std::vector<std::string>> replayed(const Commit& from) {
    std::vector<std::string> out;
    ENTENTE_CHECK(wal->replay(from, [&](const Commit&, const Commit&, ByteView bytes) -> Result<bool> {
      out.emplace_back(as_text(bytes));
      return true;
    }));
    return out;
  }
  SimulatedDisk disk{1, 64};
  std::shared_ptr<Io> io = disk.mount();
  WalLimits limits;
  std::optional<Wal> wal;
};

std::string content(std::size_t bytes, char c) { return std::string(bytes, c); }

TEST(Wal, GivesBackWhatWasAppended) {
  WalFile f;
  Commit at{.size = 5, .segment_bytes = 100};
  const Commit base = at;
  std::vector<std::string> all;
  f.wal->begin(at);
  Commit third;
  for (const std::size_t bytes : {2, 55, 56, 57, 112, 300, 5000}) {
    at = after(at, bytes);
    all.push_back(content(bytes, static_cast<char>('a' + all.size())));
    ASSERT_OK(f.wal->append(at, as_bytes(all.back())));
    if (all.size() == 3) third = at;
  }
  f.disk.power_cut();
  f.reopen();
  EXPECT_EQ(f.replayed(base).value(), all);
  EXPECT_EQ(f.replayed(third).value(), std::vector<std::string>(all.begin() + 3, all.end()));
  EXPECT_TRUE(f.replayed(at).value().empty());
  EXPECT_TRUE(f.replayed({.size = 6, .segment_bytes = 100}).value().empty());  // no commit of this round
  ASSERT_OK(f.wal->empty());
  EXPECT_TRUE(f.replayed(base).value().empty());
}

TEST(Wal, AnEarlierRoundBehindTheLastCommitIsPassedOver) {
  WalFile f;
  Commit at{.size = 0, .segment_bytes = 0};
  f.wal->begin(at);
  for (int i = 0; i < 6; ++i) {
    at = after(at, 100);
    ASSERT_OK(f.wal->append(at, as_bytes(content(100, 'o'))));
  }
  const Commit base = at;
  f.wal->begin(base);
  at = after(at, 90);
  ASSERT_OK(f.wal->append(at, as_bytes(content(90, 'n'))));
  f.reopen();
  EXPECT_EQ(f.replayed(base).value(), std::vector<std::string>{content(90, 'n')});
}

// A write of which any units are lost is an interrupted one, and so is one that ends anywhere; a flipped bit in a whole one is damage, and
// is mended.
TEST(Wal, TellsInterruptedFromDamaged) {
  for (const bool second_round : {false, true}) {
    WalFile f;
    Commit base{.size = 0, .segment_bytes = 0};
    f.wal->begin(base);
    for (int i = 0; second_round && i < 4; ++i) {
      base = after(base, 400);
      ASSERT_OK(f.wal->append(base, as_bytes(content(400, 'o'))));
    }
    if (second_round) f.wal->begin(base);
    const Commit first = after(base, 130), second = after(first, 210);
    ASSERT_OK(f.wal->append(first, as_bytes(content(130, 'a'))));
    const Bytes one = f.disk.content("wal");
    ASSERT_OK(f.wal->append(second, as_bytes(content(210, 'b'))));
    const Bytes both = f.disk.content("wal");
    const std::size_t closed = [&] {  // where the second commit's closing unit begins
      std::size_t at = both.size();
      while (at > one.size() || (at > 0 && both[at - 1] == one[at - 1])) --at;
      return (at - 1) / 64 * 64;
    }();
    const std::size_t begin = [&] {
      std::size_t at = 0;
      while (both[at] == one[at]) ++at;
      return at / 64 * 64;
    }();
    std::mt19937_64 rng(7);
    for (int i = 0; i < 200; ++i) {  // any units lost
      Bytes mixed = one;
      bool all = true;
      for (std::size_t unit = begin; unit <= closed; unit += 64) {
        const bool kept = rng() % 3 != 0;
        if (kept) std::copy_n(both.begin() + static_cast<std::ptrdiff_t>(unit), 64, mixed.begin() + static_cast<std::ptrdiff_t>(unit));
        all = all && (kept || unit == closed);
      }
      f.disk.content("wal") = mixed;
      f.reopen();
      const auto got = f.replayed(base);
      ASSERT_OK(got);
      EXPECT_EQ(got->size(), all ? 2U : 1U);
    }
    for (std::size_t end = begin; end < closed; ++end) {  // the first bytes of a failed write
      Bytes mixed = one;
      std::copy(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(end), mixed.begin());
      f.disk.content("wal") = mixed;
      f.reopen();
      const auto got = f.replayed(base);
      ASSERT_TRUE(got.has_value()) << end << " " << got.error().str();
      EXPECT_EQ(got->size(), 1U) << end;
    }
    for (std::size_t at = 0; at < closed; ++at) {
      f.disk.content("wal") = both;
      f.disk.content("wal")[at] ^= static_cast<std::uint8_t>(1U << rng() % 8);
      f.reopen();
      const auto got = f.replayed(base);
      const bool closing_of_the_first = at >= begin - 64 && at < begin;
      if (closing_of_the_first) {
        ASSERT_OK(got);
        continue;
      }
      ASSERT_FALSE(got) << at;
      EXPECT_EQ(got.error().where.offset, at / 64 * 64);
      EXPECT_EQ(f.wal->mend().value(), 1U);
      EXPECT_EQ(f.replayed(base).value().size(), 2U) << at;
    }
  }
}

TEST(Wal, AnyBytesAreReadWithoutHarm) {
  std::mt19937_64 rng(3);
  WalFile f;
  Commit at{.size = 0, .segment_bytes = 0};
  f.wal->begin(at);
  for (int i = 0; i < 5; ++i) {
    at = after(at, 80);
    ASSERT_OK(f.wal->append(at, as_bytes(content(80, 'x'))));
  }
  const Bytes whole = f.disk.content("wal");
  for (int i = 0; i < 500; ++i) {
    Bytes bytes = whole;
    bytes.resize(rng() % 1500);
    for (std::uint64_t n = rng() % 40; n > 0 && !bytes.empty(); --n) bytes[rng() % bytes.size()] = static_cast<std::uint8_t>(rng());
    f.disk.content("wal") = bytes;
    f.reopen();
    const auto got = f.replayed({.size = 0, .segment_bytes = 0});
    if (got) { EXPECT_LE(got->size(), 5U); }
  }
}

}  // namespace
}  // namespace entente::ledger
