#include "shape/scalar_reader.h"

#include <variant>

#include "shape/convert_bytes.h"
#include "shape/convert_number.h"
#include "shape/convert_time.h"

namespace tarn::shape {

using schema::TypeKind;

Fit ScalarReader::Read(const JsonDocument& document, uint32_t value, const Place& place) {
  is_lasting_ = true;
  const JsonKind kind = document.kind(value);
  if (place.kind == TypeKind::kString) {
    const bool is_text = kind == JsonKind::kString;
    SetBytes(is_text ? document.text(value) : document.raw(value),
             !is_text || !document.at(value).escaped);
    return Fit::kFits;
  }
  switch (kind) {
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return ReadNumber(document.raw(value), place);
    case JsonKind::kString:
      return ReadText(document.text(value), place);
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      slot_.integer = kind == JsonKind::kTrue ? 1 : 0;
      return place.kind == TypeKind::kBoolean ? Fit::kFits : Fit::kWrongType;
    default:
      return Fit::kWrongType;
  }
}

Fit ScalarReader::ReadNumber(std::string_view text, const Place& place) {
  is_lasting_ = true;
  switch (place.kind) {
    case TypeKind::kInt:
      return ToInt32(text, &slot_.integer);
    case TypeKind::kLong:
      return ToInt64(text, &slot_.integer);
    case TypeKind::kFloat:
      return ToFloat(text, &slot_.real);
    case TypeKind::kDouble:
      return ToDouble(text, &slot_.real);
    case TypeKind::kDecimal:
      return ReadDecimal(text, place);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return EpochToTimestamp(text, &slot_.integer);
    default:
      return Fit::kWrongType;
  }
}

Fit ScalarReader::ReadText(std::string_view text, const Place& place) {
  is_lasting_ = true;
  switch (place.kind) {
    case TypeKind::kDecimal:
      return ReadDecimal(text, place);
    case TypeKind::kDate:
      return ToDate(text, &slot_.integer);
    case TypeKind::kTime:
      return ToTimeOfDay(text, &slot_.integer);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return ToTimestamp(text, &slot_.integer);
    case TypeKind::kUuid:
      return ReadBytes(ToUuid(text, &scratch_), place.leaf->fixed_length);
    case TypeKind::kFixed:
      return ReadBytes(ToBinary(text, &scratch_), place.leaf->fixed_length);
    case TypeKind::kBinary:
      return ReadBytes(ToBinary(text, &scratch_), 0);
    default:
      return Fit::kWrongType;
  }
}

Fit ScalarReader::ReadDecimal(std::string_view text, const Place& place) {
  schema::Int128 unscaled = 0;
  const Fit fit = ToDecimal(text, place.type->precision, place.type->scale, &unscaled);
  if (fit == Fit::kFits) SetDecimal(unscaled, *place.leaf);
  return fit;
}

/// in  length: that the bytes in the scratch must have; 0: any
Fit ScalarReader::ReadBytes(Fit fit, int length) {
  if (fit != Fit::kFits) return fit;
  if (length != 0 && scratch_.size() != static_cast<size_t>(length)) return Fit::kWrongType;
  SetBytes(scratch_, false);
  return Fit::kFits;
}

void ScalarReader::SetDecimal(schema::Int128 unscaled, const columns::Leaf& leaf) {
  if (leaf.physical != columns::Physical::kFixed) {
    slot_.integer = static_cast<int64_t>(unscaled);
    return;
  }
  ToBigEndian(unscaled, leaf.fixed_length, &scratch_);
  SetBytes(scratch_, false);
}

void ScalarReader::SetBytes(std::string_view bytes, bool is_lasting) {
  slot_.bytes = bytes.data();
  slot_.length = static_cast<uint32_t>(bytes.size());
  is_lasting_ = is_lasting;
}

void ScalarReader::Take(const schema::Value& value, const columns::Leaf& leaf) {
  is_lasting_ = true;
  if (const auto* const boolean = std::get_if<bool>(&value)) {
    slot_.integer = *boolean ? 1 : 0;
  } else if (const auto* const small = std::get_if<int32_t>(&value)) {
    slot_.integer = *small;
  } else if (const auto* const large = std::get_if<int64_t>(&value)) {
    slot_.integer = *large;
  } else if (const auto* const single = std::get_if<float>(&value)) {
    slot_.real = static_cast<double>(*single);
  } else if (const auto* const real = std::get_if<double>(&value)) {
    slot_.real = *real;
  } else if (const auto* const bytes = std::get_if<std::string>(&value)) {
    SetBytes(*bytes, true);
  } else if (const auto* const unscaled = std::get_if<schema::Int128>(&value)) {
    SetDecimal(*unscaled, leaf);
  }
}

}  // namespace tarn::shape
