// Short words for this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "schema/hive_type_internal.h"
#include "schema/type.h"

namespace tarn::schema {

/// The value of a result; fails the test and gives an empty one where there is none.
template <class T>
T Need(Result<T> result) {
  if (result) return *std::move(result);
  ADD_FAILURE() << result.error().message();
  return T();
}

/// The message of a result that must have failed, with the kind in front: `kInvalid: at 1: …`.
template <class T>
std::string Failure(const Result<T>& result) {
  if (result) return "no failure";
  return std::string(KindName(result.error().kind())) + ": " + result.error().message();
}

/// The type of a column, as a declaration has it.
inline Result<Type> ParseType(std::string_view text) {
  ColumnDeclaration column;
  TRY(internal::ParseColumnType(text, &column));
  return column.type;
}

inline Field MakeField(std::string name, Type type, int id = 0, bool required = false) {
  return Field{FieldId(id), std::move(name), required, std::move(type), ""};
}

inline Type Of(TypeKind kind) { return Type::Of(kind); }

}  // namespace tarn::schema
