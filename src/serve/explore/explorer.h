// What is in a table, for people who look: its rows, their number over time, the values of a
// column, groups. `GET /api/v1/tables/{database}/{table}/rows`, …/histogram, …/values, …/groups.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/error.h"
#include "catalog/catalog.h"
#include "query/result_text.h"
#include "serve/explore/table_question.h"
#include "serve/http_message.h"
#include "serve/rest/query_runner.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

struct ExplorerOptions {
  std::chrono::milliseconds time_max{30'000};            ///< of an answer, waiting included
  std::chrono::milliseconds download_time_max{600'000};  ///< of a download, the client's included
};

/// Threads: any. Answered from the worker pools; a client that leaves ends its query.
class Explorer {
 public:
  /// in  all lent for this object's life, and until its last reply is sent
  Explorer(ExplorerOptions options, catalog::Catalog& catalog, QueryRunner& queries,
           WorkerPool& workers, WorkerPool& downloads)
      : options_(options),
        catalog_(catalog),
        queries_(queries),
        workers_(workers),
        downloads_(downloads) {}

  void Rows(const Request& request, const Responder& responder) const;
  void Histogram(const Request& request, const Responder& responder) const;
  void Values(const Request& request, const Responder& responder) const;
  void Groups(const Request& request, const Responder& responder) const;

 private:
  using Clock = std::chrono::steady_clock;

  /// A request whose table is found.
  struct Asked {
    Parameters parameters;
    schema::TableName table;
    std::optional<SnapshotId> snapshot;
    schema::TableSchema columns;
    std::shared_ptr<ClientPresence> client;
    Clock::time_point begun;
    Clock::time_point deadline;
    query::ScanStats read;  ///< by its questions so far: a file counts once
  };
  using Finish = std::function<void(Result<Asked>)>;

  void Begin(WorkerPool& pool, Clock::duration time_max, Parameters parameters,
             const Request& request, const Responder& responder, Finish finish) const;
  void Run(Result<Parameters> parameters, const Request& request, const Responder& responder,
           Result<Reply> (Explorer::*work)(Asked&) const) const;
  Status FindTable(Asked* asked) const;
  Result<query::Page> Ask(Asked& asked, const Statement& statement, int64_t rows_max) const;
  Result<query::Page> AskWhole(Asked& asked, const Statement& statement, int64_t rows_max) const;
  Status NarrowToPage(Asked& asked, RowsQuestion* question) const;
  Status BreakTies(Asked& asked, RowsQuestion* question) const;
  Result<RowsQuestion> ReadRows(const Asked& asked, int64_t limit_max) const;

  Result<Reply> AnswerRows(Asked& asked) const;
  Result<Reply> AnswerHistogram(Asked& asked) const;
  Result<Reply> AnswerValues(Asked& asked) const;
  Result<Reply> AnswerGroups(Asked& asked) const;
  Status GiveRange(Asked& asked, RowChoice* choice) const;
  void Download(const Asked& asked, query::ResultFormat format, const Responder& responder) const;

  const ExplorerOptions options_;
  catalog::Catalog& catalog_;
  QueryRunner& queries_;
  WorkerPool& workers_;
  WorkerPool& downloads_;
};

}  // namespace tarn::serve
