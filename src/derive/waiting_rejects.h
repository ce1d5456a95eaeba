// Records that were no rows, on their way to the batch of a rejects table: bounded by their count,
// and by their bytes, since one may be as long as a record can be.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/units.h"
#include "schema/record.h"

namespace tarn::derive {

inline constexpr size_t kWaitingRejectsMax = 1024;
inline constexpr size_t kWaitingRejectBytesMax = 8 * kMiB;

/// Threads: one at a time.
class WaitingRejects {
 public:
  void Add(schema::Reject reject) {
    bytes_ += reject.raw.size() + reject.path.size() + reject.message.size();
    rejects_.push_back(std::move(reject));
  }
  void Clear() {
    rejects_.clear();
    bytes_ = 0;
  }

  bool is_full() const {
    return rejects_.size() >= kWaitingRejectsMax || bytes_ >= kWaitingRejectBytesMax;
  }
  std::span<const schema::Reject> rejects() const { return rejects_; }

 private:
  std::vector<schema::Reject> rejects_;
  size_t bytes_ = 0;
};

}  // namespace tarn::derive
