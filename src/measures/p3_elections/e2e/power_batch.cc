// Powers of one base with several exponents by Yao's method (Knuth, TAOCP 4.6.3, exercise 9): while the base is squared once for all of
// them, the running power is multiplied into the bucket of each exponent's current digit; at the end the buckets are put together with
// 2 * 14 products. With windows of 4 bits, three exponents of 256 bits cost 256 squarings + 3 * 92 products instead of 3 * 308.
//
// The test for order q shares the squarings too: where q = 2^256 - d with a small d (ElectionGuard), x^q = 1 is x^(2^256) = x^d; else q is
// one exponent more.
#include "measures/p3_elections/e2e/power_batch.h"

#include <algorithm>

#include "measures/p3_elections/e2e/group_kernel.h"

namespace entente::measures::p3_elections::e2e {
namespace {

constexpr unsigned kYaoBits = 4;
constexpr std::size_t kYaoDigits = 1U << kYaoBits;

std::size_t yao_digit(const Scalar& e, std::size_t window) {
  const std::size_t bit = window * kYaoBits;
  return e.limb[bit / 64] >> (bit % 64) & (kYaoDigits - 1);
}

// 2^256 - q where that is below 2^16, else 0.
std::uint64_t yao_complement(const Scalar& q) {
  for (std::size_t i = 1; i < kScalarLimbs; ++i)
    if (q.limb[i] != ~std::uint64_t{0}) return 0;
  const std::uint64_t d = ~q.limb[0] + 1;
  return d < 65'536 ? d : 0;
}

// Buckets of one exponent; lanes go their own ways through them.
using YaoBuckets = std::vector<Block>;

void yao_put(const Kernel& kernel, YaoBuckets& buckets, const Block& running, const std::array<std::size_t, kMaxLanes>& digit) {
  Block bucket;
  const std::size_t lanes = kernel.lanes;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    for (std::size_t i = 0; i < kernel.limbs; ++i) bucket.word[i * lanes + lane] = buckets[digit[lane]].word[i * lanes + lane];
  kernel.multiply(bucket, bucket, running);
  for (std::size_t lane = 0; lane < lanes; ++lane)
    for (std::size_t i = 0; i < kernel.limbs; ++i) buckets[digit[lane]].word[i * lanes + lane] = bucket.word[i * lanes + lane];
}

// The product of bucket[d]^d.
void yao_combine(const Kernel& kernel, const YaoBuckets& buckets, Block& out) {
  Block suffix = buckets[kYaoDigits - 1];
  out = suffix;
  for (std::size_t d = kYaoDigits - 2; d > 0; --d) {
    kernel.multiply(suffix, suffix, buckets[d]);
    kernel.multiply(out, out, suffix);
  }
}

// x^d by squaring and multiplying.
void yao_small_power(const Kernel& kernel, const Block& x, std::uint64_t d, Block& out) {
  kernel.fill(out, kernel.one);
  for (int bit = 15; bit >= 0; --bit) {
    kernel.multiply(out, out, out);
    if ((d >> bit & 1) != 0) kernel.multiply(out, out, x);
  }
}

}  // namespace

PowerBatch::Base PowerBatch::base(const Element& x, Membership membership) {
  bases_.push_back({.x = x, .test = membership == Membership::tested, .member = true, .exponents = {}});
  return {bases_.size() - 1};
}

PowerBatch::Product PowerBatch::product(std::vector<FixedTerm> fixed, const std::vector<Term>& terms) {
  ProductJob job{.fixed = std::move(fixed), .powers = {}, .value = {}};
  for (const Term& term : terms) {
    std::vector<Scalar>& exponents = bases_[term.base.index].exponents;
    auto at = std::ranges::find(exponents, term.exponent);
    if (at == exponents.end()) at = exponents.insert(at, term.exponent);
    job.powers.emplace_back(term.base.index, at - exponents.begin());
  }
  products_.push_back(std::move(job));
  return {products_.size() - 1};
}

void PowerBatch::run() {
  const Kernel& kernel = group_.kernel();
  std::size_t powers = 0;
  std::vector<BaseJob*> bases;
  for (BaseJob& job : bases_) {
    job.first_power = powers * kernel.limbs;
    powers += job.exponents.size();
    if (job.test || !job.exponents.empty()) bases.push_back(&job);
  }
  powers_.resize(powers * kernel.limbs);
  // Bases with equally many exponents share lanes.
  std::ranges::stable_sort(bases, std::greater{}, [](const BaseJob* job) { return job->exponents.size(); });
  for (std::size_t at = 0; at < bases.size(); at += kernel.lanes)
    run_bases(std::span(bases).subspan(at, std::min(kernel.lanes, bases.size() - at)));
  std::vector<ProductJob*> products;
  for (ProductJob& job : products_) products.push_back(&job);
  std::ranges::stable_sort(products, std::greater{}, [](const ProductJob* job) { return job->fixed.size(); });
  for (std::size_t at = 0; at < products.size(); at += kernel.lanes)
    run_products(std::span(products).subspan(at, std::min(kernel.lanes, products.size() - at)));
}

void PowerBatch::run_bases(std::span<BaseJob* const> jobs) {
  const Kernel& kernel = group_.kernel();
  Block x;
  kernel.fill(x, kernel.one);
  std::vector<std::uint64_t> number(kernel.limbs);
  std::size_t exponents = 0;
  bool test = false;
  for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
    kernel.split(jobs[lane]->x, number.data());
    kernel.load(x, lane, number.data());
    exponents = std::max(exponents, jobs[lane]->exponents.size());
    test = test || jobs[lane]->test;
  }
  kernel.enter(x);
  const std::uint64_t complement = yao_complement(group_.q());
  const bool extra = test && complement == 0;  // q is one more exponent
  const std::size_t slots = exponents + (extra ? 1 : 0);

