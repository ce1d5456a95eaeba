// What a directory of segments holds: walks all frames in order, tells what is missing, and keeps
// raw copies of what is damaged. Used twice at a start: when the log is opened, to find its end,
// and when its records are replayed. docs/formats/wal.md, "Reading it back".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "os/files.h"
#include "wal/log.h"
#include "wal/segment.h"

namespace tarn::wal {

struct SegmentFile {
  uint64_t segno = 0;
  std::string path;
  std::optional<SegmentHeader> header;  ///< none: damaged (R3)
};

/// Where a shard's log is.
struct LogPlace {
  std::string directory;  ///< <data>/wal
  uint16_t shard = 0;

  std::string shard_directory() const { return Format("{}/{}", directory, shard); }
  std::string node_path() const { return directory + "/NODE"; }
};

/// The segments of a shard, by number.
///
/// returns  a damaged or unreadable header as none
/// errors   kIo (the directory), kUnsupported (a segment of a newer Tarn)
Result<std::vector<SegmentFile>> ListSegments(os::Files& files, const LogPlace& place);

/// A segment as recovery found it.
struct RecoveredSegment {
  uint64_t segno = 0;
  std::string path;
  uint64_t bytes = 0;
  std::map<StreamId, Lsn> last_of_stream;  ///< without void records
  /// It could not be read or copied as a whole: it is put into damaged/, not used again.
  bool set_aside = false;
};

struct RecoveredLog {
  Recovery report;
  std::vector<RecoveredSegment> segments;
  std::vector<LsnRange> voids;
  Lsn last;            ///< the highest LSN that was found, or that is known to be lost
  uint64_t chain = 0;  ///< of the last frame
};

/// Takes each durable entry, in LSN order.
using EntrySink = std::function<Status(DurableEntry)>;

/// Read every frame once.
///
/// in       segments: of ListSegments
///          voids: entries in these are not given to `sink`; none known in the first pass
///          sink: may be empty
/// returns  what is there. Damage is no error: it is in the report, and copied to torn/ or damaged/
/// errors   what sink returned
/// memory   one frame, and a few words a segment and stream
Result<RecoveredLog> RecoverLog(os::Files& files, const LogPlace& place,
                                const std::vector<SegmentFile>& segments,
                                const std::vector<LsnRange>& voids, const EntrySink& sink);

/// Make sure that frames which are seen are durable: a killed process may have written the last one
/// without its sync. A failure is logged and counted; the start goes on.
void SyncNewestSegments(os::Files& files, const std::vector<SegmentFile>& segments);

}  // namespace tarn::wal
