#include "shape/variant_value.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "base/bytes.h"
#include "base/invariant.h"
#include "schema/type.h"
#include "schema/value.h"
#include "shape/convert_number.h"
#include "shape/scratch.h"

namespace tarn::shape {

namespace {

using schema::Int128;

enum BasicType : uint8_t { kPrimitive = 0, kShortString = 1, kObject = 2, kArray = 3 };

enum PrimitiveType : uint8_t {
  kNull = 0,
  kTrue = 1,
  kFalse = 2,
  kInt8 = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kDecimal16 = 10,
  kString = 16
};

constexpr size_t kShortStringBytesMax = 63;
constexpr size_t kSmallCountMax = 255;

char* WriteHeader(BasicType basic, int header, char* out) {
  *out = static_cast<char>(basic | header << 2);
  return out + 1;
}
char* WritePrimitive(PrimitiveType type, char* out) { return WriteHeader(kPrimitive, type, out); }

template <class T>
char* WriteLe(T value, char* out) {
  StoreLe(out, value);
  return out + sizeof value;
}

/// A number as the format has it.
struct Number {
  enum class Form : uint8_t { kInteger, kDecimal, kDouble, kText };
  Form form = Form::kText;
  int64_t integer = 0;
  Int128 decimal = 0;
  double real = 0;
};

Number ReadNumber(const JsonDocument& document, uint32_t value) {
  const std::string_view text = document.raw(value);
  Number number;
  if (document.kind(value) == JsonKind::kInteger) {
    if (ToInt64(text, &number.integer) == Fit::kFits) {
      number.form = Number::Form::kInteger;
      return number;
    }
    if (ToDecimal(text, schema::kDecimalPrecisionMax, 0, &number.decimal) == Fit::kFits) {
      number.form = Number::Form::kDecimal;
      return number;
    }
  }
  if (ToDouble(text, &number.real) == Fit::kFits) number.form = Number::Form::kDouble;
  return number;
}

template <class T>
bool Holds(int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

size_t StringBytes(std::string_view text) {
  return text.size() <= kShortStringBytesMax ? 1 + text.size() : 1 + sizeof(uint32_t) + text.size();
}

size_t NumberBytes(const JsonDocument& document, uint32_t value) {
  const Number number = ReadNumber(document, value);
  switch (number.form) {
    case Number::Form::kInteger:
      return 1U + (Holds<int8_t>(number.integer)    ? 1
                   : Holds<int16_t>(number.integer) ? 2
                   : Holds<int32_t>(number.integer) ? 4
                                                    : 8);
    case Number::Form::kDecimal:
      return 2 + sizeof(Int128);
    case Number::Form::kDouble:
      return 1 + sizeof(double);
    case Number::Form::kText:
      break;
  }
  return StringBytes(document.raw(value));
}

char* WriteString(std::string_view text, char* out) {
  if (text.size() <= kShortStringBytesMax) {
    out = WriteHeader(kShortString, static_cast<int>(text.size()), out);
  } else {
    out = WriteLe(static_cast<uint32_t>(text.size()), WritePrimitive(kString, out));
  }
  return std::ranges::copy(text, out).out;
}

char* WriteInteger(int64_t value, char* out) {
  if (Holds<int8_t>(value)) return WriteLe(static_cast<int8_t>(value), WritePrimitive(kInt8, out));
  if (Holds<int16_t>(value)) {
    return WriteLe(static_cast<int16_t>(value), WritePrimitive(kInt16, out));
  }
  if (Holds<int32_t>(value)) {
    return WriteLe(static_cast<int32_t>(value), WritePrimitive(kInt32, out));
  }
  return WriteLe(value, WritePrimitive(kInt64, out));
}

char* WriteJsonNumber(const JsonDocument& document, uint32_t value, char* out) {
  const Number number = ReadNumber(document, value);
  switch (number.form) {
    case Number::Form::kInteger:
      return WriteInteger(number.integer, out);
    case Number::Form::kDecimal:
      out = WritePrimitive(kDecimal16, out);
      *out++ = 0;  // digits behind the point
      return WriteLe(number.decimal, out);
    case Number::Form::kDouble:
      return WriteLe(number.real, WritePrimitive(kDouble, out));
    case Number::Form::kText:
      break;
  }
  return WriteString(document.raw(value), out);
}

/// Of how many bytes the number of an object's members or an array's elements is.
int CountBytes(size_t count) { return count <= kSmallCountMax ? 1 : 4; }

size_t ArrayHeaderBytes(size_t elements, size_t value_bytes) {
  return 1 + static_cast<size_t>(CountBytes(elements)) +
         (elements + 1) * static_cast<size_t>(BytesOfNumber(value_bytes));
}

/// A record has its limit, and no form of a value takes ten times its text.
uint32_t Checked(size_t bytes) {
  INVARIANT(bytes <= std::numeric_limits<uint32_t>::max(), "records are below 400 MiB");
  return static_cast<uint32_t>(bytes);
}

}  // namespace

void VariantValue::Read(const JsonDocument& document, uint32_t value) {
  document_ = &document;
  first_ = value;
  names_.Read(document, value);
  const size_t values = document.after(value) - value;
  GiveBackScratch(values, &measured_);
  GiveBackScratch(values, &members_);
  measured_.resize(values);
  members_.clear();
}

size_t VariantValue::scratch_bytes() const {
  return names_.scratch_bytes() + measured_.capacity() * sizeof(Measured) +
         members_.capacity() * sizeof(uint32_t);
}

size_t VariantValue::Measure(uint32_t part) {
  Measured& known = measured(part);
  switch (document_->kind(part)) {
    case JsonKind::kNull:
    case JsonKind::kTrue:
    case JsonKind::kFalse:
      known.bytes = 1;
      break;
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      known.bytes = Checked(NumberBytes(*document_, part));
      break;
    case JsonKind::kString:
      known.bytes = Checked(StringBytes(document_->text(part)));
      break;
    case JsonKind::kArray:
      known.bytes = MeasureArray(part);
      break;
    case JsonKind::kObject:
      known.bytes = MeasureObject(part);
      break;
  }
  return known.bytes;
}

uint32_t VariantValue::MeasureArray(uint32_t array) {
  size_t count = 0;
  size_t bytes = 0;
  const uint32_t end = document_->after(array);
  for (uint32_t element = array + 1; element < end; element = document_->after(element)) {
    bytes += Measure(element);
    ++count;
  }
  return Checked(ArrayHeaderBytes(count, bytes) + bytes);
}

uint32_t VariantValue::MeasureObject(uint32_t object) {
  const size_t from = members_.size();
  const uint32_t end = document_->after(object);
  for (uint32_t name = object + 1; name < end; name = document_->after(name + 1)) {
    members_.push_back(name);
  }
  Order(&members_, from);
  measured(object).first_member = static_cast<uint32_t>(from);
  measured(object).member_count = static_cast<uint32_t>(members_.size() - from);
  return MeasureOrdered(members_, from);
}

size_t VariantValue::MeasureMembers(std::vector<uint32_t>* members, size_t from) {
  Order(members, from);
  return MeasureOrdered(*members, from);
}

/// in  members: in order from there to their end; members_ itself has its inner ones added
/// meanwhile
uint32_t VariantValue::MeasureOrdered(const std::vector<uint32_t>& members, size_t from) {
  const size_t to = members.size();
  size_t bytes = 0;
  for (size_t i = from; i < to; ++i) bytes += Measure(members[i] + 1);
  return Checked(ObjectHeaderBytes(to - from, bytes) + bytes);
}

/// Members by name, of each name the last one in the document.
void VariantValue::Order(std::vector<uint32_t>* members, size_t from) const {
  const auto begin = members->begin() + static_cast<std::ptrdiff_t>(from);
  const auto number = [this](uint32_t name) { return names_.number(name); };
  std::sort(begin, members->end(), [&](uint32_t a, uint32_t b) {
    return number(a) != number(b) ? number(a) < number(b) : a > b;
  });
  members->erase(
      std::unique(begin, members->end(),
                  [&](uint32_t kept, uint32_t later) { return number(kept) == number(later); }),
      members->end());
}

size_t VariantValue::ObjectHeaderBytes(size_t members, size_t value_bytes) const {
  return 1 + static_cast<size_t>(CountBytes(members)) +
         members * static_cast<size_t>(BytesOfNumber(names_.size())) +
         (members + 1) * static_cast<size_t>(BytesOfNumber(value_bytes));
}

void VariantValue::Write(uint32_t part, char* out) const {
  const char* const end = WritePart(part, out);
  INVARIANT(end == out + measured(part).bytes, "a value is written as it was measured");
}

void VariantValue::WriteMembers(std::span<const uint32_t> members, size_t bytes, char* out) const {
  const char* const end = WriteObject(members, out);
  INVARIANT(end == out + bytes, "members are written as they were measured");
}

char* VariantValue::WritePart(uint32_t part, char* out) const {
  switch (document_->kind(part)) {
    case JsonKind::kNull:
      return WritePrimitive(kNull, out);
    case JsonKind::kTrue:
      return WritePrimitive(kTrue, out);
    case JsonKind::kFalse:
      return WritePrimitive(kFalse, out);
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return WriteJsonNumber(*document_, part, out);
    case JsonKind::kString:
      return WriteString(document_->text(part), out);
    case JsonKind::kArray:
      return WriteArray(part, out);
    case JsonKind::kObject:
      break;
  }
  const Measured& known = measured(part);
  return WriteObject(std::span(members_).subspan(known.first_member, known.member_count), out);
}

char* VariantValue::WriteArray(uint32_t array, char* out) const {
  size_t count = 0;
  size_t bytes = 0;
  const uint32_t end = document_->after(array);
  for (uint32_t element = array + 1; element < end; element = document_->after(element)) {
    bytes += measured(element).bytes;
    ++count;
  }
  const int is_large = CountBytes(count) > 1 ? 1 : 0;
  const int offset_bytes = BytesOfNumber(bytes);
  out = WriteHeader(kArray, is_large << 2 | (offset_bytes - 1), out);
  out = WriteNumber(count, CountBytes(count), out);
  size_t offset = 0;
  out = WriteNumber(offset, offset_bytes, out);
  for (uint32_t element = array + 1; element < end; element = document_->after(element)) {
    out = WriteNumber(offset += measured(element).bytes, offset_bytes, out);
  }
  for (uint32_t element = array + 1; element < end; element = document_->after(element)) {
    out = WritePart(element, out);
  }
  return out;
}

/// in  members: in order
char* VariantValue::WriteObject(std::span<const uint32_t> members, char* out) const {
  size_t bytes = 0;
  for (const uint32_t name : members) bytes += measured(name + 1).bytes;
  const int is_large = CountBytes(members.size()) > 1 ? 1 : 0;
  const int offset_bytes = BytesOfNumber(bytes);
  const int number_bytes = BytesOfNumber(names_.size());
  out = WriteHeader(kObject, is_large << 4 | (number_bytes - 1) << 2 | (offset_bytes - 1), out);
  out = WriteNumber(members.size(), CountBytes(members.size()), out);
  for (const uint32_t name : members) out = WriteNumber(names_.number(name), number_bytes, out);
  size_t offset = 0;
  out = WriteNumber(offset, offset_bytes, out);
  for (const uint32_t name : members) {
    out = WriteNumber(offset += measured(name + 1).bytes, offset_bytes, out);
  }
  for (const uint32_t name : members) out = WritePart(name + 1, out);
  return out;
}

}  // namespace tarn::shape
