// Streams over the real log, shaper, encoder and catalog in a directory of the test's own, with a
// faulty disk beneath the log, a faulty store beneath the files and a catalog that may fail.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catalog/faulty_catalog.h"
#include "flow/conductor.h"
#include "os/faulty_files.h"
#include "store/faulty_store.h"
#include "store/local_buckets.h"

namespace tarn::flow {

class StreamsTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Begin again on what is on disk. The log's disk is in memory, and stays.
  void Start();
  void StartAndWait();
  /// Land everything and end.
  void Stop();
  /// The power goes, and comes back.
  void Crash(uint64_t seed);

  static void WaitUntil(const std::function<bool()>& condition);

  void Create(const std::string& name, int buffer_seconds = 900);
  /// The definition of one more stream for a table of `default`.
  static StreamDefinition StreamInto(const std::string& table, const std::string& name);
  Result<Appended> Append(const std::string& stream, const std::vector<std::string>& records);

  int64_t Live(const std::string& table);
  struct Totals {
    int64_t landed = 0;
    int64_t live = 0;
    int64_t all() const { return landed + live; }
  };
  /// As a query sees them: the files of the snapshot, and the live rows above its watermark.
  Totals Count(const std::string& table);
  /// Data files under a table's directory, listed by a snapshot or not.
  size_t FilesOnDisk(const std::string& table) const;

  std::string root_;
  ConductorOptions options_;  ///< of the next start
  os::FaultyFiles disk_;
  store::StoreFaults store_faults_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<store::FaultyBuckets> faulty_buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
  catalog::CatalogFaults catalog_faults_;
  std::unique_ptr<catalog::FaultyCatalog> faulty_catalog_;  ///< the conductor's: over catalog_
  std::unique_ptr<Conductor> conductor_;
};

}  // namespace tarn::flow
