// A schema laid out as Parquet leaves: which leaf columns there are, their physical types and their
// levels. source  Parquet format, "Nested Encoding" (Dremel levels) and "Nested Types" (3-level
// lists, maps)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "schema/type.h"

namespace tarn::columns {

/// How a leaf's values lie in memory and in Parquet.
enum class Physical : uint8_t {
  kBoolean,
  kInt32,  ///< int, date, decimal up to 9 digits
  kInt64,  ///< long, time, timestamps, decimal up to 18 digits
  kFloat,
  kDouble,
  kBytes,  ///< string, binary: length and bytes
  kFixed,  ///< uuid, fixed, decimal beyond 18 digits (big endian, fewest bytes)
};

/// One leaf column. Depth first, in schema order, numbered from 0.
struct Leaf {
  FieldId id;
  schema::Type type;
  Physical physical = Physical::kInt64;
  int fixed_length = 0;  ///< kFixed: bytes of a value
  uint8_t definition_max = 0;
  uint8_t repetition_max = 0;
  std::vector<std::string>
      path;        ///< Parquet's, with `list`/`element` and `key_value`/`key`/`value`
  int column = 0;  ///< index of the top-level column it belongs to
};

/// A field of the schema tree, with its place among the leaves.
struct Node {
  FieldId id;
  std::string name;
  schema::TypeKind kind = schema::TypeKind::kStruct;
  bool required = false;
  bool is_variant = false;  ///< a struct that holds a value of any form
  /// The level that says that this node is present. A list or map of exactly this level is present
  /// and empty; with an element it is one more, and the element's own definition counts from there.
  /// Where the node is optional, one less is null.
  uint8_t definition = 0;
  uint8_t repetition = 0;  ///< level of an element after the first (lists, maps); else the parent's
  int first_leaf = 0;
  int leaf_count = 0;
  std::vector<Node> children;  ///< struct: members; list: element; map: key, value
};

/// Immutable once made; shared by all buffers of a schema.
class Layout {
 public:
  static std::shared_ptr<const Layout> Make(const schema::TableSchema& schema);

  const schema::TableSchema& schema() const { return schema_; }
  const Node& root() const { return root_; }  ///< a struct of the columns
  const std::vector<Leaf>& leaves() const { return leaves_; }

 private:
  schema::TableSchema schema_;
  Node root_;
  std::vector<Leaf> leaves_;
};

}  // namespace tarn::columns
