// A log in memory for tests of what surrounds logs: every state of its history can be signed and proven, also two that contradict each
// other.
#pragma once

#include "ledger/test_log.h"
#include "merkle/witness_protocol.h"

namespace entente::ledger::test {

class PaperLog {
 public:
  explicit PaperLog(std::string name = "log.example/test", std::uint8_t seed = 7) : key_(log_key(std::move(name), seed)) {}
  // Grows to `size` entries; `mark` makes histories differ.
  void grow(merkle::TreeSize size, const std::string& mark = "") {
    while (leaves_.size() < size) leaves_.push_back(merkle::leaf_hash(as_bytes(mark + std::to_string(leaves_.size()))));
  }
  [[nodiscard]] merkle::NodeReader reader() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
      const std::vector<Digest> row(leaves_.begin() + static_cast<std::ptrdiff_t>(index << level),
                                    leaves_.begin() + static_cast<std::ptrdiff_t>((index + 1) << level));
      return fold(row);
    };
  }
  [[nodiscard]] std::string note(merkle::TreeSize size) const {
    const merkle::Checkpoint checkpoint{.origin = key_.verifier().name(), .size = size, .root = merkle::root(size, reader()).value()};
    return merkle::sign_note(checkpoint.str(), {&key_}).value();
  }
  [[nodiscard]] Result<merkle::Proof> proof(merkle::TreeSize from, merkle::TreeSize to) const {
    return merkle::consistency_proof(from, to, reader());
  }
  [[nodiscard]] merkle::AddCheckpoint request(merkle::TreeSize from, merkle::TreeSize to) const {
    return {.old_size = from, .proof = proof(from, to).value(), .note = note(to)};
  }
  [[nodiscard]] std::string body(merkle::TreeSize from, merkle::TreeSize to) const { return request(from, to).str(); }
  [[nodiscard]] const keys::SigningKey& key() const { return key_; }

 private:
  keys::SigningKey key_;
  std::vector<Digest> leaves_;
};

}  // namespace entente::ledger::test
