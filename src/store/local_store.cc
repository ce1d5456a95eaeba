#include "store/local_store.h"

#include <algorithm>

#include "store/local_directories_internal.h"
#include "store/local_listing_internal.h"
#include "store/local_names_internal.h"
#include "store/local_temporaries_internal.h"

namespace tarn::store {
namespace {

/// A put that finds its directory gone makes it again, this often: another process may be deleting.
constexpr int kPublishTries = 10;

class LocalObjects;

/// An object being written. The store outlives it.
class LocalUpload final : public ObjectStore::Upload {
 public:
  LocalUpload(LocalObjects& store, std::string key, LocalTemporaries::Temporary temporary)
      : store_(store), key_(std::move(key)), temporary_(std::move(temporary)) {}
  ~LocalUpload() override;

  Status Append(std::string_view bytes) override;
  Status Finish() override;

 private:
  LocalObjects& store_;
  const std::string key_;
  LocalTemporaries::Temporary temporary_;
  uint64_t size_ = 0;
  bool usable_ = true;  ///< no write has failed, and Finish has not been called
};

class LocalObjects final : public ObjectStore {
 public:
  LocalObjects(std::string root, std::unique_ptr<LocalTemporaries> temporaries, os::Files& files)
      : root_(std::move(root)),
        files_(files),
        temporaries_(std::move(temporaries)),
        directories_(root_, files) {}

  Status PutIfAbsent(const std::string& key, std::string_view bytes) override {
    return PutWhole(key, bytes, /*replace=*/false);
  }
  Status Put(const std::string& key, std::string_view bytes) override {
    return PutWhole(key, bytes, /*replace=*/true);
  }

  Result<std::string> Get(const std::string& key, uint64_t bytes_max) override {
    const std::unique_ptr<os::File> file = TRY(OpenObject(key));
    const uint64_t size = TRY(file->Size());
    if (size > bytes_max) {
      return Fail(ErrorKind::kTooLarge, "object '{}' has {} bytes, more than {}", key, size,
                  bytes_max);
    }
    return file->ReadAt(0, static_cast<size_t>(size));
  }

  Result<std::string> GetRange(const std::string& key, uint64_t offset, uint64_t size) override {
    const std::unique_ptr<os::File> file = TRY(OpenObject(key));
    const uint64_t end = TRY(file->Size());
    if (offset >= end) return std::string();
    return file->ReadAt(offset, static_cast<size_t>(std::min(size, end - offset)));
  }

  Result<ObjectInfo> Head(const std::string& key) override {
    TRY(CheckKey(key));
    const auto info = files_.Stat(Path(key));
    if (info && !info->is_directory) return ObjectOf(key, *info);
    if (info || info.error().kind() == ErrorKind::kNotFound) return NotFound(key);
    return std::unexpected(info.error());
  }

  Result<Listing> List(const std::string& prefix, const std::string& after,
                       std::string_view delimiter, size_t keys_max) override {
    return ListTree(files_, root_, prefix, after, delimiter, keys_max);
  }

  Status Delete(const std::string& key) override {
    TRY(CheckKey(key));
    if (IsDirectory(Path(key))) return {};  // no object has this key
    const Status removed = files_.Remove(Path(key));
    if (!removed && removed.error().kind() == ErrorKind::kNotFound) return {};
    TRY(Status(removed));
    return SyncRemoval(directories_.RemoveEmpty(os::ParentDirectory(Path(key))));
  }

  Result<std::unique_ptr<Upload>> Begin(const std::string& key) override {
    TRY(CheckKey(key));
    return std::make_unique<LocalUpload>(*this, key, TRY(temporaries_->Create()));
  }

  /// Readers (PyIceberg, DuckDB, Spark) take what follows `file://` as the path itself, so nothing
  /// is encoded: `%3A` in a partition's directory stays `%3A`.
  std::string Uri(const std::string& key) const override { return "file://" + Path(key); }

  /// Give a synced temporary file its key. It is removed where that fails.
  Status Publish(const std::string& temporary, const std::string& key, bool replace) {
    const Status named = Name(temporary, key, replace);
    if (!named && named.error().kind() != ErrorKind::kUnknownOutcome) Discard(temporary);
    return named;
  }

  void Discard(const std::string& temporary) {
    Ignore(files_.Remove(temporary), "the next process that opens the bucket removes it");
  }

 private:
  std::string Path(const std::string& key) const { return root_ + "/" + key; }

  static std::unexpected<Error> NotFound(const std::string& key) {
    return Fail(ErrorKind::kNotFound, "object '{}' does not exist", key);
  }

