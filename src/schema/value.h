// One value of a primitive type: partition values, bounds, defaults. Which type it has is known
// beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "schema/type.h"

namespace tarn::schema {

__extension__ typedef __int128 Int128;

/// null; boolean; int, date (int32); long, time, timestamps (int64, µs); float; double; string,
/// binary, uuid (16 bytes), fixed; decimal (unscaled).
using Value =
    std::variant<std::monostate, bool, int32_t, int64_t, float, double, std::string, Int128>;

inline constexpr size_t kUuidBytes = 16;

inline bool IsNull(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// Iceberg's single-value serialisation, as manifests keep bounds. in  a value that is not null
/// source  Iceberg spec, Appendix D "Binary single-value serialization"
std::string ToIcebergBytes(const Type& type, const Value& value);
/// A long or double may have the four bytes of the int or float that its column once was.
///
/// errors  kCorrupt: wrong length for the type
Result<Value> FromIcebergBytes(const Type& type, std::string_view bytes);

/// Readable text, as partition directories and default clauses have it: `2026-11-21`, `true`,
/// `1.50`, `2026-11-21T08:48:41.954871`. Binary is base64.
std::string ToText(const Type& type, const Value& value);
/// The reverse of ToText; timestamps also with a space for the T, fewer fraction digits, an offset.
/// errors  kInvalid: says what was expected
Result<Value> FromText(const Type& type, std::string_view text);

/// -1, 0, 1; null sorts first; NaN last. in  values of one type
int Compare(const Value& a, const Value& b);

}  // namespace tarn::schema
