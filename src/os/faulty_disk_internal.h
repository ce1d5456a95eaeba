// What FaultyFiles keeps: nodes, names, and for both what is durable and what is only in the page
// cache. No locks, faults or counts here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/clock.h"

namespace tarn::os {

inline constexpr uint64_t kSectorBytes = 512;  ///< what a disk writes whole or not at all

struct DiskWrite {
  uint64_t offset = 0;
  std::string bytes;
};

/// A file or a directory, with or without a name.
struct DiskNode {
  uint64_t inode = 0;
  bool is_directory = false;
  int64_t modified_us = 0;

  // A file: what readers see, what a crash cannot take, and the writes between, in order.
  std::string cached;
  std::string durable;
  std::vector<DiskWrite> unsynced;

  // A directory: the same of its names.
  std::map<std::string, std::shared_ptr<DiskNode>> names;
  std::map<std::string, std::shared_ptr<DiskNode>> durable_names;
};
using DiskNodePtr = std::shared_ptr<DiskNode>;

/// A name given (node) or taken away (null).
struct DiskEdit {
  DiskNodePtr directory;
  std::string name;
  DiskNodePtr node;
};
/// Edits that are kept or lost as one: one of a create or remove, two of a rename.
using DiskChange = std::vector<DiskEdit>;

/// Threads: one at a time.
class FaultyDisk {
 public:
  FaultyDisk();

  const DiskNodePtr& root() const { return root_; }
  /// returns  the node that a path names; null where there is none
  DiskNodePtr Find(std::string_view path) const;
  DiskNodePtr NewNode(bool is_directory);
  /// Bytes of all files that have a name.
  uint64_t UsedBytes() const;

  /// Change names now; durable after SyncNames of one of the directories.
  void Apply(DiskChange change);
  void Write(DiskNode* file, uint64_t offset, std::string_view bytes);

  void SyncBytes(DiskNode* file);
  void SyncNames(const DiskNodePtr& directory);
  /// A sync that fails: any part is durable, the rest never will be.
  void FailSyncBytes(DiskNode* file, Entropy& entropy);
  void FailSyncNames(const DiskNodePtr& directory, Entropy& entropy);

  void Crash(Entropy& entropy);

 private:
  /// Take the changes that must be durable for `directory` to be out of the waiting ones.
  std::vector<DiskChange> TakeChangesOf(const DiskNodePtr& directory);

  DiskNodePtr root_;
  std::vector<DiskChange> unsynced_;  ///< in the order in which they were made
  uint64_t inodes_ = 0;
  int64_t ticks_ = 0;
};

}  // namespace tarn::os