  Block one;
  kernel.fill(one, kernel.one);
  std::vector<YaoBuckets> buckets(slots, YaoBuckets(kYaoDigits, one));
  Block running = x;
  const Scalar zero;
  const std::size_t windows =
      (group_.scalar_bytes() * 8 + kYaoBits - 1) / kYaoBits;  // 64 where the complement is used: q is 256 bits wide then
  for (std::size_t window = 0; window < windows; ++window) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      std::array<std::size_t, kMaxLanes> digit{};
      for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
        const auto& own = jobs[lane]->exponents;
        digit[lane] = yao_digit(slot == exponents ? group_.q() : slot < own.size() ? own[slot] : zero, window);
      }
      yao_put(kernel, buckets[slot], running, digit);
    }
    for (unsigned i = 0; i < kYaoBits; ++i) kernel.multiply(running, running, running);
  }
  Block power;
  for (std::size_t slot = 0; slot < exponents; ++slot) {
    yao_combine(kernel, buckets[slot], power);
    for (std::size_t lane = 0; lane < jobs.size(); ++lane)
      if (slot < jobs[lane]->exponents.size()) kernel.store(powers_.data() + jobs[lane]->first_power + slot * kernel.limbs, power, lane);
  }
  if (!test) return;
  Block left;
  Block right = one;
  if (extra) {
    yao_combine(kernel, buckets[exponents], left);
  } else {
    left = running;  // x^(2^256)
    yao_small_power(kernel, x, complement, right);
  }
  kernel.leave(left);
  kernel.leave(right);
  std::vector<std::uint64_t> other(kernel.limbs);
  for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
    kernel.store(number.data(), left, lane);
    kernel.store(other.data(), right, lane);
    if (jobs[lane]->test) jobs[lane]->member = number == other;
  }
}

void PowerBatch::run_products(std::span<ProductJob* const> jobs) {
  const Kernel& kernel = group_.kernel();
  std::size_t fixed = 0;
  std::size_t powers = 0;
  for (const ProductJob* job : jobs) {
    fixed = std::max(fixed, job->fixed.size());
    powers = std::max(powers, job->powers.size());
  }
  Block value;
  kernel.fill(value, kernel.one);
  Block factor;
  for (std::size_t term = 0; term < fixed; ++term) {
    for (std::size_t window = 0; window < FixedBase::windows(); ++window) {
      kernel.fill(factor, kernel.one);
      bool any = false;
      for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
        if (term >= jobs[lane]->fixed.size()) continue;
        const FixedTerm& own = jobs[lane]->fixed[term];
        const std::size_t digit = FixedBase::digit(own.exponent, window);
        if (digit == 0) continue;
        any = true;
        kernel.load(factor, lane, own.base->entry(window, digit));
      }
      if (any) kernel.multiply(value, value, factor);
    }
  }
  for (std::size_t term = 0; term < powers; ++term) {
    kernel.fill(factor, kernel.one);
    for (std::size_t lane = 0; lane < jobs.size(); ++lane)
      if (term < jobs[lane]->powers.size()) {
        const auto [base, index] = jobs[lane]->powers[term];
        kernel.load(factor, lane, powers_.data() + bases_[base].first_power + index * kernel.limbs);
      }
    kernel.multiply(value, value, factor);
  }
  kernel.leave(value);
  std::vector<std::uint64_t> number(kernel.limbs);
  for (std::size_t lane = 0; lane < jobs.size(); ++lane) {
    kernel.store(number.data(), value, lane);
    jobs[lane]->value = kernel.join(number.data());
  }
}

}  // namespace entente::measures::p3_elections::e2e
