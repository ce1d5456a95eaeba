// Whole lines of an input, and the records in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "schema/record.h"

namespace tarn::decode {

inline constexpr size_t kBlockBytes = kMiB;         ///< that a block holds, unless a line is longer
inline constexpr size_t kLineBytesMax = 32 * kMiB;  ///< of one line; a longer one ends the reading

/// Some lines of one input, and the memory that they lie in, which serves the next block too.
/// Threads: as any value.
class LineBlock {
 public:
  std::string_view text;  ///< whole lines; the last of an input may lack its line end
  uint64_t offset = 0;    ///< of `text` in the input, inflated

  char* memory() { return memory_.get(); }
  size_t capacity() const { return capacity_; }
  /// Have room for this many bytes. in  keep: that the first bytes stay
  void Reserve(size_t size, size_t keep);

 private:
  std::unique_ptr<char[]> memory_;
  size_t capacity_ = 0;
};

/// The records of a block: one a line, without the white space around it; blank lines are none (the
/// rules of docs/formats/http_api.md, "How a body becomes records"). A byte order mark in front of
/// the input is none of its first record.
///
/// in  records: replaced. Each is valid as long as the block; its `lsn` holds its offset in the
/// input
void SplitRecords(const LineBlock& block, std::vector<schema::RecordView>* records);

/// The lines of a block as they are, blank ones too, without their line ends (`\n`, `\r\n`).
///
/// in  lines: as `records` of SplitRecords
void SplitLines(const LineBlock& block, std::vector<schema::RecordView>* lines);

}  // namespace tarn::decode
