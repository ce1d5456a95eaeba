// Random schemas and rows for tests, and the shredding of rows into slots.
#pragma once

#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/format.h"
#include "columns/batch.h"
#include "columns/layout.h"
#include "columns/row_slots.h"
#include "columns/row_text_testing.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::columns::testing {

using Random = std::mt19937_64;

inline uint64_t Below(Random& random, uint64_t limit) { return random() % limit; }

struct RandomLimits {
  int depth_max = 4;
  int columns_max = 8;
  size_t string_bytes_max = 40;
  int distinct_max = 0;  ///< of leaf values; 0: any
};

inline schema::Type RandomPrimitive(Random& random) {
  using schema::Type;
  using schema::TypeKind;
  switch (Below(random, 17)) {
    case 0:
      return Type::Of(TypeKind::kBoolean);
    case 1:
      return Type::Of(TypeKind::kInt);
    case 2:
      return Type::Of(TypeKind::kFloat);
    case 3:
      return Type::Of(TypeKind::kDouble);
    case 4:
      return Type::Decimal(static_cast<int>(1 + Below(random, 9)), 1);
    case 5:
      return Type::Decimal(static_cast<int>(10 + Below(random, 9)), 3);
    case 6:
      return Type::Decimal(static_cast<int>(19 + Below(random, 20)), 7);
    case 7:
      return Type::Of(TypeKind::kDate);
    case 8:
      return Type::Of(TypeKind::kTime);
    case 9:
      return Type::Of(TypeKind::kTimestamp);
    case 10:
      return Type::Of(TypeKind::kTimestampTz);
    case 11:
      return Type::Of(TypeKind::kUuid);
    case 12:
      return Type::Of(TypeKind::kBinary);
    case 13:
    case 14:
      return Type::Of(TypeKind::kLong);
    default:
      return Type::Of(TypeKind::kString);
  }
}

inline schema::Field RandomField(Random& random, std::string name, int depth);

inline schema::Type RandomType(Random& random, int depth) {
  const uint64_t pick = depth <= 0 ? 9 : Below(random, 10);
  if (pick <= 1) return schema::Type::List(RandomField(random, "element", depth - 1));
  if (pick == 2) {
    auto key = RandomField(random, "key", 0);
    key.required = true;
    return schema::Type::Map(std::move(key), RandomField(random, "value", depth - 1));
  }
  if (pick <= 4) {
    std::vector<schema::Field> members;
    const uint64_t count = 1 + Below(random, 3);
    for (uint64_t i = 0; i < count; ++i) {
      members.push_back(RandomField(random, Format("m{}", i), depth - 1));
    }
    return schema::Type::Struct(std::move(members));
  }
  return RandomPrimitive(random);
}

inline schema::Field RandomField(Random& random, std::string name, int depth) {
  schema::Field field;
  field.name = std::move(name);
  field.required = Below(random, 4) == 0;
  field.type = RandomType(random, depth);
  return field;
}

inline schema::TableSchema RandomSchema(Random& random, const RandomLimits& limits) {
  schema::TableSchema schema;
  const uint64_t count = 1 + Below(random, static_cast<uint64_t>(limits.columns_max));
  for (uint64_t i = 0; i < count; ++i) {
    schema.fields.push_back(RandomField(random, Format("c{}", i), limits.depth_max));
  }
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

inline double RandomReal(Random& random) {
  switch (Below(random, 10)) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return 0.0;
    case 2:
      return -0.0;
    case 3:
      return Below(random, 2) != 0 ? std::numeric_limits<double>::infinity()
                                   : -std::numeric_limits<double>::infinity();
    default:
      return (static_cast<double>(random() % 2'000'001) - 1e6) / 128;
  }
}

