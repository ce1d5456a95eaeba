// What a user says of the files of a table beside its columns and partitions: `user_id, ts desc`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/ids.h"
#include "schema/type.h"

namespace tarn::schema {

inline constexpr size_t kChosenColumnsMax = 100;

/// A column by which rows are sorted.
struct SortBy {
  FieldId column;  ///< a column of a plain type, outside lists and maps
  bool descending = false;
  bool nulls_first = true;
  friend bool operator==(const SortBy&, const SortBy&) = default;
};

/// Parse `user.id, ts desc, name asc nulls last`: columns, or members of structs. Without a word
/// nulls come first, and last where it descends, as in Iceberg and Spark.
///
/// in      schema: with field ids; case does not matter
/// errors  kInvalid: says which column, and why
Result<std::vector<SortBy>> ParseSortBy(std::string_view text, const TableSchema& schema);

/// The reverse, for showing: members by their own names. in  schema: that knows the columns
std::string SortByText(const std::vector<SortBy>& order, const TableSchema& schema);

/// The names in `user.id, "odd name"`, as they are written, each once.
///
/// errors  kInvalid: not such a list
Result<std::vector<std::string>> ParseColumnNames(std::string_view text);

/// A column, or a member of structs: `user.id`; case does not matter, but for a name that is exact.
/// returns  nullptr where there is none, or it has no plain type
const Field* FindPlainColumn(const TableSchema& schema, std::string_view path);

/// Parse `user.id, session_id`: columns whose values are looked up one by one: they get bloom
/// filters.
///
/// errors  as ParseSortBy; kInvalid: a boolean
Result<std::vector<FieldId>> ParseBloomColumns(std::string_view text, const TableSchema& schema);

}  // namespace tarn::schema
