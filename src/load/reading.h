// What conversions and loads share: how records are written down, limits, how far the reading is.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/units.h"

namespace tarn::load {

enum class RecordFormat : uint8_t {
  kNdjson,
  kText,  ///< each line is one row of the column `message`
};

inline constexpr size_t kThreadsMax = 256;
inline constexpr size_t kMemoryBytesMin = 64 * kMiB;
inline constexpr size_t kInputsMax = 1'000'000;
/// Records that an inferred schema begins with: the first ones.
inline constexpr size_t kSampleRecords = 1000;
inline constexpr size_t kSampleBytesMax = 16 * kMiB;  ///< of the blocks that they lie in

/// How far the inputs are read. Threads: any.
struct ReadProgress {
  std::atomic<uint64_t> bytes_total = 0;  ///< of the inputs as they lie; 0: not known
  std::atomic<uint64_t> bytes_read = 0;
};

}  // namespace tarn::load
