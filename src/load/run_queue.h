// The inputs cut into runs: what one worker takes at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "decode/line_input.h"
#include "load/reading.h"

namespace tarn::load {

/// A part of one input.
struct Piece {
  std::shared_ptr<decode::LineInput> input;  ///< lives as long as pieces of it
  enum class Kind : uint8_t {
    kRange,   ///< bytes [begin, end) of a divisible input
    kBlocks,  ///< lines that were read already
    kStream,  ///< the rest of an input that is read front to back, by this piece's worker alone
  } kind = Kind::kRange;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::vector<decode::LineBlock> blocks;  ///< kStream: those that come before the rest
  size_t next_block = 0;                  ///< of `blocks`, for its reader
};

/// Consecutive lines of the inputs. Numbers follow the inputs' order.
struct Run {
  uint64_t number = 0;
  std::vector<Piece> pieces;
};

/// How large runs are. What has bytes_max bytes of text may be longer where it is not divisible.
struct RunSizes {
  uint64_t bytes_max = 4 * kMiB;
  /// Towards the end of the inputs runs become smaller, down to this, so that workers end together.
  uint64_t bytes_min = 4 * kMiB;
  /// Inputs that are not divisible are streams: always, or where there are enough for all workers.
  bool streams_always = false;
  bool streams_where_many = false;
};

/// Threads: any, after SetSizes.
class RunQueue {
 public:
  /// in  paths: in order; progress: lent
  RunQueue(std::vector<std::string> paths, size_t workers, uint64_t bytes_total,
           ReadProgress* progress, std::stop_token stop);

  /// The first records, without taking them from the queue.
  ///
  /// in       records_max: fewer only where the inputs have no more
  /// returns  views, valid until the first Next
  Result<std::vector<schema::RecordView>> Sample(size_t records_max);
  void SetSizes(const RunSizes& sizes) { sizes_ = sizes; }

  /// The next run. returns  none at the end of the inputs
  /// errors  of LineInput; kCancelled
  Result<std::optional<Run>> Next() EXCLUDES(mutex_);

 private:
  /// An input that has been opened, and what of it is not given out yet.
  struct Opened {
    std::shared_ptr<decode::LineInput> input;
    std::vector<decode::LineBlock> blocks;  ///< read by Sample
    size_t next_block = 0;
    uint64_t position = 0;  ///< of a divisible one
  };

  Status OpenNext() REQUIRES(mutex_);
  uint64_t RunBytes() const REQUIRES(mutex_);
  Result<uint64_t> Take(uint64_t bytes, Run* run) REQUIRES(mutex_);
  Result<uint64_t> TakeBlocks(uint64_t bytes, Opened* front, Piece* piece) REQUIRES(mutex_);
  bool GivesStreams() const REQUIRES(mutex_);

  const std::vector<std::string> paths_;
  const size_t workers_;
  const uint64_t bytes_total_;
  ReadProgress& progress_;
  const std::stop_token stop_;
  RunSizes sizes_;
  std::vector<decode::LineBlock> sample_;  // of divisible inputs

  Mutex mutex_;
  std::deque<Opened> opened_ GUARDED_BY(mutex_);
  size_t next_path_ GUARDED_BY(mutex_) = 0;
  uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  uint64_t bytes_given_ GUARDED_BY(mutex_) = 0;  // as they lie, for divisible inputs
};

/// The blocks of a run, one after another.
/// Threads: one at a time.
class RunReader {
 public:
  /// in  run, progress: lent
  RunReader(Run& run, ReadProgress& progress) : run_(run), progress_(progress) {}

  /// returns  false at the end; else the block, valid until the next call
  Result<bool> Next();
  const decode::LineBlock& block() const { return block_; }
  const decode::LineInput& input() const { return *run_.pieces[piece_].input; }

 private:
  Result<bool> NextOfPiece(Piece* piece);

  Run& run_;
  ReadProgress& progress_;
  size_t piece_ = 0;
  std::optional<decode::RangeReader> range_;
  decode::LineBlock block_;
};

}  // namespace tarn::load
