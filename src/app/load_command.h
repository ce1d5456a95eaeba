// `tarn load`: files of records into a table of a data directory, beside its server or without one.
#pragma once

#include <string>

#include "base/error.h"
#include "load/load.h"

namespace tarn::app {

/// As the command line has them.
struct LoadCommandOptions {
  load::LoadOptions load;
  std::string data;             ///< made where it is missing
  std::string bucket = "lake";  ///< where a new table lies
  std::string into;             ///< `database.table`, or a table of `default`
  std::string format = "ndjson";
  std::string codec = "zstd:1";
  std::string memory = "1GiB";
  std::string commit_every = "256MiB";
  std::string columns;           ///< empty: inferred
  std::string output = "table";  ///< table, json: the summary
};

/// Load, show how far it is where stderr is a terminal, end early at SIGINT, SIGTERM and
/// SIGHUP, and say what was done on stdout.
///
/// errors  as load::Load; kUnsupported: the data directory is of a newer Tarn, or was moved
Status RunLoad(const LoadCommandOptions& options);

}  // namespace tarn::app
