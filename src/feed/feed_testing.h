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
#include "feed/feed.h"
#include "os/simulated_clock.h"
#include "store/faulty_store.h"

namespace tarn::feed {

/// A catalog whose commits fail, or are made and lose their answers; all else is the other one's.
class FaultyCommits final : public catalog::Catalog {
 public:
  enum class What { kNothing, kRefused, kLostRequest, kLostReply };

  explicit FaultyCommits(catalog::Catalog& inner) : inner_(inner) {}
  What next = What::kNothing;  ///< of the next commit
  int commits = 0;

  Result<std::vector<catalog::Table>> CommitAppends(
      const std::vector<catalog::TableAppend>& appends) override;

  Result<std::vector<std::string>> ListDatabases() override { return inner_.ListDatabases(); }
  Status CreateDatabase(const std::string& name) override { return inner_.CreateDatabase(name); }
  Result<std::vector<schema::TableName>> ListTables(const std::string& name) override {
    return inner_.ListTables(name);
  }
  Result<catalog::Table> LoadTable(const schema::TableName& name) override {
    return inner_.LoadTable(name);
  }
  Result<schema::Snapshot> LoadSnapshot(const catalog::Table& table,
                                        std::optional<SnapshotId> at) override {
    return inner_.LoadSnapshot(table, at);
  }
  Result<catalog::Table> CreateTable(const catalog::NewTable& table) override {
    return inner_.CreateTable(table);
  }
  Result<std::vector<catalog::Table>> CreateTables(
      const std::vector<catalog::NewTable>& tables) override {
    return inner_.CreateTables(tables);
  }
  Result<catalog::Table> AddColumns(const catalog::Table& table,
                                    const std::vector<schema::Field>& columns) override {
    return inner_.AddColumns(table, columns);
  }
  Result<std::vector<std::optional<catalog::SourceState>>> FindSources(
      const std::string& uuid, const std::vector<std::string>& uris) override {
    return inner_.FindSources(uuid, uris);
  }
  Result<uint64_t> ForgetSources(const std::string& uuid, const std::string& uri_shape,
                                 int64_t before_us) override {
    return inner_.ForgetSources(uuid, uri_shape, before_us);
  }
  Result<std::vector<catalog::ForgottenSources>> FindForgotten(const std::string& uuid) override {
    return inner_.FindForgotten(uuid);
  }
  Result<std::vector<std::string>> FindUnreferenced(const catalog::Table& table,
                                                    const std::string& stem) override {
    return inner_.FindUnreferenced(table, stem);
  }
  Result<std::vector<catalog::Table>> CommitReplacements(
      const std::vector<catalog::TableReplacement>& replacements) override {
    return inner_.CommitReplacements(replacements);
  }
  Result<std::vector<catalog::DerivedRun>> ListDerivedRuns(const std::string& uuid) override {
    return inner_.ListDerivedRuns(uuid);
  }
  Result<catalog::StreamRow> AddStream(const std::string& name, const Json& definition) override {
    return inner_.AddStream(name, definition);
  }
  Status UpdateStream(StreamId id, const Json& definition) override {
    return inner_.UpdateStream(id, definition);
  }
  Status RemoveStream(StreamId id) override { return inner_.RemoveStream(id); }
  Result<std::vector<catalog::StreamRow>> ListStreams() override { return inner_.ListStreams(); }

 private:
  catalog::Catalog& inner_;
};

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
  std::unique_ptr<FaultyCommits> faulty_catalog;

 private:
  std::string directory_;
  std::unique_ptr<store::Buckets> plain_buckets_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

/// `{"n":begin}` … one a line. in  bad_every: every such line is bad; 0: none
std::string NumberedLines(uint64_t begin, uint64_t end, uint64_t bad_every = 0);

}  // namespace tarn::feed
