#include "serve/rest/event_query.h"

#include <utility>

#include "base/log.h"

namespace tarn::serve {
namespace {

constexpr const char* kNothingFound = "No events match.";

Reply ProblemsReply(const std::vector<ParameterProblem>& problems) {
  Json detail = Json::MakeArray();
  for (const ParameterProblem& problem : problems) {
    Json place(Json::Array{Json("query")});
    if (!problem.parameter.empty()) place.Push(problem.parameter);
    detail.Push(
        Json::MakeObject({{"loc", place}, {"msg", problem.message}, {"type", problem.type}}));
  }
  return Reply::OfJson(422, Json::MakeObject({{"detail", detail}}));
}

Reply DetailReply(int status, const std::string& detail) {
  return Reply::OfJson(status, Json::MakeObject({{"detail", detail}}));
}

Reply Failure(const Error& error) {
  if (error.kind() == ErrorKind::kOverloaded || error.kind() == ErrorKind::kUnavailable) {
    Reply reply = DetailReply(503, error.message());
    reply.headers.emplace_back("Retry-After", "1");
    return reply;
  }
  Log(LogLevel::kWarn, "serve", "a query failed",
      {{"kind", KindName(error.kind())}, {"error", error.message()}});
  return DetailReply(500, "Error querying data lake: " + error.message());
}

Reply RowsReply(const JsonRows& rows) {
  Reply reply;
  reply.body = Format(R"({{"data":{},"count":{},"message":{}}})", rows.json, rows.count,
                      rows.count == 0 ? QuoteJson(kNothingFound) : "null");
  return reply;
}

}  // namespace

void EventQuery::Handle(const Request& request, const Responder& responder) const {
  std::vector<ParameterProblem> problems;
  auto filter = ReadEventFilter(request.query, &problems);
  if (!filter) return responder.Send(ProblemsReply(problems));
  const auto deadline = std::chrono::steady_clock::now() + time_max_;
  const bool taken = workers_.TryRun([this, responder, deadline, filter = *std::move(filter)] {
    const auto time_left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    responder.Send(time_left.count() <= 0
                       ? Failure(Error(ErrorKind::kOverloaded, "the query waited too long"))
                       : Answer(filter, time_left));
  });
  if (!taken) {
    responder.Send(Failure(Error(ErrorKind::kOverloaded, "too many queries at once: try again")));
  }
}

Reply EventQuery::Answer(const EventFilter& filter, std::chrono::milliseconds time_left) const {
  const auto columns = queries_.Columns(filter.table);
  if (!columns) {
    if (columns.error().kind() != ErrorKind::kNotFound) return Failure(columns.error());
    return ProblemsReply(
        {{"table", Format("There is no table {}", filter.table.ToString()), "value_error"}});
  }
  std::vector<ParameterProblem> problems;
  const auto sql = SqlOf(filter, *columns, &problems);
  if (!sql) return ProblemsReply(problems);
  const auto rows = queries_.Run(sql->sql, sql->parameters, time_left);
  return rows ? RowsReply(*rows) : Failure(rows.error());
}

}  // namespace tarn::serve
