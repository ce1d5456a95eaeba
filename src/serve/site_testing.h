// The site with fakes behind it, asked without a socket.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "serve/site.h"

namespace tarn::serve {

inline constexpr int64_t kTestNowUs = 1'763'714'921'954'871;  // 2025-11-21T08:48:41.954871Z
inline constexpr const char* kTestNode = "0123456789abcdef0123456789abcdef";

class FakeClock : public os::Clock {
 public:
  int64_t NowMicros() override { return kTestNowUs; }
  int64_t SteadyMicros() override { return 0; }
};

class FakeEntropy : public os::Entropy {
 public:
  uint64_t Random64() override { return ++last_; }

 private:
  std::atomic<uint64_t> last_ = 0;
};

/// Streams in memory. `refuse` fails Append at once, `fail` through its callback.
class FakeStreams : public flow::Streams {
 public:
  struct Appended {
    std::string stream;
    schema::Source source = schema::Source::kHttp;
    int64_t received_at_us = 0;
    wal::RequestKey request;
    std::vector<std::string> records;
  };

  Result<flow::StreamInfo> Create(flow::StreamDefinition definition) override;
  Result<flow::StreamInfo> Find(const std::string& name) override;
  std::vector<flow::StreamInfo> List() override;
  Status Delete(const std::string& name) override;
  Status ForceDelete(const std::string& name) override;
  Status Append(const std::string& stream, schema::Source source, wal::Content content,
                int64_t received_at_us, wal::RequestKey request,
                std::shared_ptr<const schema::RecordBlock> block, Done done) override;
  Result<std::unique_ptr<flow::RowTail>> Follow(const std::string& name) override;
  uint64_t LiveRowsOf(const schema::TableName& /*table*/) const override { return live_rows; }
  uint64_t log_bytes() const override { return 4096; }
  std::string node_id() const override { return kTestNode; }
  Status Ready() override { return ready; }

  /// Change what Find and List say of a stream that is there.
  void Change(const std::string& name, const std::function<void(flow::StreamInfo&)>& change);
  /// What was appended so far.
  std::vector<Appended> appended();

  uint64_t live_rows = 0;  ///< of every table
  std::optional<Error> refuse_create;
  std::optional<Error> refuse_delete;  ///< unless it is forced
  std::optional<Error> refuse;
  std::optional<Error> fail;
  Status ready;

 private:
  Mutex mutex_;
  std::map<std::string, flow::StreamInfo> streams_ GUARDED_BY(mutex_);
  std::vector<Appended> appended_ GUARDED_BY(mutex_);
  uint64_t next_lsn_ GUARDED_BY(mutex_) = 0x100000000001;
  uint32_t next_id_ GUARDED_BY(mutex_) = 1;
};

/// Answers with what tests set, and keeps what it was asked.
class FakeQueries : public QueryRunner {
 public:
  Result<schema::TableSchema> Columns(const schema::TableName& table) override;
  Result<JsonRows> Run(const std::string& sql, const std::vector<schema::Value>& parameters,
                       std::chrono::milliseconds time_max) override;

  Result<std::unique_ptr<query::Rows>> Start(const std::string& sql,
                                             const std::vector<schema::Value>& parameters,
                                             std::chrono::milliseconds time_max) override;
  Result<query::Page> Ask(const std::string& sql, const std::vector<schema::Value>& parameters,
                          std::chrono::milliseconds time_max, const query::PageLimits& limits,
                          ClientPresence& client) override;

  Result<query::Page> page = query::Page{"[]", 0, false, {}};
  std::map<std::string, schema::TableSchema> tables;  ///< by `database.table`
  Result<JsonRows> answer = JsonRows{"[]", 0};
  std::string sql;
  std::vector<schema::Value> parameters;
};

/// Tables that tests set; nothing is written.
class FakeCatalog : public catalog::Catalog {
 public:
  Result<std::vector<std::string>> ListDatabases() override;
  Result<std::vector<schema::TableName>> ListTables(const std::string& database) override;
  Result<catalog::Table> LoadTable(const schema::TableName& name) override;
  Result<schema::Snapshot> LoadSnapshot(const catalog::Table& table,
                                        std::optional<SnapshotId> at) override;
  Result<std::vector<catalog::DerivedRun>> ListDerivedRuns(const std::string& uuid) override;

  Status CreateDatabase(const std::string& /*database*/) override { return Refuse(); }
  Result<catalog::Table> CreateTable(const catalog::NewTable& /*table*/) override {
    return Refuse();
  }
  Result<std::vector<catalog::Table>> CreateTables(
      const std::vector<catalog::NewTable>& /*tables*/) override {
    return Refuse();
  }
  Result<catalog::Table> AddColumns(const catalog::Table& /*table*/,
                                    const std::vector<schema::Field>& /*columns*/) override {
    return Refuse();
  }
  Result<std::vector<catalog::Table>> CommitAppends(
      const std::vector<catalog::TableAppend>& /*appends*/) override {
    return Refuse();
  }
  Result<std::vector<std::optional<catalog::SourceState>>> FindSources(
      const std::string& /*uuid*/, const std::vector<std::string>& /*uris*/) override {
    return Refuse();
  }
  Result<uint64_t> ForgetSources(const std::string& /*uuid*/, const std::string& /*uri_shape*/,
                                 int64_t /*before_us*/) override {
    return Refuse();
  }
  Result<std::vector<catalog::ForgottenSources>> FindForgotten(
      const std::string& /*uuid*/) override {
    return Refuse();
  }
  Result<std::vector<std::string>> FindUnreferenced(const catalog::Table& /*table*/,
                                                    const std::string& /*stem*/) override {
    return Refuse();
  }
  Result<std::vector<catalog::Table>> CommitReplacements(
      const std::vector<catalog::TableReplacement>& /*replacements*/) override {
    return Refuse();
  }
  Result<catalog::StreamRow> AddStream(const std::string& /*name*/,
                                       const Json& /*definition*/) override {
    return Refuse();
  }
  Status UpdateStream(StreamId /*id*/, const Json& /*definition*/) override { return Refuse(); }
  Status RemoveStream(StreamId /*id*/) override { return Refuse(); }
  Result<std::vector<catalog::StreamRow>> ListStreams() override { return Refuse(); }

  std::map<schema::TableName, catalog::Table> tables;
  std::map<SnapshotId, schema::Snapshot> snapshots;
  std::vector<catalog::DerivedRun> runs;

 private:
  static std::unexpected<Error> Refuse() {
    return Fail(ErrorKind::kUnsupported, "this catalog is for reading");
  }
};

class FakeDesk : public LocalDesk {
 public:
  Result<std::string> TableRows(const Json& request) override {
    return "rows of " + request.Dump();
  }
  Result<std::string> Tables(const Json& request) override { return "tables of " + request.Dump(); }
};

/// A request of a test: `headers` beside a Host that is answered.
struct Ask {
  Method method = Method::kGet;
  std::string target = "/";  ///< path and query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool from_loopback = true;
  bool may_lack_host = false;
};

/// A site and all it stands on.
class TestSite {
 public:
  explicit TestSite(SiteOptions options = {});

  /// Ask and wait for the reply.
  Reply Answer(const Ask& ask);
  /// A Firehose call.
  Reply Firehose(const std::string& operation, const std::string& body);

  FakeClock clock;
  FakeEntropy entropy;
  FakeStreams streams;
  FakeCatalog catalog;
  FakeQueries queries;
  FakeDesk desk;
  Site site;
};

/// The value of a header of a reply; empty where it has none.
std::string HeaderOf(const Reply& reply, std::string_view name);

}  // namespace tarn::serve
