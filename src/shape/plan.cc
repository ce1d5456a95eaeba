#include "shape/plan.h"

#include <algorithm>

namespace tarn::shape {

namespace {

using schema::ColumnDeclaration;
using schema::ColumnSource;
using schema::ColumnTypeText;
using schema::Field;
using schema::HiveTypeText;
using schema::Type;
using schema::TypeKind;

/// True where a table's type holds all values of a declared one: the same, or with further members.
bool Covers(const Type& table, const Type& declared) {
  if (table.kind != declared.kind || table.precision != declared.precision ||
      table.scale != declared.scale || table.length != declared.length ||
      table.is_variant != declared.is_variant) {
    return false;
  }
  if (table.kind != TypeKind::kStruct) {
    return std::ranges::equal(table.fields, declared.fields, [](const Field& a, const Field& b) {
      return Covers(a.type, b.type);
    });
  }
  return std::ranges::all_of(declared.fields, [&](const Field& member) {
    return std::ranges::any_of(table.fields, [&](const Field& other) {
      return other.name == member.name && Covers(other.type, member.type);
    });
  });
}

/// Map keys other than strings are never filled: JSON has only names.
bool HasOnlyStringKeys(const Type& type) {
  if (type.kind == TypeKind::kMap && type.fields[0].type.kind != TypeKind::kString) return false;
  return std::ranges::all_of(type.fields,
                             [](const Field& field) { return HasOnlyStringKeys(field.type); });
}

/// Members are found by name: no struct has two of one.
bool HasDistinctMembers(const Type& type) {
  std::vector<std::string_view> names;
  for (const Field& field : type.fields) names.push_back(field.name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end() &&
         std::ranges::all_of(type.fields,
                             [](const Field& field) { return HasDistinctMembers(field.type); });
}

Status CheckDeclared(const ColumnDeclaration& column, const schema::TableSchema& table) {
  const Field* const field = table.Find(column.name);
  if (field == nullptr) {
    return Fail(ErrorKind::kInvalid, "the table has no column '{}', which the stream declares",
                column.name);
  }
  if (!Covers(field->type, column.type)) {
    return Fail(ErrorKind::kInvalid, "column '{}' is declared {}, but the table has it as {}",
                column.name, ColumnTypeText(column), HiveTypeText(field->type));
  }
  if (!HasOnlyStringKeys(column.type)) {
    return Fail(
        ErrorKind::kInvalid,
        "column '{}' is declared {}: the keys of a map must be strings, as JSON's names are",
        column.name, ColumnTypeText(column));
  }
  const bool is_time =
      field->type.kind == TypeKind::kTimestamp || field->type.kind == TypeKind::kTimestampTz;
  if ((column.source == ColumnSource::kReceivedAt || column.default_is_received_at) && !is_time) {
    return Fail(ErrorKind::kInvalid, "column '{}' is {}: _received_at fills only timestamps",
                column.name, HiveTypeText(field->type));
  }
  if (column.source == ColumnSource::kRecordId && field->type.kind != TypeKind::kString) {
    return Fail(ErrorKind::kInvalid, "column '{}' is {}: _record_id fills only strings",
                column.name, HiveTypeText(field->type));
  }
  return {};
}

/// Columns can be told apart, and those that Tarn fills have the types that it fills them with.
Status CheckTable(const Shaping& shaping, const schema::TableSchema& table) {
  if (shaping.keep_rest && table.Find(schema::kRestColumn) == nullptr) {
    return Fail(ErrorKind::kInvalid,
                "the table has no column '{}' (string), which keeps what has no column",
                schema::kRestColumn);
  }
  if (!HasDistinctMembers(Type::Struct(table.fields))) {
    return Fail(ErrorKind::kInvalid, "the table has two columns or members of one name");
  }
  for (const Field& field : table.fields) {
    if (!schema::IsReservedColumn(field.name)) continue;
    const TypeKind wanted =
        field.name == schema::kReceivedAtColumn ? TypeKind::kTimestampTz : TypeKind::kString;
    if (field.type.kind != wanted) {
      return Fail(ErrorKind::kInvalid, "column '{}' is {}, but must be {}", field.name,
                  HiveTypeText(field.type), HiveTypeText(Type::Of(wanted)));
    }
  }
  return {};
}

class Builder {
 public:
  explicit Builder(const columns::Layout& layout) : layout_(layout) {}

  Place MakePlace(const Field& field, const columns::Node& node, bool repeated) const {
    Place place;
    place.type = &field.type;
    place.node = &node;
    place.kind = field.type.kind;
    place.required = field.required;
    place.repeated = repeated;
    if (!field.type.is_nested()) {
      place.leaf = &layout_.leaves()[static_cast<size_t>(node.first_leaf)];
      return place;
    }
    const bool is_struct = place.kind == TypeKind::kStruct;
    place.has_objects = place.kind != TypeKind::kList;
    place.must_check = !is_struct;
    for (size_t i = 0; i < field.type.fields.size(); ++i) {
      const Field& inner = field.type.fields[i];
      Place& made =
          place.inner.emplace_back(MakePlace(inner, node.children[i], repeated || !is_struct));
      place.has_objects = place.has_objects || made.has_objects;
      place.must_check = place.must_check || inner.required;
      if (is_struct) place.names.Add(inner.name);
    }
    place.members.resize(place.inner.size());
    if (field.type.is_variant) {
      place.is_variant = true;
      place.has_objects = place.must_check = false;
    }
    return place;
  }

 private:
  const columns::Layout& layout_;
};

void Feed(const ColumnDeclaration* declared, const std::string& name, RowPlan* plan,
          Column* column) {
  if (name == schema::kRestColumn) {
    column->feed = ColumnFeed::kRest;
  } else if (name == schema::kReceivedAtColumn ||
             (declared != nullptr && declared->source == ColumnSource::kReceivedAt)) {
    column->feed = ColumnFeed::kReceivedAt;
  } else if (name == schema::kRecordIdColumn ||
             (declared != nullptr && declared->source == ColumnSource::kRecordId)) {
    column->feed = ColumnFeed::kRecordId;
  } else {
    column->member = plan->names.Add(declared == nullptr ? name : declared->member);
  }
  if (declared == nullptr) return;
  column->is_json_text = declared->is_json_text;
  column->default_is_received_at = declared->default_is_received_at;
  column->default_value = declared->default_value;
}

}  // namespace

Result<RowPlan> RowPlan::Make(const Shaping& shaping, const schema::TableSchema& table) {
  const std::vector<ColumnDeclaration>& declared = shaping.declared;
  TRY(CheckTable(shaping, table));
  for (const ColumnDeclaration& column : declared) TRY(CheckDeclared(column, table));
  RowPlan plan;
  plan.layout = columns::Layout::Make(table);
  const Builder builder(*plan.layout);
  const std::vector<Field>& fields = plan.layout->schema().fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    Column& column = plan.columns.emplace_back();
    column.place = builder.MakePlace(fields[i], plan.layout->root().children[i], false);
    const auto at = std::ranges::find(declared, fields[i].name, &ColumnDeclaration::name);
    Feed(at == declared.end() ? nullptr : &*at, fields[i].name, &plan, &column);
    if (column.feed == ColumnFeed::kRest) plan.rest_column = i;
    plan.folded_columns.push_back(schema::FoldCase(fields[i].name));
  }
  std::ranges::sort(plan.folded_columns);
  for (const std::string& name : shaping.partition_names) {
    plan.folded_partitions.push_back(schema::FoldCase(name));
  }
  plan.fields = schema::FieldCount(fields);
  plan.members.resize(plan.names.size());
  plan.kept_in_rest.resize(plan.names.size());
  return plan;
}

bool RowPlan::HasColumn(const std::string& folded) const {
  return std::ranges::binary_search(folded_columns, folded);
}

}  // namespace tarn::shape
