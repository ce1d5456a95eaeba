// A type in Hive's words, out of the middle of a longer text.
#pragma once

#include <string_view>

#include "schema/declaration.h"
#include "schema/text_reader_internal.h"

namespace tarn::schema::internal {

/// The word before the members of a column whose values are objects inside texts.
inline constexpr std::string_view kJsonText = "json";

/// Read a column's type: one in HiveTypeText's words, or `json<name:type,…>`, and stop behind it.
/// Also read: tinyint and smallint (int), integer, long, varchar(n) and char(n) (string),
/// `timestamp with time zone`. Element, key and value fields are named so; ids are 0. Lengths of
/// member names are not checked.
///
/// in  column: gets the type, and whether it is json<…>
Status ReadColumnType(TextReader* in, ColumnDeclaration* column);

/// As ReadColumnType, of a whole text; member names are checked too.
Status ParseColumnType(std::string_view text, ColumnDeclaration* column);

}  // namespace tarn::schema::internal
