// What conversions and loads share: how records are written down, limits, how far the reading is.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "decode/line_input.h"
#include "schema/record.h"

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

/// errors  kInvalid: beyond the limits above
Status CheckThreadsAndMemory(size_t threads, size_t memory_bytes_max);

/// The records of a block. in  records: as those of decode::SplitRecords
void Split(RecordFormat format, const decode::LineBlock& block,
           std::vector<schema::RecordView>* records);

/// Read the next lines of an input front to back, and count them. As LineInput::Next.
Result<bool> ReadOn(decode::LineInput& input, decode::LineBlock* block, ReadProgress& progress);

}  // namespace tarn::load
