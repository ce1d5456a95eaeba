// What tests of this room share: a directory, files in it, and what a conversion left there.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "load/convert.h"
#include "load/load.h"
#include "os/simulated_clock.h"
#include "store/faulty_store.h"
#include "store/object_store.h"

namespace tarn::load {

/// A directory of its own, removed at the end.
class TestDirectory {
 public:
  TestDirectory();
  ~TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  /// returns  its path
  std::string Write(const std::string& name, const std::string& bytes) const;
  /// Everything in it at any depth, sorted, files and directories, relative.
  std::vector<std::string> Names() const;

 private:
  std::string path_;
};

/// A data directory that loads go into, with a store that fails on demand.
class LoadRig {
 public:
  LoadRig();

  /// Load with another catalog over the same files, as another process would.
  Result<LoadSummary> Load(const LoadOptions& options, const std::stop_token& stop = {});
  /// Of one input, into default.events, on one thread. in  name: of a file in `directory`
  LoadOptions Options(const std::string& name) const;

  std::unique_ptr<catalog::Catalog> Catalog();
  /// Rows and rejects in the current snapshots of default.events; 0 without a table.
  struct Counts {
    uint64_t rows = 0;
    uint64_t rejects = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  Counts Committed();
  /// Data files that are there, whether a snapshot lists them or not.
  size_t DataFiles() const;
  /// Data files that snapshots list.
  size_t ListedFiles();
  std::string marks() const { return directory.Path("run"); }

  TestDirectory directory;
  store::StoreFaults faults;
  os::FakeClock clock;

 private:
  std::unique_ptr<store::Buckets> plain_buckets_;
  std::unique_ptr<store::Buckets> buckets_;
};

/// NDJSON of `{"n":0,…}`, `{"n":1,…}`, …, with text of many lengths; every `bad_every`th line is
/// bad.
std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every = 0);

}  // namespace tarn::load
