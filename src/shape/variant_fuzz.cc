// libFuzzer: variants against the JSON that they were written from. Half of the inputs are taken as
// the records themselves, the other half as a seed of records, which are then damaged.
//
//   ./dev build fuzz variant_fuzz && build/fuzz/fuzz/variant_fuzz -dict=fuzz/json.dict
//   -max_total_time=600
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "shape/differential_testing.h"
#include "shape/json_reader.h"
#include "shape/record_maker_testing.h"
#include "shape/shape_testing.h"
#include "shape/variant_sample.h"
#include "shape/variant_testing.h"

namespace tarn::shape {
namespace {

constexpr char kRecordEnd = '\x1e';

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> records;
  for (const auto record : std::views::split(text, kRecordEnd)) {
    records.emplace_back(std::string_view(record));
  }
  return records;
}

std::vector<std::string> Make(std::string_view seed) {
  static const DifferentialStream stream = [] {
    const std::vector<DifferentialStream> streams = DifferentialStreams();
    return *std::ranges::find(streams, "variants, declared", &DifferentialStream::name);
  }();
  RecordMaker maker(stream.shaping, stream.table, std::hash<std::string_view>()(seed));
  std::vector<std::string> records;
  const auto oddity = static_cast<uint32_t>(seed.size() % 5 * 50);
  for (uint32_t i = 0; i < 8; ++i) records.push_back(maker.Damage(maker.Record(oddity), i % 4));
  return records;
}

/// Those that are objects.
std::vector<std::string> ObjectsOf(const std::vector<std::string>& records) {
  JsonReader reader;
  std::vector<std::string> objects;
  for (const std::string& record : records) {
    const JsonDocument* const document = reader.Read(record);
    if (document != nullptr && document->kind(0) == JsonKind::kObject) objects.push_back(record);
  }
  return objects;
}

/// Shred a column by the member `v` of the first half of the records, and read each one back.
void Compare(const std::vector<std::string>& records) {
  const std::vector<std::string> objects = ObjectsOf(records);
  const std::vector<schema::RecordView> views = ViewsOf(objects);
  const auto sample = std::span(views).first((views.size() + 1) / 2);
  size_t fields_left = kShreddedFieldsMax;
  VariantColumn column(VariantSample(sample).TypeFor("v", &fields_left));
  for (const std::string& object : objects) {
    const std::string expected = JsonVariantText(object);
    const std::string found = column.WriteAndRead(object);
    if (found == expected) continue;
    std::fprintf(stderr, "%s\n  of %s\n  became %s\n", expected.c_str(), object.c_str(),
                 found.c_str());
    std::abort();
  }
}

void Run(std::string_view input) {
  if (input.empty()) return;
  const bool is_seed = static_cast<unsigned char>(input[0]) % 2 == 1;
  input.remove_prefix(1);
  std::vector<std::string> records = is_seed ? Make(input) : Split(input);
  Compare(records);
  for (std::string& record : records) record = Format("{{\"v\":{}}}", record);
  Compare(records);
}

}  // namespace
}  // namespace tarn::shape

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tarn::shape::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
