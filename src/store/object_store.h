// Objects in a bucket: the one way Tarn keeps anything that others read. A bucket is a local
// directory here (LocalStore); an S3-compatible one implements the same interface.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::store {

struct ObjectInfo {
  std::string key;
  uint64_t size = 0;
  std::string etag;         ///< changes when the object does; opaque
  int64_t modified_us = 0;  ///< wall clock of the store
};

/// One page of a listing, in key order.
struct Listing {
  std::vector<ObjectInfo> objects;
  std::vector<std::string> prefixes;  ///< what `delimiter` cut off, each once
  std::string next;                   ///< pass as `after` for the next page; empty at the end
};

/// One bucket.
/// Threads: any.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Create an object that must not exist.
  ///
  /// in       key: 1..1024 bytes, no empty, `.` or `..` segment
  /// durable  when it returns
  /// errors   kConflict (exists; nothing written), kUnknownOutcome (it may be there now), kIo,
  /// kUnavailable, kInvalid (key)
  virtual Status PutIfAbsent(const std::string& key, std::string_view bytes) = 0;

  /// Create or replace. durable, errors  as PutIfAbsent, without kConflict
  virtual Status Put(const std::string& key, std::string_view bytes) = 0;

  /// errors  kNotFound, kTooLarge (over bytes_max), kIo, kUnavailable
  virtual Result<std::string> Get(const std::string& key, uint64_t bytes_max) = 0;
  /// returns  up to `size` bytes from `offset`, fewer at the object's end
  virtual Result<std::string> GetRange(const std::string& key, uint64_t offset, uint64_t size) = 0;
  /// errors  kNotFound only where the store said so; an unreachable store is kUnavailable
  virtual Result<ObjectInfo> Head(const std::string& key) = 0;
  /// List keys that start with `prefix`, come after `after`, and, where `delimiter` is set, are cut
  /// at its first place after the prefix. errors  kNotFound: the bucket is gone; kIo, kUnavailable
  virtual Result<Listing> List(const std::string& prefix, const std::string& after,
                               std::string_view delimiter, size_t keys_max) = 0;
  /// Remove; an absent key is no error.
  virtual Status Delete(const std::string& key) = 0;

  /// An object written piece by piece, for what does not fit in memory. It appears whole at Finish,
  /// or not at all.
  class Upload {
   public:
    virtual ~Upload() = default;  ///< without Finish: nothing remains
    virtual Status Append(std::string_view bytes) = 0;
    /// durable, errors  as PutIfAbsent
    virtual Status Finish() = 0;
  };
  virtual Result<std::unique_ptr<Upload>> Begin(const std::string& key) = 0;

  /// The absolute URI of a key, as Iceberg metadata holds it: `file:///…` or `s3://bucket/…`.
  virtual std::string Uri(const std::string& key) const = 0;
};

/// The buckets of a data directory, by the names that clients use.
/// Threads: any.
class Buckets {
 public:
  virtual ~Buckets() = default;
  /// The bucket of this name, made where missing. errors  kInvalid (name), kIo
  virtual Result<ObjectStore*> Open(const std::string& bucket) = 0;

  struct Place {
    ObjectStore* store = nullptr;
    std::string key;
  };
  /// Where a URI points. errors  kNotFound: it lies in none of our buckets
  virtual Result<Place> Locate(std::string_view uri) = 0;
};

}  // namespace tarn::store
