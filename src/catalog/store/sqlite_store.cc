#include <soci/soci.h>

#include "base/log.h"
#include "base/whole_number.h"
#include "catalog/store/pointer_store.h"
#include "catalog/store/sqlite_runs_internal.h"
#include "catalog/store/sqlite_session_internal.h"
#include "catalog/store/sqlite_sources_internal.h"
#include "os/files.h"

namespace tarn::catalog {
namespace {

constexpr int kLayoutVersion = 1;
constexpr const char* kCatalogName = "tarn";

// As PyIceberg's SqlCatalog and Iceberg Java's JdbcCatalog (schema V1) make them, then Tarn's own.
constexpr const char* kLayout[] = {
    ("CREATE TABLE IF NOT EXISTS iceberg_tables ("
     "catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, "
     "table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000), "
     "previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5), "
     "PRIMARY KEY (catalog_name, table_namespace, table_name))"),
    ("CREATE TABLE IF NOT EXISTS iceberg_namespace_properties ("
     "catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL, "
     "property_key VARCHAR(255) NOT NULL, property_value VARCHAR(1000) NOT NULL, "
     "PRIMARY KEY (catalog_name, namespace, property_key))"),
    ("CREATE TABLE IF NOT EXISTS tarn_streams ("
     "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL)"),
    ("CREATE TABLE IF NOT EXISTS tarn_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"),
};

/// Make the file before SQLite does, which would give it the umask's mode.
Status MakePrivateFile(const std::string& path) {
  auto file = os::PosixFiles().Open(path, os::OpenMode::kCreateNew);
  if (file || file.error().kind() == ErrorKind::kConflict) return {};
  return std::unexpected(std::move(file).error());
}

Status CheckLayoutVersion(soci::session& sql) {
  std::string text;
  TRY(GuardSql([&] {
    int tables = 0;
    sql << "SELECT count(*) FROM sqlite_schema WHERE name = 'tarn_meta'", soci::into(tables);
    if (tables != 0) {
      sql << "SELECT value FROM tarn_meta WHERE key = 'layout_version'", soci::into(text);
    }
  }));
  if (text.empty()) return {};  // not made yet, or made by another engine alone
  const auto version = ParseWhole<int>(text);
  if (!version) {
    return Fail(ErrorKind::kCorrupt, "catalog database: layout version '{}' is no number", text);
  }
  if (*version <= kLayoutVersion) return {};
  return Fail(ErrorKind::kUnsupported,
              "the catalog database has layout version {}; this Tarn knows {}. Use a newer Tarn",
              *version, kLayoutVersion);
}

class SqliteStore final : public PointerStore {
 public:
  SqliteStore(const std::string& path, StoreAccess access)
      : access_(access), sessions_(path, access) {}

  Status Prepare() {
    auto sql = TRY(sessions_.Borrow());
    TRY(CheckLayoutVersion(*sql));
    if (access_ == StoreAccess::kReadOnly) return {};
    return Write([](soci::session& session) -> Status {
      return GuardSql([&] {
        for (const char* statement : kLayout) session << statement;
        session << kSourcesLayout;
        session << kRunsLayout;
        const std::string version = Format("{}", kLayoutVersion);
        int columns = 0;  // an older engine's table lacks the type
        session << "SELECT count(*) FROM pragma_table_info('iceberg_tables') "
                   "WHERE name = 'iceberg_type'",
            soci::into(columns);
        if (columns == 0)
          session << "ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)";
        session << "INSERT OR IGNORE INTO tarn_meta VALUES ('layout_version', :v)",
            soci::use(version);
      });
    });
  }

  Result<std::vector<std::string>> ListDatabases() override {
    auto sql = TRY(sessions_.Borrow());
    return GuardSql([&] {
      const soci::rowset<std::string> rows =
          ((*sql).prepare
               << "SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = :a "
                  "UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = :b "
                  "ORDER BY 1",
           soci::use(catalog_), soci::use(catalog_));
      return std::vector<std::string>(rows.begin(), rows.end());
    });
  }

  Status CreateDatabase(const std::string& database) override {
    return Write([&](soci::session& sql) { return EnsureDatabase(sql, database); });
  }

  Result<std::vector<schema::TableName>> ListTables(const std::string& database) override {
    auto sql = TRY(sessions_.Borrow());
    return GuardSql([&] {
      const soci::rowset<std::string> rows =
          ((*sql).prepare << "SELECT table_name FROM iceberg_tables WHERE catalog_name = :a AND "
                             "table_namespace = :b AND (iceberg_type = 'TABLE' OR iceberg_type IS "
                             "NULL) ORDER BY 1",
           soci::use(catalog_), soci::use(database));
      std::vector<schema::TableName> names;
      for (const std::string& table : rows) names.push_back({database, table});
      return names;
    });
  }

