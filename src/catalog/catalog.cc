#include "catalog/catalog.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "catalog/append_change.h"
#include "catalog/catalog_internal.h"
#include "catalog/columns_change.h"
#include "catalog/replace_change.h"
#include "catalog/snapshot_reader.h"
#include "catalog/table_creation.h"
#include "catalog/watermarks.h"
#include "catalog/write_order.h"

namespace tarn::catalog {
namespace {

SnapshotSummary ToSummary(const iceberg::SnapshotRecord& snapshot, int32_t otherwise) {
  return {snapshot.id,
          snapshot.parent,
          snapshot.sequence_number,
          snapshot.timestamp_ms,
          snapshot.schema_id.value_or(otherwise),
          snapshot.summary};
}

Result<Table> ToTable(const schema::TableName& name, const iceberg::TableMetadata& metadata) {
  Table table;
  table.name = name;
  table.uuid = metadata.uuid;
  table.location = metadata.location;
  table.metadata_uri = metadata.uri;
  table.format_version = metadata.format_version;
  table.schema = metadata.current_schema();
  table.schemas = metadata.schemas;
  table.specs = metadata.specs;
  table.spec = metadata.default_spec();
  table.current = metadata.current;
  for (const auto& snapshot : metadata.snapshots) {
    table.snapshots.push_back(ToSummary(snapshot, metadata.current_schema_id));
  }
  table.properties = metadata.properties;
  table.sort_by = SortOrderOf(metadata);
  table.bloom_columns = BloomColumnsOf(metadata);
  table.watermarks = TRY(While(CurrentWatermarks(metadata), "{}", name.ToString()));
  return table;
}

Result<std::vector<SourceChange>> SourcesOf(const std::vector<TableAppend>& appends) {
  std::vector<SourceChange> sources;
  std::set<std::pair<std::string, std::string>> named;
  for (const TableAppend& append : appends) {
    if (!append.sources.empty() && append.uuid.empty()) {
      return Fail(ErrorKind::kInvalid, "{}: sources go to a table of a known uuid",
                  append.name.ToString());
    }
    for (const SourceProgress& progress : append.sources) {
      const bool is_step = !progress.from || progress.from->uri == progress.to.uri;
      if (!is_step || !named.insert({append.uuid, progress.to.uri}).second) {
        return Fail(ErrorKind::kInvalid, "{}: a commit takes one step of a source",
                    progress.to.uri);
      }
      sources.push_back({append.uuid, progress});
    }
  }
  return sources;
}

/// errors  kInvalid: runs that cannot be recorded, or not told apart
Result<std::vector<RunChange>> RunsOf(const std::vector<TableReplacement>& replacements) {
  std::vector<RunChange> runs;
  std::set<std::pair<std::string, std::string>> named;
  for (const TableReplacement& replacement : replacements) {
    if (replacement.uuid.empty()) {
      return Fail(ErrorKind::kInvalid, "{}: partitions are replaced in a table of a known uuid",
                  replacement.name.ToString());
    }
    for (const DerivedRun& run : replacement.runs) {
      if (!named.insert({replacement.uuid, run.partition}).second) {
        return Fail(ErrorKind::kInvalid, "partition '{}' has two runs in one commit",
                    run.partition);
      }
      if (run.plan_id.empty() || (!runs.empty() && run.plan_id != runs.front().to.plan_id)) {
        return Fail(ErrorKind::kInvalid, "partition '{}': the runs of a commit are of one plan",
                    run.partition);
      }
      runs.push_back({replacement.uuid, std::nullopt, run});
    }
  }
  return runs;
}

/// The catalog over a pointer store and the buckets.
class IcebergCatalog final : public Catalog {
 public:
  IcebergCatalog(CatalogOptions options, std::unique_ptr<PointerStore> pointers,
                 store::Buckets& buckets, os::Clock& clock, os::Entropy& entropy)
      : options_(std::move(options)),
        pointers_(std::move(pointers)),
        buckets_(buckets),
        clock_(clock),
        entropy_(entropy),
        files_(buckets, entropy),
        context_{*pointers_,
                 files_,
                 entropy,
                 {.metadata_log_max = options_.metadata_log_max,
                  .attempts_max = options_.commit_attempts_max,
                  .unknown_reads_max = options_.unknown_reads_max,
                  .wait_ms = options_.retry_wait_ms}} {}

