// `tarn convert`: files of records to Parquet files, without a server and without a catalog.
#pragma once

#include <string>

#include "base/error.h"
#include "load/convert.h"

namespace tarn::app {

/// As the command line has them.
struct ConvertCommandOptions {
  load::ConvertOptions convert;
  std::string format = "ndjson";  ///< ndjson, text
  std::string codec = "zstd:1";   ///< NAME or NAME:LEVEL
  std::string memory = "1GiB";
  std::string columns;           ///< empty: inferred
  std::string output = "table";  ///< table, json: the summary
};

/// Convert, show how far it is where stderr is a terminal, end early at SIGINT, SIGTERM and
/// SIGHUP, and say what was done on stdout.
///
/// errors  as load::Convert; kInvalid also for bad records where no file takes them: the output
///         is there then, without them
Status RunConvert(const ConvertCommandOptions& options);

}  // namespace tarn::app
