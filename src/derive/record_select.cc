#include "derive/record_select.h"

#include <arrow/record_batch.h>

#include <algorithm>
#include <utility>

#include "derive/record_table.h"
#include "query/engine.h"
#include "query/watchdog.h"
#include "schema/ids.h"

namespace tarn::derive {
namespace {

using Clock = std::chrono::steady_clock;
using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// A lake with one table, whose rows change between queries.
class RecordsLake final : public query::TableSource {
 public:
  explicit RecordsLake(schema::TableSchema columns)
      : name_{schema::kDefaultDatabase, kRecordsTable} {
    snapshot_.name = name_;
    snapshot_.schema = std::move(columns);
  }

  void Put(Batches records) { records_ = std::move(records); }

  Result<std::vector<std::string>> Databases() override {
    return std::vector<std::string>{name_.database};
  }
  Result<std::vector<schema::TableName>> Tables(const std::string& /*database*/) override {
    return std::vector<schema::TableName>{name_};
  }
  Result<query::TableRows> Open(const schema::TableName& name,
                                const std::optional<query::At>& /*at*/) override {
    if (name == name_) return query::TableRows{snapshot_, records_};
    return Fail(ErrorKind::kNotFound, "there is no table {}", name.ToString());
  }

 private:
  const schema::TableName name_;
  schema::Snapshot snapshot_;
  Batches records_;
};

class DuckSelect final : public RecordSelect {
 public:
  DuckSelect(std::string statement, const schema::TableSchema& records, const SelectLimits& limits)
      : statement_(std::move(statement)), limits_(limits), lake_(records) {}

  Status Start() {
    engine_ = TRY(query::Engine::Open(
        {.memory_bytes_max = std::max(limits_.memory_bytes_max, kSelectMemoryMin), .threads = 1},
        lake_));
    const auto watch = WatchStuck(kCheckTimeMax, "the SELECT");
    auto run = TRY(RunSelect(kCheckTimeMax));
    schema_ = run.rows->schema();
    columns_read_ = std::move(run.columns_read);
    meaning_ = std::move(run.meaning);
    return {};
  }

  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  const std::vector<std::string>& columns_read() const override { return columns_read_; }
  const std::string& meaning() const override { return meaning_; }

  Result<Batches> Run(const std::shared_ptr<arrow::RecordBatch>& records) override {
    lake_.Put({records});
    const std::string what = Format("the SELECT over {} records", records->num_rows());
    const auto watch = WatchStuck(limits_.time_max, what);
    const Clock::time_point start = Clock::now();
    auto rows = Collect();
    lake_.Put({});
    if (rows || rows.error().kind() != ErrorKind::kOverloaded) return rows;
    if (Clock::now() - start < limits_.time_max)
      return Fail(ErrorKind::kInvalid, "{}", rows.error().message());
    return Fail(ErrorKind::kTooLarge, "{}", TooLong(what, limits_.time_max));
  }

 private:
  static std::string TooLong(const std::string& what, std::chrono::milliseconds time_max) {
    return Format("{} runs longer than {} s", what,
                  std::chrono::duration<double>(time_max).count());
  }

  /// returns  the watch; none where nobody wants to know
  std::shared_ptr<void> WatchStuck(std::chrono::milliseconds time_max, const std::string& what) {
    if (!limits_.on_stuck) return nullptr;
    // Made here: there may be no memory for it later.
    std::string told = TooLong(what, time_max) + " and cannot be interrupted";
    return watchdog_.Watch(time_max + limits_.stuck_after,
                           [this, told = std::move(told)] { limits_.on_stuck(told); });
  }

  Result<query::RowWiseRun> RunSelect(std::chrono::milliseconds time_max) {
    return engine_->RunRowWise(statement_, {kRecordsTable, kRecordNumber}, {.time_max = time_max});
  }

  Result<Batches> Collect() {
    const auto run = TRY(RunSelect(limits_.time_max));
    Batches rows;
    while (auto batch = TRY(run.rows->Next())) rows.push_back(std::move(batch));
    return rows;
  }

  const std::string statement_;
  const SelectLimits limits_;
  RecordsLake lake_;
  std::unique_ptr<query::Engine> engine_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::string> columns_read_;
  std::string meaning_;
  query::Watchdog watchdog_;
};

}  // namespace

Result<std::unique_ptr<RecordSelect>> RecordSelect::Open(const std::string& statement,
                                                         const schema::TableSchema& records,
                                                         const SelectLimits& limits) {
  auto select = std::make_unique<DuckSelect>(statement, records, limits);
  TRY(select->Start());
  return select;
}

}  // namespace tarn::derive
