#include "lake/partition_field.h"

#include "base/bytes.h"
#include "base/time.h"
#include "columns/leaf_reader.h"
#include "lake/leaf_value.h"

namespace tarn::lake {

namespace {

using columns::LeafBuffer;
using columns::LeafReader;
using columns::Slot;
using schema::TransformKind;
using schema::TypeKind;
using schema::Value;

constexpr size_t kMemoMax = 65'536;
constexpr uint32_t kNoNumber = ~uint32_t{0};

/// Bytes that are equal where values are: the alternative, then its own bytes.
std::string KeyOf(const Value& value) {
  std::string key(1, static_cast<char>(value.index()));
  std::visit(
      [&]<class T>(const T& held) {
        if constexpr (std::is_same_v<T, std::string>) {
          key += held;
        } else if constexpr (!std::is_same_v<T, std::monostate>) {
          AppendLe(&key, held);
        }
      },
      value);
  return key;
}

/// Months and years change with a day at the earliest.
int64_t PeriodOf(schema::Transform transform, TypeKind type) {
  if (type != TypeKind::kTimestamp && type != TypeKind::kTimestampTz) return 0;
  switch (transform.kind) {
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return kMicrosPerDay;
    case TransformKind::kHour:
      return kMicrosPerHour;
    default:
      return 0;
  }
}

}  // namespace

Result<PartitionFieldNumbers> PartitionFieldNumbers::Make(const columns::Layout& layout,
                                                          const schema::PartitionField& field) {
  PartitionFieldNumbers numbers;
  numbers.transform_ = field.transform;
  if (field.transform.kind == TransformKind::kVoid) return numbers;
  const auto& leaves = layout.leaves();
  while (numbers.leaf_index_ < leaves.size() && leaves[numbers.leaf_index_].id != field.source) {
    ++numbers.leaf_index_;
  }
  if (numbers.leaf_index_ == leaves.size()) {
    return Fail(ErrorKind::kInvalid, "partition '{}': no column of a plain type has field id {}",
                field.name, field.source.number());
  }
  numbers.leaf_ = &leaves[numbers.leaf_index_];
  if (numbers.leaf_->repetition_max != 0) {
    return Fail(ErrorKind::kInvalid, "partition '{}': its column is inside a list or map",
                field.name);
  }
  TRY(While(schema::TransformedType(field.transform, numbers.leaf_->type), "partition '{}'",
            field.name));
  numbers.period_ = PeriodOf(field.transform, numbers.leaf_->type.kind);
  return numbers;
}

void PartitionFieldNumbers::Number(const columns::Batch& batch, std::span<uint32_t> numbers) {
  const uint32_t null_number = NumberOfValue(std::monostate());
  if (leaf_ == nullptr) {
    std::ranges::fill(numbers, null_number);
    return;
  }
  const LeafBuffer& leaf = batch.leaf(leaf_index_);
  const auto definitions = leaf.definitions();
  const uint8_t there = leaf_->definition_max;
  const auto is_null = [&](size_t row) {
    return !definitions.empty() && definitions[row] != there;
  };
  if (leaf.has_dictionary()) {
    NumberDictionary(leaf, &number_of_code_);
    size_t value = 0;
    for (size_t row = 0; row < numbers.size(); ++row) {
      numbers[row] = is_null(row) ? null_number : number_of_code_[leaf.codes()[value++]];
    }
    return;
  }
  LeafReader reader(leaf);
  for (size_t row = 0; row < numbers.size(); ++row) {
    numbers[row] = is_null(row) ? null_number : NumberOf(reader.Next());
  }
}

void PartitionFieldNumbers::NumberDictionary(const LeafBuffer& leaf,
                                             std::vector<uint32_t>* number_of_code) {
  number_of_code->clear();
  for (uint32_t code = 0; code < leaf.dictionary().size(); ++code) {
    number_of_code->push_back(NumberOf(leaf.dictionary().slot(code)));
  }
}

uint64_t PartitionFieldNumbers::DecidingPart(const Slot& slot) const {
  if (period_ != 0) return static_cast<uint64_t>(FloorDivide(slot.integer, period_));
  return columns::NumberBits(leaf_->physical, slot);
}

uint32_t PartitionFieldNumbers::NumberOf(const Slot& slot) {
  if (columns::IsBytes(leaf_->physical)) return NumberOfValue(ToValue(*leaf_, slot));
  const uint64_t part = DecidingPart(slot);
  if (has_last_ && part == last_part_) return last_number_;
  if (number_of_part_.size() >= kMemoMax) number_of_part_.clear();
  const auto [at, is_new] = number_of_part_.try_emplace(part, kNoNumber);
  if (is_new) at->second = NumberOfValue(ToValue(*leaf_, slot));
  has_last_ = true;
  last_part_ = part;
  last_number_ = at->second;
  return last_number_;
}

uint32_t PartitionFieldNumbers::NumberOfValue(const Value& source) {
  Value transformed = leaf_ == nullptr ? Value() : schema::Apply(transform_, leaf_->type, source);
  const auto [at, is_new] =
      number_of_value_.try_emplace(KeyOf(transformed), static_cast<uint32_t>(values_.size()));
  if (is_new) values_.push_back(std::move(transformed));
  return at->second;
}

}  // namespace tarn::lake
