// Numbers of a group in and out, the few operations that are not hot (through OpenSSL's BIGNUM), and tables of fixed bases.
#include "measures/p3_elections/e2e/group.h"

#include <fmt/format.h>
#include <openssl/bn.h>

#include <algorithm>

#include "measures/p3_elections/e2e/group_kernel.h"

namespace entente::measures::p3_elections::e2e {
namespace {

struct GroupBnFree {
  void operator()(BIGNUM* n) const { BN_free(n); }
};
using GroupBn = std::unique_ptr<BIGNUM, GroupBnFree>;

BN_CTX* group_context() {
  struct Holder {
    BN_CTX* context = BN_CTX_new();
    ~Holder() { BN_CTX_free(context); }
  };
  thread_local const Holder holder;
  return holder.context;
}

template <std::size_t N>
GroupBn group_bn(const std::array<std::uint64_t, N>& limb) {
  std::array<std::uint8_t, N * 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(limb[i / 8] >> (i % 8 * 8));
  return GroupBn(BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

template <std::size_t N>
void group_limbs(const BIGNUM* n, std::array<std::uint64_t, N>& limb) {
  std::array<std::uint8_t, N * 8> bytes{};
  BN_bn2lebinpad(n, bytes.data(), static_cast<int>(bytes.size()));
  limb.fill(0);
  for (std::size_t i = 0; i < bytes.size(); ++i) limb[i / 8] |= std::uint64_t{bytes[i]} << (i % 8 * 8);
}

template <std::size_t N>
bool group_below(const std::array<std::uint64_t, N>& a, const std::array<std::uint64_t, N>& b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

template <std::size_t N>
bool group_from_bytes(ByteView big_endian, std::array<std::uint64_t, N>& limb) {
  while (!big_endian.empty() && big_endian.front() == 0) big_endian = big_endian.subspan(1);
  if (big_endian.size() > N * 8) return false;
  limb.fill(0);
  const std::size_t n = big_endian.size();
  for (std::size_t i = 0; i < n; ++i) limb[i / 8] |= std::uint64_t{big_endian[n - 1 - i]} << (i % 8 * 8);
  return true;
}

int group_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <std::size_t N>
bool group_from_hex(std::string_view text, std::array<std::uint64_t, N>& limb) {
  if (text.empty() || text.size() > N * 16 + 64) return false;
  limb.fill(0);
  const std::size_t n = text.size();
  for (std::size_t i = 0; i < n; ++i) {
    const int digit = group_hex_digit(text[n - 1 - i]);
    if (digit < 0 || (i >= N * 16 && digit != 0)) return false;
    if (i < N * 16) limb[i / 16] |= static_cast<std::uint64_t>(digit) << (i % 16 * 4);
  }
  return true;
}

// limb = limb * factor + addend; false if that does not fit.
template <std::size_t N>
bool group_multiply_add(std::array<std::uint64_t, N>& limb, std::uint64_t factor, std::uint64_t addend) {
  unsigned __int128 carry = addend;
  for (std::uint64_t& word : limb) {
    carry += static_cast<unsigned __int128>(word) * factor;
    word = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return carry == 0;
}

template <std::size_t N>
bool group_from_decimal(std::string_view text, std::array<std::uint64_t, N>& limb) {
  if (text.empty() || text.size() > N * 20 || (text.size() > 1 && text.front() == '0')) return false;
  limb.fill(0);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t take = std::min<std::size_t>(18, text.size() - at);
    std::uint64_t chunk = 0;
    std::uint64_t factor = 1;
    for (std::size_t i = 0; i < take; ++i, ++at) {
      if (text[at] < '0' || text[at] > '9') return false;
      chunk = chunk * 10 + static_cast<std::uint64_t>(text[at] - '0');
      factor *= 10;
    }
    if (!group_multiply_add(limb, factor, chunk)) return false;
  }
  return true;
}

template <std::size_t N>
bool group_is_zero(const std::array<std::uint64_t, N>& limb) {
  return std::ranges::all_of(limb, [](std::uint64_t w) { return w == 0; });
}

template <std::size_t N>
Bytes group_to_bytes(const std::array<std::uint64_t, N>& limb, std::size_t width) {
  Bytes out(width);
  for (std::size_t i = 0; i < width; ++i) out[width - 1 - i] = static_cast<std::uint8_t>(limb[i / 8] >> (i % 8 * 8));
  return out;
}

}  // namespace

Group::~Group() = default;

Result<std::shared_ptr<const Group>> Group::make(const GroupParameters& parameters, Arithmetic arithmetic) {
  const auto refuse = [&](std::string_view why) { return fail(fmt::format("group {}: {}", parameters.name, why)); };
  std::shared_ptr<Group> group(new Group);
  group->name_ = parameters.name;
  if (!group_from_hex(parameters.p, group->p_.limb) || !group_from_hex(parameters.q, group->q_.limb) ||
      !group_from_hex(parameters.g, group->g_.limb))
    return refuse("p, q and g must be hexadecimal, of at most 4096, 256 and 4096 bits");
  if ((group->p_.limb[0] & 1) == 0 || group_is_zero(group->q_.limb)) return refuse("p must be odd and q not 0");
  const GroupBn p = group_bn(group->p_.limb);
  const GroupBn q = group_bn(group->q_.limb);
  group->element_bytes_ = static_cast<std::size_t>(BN_num_bytes(p.get()));
  group->scalar_bytes_ = static_cast<std::size_t>(BN_num_bytes(q.get()));
  const GroupBn rest(BN_new());
  BN_sub(rest.get(), p.get(), BN_value_one());
  BN_nnmod(rest.get(), rest.get(), q.get(), group_context());
  if (!BN_is_zero(rest.get())) return refuse("q does not divide p - 1");
  if (group_is_zero(group->g_.limb) || !group_below(group->g_.limb, group->p_.limb) || group->g_ == group->one())
    return refuse("g is out of range");
  if (group->power_reference(group->g_, group->q_) != group->one()) return refuse("g is not of order q");
  group->kernel_ = make_kernel(group->p_, static_cast<std::size_t>(BN_num_bits(p.get())), arithmetic);
  if (group->kernel_ == nullptr) return refuse("this processor has no AVX-512 IFMA");
  group->g_powers_ = std::make_unique<FixedBase>(*group, group->g_);
  return group;
}

Element Group::cofactor() const {
  const GroupBn p = group_bn(p_.limb);
  const GroupBn q = group_bn(q_.limb);
  BN_div(p.get(), nullptr, p.get(), q.get(), group_context());
  Element out;
  group_limbs(p.get(), out.limb);
  return out;
}

Arithmetic Group::arithmetic() const { return kernel_->lanes == 1 ? Arithmetic::words : Arithmetic::lanes; }

std::optional<Element> Group::element(ByteView big_endian) const {
  Element x;
  if (!group_from_bytes(big_endian, x.limb) || group_is_zero(x.limb) || !group_below(x.limb, p_.limb)) return std::nullopt;
  return x;
}

std::optional<Element> Group::element_hex(std::string_view text) const {
  Element x;
  if (!group_from_hex(text, x.limb) || group_is_zero(x.limb) || !group_below(x.limb, p_.limb)) return std::nullopt;
  return x;
}

std::optional<Element> Group::element_decimal(std::string_view text) const {
  Element x;
  if (!group_from_decimal(text, x.limb) || group_is_zero(x.limb) || !group_below(x.limb, p_.limb)) return std::nullopt;
  return x;
}

std::optional<Scalar> Group::scalar(ByteView big_endian) const {
  Scalar x;
  if (!group_from_bytes(big_endian, x.limb) || !group_below(x.limb, q_.limb)) return std::nullopt;
  return x;
}

std::optional<Scalar> Group::scalar_hex(std::string_view text) const {
  Scalar x;
  if (!group_from_hex(text, x.limb) || !group_below(x.limb, q_.limb)) return std::nullopt;
  return x;
}

std::optional<Scalar> Group::scalar_decimal(std::string_view text) const {
  Scalar x;
  if (!group_from_decimal(text, x.limb) || !group_below(x.limb, q_.limb)) return std::nullopt;
  return x;
}

Scalar Group::scalar_of(std::uint64_t value) const {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  return scalar_reduced(bytes);
}

Scalar Group::scalar_reduced(ByteView big_endian) const {
  Scalar quick;
  if (group_from_bytes(big_endian, quick.limb) && group_below(quick.limb, q_.limb)) return quick;
  const GroupBn value(BN_bin2bn(big_endian.data(), static_cast<int>(std::min<std::size_t>(big_endian.size(), 64)), nullptr));
  const GroupBn q = group_bn(q_.limb);
  BN_nnmod(value.get(), value.get(), q.get(), group_context());
  Scalar out;
  group_limbs(value.get(), out.limb);
  return out;
}

Bytes Group::bytes(const Element& x) const { return group_to_bytes(x.limb, element_bytes_); }
Bytes Group::bytes(const Scalar& x) const { return group_to_bytes(x.limb, scalar_bytes_); }

// Division by 10^19, the largest power of ten in a word, from the top limb down: quadratic, yet 617 digits take a few microseconds.
std::string Group::decimal(const Element& x) const {
  constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000U;
  std::array<std::uint64_t, kElementLimbs> rest = x.limb;
  std::size_t n = kElementLimbs;
  std::string reversed;
  while (true) {
    while (n > 0 && rest[n - 1] == 0) --n;
    if (n == 0) break;
    unsigned __int128 remainder = 0;
    for (std::size_t i = n; i-- > 0;) {
      remainder = (remainder << 64) | rest[i];
      rest[i] = static_cast<std::uint64_t>(remainder / kChunk);
      remainder %= kChunk;
    }
    std::uint64_t chunk = static_cast<std::uint64_t>(remainder);
    for (int i = 0; i < 19; ++i, chunk /= 10) reversed.push_back(static_cast<char>('0' + chunk % 10));
  }
  while (!reversed.empty() && reversed.back() == '0') reversed.pop_back();
  if (reversed.empty()) return "0";
  return {reversed.rbegin(), reversed.rend()};
}

Scalar Group::add(const Scalar& a, const Scalar& b) const { return subtract(a, subtract(Scalar{}, b)); }

// a - b, plus q if that is negative. Both are below q.
Scalar Group::subtract(const Scalar& a, const Scalar& b) const {
  Scalar out;
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < kScalarLimbs; ++i) {
    const unsigned __int128 difference = static_cast<unsigned __int128>(a.limb[i]) - b.limb[i] - borrow;
    out.limb[i] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
  if (borrow == 0) return out;
  unsigned __int128 carry = 0;
  for (std::size_t i = 0; i < kScalarLimbs; ++i) {
    carry += static_cast<unsigned __int128>(out.limb[i]) + q_.limb[i];
    out.limb[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return out;
}

Scalar Group::multiply(const Scalar& a, const Scalar& b) const {
  const GroupBn x = group_bn(a.limb);
  const GroupBn y = group_bn(b.limb);
  const GroupBn q = group_bn(q_.limb);
  BN_mod_mul(x.get(), x.get(), y.get(), q.get(), group_context());
  Scalar out;
  group_limbs(x.get(), out.limb);
  return out;
}

std::optional<Scalar> Group::inverse(const Scalar& a) const {
  const GroupBn x = group_bn(a.limb);
  const GroupBn q = group_bn(q_.limb);
  const GroupBn y(BN_mod_inverse(nullptr, x.get(), q.get(), group_context()));
  if (y == nullptr) return std::nullopt;
  Scalar out;
  group_limbs(y.get(), out.limb);
  return out;
}

Element Group::one() const {
  Element x;
  x.limb[0] = 1;
  return x;
}

Element Group::multiply(const Element& a, const Element& b) const {
  const GroupBn x = group_bn(a.limb);
  const GroupBn y = group_bn(b.limb);
  const GroupBn p = group_bn(p_.limb);
  BN_mod_mul(x.get(), x.get(), y.get(), p.get(), group_context());
  Element out;
  group_limbs(x.get(), out.limb);
  return out;
}

Element Group::inverse(const Element& a) const {
  const GroupBn x = group_bn(a.limb);
  const GroupBn p = group_bn(p_.limb);
  const GroupBn y(BN_mod_inverse(nullptr, x.get(), p.get(), group_context()));
  Element out;
  if (y != nullptr) group_limbs(y.get(), out.limb);
  return out;
}

Element Group::power_reference(const Element& x, const Scalar& e) const {
  const GroupBn base = group_bn(x.limb);
  const GroupBn exponent = group_bn(e.limb);
  const GroupBn p = group_bn(p_.limb);
  BN_mod_exp(base.get(), base.get(), exponent.get(), p.get(), group_context());
  Element out;
  group_limbs(base.get(), out.limb);
  return out;
}

std::size_t FixedBase::digit(const Scalar& e, std::size_t window) {
  const std::size_t bit = window * kWindow;
  std::uint64_t value = e.limb[bit / 64] >> (bit % 64);
  if (bit % 64 > 64 - kWindow && bit / 64 + 1 < kScalarLimbs) value |= e.limb[bit / 64 + 1] << (64 - bit % 64);
  return value & ((1U << kWindow) - 1);
}

const std::uint64_t* FixedBase::entry(std::size_t window, std::size_t digit) const {
  return table_.data() + (window << kWindow | digit) * limbs_;
}

// Row by row: the first entries b^(2^6w) by squaring, then every lane multiplies its own row up, eight rows at a time.
FixedBase::FixedBase(const Group& group, const Element& base) : base_(base), limbs_(group.kernel().limbs) {
  const Kernel& kernel = group.kernel();
  const std::size_t rows = windows();
  table_.resize((rows << kWindow) * limbs_);
  const auto slot = [&](std::size_t window, std::size_t digit) { return table_.data() + (window << kWindow | digit) * limbs_; };
  Block x;
  std::vector<std::uint64_t> number(limbs_);
  kernel.split(base, number.data());
  kernel.fill(x, number);
  kernel.enter(x);
  for (std::size_t row = 0; row < rows; ++row) {
    kernel.store(slot(row, 1), x, 0);
    for (unsigned i = 0; i < kWindow; ++i) kernel.multiply(x, x, x);
  }
  for (std::size_t first = 0; first < rows; first += kernel.lanes) {
    const std::size_t lanes = std::min(kernel.lanes, rows - first);
    Block step;
    kernel.fill(step, kernel.one);
    for (std::size_t lane = 0; lane < lanes; ++lane) kernel.load(step, lane, slot(first + lane, 1));
    kernel.fill(x, kernel.one);
    for (std::size_t digit = 0; digit < (std::size_t{1} << kWindow); ++digit) {
      for (std::size_t lane = 0; lane < lanes; ++lane) kernel.store(slot(first + lane, digit), x, lane);
      kernel.multiply(x, x, step);
    }
  }
}

}  // namespace entente::measures::p3_elections::e2e
