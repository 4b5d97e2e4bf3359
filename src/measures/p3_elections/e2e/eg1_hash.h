// The hash of ElectionGuard 0.95 to 1.1, as electionguard-python computes it (pitfalls: upper-case hexadecimal with an even number of
// digits and no leading zero bytes; '|' before, between and after the parts; the digest modulo q). Inside the room only.
#pragma once

#include "core/digest.h"
#include "measures/p3_elections/e2e/group.h"
#include "measures/p3_elections/e2e/record_value.h"

namespace entente::measures::p3_elections::e2e {

// Eg1Hash(group).add(a).add(b).finish()
class Eg1Hash {
 public:
  explicit Eg1Hash(const Group& group) : group_(group) { hash_.update("|"); }
  Eg1Hash& add(const Element& x);
  Eg1Hash& add(const Scalar& x);  // q itself as well
  Eg1Hash& add(std::string_view text);
  Eg1Hash& add(std::uint64_t number);
  Eg1Hash& null() { return add(std::string_view("null")); }
  // A list is hashed by itself and its digest added; an empty one is "null".
  template <class T>
  Eg1Hash& list(const std::vector<T>& items) {
    if (items.empty()) return null();
    Eg1Hash inner(group_);
    for (const T& item : items) inner.add(item);
    return add(inner.finish());
  }
  // A JSON value: null, a string, a whole number, or a list of them.
  Eg1Hash& value(std::optional<JsonView> view);
  [[nodiscard]] Scalar finish();

 private:
  const Group& group_;
  Sha256 hash_;
};

// Of a manifest: ElectionDescription.crypto_hash of electionguard-python 1.4. Candidates are not part of it there. nullopt if a date cannot
// be read.
[[nodiscard]] std::optional<Scalar> eg1_manifest_hash(const Group& group, JsonView manifest);
[[nodiscard]] Scalar eg1_selection_hash(const Group& group, JsonView selection);  // of a description
[[nodiscard]] Scalar eg1_contest_hash(const Group& group, JsonView contest);

}  // namespace entente::measures::p3_elections::e2e
