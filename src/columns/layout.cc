#include "columns/layout.h"

#include <utility>

#include "base/invariant.h"
#include "schema/value.h"

namespace tarn::columns {

namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;

/// The fewest bytes of two's complement that hold every decimal of this precision.
/// source  Parquet format, "DECIMAL"
int DecimalBytes(int precision) {
  schema::Int128 largest = 1;
  for (int i = 0; i < precision; ++i) largest *= 10;
  largest -= 1;
  int bytes = 1;
  while (bytes < 16 && (schema::Int128{1} << (8 * bytes - 1)) - 1 < largest) ++bytes;
  return bytes;
}

void SetPhysical(const Type& type, Leaf* leaf) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      leaf->physical = Physical::kBoolean;
      return;
    case TypeKind::kInt:
    case TypeKind::kDate:
      leaf->physical = Physical::kInt32;
      return;
    case TypeKind::kLong:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      leaf->physical = Physical::kInt64;
      return;
    case TypeKind::kFloat:
      leaf->physical = Physical::kFloat;
      return;
    case TypeKind::kDouble:
      leaf->physical = Physical::kDouble;
      return;
    case TypeKind::kString:
    case TypeKind::kBinary:
      leaf->physical = Physical::kBytes;
      return;
    case TypeKind::kUuid:
      leaf->physical = Physical::kFixed;
      leaf->fixed_length = 16;
      return;
    case TypeKind::kFixed:
      leaf->physical = Physical::kFixed;
      leaf->fixed_length = type.length;
      return;
    case TypeKind::kDecimal:
      leaf->physical = type.precision <= 9    ? Physical::kInt32
                       : type.precision <= 18 ? Physical::kInt64
                                              : Physical::kFixed;
      if (type.precision > 18) leaf->fixed_length = DecimalBytes(type.precision);
      return;
    case TypeKind::kStruct:
    case TypeKind::kList:
    case TypeKind::kMap:
      break;
  }
  INVARIANT(false, "a nested type is no leaf");
}

/// What lies above the field that is being laid out.
struct Above {
  int definition = 0;
  int repetition = 0;
  int column = 0;
  std::vector<std::string> path = {};
};

class Builder {
 public:
  explicit Builder(std::vector<Leaf>* leaves) : leaves_(*leaves) {}

  /// in  name: Parquet's, which for elements, keys and values is fixed
  Node Add(const Field& field, std::string name, const Above& above) {
    Node node;
    node.id = field.id;
    node.name = std::move(name);
    node.kind = field.type.kind;
    node.required = field.required;
    node.is_variant = field.type.is_variant;
    const int definition = above.definition + (field.required ? 0 : 1);
    INVARIANT(definition < 250, "types are not nested deeper than schema::kNestingMax");
    node.definition = static_cast<uint8_t>(definition);
    node.repetition = static_cast<uint8_t>(above.repetition);
    node.first_leaf = static_cast<int>(leaves_.size());
    Above here{definition, above.repetition, above.column, above.path};
    here.path.push_back(node.name);
    if (field.type.is_nested()) {
      AddChildren(field.type, std::move(here), &node);
    } else {
      AddLeaf(field, std::move(here));
    }
    node.leaf_count = static_cast<int>(leaves_.size()) - node.first_leaf;
    return node;
  }

 private:
  void AddChildren(const Type& type, Above here, Node* node) {
    if (type.kind == TypeKind::kStruct) {
      for (const Field& member : type.fields)
        node->children.push_back(Add(member, member.name, here));
      return;
    }
    // The repeated group: one more level of each kind.
    ++here.definition;
    ++here.repetition;
    node->repetition = static_cast<uint8_t>(here.repetition);
    if (type.kind == TypeKind::kList) {
      here.path.emplace_back("list");
      node->children.push_back(Add(type.fields[0], "element", here));
    } else {
      here.path.emplace_back("key_value");
      node->children.push_back(Add(type.fields[0], "key", here));
      node->children.push_back(Add(type.fields[1], "value", here));
    }
  }

  void AddLeaf(const Field& field, Above here) {
    Leaf leaf;
    leaf.id = field.id;
    leaf.type = field.type;
    SetPhysical(field.type, &leaf);
    leaf.definition_max = static_cast<uint8_t>(here.definition);
    leaf.repetition_max = static_cast<uint8_t>(here.repetition);
    leaf.path = std::move(here.path);
    leaf.column = here.column;
    leaves_.push_back(std::move(leaf));
  }

  std::vector<Leaf>& leaves_;
};

}  // namespace

std::shared_ptr<const Layout> Layout::Make(const schema::TableSchema& schema) {
  auto layout = std::make_shared<Layout>();
  layout->schema_ = schema;
  layout->root_.required = true;
  Builder builder(&layout->leaves_);
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    layout->root_.children.push_back(
        builder.Add(field, field.name, Above{.column = static_cast<int>(i)}));
  }
  layout->root_.leaf_count = static_cast<int>(layout->leaves_.size());
  return layout;
}

}  // namespace tarn::columns
