// What a column's type would be, from the values seen of it. docs/formats/shaping.md, section 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "schema/type.h"
#include "shape/json_document.h"

namespace tarn::shape {

/// So many columns: those that may still be added, or those that something needs.
struct ColumnRoom {
  size_t leaves = 0;  ///< schema::kColumnsMax are
  size_t fields = 0;  ///< of any depth; schema::kFieldsMax are

  bool is_none() const { return leaves == 0 || fields == 0; }
  bool Has(ColumnRoom needed) const { return needed.leaves <= leaves && needed.fields <= fields; }
  /// in  Has says yes
  void Take(ColumnRoom needed);
};

/// A type in the making. kNothing: no value has said anything yet.
struct TypeSketch {
  enum class Kind : uint8_t { kNothing, kBoolean, kLong, kDouble, kString, kStruct, kList };
  struct Member;

  Kind kind = Kind::kNothing;
  bool is_settled = false;          ///< a long stays a long
  std::vector<Member> members;      ///< struct: in order of appearance, none of them kNothing
  std::vector<TypeSketch> element;  ///< list: one, not kNothing
  std::unordered_set<std::string> folded;  ///< struct: the members' names without case

  /// The leaf columns that it stands for, and the fields inside it.
  ColumnRoom needs() const;
  /// Let no further value change what is decided; members may still be added.
  void Settle();
  /// in  not kNothing
  schema::Type ToType() const;
};

struct TypeSketch::Member {
  std::string name;
  TypeSketch sketch;
};

/// What one value says.
///
/// in       room: members beyond so many columns are left out
/// returns  kNothing where it decides nothing
TypeSketch SketchValue(const JsonDocument& document, uint32_t value, ColumnRoom room);

/// Let a sketch hold also what another one says. Struct members that clash are left as they are.
///
/// in       room: for members that may still be added; what was added is taken off
/// returns  false where the two clash; `into` is then unchanged
bool MergeSketch(TypeSketch from, TypeSketch* into, ColumnRoom* room);

/// Add a member to a struct, or let the one of this name hold also what `sketch` says. A name that
/// differs from another member's only by case is left out.
///
/// in  room: as for MergeSketch
void MergeMember(std::string_view name, TypeSketch sketch, TypeSketch* into, ColumnRoom* room);

/// True where a value says which type its column has.
bool DecidesType(const JsonDocument& document, uint32_t value);

/// True for names that a column may have.
bool IsColumnName(std::string_view name);

}  // namespace tarn::shape
