// Montgomery products modulo p on blocks: `lanes` numbers side by side, limb by limb. Inside the room only (group.cc, power_batch.cc).
//
// A block has limbs * lanes words, word [i * lanes + l] being limb i of lane l. Two kernels, the same form:
//   words: 1 lane, limbs of 64 bits, coarsely integrated operand scanning (Koç, Acar, Kaliski 1996), result below p;
//   lanes: 8 lanes, limbs of 52 bits in AVX-512 IFMA, R > 4p so that values below 2p stay below 2p without a final subtraction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "measures/p3_elections/e2e/group.h"

namespace entente::measures::p3_elections::e2e {

inline constexpr std::size_t kMaxLimbs = 80;
inline constexpr std::size_t kMaxLanes = 8;

struct alignas(64) Block {
  std::uint64_t word[kMaxLimbs * kMaxLanes];
};

struct Kernel {
  std::size_t lanes = 1;
  std::size_t limbs = 0;
  unsigned limb_bits = 64;
  std::uint64_t k0 = 0;                                                                  // -p^-1 mod 2^limb_bits
  std::vector<std::uint64_t> p, rr, one;                                                 // one number each: p, R^2 mod p, R mod p
  void (*product)(const Kernel&, Block& out, const Block& a, const Block& b) = nullptr;  // out may be a or b

  void multiply(Block& out, const Block& a, const Block& b) const { product(*this, out, a, b); }
  void fill(Block& out, const std::vector<std::uint64_t>& number) const;  // the same number in every lane
  void load(Block& out, std::size_t lane, const std::uint64_t* number) const;
  void store(std::uint64_t* number, const Block& from, std::size_t lane) const;
  // Between plain values and the kernel's limbs (no Montgomery factor added or taken).
  void split(const Element& from, std::uint64_t* number) const;
  [[nodiscard]] Element join(const std::uint64_t* number) const;
  // All lanes of `block` into Montgomery form, and out of it with values below p.
  void enter(Block& block) const;
  void leave(Block& block) const;
};

[[nodiscard]] bool lanes_supported();
// nullptr if `arithmetic` is lanes and there are none.
[[nodiscard]] std::unique_ptr<const Kernel> make_kernel(const Element& p, std::size_t bits, Arithmetic arithmetic);

void words_product(const Kernel& kernel, Block& out, const Block& a, const Block& b);
void lanes_product(const Kernel& kernel, Block& out, const Block& a, const Block& b);  // group_lanes.cc

}  // namespace entente::measures::p3_elections::e2e
