#include "schema/avro_schema.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/json.h"

namespace tarn::schema {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

struct Primitive {
  std::string_view name;
  TypeKind kind;
};

constexpr Primitive kPrimitives[] = {{"boolean", TypeKind::kBoolean}, {"int", TypeKind::kInt},
                                     {"long", TypeKind::kLong},       {"float", TypeKind::kFloat},
                                     {"double", TypeKind::kDouble},   {"bytes", TypeKind::kBinary},
                                     {"string", TypeKind::kString}};

/// A logical type that is written as an int or a long.
struct TimeType {
  std::string_view name;
  TypeKind written_as;
  TypeKind kind;
  int64_t factor;
};

constexpr TimeType kTimeTypes[] = {
    {"date", TypeKind::kInt, TypeKind::kDate, 1},
    {"time-millis", TypeKind::kInt, TypeKind::kTime, kMicrosPerMilli},
    {"time-micros", TypeKind::kLong, TypeKind::kTime, 1},
    {"timestamp-millis", TypeKind::kLong, TypeKind::kTimestampTz, kMicrosPerMilli},
    {"timestamp-micros", TypeKind::kLong, TypeKind::kTimestampTz, 1},
    {"local-timestamp-millis", TypeKind::kLong, TypeKind::kTimestamp, kMicrosPerMilli},
    {"local-timestamp-micros", TypeKind::kLong, TypeKind::kTimestamp, 1}};

/// A type, and its leaves' factors.
struct Parsed {
  Type type;
  std::vector<int64_t> factors = {1};
  bool is_optional = false;  ///< a union with null
};

std::string Shown(const Json& json) {
  constexpr size_t kShownBytesMax = 60;
  std::string text = json.Dump();
  if (text.size() <= kShownBytesMax) return text;
  size_t length = kShownBytesMax;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return text.substr(0, length) + "…";
}

std::string Inside(const std::string& path, std::string_view step) {
  return path.empty() ? std::string(step) : path + "." + std::string(step);
}

/// Reads a schema from the outside in. Paths are the columns' (`payload.info[]`, `counts{}`).
class Reader {
 public:
  Result<Parsed> ReadRecord(const Json& json, const std::string& path, int depth) {
    const Json* fields = json.Find("fields");
    if (fields == nullptr || !fields->is_array()) {
      return Wrong(path, "a record needs 'fields', an array");
    }
    Parsed record{.factors = {}};
    std::vector<Field> members;
    for (const Json& field : fields->as_array()) {
      Parsed member;
      members.push_back(TRY(ReadField(field, path, depth, &member)));
      record.factors.insert(record.factors.end(), member.factors.begin(), member.factors.end());
      if (record.factors.size() > kFieldsMax) {  // names of types can hold each other many times
        return Wrong(
            path, Format("a table may have at most {} columns, nested ones included", kFieldsMax));
      }
    }
    if (members.empty()) return Wrong(path, "a record needs at least one field");
    record.type = Type::Struct(std::move(members));
    return record;
  }

  /// Makes a named type known. Names are looked up as they are written, and with their namespace.
  Result<Parsed> ReadNamed(const Json& json, const std::string& kind, const std::string& path,
                           int depth) {
    const Json* name = json.Find("name");
    if (name == nullptr || !name->is_string() || name->as_string().empty()) {
      return Wrong(path, Format("a {} needs a 'name'", kind));
    }
    const std::string& given = name->as_string();
    const Json* space = json.Find("namespace");
    std::vector<std::string> names = {given};
    if (const size_t dot = given.rfind('.'); dot != std::string::npos) {
      names.push_back(given.substr(dot + 1));
    } else if (space != nullptr && space->is_string()) {
      names.push_back(space->as_string() + "." + given);
    }
    for (const std::string& known_as : names) named_[known_as] = std::nullopt;
    Parsed parsed = kind == "record" || kind == "error" ? TRY(ReadRecord(json, path, depth))
                    : kind == "fixed"                   ? TRY(ReadFixed(json, path))
                                                        : TRY(ReadEnum(json, path));
    TRY(ReadLogicalType(json, path, &parsed));  // its name means the same later
    for (const std::string& known_as : names) named_[known_as] = parsed;
    return parsed;
  }

