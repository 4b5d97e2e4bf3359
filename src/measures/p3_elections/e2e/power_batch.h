// Many powers and products of powers at once. The caller first says what it will need, then run() computes it, eight numbers side by side
// where the processor can, with the squarings of one base shared by all its exponents and by its test for order q.
//
//   PowerBatch batch(group);
//   const auto alpha = batch.base(ciphertext.alpha);        // also tests alpha^q = 1
//   const auto a = batch.product({{group.g_powers(), v}}, {{alpha, c}});   // g^v * alpha^c
//   batch.run();
//   if (!batch.member(alpha)) …;  batch.result(a) …
//
// Not thread-safe; one batch a thread.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "measures/p3_elections/e2e/group.h"

namespace entente::measures::p3_elections::e2e {

enum class Membership { tested, known };  // known: a product of elements that are tested elsewhere, or of no interest

class PowerBatch {
 public:
  struct Base {
    std::size_t index;
  };
  struct Product {
    std::size_t index;
  };
  struct FixedTerm {
    const FixedBase* base;
    Scalar exponent;
  };
  struct Term {
    Base base;
    Scalar exponent;
  };

  explicit PowerBatch(const Group& group) : group_(group) {}

  Base base(const Element& x, Membership membership = Membership::tested);
  // The product of all the terms.
  Product product(std::vector<FixedTerm> fixed, const std::vector<Term>& terms = {});
  void run();

  [[nodiscard]] bool member(Base base) const { return bases_[base.index].member; }  // x^q = 1
  [[nodiscard]] const Element& result(Product product) const { return products_[product.index].value; }

 private:
  struct BaseJob {
    Element x;
    bool test = false;
    bool member = true;
    std::vector<Scalar> exponents;
    std::size_t first_power = 0;  // of powers_, in limbs
  };
  struct ProductJob {
    std::vector<FixedTerm> fixed;
    std::vector<std::pair<std::size_t, std::size_t>> powers;  // base, index of its exponent
    Element value;
  };
  void run_bases(std::span<BaseJob* const> jobs);
  void run_products(std::span<ProductJob* const> jobs);

  const Group& group_;
  std::vector<BaseJob> bases_;
  std::vector<ProductJob> products_;
  std::vector<std::uint64_t> powers_;  // in the kernel's form
};

}  // namespace entente::measures::p3_elections::e2e
