#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/time.h"
#include "codec/text.h"
#include "schema/declaration.h"
#include "schema/time_text_internal.h"
#include "schema/value.h"

namespace tarn::schema {
namespace {

/// A value that was asked for and not found. Long texts are cut, so that a message stays one line.
std::unexpected<Error> Expected(std::string_view what, std::string_view found) {
  constexpr size_t kShownBytesMax = 60;
  const bool cut = found.size() > kShownBytesMax;
  return Fail(ErrorKind::kInvalid, "expected {}, found '{}{}'", what,
              found.substr(0, kShownBytesMax), cut ? "…" : "");
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower_case) {
  return FoldCase(text) == lower_case;
}

Result<Value> ParseBoolean(std::string_view text) {
  if (EqualsIgnoringCase(text, "true")) return Value(true);
  if (EqualsIgnoringCase(text, "false")) return Value(false);
  return Expected("true or false", text);
}

template <class T>
Result<Value> ParseInteger(std::string_view text, std::string_view expected) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  T number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool two_signs = digits.size() < text.size() && digits.starts_with('-');
  if (error != std::errc() || end != digits.data() + digits.size() || two_signs) {
    return Expected(expected, text);
  }
  return Value(number);
}

/// A number as JSON or SQL has it, or NaN, Infinity and -Infinity (inf) in any case.
template <class T>
Result<Value> ParseFloating(std::string_view text, std::string_view expected) {
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  T number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool two_signs = digits.size() < text.size() && digits.starts_with('-');
  const bool has_payload = text.ends_with(')');  // from_chars reads C's nan(…)
  if (error != std::errc() || end != digits.data() + digits.size() || two_signs || has_payload) {
    return Expected(expected, text);
  }
  return Value(number);
}

template <class T>
std::string FloatingText(T number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  std::string text = Format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string DecimalText(Int128 unscaled, int scale) {
  __extension__ typedef unsigned __int128 UInt128;
  const bool negative = unscaled < 0;
  UInt128 left = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  std::string reversed;
  for (int digits = 0; left != 0 || digits <= scale; ++digits) {
    if (digits == scale && scale > 0) reversed.push_back('.');
    reversed.push_back(static_cast<char>('0' + static_cast<int>(left % 10)));
    left /= 10;
  }
  if (negative) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

Result<Value> ParseDecimal(const Type& type, std::string_view text) {
  const std::string expected = Format("a number that fits {}", HiveTypeText(type));
  size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  Int128 unscaled = 0;
  int significant = 0;
  int digits = 0;
  int fraction_digits = -1;  // below 0: before the point
  const auto append = [&](int digit) {
    if (significant > 0 || digit != 0) ++significant;
    if (significant > type.precision) return false;
    unscaled = unscaled * 10 + digit;
    return true;
  };
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && fraction_digits < 0) {
      fraction_digits = 0;
      continue;
    }
    if (text[at] < '0' || text[at] > '9') return Expected(expected, text);
    ++digits;
    if (fraction_digits == type.scale) {
      if (text[at] != '0') return Expected(expected, text);
      continue;
    }
    if (fraction_digits >= 0) ++fraction_digits;
    if (!append(text[at] - '0')) return Expected(expected, text);
  }
  if (digits == 0) return Expected(expected, text);
  for (int i = fraction_digits < 0 ? 0 : fraction_digits; i < type.scale; ++i) {
    if (!append(0)) return Expected(expected, text);
  }
  return Value(text.starts_with('-') ? -unscaled : unscaled);
}

std::string UuidText(std::string_view bytes) {
  std::string text = ToHex(bytes);
  for (const size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
  return text;
}

Result<Value> ParseUuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::string_view kExpected = "a uuid like f79c3e09-677c-4bbd-a479-3f349cb785e7";
  if (text.size() != kShape.size()) return Expected(kExpected, text);
  std::string digits;
  for (size_t i = 0; i < kShape.size(); ++i) {
    if ((kShape[i] == '-') != (text[i] == '-')) return Expected(kExpected, text);
    if (text[i] != '-') digits.push_back(text[i]);
  }
  auto bytes = FromHex(digits);
  if (!bytes) return Expected(kExpected, text);
  return Value(*std::move(bytes));
}

Result<Value> ParseBase64(const Type& type, std::string_view text) {
  std::string bytes = TRY(codec::DecodeBase64(text));
  if (type.kind == TypeKind::kFixed && bytes.size() != static_cast<size_t>(type.length)) {
    return Expected(Format("{} bytes as base64", type.length), text);
  }
  return Value(std::move(bytes));
}

template <class T>
Result<Value> Or(std::optional<T> parsed, std::string_view expected, std::string_view text) {
  if (!parsed) return Expected(expected, text);
  return Value(*parsed);
}

}  // namespace