  bool IsDirectory(const std::string& path) {
    const auto info = files_.Stat(path);
    return info && info->is_directory;
  }

  Result<std::unique_ptr<os::File>> OpenObject(const std::string& key) {
    TRY(CheckKey(key));
    auto file = files_.Open(Path(key), os::OpenMode::kRead);
    if (file) return file;
    if (file.error().kind() == ErrorKind::kNotFound || IsDirectory(Path(key))) return NotFound(key);
    return file;
  }

  Status PutWhole(const std::string& key, std::string_view bytes, bool replace) {
    TRY(CheckKey(key));
    const LocalTemporaries::Temporary temporary = TRY(temporaries_->Create());
    Status written = temporary.file->WriteAt(0, bytes);
    if (written) written = temporary.file->Sync();
    if (!written) {
      Discard(temporary.path);
      return written;
    }
    return Publish(temporary.path, key, replace);
  }

  Status Name(const std::string& temporary, const std::string& key, bool replace) {
    const std::string path = Path(key);
    const std::string directory = os::ParentDirectory(path);
    const LocalDirectories::Hold hold(directories_, directory);
    for (int i = 0; i < kPublishTries; ++i) {
      Status named = directories_.Ensure(directory);
      if (named) {
        named = replace ? files_.Rename(temporary, path) : files_.RenameNoReplace(temporary, path);
      }
      if (named) return SyncName(directory, key);
      if (named.error().kind() != ErrorKind::kNotFound) return Refused(named, directory, key);
      directories_.Forget(directory);
    }
    return Fail(ErrorKind::kIo, "naming object '{}': its directory vanished {} times", key,
                kPublishTries);
  }

  /// The object is seen by now; only a crash can take it back.
  Status SyncName(const std::string& directory, const std::string& key) {
    const Status synced = directories_.Sync(directory);
    if (synced) return {};
    return Fail(ErrorKind::kUnknownOutcome, "object '{}' has its name, but {}", key,
                synced.error().message());
  }

  Status Refused(const Status& named, const std::string& directory, const std::string& key) {
    if (IsDirectory(Path(key))) {
      return Fail(ErrorKind::kInvalid,
                  "key '{}' is the beginning of other keys, which a local directory cannot hold",
                  key);
    }
    const ErrorKind kind = named.error().kind();
    if (kind == ErrorKind::kConflict) {
      // The caller will rely on the other object: its maker may have died before this sync.
      TRY(directories_.Sync(directory));
      return Fail(kind, "object '{}' exists", key);
    }
    if (kind == ErrorKind::kInvalid) {
      return Fail(kind, "key '{}' lies below an object, which a local directory cannot hold", key);
    }
    return named;
  }

  /// in  directory: the lowest that RemoveEmpty left
  Status SyncRemoval(std::string directory) {
    Status synced = directories_.Sync(directory);
    while (!synced && synced.error().kind() == ErrorKind::kNotFound && directory != root_) {
      directory = os::ParentDirectory(directory);  // removed by another delete
      synced = directories_.Sync(directory);
    }
    if (synced) return {};
    return Fail(ErrorKind::kUnknownOutcome, "an object is removed, but {}",
                synced.error().message());
  }

  const std::string root_;
  os::Files& files_;
  const std::unique_ptr<LocalTemporaries> temporaries_;
  LocalDirectories directories_;
};

LocalUpload::~LocalUpload() {
  if (temporary_.file != nullptr) store_.Discard(temporary_.path);
}

Status LocalUpload::Append(std::string_view bytes) {
  if (!usable_) {
    return Fail(ErrorKind::kIo, "the upload of '{}' has failed or ended before", key_);
  }
  const Status written = temporary_.file->WriteAt(size_, bytes);
  usable_ = written.has_value();
  size_ += bytes.size();
  return written;
}

Status LocalUpload::Finish() {
  if (!usable_) {
    return Fail(ErrorKind::kIo, "the upload of '{}' has failed or ended before", key_);
  }
  usable_ = false;
  TRY(temporary_.file->Sync());
  temporary_.file.reset();  // from here Publish removes what remains
  return store_.Publish(temporary_.path, key_, /*replace=*/false);
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> LocalStore::Open(const std::string& bucket_directory,
                                                      os::Files& files, os::Entropy& entropy) {
  std::string root = AbsolutePath(bucket_directory);
  TRY(MakeDirectoriesDurably(files, root));
  auto temporaries =
      TRY(LocalTemporaries::Open(root + "/" + std::string(kTemporaryDirectory), files, entropy));
  return std::make_unique<LocalObjects>(std::move(root), std::move(temporaries), files);
}

}  // namespace tarn::store
