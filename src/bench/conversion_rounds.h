// Conversions measured in rounds that take each entry in turn, so that what disturbs the machine
// disturbs all of them alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/engines.h"
#include "bench/set_file.h"
#include "bench/statistics.h"

namespace tarn::bench {

/// One engine on one file. Both are lent for as long as the rounds run.
struct Entry {
  const Engine* engine = nullptr;
  const SetFile* file = nullptr;
};

/// How all entries of some rounds are converted.
struct RoundsPlan {
  bool is_partitioned = false;
  int threads = 1;
  int rounds = 5;
  Workplace workplace;
};

/// What one entry took. Times are by round and without the process's start: for a peer until its
/// Python packages are loaded, for Tarn what `tarn version` takes in the same round.
struct ConversionFigures {
  std::string engine;
  std::string set;
  uint64_t records = 0;
  uint64_t input_bytes = 0;
  std::vector<double> wall_s;
  std::vector<double> cpu_s;
  std::vector<double> start_s;      ///< of the process, before the conversion; not in wall_s
  uint64_t start_memory_bytes = 0;  ///< what a peer held then
  uint64_t memory_peak_bytes = 0;   ///< of the process, the largest of all rounds
  uint64_t output_bytes = 0;
  uint64_t files = 0;
  std::string rows;     ///< what CompareDigests says; `not compared`; why DuckDB cannot read them
  std::string failure;  ///< why there are no figures
};

/// Run all entries in all rounds; the rows of each entry's first output are proven.
///
/// returns  figures in the entries' order; an engine that failed has a failure
/// errors   kIo (the workplace)
Result<std::vector<ConversionFigures>> RunRounds(const std::vector<Entry>& entries,
                                                 const RoundsPlan& plan);

/// returns  false where Tarn failed or has other rows than the input
bool IsTarnRight(const std::vector<ConversionFigures>& figures);

/// The members that both reports of conversions have.
Json FiguresJson(const ConversionFigures& figures);

}  // namespace tarn::bench
