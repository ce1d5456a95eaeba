#include "catalog/iceberg/avro_schema.h"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/json.h"

namespace tarn::catalog::iceberg {
namespace {

constexpr int kSchemaDepthMax = 64;
constexpr int64_t kFixedBytesMax = 1 << 20;

struct NamedKind {
  std::string_view name;
  AvroKind kind;
};
constexpr std::array<NamedKind, 8> kPrimitives = {{{"null", AvroKind::kNull},
                                                   {"boolean", AvroKind::kBoolean},
                                                   {"int", AvroKind::kInt},
                                                   {"long", AvroKind::kLong},
                                                   {"float", AvroKind::kFloat},
                                                   {"double", AvroKind::kDouble},
                                                   {"bytes", AvroKind::kBytes},
                                                   {"string", AvroKind::kString}}};

std::optional<AvroKind> PrimitiveKind(std::string_view name) {
  for (const NamedKind& primitive : kPrimitives) {
    if (primitive.name == name) return primitive.kind;
  }
  return std::nullopt;
}

}  // namespace

class AvroSchemaParser {
 public:
  Result<AvroSchema> Parse(const Json& json) {
    schema_.root_ = TRY(ParseType(json, 0));
    return std::move(schema_);
  }

 private:
  AvroType* Add(AvroKind kind) {
    schema_.types_.push_back(std::make_unique<AvroType>());
    schema_.types_.back()->kind = kind;
    return schema_.types_.back().get();
  }

  Result<const AvroType*> ParseType(const Json& json, int depth) {
    if (depth > kSchemaDepthMax) {
      return Fail(ErrorKind::kCorrupt, "Avro schema nests deeper than {}", kSchemaDepthMax);
    }
    if (json.is_string()) return ParseName(json.as_string());
    if (json.is_array()) return ParseUnion(json.as_array(), depth);
    const Json* type = json.Find("type");
    if (type == nullptr) return Fail(ErrorKind::kCorrupt, "Avro type without `type`");
    if (!type->is_string()) return ParseType(*type, depth + 1);
    return ParseComplex(type->as_string(), json, depth);
  }

  Result<const AvroType*> ParseName(const std::string& name) {
    if (const auto kind = PrimitiveKind(name)) return Add(*kind);
    const auto named = named_.find(name.substr(name.rfind('.') + 1));
    if (named == named_.end()) return Fail(ErrorKind::kCorrupt, "Avro type '{}' is unknown", name);
    return named->second;
  }

  Result<const AvroType*> ParseUnion(const Json::Array& branches, int depth) {
    AvroType* type = Add(AvroKind::kUnion);
    for (const Json& branch : branches) {
      type->inside.push_back(TRY(ParseType(branch, depth + 1)));
      if (type->inside.back()->kind == AvroKind::kUnion) {
        return Fail(ErrorKind::kCorrupt, "an Avro union within a union");
      }
    }
    return type;
  }

  Result<const AvroType*> ParseComplex(const std::string& kind, const Json& json, int depth) {
    if (kind == "record") return ParseRecord(json, depth);
    if (kind == "array") return ParseItems(AvroKind::kArray, "items", json, depth);
    if (kind == "map") return ParseItems(AvroKind::kMap, "values", json, depth);
    if (kind == "enum") return Remember(json, Add(AvroKind::kEnum));
    if (kind != "fixed") return ParseName(kind);
    const auto size = json.GetInt("size");
    if (!size || *size < 0 || *size > kFixedBytesMax) {
      return Fail(ErrorKind::kCorrupt, "Avro fixed type without a sensible `size`");
    }
    AvroType* type = Add(AvroKind::kFixed);
    type->fixed_size = static_cast<size_t>(*size);
    return Remember(json, type);
  }

  Result<const AvroType*> ParseItems(AvroKind kind, const char* member, const Json& json,
                                     int depth) {
    const Json* items = json.Find(member);
    if (items == nullptr) return Fail(ErrorKind::kCorrupt, "Avro type without `{}`", member);
    AvroType* type = Add(kind);
    type->inside.push_back(TRY(ParseType(*items, depth + 1)));
    return type;
  }

  Result<const AvroType*> ParseRecord(const Json& json, int depth) {
    AvroType* record = Add(AvroKind::kRecord);
    Remember(json, record);  // before its fields: they may refer to it
    const Json* fields = json.Find("fields");
    if (fields == nullptr || !fields->is_array()) {
      return Fail(ErrorKind::kCorrupt, "Avro record without `fields`");
    }
    for (const Json& member : fields->as_array()) {
      AvroField field;
      const Json* name = member.Find("name");
      const Json* type = member.Find("type");
      const Json* id = member.Find("field-id");
      if (name == nullptr || !name->is_string() || type == nullptr) {
        return Fail(ErrorKind::kCorrupt, "Avro record field without `name` or `type`");
      }
      field.name = name->as_string();
      if (id != nullptr && id->is_int()) field.field_id = static_cast<int32_t>(id->as_int());
      field.type = TRY(ParseType(*type, depth + 1));
      record->fields.push_back(std::move(field));
    }
    return record;
  }

  const AvroType* Remember(const Json& json, const AvroType* type) {
    const Json* name = json.Find("name");
    if (name != nullptr && name->is_string()) {
      const std::string& full = name->as_string();
      named_[full.substr(full.rfind('.') + 1)] = type;
    }
    return type;
  }

  AvroSchema schema_;
  std::map<std::string, const AvroType*> named_;  // by name without namespace
};

Result<AvroSchema> AvroSchema::Parse(std::string_view text) {
  auto json = Json::Parse(text);
  if (!json) {
    return Fail(ErrorKind::kCorrupt, "Avro schema is not JSON: {}", json.error().message());
  }
  return AvroSchemaParser().Parse(*json);
}

}  // namespace tarn::catalog::iceberg
