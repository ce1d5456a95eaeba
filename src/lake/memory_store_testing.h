// A bucket in memory, for tests: keeps objects, counts how they came, and fails on demand.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "store/object_store.h"

namespace tarn::lake::testing {

/// Threads: one.
class MemoryStore : public store::ObjectStore {
 public:
  std::map<std::string, std::string> objects;
  int puts = 0;
  int uploads = 0;
  int puts_until_failure = -1;  ///< -1: none fails

  Status PutIfAbsent(const std::string& key, std::string_view bytes) override {
    ++puts;
    if (puts_until_failure == 0) return Fail(ErrorKind::kUnavailable, "the store is away");
    if (puts_until_failure > 0) --puts_until_failure;
    if (!objects.try_emplace(key, bytes).second) return Fail(ErrorKind::kConflict, "it exists");
    return {};
  }
  Status Put(const std::string& key, std::string_view bytes) override {
    objects[key] = bytes;
    return {};
  }
  Result<std::string> Get(const std::string& key, uint64_t) override { return objects.at(key); }
  Result<std::string> GetRange(const std::string& key, uint64_t offset, uint64_t size) override {
    return objects.at(key).substr(offset, size);
  }
  Result<store::ObjectInfo> Head(const std::string&) override {
    return Fail(ErrorKind::kNotFound, "not used");
  }
  Result<store::Listing> List(const std::string&, const std::string&, std::string_view,
                              size_t) override {
    return store::Listing();
  }
  Status Delete(const std::string& key) override {
    objects.erase(key);
    return {};
  }
  Result<std::unique_ptr<Upload>> Begin(const std::string& key) override {
    ++uploads;
    return std::make_unique<MemoryUpload>(*this, key);
  }
  std::string Uri(const std::string& key) const override { return "memory:///" + key; }

 private:
  class MemoryUpload : public Upload {
   public:
    MemoryUpload(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}
    Status Append(std::string_view bytes) override {
      bytes_ += bytes;
      return {};
    }
    Status Finish() override { return store_.PutIfAbsent(key_, bytes_); }

   private:
    MemoryStore& store_;
    std::string key_;
    std::string bytes_;
  };
};

}  // namespace tarn::lake::testing
