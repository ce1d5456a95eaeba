// From Heka's frames to the Parquet files of ExecutiveStream: `tarn derive` with one worker and
// with several, one of its tasks alone, a plain Python decoder of the same objects, and PySpark
// over the same messages as JSON. Then a question, asked of the frames and of the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/engines.h"
#include "bench/statistics.h"

namespace tarn::bench {

struct DeriveBenchOptions {
  uint64_t records = 200'000;  ///< in 8 objects, 2 partitions
  int rounds = 5;
  std::vector<int> workers = {1, 2};
  Workplace workplace;
  std::string spark_python;  ///< a Python that has PySpark; empty: Spark is left out
};

/// What one of them took, by round. Whole processes, their start included: that of workers is what
/// a task costs. PySpark's are its job's alone, run a second time in a JVM that is warm.
struct DeriveFigures {
  std::string by;  ///< `tarn`, `tarn, a task`, `python`, `pyspark`, `query, frames`, `query, table`
  int workers = 1;
  uint64_t tasks = 0;
  uint64_t records = 0;  ///< read by it
  uint64_t input_bytes = 0;
  std::vector<double> wall_s;
  std::vector<double> cpu_s;
  uint64_t memory_peak_bytes = 0;  ///< of its largest process
  uint64_t output_bytes = 0;
  uint64_t read_bytes = 0;  ///< by a question
  std::string rows;         ///< `equal` to those of the Python decoder, or in what they differ
};

/// errors  kInternal: a run failed; kIo
Result<std::vector<DeriveFigures>> RunDeriveBench(const DeriveBenchOptions& options,
                                                  const NoteSink& note);

/// returns  false where rows of Tarn's are not the Python decoder's
bool IsTarnRight(const std::vector<DeriveFigures>& figures);

std::string DeriveText(const std::vector<DeriveFigures>& figures);
Json DeriveJson(const std::vector<DeriveFigures>& figures);

}  // namespace tarn::bench
