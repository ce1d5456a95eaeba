// One JSON value to a variant column, shredded: what has the type that the column's values mostly
// have goes to leaves of that type, what has another to binary leaves beside them.
// source  Parquet format, VariantShredding.md
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "columns/row_slots.h"
#include "shape/json_document.h"
#include "shape/plan.h"
#include "shape/variant_value.h"

namespace tarn::shape {

/// Fills the leaves of variant columns. Every value fits.
/// Threads: one at a time.
class VariantFiller {
 public:
  /// Fill the open row of `slots`. The slots point into the document's record.
  ///
  /// in  value: also null; place: of a variant column
  void Fill(const JsonDocument& document, uint32_t value, Place* place, columns::RowSlots* slots);

  /// Memory that it keeps for the next value.
  size_t scratch_bytes() const;

 private:
  // A group is {value, typed_value}: the column itself, which has its metadata beside them, a
  // member of an object, or an element of a list.
  void FillGroup(Place* group, uint32_t value, uint8_t repetition);
  void FillMissing(const Place& group, uint8_t repetition);
  bool FillTyped(Place* group, Place* typed, uint32_t value, uint8_t repetition);
  bool FillNumber(const Place& typed, uint32_t value, uint8_t repetition);
  void FillText(const Place& typed, uint32_t value, uint8_t repetition);
  void FillObject(Place* group, Place* typed, uint32_t object, uint8_t repetition);
  void FillArray(Place* typed, uint32_t array, uint8_t repetition);

  void FillNull(const Place& place, int definition, uint8_t repetition);
  columns::Slot& SlotFor(const Place& place, uint8_t repetition);
  char* RoomFor(const Place& place, size_t bytes, uint8_t repetition);

  VariantValue value_;
  const JsonDocument* document_ = nullptr;
  columns::RowSlots* slots_ = nullptr;
  std::vector<uint32_t> others_;  // a stack: names of members that have no leaf of their own
  std::vector<uint32_t> repeated_;
};

}  // namespace tarn::shape
