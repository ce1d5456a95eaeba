// Rows as text for tests: from the value tree on one side, from Arrow arrays on the other, so that
// two ways must agree.
#pragma once

#include <arrow/api.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/format.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::columns::testing {

/// A value of any type. Decimals are in `decimal`; struct members, list elements and map entries
/// (of two children) in `children`.
struct Tree {
  bool null = false;
  int64_t integer = 0;
  double real = 0;
  schema::Int128 decimal = 0;
  std::string bytes;
  std::vector<Tree> children;
};

inline std::string RealText(double value) {
  if (std::isnan(value)) return "NaN";
  return ToHex({reinterpret_cast<const char*>(&value), sizeof value});
}

inline std::string DecimalText(schema::Int128 value) {
  return ToHex({reinterpret_cast<const char*>(&value), sizeof value});
}

inline std::string TreeText(const schema::Type& type, const Tree& tree) {
  using schema::TypeKind;
  if (tree.null) return "null";
  std::string text;
  switch (type.kind) {
    case TypeKind::kStruct:
      for (size_t i = 0; i < type.fields.size(); ++i) {
        text += (i == 0 ? "{" : ", ") + TreeText(type.fields[i].type, tree.children[i]);
      }
      return text + "}";
    case TypeKind::kList:
      for (const Tree& element : tree.children) {
        text += TreeText(type.fields[0].type, element) + ", ";
      }
      return "[" + text + "]";
    case TypeKind::kMap:
      for (const Tree& entry : tree.children) {
        text += TreeText(type.fields[0].type, entry.children[0]) + ": " +
                TreeText(type.fields[1].type, entry.children[1]) + ", ";
      }
      return "<" + text + ">";
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return RealText(tree.real);
    case TypeKind::kDecimal:
      return DecimalText(tree.decimal);
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kUuid:
    case TypeKind::kFixed:
      return "'" + ToHex(tree.bytes) + "'";
    default:
      return Format("{}", tree.integer);
  }
}

inline std::string RowText(const schema::TableSchema& schema, const Tree& row) {
  return TreeText(schema::Type::Struct(schema.fields), row);
}

/// The text of one value of an Arrow array, in the same form.
inline std::string ArrowText(const arrow::Array& array, int64_t at) {
  if (array.IsNull(at)) return "null";
  std::string text;
  switch (array.type_id()) {
    case arrow::Type::EXTENSION:
      return ArrowText(*static_cast<const arrow::ExtensionArray&>(array).storage(), at);
    case arrow::Type::STRUCT: {
      const auto& structs = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < structs.num_fields(); ++i) {
        text += (i == 0 ? "{" : ", ") + ArrowText(*structs.field(i), at);
      }
      return text + "}";
    }
    case arrow::Type::LIST: {
      const auto& lists = static_cast<const arrow::ListArray&>(array);
      for (int64_t i = lists.value_offset(at); i < lists.value_offset(at + 1); ++i) {
        text += ArrowText(*lists.values(), i) + ", ";
      }
      return "[" + text + "]";
    }
    case arrow::Type::MAP: {
      const auto& maps = static_cast<const arrow::MapArray&>(array);
      for (int64_t i = maps.value_offset(at); i < maps.value_offset(at + 1); ++i) {
        text += ArrowText(*maps.keys(), i) + ": " + ArrowText(*maps.items(), i) + ", ";
      }
      return "<" + text + ">";
    }
    case arrow::Type::FLOAT:
      return RealText(static_cast<double>(static_cast<const arrow::FloatArray&>(array).Value(at)));
    case arrow::Type::DOUBLE:
      return RealText(static_cast<const arrow::DoubleArray&>(array).Value(at));
    case arrow::Type::DECIMAL128:
    case arrow::Type::FIXED_SIZE_BINARY: {
      const auto& fixed = static_cast<const arrow::FixedSizeBinaryArray&>(array);
      const std::string hex = ToHex(fixed.GetView(at));
      return array.type_id() == arrow::Type::DECIMAL128 ? hex : "'" + hex + "'";
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return "'" + ToHex(static_cast<const arrow::BinaryArray&>(array).GetView(at)) + "'";
    case arrow::Type::BOOL:
      return Format("{}",
                    static_cast<int>(static_cast<const arrow::BooleanArray&>(array).Value(at)));
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
      return Format("{}", array.data()->GetValues<int32_t>(1)[at]);
    default:
      return Format("{}", array.data()->GetValues<int64_t>(1)[at]);
  }
}

inline std::string ArrowRowText(const arrow::RecordBatch& batch, int64_t at) {
  std::string text;
  for (int i = 0; i < batch.num_columns(); ++i) {
    text += (i == 0 ? "{" : ", ") + ArrowText(*batch.column(i), at);
  }
  return text + "}";
}

}  // namespace tarn::columns::testing
