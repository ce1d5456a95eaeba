#include "schema/value.h"

#include <cmath>

#include "base/bytes.h"
#include "base/invariant.h"

namespace tarn::schema {
namespace {

/// The shortest big-endian two's complement of a number: at least one byte.
std::string MinimalBigEndian(Int128 value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
  }
  size_t skipped = 0;
  while (skipped + 1 < bytes.size()) {
    const bool next_is_negative = (static_cast<unsigned char>(bytes[skipped + 1]) & 0x80) != 0;
    const auto byte = static_cast<unsigned char>(bytes[skipped]);
    if (byte != (next_is_negative ? 0xFF : 0x00)) break;
    ++skipped;
  }
  return bytes.substr(skipped);
}

/// in  bytes: 1..16
Int128 FromBigEndian(std::string_view bytes) {
  Int128 value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

template <class T>
std::string LittleEndian(const Value& value) {
  std::string bytes;
  AppendLe(&bytes, std::get<T>(value));
  return bytes;
}

Status CheckLength(std::string_view bytes, size_t length, std::string_view type_name) {
  if (bytes.size() == length) return {};
  return Fail(ErrorKind::kCorrupt, "a serialised {} has {} bytes, expected {}", type_name,
              bytes.size(), length);
}

template <class T>
Result<Value> LoadNumber(std::string_view bytes, std::string_view type_name) {
  TRY(CheckLength(bytes, sizeof(T), type_name));
  const char* const at = bytes.data();
  return LoadLe<T>(at);
}

/// A number whose column was widened after the bytes were written: 4 bytes are still the narrow
/// one.
template <class Narrow, class Wide>
Result<Value> LoadWidened(std::string_view bytes, std::string_view type_name) {
  const char* const at = bytes.data();
  if (bytes.size() == sizeof(Narrow)) return static_cast<Wide>(LoadLe<Narrow>(at));
  return LoadNumber<Wide>(bytes, type_name);
}

Result<Value> LoadDecimal(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > sizeof(Int128)) {
    return Fail(ErrorKind::kCorrupt, "a serialised decimal has {} bytes, expected 1 to {}",
                bytes.size(), sizeof(Int128));
  }
  return FromBigEndian(bytes);
}

template <class T>
int CompareNumbers(T a, T b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <class T>
int CompareFloating(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
  return CompareNumbers(a, b);
}

}  // namespace

std::string ToIcebergBytes(const Type& type, const Value& value) {
  INVARIANT(!IsNull(value), "only values are serialised");
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::string(1, std::get<bool>(value) ? '\1' : '\0');
    case TypeKind::kInt:
    case TypeKind::kDate:
      return LittleEndian<int32_t>(value);
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return LittleEndian<int64_t>(value);
    case TypeKind::kFloat:
      return LittleEndian<float>(value);
    case TypeKind::kDouble:
      return LittleEndian<double>(value);
    case TypeKind::kDecimal:
      return MinimalBigEndian(std::get<Int128>(value));
    case TypeKind::kString:
    case TypeKind::kUuid:
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return std::get<std::string>(value);
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  INVARIANT(false, "nested types have no single values");
}

Result<Value> FromIcebergBytes(const Type& type, std::string_view bytes) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      TRY(CheckLength(bytes, 1, "boolean"));
      return Value(bytes[0] != '\0');
    case TypeKind::kInt:
      return LoadNumber<int32_t>(bytes, "int");
    case TypeKind::kDate:
      return LoadNumber<int32_t>(bytes, "date");
    case TypeKind::kLong:
      return LoadWidened<int32_t, int64_t>(bytes, "long");
    case TypeKind::kTime:
      return LoadNumber<int64_t>(bytes, "time");
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return LoadNumber<int64_t>(bytes, "timestamp");
    case TypeKind::kFloat:
      return LoadNumber<float>(bytes, "float");
    case TypeKind::kDouble:
      return LoadWidened<float, double>(bytes, "double");
    case TypeKind::kDecimal:
      return LoadDecimal(bytes);
    case TypeKind::kUuid:
      TRY(CheckLength(bytes, kUuidBytes, "uuid"));
      return Value(std::string(bytes));
    case TypeKind::kFixed:
      TRY(CheckLength(bytes, static_cast<size_t>(type.length), "fixed"));
      return Value(std::string(bytes));
    case TypeKind::kString:
    case TypeKind::kBinary:
      return Value(std::string(bytes));
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  return Fail(ErrorKind::kCorrupt, "nested types have no serialised single values");
}

int Compare(const Value& a, const Value& b) {
  if (IsNull(a) || IsNull(b)) return int{!IsNull(a)} - int{!IsNull(b)};
  INVARIANT(a.index() == b.index(), "values of one type are compared");
  return std::visit(
      [&b]<class T>(const T& left) {
        const T& right = std::get<T>(b);
        if constexpr (std::is_floating_point_v<T>) {
          return CompareFloating(left, right);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return CompareNumbers(left.compare(right), 0);
        } else {
          return CompareNumbers(left, right);
        }
      },
      a);
}

}  // namespace tarn::schema
