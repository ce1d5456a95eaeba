// Files of records into a table of a catalog, each record once: the way of `tarn load`. It conducts
// decode → shape → lake → catalog on several threads that share nothing but work. docs/load.md says
// what its user sees, docs/formats/catalog.md ("Sources") what is kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "codec/compression.h"
#include "load/reading.h"
#include "os/clock.h"
#include "os/files.h"
#include "schema/ids.h"
#include "shape/shaper.h"
#include "store/object_store.h"

namespace tarn::load {

inline constexpr size_t kCommitBytesMin = 64 * kKiB;

struct LoadOptions {
  std::vector<std::string> inputs;  ///< paths, patterns; `-` is stdin
  std::string stdin_id;             ///< by which stdin is known again
  schema::TableName table;          ///< made where it is missing
  RecordFormat format = RecordFormat::kNdjson;
  std::optional<std::string> columns;  ///< as schema::ParseColumns reads; none: inferred
  bool may_add_columns = true;         ///< to an existing table
  std::string partition_by;  ///< as schema::ParsePartitionSpec reads; empty: as streams' tables, or
                             ///< as the existing table is
  std::string sort_by;       ///< as schema::ParseSortBy reads; empty: as the table says
  std::string bloom_columns;  ///< as schema::ParseBloomColumns reads; empty: as the table says
  bool again = false;         ///< load all of it, whatever the table has
  codec::Compression compression = codec::Compression::kZstd;
  int level = 1;  ///< of the codec
  size_t threads = 1;
  size_t memory_bytes_max = kGiB;      ///< for texts and rows, all threads together
  uint64_t commit_bytes = 256 * kMiB;  ///< of text: then what is read so far is committed
};

/// Where it happens; all lent.
struct LoadPlace {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  std::string marks_directory;  ///< of running loads: <data>/run
  os::Files& files;
  os::Clock& clock;
  os::Entropy& entropy;
};

/// How far a load is. Threads: any.
struct LoadProgress {
  ReadProgress reading;
  std::atomic<uint64_t> rows_committed = 0;
};

struct LoadSummary {
  uint64_t sources = 0;
  uint64_t sources_unchanged = 0;  ///< had nothing new
  uint64_t bytes_read = 0;         ///< of the inputs as they lie, also what was loaded before
  uint64_t rows = 0;
  uint64_t rejects = 0;
  uint64_t commits = 0;
  uint64_t files = 0;
  uint64_t bytes_written = 0;
  std::string columns;  ///< of the table, as schema::ParseColumns reads them
  /// Sources whose last line is the beginning of a record: it is loaded once it is whole.
  std::vector<std::string> unfinished;
  /// What has no column and is in `_rest`, by path: most frequent first
  std::vector<shape::RestCounts::Path> without_column;
};

/// Load what the table does not have yet. After an error or a kill the same call goes on behind the
/// last commit.
///
/// in       progress: lent; stop: ends it early
/// durable  what the summary counts, when it returns
/// returns  what was done; bad records are rows of the table of rejects, no error
/// errors   kInvalid (options, columns, a source that has changed or is compressed badly, no record
///          and no table), kNotFound (an input; the table was dropped meanwhile), kConflict
///          (another load of a source was faster, or is starting), kTooLarge (a line), kIo,
///          kUnavailable, kCancelled: what was committed before stays; kUnknownOutcome: the last
///          commit may hold
Result<LoadSummary> Load(const LoadOptions& options, const LoadPlace& place, LoadProgress* progress,
                         const std::stop_token& stop);

}  // namespace tarn::load
