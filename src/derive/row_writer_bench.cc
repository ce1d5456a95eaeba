// What a record costs from its frame's body to the column buffers, by a class of 22 columns: the
// message read, the row built, the row written.
#include "derive/row_writer.h"

#include <benchmark/benchmark.h>

#include <string>

#include "base/format.h"
#include "base/invariant.h"
#include "decode/heka_draft.h"
#include "decode/heka_message.h"
#include "derive/sdk_records.h"

namespace tarn::derive {
namespace {

constexpr size_t kTexts = 14;
constexpr size_t kNumbers = 8;

std::string NameOf(size_t column) { return Format("column{}", column); }

std::string Schema() {
  SchemaBuilder schema("R");
  for (size_t i = 0; i < kTexts + kNumbers; ++i) {
    schema.required(NameOf(i), i < kTexts ? "string" : "long");
  }
  return schema.json();
}

std::vector<std::string> Bodies() {
  std::vector<std::string> bodies;
  for (int64_t row = 0; row < 1000; ++row) {
    decode::HekaDraft draft{.uuid = std::string(16, 'u')};
    for (size_t i = 0; i < kTexts + kNumbers; ++i) {
      const bool is_text = i < kTexts;
      const std::string text = i < 2 ? Format("{:036}", row * 7919) : Format("v{}", row % 20);
      draft.fields.push_back(
          {.name = NameOf(i),
           .value_type = is_text ? decode::HekaValueType::kString : decode::HekaValueType::kInteger,
           .values = {is_text ? decode::HekaDraftValue(text) : decode::HekaDraftValue(row)}});
    }
    decode::AppendHekaBody(draft, {}, &bodies.emplace_back());
  }
  return bodies;
}

void Build(const HekaMessage& message, const std::vector<std::string>& names, Record* row) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (i < kTexts) {
      row->set(names[i], message.text(names[i]));
    } else {
      row->set(names[i], message.integer(names[i]));
    }
  }
}

enum class Upto { kRead, kBuilt, kWritten };

void Rows(benchmark::State& state, Upto upto) {
  schema::AvroColumns own = *schema::ParseAvroRecord(Schema());
  std::vector<schema::Field> fields = own.fields;
  schema::AssignFieldIds(FieldId(0), &fields);
  columns::Batch batch(columns::Layout::Make({.fields = std::move(fields)}));
  const auto writer = *RowWriter::Make(own, {}, &batch);
  const std::vector<std::string> bodies = Bodies();
  std::vector<std::string> names;
  for (size_t i = 0; i < kTexts + kNumbers; ++i) names.push_back(NameOf(i));
  Record row = writer->NewRecord();
  decode::HekaMessage message;
  SdkHekaMessage sdk;
  for (auto _ : state) {
    for (const std::string& body : bodies) {
      INVARIANT(message.Read(body) == nullptr, "a message that is whole");
      sdk.Set(message, body);
      if (upto == Upto::kRead) continue;
      row.clear();
      Build(sdk, names, &row);
      if (upto == Upto::kWritten) INVARIANT(!writer->Add(row), "a row that fits");
    }
    writer->Flush();
    batch.Clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(bodies.size()));
}

BENCHMARK_CAPTURE(Rows, read, Upto::kRead);
BENCHMARK_CAPTURE(Rows, built, Upto::kBuilt);
BENCHMARK_CAPTURE(Rows, written, Upto::kWritten);

}  // namespace
}  // namespace tarn::derive
