// How fast envelopes and bodies become records: bytes of body a second.
#include <benchmark/benchmark.h>

#include <string>

#include "base/format.h"
#include "codec/text.h"
#include "collect/firehose_records.h"
#include "collect/json_object.h"
#include "collect/split.h"

namespace tarn::collect {
namespace {

std::string Event(int number) {
  return Format(
      R"({{"name":"measurement_recorded","tstamp":"2023-06-18 14:27:52.{:06}","payload":"{{\"dvce_os\": \"iOS 14.2\", \"session_id\": \"abcdefghijklmnopqrst\"}}","payload_md5":"d41d8cd98f00b204e9800998ecf8427e"}})",
      number);
}

void PutRecordBatch(benchmark::State& state) {
  std::string body = R"({"DeliveryStreamName":"sessions","Records":[)";
  for (int i = 0; i < 500; ++i) {
    body += Format(R"({}{{"Data":"{}"}})", i > 0 ? "," : "", codec::EncodeBase64(Event(i)));
  }
  body += "]}";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParsePutRecordBatch(body));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * 500);
}
BENCHMARK(PutRecordBatch);

void SplitLines(benchmark::State& state) {
  std::string body;
  for (int i = 0; i < 500; ++i) body += Event(i) + "\n";
  for (auto _ : state) {
    benchmark::DoNotOptimize(SplitBody(body, "application/x-ndjson"));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(SplitLines);

void SplitArray(benchmark::State& state) {
  std::string body = "[";
  for (int i = 0; i < 500; ++i) body += (i > 0 ? "," : "") + Event(i);
  body += "]";
  for (auto _ : state) {
    benchmark::DoNotOptimize(SplitBody(body, "application/json"));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(SplitArray);

void OneObject(benchmark::State& state) {
  const std::string body = Event(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(IsJsonObject(body));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(OneObject);

}  // namespace
}  // namespace tarn::collect
