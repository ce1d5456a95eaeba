// The catalog: which tables there are, their snapshots, and the commit rule. SQLite laid out as
// Iceberg's JdbcCatalog/SqlCatalog (schema V1, catalog name `tarn`), so PyIceberg and Spark open it
// without Tarn; Iceberg v2 metadata beside the data. ARCHITECTURE.md has the commit rule and its
// crash story; docs/formats/catalog.md the tables.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "catalog/derived_run.h"
#include "catalog/source_state.h"
#include "os/clock.h"
#include "os/files.h"
#include "schema/column_choice.h"
#include "schema/data_file.h"
#include "schema/ids.h"
#include "schema/partition.h"
#include "schema/type.h"
#include "store/object_store.h"

namespace tarn::catalog {

/// A snapshot as the list shows it.
struct SnapshotSummary {
  SnapshotId id;
  std::optional<SnapshotId> parent;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  int32_t schema_id = 0;
  std::map<std::string, std::string> summary;
};

/// A table as its metadata file says. Immutable.
struct Table {
  schema::TableName name;
  std::string uuid;
  std::string location;  ///< URI, no slash at the end
  std::string metadata_uri;
  int64_t format_version = 2;  ///< Iceberg's
  schema::TableSchema schema;  ///< the current one
  std::vector<schema::TableSchema> schemas;
  std::vector<schema::PartitionSpec> specs;
  schema::PartitionSpec spec;  ///< the default one
  std::optional<SnapshotId> current;
  std::vector<SnapshotSummary> snapshots;
  std::map<std::string, std::string> properties;
  /// How its files are to be written: the leading columns of its sort order that are sorted by as
  /// they are, and the columns whose `write.parquet.bloom-filter-enabled.column.<name>` is true.
  std::vector<schema::SortBy> sort_by;
  std::vector<FieldId> bloom_columns;
  schema::Watermarks watermarks;  ///< of the current snapshot's lineage, else of the properties
};

struct NewTable {
  schema::TableName name;
  std::vector<schema::Field> columns;  ///< ids 0: given here
  std::string partition_by;            ///< as ParsePartitionSpec reads it; empty: not partitioned
  std::string sort_by;                 ///< as ParseSortBy reads it
  std::string bloom_columns;           ///< as ParseColumnNames reads it; they may come later
  std::string location;                ///< URI; empty: <bucket lake>/<database>/<table>
  std::map<std::string, std::string> properties;
};

/// Rows and progress of one table in a commit.
struct TableAppend {
  schema::TableName name;
  std::string uuid;         ///< of the table that is meant; empty: whichever has the name
  int32_t schema_id = 0;    ///< that the files were written with
  schema::DataFiles files;  ///< may be empty where only the watermark moves
  /// `<node>.<shard>`: the table's watermark must be `from` (kConflict otherwise) and becomes `to`.
  struct Progress {
    std::string key;
    Lsn from;
    Lsn to;
  };
  std::optional<Progress> progress;
  /// Of sources whose records the files hold, or that have none up to there; `uuid` is needed then.
  std::vector<SourceProgress> sources;
  std::map<std::string, std::string> summary;  ///< further entries of the snapshot's summary
};

/// Partitions of one table that are written anew: their files leave, others come.
struct TableReplacement {
  schema::TableName name;
  std::string uuid;       ///< of the table that is meant
  int32_t schema_id = 0;  ///< that the files were written with
  /// Of the default spec. Their current files must be among `removed`: kConflict otherwise, since
  /// another run has written there meanwhile; and only their files come and leave. Empty: files
  /// leave by name, whichever partition they are of.
  std::vector<std::vector<schema::Value>> partitions;
  std::vector<std::string> removed;  ///< URIs of current data files (kConflict: one is gone)
  schema::DataFiles files;
  /// Replace those of the same partitions, whose files of rejects must be among what the commit
  /// removes, where they still are in one of its tables (kConflict otherwise).
  std::vector<DerivedRun> runs;
  std::map<std::string, std::string> summary;  ///< further entries of the snapshot's summary
};

struct StreamRow {
  StreamId id;
  std::string name;
  Json definition;
};

struct CatalogOptions {
  std::string path;  ///< <data>/catalog.db
  std::string default_bucket = "lake";
  int64_t snapshot_age_max_ms = 5LL * 24 * 3600 * 1000;
  size_t snapshots_max = 1000;
  size_t metadata_log_max = 100;
  size_t manifests_merge_min = 32;  ///< that many small manifests are merged into one by an append
  int commit_attempts_max = 100;    ///< conflicts in a row before kUnavailable
  int unknown_reads_max = 10;       ///< of a catalog that does not answer after an unknown outcome
  int64_t retry_wait_ms = 10;       ///< before a first retry; doubled up to 32 times that, jittered
};

/// Threads: any. Every call may wait for SQLite and the store; none is made on a path that an
/// acknowledgement waits for.
class Catalog {
 public:
  /// errors   kIo, kCorrupt (catalog.db), kUnsupported (a newer layout)
  static Result<std::unique_ptr<Catalog>> Open(CatalogOptions options, store::Buckets& buckets,
                                               os::Clock& clock, os::Entropy& entropy);
  /// As Open, for a reader beside a running server: takes no locks that a writer could wait for,
  /// writes nothing.
  static Result<std::unique_ptr<Catalog>> OpenReadOnly(CatalogOptions options,
                                                       store::Buckets& buckets, os::Clock& clock,
                                                       os::Entropy& entropy);
  virtual ~Catalog() = default;

