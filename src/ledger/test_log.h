// What the ledger's tests share: a fixed key, entries, proofs checked end to end.
#pragma once

#include <gtest/gtest.h>
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "test_support.h"

namespace entente::ledger::test {

inline keys::SigningKey log_key(std::string name = "log.example/test", std::uint8_t seed = 7, keys::KeyType type = keys::KeyType::ed25519) {
  const Bytes bytes(32, seed);
  auto key = keys::SigningKey::from_seed(std::move(name), type, bytes);
  if (!key) throw std::runtime_error(key.error().str());
  return std::move(*key);
}

// Entries number first … first + count − 1, of lengths 0 … 40, all different.
inline std::vector<std::string> make_entries(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> out;
  for (std::uint64_t i = first; i < first + count; ++i)
    out.push_back(i == 3 ? std::string() : "entry " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 31), '.'));
  return out;
}

// ENTENTE_SOAK=1: the long counts; otherwise a small budget.
inline bool soak() { return std::getenv("ENTENTE_SOAK") != nullptr; }

// Ways to open a log for writing in which all commits, some, or none go through the write-ahead file, and that is soon full, or not.
inline WriteOptions random_wal(std::mt19937_64& rng) {
  static constexpr std::array<WalLimits, 5> kLimits{{{},
                                                     {.batch_bytes = 0},
                                                     {.batch_bytes = 150},
                                                     {.batch_bytes = 1 << 20, .file_bytes = 2048},
                                                     {.batch_bytes = 600, .file_bytes = 700}}};
  WriteOptions options;
  options.wal = kLimits[rng() % kLimits.size()];
  return options;
}

inline Digest reference_root(const std::vector<std::string>& entries, std::size_t size) {
  merkle::RightEdge edge;
  for (std::size_t i = 0; i < size; ++i) edge.append(merkle::leaf_hash(as_bytes(entries[i])));
  return edge.root();
}

inline std::vector<Problem> must_fsck(const std::shared_ptr<Io>& io, const keys::VerifierKey& key) {
  Progress silent(Progress::Mode::silent);
  auto problems = fsck(io, key, silent);
  if (!problems) return {{.what = "fsck failed: " + problems.error().str(), .file = problems.error().where.file, .offset = {}}};
  return std::move(*problems);
}

inline std::string text_of(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& p : problems) out += p.file + " @" + (p.offset ? std::to_string(*p.offset) : "-") + ": " + p.what + "\n";
  return out;
}

// The checkpoint of `note` is one of the log's past: the log proves it consistent with its latest one.
inline void expect_consistent(const Ledger& log, const std::string& note) {
  const auto old = merkle::verify_checkpoint(note, log.verifier());
  ASSERT_OK(old);
  const auto latest_note = log.checkpoint();
  ASSERT_OK(latest_note);
  const auto latest = merkle::verify_checkpoint(*latest_note, log.verifier());
  ASSERT_OK(latest);
  ASSERT_LE(old->checkpoint.size, latest->checkpoint.size);
  const auto proof = log.consistency(old->checkpoint.size, latest->checkpoint.size);
  ASSERT_OK(proof);
  EXPECT_OK(
      merkle::verify_consistency(old->checkpoint.size, latest->checkpoint.size, old->checkpoint.root, latest->checkpoint.root, *proof));
}

}  // namespace entente::ledger::test
