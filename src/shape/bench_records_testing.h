// For benchmarks: records of the three kinds that performance is measured with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::shape {

/// A kind of records, and the columns that they are declared with.
struct BenchRecords {
  std::string_view name;
  std::string_view columns;
  std::vector<std::string> records;
};

/// Application events of four texts, one of them JSON with its quotes escaped.
BenchRecords ReferenceEvents(int count);
/// Telemetry of 48 leaves: structs, some of them null, lists, free JSON.
BenchRecords WideTelemetry(int count);
/// Log lines of 26 columns, two of them lists.
BenchRecords LogLines(int count);

}  // namespace tarn::shape
