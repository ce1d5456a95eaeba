// The records of one raw object, whatever its format: Heka frames, NDJSON, JSON values one after
// another; plain, gzip or zstd.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "decode/byte_input.h"
#include "decode/heka_reader.h"
#include "decode/line_input.h"
#include "decode/value_input.h"
#include "derive/plan.h"
#include "schema/record.h"
#include "store/object_store.h"

namespace tarn::derive {

/// Of an error of reading: the bytes are wrong, and not the way to them; the same will be read the
/// next time.
bool IsDamage(const Error& error);

/// Valid until the next one is asked for.
struct ObjectRecord {
  uint64_t offset = 0;                       ///< in the object, inflated
  const decode::HekaRecord* heka = nullptr;  ///< nullptr: `bytes` is a line, or a value
  std::string_view bytes;                    ///< as stored: a whole frame, a line, a value
};

/// What was no record.
struct ObjectDamage {
  uint64_t skipped_bytes = 0;  ///< between Heka's frames
  uint64_t damaged = 0;        ///< frames that were not whole; and 1 where the reading ended early
  uint64_t hmac_failed = 0;    ///< frames left out: signed wrongly
  std::string ended_by;        ///< what ended it; empty: the object's end
};

/// Threads: one at a time.
class ObjectRecords {
 public:
  /// in       store: lent; bucket: for messages; keys: lent, nullptr: no signature is looked at;
  ///          bounds: an object that has more inflated is one that is damaged
  /// errors   kNotFound (no such object), kInvalid (it is another one than the plan's), kCancelled,
  ///          those of the store. An object that is damaged where it begins is one without records
  static Result<std::unique_ptr<ObjectRecords>> Open(store::ObjectStore& store,
                                                     const std::string& bucket,
                                                     const InputObject& object,
                                                     const decode::HekaKeys* keys,
                                                     decode::ReadBounds bounds = {});

  /// returns  false at the end, also at an early one: what was damaged there is counted
  /// errors   kCancelled, those of the store
  Result<bool> Next(ObjectRecord* record);

  const ObjectDamage& damage() const { return damage_; }
  int64_t modified_us() const { return modified_us_; }

 private:
  ObjectRecords() = default;
  Status OpenReader(std::unique_ptr<decode::ByteInput> input, const decode::HekaKeys* keys);
  Result<bool> NextFrame(ObjectRecord* record);
  Result<bool> NextText(ObjectRecord* record);
  Result<bool> ReadTexts();
  void EndBy(const Error& error);

  // One of the three; none where the object ended early.
  std::unique_ptr<decode::HekaReader> heka_;
  std::unique_ptr<decode::LineInput> lines_;
  std::unique_ptr<decode::ValueInput> values_;

  decode::HekaRecord frame_;
  decode::LineBlock block_;
  std::vector<schema::RecordView> texts_;
  size_t next_text_ = 0;
  ObjectDamage damage_;
  int64_t modified_us_ = 0;
};

}  // namespace tarn::derive
