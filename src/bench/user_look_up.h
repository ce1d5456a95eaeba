// The look-up of one user's errors over 72 hours: hot (rows that are in no file yet), cold (the
// same rows in Parquet), by DuckDB over the same events as gzip JSON, and over files beside 20,000
// rows that are in none yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "bench/engines.h"
#include "bench/statistics.h"

namespace tarn::bench {

struct QueryBenchOptions {
  uint64_t records = 500'000;  ///< over 7 days, 1,000 users, 5 % of them errors
  int repeats = 101;           ///< of each look-up; DuckDB over JSON: a tenth
  Workplace workplace;
};

struct QueryFigures {
  std::string where;  ///< `hot`, `cold`, `gzip JSON`, `cold and hot`
  std::string by;     ///< who answers
  uint64_t rows = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  uint64_t bytes_read = 0;  ///< by read calls of one look-up, cached or not
};

/// errors  kInternal: the first three do not find the same number of rows, or a server refused; kIo
Result<std::vector<QueryFigures>> RunQueryBench(const QueryBenchOptions& options,
                                                const NoteSink& note);

std::string QueryText(const std::vector<QueryFigures>& figures);
Json QueryJson(const std::vector<QueryFigures>& figures);

}  // namespace tarn::bench
