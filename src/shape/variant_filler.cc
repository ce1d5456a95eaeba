#include "shape/variant_filler.h"

#include <cstring>
#include <span>

#include "shape/convert_number.h"
#include "shape/object_members.h"
#include "shape/scratch.h"

namespace tarn::shape {

using columns::Slot;
using schema::TypeKind;

namespace {

/// Up to here every integer is a double.
constexpr int64_t kExactIntegerMax = int64_t{1} << 53;

size_t ValueIndex(const Place& group) { return group.is_variant ? 1 : 0; }

Place& ValueOf(Place& group) { return group.inner[ValueIndex(group)]; }

/// returns  nullptr where the group is not shredded
Place* TypedOf(Place& group) {
  const size_t at = ValueIndex(group) + 1;
  return at < group.inner.size() ? &group.inner[at] : nullptr;
}

}  // namespace

void VariantFiller::Fill(const JsonDocument& document, uint32_t value, Place* place,
                         columns::RowSlots* slots) {
  document_ = &document;
  slots_ = slots;
  const size_t values = document.after(value) - value;
  GiveBackScratch(values, &others_);
  GiveBackScratch(values, &repeated_);
  value_.Read(document, value);
  value_.names().WriteMetadata(RoomFor(place->inner[0], value_.names().metadata_bytes(), 0));
  FillGroup(place, value, 0);
}

size_t VariantFiller::scratch_bytes() const {
  return value_.scratch_bytes() + (others_.capacity() + repeated_.capacity()) * sizeof(uint32_t);
}

void VariantFiller::FillGroup(Place* group, uint32_t value, uint8_t repetition) {
  Place& binary = ValueOf(*group);
  Place* const typed = TypedOf(*group);
  if (typed != nullptr && FillTyped(group, typed, value, repetition)) return;
  value_.Write(value, RoomFor(binary, value_.Measure(value), repetition));
  if (typed != nullptr) FillNull(*typed, typed->node->definition - 1, repetition);
}

/// A member that its object lacks: neither value.
void VariantFiller::FillMissing(const Place& group, uint8_t repetition) {
  FillNull(group, group.node->definition, repetition);
}

/// returns  false where the value has another type: then nothing was written
bool VariantFiller::FillTyped(Place* group, Place* typed, uint32_t value, uint8_t repetition) {
  const JsonKind kind = document_->kind(value);
  if (typed->kind == TypeKind::kStruct) {
    if (kind != JsonKind::kObject) return false;
    FillObject(group, typed, value, repetition);
    return true;
  }
  switch (typed->kind) {
    case TypeKind::kList:
      if (kind != JsonKind::kArray) return false;
      FillArray(typed, value, repetition);
      break;
    case TypeKind::kString:
      if (kind != JsonKind::kString) return false;
      FillText(*typed, value, repetition);
      break;
    case TypeKind::kBoolean:
      if (kind != JsonKind::kTrue && kind != JsonKind::kFalse) return false;
      SlotFor(*typed, repetition).integer = kind == JsonKind::kTrue ? 1 : 0;
      break;
    default:
      if (!FillNumber(*typed, value, repetition)) return false;
  }
  Place& binary = ValueOf(*group);
  FillNull(binary, binary.node->definition - 1, repetition);
  return true;
}

/// A long takes integers, a double also the integers that it holds exactly: the number that is read
/// back is the same.
bool VariantFiller::FillNumber(const Place& typed, uint32_t value, uint8_t repetition) {
  const JsonKind kind = document_->kind(value);
  int64_t integer = 0;
  double real = 0;
  if (kind == JsonKind::kInteger) {
    if (ToInt64(document_->raw(value), &integer) != Fit::kFits) return false;
    if (typed.kind == TypeKind::kLong) {
      SlotFor(typed, repetition).integer = integer;
      return true;
    }
    if (integer < -kExactIntegerMax || integer > kExactIntegerMax) return false;
    real = static_cast<double>(integer);
  } else if (kind != JsonKind::kNumber || typed.kind != TypeKind::kDouble ||
             ToDouble(document_->raw(value), &real) != Fit::kFits) {
    return false;
  }
  SlotFor(typed, repetition).real = real;
  return true;
}

void VariantFiller::FillText(const Place& typed, uint32_t value, uint8_t repetition) {
  const std::string_view text = document_->text(value);
  if (document_->at(value).escaped) {  // the reader's memory: it does not last
    std::memcpy(RoomFor(typed, text.size(), repetition), text.data(), text.size());
    return;
  }
  Slot& slot = SlotFor(typed, repetition);
  slot.bytes = text.data();
  slot.length = static_cast<uint32_t>(text.size());
}

/// The members that have leaves there, all others together in the group's value.
void VariantFiller::FillObject(Place* group, Place* typed, uint32_t object, uint8_t repetition) {
  const size_t from = others_.size();
  FindMembers(*document_, object, &typed->names, &typed->members, &others_, &repeated_);
  Place& binary = ValueOf(*group);
  if (others_.size() == from) {
    FillNull(binary, binary.node->definition - 1, repetition);
  } else {
    const size_t bytes = value_.MeasureMembers(&others_, from);
    value_.WriteMembers(std::span(others_).subspan(from), bytes,
                        RoomFor(binary, bytes, repetition));
    others_.resize(from);
  }
  for (size_t i = 0; i < typed->inner.size(); ++i) {
    const uint32_t name = typed->members[i];
    if (name == 0) {
      FillMissing(typed->inner[i], repetition);
    } else {
      FillGroup(&typed->inner[i], name + 1, repetition);
    }
  }
}

void VariantFiller::FillArray(Place* typed, uint32_t array, uint8_t repetition) {
  const uint32_t end = document_->after(array);
  if (end == array + 1) return FillNull(*typed, typed->node->definition, repetition);
  for (uint32_t element = array + 1; element < end; element = document_->after(element)) {
    FillGroup(&typed->inner[0], element, repetition);
    repetition = typed->node->repetition;
  }
}

/// in  definition: the level at which what is present above ends
void VariantFiller::FillNull(const Place& place, int definition, uint8_t repetition) {
  const auto level = static_cast<uint8_t>(definition);
  if (!place.repeated) return slots_->SetNull(*place.node, level);
  const int end = place.node->first_leaf + place.node->leaf_count;
  for (int leaf = place.node->first_leaf; leaf < end; ++leaf) {
    slots_->Push(leaf, level, repetition);
  }
}

Slot& VariantFiller::SlotFor(const Place& place, uint8_t repetition) {
  const columns::Node& node = *place.node;
  return place.repeated ? slots_->Push(node.first_leaf, node.definition, repetition)
                        : slots_->Set(node.first_leaf, node.definition);
}

/// Set a place of bytes. returns  where they are to be written
char* VariantFiller::RoomFor(const Place& place, size_t bytes, uint8_t repetition) {
  char* const room = slots_->Allocate(bytes);
  Slot& slot = SlotFor(place, repetition);
  slot.bytes = room;
  slot.length = static_cast<uint32_t>(bytes);
  return room;
}

}  // namespace tarn::shape
