// Tarn and its peers on the same conversions: sets × layouts × threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/conversion_rounds.h"

namespace tarn::bench {

/// What both benchmarks of conversions are told.
struct ComparisonOptions {
  std::vector<DataSet> sets;
  std::vector<Engine> engines;
  std::vector<int> threads = {1, 2};
  std::vector<std::string> layouts = {"single", "hive"};  ///< not of shapes, which have their own
  double scale = 1;                                       ///< of each set's records
  uint64_t records = 0;                                   ///< instead of a scale; 0: by the scale
  int rounds = 5;
  Workplace workplace;
};

/// What is compared with each other: one set, layout and number of threads.
struct EngineReport {
  std::string layout;
  int threads = 1;
  std::vector<ConversionFigures> engines;
};

/// Make each set's file and run its cases.
///
/// in       report: gets each case as it is done; note: gets a line where something is left out
/// returns  whether Tarn ran everywhere and no rows of it differ
/// errors   kIo (the workplace), what the generators returned
Result<bool> CompareEngines(const ComparisonOptions& options,
                            const std::function<void(const EngineReport&)>& report,
                            const NoteSink& note);

/// A case as lines of a table, and as an object.
std::string ReportText(const EngineReport& report);
Json ReportJson(const EngineReport& report);

}  // namespace tarn::bench
