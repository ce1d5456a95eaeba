#include "shape/column_inference.h"

#include <algorithm>
#include <utility>

#include "shape/object_members.h"

namespace tarn::shape {

namespace {

using schema::Field;
using schema::TypeKind;

Field NewField(const TypeSketch::Member& member) {
  return {.name = member.name, .required = false, .type = member.sketch.ToType()};
}

}  // namespace

bool ColumnInference::Growth::is_empty() const {
  return added.members.empty() &&
         std::ranges::all_of(inside, [](const auto& deeper) { return deeper.second.is_empty(); });
}

void ColumnInference::Growth::Settle() {
  added.Settle();
  for (auto& [index, growth] : inside) growth.Settle();
}

void ColumnInference::Growth::Apply(schema::Type* type) const {
  for (const auto& [index, growth] : inside) growth.Apply(&type->fields[index].type);
  for (const TypeSketch::Member& member : added.members) type->fields.push_back(NewField(member));
}

ColumnInference::ColumnInference(RowPlan* plan) : plan_(*plan), note_(true), fit_check_(&note_) {
  const size_t leaves = plan_.layout->leaves().size();
  room_.leaves = schema::kColumnsMax - std::min(leaves, schema::kColumnsMax);
  room_.fields = schema::kFieldsMax - std::min(plan_.fields, schema::kFieldsMax);
  for (size_t i = 0; i < plan_.columns.size(); ++i) {
    const Column& column = plan_.columns[i];
    if (column.feed == ColumnFeed::kMember && column.place.has_objects) growing_.push_back(i);
  }
}

void ColumnInference::Observe(const JsonDocument& document) {
  if (room_.is_none()) return;
  ObserveRecord(document);
  Pass();
}

void ColumnInference::Pass() {
  if (++observed_ % kTogether == 0) record_.Settle();
}

void ColumnInference::ObserveRecord(const JsonDocument& document) {
  FindMembers(document, 0, &plan_.names, &plan_.members, &names_, &dropped_);
  ObserveNew(document, 0, nullptr, &record_);
  for (const size_t index : growing_) {
    Column& column = plan_.columns[index];
    const uint32_t name = plan_.members[static_cast<size_t>(column.member)];
    if (name != 0) ObserveColumn(document, name + 1, &column, &record_.inside[index]);
  }
}

void ColumnInference::ObserveColumn(const JsonDocument& document, uint32_t value, Column* column,
                                    Growth* growth) {
  if (!column->is_json_text || document.kind(value) != JsonKind::kString) {
    ObserveMember(document, value, &column->place, growth);
    return;
  }
  const JsonDocument* const inner = text_reader_.Read(document.text(value), kLevelsAboveJsonText);
  if (inner != nullptr) ObserveMember(*inner, 0, &column->place, growth);
}

/// A list or map that does not fit goes to _rest whole: what is in it adds no members.
void ColumnInference::ObserveMember(const JsonDocument& document, uint32_t value, Place* place,
                                    Growth* growth) {
  if (document.is_null(value)) return;
  if (place->must_check && fit_check_.Check(document, value, place) != Fit::kFits) return;
  ObserveInside(document, value, place, growth);
}

void ColumnInference::ObserveInside(const JsonDocument& document, uint32_t value, Place* place,
                                    Growth* growth) {
  const JsonKind kind = document.kind(value);
  if (place->kind == TypeKind::kStruct && kind == JsonKind::kObject) {
    ObserveStruct(document, value, place, growth);
  } else if (place->kind == TypeKind::kList && kind == JsonKind::kArray) {
    if (!place->inner[0].has_objects) return;
    for (uint32_t element = value + 1; element < document.after(value);
         element = document.after(element)) {
      ObserveInside(document, element, &place->inner[0], &growth->inside[0]);
    }
  } else if (place->kind == TypeKind::kMap && kind == JsonKind::kObject) {
    if (!place->inner[1].has_objects) return;
    for (uint32_t name = value + 1; name < document.after(value); name = document.after(name + 1)) {
      ObserveInside(document, name + 1, &place->inner[1], &growth->inside[1]);
    }
  }
}

void ColumnInference::ObserveStruct(const JsonDocument& document, uint32_t object, Place* place,
                                    Growth* growth) {
  const size_t from = names_.size();
  FindMembers(document, object, &place->names, &place->members, &names_, &dropped_);
  ObserveNew(document, from, place, growth);
  for (size_t i = 0; i < place->inner.size(); ++i) {
    const uint32_t name = place->members[i];
    if (name == 0 || !place->inner[i].has_objects) continue;
    ObserveMember(document, name + 1, &place->inner[i], &growth->inside[i]);
  }
}

/// Look at the members that have no place: those on the stack from `from` on, which are taken off.
///
/// in  place: that they are new in; nullptr for the record itself
void ColumnInference::ObserveNew(const JsonDocument& document, size_t from, const Place* place,
                                 Growth* growth) {
  if (names_.size() == from) return;
  DropEarlierDuplicates(document, from, &names_, &dropped_);
  for (size_t i = from; i < names_.size() && !room_.is_none(); ++i) {
    const std::string_view name = document.text(names_[i]);
    TypeSketch sketch = SketchValue(document, names_[i] + 1, room_);
    if (sketch.kind == TypeSketch::Kind::kNothing || !IsColumnName(name)) continue;
    const bool is_allowed =
        place == nullptr ? MayBeColumn(name) : !place->names.HasFolded(schema::FoldCase(name));
    if (is_allowed) MergeMember(name, std::move(sketch), &growth->added, &room_);
  }
  names_.resize(from);
}

bool ColumnInference::MayBeColumn(std::string_view name) const {
  const std::string folded = schema::FoldCase(name);
  return !schema::IsReservedColumn(name) &&
         !std::ranges::contains(plan_.folded_partitions, folded) && !plan_.HasColumn(folded);
}

std::vector<Field> ColumnInference::Missing() const {
  std::vector<Field> missing;
  const std::vector<Field>& fields = plan_.layout->schema().fields;
  for (const auto& [index, growth] : record_.inside) {
    if (growth.is_empty()) continue;
    missing.push_back(fields[index]);
    growth.Apply(&missing.back().type);
  }
  for (const TypeSketch::Member& member : record_.added.members) {
    missing.push_back(NewField(member));
  }
  return missing;
}

}  // namespace tarn::shape
