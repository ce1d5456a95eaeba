// A table's schema as shaping needs it: for each field where its values go and how its members are
// found. Made once for a schema, then walked for each record.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "columns/layout.h"
#include "schema/declaration.h"
#include "schema/type.h"
#include "schema/value.h"
#include "shape/member_names.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// Where the values of one field go.
struct Place {
  const schema::Type* type = nullptr;
  const columns::Node* node = nullptr;
  const columns::Leaf* leaf = nullptr;  ///< primitives
  schema::TypeKind kind = schema::TypeKind::kStruct;
  bool required = false;
  bool repeated = false;     ///< inside a list or map: slots are pushed, not set
  bool is_variant = false;   ///< takes every value, null too; VariantFiller fills what is in it
  bool has_objects = false;  ///< it or something in it takes JSON objects: parts may go to _rest
  /// A value may turn out not to fit after parts of it were written: it must be checked first where
  /// a misfit is no reject.
  bool must_check = false;
  std::vector<Place> inner;  ///< struct: members; list: element; map: key, value

  // Structs only.
  MemberNames names;  ///< by number the same as `inner`
  /// Of the object being filled: its member for each of `inner`, as the index of the name; 0: none.
  std::vector<uint32_t> members;
};

/// Where a top-level column's value comes from.
enum class ColumnFeed : uint8_t { kMember, kReceivedAt, kRecordId, kRest };

struct Column {
  Place place;
  ColumnFeed feed = ColumnFeed::kMember;
  int member = MemberNames::kNone;  ///< kMember: its number in RowPlan::names
  bool is_json_text = false;        ///< kMember: a struct that may come as a text
  bool default_is_received_at = false;
  std::optional<schema::Value> default_value;

  bool has_default() const { return default_is_received_at || default_value.has_value(); }
};

/// The objects around the one in a json<…> column's text: the record.
inline constexpr int kLevelsAboveJsonText = 1;

/// A row's columns and the members that fill them. One member may fill several columns.
struct RowPlan {
  std::shared_ptr<const columns::Layout> layout;
  std::vector<Column> columns;                 ///< as the schema's
  MemberNames names;                           ///< of members that fill a column
  std::vector<uint32_t> members;               ///< as Place::members, by number of `names`
  std::vector<bool> kept_in_rest;              ///< of the record being filled, by number of `names`
  std::vector<std::string> folded_columns;     ///< sorted: the columns' names without case
  std::vector<std::string> folded_partitions;  ///< the partitions' names without case
  size_t fields = 0;                           ///< of any depth
  std::optional<size_t> rest_column;  ///< which is `_rest`; none: the table has no such column

  /// errors  kInvalid: a declared column that the table lacks or has with another type; no _rest,
  ///         though the shaping keeps it
  static Result<RowPlan> Make(const Shaping& shaping, const schema::TableSchema& table);

  /// True where a column has this name, case aside.
  ///
  /// in  folded: by schema::FoldCase
  bool HasColumn(const std::string& folded) const;
};

}  // namespace tarn::shape
