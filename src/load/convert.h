// Files of records to Parquet files that need no catalog: the way of `tarn convert`. It conducts
// decode → shape → lake on several threads that share nothing but work.
// docs/convert.md says what its user sees.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "codec/compression.h"
#include "load/reading.h"
#include "os/clock.h"
#include "os/files.h"
#include "shape/shaper.h"

namespace tarn::load {

struct ConvertOptions {
  std::vector<std::string> inputs;  ///< paths, patterns; `-` is stdin
  std::string output;               ///< one file where it ends in .parquet, else a directory
  RecordFormat format = RecordFormat::kNdjson;
  std::optional<std::string> columns;  ///< as schema::ParseColumns reads; none: inferred
  /// All columns of free JSON become variants: declared strings whose first records hold objects
  /// or arrays; inferred ones of which they hold those, or values of different types.
  bool variants = false;
  std::string variant_columns;  ///< names: exactly these become variants
  std::string partition_by;     ///< as schema::ParsePartitionSpec reads
  std::string sort_by;          ///< as schema::ParseSortBy reads; within each row group
  std::string bloom_columns;    ///< as schema::ParseBloomColumns reads: bloom filters
  codec::Compression compression = codec::Compression::kZstd;
  int level = 1;  ///< of the codec
  size_t threads = 1;
  size_t memory_bytes_max = kGiB;  ///< for texts and rows, all threads together
  std::string rejects_file;        ///< bad records as NDJSON; empty: they are only counted
  bool keep_rest = false;          ///< what has no column goes to `_rest`
  bool keep_order = false;         ///< directories: files in name order hold the input's order
  bool overwrite = false;
  bool sync = false;  ///< have the output on disk, not only in the system's memory
};

struct ConvertSummary {
  uint64_t inputs = 0;
  uint64_t bytes_read = 0;  ///< of the inputs as they lie
  uint64_t rows = 0;
  uint64_t rejects = 0;
  std::string first_reject;  ///< `FILE, byte N: why`; empty where there is none
  uint64_t files = 0;
  uint64_t bytes_written = 0;
  std::string columns;  ///< as schema::ParseColumns reads them; `variant` for variants
  /// What has no column, by path: most frequent first
  std::vector<shape::RestCounts::Path> without_column;
};

/// Convert.
///
/// in       files: for what is written, see os::UserFiles; progress: lent; stop: ends it early
/// durable  the output, when it returns, where `sync` and `files` say so
/// returns  what was done; bad records are no error
/// errors   kInvalid (options, columns, an input that is compressed badly, no record at all),
///          kNotFound (an input), kConflict (the output exists), kTooLarge (a line, partitions),
///          kIo, kCancelled: then no output is there, and what was there before is untouched;
///          kUnknownOutcome: it is there, but could not be synced
Result<ConvertSummary> Convert(const ConvertOptions& options, os::Files& files,
                               os::Entropy& entropy, ReadProgress* progress,
                               const std::stop_token& stop);

}  // namespace tarn::load
