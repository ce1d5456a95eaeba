// The buckets that `bench derive` reads: sources.json and schema.json, and objects of framed Heka
// messages as the executive summary's pipeline left them, made from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace tarn::bench {

/// A day of two channels, several objects each.
struct RawObjects {
  static constexpr const char* kStream = "telemetry-executive-summary";
  static constexpr const char* kPrefix = "telemetry-executive-summary-3";
  static constexpr const char* kDay = "20151028";
  static constexpr int kPartitions = 2;
  static constexpr int kObjectsAPartition = 4;

  uint64_t records = 0;
  uint64_t rows = 0;   ///< of them, that the class makes: the others lack what is required
  uint64_t bytes = 0;  ///< of the objects as they lie: bodies are snappy
};

/// Write the buckets `metadata` and `raw` of a data directory.
///
/// in       data: the directory, made where missing; records: at least one an object
/// errors   kIo
Result<RawObjects> WriteRawObjects(const std::string& data, uint64_t records);

/// Where the objects of the day lie below a data directory.
std::string RawDirectory(const std::string& data);

}  // namespace tarn::bench
