// Rows of many partitions, put aside in a file, that come back a few partitions at a time: what
// does not fit in memory still makes one row group for each partition.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "columns/byte_buffer.h"
#include "os/files.h"

namespace tarn::lake {

/// A file of the writer's own, gone with it. The partitions are dealt out to kPortions portions;
/// each Add is a round, within which the rows of a portion lie together, leaf by leaf:
///
///   round    = part* index
///   part     = LeafBuffer::Store of a portion's slice of a leaf; u32* its rows' partitions
///   index    = for each portion, for each leaf and then the partitions: a Part
///
/// Threads: one at a time.
class SpilledRows {
 public:
  static constexpr size_t kPortions = 128;
  static size_t PortionOf(uint32_t partition) { return partition % kPortions; }

  /// Make the file.
  ///
  /// in      files: lent for the life of the result; layout: of all rows
  /// errors  kConflict (there is such a file), kNotFound (its directory), kIo
  static Result<std::unique_ptr<SpilledRows>> Make(os::Files& files, std::string path,
                                                   std::shared_ptr<const columns::Layout> layout);
  ~SpilledRows();
  SpilledRows(const SpilledRows&) = delete;
  SpilledRows& operator=(const SpilledRows&) = delete;

  /// Put rows aside. in  partition_of_row: one a row; errors  kIo
  Status Add(const columns::Batch& rows, std::span<const uint32_t> partition_of_row);

  struct Rows {
    columns::Batch batch;
    std::vector<uint32_t> partition_of_row;
  };
  size_t rounds() const { return rounds_.size(); }
  /// The rows of a portion that a round put aside, in their order; possibly none.
  /// errors  kIo, kCorrupt (the file is not what was written)
  Result<Rows> Read(size_t portion, size_t round);

 private:
  struct Part {
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t checksum = 0;
  };
  struct Round {
    uint64_t index_offset = 0;
    std::vector<uint32_t> rows;             // by portion
    std::vector<uint64_t> index_checksums;  // by portion
  };

  SpilledRows(os::Files& files, std::string path, std::shared_ptr<const columns::Layout> layout,
              std::unique_ptr<os::File> file)
      : files_(files), path_(std::move(path)), layout_(std::move(layout)), file_(std::move(file)) {}

  size_t parts() const { return layout_->leaves().size() + 1; }
  Part EndPart(size_t begin);
  Status Flush();
  Result<std::string> ReadPart(const Part& part);

  os::Files& files_;
  const std::string path_;
  const std::shared_ptr<const columns::Layout> layout_;
  std::unique_ptr<os::File> file_;
  std::vector<Round> rounds_;
  columns::ByteBuffer pending_;  // to be written at end_
  uint64_t end_ = 0;
};

}  // namespace tarn::lake
