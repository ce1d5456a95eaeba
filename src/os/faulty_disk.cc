#include <algorithm>
#include <functional>
#include <ranges>
#include <set>

#include "os/faulty_disk_internal.h"

namespace tarn::os {
namespace {

using NameKey = std::pair<const DiskNode*, std::string>;

bool Coin(Entropy& entropy) { return (entropy.Random64() & 1) != 0; }

void Overwrite(std::string* content, uint64_t offset, std::string_view bytes) {
  const auto at = static_cast<size_t>(offset);
  if (content->size() < at + bytes.size()) content->resize(at + bytes.size(), '\0');
  content->replace(at, bytes.size(), bytes);
}

/// Call `visit(offset, bytes)` for each part of a write that lies in one sector.
template <class Visit>
void ForEachSector(const DiskWrite& write, Visit&& visit) {
  std::string_view rest = write.bytes;
  for (uint64_t at = write.offset; !rest.empty();) {
    const auto size = std::min<size_t>(rest.size(), kSectorBytes - at % kSectorBytes);
    visit(at, rest.substr(0, size));
    rest.remove_prefix(size);
    at += size;
  }
}

void ApplyDurably(const DiskChange& change) {
  for (const DiskEdit& edit : change) {
    if (edit.node == nullptr) {
      edit.directory->durable_names.erase(edit.name);
    } else {
      edit.directory->durable_names[edit.name] = edit.node;
    }
  }
}

bool Touches(const DiskChange& change, const std::set<NameKey>& names) {
  return std::ranges::any_of(change, [&](const DiskEdit& edit) {
    return names.contains({edit.directory.get(), edit.name});
  });
}

void AddNames(const DiskChange& change, std::set<NameKey>* names) {
  for (const DiskEdit& edit : change) names->emplace(edit.directory.get(), edit.name);
}

/// One write that no sync covered: kept, lost, or torn, with the file grown over it or not.
void ApplyTorn(const DiskWrite& write, Entropy& entropy, std::string* durable) {
  const uint64_t fate = entropy.Random64() % 3;
  ForEachSector(write, [&](uint64_t offset, std::string_view bytes) {
    if (fate == 0 || (fate == 1 && Coin(entropy))) Overwrite(durable, offset, bytes);
  });
  const auto end = static_cast<size_t>(write.offset) + write.bytes.size();
  if (durable->size() < end && Coin(entropy)) durable->resize(end, '\0');
}

/// Bring what survived back into the cache, from this node down.
void Reload(DiskNode* node, Entropy& entropy) {
  for (const DiskWrite& write : node->unsynced) ApplyTorn(write, entropy, &node->durable);
  node->unsynced.clear();
  node->cached = node->durable;
  node->names = node->durable_names;
  for (const auto& [name, child] : node->names) Reload(child.get(), entropy);
}

}  // namespace

FaultyDisk::FaultyDisk() { root_ = NewNode(true); }

DiskNodePtr FaultyDisk::Find(std::string_view path) const {
  DiskNodePtr node = root_;
  for (const auto part : std::views::split(path, '/')) {
    const std::string_view name(part);
    if (name.empty()) continue;
    const auto found = node->names.find(std::string(name));
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

DiskNodePtr FaultyDisk::NewNode(bool is_directory) {
  auto node = std::make_shared<DiskNode>();
  node->inode = ++inodes_;
  node->is_directory = is_directory;
  node->modified_us = ++ticks_;
  return node;
}

uint64_t FaultyDisk::UsedBytes() const {
  const std::function<uint64_t(const DiskNode&)> measure = [&](const DiskNode& node) {
    uint64_t bytes = node.cached.size();
    for (const auto& [name, child] : node.names) bytes += measure(*child);
    return bytes;
  };
  return measure(*root_);
}

void FaultyDisk::Apply(DiskChange change) {
  for (const DiskEdit& edit : change) {
    if (edit.node == nullptr) {
      edit.directory->names.erase(edit.name);
    } else {
      edit.directory->names[edit.name] = edit.node;
    }
  }
  unsynced_.push_back(std::move(change));
}

void FaultyDisk::Write(DiskNode* file, uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  Overwrite(&file->cached, offset, bytes);
  file->unsynced.push_back({offset, std::string(bytes)});
  file->modified_us = ++ticks_;
}

void FaultyDisk::SyncBytes(DiskNode* file) {
  for (const DiskWrite& write : file->unsynced) {
    Overwrite(&file->durable, write.offset, write.bytes);
  }
  file->unsynced.clear();
}

void FaultyDisk::FailSyncBytes(DiskNode* file, Entropy& entropy) {
  for (const DiskWrite& write : file->unsynced) {
    ForEachSector(write, [&](uint64_t offset, std::string_view bytes) {
      if (Coin(entropy)) {
        Overwrite(&file->durable, offset, bytes);
      } else if (Coin(entropy)) {  // the page was dropped: it is read from the disk again
        std::string old = file->durable.size() > offset
                              ? file->durable.substr(static_cast<size_t>(offset), bytes.size())
                              : "";
        old.resize(bytes.size(), '\0');
        Overwrite(&file->cached, offset, old);
      }
    });
  }
  file->unsynced.clear();
}

std::vector<DiskChange> FaultyDisk::TakeChangesOf(const DiskNodePtr& directory) {
  // Backwards, so that what a taken change builds on is taken too: the create before a rename.
  std::set<NameKey> needed;
  std::vector<DiskChange> taken;
  std::vector<DiskChange> left;
  for (DiskChange& change : unsynced_ | std::views::reverse) {
    const bool in_directory = std::ranges::any_of(
        change, [&](const DiskEdit& edit) { return edit.directory == directory; });
    if (in_directory || Touches(change, needed)) {
      AddNames(change, &needed);
      taken.push_back(std::move(change));
    } else {
      left.push_back(std::move(change));
    }
  }
  std::ranges::reverse(taken);
  std::ranges::reverse(left);
  unsynced_ = std::move(left);
  return taken;
}

void FaultyDisk::SyncNames(const DiskNodePtr& directory) {
  for (const DiskChange& change : TakeChangesOf(directory)) ApplyDurably(change);
}

void FaultyDisk::FailSyncNames(const DiskNodePtr& directory, Entropy& entropy) {
  for (const DiskChange& change : TakeChangesOf(directory)) {
    if (Coin(entropy)) ApplyDurably(change);
  }
}

void FaultyDisk::Crash(Entropy& entropy) {
  std::set<NameKey> lost;  // a change of a name is lost with the one before it of the same name
  for (const DiskChange& change : unsynced_) {
    if (!Touches(change, lost) && Coin(entropy)) {
      ApplyDurably(change);
    } else {
      AddNames(change, &lost);
    }
  }
  unsynced_.clear();
  Reload(root_.get(), entropy);
}

}  // namespace tarn::os
