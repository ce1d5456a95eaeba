// `tarn derive`: datasets of classes and recipes, made of raw objects by date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "derive/chunks.h"

namespace tarn::app {

/// As the command line has them; each subcommand has some.
struct DeriveOptions {
  /// A class's name, then its arguments; or a recipe's file. Of `list`: recipes.
  std::vector<std::string> dataset;
  std::vector<std::string> plugins;  ///< shared objects, beside what is linked in
  std::string data;                  ///< made where it is missing
  std::string metadata_bucket;
  std::string to_bucket;
  std::string from_date;
  std::string to_date;
  bool overwrite = false;
  derive::ChunkLimits chunks;
  std::string chunk_size = "2GiB";
  size_t threads = 1;           ///< workers at a time
  std::string memory = "1GiB";  ///< of all workers together; of one task
  std::string hmac_keys;        ///< a file (decode/heka_keys.h); empty: no signature is looked at
  std::string plan;             ///< a file
  size_t task = 0;
  int64_t parent = 0;            ///< of a worker or a run: it ends with this process; 0: with none
  std::string output = "table";  ///< table, json: the summary
};

/// Plan, run all tasks in worker processes, commit; say what was done on stdout.
///
/// in      is_usage_wrong: set where a recipe is wrong, which is told before anything is read
/// errors  kNotFound (no such dataset, stream, bucket), kInvalid (a recipe is wrong; a task failed:
///         its error names object and offset), kCancelled, those of planning and commit
Status RunDerive(const DeriveOptions& options, bool* is_usage_wrong);

// The same in steps, for other launchers.
Status RunDerivePlan(const DeriveOptions& options, bool* is_usage_wrong);
Status RunDeriveTask(const DeriveOptions& options);
Status RunDeriveCommit(const DeriveOptions& options);

/// Print the datasets that are known, and those of recipes.
Status RunDeriveList(const DeriveOptions& options, bool* is_usage_wrong);

/// What `run-task` ends with: 10 where the same task may succeed later, 42 where it will not.
int TaskExitStatus(const Error& error);

}  // namespace tarn::app