  Result<std::optional<std::string>> Read(const schema::TableName& name) override {
    auto sql = TRY(sessions_.Borrow());
    return ReadPointer(*sql, name);
  }

  Result<std::vector<std::optional<SourceState>>> ReadSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) override {
    auto sql = TRY(sessions_.Borrow());
    return GuardSql([&] { return SelectSources(*sql, table_uuid, uris); });
  }

  Result<uint64_t> ForgetSources(const std::string& table_uuid, const std::string& uri_shape,
                                 int64_t before_us) override {
    uint64_t forgotten = 0;
    TRY(Write([&](soci::session& sql) -> Status {
      return GuardSql([&] { forgotten = DeleteSources(sql, table_uuid, uri_shape, before_us); });
    }));
    return forgotten;
  }

  Result<std::vector<ForgottenSources>> ReadForgotten(const std::string& table_uuid) override {
    auto sql = TRY(sessions_.Borrow());
    return GuardSql([&] { return SelectForgotten(*sql, table_uuid); });
  }

  Result<std::vector<RunState>> ReadRuns(const std::string& table_uuid,
                                         const std::vector<DerivedRun>& runs) override {
    auto sql = TRY(sessions_.Borrow());
    return ToRunStates(TRY(GuardSql([&] { return SelectRuns(*sql, table_uuid, runs); })));
  }

  Result<std::vector<DerivedRun>> ListRuns(const std::string& table_uuid) override {
    auto sql = TRY(sessions_.Borrow());
    return ToRuns(TRY(GuardSql([&] { return SelectAllRuns(*sql, table_uuid); })));
  }

  Result<SwapOutcome> Swap(const std::vector<PointerChange>& changes,
                           const RowChanges& rows) override {
    bool conflict = false;
    const Status written = Write([&](soci::session& sql) -> Status {
      for (const PointerChange& change : changes) {
        if (TRY(Apply(sql, change)) == SwapOutcome::kConflict) {
          conflict = true;
          return Fail(ErrorKind::kConflict, "{} has moved", change.name.ToString());
        }
      }
      for (const SourceChange& change : rows.sources) {
        if (!TRY(GuardSql([&] { return MoveSource(sql, change); }))) {
          conflict = true;
          return Fail(ErrorKind::kConflict, "{} has moved", change.progress.to.uri);
        }
      }
      for (const RunChange& change : rows.runs) {
        if (!TRY(GuardSql([&] { return MoveRun(sql, change); }))) {
          conflict = true;
          return Fail(ErrorKind::kConflict, "the run of {} has moved", change.to.partition);
        }
      }
      return {};
    });
    if (conflict) return SwapOutcome::kConflict;
    TRY(written);
    return SwapOutcome::kApplied;
  }

  Result<StreamId> AddStream(const std::string& name, const std::string& definition) override {
    long long id = 0;
    const Status written = Write([&](soci::session& sql) -> Status {
      return GuardSql([&] {
        sql << "INSERT INTO tarn_streams (name, definition) VALUES (:n, :d)", soci::use(name),
            soci::use(definition);
        sql << "SELECT last_insert_rowid()", soci::into(id);
      });
    });
    if (!written && written.error().kind() == ErrorKind::kConflict) {
      return Fail(ErrorKind::kConflict, "a stream of the name '{}' exists already", name);
    }
    TRY(written);
    return StreamId(static_cast<uint32_t>(id));
  }

  Status UpdateStream(StreamId id, const std::string& definition) override {
    return ChangeStream(id, [&](soci::session& sql, long long number) {
      soci::statement statement =
          (sql.prepare << "UPDATE tarn_streams SET definition = :d WHERE id = :i",
           soci::use(definition), soci::use(number));
      statement.execute(true);
      return statement.get_affected_rows();
    });
  }

  Status RemoveStream(StreamId id) override {
    return ChangeStream(id, [&](soci::session& sql, long long number) {
      soci::statement statement =
          (sql.prepare << "DELETE FROM tarn_streams WHERE id = :i", soci::use(number));
      statement.execute(true);
      return statement.get_affected_rows();
    });
  }

  Result<std::vector<StoredStream>> ListStreams() override {
    auto sql = TRY(sessions_.Borrow());
    return GuardSql([&] {
      const soci::rowset<soci::row> rows =
          ((*sql).prepare << "SELECT id, name, definition FROM tarn_streams ORDER BY id");
      std::vector<StoredStream> streams;
      for (const soci::row& row : rows) {
        streams.push_back({StreamId(static_cast<uint32_t>(row.get<long long>(0))),
                           row.get<std::string>(1), row.get<std::string>(2)});
      }
      return streams;
    });
  }

