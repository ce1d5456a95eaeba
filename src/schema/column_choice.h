// What a user says of the files of a table beside its columns and partitions: `user_id, ts desc`.
#pragma once

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

/// Parse `user.id, session_id`: columns whose values are looked up one by one: they get bloom
/// filters.
///
/// errors  as ParseSortBy; kInvalid: a boolean
Result<std::vector<FieldId>> ParseBloomColumns(std::string_view text, const TableSchema& schema);

}  // namespace tarn::schema
