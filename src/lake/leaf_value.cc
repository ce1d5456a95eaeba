#include "lake/leaf_value.h"

#include "columns/leaf_values.h"

namespace tarn::lake {

namespace {

using schema::Int128;
using schema::TypeKind;

Int128 FromBigEndian(std::string_view bytes) {
  Int128 value = (bytes[0] & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

schema::Value ToValue(const columns::Leaf& leaf, const columns::Slot& slot) {
  const bool is_bytes = columns::IsBytes(leaf.physical);
  switch (leaf.type.kind) {
    case TypeKind::kBoolean:
      return slot.integer != 0;
    case TypeKind::kInt:
    case TypeKind::kDate:
      return static_cast<int32_t>(slot.integer);
    case TypeKind::kFloat:
      return static_cast<float>(slot.real);
    case TypeKind::kDouble:
      return slot.real;
    case TypeKind::kDecimal:
      return is_bytes ? FromBigEndian({slot.bytes, slot.length}) : Int128{slot.integer};
    default:
      if (is_bytes) return std::string(slot.bytes, slot.length);
      return slot.integer;
  }
}

}  // namespace tarn::lake
