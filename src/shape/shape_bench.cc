// Shaping, in bytes of records a second: by the fast path and by the reference, on the three kinds
// of records: reference events, wide telemetry, logs; what lies beside it, on one.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "columns/batch.h"
#include "schema/declaration.h"
#include "shape/bench_records_testing.h"
#include "shape/json_reader.h"
#include "shape/shaper.h"

namespace tarn::shape {
namespace {

constexpr int kRecords = 20'000;

struct Input {
  BenchRecords made;
  std::vector<schema::RecordView> views;
  int64_t bytes = 0;

  explicit Input(BenchRecords (*make)(int)) : made(make(kRecords)) {
    for (const std::string& text : made.records) {
      views.push_back({.bytes = text, .lsn = Lsn(views.size() + 1)});
      bytes += static_cast<int64_t>(text.size());
    }
  }
};

void Report(benchmark::State& state, const Input& input) {
  state.SetBytesProcessed(state.iterations() * input.bytes);
  state.SetItemsProcessed(state.iterations() * kRecords);
}

struct Stream {
  Shaping shaping;
  schema::TableSchema table;
  std::unique_ptr<Shaper> shaper;

  Stream(std::string_view columns, ShapingPath path) {
    shaping.inferred = false;
    shaping.path = path;
    shaping.declared = *schema::ParseColumns(columns);
    table.fields = InitialColumns(shaping);
    schema::AssignFieldIds(FieldId(0), &table.fields);
    shaper = *Shaper::Make(shaping, table);
  }
};

/// Parse and append, into a batch that is used again as landings use theirs.
void ShapeAll(benchmark::State& state, const Input& input, std::string_view columns,
              ShapingPath path) {
  const Stream stream(columns, path);
  columns::Batch batch(columns::Layout::Make(stream.table));
  for (auto _ : state) {
    batch.Clear();
    std::vector<schema::Reject> rejects;
    stream.shaper->Shape(input.views, &batch, &rejects);
    benchmark::DoNotOptimize(batch.rows());
  }
  const PathCounts counts = stream.shaper->path_counts();
  state.counters["declined"] =
      static_cast<double>(counts.reference) / static_cast<double>(counts.fast + counts.reference);
  Report(state, input);
}

void BM_Shape(benchmark::State& state, BenchRecords (*make)(int), ShapingPath path) {
  const Input input(make);
  ShapeAll(state, input, input.made.columns, path);
}
BENCHMARK_CAPTURE(BM_Shape, events, ReferenceEvents, ShapingPath::kFastest);
BENCHMARK_CAPTURE(BM_Shape, events_plain, ReferenceEvents, ShapingPath::kPlain);
BENCHMARK_CAPTURE(BM_Shape, events_reference, ReferenceEvents, ShapingPath::kReference);

/// The events with what their payload holds as columns.
void BM_ShapeTypedEvents(benchmark::State& state, ShapingPath path) {
  const Input input(ReferenceEvents);
  ShapeAll(state, input,
           "name string, tstamp timestamp, payload json<dvce_os string, session_id string, metric "
           "string, value double>, payload_md5 string",
           path);
}
BENCHMARK_CAPTURE(BM_ShapeTypedEvents, fastest, ShapingPath::kFastest);
BENCHMARK_CAPTURE(BM_ShapeTypedEvents, plain, ShapingPath::kPlain);
BENCHMARK_CAPTURE(BM_ShapeTypedEvents, reference, ShapingPath::kReference);

BENCHMARK_CAPTURE(BM_Shape, telemetry, WideTelemetry, ShapingPath::kFastest);
BENCHMARK_CAPTURE(BM_Shape, telemetry_plain, WideTelemetry, ShapingPath::kPlain);
BENCHMARK_CAPTURE(BM_Shape, telemetry_reference, WideTelemetry, ShapingPath::kReference);
BENCHMARK_CAPTURE(BM_Shape, log, LogLines, ShapingPath::kFastest);
BENCHMARK_CAPTURE(BM_Shape, log_plain, LogLines, ShapingPath::kPlain);
BENCHMARK_CAPTURE(BM_Shape, log_reference, LogLines, ShapingPath::kReference);

/// Most members have no column and go to _rest.
void BM_ShapeToRest(benchmark::State& state, ShapingPath path) {
  const Input input(WideTelemetry);
  ShapeAll(state, input, "event_id string, ts timestamp, user struct<id:string>", path);
}
BENCHMARK_CAPTURE(BM_ShapeToRest, fastest, ShapingPath::kFastest);
BENCHMARK_CAPTURE(BM_ShapeToRest, reference, ShapingPath::kReference);

/// The reading alone.
void BM_ReadTelemetry(benchmark::State& state) {
  const Input input(WideTelemetry);
  JsonReader reader;
  for (auto _ : state) {
    for (const std::string& text : input.made.records) benchmark::DoNotOptimize(reader.Read(text));
  }
  Report(state, input);
}
BENCHMARK(BM_ReadTelemetry);

/// Looking for new columns where there are none, as for every batch of an inferred stream.
void BM_FindNothingMissing(benchmark::State& state) {
  const Input input(WideTelemetry);
  Shaping shaping;
  schema::TableSchema table;
  table.fields = InitialColumns(shaping);
  auto shaper = *Shaper::Make(shaping, table);
  for (const schema::Field& field : shaper->MissingColumns(input.views)) {
    table.fields.push_back(field);
  }
  schema::AssignFieldIds(FieldId(0), &table.fields);
  shaper = *Shaper::Make(shaping, table);
  for (auto _ : state) benchmark::DoNotOptimize(shaper->MissingColumns(input.views));
  Report(state, input);
}
BENCHMARK(BM_FindNothingMissing);

}  // namespace
}  // namespace tarn::shape
