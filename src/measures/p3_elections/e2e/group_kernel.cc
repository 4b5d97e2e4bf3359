// The kernels' portable half: the word-by-word Montgomery product, and numbers in and out of blocks.
#include "measures/p3_elections/e2e/group_kernel.h"

#include <openssl/bn.h>

#include <algorithm>
#include <array>

namespace entente::measures::p3_elections::e2e {
namespace {

// -p^-1 mod 2^64 by Newton's iteration; the low bits serve every narrower limb.
std::uint64_t kernel_k0(std::uint64_t p0) {
  std::uint64_t inverse = p0;  // correct to 3 bits for odd p
  for (int i = 0; i < 6; ++i) inverse *= 2 - p0 * inverse;
  return ~inverse + 1;
}

// 2^bits mod p.
Element kernel_two_to(const Element& p, std::size_t bits) {
  std::array<std::uint8_t, kElementLimbs * 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(p.limb[i / 8] >> (i % 8 * 8));
  BIGNUM* modulus = BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
  BIGNUM* value = BN_new();
  BN_CTX* context = BN_CTX_new();
  BN_set_bit(value, static_cast<int>(bits));
  BN_nnmod(value, value, modulus, context);
  BN_bn2lebinpad(value, bytes.data(), static_cast<int>(bytes.size()));
  Element out;
  for (std::size_t i = 0; i < bytes.size(); ++i) out.limb[i / 8] |= std::uint64_t{bytes[i]} << (i % 8 * 8);
  BN_free(value);
  BN_free(modulus);
  BN_CTX_free(context);
  return out;
}

bool kernel_below(const Element& a, const Element& b) {
  return std::lexicographical_compare(a.limb.rbegin(), a.limb.rend(), b.limb.rbegin(), b.limb.rend());
}

}  // namespace

void words_product(const Kernel& kernel, Block& out, const Block& a, const Block& b) {
  using Wide = unsigned __int128;
  const std::size_t n = kernel.limbs;
  const std::uint64_t* p = kernel.p.data();
  std::uint64_t t[kMaxLimbs + 2] = {};
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t bi = b.word[i];
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const Wide sum = static_cast<Wide>(a.word[j]) * bi + t[j] + carry;
      t[j] = static_cast<std::uint64_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 64);
    }
    Wide top = static_cast<Wide>(t[n]) + carry;
    t[n] = static_cast<std::uint64_t>(top);
    t[n + 1] = static_cast<std::uint64_t>(top >> 64);
    const std::uint64_t m = t[0] * kernel.k0;
    carry = static_cast<std::uint64_t>((static_cast<Wide>(m) * p[0] + t[0]) >> 64);
    for (std::size_t j = 1; j < n; ++j) {
      const Wide sum = static_cast<Wide>(m) * p[j] + t[j] + carry;
      t[j - 1] = static_cast<std::uint64_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 64);
    }
    top = static_cast<Wide>(t[n]) + carry;
    t[n - 1] = static_cast<std::uint64_t>(top);
    t[n] = t[n + 1] + static_cast<std::uint64_t>(top >> 64);
  }
  bool subtract = t[n] != 0;
  if (!subtract) {
    std::size_t j = n;
    while (j > 0 && t[j - 1] == p[j - 1]) --j;
    subtract = j == 0 || t[j - 1] > p[j - 1];
  }
  std::uint64_t borrow = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const std::uint64_t take = subtract ? p[j] : 0;
    const Wide difference = static_cast<Wide>(t[j]) - take - borrow;
    out.word[j] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
}

void Kernel::fill(Block& out, const std::vector<std::uint64_t>& number) const {
  for (std::size_t lane = 0; lane < lanes; ++lane) load(out, lane, number.data());
}

void Kernel::load(Block& out, std::size_t lane, const std::uint64_t* number) const {
  for (std::size_t i = 0; i < limbs; ++i) out.word[i * lanes + lane] = number[i];
}

void Kernel::store(std::uint64_t* number, const Block& from, std::size_t lane) const {
  for (std::size_t i = 0; i < limbs; ++i) number[i] = from.word[i * lanes + lane];
}

void Kernel::split(const Element& from, std::uint64_t* number) const {
  const std::uint64_t mask = limb_bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << limb_bits) - 1;
  for (std::size_t i = 0; i < limbs; ++i) {
    const std::size_t bit = i * limb_bits;
    const std::size_t word = bit / 64;
    const unsigned shift = bit % 64;
    std::uint64_t value = word < kElementLimbs ? from.limb[word] >> shift : 0;
    if (shift != 0 && word + 1 < kElementLimbs) value |= from.limb[word + 1] << (64 - shift);
    number[i] = value & mask;
  }
}

Element Kernel::join(const std::uint64_t* number) const {
  Element out;
  for (std::size_t i = 0; i < limbs; ++i) {
    const std::size_t bit = i * limb_bits;
    const std::size_t word = bit / 64;
    const unsigned shift = bit % 64;
    if (word < kElementLimbs) out.limb[word] |= number[i] << shift;
    if (shift != 0 && word + 1 < kElementLimbs) out.limb[word + 1] |= number[i] >> (64 - shift);
  }
  return out;
}

void Kernel::enter(Block& block) const {
  Block factor;
  fill(factor, rr);
  multiply(block, block, factor);
}

void Kernel::leave(Block& block) const {
  Block unit = {};
  for (std::size_t lane = 0; lane < lanes; ++lane) unit.word[lane] = 1;
  multiply(block, block, unit);  // at most p, and p only for 0, which no element is
}

std::unique_ptr<const Kernel> make_kernel(const Element& p, std::size_t bits, Arithmetic arithmetic) {
  if (arithmetic == Arithmetic::automatic) arithmetic = lanes_supported() ? Arithmetic::lanes : Arithmetic::words;
  if (arithmetic == Arithmetic::lanes && !lanes_supported()) return nullptr;
  auto kernel = std::make_unique<Kernel>();
  const bool lanes = arithmetic == Arithmetic::lanes;
  kernel->lanes = lanes ? kMaxLanes : 1;
  kernel->limb_bits = lanes ? 52 : 64;
  kernel->limbs = (bits + (lanes ? 2 : 0) + kernel->limb_bits - 1) / kernel->limb_bits;
  kernel->product = lanes ? lanes_product : words_product;
  kernel->k0 = kernel_k0(p.limb[0]);
  if (lanes) kernel->k0 &= (std::uint64_t{1} << 52) - 1;
  const std::size_t r_bits = kernel->limbs * kernel->limb_bits;
  const Element one = kernel_two_to(p, r_bits);
  const Element rr = kernel_two_to(p, 2 * r_bits);
  if (!kernel_below(one, p) || !kernel_below(rr, p)) return nullptr;
  for (const auto& [number, value] : {std::pair{&kernel->p, &p}, std::pair{&kernel->rr, &rr}, std::pair{&kernel->one, &one}}) {
    number->resize(kernel->limbs);
    kernel->split(*value, number->data());
  }
  return kernel;
}

}  // namespace entente::measures::p3_elections::e2e
