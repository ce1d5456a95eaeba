#include "catalog/schema_evolution.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tarn::catalog {
namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;

std::string PathOf(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "." + name;
}

/// The field and all within it without ids: they are given by the table.
void ClearIds(Field* field) {
  field->id = FieldId(0);
  for (Field& inner : field->type.fields) ClearIds(&inner);
}

class Evolution {
 public:
  bool has_changed() const { return has_changed_; }

  /// Add what `wanted` has and `fields` has not.
  Status MergeFields(const std::string& parent, const std::vector<Field>& wanted,
                     std::vector<Field>* fields) {
    for (const Field& column : wanted) {
      const std::string path = PathOf(parent, column.name);
      const std::string folded = schema::FoldCase(column.name);
      const auto existing = std::ranges::find_if(
          *fields, [&](const Field& field) { return schema::FoldCase(field.name) == folded; });
      if (existing == fields->end()) {
        TRY(Add(path, column, fields));
      } else if (existing->name != column.name) {
        return Fail(ErrorKind::kInvalid, "column {}: there is '{}', which differs only by case",
                    path, existing->name);
      } else {
        TRY(MergeType(path, column.type, &existing->type));
      }
    }
    return {};
  }

 private:
  Status Add(const std::string& path, const Field& column, std::vector<Field>* fields) {
    if (column.required) {
      return Fail(ErrorKind::kInvalid, "column {}: a column added to a table cannot be required",
                  path);
    }
    ClearIds(&fields->emplace_back(column));
    has_changed_ = true;
    return {};
  }

  Status MergeType(const std::string& path, const Type& wanted, Type* type) {
    const bool same = wanted.kind == type->kind && wanted.precision == type->precision &&
                      wanted.scale == type->scale && wanted.length == type->length;
    if (!same) return Fail(ErrorKind::kInvalid, "column {}: it is there with another type", path);
    if (type->kind == TypeKind::kStruct) return MergeFields(path, wanted.fields, &type->fields);
    for (size_t i = 0; i < type->fields.size(); ++i) {
      const std::string inner = PathOf(path, type->fields[i].name);
      const bool had_changed = std::exchange(has_changed_, false);
      TRY(MergeType(inner, wanted.fields[i].type, &type->fields[i].type));
      if (has_changed_ && type->kind == TypeKind::kMap && i == 0) {
        return Fail(ErrorKind::kInvalid, "column {}: a map's key cannot get new members", inner);
      }
      has_changed_ |= had_changed;
    }
    return {};
  }

  bool has_changed_ = false;
};

}  // namespace

Result<std::optional<EvolvedSchema>> AddColumnsTo(const schema::TableSchema& current, FieldId last,
                                                  const std::vector<Field>& columns) {
  TRY(schema::CheckColumns(columns));
  EvolvedSchema evolved{current, last};
  Evolution evolution;
  TRY(evolution.MergeFields("", columns, &evolved.schema.fields));
  if (!evolution.has_changed()) return std::nullopt;
  evolved.last = schema::AssignFieldIds(last, &evolved.schema.fields);
  return evolved;
}

}  // namespace tarn::catalog
