// A group of prime order q inside the integers modulo a prime p, as ElectionGuard and Belenios use it: numbers in and out, products, and
// powers of one fixed base by a table. Many powers at once go through PowerBatch (power_batch.h).
//
// Elements are plain values below p (never Montgomery residues), so they compare, hash and print as they are. Everything is public data:
// nothing here runs in constant time. A Group is immutable after make() and safe to read from any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

namespace entente::measures::p3_elections::e2e {

inline constexpr std::size_t kElementLimbs = 64;  // 4096 bits
inline constexpr std::size_t kScalarLimbs = 4;    // 256 bits

// 0 < value < p, little-endian limbs of 64 bits.
struct Element {
  std::array<std::uint64_t, kElementLimbs> limb{};
  bool operator==(const Element&) const = default;
};

// 0 <= value < q.
struct Scalar {
  std::array<std::uint64_t, kScalarLimbs> limb{};
  bool operator==(const Scalar&) const = default;
};

struct GroupParameters {
  std::string name;
  std::string p, q, g;  // hexadecimal, either case
};

// How products modulo p are computed: one by one in 64-bit words on any machine, or eight at a time with AVX-512 IFMA.
enum class Arithmetic { automatic, words, lanes };

struct Kernel;    // group_kernel.h
class FixedBase;  // a table of powers of one base: any power in 43 products and no squaring

class Group {
 public:
  // Errors: p not odd or wider than 4096 bits, q wider than 256 bits or not dividing p - 1, g not of order q, Arithmetic::lanes where the
  // processor has none. Whether p and q are prime is not tested: production uses pinned groups only (pinned_groups.h).
  [[nodiscard]] static Result<std::shared_ptr<const Group>> make(const GroupParameters& parameters,
                                                                 Arithmetic arithmetic = Arithmetic::automatic);
  ~Group();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Element& p() const { return p_; }
  [[nodiscard]] const Scalar& q() const { return q_; }  // the one Scalar that is not below q
  [[nodiscard]] const Element& g() const { return g_; }
  [[nodiscard]] Element cofactor() const;  // (p - 1) / q
  [[nodiscard]] std::size_t element_bytes() const { return element_bytes_; }
  [[nodiscard]] std::size_t scalar_bytes() const { return scalar_bytes_; }
  [[nodiscard]] Arithmetic arithmetic() const;
  [[nodiscard]] const Kernel& kernel() const { return *kernel_; }
  [[nodiscard]] const FixedBase& g_powers() const { return *g_powers_; }

  // Numbers in. nullopt: no such number, or out of range (elements: 0 and p and above; scalars: q and above). Leading zeros are accepted in
  // bytes and hexadecimal, not in decimal, where a number must have one spelling.
  [[nodiscard]] std::optional<Element> element(ByteView big_endian) const;
  [[nodiscard]] std::optional<Element> element_hex(std::string_view text) const;
  [[nodiscard]] std::optional<Element> element_decimal(std::string_view text) const;
  [[nodiscard]] std::optional<Scalar> scalar(ByteView big_endian) const;
  [[nodiscard]] std::optional<Scalar> scalar_hex(std::string_view text) const;
  [[nodiscard]] std::optional<Scalar> scalar_decimal(std::string_view text) const;
  [[nodiscard]] Scalar scalar_of(std::uint64_t value) const;       // mod q
  [[nodiscard]] Scalar scalar_reduced(ByteView big_endian) const;  // mod q; at most 64 bytes
  // Numbers out.
  [[nodiscard]] Bytes bytes(const Element& x) const;  // big-endian, as wide as p
  [[nodiscard]] Bytes bytes(const Scalar& x) const;   // big-endian, as wide as q
  [[nodiscard]] std::string decimal(const Element& x) const;

  [[nodiscard]] Scalar add(const Scalar& a, const Scalar& b) const;
  [[nodiscard]] Scalar subtract(const Scalar& a, const Scalar& b) const;
  [[nodiscard]] Scalar negate(const Scalar& a) const { return subtract(Scalar{}, a); }
  [[nodiscard]] Scalar multiply(const Scalar& a, const Scalar& b) const;
  [[nodiscard]] std::optional<Scalar> inverse(const Scalar& a) const;  // nullopt of 0

  [[nodiscard]] Element one() const;
  [[nodiscard]] Element multiply(const Element& a, const Element& b) const;
  [[nodiscard]] Element inverse(const Element& a) const;
  // x^e by OpenSSL's BN_mod_exp, one at a time: what the fast ways are tested against.
  [[nodiscard]] Element power_reference(const Element& x, const Scalar& e) const;

 private:
  Group() = default;
  std::string name_;
  Element p_, g_;
  Scalar q_;
  std::size_t element_bytes_ = 0, scalar_bytes_ = 0;
  std::unique_ptr<const Kernel> kernel_;
  std::unique_ptr<const FixedBase> g_powers_;
};

class FixedBase {
 public:
  static constexpr unsigned kWindow = 6;  // bits; 43 windows of 64 entries: 0.7 MB at 2048 bits, 1.7 MB at 4096
  FixedBase(const Group& group, const Element& base);

  [[nodiscard]] const Element& base() const { return base_; }
  // The limbs, in the kernel's form, of base^(digit << (kWindow * window)).
  [[nodiscard]] const std::uint64_t* entry(std::size_t window, std::size_t digit) const;
  [[nodiscard]] static std::size_t windows() { return (kScalarLimbs * 64 + kWindow - 1) / kWindow; }
  [[nodiscard]] static std::size_t digit(const Scalar& e, std::size_t window);

 private:
  Element base_;
  std::size_t limbs_;
  std::vector<std::uint64_t> table_;
};

}  // namespace entente::measures::p3_elections::e2e
