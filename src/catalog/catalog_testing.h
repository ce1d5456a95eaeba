// What the catalog's tests share: a lake in a directory of its own, a pointer store that fails on
// demand, tables and files to commit.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/catalog_internal.h"
#include "catalog/store/pointer_store.h"
#include "catalog/table_files.h"
#include "os/simulated_clock.h"
#include "store/faulty_store.h"
#include "store/object_store.h"

namespace tarn::catalog {

/// What goes wrong with swaps of a FaultyPointers; lent to it.
struct PointerFaults {
  enum class What {
    kNone,
    kLostReply,    ///< it happens; kUnknownOutcome
    kLostRequest,  ///< it does not; kUnknownOutcome
    kBusy,         ///< it does not; kUnavailable
  };
  What next_swap = What::kNone;       ///< once
  int failing_reads = 0;              ///< after such a swap; kUnavailable
  std::function<void()> before_swap;  ///< once: another writer gets in between
  std::function<void()> after_read;   ///< once
  int swaps = 0;
};

/// A pointer store that fails on demand.
class FaultyPointers final : public PointerStore {
 public:
  FaultyPointers(std::unique_ptr<PointerStore> inner, PointerFaults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Result<std::vector<std::string>> ListDatabases() override { return inner_->ListDatabases(); }
  Status CreateDatabase(const std::string& database) override {
    return inner_->CreateDatabase(database);
  }
  Result<std::vector<schema::TableName>> ListTables(const std::string& database) override {
    return inner_->ListTables(database);
  }
  Result<std::optional<std::string>> Read(const schema::TableName& name) override;
  Result<std::vector<std::optional<SourceState>>> ReadSources(
      const std::string& table_uuid, const std::vector<std::string>& uris) override {
    return inner_->ReadSources(table_uuid, uris);
  }
  Result<uint64_t> ForgetSources(const std::string& table_uuid, const std::string& uri_shape,
                                 int64_t before_us) override {
    return inner_->ForgetSources(table_uuid, uri_shape, before_us);
  }
  Result<std::vector<ForgottenSources>> ReadForgotten(const std::string& table_uuid) override {
    return inner_->ReadForgotten(table_uuid);
  }
  Result<std::vector<RunState>> ReadRuns(const std::string& table_uuid,
                                         const std::vector<DerivedRun>& runs) override {
    return inner_->ReadRuns(table_uuid, runs);
  }
  Result<std::vector<DerivedRun>> ListRuns(const std::string& table_uuid) override {
    return inner_->ListRuns(table_uuid);
  }
  Result<SwapOutcome> Swap(const std::vector<PointerChange>& changes,
                           const RowChanges& rows) override;
  Result<StreamId> AddStream(const std::string& name, const std::string& definition) override {
    return inner_->AddStream(name, definition);
  }
  Status UpdateStream(StreamId id, const std::string& definition) override {
    return inner_->UpdateStream(id, definition);
  }
  Status RemoveStream(StreamId id) override { return inner_->RemoveStream(id); }
  Result<std::vector<StoredStream>> ListStreams() override { return inner_->ListStreams(); }

 private:
  const std::unique_ptr<PointerStore> inner_;
  PointerFaults& faults_;
};

/// A data directory with one bucket and a catalog, gone at the end.
class Lake {
 public:
  Lake();
  ~Lake();
  Lake(const Lake&) = delete;
  Lake& operator=(const Lake&) = delete;

  CatalogOptions Options() const;
  /// Another catalog over the same file. in  options: of Options(), changed
  std::unique_ptr<Catalog> Open(const CatalogOptions& options);
  std::unique_ptr<Catalog> Open() { return Open(Options()); }
  std::unique_ptr<Catalog> OpenFaulty(PointerFaults& faults);

  /// The objects whose keys contain `part`, sorted.
  std::vector<std::string> Keys(const std::string& part);
  void PutObject(const std::string& key, std::string_view bytes);
  std::string GetObject(const std::string& key);
  /// The document that the catalog's row points at.
  Json MetadataJson(Catalog& catalog, const schema::TableName& name);

  std::string directory;
  os::FakeClock clock;
  os::SeededEntropy entropy{1};
  store::StoreFaults faults;
  std::unique_ptr<store::Buckets> plain_buckets;
  std::unique_ptr<store::Buckets> buckets;  ///< over plain_buckets, failing by `faults`
};

/// Fails the test where a result is an error.
template <class T>
T Must(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message();
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

inline const schema::TableName kEvents{"default", "events"};
inline const std::string kKey = "n1.0";  ///< of an EventsAppend's progress

/// A table `default.<table>` of name string, ts timestamptz, v long; partitioned by name, day(ts).
NewTable EventsTable(const std::string& table = "events");

/// EventsTable, and two that write to it: what `catalog` does fails by `faults`.
struct TwoWriters {
  Lake lake;
  PointerFaults faults;
  std::unique_ptr<Catalog> catalog = lake.OpenFaulty(faults);
  std::unique_ptr<Catalog> other = lake.Open();
  Table table = Must(catalog->CreateTable(EventsTable()));
};

/// A data file of EventsTable: ten rows of 100 bytes, with metrics.
schema::DataFile EventsFile(const std::string& uri, const std::string& name = "start",
                            int32_t day = 20'600);

/// An append of one such file; with progress where `to` is not 0.
TableAppend EventsAppend(const std::string& uri, uint64_t from = 0, uint64_t to = 0,
                         const std::string& table = "events");

/// The partition of EventsFile without further arguments, and its path.
inline const std::vector<schema::Value> kStartPartition = {schema::Value(std::string("start")),
                                                           schema::Value(int32_t{20'600})};
inline constexpr const char* kStartPath = "name=start/d=2026-05-27";

/// That partition of a table of EventsTable written anew by a plan: such files come, others leave.
TableReplacement EventsReplacement(const Table& table, const std::vector<std::string>& removed,
                                   const std::vector<std::string>& added,
                                   const std::string& plan = "p1");

/// A member of the last snapshot's summary; `(none)` where it has none.
std::string SummaryOf(const Table& table, const std::string& name);
void ExpectSummary(const Table& table, const std::map<std::string, std::string>& expected);

/// The URIs of a snapshot's files, sorted.
std::vector<std::string> UrisOf(const schema::Snapshot& snapshot);
/// Those of the table's current snapshot. Fails the test where it cannot be read
std::vector<std::string> CurrentUris(Catalog& catalog, const schema::TableName& name);

}  // namespace tarn::catalog
