// The values of a leaf one after another, whichever way they lie.
#pragma once

#include "columns/leaf_buffer.h"
#include "columns/leaf_values.h"

namespace tarn::columns {

/// Threads: one each.
class LeafReader {
 public:
  /// in  leaf: lent, and not appended to meanwhile
  explicit LeafReader(const LeafBuffer& leaf)
      : leaf_(leaf),
        physical_(leaf.leaf().physical),
        width_(ValueWidth(leaf.leaf())),
        codes_(leaf.has_dictionary() ? leaf.codes().data() : nullptr),
        at_(leaf.plain().data()) {}

  /// The next of leaf.values() values; its bytes stay the buffer's.
  Slot Next() {
    if (codes_ != nullptr) return leaf_.dictionary().slot(*codes_++);
    return TakePlain(physical_, width_, &at_);
  }

 private:
  const LeafBuffer& leaf_;
  Physical physical_;
  size_t width_;
  const uint32_t* codes_;
  const char* at_;
};

}  // namespace tarn::columns
