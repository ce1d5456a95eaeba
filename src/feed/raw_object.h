// One raw object, read to its end before any of its records is used: so that one that cannot be
// read whole gives none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "schema/record.h"
#include "store/object_store.h"

namespace tarn::feed {

/// Records of an object that has less than this inflated, with 16 bytes a record beside it, wait in
/// memory; of a larger one they are read a second time.
inline constexpr uint64_t kHeldBytesMax = 32 * kMiB;

/// An object in a bucket, as it was listed.
struct ListedObject {
  store::ObjectStore& store;  ///< lent
  std::string bucket;
  store::ObjectInfo info;
};

/// Threads: one at a time.
class RawObject {
 public:
  enum class State : uint8_t {
    kWhole,    ///< all of it are records, some perhaps bad ones
    kDamaged,  ///< it cannot be read whole: `reason` says why
    kChanged,  ///< it is not any more what was listed, or gone
  };

  /// Read an object: NDJSON, or JSON values one after another; plain, gzip or zstd by its bytes.
  ///
  /// in       object: lent as long as the result lives; bytes_max: inflated; one that has more is
  ///          damaged
  /// errors   those of the store: another time it may be read; kCancelled
  static Result<RawObject> Read(const ListedObject& object, uint64_t bytes_max,
                                const std::stop_token& stop);

  State state() const { return state_; }
  const std::string& reason() const { return reason_; }
  uint64_t bytes() const { return bytes_; }  ///< inflated

  using Take = std::function<Status(std::span<schema::RecordView>)>;
  /// Give out the records of an object that is whole, some at a time; their `lsn` holds their
  /// offset in it.
  ///
  /// errors   those of `take` and of the store; kConflict: it is not any more what was read
  Status Give(const Take& take, const std::stop_token& stop) const;

 private:
  explicit RawObject(const ListedObject& object) : object_(&object) {}
  Status ReadRecords(uint64_t bytes_max, const std::stop_token& stop);
  void MarkDamaged(std::string reason);
  void Hold(std::string_view bytes, uint64_t offset);
  Status GiveHeld(const Take& take) const;
  Status GiveAgain(const Take& take, const std::stop_token& stop) const;

  struct Slice {
    uint64_t offset = 0;  // in the object, inflated
    uint32_t begin = 0;   // in text_
    uint32_t size = 0;
  };

  const ListedObject* object_;
  State state_ = State::kWhole;
  std::string reason_;
  uint64_t bytes_ = 0;
  uint64_t records_ = 0;
  bool is_held_ = true;
  std::string text_;
  std::vector<Slice> slices_;
};

}  // namespace tarn::feed
