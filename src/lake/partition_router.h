// Which partition each row of a batch belongs to. Partitions are numbered as they appear.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "schema/partition.h"
#include "schema/value.h"

namespace tarn::lake {

/// Transforms are applied once for each distinct value, not for each row; equal keys are found by
/// comparing them, not their hashes.
/// Threads: one at a time.
class PartitionRouter {
 public:
  /// errors  kInvalid: a source is no column, is in a list or map, or is of a type that its
  /// transform does not take
  static Result<std::unique_ptr<PartitionRouter>> Make(const columns::Layout& layout,
                                                       const schema::PartitionSpec& spec);
  ~PartitionRouter();

  /// Number the partitions of a batch's rows.
  ///
  /// returns  one a row; valid until the next call
  std::span<const uint32_t> Route(const columns::Batch& batch);

  size_t partitions() const;
  /// The transformed values of a partition, one a field of the spec.
  const std::vector<schema::Value>& values(size_t partition) const;

 private:
  struct State;
  explicit PartitionRouter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tarn::lake