  Result<std::vector<std::string>> ListDatabases() override { return pointers_->ListDatabases(); }

  Status CreateDatabase(const std::string& database) override {
    TRY(CheckName(database));
    return pointers_->CreateDatabase(database);
  }

  Result<std::vector<schema::TableName>> ListTables(const std::string& database) override {
    return pointers_->ListTables(database);
  }

  Result<Table> LoadTable(const schema::TableName& name) override {
    const TableState state = TRY(LoadState(*pointers_, files_, name));
    return ToTable(name, *state.metadata);
  }

  Result<schema::Snapshot> LoadSnapshot(const Table& table, std::optional<SnapshotId> at) override {
    const MetadataPointer metadata = TRY(files_.Metadata(table.metadata_uri));
    return ReadSnapshot(files_, table.name, *metadata, at);
  }

  Result<Table> CreateTable(const NewTable& table) override {
    return std::move(TRY(CreateTables({table})).front());
  }

  Result<std::vector<Table>> CreateTables(const std::vector<NewTable>& tables) override {
    if (tables.empty()) return std::vector<Table>();
    store::ObjectStore* bucket = TRY(buckets_.Open(options_.default_bucket));
    std::string location = bucket->Uri("");
    while (location.ends_with('/')) location.pop_back();
    const auto made = TRY(CreateAll(context_, clock_, tables, location));
    std::vector<Table> result;
    for (size_t i = 0; i < tables.size(); ++i) {
      result.push_back(TRY(ToTable(tables[i].name, *made[i])));
    }
    return result;
  }

  Result<Table> AddColumns(const Table& table, const std::vector<schema::Field>& columns) override {
    ColumnsChange change(table, columns, clock_, options_.metadata_log_max);
    TableChange* changes[] = {&change};
    const auto after = TRY(Commit(context_, changes));
    return ToTable(table.name, *after.front());
  }

  Result<std::vector<Table>> CommitAppends(const std::vector<TableAppend>& appends) override {
    return CommitSnapshots<AppendChange>(appends, {.sources = TRY(SourcesOf(appends))});
  }

  Result<std::vector<Table>> CommitReplacements(
      const std::vector<TableReplacement>& replacements) override {
    return CommitSnapshots<ReplaceChange>(replacements, {.runs = TRY(RunsOf(replacements))});
  }

  Result<std::vector<DerivedRun>> ListDerivedRuns(const std::string& table_uuid) override {
    return pointers_->ListRuns(table_uuid);
  }

  Result<std::vector<std::optional<SourceState>>> FindSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) override {
    return pointers_->ReadSources(table_uuid, uris);
  }

  Result<uint64_t> ForgetSources(const std::string& table_uuid, const std::string& uri_shape,
                                 int64_t before_us) override {
    return pointers_->ForgetSources(table_uuid, uri_shape, before_us);
  }

  Result<std::vector<ForgottenSources>> FindForgotten(const std::string& table_uuid) override {
    return pointers_->ReadForgotten(table_uuid);
  }

  Result<std::vector<std::string>> FindUnreferenced(const Table& table,
                                                    const std::string& stem_prefix) override {
    // First what is there, then what is referenced: what is committed in between is in the second.
    auto uris = TRY(ListDataObjects(files_, table.location, stem_prefix));
    const TableState state = TRY(LoadState(*pointers_, files_, table.name));
    if (state.metadata->uuid != table.uuid) {
      return Fail(ErrorKind::kNotFound, "table {} is another one now", table.name.ToString());
    }
    return WithoutReferenced(files_, *state.metadata, std::move(uris));
  }

