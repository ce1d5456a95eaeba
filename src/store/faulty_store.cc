#include "store/faulty_store.h"

#include <thread>

namespace tarn::store {
namespace {

using What = StoreFault::What;

bool IsRead(StoreCall call) {
  return call == StoreCall::kGet || call == StoreCall::kHead || call == StoreCall::kList;
}

bool TakesEffect(const std::optional<What>& what) {
  return !what || *what == What::kLostReply || *what == What::kDelay;
}

std::unexpected<Error> Failure(What what, StoreCall call) {
  if (what == What::kIo) return Fail(ErrorKind::kIo, "the test lets this call fail");
  if (what == What::kUnavailable || IsRead(call)) {
    return Fail(ErrorKind::kUnavailable, "the test lets this call fail");
  }
  return Fail(ErrorKind::kUnknownOutcome, "the test loses the reply of this call");
}

/// Make a call, or not, and answer it as the plan says.
template <class Call>
auto Pass(StoreFaults& faults, StoreCall call, Call&& inner) -> decltype(inner()) {
  const std::optional<What> what = faults.Next(call);
  if (!TakesEffect(what)) return Failure(*what, call);
  auto outcome = inner();
  if (outcome && what == What::kLostReply) return Failure(*what, call);
  return outcome;
}

class FaultyUpload final : public ObjectStore::Upload {
 public:
  FaultyUpload(std::unique_ptr<Upload> inner, StoreFaults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Status Append(std::string_view bytes) override {
    return Pass(faults_, StoreCall::kAppend, [&] { return inner_->Append(bytes); });
  }
  Status Finish() override {
    return Pass(faults_, StoreCall::kFinish, [&] { return inner_->Finish(); });
  }

 private:
  const std::unique_ptr<Upload> inner_;
  StoreFaults& faults_;
};

}  // namespace

void StoreFaults::Fail(const StoreFault& fault) {
  const MutexLock lock(mutex_);
  fault_ = fault;
}

void StoreFaults::Clear() {
  const MutexLock lock(mutex_);
  fault_.reset();
}

uint64_t StoreFaults::calls() const {
  const MutexLock lock(mutex_);
  return calls_;
}

std::optional<StoreFault::What> StoreFaults::Next(StoreCall call) {
  StoreFault chosen;
  {
    const MutexLock lock(mutex_);
    ++calls_;
    if (!fault_ || (fault_->of && *fault_->of != call)) return std::nullopt;
    if (fault_->call > 1) {
      --fault_->call;
      return std::nullopt;
    }
    chosen = *fault_;
    if (!chosen.from_then_on && --fault_->times == 0) fault_.reset();
  }
  std::this_thread::sleep_for(chosen.delay);
  return chosen.what;
}

Status FaultyStore::PutIfAbsent(const std::string& key, std::string_view bytes) {
  return Pass(faults_, StoreCall::kPutIfAbsent, [&] { return inner_.PutIfAbsent(key, bytes); });
}

Status FaultyStore::Put(const std::string& key, std::string_view bytes) {
  return Pass(faults_, StoreCall::kPut, [&] { return inner_.Put(key, bytes); });
}

Result<std::string> FaultyStore::Get(const std::string& key, uint64_t bytes_max) {
  return Pass(faults_, StoreCall::kGet, [&] { return inner_.Get(key, bytes_max); });
}

Result<std::string> FaultyStore::GetRange(const std::string& key, uint64_t offset, uint64_t size) {
  return Pass(faults_, StoreCall::kGet, [&] { return inner_.GetRange(key, offset, size); });
}

Result<ObjectInfo> FaultyStore::Head(const std::string& key) {
  return Pass(faults_, StoreCall::kHead, [&] { return inner_.Head(key); });
}

Result<Listing> FaultyStore::List(const std::string& prefix, const std::string& after,
                                  std::string_view delimiter, size_t keys_max) {
  return Pass(faults_, StoreCall::kList,
              [&] { return inner_.List(prefix, after, delimiter, keys_max); });
}

Status FaultyStore::Delete(const std::string& key) {
  return Pass(faults_, StoreCall::kDelete, [&] { return inner_.Delete(key); });
}

Result<std::unique_ptr<ObjectStore::Upload>> FaultyStore::Begin(const std::string& key) {
  auto upload = TRY(Pass(faults_, StoreCall::kBegin, [&] { return inner_.Begin(key); }));
  return std::make_unique<FaultyUpload>(std::move(upload), faults_);
}

ObjectStore* FaultyBuckets::Wrapped(ObjectStore* store) {
  const MutexLock lock(mutex_);
  auto& wrapped = wrapped_[store];
  if (wrapped == nullptr) wrapped = std::make_unique<FaultyStore>(*store, faults_);
  return wrapped.get();
}

Result<ObjectStore*> FaultyBuckets::Open(const std::string& bucket) {
  return Wrapped(TRY(inner_.Open(bucket)));
}

Result<Buckets::Place> FaultyBuckets::Locate(std::string_view uri) {
  Place place = TRY(inner_.Locate(uri));
  place.store = Wrapped(place.store);
  return place;
}

}  // namespace tarn::store
