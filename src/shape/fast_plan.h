// A RowPlan as the fast parser walks it: for each object the members in the order in which the next
// record is expected to have them, each with its name as bytes to compare with.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shape/plan.h"

namespace tarn::shape {

/// How a value is read.
enum class FastKind : uint8_t {
  kText,
  kInt32,
  kInt64,
  kDouble,
  kBoolean,
  kTimestamp,
  kOther,    ///< a primitive that is left to ScalarReader
  kVariant,  ///< any value, null too; left to VariantFiller
  kStruct,
  kList,
  kMap,
  kUnknown,  ///< no place: the member goes to _rest
};

struct FastObject;

/// A value's place, and, of a member, how it is found.
struct FastNode {
  static constexpr size_t kLiteralMax = 64;

  /// `"name":`, and zeros behind it. Not there (size 0) for names that are too long for it, or that
  /// JSON writes with escapes.
  alignas(32) std::array<char, kLiteralMax> literal{};
  uint64_t literal_mask = 0;  ///< a bit for each byte of the literal
  uint32_t literal_size = 0;
  FastKind kind = FastKind::kUnknown;
  bool required = false;
  bool repeated = false;
  bool is_json_text = false;  ///< a struct that may come as a text
  uint8_t definition = 0;
  uint8_t repetition = 0;
  int first_leaf = 0;
  int leaf_count = 0;
  uint64_t mark = 0;             ///< the number of the object that had this member last
  FastNode* follower = nullptr;  ///< which member is expected next
  const Place* place = nullptr;  ///< null: unknown
  /// The next column that this member fills too. Only the first is found by name.
  FastNode* also = nullptr;
  int order = 0;                       ///< among its object's columns or members
  std::unique_ptr<FastObject> object;  ///< struct
  std::vector<FastNode> inner;         ///< list: element; map: key, value

  std::string name;
  /// Unknown: why it has no column. Empty: it depends on the value.
  std::string_view why;
  /// Of the counter's, for the whys that this member had last; null: not known yet.
  std::array<uint64_t*, 2> counts{};
  uint64_t counts_of = 0;  ///< in which round of counting they hold
};

/// The members of an object: of the record, or of a struct.
/// Threads: one at a time, Find too.
struct FastObject {
  static constexpr size_t kUnknownMax = 256;

  std::vector<FastNode> members;  ///< those with a place; never grows once made
  std::deque<FastNode> unknown;   ///< those seen without one, at most kUnknownMax
  FastNode* first = nullptr;      ///< which member is expected first
  uint64_t mark = 0;              ///< the number of this object among all of its kind so far
  const MemberNames* names = nullptr;
  std::string path;                  ///< as RestCounts has it
  std::vector<int> repeated_leaves;  ///< of all in it
  bool has_required = false;
  bool is_record = false;
  bool is_full = false;  ///< of unknown members: they are to be forgotten

  /// Expect members in the schema's order, know no others.
  void Reset();
  /// returns  null: none of this name
  FastNode* Find(std::string_view name) const;
  /// Add a member without a place. Not beyond kUnknownMax.
  FastNode* AddUnknown(std::string_view name, std::string_view why);

 private:
  void Insert(FastNode* node);
  std::vector<FastNode*> table_;  // open addressing, a power of two, at most half full
};

struct FastPlan {
  /// in  plan: lent for the result's lifetime
  static std::unique_ptr<FastPlan> Make(const RowPlan& plan);

  FastObject record;
  std::vector<const Column*> received_at;  ///< columns that have the arrival time
  std::vector<const Column*> record_id;
  struct Default {
    const Column* column = nullptr;
    const FastNode* member = nullptr;  ///< by which it is found
  };
  std::vector<Default> defaults;  ///< and columns that are required
};

}  // namespace tarn::shape
