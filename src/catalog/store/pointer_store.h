// Where the catalog's truth lies: one row a table that points at its current metadata file, in the
// tables of Iceberg's JdbcCatalog, and Tarn's own rows for streams, sources and derived runs. An
// interface, so that tests can put a store beneath the commit rule that fails or does not answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/derived_run.h"
#include "catalog/source_state.h"
#include "schema/ids.h"

namespace tarn::catalog {

/// One table's pointer in a swap.
struct PointerChange {
  schema::TableName name;
  std::optional<std::string> from;  ///< none: the table must not exist yet
  std::string to;
};

/// One source's step in a swap.
struct SourceChange {
  std::string table_uuid;
  SourceProgress progress;
};

/// One partition's record of its run in a swap.
struct RunChange {
  std::string table_uuid;
  std::optional<std::string> from;  ///< plan of the run that it replaces; none: there is none
  DerivedRun to;
};

/// Tarn's own rows that move with pointers.
struct RowChanges {
  std::vector<SourceChange> sources;
  std::vector<RunChange> runs;
};

/// What is recorded of a partition when a run comes to it.
struct RunState {
  std::optional<DerivedRun> current;
  bool was_committed = false;  ///< the run that asks: by its plan, replaced since or not
};

enum class SwapOutcome { kApplied, kConflict };

/// A stream as its row has it; the definition is JSON text.
struct StoredStream {
  StreamId id;
  std::string name;
  std::string definition;
};

/// Threads: any.
class PointerStore {
 public:
  virtual ~PointerStore() = default;

  virtual Result<std::vector<std::string>> ListDatabases() = 0;
  virtual Status CreateDatabase(const std::string& database) = 0;
  virtual Result<std::vector<schema::TableName>> ListTables(const std::string& database) = 0;

  /// returns  where the table's metadata lies; none: no such table
  /// errors   kUnavailable (busy too long), kIo, kCorrupt
  virtual Result<std::optional<std::string>> Read(const schema::TableName& name) = 0;

  /// returns  how far a table has each of these sources; none: nothing of it
  virtual Result<std::vector<std::optional<SourceState>>> ReadSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) = 0;

  /// As Catalog::ForgetSources, in one transaction.
  virtual Result<uint64_t> ForgetSources(const std::string& table_uuid,
                                         const std::string& uri_shape, int64_t before_us) = 0;
  virtual Result<std::vector<ForgottenSources>> ReadForgotten(const std::string& table_uuid) = 0;

  /// returns  what is recorded of the partitions of these runs, in order
  virtual Result<std::vector<RunState>> ReadRuns(const std::string& table_uuid,
                                                 const std::vector<DerivedRun>& runs) = 0;
  /// returns  the run of each partition, by partition
  virtual Result<std::vector<DerivedRun>> ListRuns(const std::string& table_uuid) = 0;

  /// Move all pointers and rows or none, in one transaction. A new table's database is made where
  /// missing.
  ///
  /// returns  kConflict: at least one pointer or row was not at `from`; nothing was applied
  /// durable  with kApplied
  /// errors   kUnknownOutcome: it may have happened. Others: nothing was applied
  virtual Result<SwapOutcome> Swap(const std::vector<PointerChange>& changes,
                                   const RowChanges& rows) = 0;

  /// returns  a new id, never given before. errors  kConflict: the name is taken
  virtual Result<StreamId> AddStream(const std::string& name, const std::string& definition) = 0;
  /// errors  kNotFound
  virtual Status UpdateStream(StreamId id, const std::string& definition) = 0;
  /// errors  kNotFound
  virtual Status RemoveStream(StreamId id) = 0;
  virtual Result<std::vector<StoredStream>> ListStreams() = 0;
};

enum class StoreAccess { kReadWrite, kReadOnly };

/// The SQLite file. docs/formats/catalog.md has its tables.
///
/// in       path: made (mode 0600) where missing, unless read-only. Read-only takes no lock that a
/// writer waits for, and works in a directory that this user cannot write
/// errors   kNotFound (read-only), kIo, kCorrupt, kUnsupported (a newer layout)
Result<std::unique_ptr<PointerStore>> OpenSqliteStore(const std::string& path, StoreAccess access);

}  // namespace tarn::catalog
