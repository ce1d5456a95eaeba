// What happens now: `GET /api/v1/overview` and `GET /api/v1/streams`.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/mutex.h"
#include "catalog/catalog.h"
#include "flow/streams.h"
#include "os/clock.h"
#include "serve/explore/stream_rates.h"
#include "serve/http_message.h"
#include "serve/rest/query_runner.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

/// How many rejects tables got in the last hour. Counted by a query, at most once in kKept a table.
/// Threads: any.
class RecentRejects {
 public:
  static constexpr auto kKept = std::chrono::seconds(5);
  using Deadline = std::chrono::steady_clock::time_point;

  RecentRejects(QueryRunner& queries, os::Clock& clock) : queries_(queries), clock_(clock) {}

  /// in       table: whose records are rejected; client: who asks
  /// returns  none where it cannot be told by the deadline
  std::optional<int64_t> Of(const schema::TableName& table, Deadline deadline,
                            ClientPresence& client) EXCLUDES(mutex_);

 private:
  struct Known {
    int64_t at_us = 0;
    std::optional<int64_t> count;
  };
  static bool IsOld(const Known& known, int64_t now_us);

  std::optional<int64_t> Count(const schema::TableName& rejects, std::chrono::milliseconds time_max,
                               ClientPresence& client);

  QueryRunner& queries_;
  os::Clock& clock_;
  Mutex mutex_;
  std::map<schema::TableName, Known> known_ GUARDED_BY(mutex_);
};

/// Threads: any. Answered from the worker pool.
class Overview {
 public:
  /// in  all lent for this object's life
  Overview(catalog::Catalog& catalog, flow::Streams& streams, QueryRunner& queries,
           os::Clock& clock, WorkerPool& workers);

  void Show(const Request& request, const Responder& responder) const;
  void Streams(const Request& request, const Responder& responder) const;

 private:
  void Run(const Request& request, const Responder& responder,
           Result<Json> (Overview::*work)(ClientPresence&) const) const;
  Json StreamsJson(const std::vector<flow::StreamInfo>& streams, ClientPresence& client) const;
  Result<Json> All(ClientPresence& client) const;
  Result<Json> AllStreams(ClientPresence& client) const;

  catalog::Catalog& catalog_;
  flow::Streams& streams_;
  os::Clock& clock_;
  WorkerPool& workers_;
  const int64_t started_us_;
  mutable RecentRejects rejects_;
  mutable StreamRates rates_;
  const RateSampler sampler_;
};

}  // namespace tarn::serve
