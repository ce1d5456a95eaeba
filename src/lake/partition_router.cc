#include "lake/partition_router.h"

#include <algorithm>
#include <unordered_map>

#include "lake/partition_field.h"

namespace tarn::lake {

namespace {

/// Numbers for pairs of numbers. A pair is its own 64-bit key, so there are no collisions.
class PairNumbers {
 public:
  /// returns  the pair's number; if it is new, the count before
  uint32_t Get(uint32_t first, uint32_t second) {
    const uint64_t pair = uint64_t{first} << 32 | second;
    if (pair == last_pair_ && !numbers_.empty()) return last_number_;
    last_pair_ = pair;
    last_number_ = numbers_.try_emplace(pair, static_cast<uint32_t>(numbers_.size())).first->second;
    return last_number_;
  }
  size_t size() const { return numbers_.size(); }

 private:
  std::unordered_map<uint64_t, uint32_t> numbers_;
  uint64_t last_pair_ = 0;
  uint32_t last_number_ = 0;
};

}  // namespace

/// The keys of the first k fields are numbered from the numbers of the first k - 1 and the k-th's.
struct PartitionRouter::State {
  struct Step {
    PartitionFieldNumbers field;
    PairNumbers pairs;
    std::vector<std::vector<schema::Value>> values;  // by number of the pair
  };

  std::vector<Step> steps;
  std::vector<std::vector<schema::Value>> start = {{}};  // the one partition of no fields
  std::vector<uint32_t> partition_of_row;
  std::vector<uint32_t> numbers;

  const std::vector<std::vector<schema::Value>>& ValuesAfter(size_t step_count) const {
    return step_count == 0 ? start : steps[step_count - 1].values;
  }
};

PartitionRouter::PartitionRouter(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartitionRouter::~PartitionRouter() = default;

Result<std::unique_ptr<PartitionRouter>> PartitionRouter::Make(const columns::Layout& layout,
                                                               const schema::PartitionSpec& spec) {
  auto state = std::make_unique<State>();
  for (const auto& field : spec.fields) {
    state->steps.push_back({TRY(PartitionFieldNumbers::Make(layout, field)), {}, {}});
  }
  return std::unique_ptr<PartitionRouter>(new PartitionRouter(std::move(state)));
}

std::span<const uint32_t> PartitionRouter::Route(const columns::Batch& batch) {
  State& state = *state_;
  state.partition_of_row.assign(batch.rows(), 0);
  state.numbers.resize(batch.rows());
  for (size_t i = 0; i < state.steps.size(); ++i) {
    State::Step& step = state.steps[i];
    step.field.Number(batch, state.numbers);
    for (size_t row = 0; row < batch.rows(); ++row) {
      const uint32_t before = state.partition_of_row[row];
      const uint32_t after = step.pairs.Get(before, state.numbers[row]);
      if (after == step.values.size()) {
        auto values = state.ValuesAfter(i)[before];
        values.push_back(step.field.value(state.numbers[row]));
        step.values.push_back(std::move(values));
      }
      state.partition_of_row[row] = after;
    }
  }
  return state.partition_of_row;
}

size_t PartitionRouter::partitions() const {
  return state_->ValuesAfter(state_->steps.size()).size();
}

const std::vector<schema::Value>& PartitionRouter::values(size_t partition) const {
  return state_->ValuesAfter(state_->steps.size())[partition];
}

}  // namespace tarn::lake
