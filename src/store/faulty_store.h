// Stores that fail on demand, for tests of what is built on them: decorators over any store that
// let the n-th call fail, be late, or lose its reply after it has taken effect.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "store/object_store.h"

namespace tarn::store {

/// The calls of ObjectStore and its Upload, to choose which one fails.
enum class StoreCall {
  kPutIfAbsent,
  kPut,
  kGet,  ///< Get and GetRange
  kHead,
  kList,
  kDelete,
  kBegin,
  kAppend,
  kFinish,
};

struct StoreFault {
  enum class What {
    kUnavailable,  ///< nothing happens; kUnavailable
    kIo,           ///< nothing happens; kIo
    kLostRequest,  ///< nothing happens; kUnknownOutcome (reads: kUnavailable)
    kLostReply,    ///< it happens; kUnknownOutcome (reads: kUnavailable)
    kDelay,        ///< it happens, later
  };
  What what = What::kUnavailable;
  uint64_t call = 1;                   ///< which call, counted from now: 1 is the next
  uint64_t times = 1;                  ///< so many from that one on
  bool from_then_on = false;           ///< or all after it
  std::optional<StoreCall> of;         ///< count only calls of this kind
  std::chrono::milliseconds delay{0};  ///< before anything else of the chosen call
};

/// What goes wrong, shared by the stores of a test.
/// Threads: any.
class StoreFaults {
 public:
  /// A second plan replaces the first.
  void Fail(const StoreFault& fault);
  void Clear();
  /// returns  calls so far, failed ones too
  uint64_t calls() const;

  /// Count a call, and sleep where the plan says so. returns  what befalls it
  std::optional<StoreFault::What> Next(StoreCall call);

 private:
  mutable Mutex mutex_;
  std::optional<StoreFault> fault_ GUARDED_BY(mutex_);
  uint64_t calls_ GUARDED_BY(mutex_) = 0;
};

/// Threads: as the store within.
class FaultyStore final : public ObjectStore {
 public:
  /// Both must outlive this.
  FaultyStore(ObjectStore& inner, StoreFaults& faults) : inner_(inner), faults_(faults) {}

  Status PutIfAbsent(const std::string& key, std::string_view bytes) override;
  Status Put(const std::string& key, std::string_view bytes) override;
  Result<std::string> Get(const std::string& key, uint64_t bytes_max) override;
  Result<std::string> GetRange(const std::string& key, uint64_t offset, uint64_t size) override;
  Result<ObjectInfo> Head(const std::string& key) override;
  Result<Listing> List(const std::string& prefix, const std::string& after,
                       std::string_view delimiter, size_t keys_max) override;
  Status Delete(const std::string& key) override;
  Result<std::unique_ptr<Upload>> Begin(const std::string& key) override;
  std::string Uri(const std::string& key) const override { return inner_.Uri(key); }

 private:
  ObjectStore& inner_;
  StoreFaults& faults_;
};

/// Buckets whose stores all fail by one plan.
/// Threads: any.
class FaultyBuckets final : public Buckets {
 public:
  /// Both must outlive this.
  FaultyBuckets(Buckets& inner, StoreFaults& faults) : inner_(inner), faults_(faults) {}

  Result<ObjectStore*> Open(const std::string& bucket) override;
  Result<Place> Locate(std::string_view uri) override;

 private:
  ObjectStore* Wrapped(ObjectStore* store);

  Buckets& inner_;
  StoreFaults& faults_;
  Mutex mutex_;
  std::map<ObjectStore*, std::unique_ptr<FaultyStore>> wrapped_ GUARDED_BY(mutex_);
};

}  // namespace tarn::store