 private:
  /// Run `statements(session)` in one transaction that waits for its turn at the start.
  /// errors  kUnknownOutcome: COMMIT failed. Others: nothing was applied
  template <class Statements>
  Status Write(Statements&& statements) {
    if (access_ == StoreAccess::kReadOnly) {
      return Fail(ErrorKind::kInvalid, "the catalog was opened for reading only");
    }
    auto loan = TRY(sessions_.Borrow());
    TRY(GuardSql([&] { *loan << "BEGIN IMMEDIATE"; }));
    if (Status done = statements(*loan); !done) {
      if (!GuardSql([&] { *loan << "ROLLBACK"; })) loan.Drop();
      return done;
    }
    if (Status committed = GuardSql([&] { *loan << "COMMIT"; }); !committed) {
      loan.Drop();  // closing rolls back what was not committed
      return Fail(ErrorKind::kUnknownOutcome, "COMMIT: {}", committed.error().message());
    }
    return {};
  }

  Status EnsureDatabase(soci::session& sql, const std::string& database) {
    return GuardSql([&] {
      sql << "INSERT OR IGNORE INTO iceberg_namespace_properties VALUES (:c, :n, 'exists', 'true')",
          soci::use(catalog_), soci::use(database);
    });
  }

  Result<std::optional<std::string>> ReadPointer(soci::session& sql,
                                                 const schema::TableName& name) {
    return GuardSql([&]() -> std::optional<std::string> {
      std::string location;
      soci::indicator indicator = soci::i_null;
      sql << "SELECT metadata_location FROM iceberg_tables WHERE catalog_name = :a AND "
             "table_namespace = :b AND table_name = :c AND (iceberg_type = 'TABLE' OR "
             "iceberg_type IS NULL)",
          soci::into(location, indicator), soci::use(catalog_), soci::use(name.database),
          soci::use(name.table);
      if (!sql.got_data() || indicator == soci::i_null) return std::nullopt;
      return location;
    });
  }

  Result<SwapOutcome> Apply(soci::session& sql, const PointerChange& change) {
    return change.from ? Move(sql, change, *change.from) : Insert(sql, change);
  }

  Result<SwapOutcome> Move(soci::session& sql, const PointerChange& change,
                           const std::string& from) {
    return GuardSql([&] {
      soci::statement statement =
          (sql.prepare << "UPDATE iceberg_tables SET metadata_location = :to, "
                          "previous_metadata_location = :from WHERE catalog_name = :a AND "
                          "table_namespace = :b AND table_name = :c AND metadata_location = :at "
                          "AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)",
           soci::use(change.to), soci::use(from), soci::use(catalog_),
           soci::use(change.name.database), soci::use(change.name.table), soci::use(from));
      statement.execute(true);
      return statement.get_affected_rows() == 1 ? SwapOutcome::kApplied : SwapOutcome::kConflict;
    });
  }

  Result<SwapOutcome> Insert(soci::session& sql, const PointerChange& change) {
    TRY(EnsureDatabase(sql, change.name.database));
    return GuardSql([&] {
      soci::statement statement =
          (sql.prepare << "INSERT OR IGNORE INTO iceberg_tables (catalog_name, table_namespace, "
                          "table_name, metadata_location, iceberg_type) VALUES (:a, :b, :c, :to, "
                          "'TABLE')",
           soci::use(catalog_), soci::use(change.name.database), soci::use(change.name.table),
           soci::use(change.to));
      statement.execute(true);
      return statement.get_affected_rows() == 1 ? SwapOutcome::kApplied : SwapOutcome::kConflict;
    });
  }

  /// in  change: returns how many rows it touched
  template <class Change>
  Status ChangeStream(StreamId id, Change&& change) {
    return Write([&](soci::session& sql) -> Status {
      const long long touched =
          TRY(GuardSql([&] { return change(sql, static_cast<long long>(id.number())); }));
      if (touched == 1) return {};
      return Fail(ErrorKind::kNotFound, "there is no stream {}", id.number());
    });
  }

  const StoreAccess access_;
  const std::string catalog_ = kCatalogName;
  SqliteSessions sessions_;
};

}  // namespace

Result<std::unique_ptr<PointerStore>> OpenSqliteStore(const std::string& path, StoreAccess access) {
  if (access == StoreAccess::kReadWrite) TRY(MakePrivateFile(path));
  auto store = std::make_unique<SqliteStore>(path, access);
  TRY(store->Prepare());
  return store;
}

}  // namespace tarn::catalog
