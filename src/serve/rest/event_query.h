// `GET /query`: events of some days and one type, newest first, out of files and live rows alike.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/ids.h"
#include "schema/type.h"
#include "schema/value.h"
#include "serve/http_message.h"
#include "serve/rest/query_runner.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

/// What is asked, checked.
struct EventFilter {
  int64_t start_day = 0;  ///< days since 1970, included
  int64_t end_day = 0;    ///< included
  std::string event_type;
  std::optional<int64_t> user_id;
  int64_t limit = 100;
  schema::TableName table;
};

/// One thing wrong with a parameter, as FastAPI says it.
struct ParameterProblem {
  std::string parameter;
  std::string message;
  std::string type;  ///< `missing`, `int_parsing`, …
};

/// returns  the filter; or else at least one problem is added
std::optional<EventFilter> ReadEventFilter(std::string_view query,
                                           std::vector<ParameterProblem>* problems);

struct EventSql {
  std::string sql;
  std::vector<schema::Value> parameters;
};
/// The SQL for a filter. Values of clients are bound, never pasted.
///
/// in       columns: of the filter's table
/// returns  nothing where the table lacks a column that is needed: it is added to the problems
std::optional<EventSql> SqlOf(const EventFilter& filter, const schema::TableSchema& columns,
                              std::vector<ParameterProblem>* problems);

/// Threads: any. Answered from the worker pool; what waited there counts against the deadline.
class EventQuery {
 public:
  /// in  queries, workers: lent for this object's life, and until its last reply is sent
  EventQuery(std::chrono::milliseconds time_max, QueryRunner& queries, WorkerPool& workers)
      : time_max_(time_max), queries_(queries), workers_(workers) {}

  void Handle(const Request& request, const Responder& responder) const;

 private:
  Reply Answer(const EventFilter& filter, std::chrono::milliseconds time_left) const;

  const std::chrono::milliseconds time_max_;
  QueryRunner& queries_;
  WorkerPool& workers_;
};

}  // namespace tarn::serve
