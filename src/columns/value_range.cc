#include "columns/value_range.h"

#include <algorithm>

namespace tarn::columns {

void BytesRange::AddSlowly(std::string_view value, uint64_t word) {
  const std::string_view kept = value.substr(0, kKept);
  const bool exact = value.size() <= kKept;
  AddMin(kept, exact, word);
  AddMax(kept, exact, word);
  any_ = true;
}

void BytesRange::AddMin(std::string_view kept, bool exact, uint64_t word) {
  const int order = any_ ? kept.compare(min()) : -1;
  if (order > 0) return;
  // Of values that begin alike, one that ends here is the smallest.
  min_exact_ = exact || (order == 0 && min_exact_);
  if (order == 0) return;
  std::ranges::copy(kept, min_.begin());
  min_size_ = static_cast<uint8_t>(kept.size());
  min_word_ = word;
}

void BytesRange::AddMax(std::string_view kept, bool exact, uint64_t word) {
  const int order = any_ ? kept.compare(max()) : 1;
  if (order < 0) return;
  // Of values that begin alike, one that goes on is the largest.
  max_exact_ = exact && (order > 0 || max_exact_);
  if (order == 0) return;
  std::ranges::copy(kept, max_.begin());
  max_size_ = static_cast<uint8_t>(kept.size());
  max_word_ = word;
}

void BytesRange::Merge(const BytesRange& other) {
  if (!other.any_) return;
  AddMin(other.min(), other.min_exact_, other.min_word_);
  AddMax(other.max(), other.max_exact_, other.max_word_);
  any_ = true;
}

void ValueRange::Merge(const ValueRange& other) {
  integer.Merge(other.integer);
  real.Merge(other.real);
  bytes.Merge(other.bytes);
  nan_count += other.nan_count;
}

}  // namespace tarn::columns
