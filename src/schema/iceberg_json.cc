#include "schema/iceberg_json.h"

#include <charconv>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

namespace tarn::schema {
namespace {

struct PrimitiveName {
  std::string_view name;
  TypeKind kind;
};

constexpr PrimitiveName kPrimitives[] = {{"boolean", TypeKind::kBoolean},
                                         {"int", TypeKind::kInt},
                                         {"long", TypeKind::kLong},
                                         {"float", TypeKind::kFloat},
                                         {"double", TypeKind::kDouble},
                                         {"date", TypeKind::kDate},
                                         {"time", TypeKind::kTime},
                                         {"timestamp", TypeKind::kTimestamp},
                                         {"timestamptz", TypeKind::kTimestampTz},
                                         {"string", TypeKind::kString},
                                         {"uuid", TypeKind::kUuid},
                                         {"binary", TypeKind::kBinary}};

/// Types of format v3, by how their names begin.
constexpr std::string_view kNewerTypes[] = {"timestamp_ns", "timestamptz_ns", "variant",
                                            "geometry",     "geography",      "unknown"};

Json FieldToIceberg(const Field& field) {
  Json json = Json::MakeObject({{"id", field.id.number()},
                                {"name", field.name},
                                {"required", field.required},
                                {"type", TypeToIceberg(field.type)}});
  if (!field.doc.empty()) json.Set("doc", field.doc);
  return json;
}

Json FieldsToIceberg(const std::vector<Field>& fields) {
  Json json = Json::MakeArray();
  for (const Field& field : fields) json.Push(FieldToIceberg(field));
  return json;
}

/// A required member as a Json error says it, but of the kind for stored bytes.
template <class T>
Result<T> Stored(Result<T> member) {
  if (!member) return Fail(ErrorKind::kCorrupt, "{}", member.error().message());
  return member;
}

Result<int32_t> GetInt32(const Json& json, std::string_view name) {
  const int64_t number = TRY(Stored(json.GetInt(name)));
  if (number < 0 || number > std::numeric_limits<int32_t>::max()) {
    return Fail(ErrorKind::kCorrupt, "'{}' is {}, no id", name, number);
  }
  return static_cast<int32_t>(number);
}

Result<int32_t> GetInt32Or(const Json& json, std::string_view name, int32_t otherwise) {
  if (json.Find(name) == nullptr) return otherwise;
  return GetInt32(json, name);
}

/// The numbers of `decimal(9, 2)` and `fixed[16]`: what stands between the brackets.
class Parameters {
 public:
  explicit Parameters(std::string_view text) : text_(text) {}

  std::optional<int> TakeNumber() {
    SkipSpaces();
    int number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    SkipSpaces();
    return number;
  }

