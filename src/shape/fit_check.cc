#include "shape/fit_check.h"

#include "shape/object_members.h"

namespace tarn::shape {

using schema::TypeKind;

Fit FitCheck::Check(const JsonDocument& document, uint32_t value, Place* place) {
  switch (place->kind) {
    case TypeKind::kStruct:
      return CheckStruct(document, value, place);
    case TypeKind::kList:
      return CheckList(document, value, place);
    case TypeKind::kMap:
      return CheckMap(document, value, place);
    default: {
      const Fit fit = scalar_.Read(document, value, *place);
      return fit == Fit::kFits ? fit : note_.Found(document, value, *place->type, fit);
    }
  }
}

Fit FitCheck::CheckStruct(const JsonDocument& document, uint32_t object, Place* place) {
  if (document.kind(object) != JsonKind::kObject) {
    return note_.Found(document, object, *place->type, Fit::kWrongType);
  }
  if (!place->must_check) return Fit::kFits;
  const size_t from = names_.size();
  FindMembers(document, object, &place->names, &place->members, &names_, &dropped_);
  names_.resize(from);
  for (size_t i = 0; i < place->inner.size(); ++i) {
    if (!place->inner[i].required) continue;
    const uint32_t name = place->members[i];
    const Fit fit = name == 0 ? note_.Missing() : CheckInner(document, name + 1, &place->inner[i]);
    if (fit == Fit::kFits) continue;
    note_.AtMember(place->inner[i].node->name);
    return fit;
  }
  return Fit::kFits;
}

Fit FitCheck::CheckList(const JsonDocument& document, uint32_t array, Place* place) {
  if (document.kind(array) != JsonKind::kArray) {
    return note_.Found(document, array, *place->type, Fit::kWrongType);
  }
  uint32_t index = 0;
  for (uint32_t value = array + 1; value < document.after(array);
       value = document.after(value), ++index) {
    const Fit fit = CheckInner(document, value, &place->inner[0]);
    if (fit == Fit::kFits) continue;
    note_.AtElement(index);
    return fit;
  }
  return Fit::kFits;
}

Fit FitCheck::CheckMap(const JsonDocument& document, uint32_t object, Place* place) {
  if (document.kind(object) != JsonKind::kObject || place->inner[0].kind != TypeKind::kString) {
    return note_.Found(document, object, *place->type, Fit::kWrongType);
  }
  const size_t from = names_.size();
  AppendMembers(document, object, &names_, &dropped_);
  const size_t to = names_.size();
  Fit fit = Fit::kFits;
  for (size_t i = from; i < to && fit == Fit::kFits; ++i) {
    fit = CheckInner(document, names_[i] + 1, &place->inner[1]);
    if (fit != Fit::kFits) note_.AtMember(document.text(names_[i]));
  }
  names_.resize(from);
  return fit;
}

/// A value inside another, which may be null where its place is optional.
Fit FitCheck::CheckInner(const JsonDocument& document, uint32_t value, Place* place) {
  if (!document.is_null(value)) return Check(document, value, place);
  return place->required ? note_.Missing() : Fit::kFits;
}

}  // namespace tarn::shape
