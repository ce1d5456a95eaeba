// One field of a partition spec: the transformed value of each row, as a small number.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "columns/leaf_buffer.h"
#include "schema/partition.h"
#include "schema/value.h"

namespace tarn::lake {

/// Threads: one at a time.
class PartitionFieldNumbers {
 public:
  /// errors  kInvalid: as PartitionRouter::Make
  static Result<PartitionFieldNumbers> Make(const columns::Layout& layout,
                                            const schema::PartitionField& field);

  /// in  numbers: room for one a row; equal ones have equal transformed values
  void Number(const columns::Batch& batch, std::span<uint32_t> numbers);

  const schema::Value& value(uint32_t number) const { return values_[number]; }

 private:
  PartitionFieldNumbers() = default;

  uint32_t NumberOf(const columns::Slot& slot);
  uint32_t NumberOfValue(const schema::Value& source);
  /// What of a number decides the transformed value: the day of a time, the number itself.
  uint64_t DecidingPart(const columns::Slot& slot) const;
  void NumberDictionary(const columns::LeafBuffer& leaf, std::vector<uint32_t>* number_of_code);

  schema::Transform transform_;
  const columns::Leaf* leaf_ = nullptr;  // of the layout; none for void
  size_t leaf_index_ = 0;
  int64_t period_ = 0;  // of times that share a value; 0: each number has its own
  std::vector<schema::Value> values_;
  std::unordered_map<std::string, uint32_t> number_of_value_;
  std::unordered_map<uint64_t, uint32_t> number_of_part_;  // a memo, bounded
  uint64_t last_part_ = 0;
  uint32_t last_number_ = 0;
  bool has_last_ = false;
  std::vector<uint32_t> number_of_code_;
};

}  // namespace tarn::lake
