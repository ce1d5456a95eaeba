// Rows and bytes a second through the write path: slots to a batch, a batch to its partitions, rows
// to a file; and parquet-cpp on the same rows beside it. `./dev bench parquet_bench`
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <benchmark/benchmark.h>
#include <parquet/arrow/writer.h>

#include <cstdlib>
#include <deque>
#include <fstream>
#include <random>

#include "columns/batch.h"
#include "lake/memory_store_testing.h"
#include "lake/parquet_file.h"
#include "lake/table_writer.h"
#include "schema/partition.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::RowSlots;
using columns::Slot;
using schema::Type;
using schema::TypeKind;

constexpr size_t kRows = 122'880;
constexpr int kDays = 7;
constexpr int64_t kDayMicros = 86'400'000'000;

/// Telemetry of 30 leaves: what has few values, what is unique, measures, times, a list.
schema::TableSchema TelemetrySchema() {
  schema::TableSchema schema;
  const auto add = [&](std::string name, Type type) {
    schema.fields.push_back({.id = FieldId(0),
                             .name = std::move(name),
                             .required = false,
                             .type = std::move(type),
                             .doc = ""});
  };
  add("event", Type::Of(TypeKind::kString));
  add("at", Type::Of(TypeKind::kTimestampTz));
  for (int i = 0; i < 10; ++i) add(Format("label{}", i), Type::Of(TypeKind::kString));
  for (int i = 0; i < 3; ++i) add(Format("id{}", i), Type::Of(TypeKind::kString));
  for (int i = 0; i < 5; ++i) add(Format("count{}", i), Type::Of(TypeKind::kLong));
  for (int i = 0; i < 6; ++i) add(Format("measure{}", i), Type::Of(TypeKind::kDouble));
  for (int i = 0; i < 3; ++i) add(Format("flag{}", i), Type::Of(TypeKind::kBoolean));
  add("tags", Type::List({.id = FieldId(0),
                          .name = "element",
                          .required = false,
                          .type = Type::Of(TypeKind::kString),
                          .doc = ""}));
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

/// The rows of one run, made once with a fixed seed.
class Telemetry {
 public:
  static const Telemetry& Get() {
    static const Telemetry telemetry;
    return telemetry;
  }

  std::shared_ptr<const Layout> layout = Layout::Make(TelemetrySchema());
  std::deque<RowSlots> chunks;
  int64_t bytes = 0;  ///< of the values

 private:
  Telemetry() {
    while (chunks.size() * RowSlots::kRowsMax < kRows) {
      RowSlots& rows = chunks.emplace_back(layout);
      while (!rows.full()) AddRow(&rows);
    }
  }

  void SetText(RowSlots* rows, int leaf, const std::string& text) {
    if (random_() % 16 == 0) return;
    FillText(rows, &rows->Set(leaf, 1), text);
  }
  void FillText(RowSlots* rows, Slot* slot, const std::string& text) {
    char* const at = rows->Allocate(text.size());
    text.copy(at, text.size());
    slot->bytes = at;
    slot->length = static_cast<uint32_t>(text.size());
    bytes += static_cast<int64_t>(text.size());
  }

  void AddRow(RowSlots* rows) {
    rows->BeginRow();
    int leaf = 0;
    SetText(rows, leaf++, Format("event_{}", random_() % 8));
    rows->Set(leaf++, 1).integer = 1'700'000'000'000'000 +
                                   static_cast<int64_t>(random_() % kDays) * kDayMicros +
                                   static_cast<int64_t>(random_() % kDayMicros);
    for (uint64_t i = 0; i < 10; ++i) {
      SetText(rows, leaf++, Format("label value {}", random_() % (uint64_t{4} << i)));
    }
    for (int i = 0; i < 3; ++i)
      SetText(rows, leaf++, Format("{:016x}{:016x}", random_(), random_()));
    for (uint64_t i = 0; i < 5; ++i) {
      rows->Set(leaf++, 1).integer = static_cast<int64_t>(random_() >> (8 + 12 * i));
    }
    for (uint64_t i = 0; i < 6; ++i) {
      rows->Set(leaf++, 1).real = static_cast<double>(random_() % (100 << (4 * i))) / 8;
    }
    for (int i = 0; i < 3; ++i) rows->Set(leaf++, 1).integer = static_cast<int64_t>(random_() % 2);
    const uint64_t tags = random_() % 4;
    for (uint64_t i = 0; i < tags; ++i) {
      FillText(rows, &rows->Push(leaf, 3, i != 0), Format("tag{}", random_() % 50));
    }
    if (tags == 0) rows->Push(leaf, 1, 0);
    bytes += 2 + 6 * 8 + 5 * 8 + 3;
    rows->EndRow();
  }

  std::mt19937_64 random_{42};
};

void Count(benchmark::State& state, int64_t file_bytes = 0) {
  const auto iterations = static_cast<int64_t>(state.iterations());
  state.SetItemsProcessed(iterations * static_cast<int64_t>(kRows));
  state.SetBytesProcessed(iterations * Telemetry::Get().bytes);
  if (file_bytes != 0) state.counters["file_bytes"] = static_cast<double>(file_bytes);
}

Batch Filled() {
  Batch batch(Telemetry::Get().layout);
  for (const RowSlots& rows : Telemetry::Get().chunks) batch.Append(rows);
  return batch;
}

void Append(benchmark::State& state) {
  Batch batch(Telemetry::Get().layout);
  for (auto _ : state) {
    for (const RowSlots& rows : Telemetry::Get().chunks) batch.Append(rows);
    benchmark::DoNotOptimize(batch.data_bytes());
    batch.Clear();
  }
  Count(state);
}
BENCHMARK(Append)->Unit(benchmark::kMillisecond);

void Scatter(benchmark::State& state) {
  const Batch source = Filled();
  const auto target_count = static_cast<size_t>(state.range(0));
  std::vector<Batch> batches;
  std::vector<Batch*> targets;
  for (size_t i = 0; i < target_count; ++i) batches.emplace_back(source.layout());
  for (Batch& batch : batches) targets.push_back(&batch);
  std::mt19937_64 random(1);
  std::vector<uint32_t> target_of_row(source.rows());
  for (uint32_t& target : target_of_row) target = static_cast<uint32_t>(random() % target_count);
  for (auto _ : state) {
    Batch::Scatter(source, target_of_row, targets);
    state.PauseTiming();
    for (Batch& batch : batches) batch.Clear();
    state.ResumeTiming();
  }
  Count(state);
}
BENCHMARK(Scatter)->Arg(1)->Arg(56)->Arg(1000)->Unit(benchmark::kMillisecond);

WriteOptions OptionsOf(const benchmark::State& state) {
  WriteOptions options;
  options.compression = state.range(0) == 0 ? codec::Compression::kNone : codec::Compression::kZstd;
  options.level = static_cast<int>(state.range(0));
  return options;
}

void Encode(benchmark::State& state) {
  const Batch batch = Filled();
  const WriteOptions options = OptionsOf(state);
  ChunkEncoder encoder(options);
  int64_t size = 0;
  for (auto _ : state) {
    ParquetFile file(batch.layout(), options.compression);
    if (!file.AddRowGroup(batch, &encoder)) state.SkipWithError("AddRowGroup failed");
    file.Finish();
    size = file.size_bytes();
  }
  Count(state, size);
}
BENCHMARK(Encode)->ArgName("zstd")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// parquet-cpp's writer on the same rows as Arrow arrays, with its best settings for them.
void EncodeByParquetCpp(benchmark::State& state) {
  const auto rows = *columns::ToArrow(Filled());
  const auto table = *arrow::Table::FromRecordBatches({rows});
  const auto properties = parquet::WriterProperties::Builder()
                              .compression(state.range(0) == 0 ? arrow::Compression::UNCOMPRESSED
                                                               : arrow::Compression::ZSTD)
                              ->compression_level(static_cast<int>(state.range(0)))
                              ->build();
  int64_t size = 0;
  for (auto _ : state) {
    auto sink = *arrow::io::BufferOutputStream::Create(64 << 20);
    const auto status =
        parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, kRows, properties);
    if (!status.ok()) state.SkipWithError(status.ToString());
    size = (*sink->Finish())->size();
  }
  Count(state, size);
}
BENCHMARK(EncodeByParquetCpp)->ArgName("zstd")->Arg(1)->Unit(benchmark::kMillisecond);

