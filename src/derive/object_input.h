// A raw object as an input: read from front to back in large ranges, as a remote store likes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "derive/plan.h"
#include "os/input.h"
#include "store/object_store.h"

namespace tarn::derive {

/// Threads: one at a time.
class ObjectInput final : public os::Input {
 public:
  /// in  store: lent; object: as the plan has it
  ObjectInput(store::ObjectStore& store, const InputObject& object)
      : Input(true, object.size), store_(store), key_(object.key) {}

  Result<size_t> Read(char* out, size_t room) override;
  Result<size_t> ReadAt(uint64_t offset, char* out, size_t room) override;

 private:
  store::ObjectStore& store_;
  const std::string key_;
  std::string range_;  // read, and given out up to used_
  size_t used_ = 0;
  uint64_t next_offset_ = 0;  // after range_
};

}  // namespace tarn::derive
