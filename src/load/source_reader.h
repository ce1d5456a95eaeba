// One source of a load: read front to back, from behind what its table has of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/source_state.h"
#include "crypto/digest.h"
#include "decode/line_input.h"
#include "load/reading.h"
#include "os/files.h"

namespace tarn::load {

/// What is to be loaded, and how far it is.
struct Source {
  std::string path;  ///< `-` is stdin
  std::string uri;   ///< `file:///…`, or `stdin:NAME`: by what it is known again
  std::optional<catalog::SourceState> state;
};

/// The sources that a user named, without their states.
///
/// in       named: as FindInputs takes them; stdin_id: what `-` is known by
/// errors   those of FindInputs; kInvalid: two names of one file, stdin without an id, a pipe or a
///          device, which nothing knows again
Result<std::vector<Source>> FindSources(const std::vector<std::string>& named,
                                        const std::string& stdin_id, os::Files& files,
                                        uint64_t* bytes_total);

/// Positions are the second half of record ids: below every LSN of a log, whose epochs begin at 1.
inline constexpr uint64_t kPositionMax = (uint64_t{1} << kLsnCounterBits) - 1;

struct SourceReading {
  RecordFormat format = RecordFormat::kNdjson;
  bool again = false;                    ///< from the start, whatever the table has
  int64_t now_us = 0;                    ///< when sources without a state are first seen
  std::string load;                      ///< the load's id
  uint64_t position_max = kPositionMax;  ///< a source with more bytes is refused
};

/// Threads: one at a time.
class SourceReader {
 public:
  /// in  reading, progress: lent
  SourceReader(Source source, const SourceReading& reading, ReadProgress& progress,
               std::stop_token stop);

  /// The next records, as whole lines. The first call opens the source, and checks that what is
  /// loaded is still what it begins with.
  ///
  /// returns  false at the end
  /// errors   kInvalid: it has changed; of LineInput::Open and Next
  Result<bool> Next(decode::LineBlock* block);

  /// For messages: the path, or `stdin`.
  std::string name() const { return path_ == "-" ? "stdin" : path_; }
  const std::string& uri() const { return uri_; }
  uint32_t round() const { return round_; }
  int64_t first_seen_us() const { return first_seen_us_; }

  /// From where the table has it to what Next has given; none where that is the same.
  std::optional<catalog::SourceProgress> Step() const;
  /// The step is in the table.
  void Settle(const catalog::SourceState& state) { from_ = state; }
  /// Next has given something.
  bool has_given() const { return has_given_; }
  /// At its end: a last line that is the beginning of a record, left for when it is whole.
  bool ends_unfinished() const { return ends_unfinished_; }

 private:
  Result<bool> Begin(decode::LineBlock* block);
  Result<bool> Read(decode::LineBlock* block);
  Result<bool> SkipLoaded(decode::LineBlock* block);
  Status CheckLoaded() const;
  Status SkipLineEnd(decode::LineBlock* block);
  void LeaveUnfinished(decode::LineBlock* block);
  void Take(decode::LineBlock* block, size_t size);
  std::unexpected<Error> Changed(std::string_view how) const;

  const std::string path_;
  const std::string uri_;
  const SourceReading& reading_;
  ReadProgress& progress_;
  const std::stop_token stop_;
  std::unique_ptr<decode::LineInput> input_;  // null at the end: many readers wait for a commit
  uint64_t size_bytes_ = 0;
  std::optional<catalog::SourceState> from_;
  uint32_t round_ = 1;
  int64_t first_seen_us_ = 0;
  uint64_t loaded_ = 0;        // bytes at the beginning that are not given out
  uint64_t position_ = 0;      // what Next has given, and before
  crypto::Sha256Stream hash_;  // of the bytes before position_
  bool is_begun_ = false;
  bool has_given_ = false;
  bool ends_unfinished_ = false;
};

}  // namespace tarn::load
