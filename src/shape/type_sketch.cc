#include "shape/type_sketch.h"

#include <algorithm>
#include <utility>

#include "shape/convert_number.h"
#include "shape/object_members.h"

namespace tarn::shape {

namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;
using Kind = TypeSketch::Kind;

Field Optional(std::string name, Type type) {
  return {.name = std::move(name), .required = false, .type = std::move(type)};
}

TypeSketch Primitive(Kind kind) {
  TypeSketch sketch;
  sketch.kind = kind;
  return sketch;
}

Kind KindOfNumber(const JsonDocument& document, uint32_t value) {
  int64_t whole = 0;
  double real = 0;
  if (document.kind(value) == JsonKind::kInteger) {
    return ToInt64(document.raw(value), &whole) == Fit::kFits ? Kind::kLong : Kind::kNothing;
  }
  return ToDouble(document.raw(value), &real) == Fit::kFits ? Kind::kDouble : Kind::kNothing;
}

/// The members that say something, each name's last; names that differ only by case: the first.
TypeSketch SketchObject(const JsonDocument& document, uint32_t object, ColumnRoom room) {
  TypeSketch sketch;
  std::vector<uint32_t> names;
  std::vector<uint32_t> dropped;
  AppendMembers(document, object, &names, &dropped);
  for (const uint32_t name : names) {
    if (room.is_none()) break;
    const std::string_view text = document.text(name);
    if (!IsColumnName(text)) continue;
    TypeSketch inner = SketchValue(document, name + 1, room);
    if (inner.kind == Kind::kNothing) continue;  // nor looked for among the others: nulls are many
    MergeMember(text, std::move(inner), &sketch, &room);
  }
  return sketch;
}

/// All elements together; kNothing where they clash, since such a list fits no column of lists.
TypeSketch SketchArray(const JsonDocument& document, uint32_t array, ColumnRoom room) {
  TypeSketch element;
  ColumnRoom left = room;
  for (uint32_t value = array + 1; value < document.after(array); value = document.after(value)) {
    TypeSketch next = SketchValue(document, value, room);  // it clashes whatever is left
    if (!MergeSketch(std::move(next), &element, &left)) return {};
  }
  TypeSketch sketch;
  if (element.kind == Kind::kNothing) return sketch;
  sketch.kind = Kind::kList;
  sketch.element.push_back(std::move(element));
  return sketch;
}

}  // namespace

void ColumnRoom::Take(ColumnRoom needed) {
  leaves -= needed.leaves;
  fields -= needed.fields;
}

ColumnRoom TypeSketch::needs() const {
  ColumnRoom sum;
  const auto add = [&sum](const TypeSketch& inner) {
    const ColumnRoom needed = inner.needs();
    sum.leaves += needed.leaves;
    sum.fields += needed.fields + 1;
  };
  for (const Member& member : members) add(member.sketch);
  for (const TypeSketch& inner : element) add(inner);
  if (kind != Kind::kNothing && kind != Kind::kStruct && kind != Kind::kList) sum.leaves = 1;
  return sum;
}

void TypeSketch::Settle() {
  is_settled = true;
  for (Member& member : members) member.sketch.Settle();
  for (TypeSketch& inner : element) inner.Settle();
}

Type TypeSketch::ToType() const {
  switch (kind) {
    case Kind::kBoolean:
      return Type::Of(TypeKind::kBoolean);
    case Kind::kLong:
      return Type::Of(TypeKind::kLong);
    case Kind::kDouble:
      return Type::Of(TypeKind::kDouble);
    case Kind::kList:
      return Type::List(Optional("element", element[0].ToType()));
    case Kind::kStruct: {
      std::vector<Field> fields;
      for (const Member& member : members) {
        fields.push_back(Optional(member.name, member.sketch.ToType()));
      }
      return Type::Struct(std::move(fields));
    }
    default:
      return Type::Of(TypeKind::kString);
  }
}

TypeSketch SketchValue(const JsonDocument& document, uint32_t value, ColumnRoom room) {
  if (room.is_none()) return {};
  switch (document.kind(value)) {
    case JsonKind::kNull:
      return {};
    case JsonKind::kFalse:
    case JsonKind::kTrue:
      return Primitive(Kind::kBoolean);
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return Primitive(KindOfNumber(document, value));
    case JsonKind::kString:
      return Primitive(Kind::kString);
    case JsonKind::kArray:
      return SketchArray(document, value, room);
    case JsonKind::kObject:
      return SketchObject(document, value, room);
  }
  return {};
}

bool MergeSketch(TypeSketch from, TypeSketch* into, ColumnRoom* room) {
  if (from.kind == Kind::kNothing) return true;
  if (into->kind == Kind::kNothing) {
    const ColumnRoom needed = from.needs();
    if (!room->Has(needed)) return true;
    room->Take(needed);
    *into = std::move(from);
    return true;
  }
  if (from.kind == Kind::kLong && into->kind == Kind::kDouble) return true;
  if (from.kind == Kind::kDouble && into->kind == Kind::kLong && !into->is_settled) {
    into->kind = Kind::kDouble;
    return true;
  }
  if (from.kind != into->kind) return false;
  if (from.kind == Kind::kList) {
    return MergeSketch(std::move(from.element[0]), &into->element[0], room);
  }
  for (TypeSketch::Member& member : from.members) {
    MergeMember(member.name, std::move(member.sketch), into, room);
  }
  return true;
}

void MergeMember(std::string_view name, TypeSketch sketch, TypeSketch* into, ColumnRoom* room) {
  const auto known = std::ranges::find(into->members, name, &TypeSketch::Member::name);
  if (known != into->members.end()) {
    // Where the two clash, the first stays.
    MergeSketch(std::move(sketch), &known->sketch, room);
    return;
  }
  ColumnRoom needed = sketch.needs();
  ++needed.fields;
  if (needed.leaves == 0 || !room->Has(needed)) return;
  if (!into->folded.insert(schema::FoldCase(name)).second) return;
  room->Take(needed);
  into->kind = Kind::kStruct;
  into->members.push_back({std::string(name), std::move(sketch)});
}

bool DecidesType(const JsonDocument& document, uint32_t value) {
  return SketchValue(document, value, {schema::kColumnsMax, schema::kFieldsMax}).kind !=
         Kind::kNothing;
}

bool IsColumnName(std::string_view name) {
  const Field field = Optional(std::string(name), Type::Of(TypeKind::kString));
  return schema::CheckColumns({field}).has_value();
}

}  // namespace tarn::shape
