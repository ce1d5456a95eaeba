// Columns as a user declares them: `NAME TYPE [from MEMBER] [default VALUE]`, with types as Hive
// writes them. docs/formats/columns.md has the grammar and every rule.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::schema {

enum class ColumnSource : uint8_t { kMember, kReceivedAt, kRecordId };

struct ColumnDeclaration {
  std::string name;
  Type type;
  /// Declared as json<…>: a struct, whose values come as texts that hold a JSON object. The table
  /// knows only the struct.
  bool is_json_text = false;
  ColumnSource source = ColumnSource::kMember;
  std::string member;  ///< kMember: the JSON member, the column's own name without `from`
  bool default_is_received_at = false;
  std::optional<Value> default_value;  ///< a literal of the column's type
  friend bool operator==(const ColumnDeclaration&, const ColumnDeclaration&) = default;
};

inline constexpr size_t kColumnsTextBytesMax = 1 << 20;

/// Parse `name string, user struct<id:string,plan:string> from usr, n bigint default -1, t
/// timestamptz default _received_at`.
///
/// in       names with other characters than letters, digits, _ and . stand in double quotes or
///          backticks; keywords in any case
/// errors   kInvalid: says where (`at 14: …`, characters from 1), and what was expected; a reserved
///          name; a name twice. kTooLarge: more text than kColumnsTextBytesMax
Result<std::vector<ColumnDeclaration>> ParseColumns(std::string_view text);
std::string ColumnsText(const std::vector<ColumnDeclaration>& columns);

/// A type in Hive's words: boolean, int, bigint, float, double, decimal(p,s), date, timestamp,
/// string, binary, array<…>, map<…,…>, struct<name:type,…>; and Tarn's timestamptz, time, uuid. Of
/// a variant, which cannot be declared, `variant`.
std::string HiveTypeText(const Type& type);
/// As HiveTypeText, of a declared column, which may also be json<name:type,…>.
std::string ColumnTypeText(const ColumnDeclaration& column);

/// The fields of a table made from declarations, in order, ids 0, all optional.
std::vector<Field> FieldsOf(const std::vector<ColumnDeclaration>& columns);

/// returns  [{"name":…,"type":…,"from":…,"default":…}], types and values as text
Json ToJson(const std::vector<ColumnDeclaration>& columns);
/// errors  kInvalid: names the column by its place; also for members that are not known
Result<std::vector<ColumnDeclaration>> ColumnsFromJson(const Json& json);

}  // namespace tarn::schema
