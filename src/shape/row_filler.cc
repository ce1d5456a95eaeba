#include "shape/row_filler.h"

#include <algorithm>
#include <cstring>

#include "shape/object_members.h"
#include "shape/type_sketch.h"
#include "shape/unknown_member.h"

namespace tarn::shape {

using columns::Slot;
using schema::RejectReason;
using schema::TypeKind;

namespace {

RejectReason ReasonOf(Fit fit) {
  switch (fit) {
    case Fit::kOutOfRange:
      return RejectReason::kOutOfRange;
    case Fit::kMissingRequired:
      return RejectReason::kMissingRequired;
    default:
      return RejectReason::kWrongType;
  }
}

std::string_view WhyOf(Fit fit) { return fit == Fit::kOutOfRange ? "out_of_range" : "type_clash"; }

}  // namespace

std::optional<Misfit> RowFiller::Fill(const JsonDocument& document,
                                      const schema::RecordView& record, columns::RowSlots* slots) {
  document_ = &document;
  slots_ = slots;
  slots_->BeginRow();
  rest_.Start();
  const Fit fit = FillColumns(record);
  if (fit == Fit::kFits) {
    slots_->EndRow();
    counter_.Keep();
    return std::nullopt;
  }
  slots_->AbandonRow();
  counter_.Drop();
  return Misfit{ReasonOf(fit), note_.path(), note_.message()};
}

// Columns.

Fit RowFiller::FillColumns(const schema::RecordView& record) {
  std::fill(plan_.kept_in_rest.begin(), plan_.kept_in_rest.end(), false);
  FindMembers(*document_, 0, &plan_.names, &plan_.members, &names_, &dropped_);
  KeepOthers(0, plan_.names);
  for (Column& column : plan_.columns) {
    switch (column.feed) {
      case ColumnFeed::kMember:
        if (const Fit fit = FillFromMember(&column, record); fit != Fit::kFits) return fit;
        break;
      case ColumnFeed::kReceivedAt:
        SlotFor(column.place, 0).integer = record.received_at_us;
        break;
      case ColumnFeed::kRecordId:
        WriteText(column.place, schema::RecordIdText(shaping_.node_id, record.lsn));
        break;
      case ColumnFeed::kRest:
        break;  // below, once it is known what is left
    }
  }
  const std::string_view kept = rest_.Finish();
  if (!kept.empty()) WriteText(plan_.columns[*plan_.rest_column].place, kept);
  return Fit::kFits;
}

Fit RowFiller::FillFromMember(Column* column, const schema::RecordView& record) {
  const auto member = static_cast<size_t>(column->member);
  const uint32_t name = plan_.members[member];
  const bool is_null = name != 0 && document_->is_null(name + 1);
  if (name == 0 || (is_null && !column->place.is_variant)) return FillAbsent(*column, record);
  const bool is_text = column->is_json_text && document_->kind(name + 1) == JsonKind::kString;
  const Fit fit =
      is_text ? FillFromText(&column->place, name) : FillIfFits(&column->place, name, 0);
  if (fit == Fit::kFits) return fit;
  if (!shaping_.inferred) {
    note_.AtMember(plan_.names.name(column->member));
    return fit;
  }
  if (column->place.required && !column->has_default()) return RefuseRequired(*column, name, fit);
  if (!plan_.kept_in_rest[member]) Keep(name, WhyOf(fit));
  plan_.kept_in_rest[member] = true;
  return FillAbsent(*column, record);
}

/// Fill a struct from the object that a member's text holds, or write nothing where it holds none.
Fit RowFiller::FillFromText(Place* place, uint32_t name) {
  const JsonDocument& outer = *document_;
  std::string_view text = outer.text(name + 1);
  if (outer.at(name + 1).escaped) text = {CopyOf(text), text.size()};  // slots will point into it
  const JsonDocument* const inner = text_reader_.Read(text, kLevelsAboveJsonText);
  if (inner == nullptr) return note_.FoundText(outer, name + 1);
  if (shaping_.inferred && place->must_check) {
    const Fit fit = fit_check_.Check(*inner, 0, place);
    if (fit != Fit::kFits) return fit;
  }
  rest_.EnterMember(outer.raw(name));
  counter_.EnterMember(outer.text(name));
  document_ = inner;
  const Fit fit = FillStruct(place, 0, 0);
  document_ = &outer;
  rest_.Leave();
  counter_.Leave();
  return fit;
}

/// The member is missing, null, or did not fit. A slot that is not written is null.
Fit RowFiller::FillAbsent(const Column& column, const schema::RecordView& record) {
  if (column.default_is_received_at) {
    SlotFor(column.place, 0).integer = record.received_at_us;
  } else if (column.default_value && column.place.leaf != nullptr) {
    scalar_.Take(*column.default_value, *column.place.leaf);
    Write(column.place, 0);
  } else if (column.place.required) {
    return RefuseRequired(column, 0, Fit::kMissingRequired);
  }
  return Fit::kFits;
}

/// A required column cannot be filled: a reject in every stream.
///
/// in  name: of the member that does not fit; 0 where there is none
Fit RowFiller::RefuseRequired(const Column& column, uint32_t name, Fit fit) {
  note_.set_silent(false);
  if (name == 0 || fit == Fit::kMissingRequired) {
    note_.Missing();
  } else if (column.is_json_text && document_->kind(name + 1) == JsonKind::kString &&
             text_reader_.Read(document_->text(name + 1), kLevelsAboveJsonText) == nullptr) {
    note_.FoundText(*document_, name + 1);
  } else {
    note_.Found(*document_, name + 1, *column.place.type, fit);
  }
  note_.AtMember(plan_.names.name(column.member));
  note_.set_silent(shaping_.inferred);
  return fit;
}

// Values.

/// Fill a place from a member whose value is not null, or write nothing.
Fit RowFiller::FillIfFits(Place* place, uint32_t name, uint8_t repetition) {
  if (shaping_.inferred && place->must_check) {
    const Fit fit = fit_check_.Check(*document_, name + 1, place);
    if (fit != Fit::kFits) return fit;
  }
  if (!place->has_objects) return FillValue(place, name + 1, repetition);
  rest_.EnterMember(document_->raw(name));
  counter_.EnterMember(document_->text(name));
  const Fit fit = FillValue(place, name + 1, repetition);
  rest_.Leave();
  counter_.Leave();
  return fit;
}

Fit RowFiller::FillValue(Place* place, uint32_t value, uint8_t repetition) {
  if (place->is_variant) {
    variant_.Fill(*document_, value, place, slots_);
    return Fit::kFits;
  }
  switch (place->kind) {
    case TypeKind::kStruct:
      return FillStruct(place, value, repetition);
    case TypeKind::kList:
      return FillList(place, value, repetition);
    case TypeKind::kMap:
      return FillMap(place, value, repetition);
    default:
      return FillScalar(*place, value, repetition);
  }
}

Fit RowFiller::FillScalar(const Place& place, uint32_t value, uint8_t repetition) {
  const Fit fit = scalar_.Read(*document_, value, place);
  if (fit != Fit::kFits) return note_.Found(*document_, value, *place.type, fit);
  Write(place, repetition);
  return fit;
}

Fit RowFiller::FillStruct(Place* place, uint32_t object, uint8_t repetition) {
  if (document_->kind(object) != JsonKind::kObject) {
    return note_.Found(*document_, object, *place->type, Fit::kWrongType);
  }
  const size_t from = names_.size();
  FindMembers(*document_, object, &place->names, &place->members, &names_, &dropped_);
  KeepOthers(from, place->names);
  for (size_t i = 0; i < place->inner.size(); ++i) {
    const Fit fit = FillMember(&place->inner[i], place->members[i], repetition);
    if (fit == Fit::kFits) continue;
    note_.AtMember(place->inner[i].node->name);
    return fit;
  }
  return Fit::kFits;
}

/// in  name: the member's; 0 where it is missing
Fit RowFiller::FillMember(Place* place, uint32_t name, uint8_t repetition) {
  if (name == 0 || document_->is_null(name + 1)) {
    if (place->required) return note_.Missing();
    FillNull(*place, place->node->definition - 1, repetition);
    return Fit::kFits;
  }
  const Fit fit = FillIfFits(place, name, repetition);
  if (fit == Fit::kFits || !shaping_.inferred || place->required) return fit;
  FillNull(*place, place->node->definition - 1, repetition);
  Keep(name, WhyOf(fit));
  return Fit::kFits;
}

Fit RowFiller::FillList(Place* place, uint32_t array, uint8_t repetition) {
  if (document_->kind(array) != JsonKind::kArray) {
    return note_.Found(*document_, array, *place->type, Fit::kWrongType);
  }
  const uint32_t end = document_->after(array);
  uint32_t index = 0;
  for (uint32_t value = array + 1; value < end; value = document_->after(value), ++index) {
    const uint8_t level = index == 0 ? repetition : place->node->repetition;
    const Fit fit = FillElement(&place->inner[0], value, index, level);
    if (fit == Fit::kFits) continue;
    note_.AtElement(index);
    return fit;
  }
  if (index == 0) FillNull(*place, place->node->definition, repetition);
  return Fit::kFits;
}

Fit RowFiller::FillElement(Place* place, uint32_t value, uint32_t index, uint8_t repetition) {
  if (document_->is_null(value)) {
    if (place->required) return note_.Missing();
    FillNull(*place, place->node->definition - 1, repetition);
    return Fit::kFits;
  }
  if (!place->has_objects) return FillValue(place, value, repetition);
  rest_.EnterElement(index);
  counter_.EnterElement();
  const Fit fit = FillValue(place, value, repetition);
  rest_.Leave();
  counter_.Leave();
  return fit;
}

Fit RowFiller::FillMap(Place* place, uint32_t object, uint8_t repetition) {
  if (document_->kind(object) != JsonKind::kObject || place->inner[0].kind != TypeKind::kString) {
    return note_.Found(*document_, object, *place->type, Fit::kWrongType);
  }
  const size_t from = names_.size();
  AppendMembers(*document_, object, &names_, &dropped_);
  for (size_t i = 0; i < dropped_.size(); ++i) counter_.Count("*", "duplicate_key");
  const size_t to = names_.size();
  Fit fit = Fit::kFits;
  for (size_t i = from; i < to && fit == Fit::kFits; ++i) {
    fit = FillEntry(place, names_[i], i == from ? repetition : place->node->repetition);
    if (fit != Fit::kFits) note_.AtMember(document_->text(names_[i]));
  }
  if (from == to) FillNull(*place, place->node->definition, repetition);
  names_.resize(from);
  return fit;
}

Fit RowFiller::FillEntry(Place* place, uint32_t name, uint8_t repetition) {
  scalar_.Read(*document_, name, place->inner[0]);  // a string takes any name
  Write(place->inner[0], repetition);
  Place& value = place->inner[1];
  if (document_->is_null(name + 1)) {
    if (value.required) return note_.Missing();
    FillNull(value, value.node->definition - 1, repetition);
    return Fit::kFits;
  }
  if (!value.has_objects) return FillValue(&value, name + 1, repetition);
  rest_.EnterMember(document_->raw(name));
  counter_.EnterMapValue();
  const Fit fit = FillValue(&value, name + 1, repetition);
  rest_.Leave();
  counter_.Leave();
  return fit;
}

/// in  definition: the level at which what is present above ends
void RowFiller::FillNull(const Place& place, int definition, uint8_t repetition) {
  const auto level = static_cast<uint8_t>(definition);
  if (!place.repeated) {
    slots_->SetNull(*place.node, level);
    return;
  }
  const int end = place.node->first_leaf + place.node->leaf_count;
  for (int leaf = place.node->first_leaf; leaf < end; ++leaf) {
    slots_->Push(leaf, level, repetition);
  }
}

// Members without a column.

/// Keep what FindMembers put onto the stack from `from` on, and take it off; count what was
/// repeated.
///
/// in  names: of the members of the same object that have a place
void RowFiller::KeepOthers(size_t from, const MemberNames& names) {
  CountDropped();
  if (names_.size() == from) return;
  DropEarlierDuplicates(*document_, from, &names_, &dropped_);
  CountDropped();
  for (size_t i = from; i < names_.size(); ++i) {
    const uint32_t name = names_[i];
    if (shaping_.inferred && document_->is_null(name + 1)) continue;
    Keep(name, WhyUnknown(name, names));
  }
  names_.resize(from);
}

std::string_view RowFiller::WhyUnknown(uint32_t name, const MemberNames& names) const {
  const std::string_view why = WhyByName(document_->text(name), names, shaping_, plan_);
  return !why.empty() ? why : WhyByValue(DecidesType(*document_, name + 1), plan_);
}

void RowFiller::Keep(uint32_t name, std::string_view why) {
  if (plan_.rest_column) rest_.Add(document_->raw(name), document_->raw(name + 1));
  counter_.Count(document_->text(name), why);
}

void RowFiller::CountDropped() {
  for (const uint32_t name : dropped_) counter_.Count(document_->text(name), "duplicate_key");
}

// Slots.

Slot& RowFiller::SlotFor(const Place& place, uint8_t repetition) {
  const columns::Node& node = *place.node;
  return place.repeated ? slots_->Push(node.first_leaf, node.definition, repetition)
                        : slots_->Set(node.first_leaf, node.definition);
}

/// Write what the scalar reader holds.
void RowFiller::Write(const Place& place, uint8_t repetition) {
  Slot slot = scalar_.slot();
  if (!scalar_.is_lasting()) slot.bytes = CopyOf({slot.bytes, slot.length});
  SlotFor(place, repetition) = slot;
}

void RowFiller::WriteText(const Place& place, std::string_view text) {
  Slot& slot = SlotFor(place, 0);
  slot.bytes = CopyOf(text);
  slot.length = static_cast<uint32_t>(text.size());
}

/// returns  the same bytes, as lasting as the slots
const char* RowFiller::CopyOf(std::string_view bytes) {
  if (bytes.empty()) return "";
  char* const copy = slots_->Allocate(bytes.size());
  std::memcpy(copy, bytes.data(), bytes.size());
  return copy;
}

}  // namespace tarn::shape
