#include "store/local_buckets.h"

#include <map>

#include "base/mutex.h"
#include "store/local_directories_internal.h"
#include "store/local_names_internal.h"
#include "store/local_store.h"

namespace tarn::store {
namespace {

/// returns  the path of a file URI or of a bare path; empty where it is neither
std::string_view PathOfUri(std::string_view uri) {
  for (const std::string_view scheme : {"file://", "file:"}) {
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      break;
    }
  }
  return uri.starts_with('/') ? uri : std::string_view();
}

class LocalBucketMap final : public Buckets {
 public:
  LocalBucketMap(std::string directory, os::Files& files, os::Entropy& entropy)
      : directory_(std::move(directory)), files_(files), entropy_(entropy) {}

  Result<ObjectStore*> Open(const std::string& bucket) override {
    TRY(CheckBucketName(bucket));
    const MutexLock lock(mutex_);
    const auto found = stores_.find(bucket);
    if (found != stores_.end()) return found->second.get();
    auto store = TRY(While(LocalStore::Open(directory_ + "/" + bucket, files_, entropy_),
                           "opening bucket '{}'", bucket));
    return stores_.emplace(bucket, std::move(store)).first->second.get();
  }

  Result<Place> Locate(std::string_view uri) override {
    std::string_view path = PathOfUri(uri);
    if (!path.starts_with(directory_ + "/")) return NotOurs(uri);
    path.remove_prefix(directory_.size() + 1);
    const std::string bucket(path.substr(0, path.find('/')));
    if (!CheckBucketName(bucket)) return NotOurs(uri);
    const auto info = files_.Stat(directory_ + "/" + bucket);
    if (!info && info.error().kind() != ErrorKind::kNotFound) return std::unexpected(info.error());
    if (!info || !info->is_directory) return NotOurs(uri);
    ObjectStore* store = TRY(Open(bucket));
    path.remove_prefix(std::min(path.size(), bucket.size() + 1));
    return Place{.store = store, .key = std::string(path)};
  }

 private:
  std::unexpected<Error> NotOurs(std::string_view uri) const {
    return Fail(ErrorKind::kNotFound, "'{}' lies in no bucket below '{}'", uri, directory_);
  }

  const std::string directory_;
  os::Files& files_;
  os::Entropy& entropy_;

  Mutex mutex_;
  std::map<std::string, std::unique_ptr<ObjectStore>> stores_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Buckets>> LocalBuckets::Open(const std::string& directory, os::Files& files,
                                                    os::Entropy& entropy) {
  std::string path = AbsolutePath(directory);
  TRY(MakeDirectoriesDurably(files, path));
  return std::make_unique<LocalBucketMap>(std::move(path), files, entropy);
}

}  // namespace tarn::store
