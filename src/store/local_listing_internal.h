// Listing a directory tree as the keys of a bucket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "os/files.h"
#include "store/object_store.h"

namespace tarn::store {

/// What ObjectStore::List promises, for the files below `root`. Only the directories that can hold
/// such keys are read, and only files that are listed are looked at.
/// errors  kIo
Result<Listing> ListTree(os::Files& files, const std::string& root, const std::string& prefix,
                         const std::string& after, std::string_view delimiter, size_t keys_max);

/// The object that a file is. in  info: of a file
ObjectInfo ObjectOf(std::string key, const os::FileInfo& info);

}  // namespace tarn::store
