// The sources of a load as blocks of lines for its workers, in portions: what one commit takes.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "load/source_reader.h"
#include "schema/record.h"

namespace tarn::load {

/// Some lines, and whose they are.
struct SourceBlock {
  std::shared_ptr<const SourceReader> source;
  decode::LineBlock lines;
};

/// How much one commit takes.
struct PortionSize {
  uint64_t bytes_max = 256 * kMiB;  ///< of text, inflated; a block for each worker more at most
  size_t sources_max = 10'000;
};

/// Blocks of one source come in their order, each by whichever worker asks next; several sources
/// are read at the same time by as many workers. One worker gets all in the order that was named.
/// Threads: any for Next; the others while none is in it.
class SourceQueue {
 public:
  /// in  reading, progress: lent; workers: at most that many sources are read at a time
  SourceQueue(std::vector<Source> sources, const SourceReading& reading, size_t workers,
              ReadProgress& progress, std::stop_token stop);

  /// The first records, without taking them from the queue: they are in the first portion.
  ///
  /// returns  views, valid until the first Next; fewer than records_max only where there are no
  ///          more, or where the blocks that they lie in have kSampleBytesMax
  /// errors   as SourceReader
  Result<std::vector<schema::RecordView>> Sample(size_t records_max) EXCLUDES(mutex_);

  void BeginPortion(const PortionSize& size) EXCLUDES(mutex_);
  /// returns  false: the portion has all it takes, or the sources are at their end
  /// errors   as SourceReader; kCancelled. After one every call returns it
  Result<bool> Next(SourceBlock* block) EXCLUDES(mutex_);

  /// How far the portion takes its sources.
  std::vector<catalog::SourceProgress> Steps() EXCLUDES(mutex_);
  /// These are in the table.
  void Settle(const std::vector<catalog::SourceProgress>& steps) EXCLUDES(mutex_);
  /// Nothing is left.
  bool at_end() EXCLUDES(mutex_);

  /// Sources that gave nothing new.
  uint64_t unchanged() EXCLUDES(mutex_);
  /// Those that end in the middle of a record: their names.
  std::vector<std::string> unfinished() EXCLUDES(mutex_);

 private:
  /// errors  kCancelled; the one that another worker met: nobody shall wait for what does not come
  Result<std::shared_ptr<SourceReader>> TakeReader() REQUIRES(mutex_);
  Status ReadBlock(const std::shared_ptr<SourceReader>& reader, SourceBlock* block, bool* has_lines)
      EXCLUDES(mutex_);

  std::vector<Source> sources_;  // those from next_source_ on nobody has read
  const SourceReading& reading_;
  const size_t workers_;
  ReadProgress& progress_;
  const std::stop_token stop_;

  Mutex mutex_;
  CondVar changed_;
  size_t next_source_ GUARDED_BY(mutex_) = 0;
  std::deque<std::shared_ptr<SourceReader>> idle_ GUARDED_BY(mutex_);  // begun, nobody reads them
  size_t busy_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> failed_ GUARDED_BY(mutex_);  // whichever worker ends first tells why
  std::deque<SourceBlock> sampled_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<SourceReader>> in_portion_ GUARDED_BY(mutex_);
  PortionSize portion_ GUARDED_BY(mutex_);
  uint64_t portion_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t unchanged_ GUARDED_BY(mutex_) = 0;
  std::vector<std::string> unfinished_ GUARDED_BY(mutex_);
};

}  // namespace tarn::load
