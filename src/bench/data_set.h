// What benchmarks run on: records made from a seed, the same bytes on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::bench {

/// Gets text in large pieces, and may refuse.
using Writer = std::function<Status(std::string_view)>;

/// 2026-03-01, in milliseconds since 1970: when the sets' week begins.
inline constexpr uint64_t kWeekBegin = 1'772'323'200'000;
inline constexpr uint64_t kWeek = 7 * 86'400'000ULL;

/// Records, the columns that they become, and the partitions of a Hive directory.
struct DataSet {
  std::string name;
  std::string pair;          ///< of `bench shapes`: what its two sets differ in
  std::string columns;       ///< as `tarn convert --columns` takes them
  std::string partition_by;  ///< as `--partition-by`
  uint64_t records = 0;      ///< at scale 1
  /// Write so many records, each a line. errors  what the writer returned
  std::function<Status(uint64_t records, const Writer&)> generate;
};

/// The sets of `bench convert` but for the reference events, whose generator is a command of its
/// own: wide nested telemetry (48 leaves), log-like (26 columns, 2 lists).
DataSet WideTelemetry();
DataSet LogLines();

/// Pairs, one after the other, that differ in one thing: order, partitions, columns, size of a
/// record.
std::vector<DataSet> ShapeSets();

/// One user's events among many: what `bench query` looks up and `bench ingest` sends. A record
/// has event_type, user_id, event_timestamp, message, duration_ms and trace, about 200 bytes.
///
/// in  first_us: of the first event, microseconds since 1970; they span `span_us`
class UserEvents {
 public:
  UserEvents(uint64_t seed, int64_t first_us, int64_t span_us)
      : state_(seed), first_us_(first_us), span_us_(span_us) {}

  static constexpr uint64_t kUsers = 1'000;
  static constexpr int64_t kFirstUs = int64_t{kWeekBegin} * 1000;
  /// As a stream declares them.
  static constexpr const char* kColumns =
      "event_type string, user_id bigint, event_timestamp timestamp, message string, duration_ms "
      "double, trace string";

  /// returns  one JSON object without a line's end
  std::string Next();

 private:
  uint64_t state_;
  const int64_t first_us_;
  const int64_t span_us_;
};

/// Collects lines and hands them on by the MiB.
class LineWriter {
 public:
  explicit LineWriter(const Writer& write) : write_(write) {}

  Status Line(std::string_view text);
  Status Finish();

 private:
  const Writer& write_;
  std::string piece_;
};

}  // namespace tarn::bench
