// How fast records become durable: one request of 4 KiB at a time, batches of 500 records of 1 KiB
// one at a time, and as many such batches as the log takes. On the file system of TARN_BENCH_DIR
// (default: the working directory).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <semaphore>

#include "base/units.h"
#include "wal/log.h"

namespace tarn::wal {
namespace {

/// A log in a directory of its own that is removed at the end.
struct BenchLog {
  BenchLog() {
    const char* parent = std::getenv("TARN_BENCH_DIR");
    directory = Format("{}/tarn-wal-bench", parent != nullptr ? parent : ".");
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    log = *Log::Open({.directory = directory + "/wal", .reserve_bytes = 0}, os::PosixFiles(),
                     os::SystemClock(), os::SystemEntropy());
  }
  ~BenchLog() {
    log.reset();
    std::filesystem::remove_all(directory);
  }

  std::string directory;
  std::unique_ptr<Log> log;
};

Entry MakeBatch(size_t records, size_t record_bytes) {
  auto block = std::make_shared<schema::RecordBlock>();
  for (size_t i = 0; i < records; ++i) block->Add(std::string(record_bytes, 'x'));
  return {.stream = StreamId(1), .block = std::move(block)};
}

void CountWork(benchmark::State& state, const Entry& entry) {
  const auto rounds = static_cast<int64_t>(state.iterations());
  state.SetBytesProcessed(rounds * static_cast<int64_t>(entry.block->buffer.size()));
  state.counters["records/s"] = benchmark::Counter(
      static_cast<double>(rounds) * static_cast<double>(entry.block->records.size()),
      benchmark::Counter::kIsRate);
}

/// Args: records, bytes of each. One request waits for its answer before the next one.
void AppendOneByOne(benchmark::State& state) {
  BenchLog bench;
  const Entry entry =
      MakeBatch(static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1)));
  for (auto _ : state) {
    std::promise<Lsn> durable;
    const Status taken = bench.log->Append(entry, [&](const Result<DurableEntry>& done) {
      if (!done) state.SkipWithError(done.error().message());
      durable.set_value(done ? done->last : Lsn(0));
    });
    if (!taken) return state.SkipWithError(taken.error().message());
    bench.log->Release({{entry.stream, durable.get_future().get()}});
  }
  CountWork(state, entry);
}
BENCHMARK(AppendOneByOne)->Args({1, 4096})->Args({500, 1024})->UseRealTime();

/// Args: records, bytes of each. 32 requests are under way at any time.
void AppendTogether(benchmark::State& state) {
  constexpr int kUnderWay = 32;
  BenchLog bench;
  const Entry entry =
      MakeBatch(static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1)));
  std::counting_semaphore<kUnderWay> slots(kUnderWay);
  for (auto _ : state) {
    slots.acquire();
    const Status taken = bench.log->Append(entry, [&](const Result<DurableEntry>& done) {
      if (done) bench.log->Release({{entry.stream, done->last}});
      slots.release();
    });
    if (!taken) return state.SkipWithError(taken.error().message());
  }
  for (int i = 0; i < kUnderWay; ++i) slots.acquire();
  CountWork(state, entry);
}
BENCHMARK(AppendTogether)->Args({1, 4096})->Args({500, 1024})->UseRealTime();

}  // namespace
}  // namespace tarn::wal
