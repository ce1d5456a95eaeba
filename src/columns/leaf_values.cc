#include "columns/leaf_values.h"

#include <cmath>

namespace tarn::columns {

namespace {

template <class T, class Range>
void AddNumbers(const char* at, size_t count, Range* range) {
  ValueRange::Numbers<T> own;
  for (size_t i = 0; i < count; ++i) own.Add(LoadLe<T>(at + i * sizeof(T)));
  if (!own.any()) return;
  range->Add(own.min);
  range->Add(own.max);
}

template <class T>
void AddReals(const char* at, size_t count, ValueRange* range) {
  AddNumbers<T>(at, count, &range->real);
  for (size_t i = 0; i < count; ++i) {
    const T value = LoadLe<T>(at + i * sizeof(T));
    range->nan_count += std::isnan(value) ? 1 : 0;
  }
}

}  // namespace

bool IsSignedBytes(const Leaf& leaf) {
  return leaf.physical == Physical::kFixed && leaf.type.kind == schema::TypeKind::kDecimal;
}

void AddToRange(const Leaf& leaf, const Slot& slot, ValueRange* range) {
  if (leaf.physical == Physical::kFloat) {
    range->real.Add(static_cast<float>(slot.real));  // as it is stored
  } else if (leaf.physical == Physical::kDouble) {
    range->real.Add(slot.real);
  } else if (!IsBytes(leaf.physical)) {
    range->integer.Add(slot.integer);
  } else if (IsSignedBytes(leaf)) {
    char turned[16];
    std::memcpy(turned, slot.bytes, slot.length);
    turned[0] = static_cast<char>(turned[0] ^ '\x80');
    range->bytes.Add(turned, slot.length);
  } else {
    range->bytes.Add(slot.bytes, slot.length);
  }
}

void AddNumbersToRange(Physical physical, const char* at, size_t count, ValueRange* range) {
  switch (physical) {
    case Physical::kBoolean:
      return AddNumbers<int8_t>(at, count, &range->integer);
    case Physical::kInt32:
      return AddNumbers<int32_t>(at, count, &range->integer);
    case Physical::kInt64:
      return AddNumbers<int64_t>(at, count, &range->integer);
    case Physical::kFloat:
      return AddReals<float>(at, count, range);
    case Physical::kDouble:
      return AddReals<double>(at, count, range);
    case Physical::kBytes:
    case Physical::kFixed:
      break;
  }
  INVARIANT(false, "bytes are no numbers");
}

}  // namespace tarn::columns