  bool Take(char wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool done() const { return text_.empty(); }

 private:
  void SkipSpaces() {
    while (Take(' ')) {
    }
  }

  std::string_view text_;
};

std::optional<Type> DecimalFrom(std::string_view text) {
  Parameters in(text);
  const auto precision = in.TakeNumber();
  if (!precision || !in.Take(',')) return std::nullopt;
  const auto scale = in.TakeNumber();
  if (!scale || !in.Take(')') || !in.done()) return std::nullopt;
  const bool fits =
      *precision >= 1 && *precision <= kDecimalPrecisionMax && *scale >= 0 && *scale <= *precision;
  if (!fits) return std::nullopt;
  return Type::Decimal(*precision, *scale);
}

std::optional<Type> FixedFrom(std::string_view text) {
  Parameters in(text);
  const auto length = in.TakeNumber();
  if (!length || *length < 1 || !in.Take(']') || !in.done()) return std::nullopt;
  return Type::Fixed(*length);
}

Result<Type> PrimitiveFrom(const std::string& name) {
  for (const PrimitiveName& primitive : kPrimitives) {
    if (primitive.name == name) return Type::Of(primitive.kind);
  }
  constexpr std::string_view kDecimal = "decimal(";
  constexpr std::string_view kFixed = "fixed[";
  std::optional<Type> type;
  if (name.starts_with(kDecimal))
    type = DecimalFrom(std::string_view(name).substr(kDecimal.size()));
  if (name.starts_with(kFixed)) type = FixedFrom(std::string_view(name).substr(kFixed.size()));
  if (type) return *std::move(type);
  for (const std::string_view newer : kNewerTypes) {
    if (name == newer || name.starts_with(std::string(newer) + "(")) {
      return Fail(ErrorKind::kUnsupported, "type '{}' is of Iceberg format v3", name);
    }
  }
  return Fail(ErrorKind::kCorrupt, "'{}' is no Iceberg type", name);
}

Result<Type> TypeFrom(const Json& json, int depth);

Result<Field> FieldFrom(const Json& json, int depth) {
  Field field;
  field.name = TRY(Stored(json.GetString("name")));
  const auto read = [&]() -> Status {
    field.id = FieldId(TRY(GetInt32(json, "id")));
    field.required = TRY(Stored(json.GetBool("required")));
    const Json* type = json.Find("type");
    if (type == nullptr) return Fail(ErrorKind::kCorrupt, "it has no type");
    field.type = TRY(TypeFrom(*type, depth));
    if (json.Find("doc") != nullptr && !json.Find("doc")->is_null()) {
      field.doc = TRY(Stored(json.GetString("doc")));
    }
    const Json* initial = json.Find("initial-default");
    if (initial != nullptr && !initial->is_null()) {
      return Fail(ErrorKind::kUnsupported, "an initial default is of Iceberg format v3");
    }
    return {};
  };
  TRY(While(read(), "field '{}'", field.name));
  return field;
}

Result<std::vector<Field>> FieldsFrom(const Json& json, int depth) {
  std::vector<Field> fields;
  for (const Json& field : TRY(Stored(json.GetArray("fields")))->as_array()) {
    fields.push_back(TRY(FieldFrom(field, depth)));
  }
  return fields;
}

/// An element, key or value: `element-id`, `element`, `element-required`.
Result<Field> InnerFieldFrom(const Json& json, const std::string& role, int depth) {
  const Json* type = json.Find(role);
  if (type == nullptr) return Fail(ErrorKind::kCorrupt, "'{}' is missing", role);
  Field field;
  field.id = FieldId(TRY(GetInt32(json, role + "-id")));
  field.type = TRY(While(TypeFrom(*type, depth), "{}", role));
  if (role != "key") field.required = TRY(Stored(json.GetBool(role + "-required")));
  return field;
}

Result<Type> TypeFrom(const Json& json, int depth) {
  if (json.is_string()) return PrimitiveFrom(json.as_string());
  if (depth >= kNestingMax) {
    return Fail(ErrorKind::kUnsupported, "types are nested over {} deep", kNestingMax);
  }
  const std::string kind = TRY(Stored(json.GetString("type")));
  if (kind == "struct") return Type::Struct(TRY(FieldsFrom(json, depth + 1)));
  if (kind == "list") return Type::List(TRY(InnerFieldFrom(json, "element", depth + 1)));
  if (kind == "map") {
    return Type::Map(TRY(InnerFieldFrom(json, "key", depth + 1)),
                     TRY(InnerFieldFrom(json, "value", depth + 1)));
  }
  return Fail(ErrorKind::kCorrupt, "'{}' is no nested Iceberg type", kind);
}

Status CheckIdsDiffer(const std::vector<Field>& fields, std::unordered_set<FieldId>* seen) {
  for (const Field& field : fields) {
    if (!seen->insert(field.id).second) {
      return Fail(ErrorKind::kCorrupt, "field id {} is there twice", field.id.number());
    }
    TRY(CheckIdsDiffer(field.type.fields, seen));
  }
  return {};
}

/// in  place: of the field in its spec, for v1 metadata, which numbers them so
Result<PartitionField> PartitionFieldFrom(const Json& json, size_t place) {
  if (json.Find("source-id") == nullptr && json.Find("source-ids") != nullptr) {
    return Fail(ErrorKind::kUnsupported, "a partition of several columns is of Iceberg format v3");
  }
  PartitionField field;
  field.name = TRY(Stored(json.GetString("name")));
  field.source = FieldId(TRY(GetInt32(json, "source-id")));
  field.field_id =
      TRY(GetInt32Or(json, "field-id", kFirstPartitionFieldId + static_cast<int32_t>(place)));
  field.transform = TRY(ParseTransform(TRY(Stored(json.GetString("transform")))));
  return field;
}

}  // namespace

Json TypeToIceberg(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal:
      return Format("decimal({}, {})", type.precision, type.scale);
    case TypeKind::kFixed:
      return Format("fixed[{}]", type.length);
    case TypeKind::kStruct:
      return Json::MakeObject({{"type", "struct"}, {"fields", FieldsToIceberg(type.fields)}});
    case TypeKind::kList:
      return Json::MakeObject({{"type", "list"},
                               {"element-id", type.fields[0].id.number()},
                               {"element", TypeToIceberg(type.fields[0].type)},
                               {"element-required", type.fields[0].required}});
    case TypeKind::kMap:
      return Json::MakeObject({{"type", "map"},
                               {"key-id", type.fields[0].id.number()},
                               {"key", TypeToIceberg(type.fields[0].type)},
                               {"value-id", type.fields[1].id.number()},
                               {"value", TypeToIceberg(type.fields[1].type)},
                               {"value-required", type.fields[1].required}});
    default:
      break;
  }
  for (const PrimitiveName& primitive : kPrimitives) {
    if (primitive.kind == type.kind) return primitive.name;
  }
  return nullptr;
}

Result<Type> TypeFromIceberg(const Json& json) { return TypeFrom(json, 0); }

Json SchemaToIceberg(const TableSchema& schema) {
  return Json::MakeObject({{"type", "struct"},
                           {"schema-id", schema.schema_id},
                           {"fields", FieldsToIceberg(schema.fields)}});
}

Result<TableSchema> SchemaFromIceberg(const Json& json) {
  const std::string kind = TRY(Stored(json.GetString("type")));
  if (kind != "struct") return Fail(ErrorKind::kCorrupt, "a schema of type '{}'", kind);
  TableSchema schema;
  schema.schema_id = TRY(GetInt32Or(json, "schema-id", 0));
  schema.fields = TRY(FieldsFrom(json, 0));
  std::unordered_set<FieldId> seen;
  TRY(CheckIdsDiffer(schema.fields, &seen));
  return schema;
}

Json SpecFieldsToIceberg(const PartitionSpec& spec) {
  Json json = Json::MakeArray();
  for (const PartitionField& field : spec.fields) {
    json.Push(Json::MakeObject({{"source-id", field.source.number()},
                                {"field-id", field.field_id},
                                {"name", field.name},
                                {"transform", TransformText(field.transform)}}));
  }
  return json;
}

Json SpecToIceberg(const PartitionSpec& spec) {
  return Json::MakeObject({{"spec-id", spec.spec_id}, {"fields", SpecFieldsToIceberg(spec)}});
}

Result<PartitionSpec> SpecFromIceberg(const Json& json) {
  PartitionSpec spec;
  if (!json.is_array()) spec.spec_id = TRY(GetInt32(json, "spec-id"));
  const Json& fields = json.is_array() ? json : *TRY(Stored(json.GetArray("fields")));
  for (const Json& field : fields.as_array()) {
    const size_t place = spec.fields.size();
    spec.fields.push_back(
        TRY(While(PartitionFieldFrom(field, place), "partition field {}", place + 1)));
  }
  return spec;
}

}  // namespace tarn::schema
