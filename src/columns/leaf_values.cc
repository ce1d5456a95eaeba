#include "columns/leaf_values.h"

namespace tarn::columns {

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

}  // namespace tarn::columns
