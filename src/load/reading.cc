#include "load/reading.h"

namespace tarn::load {

Status CheckThreadsAndMemory(size_t threads, size_t memory_bytes_max) {
  if (threads == 0 || threads > kThreadsMax) {
    return Fail(ErrorKind::kInvalid, "threads must be 1 to {}", kThreadsMax);
  }
  if (memory_bytes_max < kMemoryBytesMin) {
    return Fail(ErrorKind::kInvalid, "memory must be at least {} MiB", kMemoryBytesMin / kMiB);
  }
  return {};
}

void Split(RecordFormat format, const decode::LineBlock& block,
           std::vector<schema::RecordView>* records) {
  if (format == RecordFormat::kText) {
    decode::SplitLines(block, records);
  } else {
    decode::SplitRecords(block, records);
  }
}

Result<bool> ReadOn(decode::LineInput& input, decode::LineBlock* block, ReadProgress& progress) {
  const uint64_t before = input.bytes_read();
  const bool has_lines = TRY(input.Next(block));
  progress.bytes_read.fetch_add(input.bytes_read() - before, std::memory_order_relaxed);
  return has_lines;
}

}  // namespace tarn::load
