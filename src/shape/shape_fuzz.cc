// libFuzzer: the paths of shaping against each other. Half of the inputs are taken as the records
// themselves, the other half as a seed of records that fit a table, which are then damaged.
//
//   ./dev build fuzz shape_fuzz && build/fuzz/fuzz/shape_fuzz -dict=fuzz/json.dict
//   -max_total_time=600
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "shape/differential_testing.h"
#include "shape/record_maker_testing.h"

namespace tarn::shape {
namespace {

constexpr char kRecordEnd = '\x1e';

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> records;
  for (size_t end = text.find(kRecordEnd); end != text.npos; end = text.find(kRecordEnd)) {
    records.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  records.emplace_back(text);
  return records;
}

std::vector<std::string> Make(const DifferentialStream& stream, std::string_view seed) {
  RecordMaker maker(stream.shaping, stream.table, std::hash<std::string_view>()(seed));
  std::vector<std::string> records;
  const auto oddity = static_cast<uint32_t>(seed.size() % 5 * 50);
  for (uint32_t i = 0; i < 24; ++i) records.push_back(maker.Damage(maker.Record(oddity), i % 4));
  return records;
}

void Check(const std::string& difference, const DifferentialStream& stream,
           const std::vector<std::string>& records) {
  if (difference.empty()) return;
  std::fprintf(stderr, "%s: %s\n", stream.name.c_str(), difference.c_str());
  for (const std::string& record : records) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(record.size()), record.data());
  }
  std::abort();
}

void Compare(std::string_view input) {
  static const std::vector<DifferentialStream> streams = DifferentialStreams();
  if (input.size() < 2) return;
  const auto way = static_cast<unsigned char>(input[0]);
  const DifferentialStream& stream = streams[way / 2 % streams.size()];
  input.remove_prefix(1);
  const std::vector<std::string> records = way % 2 == 0 ? Split(input) : Make(stream, input);
  const std::vector<std::string_view> views(records.begin(), records.end());
  Differential differential(stream);
  // Twice: what was counted once is known the second time. And once more after the counts are gone.
  for (int round = 0; round < 3; ++round) {
    Check(differential.FindMissing(views), stream, records);
    Check(differential.Shape(views), stream, records);
    if (round > 0) Check(differential.TakeCounts(), stream, records);
  }
}

}  // namespace
}  // namespace tarn::shape

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tarn::shape::Compare({reinterpret_cast<const char*>(data), size});
  return 0;
}
