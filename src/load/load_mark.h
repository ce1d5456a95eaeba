// Marks of running loads, by which a later one tells what a killed one has left from what another
// is writing right now.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "catalog/catalog.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/object_store.h"

namespace tarn::load {

/// The mark of this load: a locked file `load-<table uuid>-<load id>.lock`. The lock dies with the
/// process, the file stays: it says that there may be data files of the load that no snapshot
/// lists. Threads: one at a time.
class LoadMark {
 public:
  /// in       directory: made where missing; files: lent
  /// durable  when it returns
  /// errors   kConflict: another load holds the file, to see whether this one is dead; kIo
  static Result<std::unique_ptr<LoadMark>> Make(const std::string& directory,
                                                const std::string& table_uuid,
                                                const std::string& load_id, os::Files& files);
  /// No data file of the load is unreferenced: nobody needs to look for any.
  void Clear();

 private:
  LoadMark(std::string path, std::unique_ptr<os::FileLock> lock, os::Files& files)
      : path_(std::move(path)), lock_(std::move(lock)), files_(files) {}

  const std::string path_;
  const std::unique_ptr<os::FileLock> lock_;
  os::Files& files_;
};

/// All names of a load's data files begin so.
std::string FileStem(const std::string& load_id);

/// Where rows and rejects of a load lie.
struct LoadedTables {
  const catalog::Table& rows;
  const catalog::Table& rejects;
};

/// Remove what a load has written and no snapshot lists. in  only while it does not write
Status RemoveUnlisted(const LoadedTables& tables, const std::string& load_id,
                      catalog::Catalog& catalog, store::Buckets& buckets);

/// Remove what dead loads of these tables have left, and their marks.
Status RemoveDeadLoads(const std::string& directory, const LoadedTables& tables,
                       catalog::Catalog& catalog, store::Buckets& buckets, os::Files& files);

}  // namespace tarn::load