  virtual Result<std::vector<std::string>> ListDatabases() = 0;
  /// An existing one is no error.
  virtual Status CreateDatabase(const std::string& database) = 0;
  virtual Result<std::vector<schema::TableName>> ListTables(const std::string& database) = 0;

  /// errors  kNotFound, kUnavailable (busy too long), kCorrupt (metadata file), kUnsupported
  /// (format v3 and what else Tarn does not read: named)
  virtual Result<Table> LoadTable(const schema::TableName& name) = 0;

  /// What a query reads: schema, specs, watermarks, files. in  at: a snapshot of the table; none:
  /// the current one errors  kNotFound (no such snapshot), kUnsupported (delete files: named),
  /// kCorrupt, kUnavailable
  virtual Result<schema::Snapshot> LoadSnapshot(const Table& table,
                                                std::optional<SnapshotId> at) = 0;

  /// errors  kConflict (exists), kInvalid, kUnknownOutcome
  virtual Result<Table> CreateTable(const NewTable& table) = 0;
  /// Several in one transaction: all or none.
  virtual Result<std::vector<Table>> CreateTables(const std::vector<NewTable>& tables) = 0;

  /// Add columns, or struct members at any depth; fields that are already there with the same type
  /// are left alone. Ids are given here; conflicts with other writers are retried.
  ///
  /// in       table: the one that is meant, as it was loaded some time; only name and uuid count
  /// returns  the table after it
  /// errors   kInvalid (a type that differs: named), kNotFound (no such table, or another one of
  ///          the name), kUnknownOutcome, kUnavailable
  virtual Result<Table> AddColumns(const Table& table,
                                   const std::vector<schema::Field>& columns) = 0;

  /// Commit appends to several tables in one transaction: all or none. Conflicts with other writers
  /// are retried inside, watermarks and sources checked each time; after an unknown outcome the
  /// catalog is read until it tells, and nothing is deleted.
  ///
  /// returns  the tables after it, in order
  /// errors   kConflict: a watermark or a source is not at `from`. The error tells nothing was
  /// applied. kUnknownOutcome: asked long enough, still not known:
  ///          read the watermark, or the sources, before anything else. kNotFound (no such table,
  ///          or another one of the name), kUnavailable, kIo: nothing was applied
  virtual Result<std::vector<Table>> CommitAppends(const std::vector<TableAppend>& appends) = 0;

  /// How far a table has these sources. returns  one each, in order; none: it has nothing of it
  virtual Result<std::vector<std::optional<SourceState>>> FindSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) = 0;

  /// Forget sources of a table whose uris begin as `uri_shape` says, and that were first seen
  /// before a moment. Where there is one, FindForgotten tells that moment from the same transaction
  /// on; it never goes back.
  ///
  /// in       uri_shape: the beginning of an encoded URI, in which a `#` stands for any digit
  /// returns  how many were forgotten
  /// errors   kUnavailable, kIo; kUnknownOutcome: once more does no harm
  virtual Result<uint64_t> ForgetSources(const std::string& table_uuid,
                                         const std::string& uri_shape, int64_t before_us) = 0;
  /// returns  all that was ever forgotten of a table: one for each shape
  virtual Result<std::vector<ForgottenSources>> FindForgotten(const std::string& table_uuid) = 0;

  /// URIs of objects under the table's data prefix whose names start with `stem_prefix` and that no
  /// snapshot of the table lists.
  virtual Result<std::vector<std::string>> FindUnreferenced(const Table& table,
                                                            const std::string& stem_prefix) = 0;

  /// Write partitions of several tables anew in one transaction: all or none, and each run recorded
  /// with it. A commit whose runs the catalog has already, by partition and plan, is no error and
  /// changes nothing. A table that neither gets nor loses files gets no snapshot. Conflicts with
  /// other writers are retried inside, everything checked each time; unknown outcomes are as with
  /// CommitAppends.
  ///
  /// in       all runs of a commit are of one plan
  /// returns  the tables after it, in order
  /// errors   kConflict (see TableReplacement; or the plan was committed before and another one has
  ///          replaced some of its partitions since), kInvalid (files or partitions that do not fit
  ///          the table), kNotFound (no such table, or another one of the name), kUnsupported
  ///          (files of an older partition spec, which may hold rows of the partitions),
  ///          kUnavailable, kIo: nothing was applied. kUnknownOutcome: commit again to learn it
  virtual Result<std::vector<Table>> CommitReplacements(
      const std::vector<TableReplacement>& replacements) = 0;

  /// What the partitions of a derived dataset were made of: the last run of each, by partition.
  virtual Result<std::vector<DerivedRun>> ListDerivedRuns(const std::string& table_uuid) = 0;

  // Streams: definitions are flow's own JSON.
  /// Give a new id and keep the definition. errors  kConflict: the name is taken
  virtual Result<StreamRow> AddStream(const std::string& name, const Json& definition) = 0;
  virtual Status UpdateStream(StreamId id, const Json& definition) = 0;
  /// The id is never given again.
  virtual Status RemoveStream(StreamId id) = 0;
  virtual Result<std::vector<StreamRow>> ListStreams() = 0;
};

}  // namespace tarn::catalog
