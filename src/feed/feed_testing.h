// What tests of this room share: a data directory with a bucket of raw objects, a store and a
// catalog that fail on demand, and a clock that the test rules.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/faulty_catalog.h"
#include "feed/feed.h"
#include "os/simulated_clock.h"
#include "store/faulty_store.h"

namespace tarn::feed {

/// The stream `events`, whose source is `s3://raw/%Y/%m/%d/%H/` until a test says otherwise.
class FeedRig {
 public:
  FeedRig();
  ~FeedRig();
  FeedRig(const FeedRig&) = delete;
  FeedRig& operator=(const FeedRig&) = delete;

  /// As a process does that has just begun.
  std::unique_ptr<Feed> MakeFeed();
  /// One look of a new feed.
  Status Look();

  /// Put an object, made now by the rig's clock. InHour: its key begins with the hour.
  void PutInHour(const std::string& name, const std::string& bytes);
  void Put(const std::string& key, const std::string& bytes, const std::string& bucket = "raw");
  void RemoveBucket(const std::string& bucket);
  void RestoreBucket(const std::string& bucket);
  std::vector<std::string> Keys(const std::string& bucket);
  std::string Get(const std::string& bucket, const std::string& key);
  /// `2026/01/01/00/`, of the clock's hour.
  std::string Hour() const;

  struct Counts {
    uint64_t rows = 0;
    uint64_t rejects = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  Counts Committed();
  /// Commits of rows.
  size_t Commits();
  /// Data files that are there, and those that snapshots list.
  size_t DataFiles();
  size_t ListedFiles();
  std::optional<catalog::SourceState> StateOf(const std::string& uri);
  catalog::Catalog& catalog() { return *faulty_catalog; }
  FeedPlace place();

  os::FakeClock clock;
  store::StoreFaults faults;
  FeedOptions options{.stream = "events",
                      .source = SourcePattern::Parse("s3://raw/%Y/%m/%d/%H/").value(),
                      .dead_letters = {"dead", "letters/"},
                      .settle_us = 0};
  flow::StreamDefinition definition;
  catalog::CatalogFaults catalog_faults;
  std::unique_ptr<catalog::FaultyCatalog> faulty_catalog;

 private:
  std::string directory_;
  std::unique_ptr<store::Buckets> plain_buckets_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

/// `{"n":begin}` … one a line. in  bad_every: every such line is bad; 0: none
std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every = 0);

}  // namespace tarn::feed
