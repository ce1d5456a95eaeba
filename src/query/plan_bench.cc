// How long planning takes over many files: DuckDB binds and prunes, and opens nothing.
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>

#include "base/invariant.h"
#include "query/engine.h"

namespace tarn::query {
namespace {

constexpr int kFiles = 5000;

/// One table of 5,000 files that are not there: ids by file, a name of ten, a day of 500.
class ManyFiles : public TableSource {
 public:
  ManyFiles() {
    const auto column = [](int id, const char* name, schema::TypeKind kind) {
      return schema::Field{.id = FieldId(id), .name = name, .type = schema::Type::Of(kind)};
    };
    snapshot_.name = {schema::kDefaultDatabase, "events"};
    snapshot_.schema.fields = {
        column(1, "id", schema::TypeKind::kLong), column(2, "name", schema::TypeKind::kString),
        column(3, "d", schema::TypeKind::kDate), column(4, "payload", schema::TypeKind::kString)};
    snapshot_.specs = {{.spec_id = 0,
                        .fields = {{.source = FieldId(2), .field_id = 1000, .name = "name"},
                                   {.source = FieldId(3), .field_id = 1001, .name = "d"}}}};
    auto files = std::make_shared<schema::DataFiles>();
    for (int i = 0; i < kFiles; ++i) files->push_back(File(i));
    snapshot_.files.push_back(std::move(files));
  }

  Result<std::vector<std::string>> Databases() override {
    return std::vector<std::string>{schema::kDefaultDatabase};
  }
  Result<std::vector<schema::TableName>> Tables(const std::string& /*database*/) override {
    return std::vector{snapshot_.name};
  }
  Result<TableRows> Open(const schema::TableName& /*name*/,
                         const std::optional<At>& /*at*/) override {
    return TableRows{.snapshot = snapshot_};
  }

 private:
  static schema::DataFile File(int i) {
    const schema::Type type = schema::Type::Of(schema::TypeKind::kLong);
    const int64_t first = int64_t{i} * 1000;
    schema::DataFile file{.uri = Format("file:///lake/{}.parquet", i),
                          .partition = {Format("x{}", i % 10), int32_t{19000} + i / 10},
                          .record_count = 1000,
                          .size_bytes = 100'000};
    file.columns.push_back({.id = FieldId(1),
                            .value_count = 1000,
                            .lower = schema::ToIcebergBytes(type, first),
                            .upper = schema::ToIcebergBytes(type, first + 999)});
    return file;
  }

  schema::Snapshot snapshot_;
};

void Plan(benchmark::State& state, const char* sql) {
  ManyFiles lake;
  auto engine = Engine::Open({}, lake);
  INVARIANT(engine, "an engine can be opened");
  for (auto iteration : state) {
    auto rows = (*engine)->Run(sql, {}, {});
    INVARIANT(rows && (*rows)->Next(), "the query can be planned");
  }
  state.counters["files"] = kFiles;
}

BENCHMARK_CAPTURE(Plan, ByPartition,
                  "EXPLAIN SELECT * FROM events WHERE name = 'x3' AND d = '2023-03-05'")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Plan, ByBounds, "EXPLAIN SELECT * FROM events WHERE id BETWEEN 500000 AND 500500")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Plan, Unfiltered, "EXPLAIN SELECT * FROM events")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Plan, CountOfAll, "SELECT count(*) FROM events")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tarn::query
