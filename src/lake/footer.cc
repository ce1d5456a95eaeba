#include "lake/footer.h"

#include "base/bytes.h"
#include "lake/thrift_compact.h"

namespace tarn::lake {

namespace {

using columns::Layout;
using columns::Leaf;
using columns::Node;
using columns::Physical;
using schema::TypeKind;

/// Readers trust statistics by this name; "build" is part of the form that they parse.
constexpr std::string_view kCreatedBy = "tarn version " TARN_VERSION " (build " TARN_VERSION ")";
/// Delta encoding came with version 2 of the format.
constexpr int32_t kFormatVersion = 2;
/// Of the encoding of variants: Parquet's VariantEncoding.md, whose version 1 is the only one.
constexpr int8_t kVariantVersion = 1;
/// Of a schema element.
constexpr int kLogicalTypeField = 10;

enum Repetition : int32_t { kRequired = 0, kOptional = 1, kRepeated = 2 };

/// The numbers of the older annotation. kNone: it cannot say it (times without zone among others).
enum Converted : int32_t {
  kNone = -1,
  kUtf8 = 0,
  kMap = 1,
  kList = 3,
  kDecimal = 5,
  kDate = 6,
  kTimestampMicros = 10
};

Converted ConvertedOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kString:
      return kUtf8;
    case TypeKind::kMap:
      return kMap;
    case TypeKind::kList:
      return kList;
    case TypeKind::kDecimal:
      return kDecimal;
    case TypeKind::kDate:
      return kDate;
    case TypeKind::kTimestampTz:
      return kTimestampMicros;
    default:
      return kNone;
  }
}

void WriteMicros(int field, bool is_utc, ThriftWriter* thrift) {
  thrift->BeginStruct(field);
  thrift->Bool(1, is_utc);
  thrift->BeginStruct(2);
  thrift->EmptyStruct(2);  // microseconds
  thrift->EndStruct();
  thrift->EndStruct();
}

void WriteLogicalType(TypeKind kind, const schema::Type* type, ThriftWriter* thrift) {
  if (kind == TypeKind::kStruct || kind <= TypeKind::kDouble || kind == TypeKind::kFixed ||
      kind == TypeKind::kBinary) {
    return;
  }
  thrift->BeginStruct(kLogicalTypeField);
  switch (kind) {
    case TypeKind::kString:
      thrift->EmptyStruct(1);
      break;
    case TypeKind::kMap:
      thrift->EmptyStruct(2);
      break;
    case TypeKind::kList:
      thrift->EmptyStruct(3);
      break;
    case TypeKind::kDecimal:
      thrift->BeginStruct(5);
      thrift->Int32(1, type->scale);
      thrift->Int32(2, type->precision);
      thrift->EndStruct();
      break;
    case TypeKind::kDate:
      thrift->EmptyStruct(6);
      break;
    case TypeKind::kTime:
      WriteMicros(7, false, thrift);
      break;
    case TypeKind::kTimestamp:
      WriteMicros(8, false, thrift);
      break;
    case TypeKind::kTimestampTz:
      WriteMicros(8, true, thrift);
      break;
    case TypeKind::kUuid:
      thrift->EmptyStruct(14);
      break;
    default:
      break;
  }
  thrift->EndStruct();
}

void WriteVariantType(ThriftWriter* thrift) {
  thrift->BeginStruct(kLogicalTypeField);
  thrift->BeginStruct(16);
  thrift->Int8(1, kVariantVersion);
  thrift->EndStruct();
  thrift->EndStruct();
}

/// The tree of the schema as a list, parents first.
class SchemaWriter {
 public:
  SchemaWriter(const Layout& layout, ThriftWriter* thrift) : layout_(layout), thrift_(*thrift) {}

  void Write() {
    thrift_.BeginList(2, ThriftWriter::kStruct, 1 + CountBelow(layout_.root()));
    thrift_.BeginElement();
    thrift_.String(4, "schema");
    thrift_.Int32(5, static_cast<int32_t>(layout_.root().children.size()));
    thrift_.EndStruct();
    for (const Node& column : layout_.root().children) WriteNode(column, true);
  }

 private:
  static size_t CountBelow(const Node& node) {
    size_t count = 0;
    for (const Node& child : node.children) count += 1 + CountBelow(child);
    return count + (node.kind == TypeKind::kList || node.kind == TypeKind::kMap);
  }

  /// in  has_id: false inside a variant, whose parts are no fields of the table
  void WriteNode(const Node& node, bool has_id) {
    if (node.children.empty()) return WriteLeaf(node, has_id);
    const bool is_struct = node.kind == TypeKind::kStruct;
    thrift_.BeginElement();
    thrift_.Int32(3, node.required ? kRequired : kOptional);
    thrift_.String(4, node.name);
    thrift_.Int32(5, is_struct ? static_cast<int32_t>(node.children.size()) : 1);
    WriteAnnotations(node, nullptr, has_id);
    thrift_.EndStruct();
    if (!is_struct) WriteRepeatedGroup(node);
    for (const Node& child : node.children) WriteNode(child, has_id && !node.is_variant);
  }

  void WriteRepeatedGroup(const Node& node) {
    thrift_.BeginElement();
    thrift_.Int32(3, kRepeated);
    thrift_.String(4, node.kind == TypeKind::kList ? "list" : "key_value");
    thrift_.Int32(5, static_cast<int32_t>(node.children.size()));
    thrift_.EndStruct();
  }

  void WriteLeaf(const Node& node, bool has_id) {
    const Leaf& leaf = layout_.leaves()[static_cast<size_t>(node.first_leaf)];
    thrift_.BeginElement();
    thrift_.Int32(1, PhysicalNumber(leaf.physical));
    if (leaf.physical == Physical::kFixed) thrift_.Int32(2, leaf.fixed_length);
    thrift_.Int32(3, node.required ? kRequired : kOptional);
    thrift_.String(4, node.name);
    WriteAnnotations(node, &leaf.type, has_id);
    thrift_.EndStruct();
  }

  void WriteAnnotations(const Node& node, const schema::Type* type, bool has_id) {
    const Converted converted = ConvertedOf(node.kind);
    if (converted != kNone) thrift_.Int32(6, converted);
    if (converted == kDecimal) {
      thrift_.Int32(7, type->scale);
      thrift_.Int32(8, type->precision);
    }
    if (has_id) thrift_.Int32(9, node.id.number());
    if (node.is_variant) return WriteVariantType(&thrift_);
    WriteLogicalType(node.kind, type, &thrift_);
  }

  const Layout& layout_;
  ThriftWriter& thrift_;
};

}  // namespace

std::string MakeFooter(const Layout& layout, const RowGroups& row_groups, int64_t index_offset) {
  std::string footer;
  ThriftWriter thrift(&footer);
  thrift.Int32(1, kFormatVersion);
  SchemaWriter(layout, &thrift).Write();
  thrift.Int64(3, row_groups.rows());
  row_groups.Write(index_offset, &thrift);
  thrift.String(6, kCreatedBy);
  thrift.BeginList(7, ThriftWriter::kStruct, layout.leaves().size());
  for (size_t i = 0; i < layout.leaves().size(); ++i) {
    thrift.BeginElement();
    thrift.EmptyStruct(1);  // the order of the type
    thrift.EndStruct();
  }
  thrift.End();
  AppendLe(&footer, static_cast<uint32_t>(footer.size()));
  footer += kParquetMagic;
  return footer;
}

}  // namespace tarn::lake
