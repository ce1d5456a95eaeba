// Which members of some records hold free JSON, and how a variant column for one is best shredded.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/record.h"
#include "schema/type.h"

namespace tarn::shape {

// How far a variant column is shredded; the rest stays binary.
inline constexpr int kShreddedDepthMax = 8;        ///< objects and lists in each other
inline constexpr size_t kShreddedLeavesMax = 100;  ///< of one column
/// Of all columns together: groups and leaves.
inline constexpr size_t kShreddedFieldsMax = 5000;
/// A member gets a leaf where one in so many objects has it: keys of maps mostly are in fewer.
inline constexpr size_t kShreddedMemberShare = 100;

// What a sample looks at, in order of appearance.
inline constexpr size_t kSampledMembersMax = 50'000;       ///< of records; others are not known
inline constexpr size_t kSampledInnerMembersMax = 50'000;  ///< of what is in all of those together

/// The members of a sample of records. Records that are no JSON objects say nothing.
class VariantSample {
 public:
  explicit VariantSample(std::span<const schema::RecordView> records);
  ~VariantSample();
  VariantSample(const VariantSample&) = delete;
  VariantSample& operator=(const VariantSample&) = delete;

  /// The members, in order of appearance: those that could have a column, and of names that differ
  /// only by case the first.
  std::vector<std::string> Names() const;
  /// The records may have more members: as many are known as can be.
  bool is_full() const;

  /// True where one type of column could not take all values: objects or arrays were seen, or
  /// values of different types.
  bool IsFree(std::string_view name) const;
  /// True where objects or arrays were seen.
  bool IsNested(std::string_view name) const;

  /// A variant type, shredded by the most frequent types of the values and of what is in them.
  ///
  /// in  name: any; fields_left: that shredding may still add to the table; what it adds is taken
  ///     off
  schema::Type TypeFor(std::string_view name, size_t* fields_left) const;

 private:
  struct Sketch;
  class Observer;
  class Shredder;
  const Sketch* Find(std::string_view name) const;

  std::unique_ptr<Sketch> record_;
};

}  // namespace tarn::shape
