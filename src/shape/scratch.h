// Memory that is filled anew for each record.
#pragma once

#include <cstddef>
#include <vector>

namespace tarn::shape {

/// Of a vector, for how many elements memory is kept from one record to the next.
inline constexpr size_t kScratchElementsKept = 65'536;

/// Give the memory of an earlier, large record back where this one is small. A vector that has
/// grown for records of up to kScratchElementsKept has less than twice that, and keeps it.
///
/// in  elements_max: that this record may need; scratch: nothing in it is needed any more
template <class T>
void GiveBackScratch(size_t elements_max, std::vector<T>* scratch) {
  if (scratch->capacity() <= 2 * kScratchElementsKept) return;
  if (elements_max <= kScratchElementsKept) *scratch = std::vector<T>();
}

}  // namespace tarn::shape
