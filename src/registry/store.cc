// SQL that both databases understand, prepared once a transaction. Texts compare by bytes in both: PostgreSQL is told so with COLLATE "C",
// SQLite does by itself. SOCI throws; every call into it is wrapped, and what it throws becomes an Error.
#include "registry/store.h"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "core/utf8.h"

namespace entente::registry {

using soci::into;
using soci::use;

struct Store::Connection {
  soci::session sql;
  std::string name;  // for errors: the URL without password
};

namespace {

constexpr std::string_view kStoreFormat = "entente-projection/2";  // raised whenever a row would be written differently
constexpr std::string_view kSqlite = "sqlite:", kPostgres = "postgresql:", kPostgresShort = "postgres:";

// {T}: a text compared by bytes.
constexpr std::array<std::string_view, 6> kTables = {
    "CREATE TABLE meta (name {T} PRIMARY KEY, value {T} NOT NULL)",
    "CREATE TABLE supporters (id {T} PRIMARY KEY, leaf BIGINT NOT NULL, changed_leaf BIGINT NOT NULL, name {T} NOT NULL, folded {T} NOT "
    "NULL, "
    "category {T} NOT NULL, nature {T} NOT NULL, country {T} NOT NULL, status {T} NOT NULL, counts INTEGER NOT NULL, principles INTEGER "
    "NOT "
    "NULL, tiers {T} NOT NULL, day {T} NOT NULL, body {T} NOT NULL)",
    "CREATE TABLE statements (leaf BIGINT PRIMARY KEY, envelope {T} NOT NULL, kind {T} NOT NULL, disposition {T} NOT NULL, at {T} NOT "
    "NULL, "
    "supporter {T} NOT NULL, body {T} NOT NULL)",
    "CREATE INDEX statements_supporter ON statements (supporter, leaf)",
    "CREATE TABLE documents (collection {T} NOT NULL, id {T} NOT NULL, leaf BIGINT NOT NULL, supporter {T} NOT NULL, body {T} NOT NULL, "
    "PRIMARY KEY (collection, id))",
    "CREATE INDEX documents_order ON documents (collection, leaf, id)",
};

std::string for_database(std::string_view statement, bool postgres) {
  std::string out(statement);
  for (std::size_t at = out.find("{T}"); at != std::string::npos; at = out.find("{T}"))
    out.replace(at, 3, postgres ? "TEXT COLLATE \"C\"" : "TEXT");
  return out;
}

std::string without_password(const std::string& url) {
  const std::size_t scheme = url.find("://"), at = url.find('@');
  if (scheme == std::string::npos || at == std::string::npos) return url;
  const std::size_t colon = url.find(':', scheme + 3);
  return colon < at ? url.substr(0, colon) + url.substr(at) : url;
}

std::string first_line(std::string_view text) { return printable(text.substr(0, text.find('\n')), 400); }

// What an operator can do, whatever it is: nothing is in the tables that is not in the ledger.
std::string database_hint(const std::string& name) {
  if (!name.starts_with(kSqlite))
    return "is the server there, and may this user make tables? What is in them follows from the ledger: they can be dropped";
  return fmt::format(
      "is its folder there, and writable? If the file is damaged, remove {0}, {0}-wal and {0}-shm: it is made anew from the ledger",
      name.substr(kSqlite.size()));
}

// Runs what talks to the database.
template <class F>
auto guarded(const std::string& name, const F& run) -> decltype(run()) {
  try {
    return run();
  } catch (const std::exception& e) {
    return fail(fmt::format("the database reports: {}", first_line(e.what())), {.file = name}, database_hint(name));
  }
}

void make_tables(soci::session& sql, bool postgres) {
  for (const std::string_view table : {"meta", "supporters", "statements", "documents"})
    sql << fmt::format("DROP TABLE IF EXISTS {}", table);
  for (const std::string_view statement : kTables) sql << for_database(statement, postgres);
  const std::string format(kStoreFormat), empty = Digest().hex();
  sql << "INSERT INTO meta (name, value) VALUES ('format', :v)", use(format);
  sql << "INSERT INTO meta (name, value) VALUES ('next_leaf', '0')";
  sql << "INSERT INTO meta (name, value) VALUES ('history', :v)", use(empty);
}

bool has_tables(soci::session& sql, bool postgres) {
  int there = 0;
  if (postgres)
    sql << "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name IN ('meta', 'supporters', "
           "'statements', 'documents')",
        into(there);
  else
    sql << "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'supporters', 'statements', 'documents')",
        into(there);
  if (there != 4) return false;
  std::string format;
  sql << "SELECT value FROM meta WHERE name = 'format'", into(format);
  return format == kStoreFormat;
}

template <class Rows, class Row, class Prepare>
void write_rows(const Rows& rows, Row& row, const Prepare& prepare) {
  if (rows.empty()) return;
  soci::statement statement = prepare(row);
  for (const auto& next : rows) {
    row = next;
    statement.execute(true);
  }
}

// SOCI binds fields of one object; 64-bit numbers as long long.
struct SupporterBinding : SupporterRow {
  SupporterBinding& operator=(const SupporterRow& row) {
    SupporterRow::operator=(row);
    leaf_number = static_cast<long long>(row.leaf);
    changed_number = static_cast<long long>(row.changed_leaf);
    counts_number = row.counts ? 1 : 0;
    return *this;
  }
  long long leaf_number = 0, changed_number = 0;
  int counts_number = 0;
};
struct StatementBinding : StatementRow {
  StatementBinding& operator=(const StatementRow& row) {
    StatementRow::operator=(row);
    leaf_number = static_cast<long long>(row.leaf);
    return *this;
  }
  long long leaf_number = 0;
};
struct DocumentBinding : DocumentRow {
  DocumentBinding& operator=(const DocumentRow& row) {
    DocumentRow::operator=(row);
    leaf_number = static_cast<long long>(row.leaf);
    return *this;
  }
  long long leaf_number = 0;
};

void write_supporters(soci::session& sql, const std::vector<SupporterRow>& rows) {
  SupporterBinding r;
  write_rows(rows, r, [&](SupporterBinding& b) {
    return (sql.prepare
                << "INSERT INTO supporters (id, leaf, changed_leaf, name, folded, category, nature, country, status, counts, principles, "
                   "tiers, day, body) VALUES (:id, :leaf, :changed, :name, :folded, :category, :nature, :country, :status, :counts, "
                   ":principles, :tiers, :day, :body) ON CONFLICT (id) DO UPDATE SET leaf = excluded.leaf, changed_leaf = "
                   "excluded.changed_leaf, name = excluded.name, folded = excluded.folded, category = excluded.category, nature = "
                   "excluded.nature, country = excluded.country, status = excluded.status, counts = excluded.counts, principles = "
                   "excluded.principles, tiers = excluded.tiers, day = excluded.day, body = excluded.body",
            use(b.id), use(b.leaf_number), use(b.changed_number), use(b.name), use(b.folded), use(b.category), use(b.nature),
            use(b.country), use(b.status), use(b.counts_number), use(b.principles), use(b.tiers), use(b.day), use(b.body));
  });
}

void write_statements(soci::session& sql, const std::vector<StatementRow>& rows) {
  StatementBinding r;
  write_rows(rows, r, [&](StatementBinding& b) {
    return (
        sql.prepare << "INSERT INTO statements (leaf, envelope, kind, disposition, at, supporter, body) VALUES (:leaf, :envelope, :kind, "
                       ":disposition, :at, :supporter, :body) ON CONFLICT (leaf) DO UPDATE SET disposition = excluded.disposition, "
                       "body = excluded.body",
        use(b.leaf_number), use(b.envelope), use(b.kind), use(b.disposition), use(b.at), use(b.supporter), use(b.body));
  });
}

void write_documents(soci::session& sql, const StoreChanges& changes) {
  for (const std::string& collection : changes.emptied) sql << "DELETE FROM documents WHERE collection = :c", use(collection);
  DocumentBinding r;
  write_rows(changes.documents, r, [&](DocumentBinding& b) {
    return (
        sql.prepare << "INSERT INTO documents (collection, id, leaf, supporter, body) VALUES (:collection, :id, :leaf, :supporter, :body) "
                       "ON CONFLICT (collection, id) DO UPDATE SET leaf = excluded.leaf, supporter = excluded.supporter, body = "
                       "excluded.body",
        use(b.collection), use(b.id), use(b.leaf_number), use(b.supporter), use(b.body));
  });
}

// Each field with its length, so that no two rows read the same.
void feed(Digest& digest, std::initializer_list<std::string_view> fields) {
  std::string text;
  for (const std::string_view field : fields) text += fmt::format("{}:{},", field.size(), field);
  digest = sha256_of({digest.view(), as_bytes(text)});
}

}  // namespace

Store::Store(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Result<Store> Store::open(const std::string& url) {
  const bool sqlite = url.starts_with(kSqlite), postgres = url.starts_with(kPostgres) || url.starts_with(kPostgresShort);
  if (!sqlite && !postgres)
    return fail(fmt::format("\"{}\" names no database", printable(without_password(url), 120)), {},
                "write sqlite:PATH or postgresql://user@host/database");
  if (sqlite && url.size() == kSqlite.size()) return fail("sqlite: names no file", {}, "write sqlite:PATH");
  auto connection = std::make_unique<Connection>();
  connection->name = without_password(url);
  return guarded(connection->name, [&]() -> Result<Store> {
    if (sqlite) {
      connection->sql.open(soci::sqlite3, "dbname=\"" + url.substr(kSqlite.size()) + "\" timeout=10");
      connection->sql << "PRAGMA journal_mode = WAL";
      connection->sql << "PRAGMA synchronous = NORMAL";
      // SQLite's own 2 MB would read and spill pages of a registry's tables within one transaction.
      connection->sql << "PRAGMA cache_size = -65536";
      connection->sql << "PRAGMA wal_autocheckpoint = 8192";
    } else {
      connection->sql.open(soci::postgresql, url);
      connection->sql << "SET client_min_messages = warning";
    }
    if (!has_tables(connection->sql, postgres)) {
      soci::transaction transaction(connection->sql);
      make_tables(connection->sql, postgres);
      transaction.commit();
    }
    return Store(std::move(connection));
  });
}

Result<Position> Store::position() {
  return guarded(connection_->name, [&]() -> Result<Position> {
    std::string next, history;
    connection_->sql << "SELECT value FROM meta WHERE name = 'next_leaf'", into(next);
    connection_->sql << "SELECT value FROM meta WHERE name = 'history'", into(history);
    ENTENTE_TRY(const Digest digest, Digest::from_hex(history));
    return Position{.next_leaf = std::stoull(next), .history = digest};
  });
}

Result<void> Store::clear() {
  return guarded(connection_->name, [&]() -> Result<void> {
    soci::transaction transaction(connection_->sql);
    for (const std::string_view table : {"supporters", "statements", "documents"}) connection_->sql << fmt::format("DELETE FROM {}", table);
    const std::string empty = Digest().hex();
    connection_->sql << "UPDATE meta SET value = '0' WHERE name = 'next_leaf'";
    connection_->sql << "UPDATE meta SET value = :v WHERE name = 'history'", use(empty);
    transaction.commit();
    return {};
  });
}

Result<void> Store::write(const StoreChanges& changes) {
  return guarded(connection_->name, [&]() -> Result<void> {
    soci::session& sql = connection_->sql;
    soci::transaction transaction(sql);
    write_supporters(sql, changes.supporters);
    write_statements(sql, changes.statements);
    write_documents(sql, changes);
    const std::string next = std::to_string(changes.position.next_leaf), history = changes.position.history.hex();
    sql << "UPDATE meta SET value = :v WHERE name = 'next_leaf'", use(next);
    sql << "UPDATE meta SET value = :v WHERE name = 'history'", use(history);
    transaction.commit();
    return {};
  });
}

Result<std::optional<std::string>> Store::supporter(const std::string& id) {
  return guarded(connection_->name, [&]() -> Result<std::optional<std::string>> {
    std::string body;
    connection_->sql << "SELECT body FROM supporters WHERE id = :id", use(id), into(body);
    return connection_->sql.got_data() ? std::optional(std::move(body)) : std::nullopt;
  });
}

Result<std::optional<std::string>> Store::statement(Leaf leaf) {
  return guarded(connection_->name, [&]() -> Result<std::optional<std::string>> {
    std::string body;
    const auto number = static_cast<long long>(leaf);
    connection_->sql << "SELECT body FROM statements WHERE leaf = :leaf", use(number), into(body);
    return connection_->sql.got_data() ? std::optional(std::move(body)) : std::nullopt;
  });
}

Result<std::vector<StatementRow>> Store::statements(const StatementQuery& query) {
  return guarded(connection_->name, [&]() -> Result<std::vector<StatementRow>> {
    const auto from = static_cast<long long>(query.from), limit = static_cast<long long>(query.limit);
    const int any_kind = query.kind.empty() ? 1 : 0, any_supporter = query.supporter.empty() ? 1 : 0;
    long long leaf = 0;
    StatementRow row;
    std::vector<StatementRow> out;
    soci::statement statement =
        (connection_->sql.prepare << "SELECT leaf, envelope, kind, disposition, at, supporter, body FROM statements WHERE leaf >= :f AND "
                                     "(1 = :ak OR kind = :k) AND (1 = :as OR supporter = :s) ORDER BY leaf LIMIT :l",
         use(from), use(any_kind), use(query.kind), use(any_supporter), use(query.supporter), use(limit), into(leaf), into(row.envelope),
         into(row.kind), into(row.disposition), into(row.at), into(row.supporter), into(row.body));
    statement.execute();
    while (statement.fetch()) {
      row.leaf = static_cast<Leaf>(leaf);
      out.push_back(row);
    }
    return out;
  });
}

Result<std::optional<std::string>> Store::document(const std::string& collection, const std::string& id) {
  return guarded(connection_->name, [&]() -> Result<std::optional<std::string>> {
    std::string body;
    connection_->sql << "SELECT body FROM documents WHERE collection = :c AND id = :id", use(collection), use(id), into(body);
    return connection_->sql.got_data() ? std::optional(std::move(body)) : std::nullopt;
  });
}

Result<std::vector<DocumentRow>> Store::documents(const std::string& collection) {
  return guarded(connection_->name, [&]() -> Result<std::vector<DocumentRow>> {
    long long leaf = 0;
    DocumentRow row{.collection = collection};
    std::vector<DocumentRow> out;
    soci::statement statement =
        (connection_->sql.prepare << "SELECT id, leaf, supporter, body FROM documents WHERE collection = :c ORDER BY leaf, id",
         use(collection), into(row.id), into(leaf), into(row.supporter), into(row.body));
    statement.execute();
    while (statement.fetch()) {
      row.leaf = static_cast<Leaf>(leaf);
      out.push_back(row);
    }
    return out;
  });
}

Result<void> Store::each_supporter(const std::function<Result<void>(SupporterRow)>& take) {
  return guarded(connection_->name,
                 [&]() -> Result<void> {
                   SupporterRow row;
                   long long leaf = 0, changed = 0;
                   int counts = 0;
                   soci::statement statement =
                       (connection_->sql.prepare
                            << "SELECT id, leaf, changed_leaf, name, folded, category, nature, country, status, counts, principles, tiers, "
                               "day, body FROM supporters ORDER BY id",
                        into(row.id), into(leaf), into(changed), into(row.name), into(row.folded), into(row.category), into(row.nature),
                        into(row.country), into(row.status), into(counts), into(row.principles), into(row.tiers), into(row.day),
                        into(row.body));
                   statement.execute();
                   while (statement.fetch()) {
                     row.leaf = static_cast<Leaf>(leaf);
                     row.changed_leaf = static_cast<Leaf>(changed);
                     row.counts = counts != 0;
                     ENTENTE_CHECK(take(row));
                   }
                   return {};
                 });
}

Result<Digest> Store::digest() {
  Digest digest;
  ENTENTE_TRY(const Position at, position());
  feed(digest, {std::to_string(at.next_leaf), at.history.hex()});
  ENTENTE_CHECK(each_supporter([&](const SupporterRow& r) -> Result<void> {
    feed(digest, {r.id, std::to_string(r.leaf), std::to_string(r.changed_leaf), r.name, r.folded, r.category, r.nature, r.country, r.status,
                  r.counts ? "1" : "0", std::to_string(r.principles), r.tiers, r.day, r.body});
    return {};
  }));
  constexpr std::uint32_t kStep = 1000;
  for (Leaf from = 0;;) {
    ENTENTE_TRY(const auto rows, statements({.from = from, .limit = kStep}));
    for (const StatementRow& r : rows) feed(digest, {std::to_string(r.leaf), r.envelope, r.kind, r.disposition, r.at, r.supporter, r.body});
    if (rows.size() < kStep) break;
    from = rows.back().leaf + 1;
  }
  for (const char* collection : {"assessment", "catalogue", "comcheck", "commitment", "dispute", "event", "pending", "rules"}) {
    ENTENTE_TRY(const auto rows, documents(collection));
    for (const DocumentRow& r : rows) feed(digest, {r.collection, r.id, std::to_string(r.leaf), r.supporter, r.body});
  }
  return digest;
}

}  // namespace entente::registry
