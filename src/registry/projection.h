// The ledger, replayed into tables: State says what the entries mean, Store holds it. The tables are a function of the entries alone; how
// they were cut into batches, and how often the work was interrupted, leaves no trace (Store::digest()). A batch is one transaction.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/control.h"
#include "core/data.h"
#include "registry/state.h"
#include "registry/store.h"

namespace entente::registry {

// What a store row says of a supporter. `tiers`: see SupporterRow.
[[nodiscard]] SupporterRow row_of(const Supporter& supporter, std::string tiers);

// One thread at a time; state() may be read by others as State allows.
class Projection {
 public:
  // The tables may be at any point of the ledger's history: entries before that are only replayed in memory.
  [[nodiscard]] static Result<Projection> open(Store store, const DataSet& data = DataSet::embedded());

  // The next entries of the ledger, from state().next_leaf() on. If the tables turn out to stem from other entries, they are cleared, and
  // written anew from what follows: `began_anew` says so, and the caller starts again with a fresh Projection from leaf 0.
  struct Outcome {
    bool began_anew = false;
    std::uint64_t ignored = 0;  // entries without effect
  };
  [[nodiscard]] Result<Outcome> apply(std::span<const std::string> entries);
  // The same in steps, for a server: step() and admit() change the State only; take() says what the tables lack since the last take();
  // write() writes what was taken, each once and in order, on whatever thread: it needs the store for itself. take() may run beside readers
  // of state(). Where a write() fails, only a new start makes the tables whole.
  Applied step(std::string_view entry);
  [[nodiscard]] tl::expected<Applied, Rejection> admit(Submission& submission, Instant now);  // State::admit
  [[nodiscard]] StoreChanges take();
  Result<void> write(const StoreChanges& changes);

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] Store& store() { return store_; }
  // How many entries the tables hold already.
  [[nodiscard]] Leaf written() const { return stored_.next_leaf; }

 private:
  Projection(Store store, const DataSet& data, const Position& stored, catalog::Catalog catalog)
      : store_(std::move(store)), state_(data), stored_(stored), taken_(stored.next_leaf), catalog_(std::move(catalog)) {}
  void note(Applied done);
  [[nodiscard]] std::vector<SupporterRow> rows_of(const std::set<std::string>& ids) const;

  Store store_;
  State state_;
  Position stored_;  // as the tables say
  Leaf taken_;       // where take() ended last
  catalog::Catalog catalog_;
  std::vector<Applied> stepped_;  // not taken
  Digest history_;                // h(0) = zeros, h(n + 1) = SHA-256(h(n) ‖ SHA-256(entry n))
};

}  // namespace entente::registry
