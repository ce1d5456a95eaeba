// A set's records as a file to read.
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "bench/engines.h"

namespace tarn::bench {

struct SetFile {
  DataSet set;
  std::string path;
  uint64_t records = 0;
  uint64_t bytes = 0;
  Json digest;                 ///< of its rows; null where DuckDB is not there to make it
  std::string digest_failure;  ///< why it is null
};

/// Write a set's records to a file in the workplace.
///
/// in       records: how many; 0: the set's own number times `scale`, at least 10
/// errors   kIo
Result<SetFile> MakeSetFile(const DataSet& set, uint64_t records, double scale,
                            const Workplace& workplace);

/// errors  kIo
Status RemoveSetFile(const SetFile& file);

/// The reference events: made by `tarn generate sessions`, in a process of its own, since it
/// shuffles them in memory, and what this process held would count as its children's.
///
/// returns  a set without a generator, which is how MakeSetFile knows it
DataSet ReferenceEvents();
/// The same records, with the JSON in their `payload` typed on the way.
DataSet TypedEvents();

/// A file of text. errors  kIo
Status WriteText(const std::string& path, std::string_view text);
/// returns  the last line of a file that says something, shortened; empty where there is none
std::string LastLine(const std::string& path);

}  // namespace tarn::bench