/// Slots to files of 56 partitions, in batches of so many chunks of 256 rows.
void WriteTable(benchmark::State& state) {
  const Telemetry& telemetry = Telemetry::Get();
  const auto spec = *schema::ParsePartitionSpec("event, day(at)", telemetry.layout->schema());
  const auto batch_chunks = static_cast<size_t>(state.range(1));
  Batch batch(telemetry.layout);
  int64_t size = 0;
  for (auto _ : state) {
    testing::MemoryStore store;
    auto writer =
        *TableWriter::Make(store, telemetry.layout, spec, {"data", "x"}, OptionsOf(state));
    for (size_t i = 0; i < telemetry.chunks.size(); ++i) {
      batch.Append(telemetry.chunks[i]);
      if ((i + 1) % batch_chunks != 0 && i + 1 != telemetry.chunks.size()) continue;
      if (!writer->Append(batch)) state.SkipWithError("Append failed");
      batch.Clear();
    }
    if (!writer->Finish()) state.SkipWithError("Finish failed");
    size = 0;
    for (const auto& [key, bytes] : store.objects) size += static_cast<int64_t>(bytes.size());
  }
  Count(state, size);
}
BENCHMARK(WriteTable)
    ->ArgNames({"zstd", "chunks"})
    ->ArgsProduct({{0, 1}, {4, 16, 64, 480}})
    ->Unit(benchmark::kMillisecond);

