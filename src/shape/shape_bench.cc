// Shaping by the reference path, in bytes of records a second.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/format.h"
#include "columns/batch.h"
#include "schema/declaration.h"
#include "shape/json_reader.h"
#include "shape/shaper.h"

namespace tarn::shape {
namespace {

constexpr int kRecords = 20'000;

/// The reference events: four texts, of which one is JSON with its quotes escaped.
std::string ReferenceEvent(int i) {
  return Format(
      "{{\"name\": \"measurement_recorded\", \"tstamp\": \"2023-06-18 14:{:02}:{:02}.000000\", "
      "\"payload\": \"{{\\\"dvce_os\\\": \\\"Android 3.0.4\\\", \\\"session_id\\\": "
      "\\\"abcdefghijklm{:07}\\\", \\\"metric\\\": \\\"heart_rate\\\", \\\"value\\\": {}}}\", "
      "\"payload_md5\": \"0123456789abcdef{:016x}\"}}",
      i / 60 % 60, i % 60, i, i % 200, i);
}

std::string NestedEvent(int i) {
  return Format(
      R"({{"id":{},"user":{{"id":"u{}","plan":"pro","score":{}.5}},"tags":["a","b","tag{}"],)"
      R"("items":[{{"sku":"s{}","n":1}},{{"sku":"t","n":2}}],"ok":true,"note":null,"ms":{}}})",
      i, i % 1000, i % 100, i % 50, i % 500, i * 17);
}

struct Input {
  std::vector<std::string> texts;
  std::vector<schema::RecordView> views;
  int64_t bytes = 0;

  explicit Input(std::string (*make)(int)) {
    for (int i = 0; i < kRecords; ++i) texts.push_back(make(i));
    for (const std::string& text : texts) {
      views.push_back({.bytes = text, .lsn = Lsn(views.size() + 1)});
      bytes += static_cast<int64_t>(text.size());
    }
  }
};

void Report(benchmark::State& state, const Input& input) {
  state.SetBytesProcessed(state.iterations() * input.bytes);
  state.SetItemsProcessed(state.iterations() * kRecords);
}

void ShapeAll(benchmark::State& state, std::string (*make)(int), const char* columns) {
  const Input input(make);
  Shaping shaping;
  shaping.inferred = false;
  shaping.declared = *schema::ParseColumns(columns);
  schema::TableSchema table;
  table.fields = InitialColumns(shaping);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  const auto shaper = *Shaper::Make(shaping, table);
  const auto layout = columns::Layout::Make(table);
  for (auto _ : state) {
    columns::Batch batch(layout);
    std::vector<schema::Reject> rejects;
    shaper->Shape(input.views, &batch, &rejects);
    benchmark::DoNotOptimize(batch.rows());
  }
  Report(state, input);
}

void BM_ShapeReferenceEvents(benchmark::State& state) {
  ShapeAll(state, ReferenceEvent, "name string, tstamp string, payload string, payload_md5 string");
}
BENCHMARK(BM_ShapeReferenceEvents);

void BM_ShapeReferenceEventsWithTimestamp(benchmark::State& state) {
  ShapeAll(state, ReferenceEvent,
           "name string, tstamp timestamp, payload string, payload_md5 string");
}
BENCHMARK(BM_ShapeReferenceEventsWithTimestamp);

void BM_ShapeNestedEvents(benchmark::State& state) {
  ShapeAll(state, NestedEvent,
           "id bigint, user struct<id:string,plan:string,score:double>, tags array<string>, items "
           "array<struct<sku:string,n:bigint>>, ok boolean, note string, ms timestamptz");
}
BENCHMARK(BM_ShapeNestedEvents);

/// The reading alone.
void BM_ReadReferenceEvents(benchmark::State& state) {
  const Input input(ReferenceEvent);
  JsonReader reader;
  for (auto _ : state) {
    for (const std::string& text : input.texts) benchmark::DoNotOptimize(reader.Read(text));
  }
  Report(state, input);
}
BENCHMARK(BM_ReadReferenceEvents);

/// Looking for new columns where there are none, as for every batch of an inferred stream.
void BM_FindNothingMissing(benchmark::State& state) {
  const Input input(NestedEvent);
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