std::string ToText(const Type& type, const Value& value) {
  INVARIANT(!IsNull(value), "null has no text");
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::get<bool>(value) ? "true" : "false";
    case TypeKind::kInt:
      return Format("{}", std::get<int32_t>(value));
    case TypeKind::kLong:
      return Format("{}", std::get<int64_t>(value));
    case TypeKind::kFloat:
      return FloatingText(std::get<float>(value));
    case TypeKind::kDouble:
      return FloatingText(std::get<double>(value));
    case TypeKind::kDecimal:
      return DecimalText(std::get<Int128>(value), type.scale);
    case TypeKind::kDate:
      return FormatDate(std::get<int32_t>(value));
    case TypeKind::kTime:
      return FormatTimeOfDay(std::get<int64_t>(value));
    case TypeKind::kTimestamp:
      return FormatTimestamp(std::get<int64_t>(value), TimeStyle::kIsoPlain);
    case TypeKind::kTimestampTz:
      return FormatTimestamp(std::get<int64_t>(value), TimeStyle::kIsoUtc);
    case TypeKind::kString:
      return std::get<std::string>(value);
    case TypeKind::kUuid:
      return UuidText(std::get<std::string>(value));
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return codec::EncodeBase64(std::get<std::string>(value));
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  INVARIANT(false, "nested types have no single values");
}

Result<Value> FromText(const Type& type, std::string_view text) {
  using internal::ParseDate;
  using internal::ParseTimeOfDay;
  using internal::ParseTimestamp;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return ParseBoolean(text);
    case TypeKind::kInt:
      return ParseInteger<int32_t>(text, "an integer of 32 bits");
    case TypeKind::kLong:
      return ParseInteger<int64_t>(text, "an integer of 64 bits");
    case TypeKind::kFloat:
      return ParseFloating<float>(text, "a number of float's range");
    case TypeKind::kDouble:
      return ParseFloating<double>(text, "a number of double's range");
    case TypeKind::kDecimal:
      return ParseDecimal(type, text);
    case TypeKind::kDate:
      return Or(ParseDate(text), "a date like 2026-11-21", text);
    case TypeKind::kTime:
      return Or(ParseTimeOfDay(text), "a time like 08:48:41.954871", text);
    case TypeKind::kTimestamp:
      return Or(ParseTimestamp(text), "a timestamp like 2026-11-21T08:48:41.954871", text);
    case TypeKind::kTimestampTz:
      return Or(ParseTimestamp(text), "a timestamp like 2026-11-21T08:48:41.954871Z", text);
    case TypeKind::kString:
      if (!codec::IsUtf8(text)) return Fail(ErrorKind::kInvalid, "expected text in UTF-8");
      return Value(std::string(text));
    case TypeKind::kUuid:
      return ParseUuid(text);
    case TypeKind::kFixed:
    case TypeKind::kBinary:
      return ParseBase64(type, text);
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  return Fail(ErrorKind::kInvalid, "expected a primitive type; {} has no single values",
              HiveTypeText(type));
}

}  // namespace tarn::schema
