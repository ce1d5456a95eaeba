#include "schema/type.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/invariant.h"
#include "schema/find_by_name.h"
#include "schema/names_internal.h"

namespace tarn::schema {
namespace {

const Field* FindByIdIn(const std::vector<Field>& fields, FieldId id) {
  for (const Field& field : fields) {
    if (field.id == id) return &field;
    if (const Field* found = FindByIdIn(field.type.fields, id)) return found;
  }
  return nullptr;
}

FieldId LastFieldIdIn(const std::vector<Field>& fields) {
  FieldId last;
  for (const Field& field : fields) {
    last = std::max({last, field.id, LastFieldIdIn(field.type.fields)});
  }
  return last;
}

/// Walks all fields of a table and holds them to the rules of CheckColumns.
class ColumnChecker {
 public:
  Status CheckSiblings(const std::vector<Field>& fields, const std::string& parent, int depth) {
    std::unordered_set<std::string> folded_names;
    for (const Field& field : fields) {
      const std::string path = parent.empty() ? field.name : parent + "." + field.name;
      if (++field_count_ > kFieldsMax) {
        return Fail(ErrorKind::kInvalid,
                    "a table may have at most {} columns, nested ones included", kFieldsMax);
      }
      TRY(internal::CheckName(field.name, Format("column '{}'", path)));
      if (!folded_names.insert(FoldCase(field.name)).second) {
        return Fail(ErrorKind::kInvalid,
                    "column '{}' is there twice; names must differ in more than case", path);
      }
      TRY(CheckType(field.type, path, depth));
    }
    return {};
  }

 private:
  Status CheckType(const Type& type, const std::string& path, int depth) {
    if (type.kind == TypeKind::kDecimal &&
        (type.precision < 1 || type.precision > kDecimalPrecisionMax || type.scale < 0 ||
         type.scale > type.precision)) {
      return Fail(ErrorKind::kInvalid,
                  "column '{}': decimal({},{}) has a precision outside 1..{} or a scale outside "
                  "0..precision",
                  path, type.precision, type.scale, kDecimalPrecisionMax);
    }
    if (type.kind == TypeKind::kFixed && type.length < 1) {
      return Fail(ErrorKind::kInvalid, "column '{}': fixed[{}] has no bytes", path, type.length);
    }
    if (!type.is_nested()) return {};
    if (depth >= kNestingMax) {
      return Fail(ErrorKind::kInvalid, "column '{}': types are nested over {} deep",
                  path.substr(0, path.find('.')), kNestingMax);
    }
    if (type.kind == TypeKind::kStruct && type.fields.empty()) {
      return Fail(ErrorKind::kInvalid, "column '{}': a struct needs at least one member", path);
    }
    return CheckSiblings(type.fields, path, depth + 1);
  }

  size_t field_count_ = 0;
};

}  // namespace

Type Type::Of(TypeKind kind) {
  INVARIANT(kind < TypeKind::kStruct && kind != TypeKind::kDecimal && kind != TypeKind::kFixed,
            "a type without parameters");
  Type type;
  type.kind = kind;
  return type;
}

Type Type::Decimal(int precision, int scale) {
  Type type;
  type.kind = TypeKind::kDecimal;
  type.precision = precision;
  type.scale = scale;
  return type;
}

Type Type::Fixed(int length) {
  Type type;
  type.kind = TypeKind::kFixed;
  type.length = length;
  return type;
}

Type Type::Struct(std::vector<Field> members) {
  Type type;
  type.kind = TypeKind::kStruct;
  type.fields = std::move(members);
  return type;
}

Type Type::Variant(std::optional<Type> typed_value) {
  // Parquet demands `value` where nothing else could hold the value.
  const Type binary = Of(TypeKind::kBinary);
  Type type = Struct({{.name = "metadata", .required = true, .type = binary},
                      {.name = "value", .required = !typed_value.has_value(), .type = binary}});
  if (typed_value) {
    type.fields.push_back({.name = "typed_value", .type = *std::move(typed_value)});
  }
  type.is_variant = true;
  return type;
}

Type Type::List(Field element) {
  Type type;
  type.kind = TypeKind::kList;
  element.name = "element";
  type.fields.push_back(std::move(element));
  return type;
}

Type Type::Map(Field key, Field value) {
  Type type;
  type.kind = TypeKind::kMap;
  key.name = "key";
  key.required = true;
  value.name = "value";
  type.fields.push_back(std::move(key));
  type.fields.push_back(std::move(value));
  return type;
}

bool operator==(const Type& a, const Type& b) {
  return a.kind == b.kind && a.precision == b.precision && a.scale == b.scale &&
         a.length == b.length && a.is_variant == b.is_variant && a.fields == b.fields;
}

bool operator==(const Field& a, const Field& b) {
  return a.id == b.id && a.name == b.name && a.required == b.required && a.type == b.type &&
         a.doc == b.doc;
}

const Field* TableSchema::Find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Field* TableSchema::FindIgnoringCase(std::string_view name) const {
  const auto found = FindByName(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const Field* TableSchema::FindById(FieldId id) const { return FindByIdIn(fields, id); }

FieldId TableSchema::LastFieldId() const { return LastFieldIdIn(fields); }

FieldId AssignFieldIds(FieldId last, std::vector<Field>* fields) {
  for (Field& field : *fields) {
    if (field.id == FieldId(0)) field.id = last = FieldId(last.number() + 1);
    last = AssignFieldIds(last, &field.type.fields);
  }
  return last;
}

size_t FieldCount(const std::vector<Field>& fields) {
  size_t count = fields.size();
  for (const Field& field : fields) count += FieldCount(field.type.fields);
  return count;
}

Status CheckColumns(const std::vector<Field>& fields) {
  return ColumnChecker().CheckSiblings(fields, "", 0);
}

bool IsReservedColumn(std::string_view name) {
  const std::string folded = FoldCase(name);
  return folded == kReceivedAtColumn || folded == kRecordIdColumn || folded == kRestColumn;
}

}  // namespace tarn::schema
