// The schema that an Avro file was written with. Tarn decodes by it, field by field, so manifests
// of any writer are read: unions in any order, further fields, other names for the same field ids.
// source  Avro 1.12 specification, "Schema Declaration"; Iceberg spec, Appendix A
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::catalog::iceberg {

enum class AvroKind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,
};

struct AvroType;

struct AvroField {
  static constexpr int32_t kNoId = -1;
  std::string name;
  int32_t field_id = kNoId;  ///< Iceberg's
  const AvroType* type = nullptr;
};

struct AvroType {
  AvroKind kind = AvroKind::kNull;
  size_t fixed_size = 0;
  std::vector<AvroField> fields;        ///< record
  std::vector<const AvroType*> inside;  ///< union: its branches; array, map: the one item type
};

/// A parsed schema. Types may refer to themselves, so they are owned here and point at each other.
/// Threads: immutable; any.
class AvroSchema {
 public:
  /// in       json: the text of `avro.schema`; nesting up to 64
  /// errors   kCorrupt
  static Result<AvroSchema> Parse(std::string_view json);

  const AvroType& root() const { return *root_; }

 private:
  friend class AvroSchemaParser;
  std::vector<std::unique_ptr<AvroType>> types_;
  const AvroType* root_ = nullptr;
};

}  // namespace tarn::catalog::iceberg
