#include "app/doctor_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/data_directory.h"
#include "app/server_address.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

constexpr uint64_t kFreeBytesLow = kGiB;

// Prints findings, and counts the bad ones.
class Findings {
 public:
  void Good(const std::string& text) { std::puts(("ok      " + text).c_str()); }
  void Bad(const std::string& text) {
    std::puts(("WRONG   " + text).c_str());
    ++bad_;
  }
  int bad() const { return bad_; }

 private:
  int bad_ = 0;
};

// Every table's metadata and manifests can be read, and every file that they list is there with its
// size.
Status CheckTables(catalog::Catalog& catalog, store::Buckets& buckets, Findings* findings) {
  for (const std::string& database : TRY(catalog.ListDatabases())) {
    for (const schema::TableName& name : TRY(catalog.ListTables(database))) {
      const auto table = catalog.LoadTable(name);
      const auto snapshot = table ? catalog.LoadSnapshot(*table, std::nullopt)
                                  : Result<schema::Snapshot>(std::unexpected(table.error()));
      if (!snapshot) {
        findings->Bad(Format("table {}: {}", name.ToString(), snapshot.error().message()));
        continue;
      }
      uint64_t files = 0;
      uint64_t missing = 0;
      for (const auto& part : snapshot->files) {
        for (const schema::DataFile& file : *part) {
          const auto place = TRY(buckets.Locate(file.uri));
          const auto info = place.store->Head(place.key);
          ++files;
          if (!info || static_cast<int64_t>(info->size) != file.size_bytes) ++missing;
        }
      }
      if (missing > 0)
        findings->Bad(Format("table {}: {} of {} files are missing or have another size",
                             name.ToString(), missing, files));
      if (missing == 0)
        findings->Good(
            Format("table {}: {} file{}", name.ToString(), files, files == 1 ? "" : "s"));
    }
  }
  return {};
}

// No table names its files by another place than this.
Status CheckTablesAreHere(const DataPaths& paths, const std::string& made_as) {
  os::Files& files = os::PosixFiles();
  if (!files.Stat(paths.catalog())) return {};
  auto buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
  auto catalog = TRY(catalog::Catalog::OpenReadOnly({.path = paths.catalog()}, *buckets,
                                                    os::SystemClock(), os::SystemEntropy()));
  const std::string here = "file://" + paths.buckets() + "/";
  std::vector<std::string> elsewhere;
  for (const std::string& database : TRY(catalog->ListDatabases())) {
    for (const schema::TableName& name : TRY(catalog->ListTables(database))) {
      const auto table = catalog->LoadTable(name);
      if (!table || !table->location.starts_with(here)) elsewhere.push_back(name.ToString());
    }
  }
  if (elsewhere.empty()) return {};
  return Fail(ErrorKind::kUnsupported,
              "{} cannot be adopted: the metadata of {} table{} ({}{}) names files below {}. {}",
              paths.root, elsewhere.size(), elsewhere.size() == 1 ? "" : "s", elsewhere.front(),
              elsewhere.size() == 1 ? "" : ", …", made_as, AdviceForMoved(paths.root, made_as));
}

// A directory without a server is in order, unless somebody waits for one.
Status CheckServer(const DataPaths& paths, bool must_run, Findings* findings) {
  const auto server = TRY(FindRunningServer(paths, os::PosixFiles()));
  if (!server) {
    const std::string none = "no server runs on " + paths.root;
    must_run ? findings->Bad(none) : findings->Good(none);
    return {};
  }
  const auto ready = Call(server->url, "GET", "/readyz", Json());
  if (ready)
    findings->Good(Format("a server runs on {} at {} (process {}) and is ready", paths.root,
                          server->url, server->process));
  if (!ready)
    findings->Bad(
        Format("the server at {} is not ready: {}", server->url, ready.error().message()));
  return {};
}

}  // namespace

Status RunDoctor(const DoctorOptions& options) {
  os::Files& files = os::PosixFiles();
  Findings findings;
  const DataPaths paths = TRY(FindDataDirectory(options.data, files));
  TRY(CheckServer(paths, options.ready, &findings));
  if (!options.ready) {
    const uint64_t free_bytes = TRY(files.FreeBytes(paths.root));
    const std::string free = Format("{} MiB are free on its disk", free_bytes / kMiB);
    free_bytes < kFreeBytesLow ? findings.Bad(free) : findings.Good(free);
    auto buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
    auto catalog = TRY(catalog::Catalog::OpenReadOnly({.path = paths.catalog()}, *buckets,
                                                      os::SystemClock(), os::SystemEntropy()));
    TRY(CheckTables(*catalog, *buckets, &findings));
  }
  if (findings.bad() > 0)
    return Fail(ErrorKind::kUnavailable, "{} thing{} wrong", findings.bad(),
                findings.bad() == 1 ? " is" : "s are");
  return {};
}

Status RunAdopt(const std::string& directory) {
  TRY(AdoptDirectory(directory, os::PosixFiles(), CheckTablesAreHere));
  const DataPaths paths = TRY(FindDataDirectory(directory, os::PosixFiles()));
  std::puts(Format("{} can be used here", paths.root).c_str());
  return {};
}

}  // namespace tarn::app
