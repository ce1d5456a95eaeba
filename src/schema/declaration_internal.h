// What column declarations hold to, however they are written.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "schema/declaration.h"

namespace tarn::schema::internal {

/// What stands behind `from`: a JSON member, or what Tarn itself knows of a record.
///
/// errors  kInvalid: a column that Tarn fills, and that is no source
Status SetSource(std::string member, ColumnDeclaration* column);

/// Hold one declaration to the rules that need no other: no reserved name, a source and a default
/// that fit the type. in  the default's value: of the column's type
Status CheckDeclaration(const ColumnDeclaration& column);

/// Hold declarations together to the rules of a table's columns. errors  kInvalid: also for none
Status CheckDeclarations(const std::vector<ColumnDeclaration>& columns);

}  // namespace tarn::schema::internal