  static std::unexpected<Error> Wrong(const std::string& path, std::string_view what) {
    if (path.empty()) return Fail(ErrorKind::kInvalid, "{}", what);
    return Fail(ErrorKind::kInvalid, "field '{}': {}", path, what);
  }
  static std::unexpected<Error> Unsupported(const std::string& path, std::string_view what) {
    return Fail(ErrorKind::kUnsupported, "field '{}': {}", path, what);
  }

 private:
  Result<Field> ReadField(const Json& json, const std::string& path, int depth, Parsed* type) {
    const Json* name = json.Find("name");
    if (name == nullptr || !name->is_string()) {
      return Wrong(path, Format("expected a field with a 'name', found {}", Shown(json)));
    }
    const std::string inside = Inside(path, name->as_string());
    const Json* written = json.Find("type");
    if (written == nullptr) return Wrong(inside, "it has no 'type'");
    *type = TRY(ReadType(*written, inside, depth + 1));
    Field field{.name = name->as_string(), .required = !type->is_optional, .type = type->type};
    const Json* doc = json.Find("doc");
    if (doc != nullptr && doc->is_string()) field.doc = doc->as_string();
    return field;
  }

  Result<Parsed> ReadType(const Json& json, const std::string& path, int depth) {
    if (depth > kNestingMax) {
      return Wrong(path, Format("types are nested over {} deep", kNestingMax));
    }
    if (json.is_string()) return ReadName(json.as_string(), path);
    if (json.is_array()) return ReadUnion(json, path, depth);
    const Json* kind = json.Find("type");
    if (kind == nullptr) return Wrong(path, Format("{} is no Avro type", Shown(json)));
    if (!kind->is_string()) return ReadType(*kind, path, depth + 1);  // {"type": {…}}
    const std::string& word = kind->as_string();
    if (word == "array") return ReadArray(json, path, depth);
    if (word == "map") return ReadMap(json, path, depth);
    const bool is_named = word == "record" || word == "error" || word == "enum" || word == "fixed";
    if (is_named) return ReadNamed(json, word, path, depth);
    Parsed parsed = TRY(ReadName(word, path));
    TRY(ReadLogicalType(json, path, &parsed));
    return parsed;
  }

  Result<Parsed> ReadName(const std::string& name, const std::string& path) {
    for (const Primitive& primitive : kPrimitives) {
      if (primitive.name == name) return Parsed{.type = Type::Of(primitive.kind)};
    }
    if (name == "null") return Wrong(path, "a column of null alone holds nothing");
    const auto found = named_.find(name);
    if (found == named_.end()) {
      return Wrong(
          path, Format("'{}' is no Avro type, and none of this name is defined before it", name));
    }
    if (!found->second) {
      return Unsupported(path, Format("'{}' holds itself, which no column can", name));
    }
    return *found->second;
  }

  Result<Parsed> ReadUnion(const Json& json, const std::string& path, int depth) {
    const Json* other = nullptr;
    size_t others = 0;
    for (const Json& branch : json.as_array()) {
      if (branch.is_string() && branch.as_string() == "null") continue;
      other = &branch;
      ++others;
    }
    if (others != 1) {
      return Unsupported(
          path,
          Format("{} is a union; a column holds one type, or null and one type", Shown(json)));
    }
    Parsed parsed = TRY(ReadType(*other, path, depth + 1));
    if (parsed.is_optional) return Wrong(path, "a union may not hold a union");
    parsed.is_optional = json.as_array().size() > 1;
    return parsed;
  }

  Result<Parsed> ReadArray(const Json& json, const std::string& path, int depth) {
    const Json* items = json.Find("items");
    if (items == nullptr) return Wrong(path, "an array needs 'items'");
    Parsed parsed = TRY(ReadType(*items, path + "[]", depth + 1));
    parsed.type = Type::List({.required = !parsed.is_optional, .type = std::move(parsed.type)});
    parsed.is_optional = false;
    return parsed;
  }

  Result<Parsed> ReadMap(const Json& json, const std::string& path, int depth) {
    const Json* values = json.Find("values");
    if (values == nullptr) return Wrong(path, "a map needs 'values'");
    Parsed parsed = TRY(ReadType(*values, path + "{}", depth + 1));
    parsed.type = Type::Map({.type = Type::Of(TypeKind::kString)},
                            {.required = !parsed.is_optional, .type = std::move(parsed.type)});
    parsed.factors.insert(parsed.factors.begin(), 1);
    parsed.is_optional = false;
    return parsed;
  }

