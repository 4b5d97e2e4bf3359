// Commit records, bundles and tile geometry against their definitions.
#include "ledger/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_support.h"

namespace entente::ledger {
namespace {

const std::string kVkey = "log.example/test+00000000+AAAA";

Commit commit_of(std::uint64_t size) { return {.size = size, .segment_bytes = 10 * size, .root = sha256(std::to_string(size))}; }

// A journal of `records` commits of sizes 0, 1, 2 …
Bytes journal_of(std::size_t records) {
  Bytes out;
  Bytes previous = to_bytes(kVkey);
  for (std::size_t i = 0; i < records; ++i) {
    const CommitRecord r = encode_commit(commit_of(i), previous);
    out.insert(out.end(), r.begin(), r.end());
    previous.assign(r.begin(), r.end());
  }
  return out;
}

// As the storage reads it: up to the last byte that is not zero.
Result<JournalEnd> end_of(Bytes journal) {
  while (!journal.empty() && journal.back() == 0) journal.pop_back();
  return find_journal_end(journal.size(), ByteView(journal).subspan(static_cast<std::size_t>(journal_tail_offset(journal.size()))), kVkey);
}

TEST(CommitRecord, RoundTripsAndLiesAsDocumented) {
  const Commit commit{.size = 0x0102030405060708, .segment_bytes = 0x1102030405060708, .root = sha256("r")};
  const CommitRecord record = encode_commit(commit, as_bytes(kVkey));
  EXPECT_EQ(to_hex(ByteView(record).first(16)), "01020304050607081102030405060708");
  EXPECT_EQ(to_hex(ByteView(record).subspan(16, 32)), sha256("r").hex());
  const std::string covered = "entente ledger commit v1\n" + kVkey + std::string(as_text(ByteView(record).first(48)));
  EXPECT_EQ(to_hex(ByteView(record).subspan(48)), sha256(covered).hex().substr(0, 30) + "ff");
  const auto back = decode_commit(record, Link::to_key, as_bytes(kVkey));
  ASSERT_OK(back);
  EXPECT_EQ(*back, commit);
}

TEST(CommitRecord, AnyFlippedBitIsRefused) {
  const CommitRecord first = encode_commit(commit_of(3), as_bytes(kVkey));
  for (std::size_t bit = 0; bit < 8 * kCommitBytes; ++bit) {
    CommitRecord record = first;
    record[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(decode_commit(record, Link::to_key, as_bytes(kVkey))) << bit;
    EXPECT_FALSE(decode_commit(encode_commit(commit_of(4), first), Link::to_record, record)) << bit;  // and in the record before
  }
}

TEST(CommitRecord, ImpossibleValuesAreRefused) {
  const auto refused = [](Commit c) { return !decode_commit(encode_commit(c, as_bytes(kVkey)), Link::to_key, as_bytes(kVkey)); };
  EXPECT_FALSE(refused({.size = 2, .segment_bytes = 4}));              // two empty entries
  EXPECT_TRUE(refused({.size = 2, .segment_bytes = 3}));               // too short for two lengths
  EXPECT_FALSE(refused({.size = 2, .segment_bytes = 2 * 65'537}));     // two of the longest
  EXPECT_TRUE(refused({.size = 2, .segment_bytes = 2 * 65'537 + 1}));  // longer than any two
  EXPECT_TRUE(refused({.size = 0, .segment_bytes = 1}));               // bytes without entries
  EXPECT_TRUE(refused({.size = std::uint64_t{1} << 63, .segment_bytes = ~std::uint64_t{0}}));
  const CommitRecord five = encode_commit(commit_of(5), as_bytes(kVkey));
  EXPECT_FALSE(decode_commit(encode_commit(commit_of(5), five), Link::to_record, five));  // no growth
  EXPECT_FALSE(decode_commit(encode_commit(commit_of(4), five), Link::to_record, five));
  EXPECT_FALSE(decode_commit(ByteView(five).first(63), Link::to_key, as_bytes(kVkey)));
}

TEST(JournalEnd, IsTheLastValidRecord) {
  for (std::size_t records = 1; records < 8; ++records) {
    const Bytes journal = journal_of(records);
    const auto end = end_of(journal);
    ASSERT_OK(end);
    EXPECT_EQ(end->commit, commit_of(records - 1));
    EXPECT_EQ(end->records, records);
    EXPECT_EQ(end->torn_bytes, 0U);
  }
}

// What a crash or a failed write leaves of the last record: its first bytes, then zeros or the file's end.
TEST(JournalEnd, PassesOverOneUnfinishedRecord) {
  for (std::size_t records = 2; records < 7; ++records) {
    const Bytes journal = journal_of(records);
    for (std::size_t torn = 1; torn <= kCommitBytes; ++torn) {
      Bytes cut(journal.begin(), journal.end() - static_cast<std::ptrdiff_t>(torn));
      for (const std::size_t reserve : {std::size_t{0}, torn, torn + 1000}) {
        Bytes padded = cut;
        padded.resize(cut.size() + reserve);
        const auto end = end_of(padded);
        ASSERT_OK(end);
        EXPECT_EQ(end->commit, commit_of(records - 2));
        EXPECT_EQ(end->records, records - 1);
        EXPECT_LE(end->torn_bytes, kCommitBytes - torn);
      }
    }
  }
  EXPECT_FALSE(end_of({}));
  EXPECT_FALSE(end_of(Bytes(63)));
  EXPECT_FALSE(end_of(Bytes(64)));
}

// A finished record that does not fit is damage, never a torn write: an acknowledged commit must not be dropped over a flipped bit.
TEST(JournalEnd, TellsDamageFromAnUnfinishedRecord) {
  for (std::size_t records = 1; records < 7; ++records) {
    for (const std::size_t reserve : {0U, 640U}) {
      Bytes journal = journal_of(records);
      journal.resize(journal.size() + reserve);
      const std::size_t last = (records - 1) * kCommitBytes;
      for (std::size_t bit = 0; bit < 8 * kCommitBytes; ++bit) {
        journal[last + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(end_of(journal)) << records << " " << bit;
        journal[last + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      }
      journal.resize(last + kCommitBytes + 64, 0);
      journal[last + kCommitBytes] = 1;  // an unfinished record behind it
      ASSERT_OK(end_of(journal));
      journal[last + 5] ^= 1;  // does not excuse a damaged one
      EXPECT_FALSE(end_of(journal));
    }
  }
}

TEST(Bundle, SplitsWhatWasAppended) {
  std::string bundle;
  const std::vector<std::string> entries{"a", "", std::string(65'535, 'x'), std::string("\0\n", 2)};
  for (const auto& e : entries) append_to_bundle(bundle, as_bytes(e));
  EXPECT_EQ(bundle.substr(0, 7), std::string("\0\1a\0\0\xff\xff", 7));
  const auto split = split_bundle(as_bytes(bundle), entries.size());
  ASSERT_OK(split);
  ASSERT_EQ(split->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(as_text((*split)[i]), entries[i]);
}

TEST(Bundle, MustBeFilledExactly) {
  const std::string bundle("\0\1a\0\2bc", 7);
  EXPECT_TRUE(split_bundle(as_bytes(bundle), 2));
  const auto fewer = split_bundle(as_bytes(bundle), 1);
  ASSERT_FALSE(fewer);
  EXPECT_EQ(fewer.error().where.offset, 3U);
  EXPECT_FALSE(split_bundle(as_bytes(bundle), 3));
  for (std::size_t n = 0; n < bundle.size(); ++n) EXPECT_FALSE(split_bundle(as_bytes(bundle).first(n), 2)) << n;
  EXPECT_TRUE(split_bundle({}, 0));
  EXPECT_FALSE(split_bundle({}, 1));
}

TEST(TileGeometry, NamesAsTheSpecificationWritesThem) {
  EXPECT_EQ(tile_path(0, 1'234'067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(1, 0, 17), "tile/1/000.p/17");
  EXPECT_EQ(tile_path(0, 999, 255), "tile/0/999.p/255");
  EXPECT_EQ(tile_path(63, 1000, 256), "tile/63/x001/000");
  EXPECT_EQ(bundle_path(273, 112), "tile/entries/273.p/112");
  EXPECT_EQ(bundle_path(1'000'000, 256), "tile/entries/x001/x000/000");
}

TEST(TileGeometry, ExampleOfTheSpecification) {  // a tree of 70,000, and one of 256
  EXPECT_EQ(hashes_at(70'000, 0) / 256, 273U);
  EXPECT_EQ(hashes_at(70'000, 0) % 256, 112U);
  EXPECT_EQ(hashes_at(70'000, 1) / 256, 1U);
  EXPECT_EQ(hashes_at(70'000, 1) % 256, 17U);
  EXPECT_EQ(hashes_at(70'000, 2), 1U);
  EXPECT_EQ(hashes_at(70'000, 3), 0U);
  EXPECT_EQ(hashes_at(256, 0), 256U);
  EXPECT_EQ(hashes_at(256, 1), 1U);
  EXPECT_EQ(hashes_at(kMaxTreeSize, 7), 127U);
  EXPECT_EQ(hashes_at(kMaxTreeSize, 8), 0U);
  EXPECT_EQ(hashes_at(kMaxTreeSize, 63), 0U);
  EXPECT_EQ(bundles_of(0), 0U);
  EXPECT_EQ(bundles_of(256), 1U);
  EXPECT_EQ(bundles_of(257), 2U);
  EXPECT_EQ(bundles_of(kMaxTreeSize), std::uint64_t{1} << 55);
}

TEST(TileGeometry, EdgeOfATileIsTheEdgeOfItsTree) {
  std::vector<Digest> leaves;
  merkle::RightEdge tree;
  for (int i = 0; i < 255; ++i) {
    leaves.push_back(sha256(std::to_string(i)));
    tree.append(leaves.back());
    std::vector<Digest> edge;
    append_edge(leaves, edge);
    ASSERT_EQ(edge, tree.edge()) << i;
  }
  leaves.push_back(sha256("255"));
  tree.append(leaves.back());
  EXPECT_EQ(fold(leaves), tree.root());
}

}  // namespace
}  // namespace entente::ledger
