// The registry's tables in SQL, through SOCI: SQLite or PostgreSQL, chosen by URL, with the same answers. The tables are a projection:
// whatever is in them follows from the ledger (projection.h), and each row says which leaf it comes from. Table by table in
// docs/registry.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "registry/supporter.h"

namespace entente::registry {

struct SupporterRow {
  std::string id;
  Leaf leaf = 0, changed_leaf = 0;  // of the statement that made the record, and of the last that changed it
  std::string name, folded;         // `folded`: names.h, over all its names; what search looks in
  std::string category, nature, country, status;
  bool counts = false;
  std::int32_t principles = 0;  // bit n: principle n
  std::string tiers;            // one letter a principle, 0 … 9: A … D, '?'; empty: never assessed
  std::string day;              // by which lists are sorted: the day it signed, else appeared, else the import's; may be empty
  std::string body;             // record_json
  bool operator==(const SupporterRow&) const = default;
};

struct StatementRow {
  Leaf leaf = 0;
  std::string envelope, kind, disposition, at, supporter;
  std::string body;  // record_json of the entry
  bool operator==(const StatementRow&) const = default;
};

struct DocumentRow {
  std::string collection;  // "event", "dispute", "assessment", "pending", "rules", "comcheck", "catalogue", "commitment"
  std::string id;
  Leaf leaf = 0;
  std::string supporter;  // whom it is about; may be empty
  std::string body;
  bool operator==(const DocumentRow&) const = default;
};

// How far the tables have come.
struct Position {
  Leaf next_leaf = 0;
  Digest history;  // over all entries before; see Projection
  bool operator==(const Position&) const = default;
};

struct StoreChanges {
  std::vector<SupporterRow> supporters;
  std::vector<StatementRow> statements;
  std::vector<DocumentRow> documents;
  std::vector<std::string> emptied;  // collections whose rows are all replaced by those in `documents`
  Position position;
};

// One connection; one thread at a time. What the database says is an Error with its message; nothing throws.
class Store {
 public:
  // "sqlite:PATH" (made if missing; "sqlite::memory:" for none), "postgresql://user@host/database?…" (libpq's URLs). Makes the tables, or,
  // where they are of another version of this program, drops and makes them anew.
  [[nodiscard]] static Result<Store> open(const std::string& url);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  [[nodiscard]] Result<Position> position();
  [[nodiscard]] Result<void> clear();
  // All or nothing, in one transaction.
  [[nodiscard]] Result<void> write(const StoreChanges& changes);

  [[nodiscard]] Result<std::optional<std::string>> supporter(const std::string& id);  // body
  [[nodiscard]] Result<std::optional<std::string>> statement(Leaf leaf);              // body
  // At most `limit` statements from `from` on, in order; `kind` and `supporter` narrow where set.
  struct StatementQuery {
    Leaf from = 0;
    std::uint32_t limit = 100;
    std::string kind, supporter;
  };
  [[nodiscard]] Result<std::vector<StatementRow>> statements(const StatementQuery& query);
  [[nodiscard]] Result<std::optional<std::string>> document(const std::string& collection, const std::string& id);
  // In the order of leaf, then id.
  [[nodiscard]] Result<std::vector<DocumentRow>> documents(const std::string& collection);
  // In the order of id.
  [[nodiscard]] Result<void> each_supporter(const std::function<Result<void>(SupporterRow)>& take);

  // Over every row of every table, in fixed order: equal for equal tables, whatever the database.
  [[nodiscard]] Result<Digest> digest();

 private:
  struct Connection;
  explicit Store(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace entente::registry
