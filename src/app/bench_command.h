// `tarn bench`: Tarn and its peers, measured on this machine.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "bench/engines.h"

namespace tarn::app {

/// As the command line has them; each benchmark reads what concerns it.
struct BenchCommandOptions {
  bench::Workplace workplace;    ///< without a directory: a new one for temporary files
  std::string output = "table";  ///< table, json
  std::string sets;              ///< separated by commas; empty: all
  std::string peers;             ///< the same
  std::string threads = "1,2";
  std::string layouts = "single,hive";
  double scale = 1;
  uint64_t records = 0;  ///< 0: by the scale
  int rounds = 5;
  int repeats = 101;
  double seconds = 3;
  std::string telegraf;
  std::string spark_python;
};

/// Run one and print its table, or one JSON value, on stdout. What is left out is said on stderr.
///
/// errors  kInvalid: no such set or engine; kIo; kInternal: rows of Tarn's output differ
Status RunBenchConvert(const BenchCommandOptions& options);
Status RunBenchShapes(const BenchCommandOptions& options);
Status RunBenchIngest(const BenchCommandOptions& options);
Status RunBenchDerive(const BenchCommandOptions& options);
Status RunBenchQuery(const BenchCommandOptions& options);

/// A server without syncs, as bench/tarn_server.h says.
///
/// errors  kConflict: the directory is there already
Status RunUnsyncedServer(const std::string& data);

}  // namespace tarn::app
