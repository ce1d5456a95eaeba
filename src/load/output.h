// Where a conversion's rows go: one Parquet file, or a directory of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "columns/batch.h"
#include "lake/table_writer.h"
#include "load/table_plan.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::load {

/// One worker's rows on their way out.
/// Threads: one at a time.
class RowSink {
 public:
  virtual ~RowSink() = default;

  /// A run begins. in  number: each run once, in no order
  virtual Status BeginRun(uint64_t number) = 0;
  /// Where the next rows go, and how many at most. errors  as Output::Finish
  virtual Result<columns::Batch*> Rows() = 0;
  virtual size_t rows_left() const = 0;
  virtual Status EndRun() = 0;
  /// No more runs.
  virtual Status Finish() = 0;
};

struct OutputOptions {
  std::string path;  ///< temporary; nothing is there yet
  lake::WriteOptions write;
  bool keep_order = false;  ///< a directory: each run in files of its own
  size_t workers = 1;
  size_t memory_bytes_max = kGiB;  ///< of all sinks
};

/// Threads: MakeSink any; Finish when all sinks have.
class Output {
 public:
  virtual ~Output() = default;
  virtual Result<std::unique_ptr<RowSink>> MakeSink(size_t worker) = 0;

  struct Written {
    uint64_t files = 0;
    uint64_t bytes = 0;
    uint64_t rows = 0;
  };
  /// errors  kIo, kTooLarge (a page over 2 GiB; partitions)
  virtual Result<Written> Finish() = 0;
};

/// in  plan, files, entropy: lent for the output's life
Result<std::unique_ptr<Output>> OpenSingleFile(const TablePlan& plan, OutputOptions options,
                                               os::Files& files);
Result<std::unique_ptr<Output>> OpenDirectory(const TablePlan& plan, OutputOptions options,
                                              os::Files& files, os::Entropy& entropy);

}  // namespace tarn::load