  Result<StreamRow> AddStream(const std::string& name, const Json& definition) override {
    return StreamRow{TRY(pointers_->AddStream(name, definition.Dump())), name, definition};
  }

  Status UpdateStream(StreamId id, const Json& definition) override {
    return pointers_->UpdateStream(id, definition.Dump());
  }

  Status RemoveStream(StreamId id) override { return pointers_->RemoveStream(id); }

  Result<std::vector<StreamRow>> ListStreams() override {
    std::vector<StreamRow> streams;
    for (const StoredStream& stored : TRY(pointers_->ListStreams())) {
      auto definition = Json::Parse(stored.definition);
      if (!definition) {
        return Fail(ErrorKind::kCorrupt, "the definition of stream '{}' is no JSON: {}",
                    stored.name, definition.error().message());
      }
      streams.push_back({stored.id, stored.name, *std::move(definition)});
    }
    return streams;
  }

 private:
  /// Iceberg's snapshot ids are random and positive.
  SnapshotId NewSnapshotId() {
    return SnapshotId(static_cast<int64_t>(std::max<uint64_t>(1, entropy_.Random64() >> 1)));
  }

  SnapshotContext NewSnapshot() {
    return {files_,
            clock_,
            NewSnapshotId(),
            {{options_.snapshot_age_max_ms, options_.snapshots_max},
             options_.manifests_merge_min,
             options_.metadata_log_max}};
  }

  /// Commit one `Change` a table, each a snapshot.
  template <class Change, class Parts>
  Result<std::vector<Table>> CommitSnapshots(const Parts& parts, RowChanges rows) {
    if (parts.empty()) return std::vector<Table>();
    std::vector<std::unique_ptr<Change>> owned;
    std::vector<TableChange*> changes;
    std::set<schema::TableName> names;
    for (const auto& part : parts) {
      if (!names.insert(part.name).second) {
        return Fail(ErrorKind::kInvalid, "{} is twice in one commit", part.name.ToString());
      }
      owned.push_back(std::make_unique<Change>(part, NewSnapshot()));
      changes.push_back(owned.back().get());
    }
    const auto after = TRY(Commit(context_, changes, std::move(rows)));
    std::vector<Table> tables;
    for (size_t i = 0; i < parts.size(); ++i) {
      tables.push_back(TRY(ToTable(parts[i].name, *after[i])));
    }
    return tables;
  }

  const CatalogOptions options_;
  const std::unique_ptr<PointerStore> pointers_;
  store::Buckets& buckets_;
  os::Clock& clock_;
  os::Entropy& entropy_;
  TableFiles files_;
  const CommitContext context_;
};

Result<std::unique_ptr<Catalog>> OpenWith(StoreAccess access, CatalogOptions options,
                                          store::Buckets& buckets, os::Clock& clock,
                                          os::Entropy& entropy) {
  auto pointers = TRY(OpenSqliteStore(options.path, access));
  return MakeCatalog(std::move(options), std::move(pointers), buckets, clock, entropy);
}

}  // namespace

std::unique_ptr<Catalog> MakeCatalog(CatalogOptions options, std::unique_ptr<PointerStore> pointers,
                                     store::Buckets& buckets, os::Clock& clock,
                                     os::Entropy& entropy) {
  return std::make_unique<IcebergCatalog>(std::move(options), std::move(pointers), buckets, clock,
                                          entropy);
}

Result<std::unique_ptr<Catalog>> Catalog::Open(CatalogOptions options, store::Buckets& buckets,
                                               os::Clock& clock, os::Entropy& entropy) {
  return OpenWith(StoreAccess::kReadWrite, std::move(options), buckets, clock, entropy);
}

Result<std::unique_ptr<Catalog>> Catalog::OpenReadOnly(CatalogOptions options,
                                                       store::Buckets& buckets, os::Clock& clock,
                                                       os::Entropy& entropy) {
  return OpenWith(StoreAccess::kReadOnly, std::move(options), buckets, clock, entropy);
}

}  // namespace tarn::catalog