inline std::string RandomBytes(Random& random, const RandomLimits& limits, bool text) {
  std::string bytes;
  const size_t size = Below(random, 4) == 0 ? 0 : Below(random, limits.string_bytes_max + 1);
  while (bytes.size() < size) {
    if (text && Below(random, 6) == 0) {
      static constexpr const char* kLetters[] = {"é", "ß",           "€", "\xf4\x8f\xbf\xbf",
                                                 "𝄞", "\xed\x9f\xbf"};
      bytes += kLetters[Below(random, 6)];
    } else {
      bytes.push_back(static_cast<char>(text ? 'a' + Below(random, 3) : Below(random, 256)));
    }
  }
  return bytes;
}

inline Tree RandomLeaf(Random& random, const schema::Type& type, const RandomLimits& limits) {
  using schema::TypeKind;
  Random one_of_few(limits.distinct_max == 0
                        ? random()
                        : Below(random, static_cast<uint64_t>(limits.distinct_max)));
  Tree tree;
  switch (type.kind) {
    case TypeKind::kBoolean:
      tree.integer = static_cast<int64_t>(Below(one_of_few, 2));
      break;
    case TypeKind::kInt:
      tree.integer = static_cast<int32_t>(one_of_few());
      break;
    case TypeKind::kDate:
      tree.integer = static_cast<int64_t>(Below(one_of_few, 40'000)) - 10'000;
      break;
    case TypeKind::kLong:
      tree.integer = static_cast<int64_t>(one_of_few()) >> Below(one_of_few, 64);
      break;
    case TypeKind::kTime:
      tree.integer = static_cast<int64_t>(Below(one_of_few, 86'400'000'000));
      break;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      tree.integer =
          static_cast<int64_t>(Below(one_of_few, 4'000'000'000'000'000)) - 1'000'000'000'000'000;
      break;
    case TypeKind::kFloat:
      tree.real = static_cast<double>(static_cast<float>(RandomReal(one_of_few)));
      break;
    case TypeKind::kDouble:
      tree.real = RandomReal(one_of_few);
      break;
    case TypeKind::kDecimal: {
      schema::Int128 limit = 1;
      for (int i = 0; i < type.precision; ++i) limit *= 10;
      const auto wide = (static_cast<schema::Int128>(one_of_few() >> 1) << 63) +
                        static_cast<schema::Int128>(one_of_few() >> 1);
      tree.decimal = (wide % limit) * (Below(one_of_few, 2) != 0 ? 1 : -1);
      break;
    }
    case TypeKind::kUuid:
      while (tree.bytes.size() < 16) tree.bytes.push_back(static_cast<char>(one_of_few()));
      break;
    default:
      tree.bytes = RandomBytes(one_of_few, limits, type.kind == TypeKind::kString);
  }
  return tree;
}

inline Tree RandomTree(Random& random, const schema::Field& field, const RandomLimits& limits) {
  Tree tree;
  if (!field.required && Below(random, 4) == 0) {
    tree.null = true;
    return tree;
  }
  const schema::Type& type = field.type;
  if (!type.is_nested()) return RandomLeaf(random, type, limits);
  if (type.kind == schema::TypeKind::kStruct) {
    for (const auto& member : type.fields) {
      tree.children.push_back(RandomTree(random, member, limits));
    }
    return tree;
  }
  const uint64_t count = Below(random, 3) == 0 ? 0 : Below(random, 5);
  for (uint64_t i = 0; i < count; ++i) {
    if (type.kind == schema::TypeKind::kList) {
      tree.children.push_back(RandomTree(random, type.fields[0], limits));
    } else {
      Tree entry;
      entry.children.push_back(RandomTree(random, type.fields[0], limits));
      entry.children.push_back(RandomTree(random, type.fields[1], limits));
      tree.children.push_back(std::move(entry));
    }
  }
  return tree;
}

/// A row is a tree of the columns.
inline Tree RandomRow(Random& random, const schema::TableSchema& schema,
                      const RandomLimits& limits) {
  Tree row;
  for (const auto& field : schema.fields) row.children.push_back(RandomTree(random, field, limits));
  return row;
}

inline std::vector<Tree> RandomRows(Random& random, const schema::TableSchema& schema, size_t count,
                                    const RandomLimits& limits) {
  std::vector<Tree> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(RandomRow(random, schema, limits));
  return rows;
}

/// Puts rows into slots, level by level as Parquet's documentation has it.
class Shredder {
 public:
  explicit Shredder(RowSlots* slots) : slots_(*slots) {}

  void AddRow(const Tree& row) {
    slots_.BeginRow();
    const Node& root = slots_.layout().root();
    for (size_t i = 0; i < root.children.size(); ++i) {
      Add(root.children[i], row.children[i], 0, 0);
    }
    slots_.EndRow();
  }

 private:
  Slot& Put(int leaf, int definition, int repetition) {
    const auto level = static_cast<uint8_t>(definition);
    if (slots_.layout().leaves()[static_cast<size_t>(leaf)].repetition_max == 0) {
      return slots_.Set(leaf, level);
    }
    return slots_.Push(leaf, level, static_cast<uint8_t>(repetition));
  }
  void PutAll(const Node& node, int definition, int repetition) {
    for (int i = 0; i < node.leaf_count; ++i) Put(node.first_leaf + i, definition, repetition);
  }

  void Add(const Node& node, const Tree& tree, int reached, int repetition) {
    if (tree.null) return PutAll(node, reached, repetition);
    if (node.kind == schema::TypeKind::kStruct) {
      for (size_t i = 0; i < node.children.size(); ++i) {
        Add(node.children[i], tree.children[i], node.definition, repetition);
      }
    } else if (node.kind == schema::TypeKind::kList || node.kind == schema::TypeKind::kMap) {
      if (tree.children.empty()) return PutAll(node, node.definition, repetition);
      for (size_t i = 0; i < tree.children.size(); ++i) {
        const int here = i == 0 ? repetition : node.repetition;
        const Tree& element = tree.children[i];
        if (node.kind == schema::TypeKind::kList) {
          Add(node.children[0], element, node.definition + 1, here);
        } else {
          Add(node.children[0], element.children[0], node.definition + 1, here);
          Add(node.children[1], element.children[1], node.definition + 1, here);
        }
      }
    } else {
      Fill(node, tree, Put(node.first_leaf, node.definition, repetition));
    }
  }

  void Fill(const Node& node, const Tree& tree, Slot& slot) {
    const Leaf& leaf = slots_.layout().leaves()[static_cast<size_t>(node.first_leaf)];
    switch (leaf.physical) {
      case Physical::kFloat:
      case Physical::kDouble:
        slot.real = tree.real;
        return;
      case Physical::kBytes:
        slot.bytes = tree.bytes.data();
        slot.length = static_cast<uint32_t>(tree.bytes.size());
        return;
      case Physical::kFixed: {
        const auto length = static_cast<size_t>(leaf.fixed_length);
        char* const bytes = slots_.Allocate(length);
        if (node.kind == schema::TypeKind::kDecimal) {
          for (size_t i = 0; i < length; ++i) {
            bytes[length - 1 - i] = static_cast<char>(tree.decimal >> (8 * i));
          }
        } else {
          std::memcpy(bytes, tree.bytes.data(), length);
        }
        slot.bytes = bytes;
        slot.length = static_cast<uint32_t>(length);
        return;
      }
      default:
        slot.integer = node.kind == schema::TypeKind::kDecimal ? static_cast<int64_t>(tree.decimal)
                                                               : tree.integer;
    }
  }

  RowSlots& slots_;
};

/// Append rows to a batch, a full RowSlots at a time.
inline void AppendRows(const std::vector<Tree>& rows, Batch* batch) {
  RowSlots slots(batch->layout());
  Shredder shredder(&slots);
  for (const Tree& row : rows) {
    shredder.AddRow(row);
    if (!slots.full()) continue;
    batch->Append(slots);
    slots.Clear();
  }
  if (slots.rows() != 0) batch->Append(slots);
}

inline Batch BatchOf(const std::shared_ptr<const Layout>& layout, const std::vector<Tree>& rows) {
  Batch batch(layout);
  AppendRows(rows, &batch);
  return batch;
}

}  // namespace tarn::columns::testing