/// Takes everything and keeps nothing.
class DiscardingStore : public testing::MemoryStore {
 public:
  Status PutIfAbsent(const std::string&, std::string_view) override { return {}; }
  Result<std::unique_ptr<Upload>> Begin(const std::string&) override {
    return std::make_unique<DiscardedUpload>();
  }

 private:
  class DiscardedUpload : public Upload {
   public:
    Status Append(std::string_view) override { return {}; }
    Status Finish() override { return {}; }
  };
};

/// A number of /proc/self/status, in MiB.
double ProcessMemory(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
  }
  return 0;
}
void ForgetPeakMemory() { std::ofstream("/proc/self/clear_refs") << '5'; }

/// Ten times the rows to 10,000 partitions in random order, under so many MiB.
void WriteManyPartitions(benchmark::State& state) {
  constexpr int kRounds = 10;
  const Telemetry& telemetry = Telemetry::Get();
  const auto spec = *schema::ParsePartitionSpec("bucket(10000, id0)", telemetry.layout->schema());
  WriteOptions options;
  options.memory_bytes_max = static_cast<size_t>(state.range(0)) << 20;
  double files = 0;
  double accounted = 0;
  double resident = 0;
  for (auto _ : state) {
    DiscardingStore store;
    Batch batch(telemetry.layout);
    ForgetPeakMemory();
    const double before = ProcessMemory("VmRSS:");
    auto writer = *TableWriter::Make(store, telemetry.layout, spec, {"data", "x"}, options);
    for (size_t i = 0; i < kRounds * telemetry.chunks.size(); ++i) {
      batch.Append(telemetry.chunks[i % telemetry.chunks.size()]);
      if ((i + 1) % 16 != 0) continue;
      if (!writer->Append(batch)) state.SkipWithError("Append failed");
      batch.Clear();
    }
    const auto written = writer->Finish();
    if (!written) state.SkipWithError("Finish failed");
    resident = ProcessMemory("VmHWM:") - before;
    accounted = static_cast<double>(writer->memory_bytes_peak()) / (1 << 20);
    files = static_cast<double>(written->size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRounds * kRows));
  state.counters["files"] = files;
  state.counters["accounted_mib"] = accounted;
  state.counters["resident_mib"] = resident;
}
BENCHMARK(WriteManyPartitions)
    ->ArgName("mib")
    ->Arg(64)
    ->Arg(256)
    ->Arg(512)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tarn::lake
