#include "load/load_mark.h"

#include <utility>
#include <vector>

#include "base/log.h"

namespace tarn::load {
namespace {

constexpr std::string_view kSuffix = ".lock";
constexpr int kLockTries = 10;

std::string MarkPrefix(const std::string& table_uuid) { return Format("load-{}-", table_uuid); }

std::string MarkPath(const std::string& directory, const std::string& table_uuid,
                     const std::string& load_id) {
  return Format("{}/{}{}{}", directory, MarkPrefix(table_uuid), load_id, kSuffix);
}

}  // namespace

std::string FileStem(const std::string& load_id) { return Format("load-{}-", load_id); }

Result<std::unique_ptr<LoadMark>> LoadMark::Make(const std::string& directory,
                                                 const std::string& table_uuid,
                                                 const std::string& load_id, os::Files& files) {
  TRY(files.MakeDirectories(directory));
  const std::string path = MarkPath(directory, table_uuid, load_id);
  for (int i = 0; i < kLockTries; ++i) {
    auto lock = files.Lock(path);
    if (!lock && lock.error().kind() != ErrorKind::kConflict) return std::unexpected(lock.error());
    // Between its making and its lock another load may have taken it for a dead one's.
    if (!lock || !files.Stat(path)) continue;
    TRY(files.SyncDirectory(directory));
    return std::unique_ptr<LoadMark>(new LoadMark(path, *std::move(lock), files));
  }
  return Fail(ErrorKind::kConflict,
              "'{}' is locked by another load that is starting: say the same command again", path);
}

void LoadMark::Clear() {
  Ignore(files_.Remove(path_), "the next load of the table finds nothing by it, and removes it");
}

Status RemoveUnlisted(const LoadedTables& tables, const std::string& load_id,
                      catalog::Catalog& catalog, store::Buckets& buckets) {
  for (const catalog::Table* table : {&tables.rows, &tables.rejects}) {
    const auto uris = TRY(catalog.FindUnreferenced(*table, FileStem(load_id)));
    for (const std::string& uri : uris) {
      const store::Buckets::Place place = TRY(buckets.Locate(uri));
      TRY(place.store->Delete(place.key));
    }
    if (uris.empty()) continue;
    Log(LogLevel::kInfo, "load", "removed files of a load that did not come to its commit",
        {{"table", table->name.ToString()}, {"files", uris.size()}});
  }
  return {};
}

Status RemoveDeadLoads(const std::string& directory, const LoadedTables& tables,
                       catalog::Catalog& catalog, store::Buckets& buckets, os::Files& files) {
  const auto names = files.List(directory);
  if (!names && names.error().kind() == ErrorKind::kNotFound) return {};
  const std::string prefix = MarkPrefix(tables.rows.uuid);
  for (const std::string& name : TRY(Result(names))) {
    if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) continue;
    const std::string path = Format("{}/{}", directory, name);
    const auto lock = files.Lock(path);
    if (!lock && lock.error().kind() == ErrorKind::kConflict) continue;  // it lives
    TRY(Status(lock ? Status() : std::unexpected(lock.error())));
    const std::string load_id =
        name.substr(prefix.size(), name.size() - prefix.size() - kSuffix.size());
    TRY(RemoveUnlisted(tables, load_id, catalog, buckets));
    Ignore(files.Remove(path), "the next load finds nothing by it, and removes it");
  }
  return {};
}

}  // namespace tarn::load
