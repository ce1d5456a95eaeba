#include "serve/site_testing.h"

#include <gtest/gtest.h>

namespace tarn::serve {

Result<flow::StreamInfo> FakeStreams::Create(flow::StreamDefinition definition) {
  if (refuse_create) return std::unexpected(*refuse_create);
  MutexLock lock(mutex_);
  if (streams_.contains(definition.name)) {
    return Fail(ErrorKind::kConflict, "stream {} exists", definition.name);
  }
  if (definition.table.table.empty()) definition.table = {"default", definition.name};
  definition.created_us = kTestNowUs;
  flow::StreamInfo info;
  info.id = StreamId(next_id_++);
  info.definition = std::move(definition);
  return streams_.emplace(info.definition.name, info).first->second;
}

Result<flow::StreamInfo> FakeStreams::Find(const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = streams_.find(name);
  if (found == streams_.end()) return Fail(ErrorKind::kNotFound, "there is no stream {}", name);
  return found->second;
}

std::vector<flow::StreamInfo> FakeStreams::List() {
  MutexLock lock(mutex_);
  std::vector<flow::StreamInfo> all;
  for (const auto& [name, info] : streams_) all.push_back(info);
  return all;
}

Status FakeStreams::Delete(const std::string& name) {
  if (refuse_delete) return std::unexpected(*refuse_delete);
  return ForceDelete(name);
}

Status FakeStreams::ForceDelete(const std::string& name) {
  MutexLock lock(mutex_);
  if (streams_.erase(name) == 0) return Fail(ErrorKind::kNotFound, "there is no stream {}", name);
  return {};
}

Status FakeStreams::Append(const std::string& stream, schema::Source source,
                           wal::Content /*content*/, int64_t received_at_us,
                           wal::RequestKey request,
                           std::shared_ptr<const schema::RecordBlock> block, Done done) {
  if (refuse) return std::unexpected(*refuse);
  Appended entry{stream, source, received_at_us, request, {}};
  for (size_t i = 0; i < block->records.size(); ++i) {
    entry.records.emplace_back(block->record(i));
  }
  flow::Appended result;
  {
    MutexLock lock(mutex_);
    if (!streams_.contains(stream)) return Fail(ErrorKind::kNotFound, "no stream {}", stream);
    result = {entry.records.size(), Lsn(next_lsn_), Lsn(next_lsn_ + entry.records.size() - 1)};
    next_lsn_ += entry.records.size();
    if (!fail) appended_.push_back(std::move(entry));
  }
  std::jthread([this, result, done = std::move(done)] {
    done(fail ? Result<flow::Appended>(std::unexpected(*fail)) : result);
  }).detach();
  return {};
}

void FakeStreams::Change(const std::string& name,
                         const std::function<void(flow::StreamInfo&)>& change) {
  MutexLock lock(mutex_);
  change(streams_.at(name));
}

std::vector<FakeStreams::Appended> FakeStreams::appended() {
  MutexLock lock(mutex_);
  return appended_;
}

Result<schema::TableSchema> FakeQueries::Columns(const schema::TableName& table) {
  const auto found = tables.find(table.ToString());
  if (found == tables.end()) return Fail(ErrorKind::kNotFound, "no table {}", table.ToString());
  return found->second;
}

Result<JsonRows> FakeQueries::Run(const std::string& query,
                                  const std::vector<schema::Value>& values,
                                  std::chrono::milliseconds /*time_max*/) {
  sql = query;
  parameters = values;
  return answer;
}

Result<std::unique_ptr<flow::RowTail>> FakeStreams::Follow(const std::string& name) {
  class Silent : public flow::RowTail {
    Result<News> Next(uint64_t /*rows_max*/) override { return News{}; }
  };
  TRY(Find(name));
  return std::make_unique<Silent>();
}

Result<std::unique_ptr<query::Rows>> FakeQueries::Start(const std::string& query,
                                                        const std::vector<schema::Value>& values,
                                                        std::chrono::milliseconds /*time_max*/) {
  sql = query;
  parameters = values;
  return Fail(ErrorKind::kUnsupported, "these queries have no rows");
}

Result<query::Page> FakeQueries::Ask(const std::string& query,
                                     const std::vector<schema::Value>& values,
                                     std::chrono::milliseconds /*time_max*/,
                                     const query::PageLimits& /*limits*/,
                                     ClientPresence& /*client*/) {
  sql = query;
  parameters = values;
  return page;
}

Result<std::vector<std::string>> FakeCatalog::ListDatabases() {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables) {
    if (names.empty() || names.back() != name.database) names.push_back(name.database);
  }
  return names;
}

Result<std::vector<schema::TableName>> FakeCatalog::ListTables(const std::string& database) {
  std::vector<schema::TableName> names;
  for (const auto& [name, table] : tables) {
    if (name.database == database) names.push_back(name);
  }
  return names;
}

Result<catalog::Table> FakeCatalog::LoadTable(const schema::TableName& name) {
  const auto found = tables.find(name);
  if (found != tables.end()) return found->second;
  return Fail(ErrorKind::kNotFound, "there is no table {}", name.ToString());
}

Result<schema::Snapshot> FakeCatalog::LoadSnapshot(const catalog::Table& table,
                                                   std::optional<SnapshotId> at) {
  const auto id = at ? at : table.current;
  if (!id) return schema::Snapshot{.name = table.name, .schema = table.schema};
  const auto found = snapshots.find(*id);
  if (found != snapshots.end()) return found->second;
  return Fail(ErrorKind::kNotFound, "there is no snapshot {}", id->number());
}

Result<std::vector<catalog::DerivedRun>> FakeCatalog::ListDerivedRuns(const std::string& /*uuid*/) {
  return runs;
}

TestSite::TestSite(SiteOptions options)
    : site(std::move(options), SiteParts{streams, catalog, queries, desk, clock, entropy}) {}

Reply TestSite::Answer(const Ask& ask) {
  Request request;
  request.method = ask.method;
  const size_t question = std::min(ask.target.find('?'), ask.target.size());
  const std::string_view target = ask.target;
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  bool has_host = false;
  for (const auto& [name, value] : ask.headers) {
    request.headers.emplace_back(name, value);
    has_host = has_host || name == "host";
  }
  if (!has_host) request.headers.emplace_back("host", "localhost:8080");
  request.body = ask.body;
  request.peer = "127.0.0.1";
  request.from_loopback = ask.from_loopback;
  request.may_lack_host = ask.may_lack_host;
  // Shared: a second answer, a bug, must not find the promise gone.
  auto reply = std::make_shared<std::promise<Reply>>();
  auto received = reply->get_future();
  site.Handle(std::move(request), [reply](Reply r) { reply->set_value(std::move(r)); });
  if (received.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    ADD_FAILURE() << "no answer to " << ask.target;
    return Reply::OfText(599, "no answer");
  }
  return received.get();
}

Reply TestSite::Firehose(const std::string& operation, const std::string& body) {
  return Answer({.method = Method::kPost,
                 .target = "/",
                 .headers = {{"content-type", "application/x-amz-json-1.1"},
                             {"x-amz-target", "Firehose_20150804." + operation},
                             {"authorization",
                              "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/firehose/"
                              "aws4_request, SignedHeaders=host, Signature=ab"}},
                 .body = body});
}

std::string HeaderOf(const Reply& reply, std::string_view name) {
  for (const auto& [header, value] : reply.headers) {
    if (header == name) return value;
  }
  return "";
}

}  // namespace tarn::serve