  static Result<Parsed> ReadFixed(const Json& json, const std::string& path) {
    constexpr int64_t kBytesMax = 1 << 20;
    const Json* size = json.Find("size");
    if (size == nullptr || !size->is_int() || size->as_int() < 1 || size->as_int() > kBytesMax) {
      return Wrong(path, Format("a fixed needs a 'size' of 1 to {}", kBytesMax));
    }
    return Parsed{.type = Type::Fixed(static_cast<int>(size->as_int()))};
  }

  static Result<Parsed> ReadEnum(const Json& json, const std::string& path) {
    const Json* symbols = json.Find("symbols");
    const bool are_texts = symbols != nullptr && symbols->is_array() &&
                           std::ranges::all_of(symbols->as_array(), &Json::is_string);
    if (!are_texts) return Wrong(path, "an enum needs 'symbols', an array of texts");
    return Parsed{.type = Type::Of(TypeKind::kString)};
  }

  static Status ReadLogicalType(const Json& json, const std::string& path, Parsed* parsed) {
    const Json* named = json.Find("logicalType");
    if (named == nullptr || !named->is_string()) return {};
    const std::string& name = named->as_string();
    const TypeKind written_as = parsed->type.kind;
    for (const TimeType& time : kTimeTypes) {
      if (time.name != name || time.written_as != written_as) continue;
      *parsed = {.type = Type::Of(time.kind), .factors = {time.factor}};
      return {};
    }
    if (name.ends_with("-nanos") && written_as == TypeKind::kLong) {
      return Unsupported(path, Format("'{}': columns count microseconds", name));
    }
    const bool is_bytes = written_as == TypeKind::kBinary || written_as == TypeKind::kFixed;
    if (name == "decimal" && is_bytes) return ReadDecimal(json, path, &parsed->type);
    const bool is_uuid = written_as == TypeKind::kString ||
                         (written_as == TypeKind::kFixed && parsed->type.length == 16);
    if (name == "uuid" && is_uuid) parsed->type = Type::Of(TypeKind::kUuid);
    return {};
  }

  static Status ReadDecimal(const Json& json, const std::string& path, Type* type) {
    const Json* precision = json.Find("precision");
    const Json* scale = json.Find("scale");
    const bool is_whole =
        precision != nullptr && precision->is_int() && (scale == nullptr || scale->is_int());
    const int64_t digits = is_whole ? precision->as_int() : 0;
    const int64_t behind = is_whole && scale != nullptr ? scale->as_int() : 0;
    if (digits < 1 || digits > kDecimalPrecisionMax || behind < 0 || behind > digits) {
      return Wrong(path, Format("a decimal needs a 'precision' of 1 to {}, and a 'scale' up to it",
                                kDecimalPrecisionMax));
    }
    *type = Type::Decimal(static_cast<int>(digits), static_cast<int>(behind));
    return {};
  }

  /// Without a value while the type is being read.
  std::unordered_map<std::string, std::optional<Parsed>> named_;
};

size_t LeafCount(const Type& type) {
  if (!type.is_nested()) return 1;
  size_t count = 0;
  for (const Field& field : type.fields) count += LeafCount(field.type);
  return count;
}

}  // namespace

AvroColumns PlainColumns(std::vector<Field> fields) {
  AvroColumns columns{.fields = std::move(fields), .leaf_factors = {}};
  size_t leaves = 0;
  for (const Field& field : columns.fields) leaves += LeafCount(field.type);
  columns.leaf_factors.assign(leaves, 1);
  return columns;
}

Result<AvroColumns> ParseAvroRecord(std::string_view json) {
  if (json.size() > kAvroSchemaBytesMax) {
    return Fail(ErrorKind::kTooLarge, "a schema of {} bytes; {} are allowed", json.size(),
                kAvroSchemaBytesMax);
  }
  const Json schema = TRY(Json::Parse(json));
  const Json* kind = schema.Find("type");
  if (kind == nullptr || !kind->is_string() || kind->as_string() != "record") {
    return Fail(ErrorKind::kInvalid,
                "expected an Avro record ({{\"type\":\"record\", …}}), found {}", Shown(schema));
  }
  Parsed record = TRY(Reader().ReadNamed(schema, "record", "", 0));
  TRY(CheckColumns(record.type.fields));
  return AvroColumns{.fields = std::move(record.type.fields),
                     .leaf_factors = std::move(record.factors)};
}

}  // namespace tarn::schema
