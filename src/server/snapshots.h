// The API's answers as files: what a server that holds exactly these ledger entries would answer, for every route that can be asked in
// finitely many ways. A function of the entries, the data files and the public URL alone: whoever has those gets the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/data.h"
#include "core/error.h"
#include "core/progress.h"
#include "registry/supporter.h"

namespace entente::server {

// Ledger entries, from wherever they are.
struct EntrySource {
  std::uint64_t size = 0;
  // Entries [first, first + count), in order.
  std::function<Result<void>(registry::Leaf first, std::uint64_t count, const std::function<Result<void>(std::string)>& take)> each;
  std::function<Result<std::string>(registry::Leaf)> entry;
  std::string checkpoint;  // the signed note over these entries; may be empty
  std::string log_key;     // vkey of whoever signed it; may be empty
};

struct SnapshotOptions {
  std::string database = "sqlite::memory:";  // where the tables are built; they may be there already, of the same ledger
  const DataSet* data = &DataSet::embedded();
  std::string public_url;
};

// For one thread.
class Snapshots {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Snapshots>> make(EntrySource source, SnapshotOptions options, Progress& progress);
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  // Every file, by its path below the published folder: "api/v1/supporters/index.json" for /api/v1/supporters, the address itself where it
  // has an extension; lists that come in pages stand in full below "api/v1/pages". An error of `take` ends the walk.
  using Take = std::function<Result<void>(const std::string& path, std::string_view body)>;
  [[nodiscard]] Result<void> each(const Take& take, Progress& progress);

 private:
  struct State;
  explicit Snapshots(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace entente::server
