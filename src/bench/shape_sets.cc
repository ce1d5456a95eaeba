// Pairs of sets that differ in one thing, of about the same number of bytes: what a conversion
// costs should follow the bytes, not that thing.
#include "base/units.h"
#include "bench/data_set.h"
#include "bench/text_random.h"

namespace tarn::bench {
namespace {

constexpr uint64_t kSetBytes = 100 * 1'000'000;  // at scale 1, about
constexpr const char* kKeyedColumns =
    "key string, number bigint, at timestamp, value double, text string";

Status Keyed(uint64_t records, uint64_t keys, bool sorted, const Writer& write) {
  TextRandom random(4);
  LineWriter lines(write);
  for (uint64_t i = 0; i < records; ++i) {
    const uint64_t shuffled = random.Below(keys);
    const uint64_t key = sorted ? i * keys / records : shuffled;
    const uint64_t at = kWeekBegin + random.Below(kWeek);
    const std::string value = random.Real(1000, 3);
    TRY(lines.Line(
        Format(R"({{"key":"key-{:05}","number":{},"at":"{}","value":{},"text":"{} {}"}})", key, i,
               random.Time(at), value, "something that is said of it:", random.Hex(16))));
  }
  return lines.Finish();
}

DataSet KeyedSet(std::string name, std::string pair, uint64_t keys, bool sorted) {
  constexpr uint64_t kRecordBytes = 160;
  return {.name = std::move(name),
          .pair = std::move(pair),
          .columns = kKeyedColumns,
          .partition_by = "key",
          .records = kSetBytes / kRecordBytes,
          .generate = [keys, sorted](uint64_t records, const Writer& write) {
            return Keyed(records, keys, sorted, write);
          }};
}

Status Columns(uint64_t records, uint64_t columns, const Writer& write) {
  TextRandom random(5);
  LineWriter lines(write);
  for (uint64_t i = 0; i < records; ++i) {
    std::string text;
    for (uint64_t column = 0; column < columns; ++column) {
      text += Format("{}\"c{}\":", column == 0 ? '{' : ',', column);
      if (column % 3 == 0) text += Format("{}", random.Below(1'000'000));
      if (column % 3 == 1) text += Format("\"word {}\"", random.Below(5'000));
      if (column % 3 == 2) text += random.Real(1000, 3);
    }
    TRY(lines.Line(text + "}"));
  }
  return lines.Finish();
}

DataSet ColumnsSet(uint64_t columns) {
  static constexpr std::string_view kTypes[] = {"bigint", "string", "double"};
  constexpr uint64_t kBytesOfColumn = 15;
  std::string text;
  for (uint64_t column = 0; column < columns; ++column) {
    text += Format("{}c{} {}", column == 0 ? "" : ", ", column, kTypes[column % 3]);
  }
  return {.name = Format("columns-{}", columns),
          .pair = "columns",
          .columns = std::move(text),
          .records = kSetBytes / (kBytesOfColumn * columns),
          .generate = [columns](uint64_t records, const Writer& write) {
            return Columns(records, columns, write);
          }};
}

Status Sized(uint64_t records, uint64_t record_bytes, const Writer& write) {
  constexpr uint64_t kFrameBytes = 36;  // of the record beside its text
  TextRandom random(6);
  LineWriter lines(write);
  for (uint64_t i = 0; i < records; ++i) {
    std::string text;
    while (text.size() + kFrameBytes < record_bytes) {
      text += random.Hex(8);
      text += " of some words ";
    }
    TRY(lines.Line(Format(R"({{"number":{},"text":"{}"}})", i, text)));
  }
  return lines.Finish();
}

DataSet SizedSet(std::string name, uint64_t record_bytes) {
  return {.name = std::move(name),
          .pair = "records",
          .columns = "number bigint, text string",
          .records = kSetBytes / record_bytes,
          .generate = [record_bytes](uint64_t records, const Writer& write) {
            return Sized(records, record_bytes, write);
          }};
}

}  // namespace

std::vector<DataSet> ShapeSets() {
  return {KeyedSet("sorted", "order", 100, true),
          KeyedSet("shuffled", "order", 100, false),
          KeyedSet("partitions-10", "partitions", 10, false),
          KeyedSet("partitions-10000", "partitions", 10'000, false),
          ColumnsSet(10),
          ColumnsSet(2000),
          SizedSet("record-100", 100),
          SizedSet("record-1mb", 1'000'000)};
}

}  // namespace tarn::bench
