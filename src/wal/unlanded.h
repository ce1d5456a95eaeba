// Counts what a log holds beyond what its tables have, without opening it: for commands that look
// at a data directory while no server runs on it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"
#include "os/files.h"
#include "schema/ids.h"

namespace tarn::wal {

/// Whose log a directory holds, as 32 hex digits; empty where there is none. errors  kIo,
/// kUnsupported
Result<std::string> NodeOf(os::Files& files, const std::string& directory);

/// Read the log and count; nothing is written.
///
/// in       directory: <data>/wal; committed: for each stream the highest LSN that its table covers
/// returns  records beyond that, of the streams named; only those with some
/// errors   kIo, kUnsupported (a segment of a newer Tarn)
Result<std::map<StreamId, uint64_t>> CountUnlanded(os::Files& files, const std::string& directory,
                                                   uint32_t shard,
                                                   const std::map<StreamId, Lsn>& committed);

}  // namespace tarn::wal
