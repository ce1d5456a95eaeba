// Types, fields and schemas of tables: Iceberg's type system, which Parquet, Arrow, Hive and DuckDB
// all can hold. source  Iceberg table spec v2, "Schemas and Data Types"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/ids.h"

namespace tarn::schema {

enum class TypeKind : uint8_t {
  kBoolean,
  kInt,   ///< 32 bits
  kLong,  ///< 64 bits
  kFloat,
  kDouble,
  kDecimal,      ///< precision 1..38, scale 0..precision
  kDate,         ///< days since 1970
  kTime,         ///< microseconds of the day
  kTimestamp,    ///< microseconds, without zone
  kTimestampTz,  ///< microseconds UTC
  kString,       ///< UTF-8
  kUuid,         ///< 16 bytes
  kFixed,        ///< length bytes; read, never made
  kBinary,
  kStruct,
  kList,
  kMap,
};

struct Field;

/// A type as a value. Nested types hold their fields: a struct its members, a list one (`element`),
/// a map two (`key`, `value`).
struct Type {
  TypeKind kind = TypeKind::kString;
  int precision = 0;  ///< decimal
  int scale = 0;      ///< decimal
  int length = 0;     ///< fixed
  /// A struct that holds a value of any form, as Parquet's VARIANT does. Only files of a conversion
  /// have such columns: Iceberg v2 and Arrow know no such type.
  bool is_variant = false;
  std::vector<Field> fields;

  bool is_nested() const { return kind >= TypeKind::kStruct; }

  static Type Of(TypeKind kind);  ///< a primitive
  static Type Decimal(int precision, int scale);
  static Type Fixed(int length);
  static Type Struct(std::vector<Field> members);
  /// {metadata, value}, and a `typed_value` of this type for the values that have it.
  static Type Variant(std::optional<Type> typed_value);
  static Type List(Field element);          ///< names it `element`
  static Type Map(Field key, Field value);  ///< names them `key` and `value`; the key is required
  friend bool operator==(const Type&, const Type&);
};

struct Field {
  FieldId id;  ///< 0 until a table assigns one
  std::string name;
  bool required = false;
  Type type;
  std::string doc;
  friend bool operator==(const Field&, const Field&);
};

/// The columns of a table.
struct TableSchema {
  int32_t schema_id = 0;
  std::vector<Field> fields;

  /// returns  the top-level column of this exact name; nullptr where there is none
  const Field* Find(std::string_view name) const;
  /// As Find, without regard to (ASCII and Unicode simple) case.
  const Field* FindIgnoringCase(std::string_view name) const;
  /// The field of this id at any depth; nullptr where there is none.
  const Field* FindById(FieldId id) const;
  /// The highest field id at any depth; 0 for an empty schema.
  FieldId LastFieldId() const;
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

/// Give every field whose id is 0, depth first, parents before children, the ids after `last`.
/// returns  the last id given
FieldId AssignFieldIds(FieldId last, std::vector<Field>* fields);

/// returns  how many there are, nested ones included
size_t FieldCount(const std::vector<Field>& fields);

/// Columns and limits of names: any UTF-8 of 1..255 bytes without control characters, unique among
/// their siblings without regard to case; nesting up to kNestingMax, kFieldsMax fields in all;
/// decimals of 1..38 digits; no empty structs. Reserved names pass: Tarn's own tables have them.
///
/// errors  kInvalid: names the column and the rule
Status CheckColumns(const std::vector<Field>& fields);

/// Lower case for comparing names: letters by their simple Unicode mapping where it is one to one.
/// Covered are ASCII, Latin-1, Latin Extended-A and Extended Additional, Greek and Cyrillic
/// (U+0400-04FF); other letters, and bytes that are not UTF-8, stay as they are.
std::string FoldCase(std::string_view name);

// Columns that Tarn itself fills. A declared column of such a name is refused, a JSON member of
// such a name never fills one.
inline constexpr std::string_view kReceivedAtColumn = "_received_at";
inline constexpr std::string_view kRecordIdColumn = "_record_id";
inline constexpr std::string_view kRestColumn = "_rest";
bool IsReservedColumn(std::string_view name);

inline constexpr size_t kColumnsMax = 1000;  ///< that an inferred stream adds by itself
inline constexpr size_t kColumnNameBytesMax = 255;
inline constexpr int kNestingMax = 100;       ///< of JSON and of types
inline constexpr size_t kFieldsMax = 10'000;  ///< of one table, at any depth
inline constexpr int kDecimalPrecisionMax = 38;

}  // namespace tarn::schema
