// A catalog that fails on demand, for tests of what is built on it: a decorator over any catalog
// whose answers fail, are lost or come late.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "catalog/catalog.h"

namespace tarn::catalog {

enum class CatalogCall { kAddColumns, kCommitAppends, kAddStream, kRemoveStream, kListStreams };

/// What happens to calls. Lives longer than the catalogs that ask it. Threads: any.
class CatalogFaults {
 public:
  enum class When { kBefore, kAfter };  ///< the call is not made; or it is, and its answer is lost

  /// From now on, such calls fail, but the first `spared` ones.
  void Fail(CatalogCall call, ErrorKind kind, When when = When::kBefore, int spared = 0)
      EXCLUDES(mutex_);
  /// From now on, AddColumns is refused (kInvalid) where this column is among them.
  void RefuseColumn(const std::string& name) EXCLUDES(mutex_);
  /// From now on, such calls begin so much later.
  void Delay(CatalogCall call, std::chrono::milliseconds delay) EXCLUDES(mutex_);
  void Clear() EXCLUDES(mutex_);

  /// returns  such calls so far
  int calls(CatalogCall call) EXCLUDES(mutex_);

  /// errors  kInvalid: a refused column is among them
  Status CheckColumns(const std::vector<schema::Field>& columns) EXCLUDES(mutex_);
  /// Of one call: waits; tells how it fails.
  Status Before(CatalogCall call) EXCLUDES(mutex_) { return Outcome(call, When::kBefore); }
  Status After(CatalogCall call) EXCLUDES(mutex_) { return Outcome(call, When::kAfter); }

 private:
  struct Fault {
    std::optional<ErrorKind> kind;
    When when = When::kBefore;
    int spared = 0;
    std::chrono::milliseconds delay{0};
  };
  Status Outcome(CatalogCall call, When when) EXCLUDES(mutex_);

  Mutex mutex_;
  std::map<CatalogCall, Fault> faults_ GUARDED_BY(mutex_);
  std::map<CatalogCall, int> calls_ GUARDED_BY(mutex_);
  std::string refused_column_ GUARDED_BY(mutex_);
};

class FaultyCatalog : public Catalog {
 public:
  /// in  lent
  FaultyCatalog(Catalog& inner, CatalogFaults& faults) : inner_(inner), faults_(faults) {}

  Result<std::vector<std::string>> ListDatabases() override { return inner_.ListDatabases(); }
  Status CreateDatabase(const std::string& database) override {
    return inner_.CreateDatabase(database);
  }
  Result<std::vector<schema::TableName>> ListTables(const std::string& database) override {
    return inner_.ListTables(database);
  }
  Result<Table> LoadTable(const schema::TableName& name) override { return inner_.LoadTable(name); }
  Result<schema::Snapshot> LoadSnapshot(const Table& table, std::optional<SnapshotId> at) override {
    return inner_.LoadSnapshot(table, at);
  }
  Result<Table> CreateTable(const NewTable& table) override { return inner_.CreateTable(table); }
  Result<std::vector<Table>> CreateTables(const std::vector<NewTable>& tables) override {
    return inner_.CreateTables(tables);
  }
  Result<std::vector<Table>> CommitAppends(const std::vector<TableAppend>& appends) override;
  Result<std::vector<Table>> CommitReplacements(
      const std::vector<TableReplacement>& replacements) override {
    return inner_.CommitReplacements(replacements);
  }
  Result<std::vector<DerivedRun>> ListDerivedRuns(const std::string& table_uuid) override {
    return inner_.ListDerivedRuns(table_uuid);
  }
  Result<std::vector<std::optional<SourceState>>> FindSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) override {
    return inner_.FindSources(table_uuid, uris);
  }
  Result<uint64_t> ForgetSources(const std::string& table_uuid, const std::string& uri_shape,
                                 int64_t before_us) override {
    return inner_.ForgetSources(table_uuid, uri_shape, before_us);
  }
  Result<std::vector<ForgottenSources>> FindForgotten(const std::string& table_uuid) override {
    return inner_.FindForgotten(table_uuid);
  }
  Result<std::vector<std::string>> FindUnreferenced(const Table& table,
                                                    const std::string& stem_prefix) override {
    return inner_.FindUnreferenced(table, stem_prefix);
  }
  Status UpdateStream(StreamId id, const Json& definition) override {
    return inner_.UpdateStream(id, definition);
  }
  Result<Table> AddColumns(const Table& table, const std::vector<schema::Field>& columns) override;
  Result<StreamRow> AddStream(const std::string& name, const Json& definition) override;
  Status RemoveStream(StreamId id) override;
  Result<std::vector<StreamRow>> ListStreams() override;

 private:
  Catalog& inner_;
  CatalogFaults& faults_;
};

}  // namespace tarn::catalog
