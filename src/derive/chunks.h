// Runs of objects that one worker reads: large enough to be worth a process and a file, small
// enough to be done again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "derive/plan.h"

namespace tarn::derive {

struct ChunkLimits {
  uint64_t bytes = uint64_t{1} << 31;  ///< a chunk of several objects stays below
  size_t objects = 1000;               ///< that a chunk has at most
};

/// Cut a group's objects into chunks, beginning with the last object: one joins those after it
/// while the chunk stays within the limits. An object of the limit or more is alone.
///
/// returns  the chunks, in the objects' order
/// source   telemetry-batch-view, DerivedStream.groupBySize
std::vector<std::vector<InputObject>> CutIntoChunks(std::vector<InputObject> objects,
                                                    const ChunkLimits& limits);

}  // namespace tarn::derive
