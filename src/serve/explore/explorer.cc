#include "serve/explore/explorer.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/time.h"
#include "base/whole_number.h"
#include "schema/declaration.h"
#include "serve/explore/histogram_buckets.h"

namespace tarn::serve {
namespace {

using Clock = std::chrono::steady_clock;

/// in  stats: of all questions behind the answer
std::string StatsJson(const query::ScanStats& stats, Clock::time_point begun) {
  const double elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  return Json::MakeObject({{"elapsed_ms", elapsed_ms},
                           {"bytes_read", static_cast<int64_t>(stats.bytes)},
                           {"files_read", static_cast<int64_t>(stats.files)}})
      .Dump();
}

Reply JsonReply(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

Json::Array RowsOf(const query::Page& page) {
  auto rows = Json::Parse(page.rows);
  return rows ? std::move(rows->as_array()) : Json::Array();
}

/// A whole number of a page, which is text where it is beyond 2^53; none for null.
std::optional<int64_t> NumberOf(const Json& cell) {
  if (cell.is_int()) return cell.as_int();
  return cell.is_string() ? ParseWhole<int64_t>(cell.as_string()) : std::nullopt;
}

/// The number in the first cell of a page; none where it has no such.
std::optional<int64_t> FirstNumber(const query::Page& page) {
  const Json::Array rows = RowsOf(page);
  return rows.empty() ? std::nullopt : NumberOf(rows[0].as_array()[0]);
}

/// in  value, is_other: cells of a histogram's row
BucketShare ShareOf(const Json& value, const Json& is_other) {
  if (value.is_string()) return {BucketShare::Of::kValue, value.as_string()};
  const bool is_one_of_others = is_other.is_bool() && is_other.as_bool();
  return {is_one_of_others ? BucketShare::Of::kOthers : BucketShare::Of::kNulls, {}};
}

std::string ColumnsJson(const std::vector<query::ColumnPath>& columns) {
  Json all = Json::MakeArray();
  for (const query::ColumnPath& column : columns) {
    all.Push(Json::MakeObject(
        {{"name", column.ToString()}, {"type", schema::HiveTypeText(column.type)}}));
  }
  return all.Dump();
}

std::vector<query::ColumnPath> AllColumns(const schema::TableSchema& columns) {
  std::vector<query::ColumnPath> all;
  for (const schema::Field& field : columns.fields) all.push_back({{field.name}, field.type});
  return all;
}

/// What tells the rows of one time apart: a record's id, else all that is asked for. Rows that are
/// alike in it may change places.
std::vector<query::ColumnPath> TieBreakers(const schema::TableSchema& columns,
                                           const std::vector<query::ColumnPath>& asked) {
  const schema::Field* id = columns.Find(schema::kRecordIdColumn);
  if (id == nullptr) return asked;
  return {query::ColumnPath{{id->name}, id->type}};
}

Result<const std::string*> Required(const Parameters& parameters, std::string_view name) {
  const std::string* value = parameters.Find(name);
  if (value == nullptr) return Fail(ErrorKind::kInvalid, "the parameter '{}' is missing", name);
  return value;
}

std::string MomentText(int64_t micros, const query::ColumnPath& time) {
  return FormatTimestamp(micros, time.type.kind == schema::TypeKind::kTimestampTz
                                     ? TimeStyle::kIsoUtc
                                     : TimeStyle::kIsoPlain);
}

}  // namespace

void Explorer::Begin(WorkerPool& pool, Clock::duration time_max, Parameters parameters,
                     const Request& request, const Responder& responder, Finish finish) const {
  Asked asked{.parameters = std::move(parameters),
              .table = {request.parameter("database"), request.parameter("table")},
              .client = request.client,
              .begun = Clock::now()};
  asked.deadline = asked.begun + time_max;
  pool.RunOrRefuse(
      responder, [this, asked = std::move(asked), finish = std::move(finish)]() mutable {
        auto found = FindTable(&asked);
        finish(found ? Result<Asked>(std::move(asked)) : std::unexpected(std::move(found).error()));
      });
}

void Explorer::Run(Result<Parameters> parameters, const Request& request,
                   const Responder& responder,
                   Result<Reply> (Explorer::*work)(Asked&) const) const {
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  Begin(workers_, options_.time_max, *std::move(parameters), request, responder,
        [this, responder, work](Result<Asked> asked) {
          auto reply = asked ? (this->*work)(*asked) : std::unexpected(asked.error());
          responder.Send(reply ? *std::move(reply) : ErrorReply(reply.error()));
        });
}

/// Names are looked up, never looked for on a disk: whatever they hold, a table has them or not.
Status Explorer::FindTable(Asked* asked) const {
  if (asked->client->is_gone()) return Fail(ErrorKind::kCancelled, "the client has left");
  if (Clock::now() >= asked->deadline) {
    return Fail(ErrorKind::kOverloaded, "the question waited too long: try again");
  }
  const catalog::Table table = TRY(catalog_.LoadTable(asked->table));
  const std::string* snapshot = asked->parameters.Find("snapshot");
  if (snapshot == nullptr) {
    asked->columns = table.schema;
    return {};
  }
  const SnapshotId id(TRY(asked->parameters.Integer("snapshot", 0, 0, INT64_MAX)));
  asked->snapshot = id;
  asked->columns = TRY(catalog_.LoadSnapshot(table, id)).schema;
  return {};
}

Result<query::Page> Explorer::Ask(Asked& asked, const Statement& statement,
                                  int64_t rows_max) const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(asked.deadline - Clock::now());
  if (left.count() <= 0) {
    return Fail(ErrorKind::kOverloaded, "the answer took longer than its limit");
  }
  query::Page page =
      TRY(queries_.Ask(statement.sql, statement.parameters, left,
                       {.rows_max = static_cast<uint64_t>(rows_max)}, *asked.client));
  asked.read.bytes += page.stats.bytes;
  asked.read.files = std::max(asked.read.files, page.stats.files);
  return page;
}

/// As Ask, for answers that tell nothing true where a part of them is missing.
Result<query::Page> Explorer::AskWhole(Asked& asked, const Statement& statement,
                                       int64_t rows_max) const {
  query::Page page = TRY(Ask(asked, statement, rows_max));
  if (!page.more) return page;
  return Fail(ErrorKind::kTooLarge,
              "the values of this column are too large to be listed: choose fewer, or a column "
              "with shorter ones");
}

void Explorer::Rows(const Request& request, const Responder& responder) const {
  auto parameters =
      Parameters::Read(request.query, {"columns", "limit", "offset", "order", "format", "time",
                                       "from", "to", "snapshot", kFilterParameter});
  const std::string* format = parameters ? parameters->Find("format") : nullptr;
  if (format == nullptr || *format == "json") {
    return Run(std::move(parameters), request, responder, &Explorer::AnswerRows);
  }
  if (*format != "ndjson" && *format != "csv") {
    return responder.Send(
        ErrorReply(Error(ErrorKind::kInvalid, "format: json, ndjson and csv are possible")));
  }
  const auto kind = *format == "csv" ? query::ResultFormat::kCsv : query::ResultFormat::kNdjson;
  Begin(downloads_, options_.download_time_max, *std::move(parameters), request, responder,
        [this, responder, kind](const Result<Asked>& asked) {
          if (!asked) return responder.Send(ErrorReply(asked.error()));
          Download(*asked, kind, responder);
        });
}

Result<RowsQuestion> Explorer::ReadRows(const Asked& asked, int64_t limit_max) const {
  RowsQuestion question;
  question.choice = TRY(ParseChoice(asked.parameters, asked.table, asked.snapshot, asked.columns));
  const std::string* columns = asked.parameters.Find("columns");
  question.columns =
      columns == nullptr ? AllColumns(asked.columns) : TRY(FindColumns(*columns, asked.columns));
  const std::string* order = asked.parameters.Find("order");
  if (order != nullptr && *order != "time" && *order != "-time") {
    return Fail(ErrorKind::kInvalid, "order: time and -time are possible");
  }
  question.newest_first = order == nullptr || *order == "-time";
  question.limit = TRY(asked.parameters.Integer("limit", question.limit, 1, limit_max));
  question.offset = TRY(asked.parameters.Integer("offset", 0, 0, kOffsetMax));
  return question;
}

/// Find the times between which the page lies, and ask for rows of those alone: to put all rows of
/// a table into one order would take all of its columns.
Status Explorer::NarrowToPage(Asked& asked, RowsQuestion* question) const {
  RowChoice& choice = question->choice;
  const query::Page times = TRY(Ask(asked, SqlOfPageTimes(*question), 1));
  const Json::Array rows = RowsOf(times);
  const Json::Array cells = rows.empty() ? Json::Array() : rows[0].as_array();
  if (cells.size() != 3 || !cells[2].is_bool() || !cells[2].as_bool()) return {};
  const auto least = NumberOf(cells[0]);
  const auto greatest = NumberOf(cells[1]);
  if (!least || !greatest) return {};  // no rows
  if (question->offset > 0) {
    RowChoice before = choice;
    (question->newest_first ? before.from_us : before.to_us) =
        question->newest_first ? *greatest + 1 : *least;
    const auto count = FirstNumber(TRY(Ask(asked, SqlOfCount(before), 1)));
    if (!count) return {};
    question->offset = std::max<int64_t>(question->offset - *count, 0);
  }
  choice.from_us = least;
  choice.to_us = *greatest + 1;
  return {};
}

/// Order the rows of one time, so that pages hold each row once; where they are too many for that,
/// they come as they are read.
Status Explorer::BreakTies(Asked& asked, RowsQuestion* question) const {
  const auto count = FirstNumber(TRY(Ask(asked, SqlOfCount(question->choice), 1)));
  if (count && *count <= kTiedRowsMax)
    question->tie_breakers = TieBreakers(asked.columns, question->columns);
  return {};
}

Result<Reply> Explorer::AnswerRows(Asked& asked) const {
  RowsQuestion question = TRY(ReadRows(asked, kRowsMax));
  if (question.choice.time) {
    TRY(NarrowToPage(asked, &question));
    TRY(BreakTies(asked, &question));
  }
  const query::Page page = TRY(Ask(asked, SqlOf(question), question.limit));
  return JsonReply(Format(R"({{"columns":{},"rows":{},"more":{},"stats":{}}})",
                          ColumnsJson(question.columns), page.rows, page.more,
                          StatsJson(asked.read, asked.begun)));
}

void Explorer::Histogram(const Request& request, const Responder& responder) const {
  Run(Parameters::Read(request.query,
                       {"buckets", "by", "time", "from", "to", "snapshot", kFilterParameter}),
      request, responder, &Explorer::AnswerHistogram);
}

/// Where the range is open, it is that of the rows, as far as a range goes: other writers' rows may
/// have times that lie further apart than an int64 holds.
Status Explorer::GiveRange(Asked& asked, RowChoice* choice) const {
  if (choice->from_us && choice->to_us) return {};
  const query::Page page = TRY(Ask(asked, SqlOfTimeRange(*choice), 1));
  const Json::Array rows = RowsOf(page);
  const Json::Array cells = rows.empty() ? Json::Array() : rows[0].as_array();
  const int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  const auto moment = [&](size_t cell) {
    const auto micros = cells.empty() ? std::nullopt : NumberOf(cells[cell]);
    return std::clamp(micros.value_or(now_us), kLeastMoment, kAfterMoments - 1);
  };
  const int64_t least = moment(0);
  const int64_t greatest = moment(1);
  if (!choice->from_us)
    choice->from_us = choice->to_us ? std::min(least, *choice->to_us - 1) : least;
  if (!choice->to_us) choice->to_us = std::max(greatest, *choice->from_us) + 1;
  return {};
}

Result<Reply> Explorer::AnswerHistogram(Asked& asked) const {
  HistogramQuestion question;
  question.choice = TRY(ParseChoice(asked.parameters, asked.table, asked.snapshot, asked.columns));
  if (!question.choice.time) {
    return Fail(ErrorKind::kInvalid, "the table has no column of times: there is no histogram");
  }
  const int64_t buckets = TRY(asked.parameters.Integer("buckets", 60, 1, kBucketsMax));
  if (const std::string* by = asked.parameters.Find("by")) {
    question.by = TRY(FindColumn(*by, asked.columns));
  }
  TRY(GiveRange(asked, &question.choice));
  const BucketRange range =
      ChooseBuckets(*question.choice.from_us, *question.choice.to_us, buckets);
  question.first_us = range.first_us;
  question.width_us = range.width_us;
  const query::Page page =
      TRY(AskWhole(asked, SqlOf(question), (range.count + 1) * (kHistogramValuesMax + 2) + 1));
  BucketCounts counts(range, question.by.has_value());
  for (const Json& row : RowsOf(page)) {
    const Json::Array& cells = row.as_array();
    counts.Add(NumberOf(cells[0]), ShareOf(cells[1], cells[2]), NumberOf(cells[3]).value_or(0));
  }
  const query::ColumnPath& time = *question.choice.time;
  return JsonReply(Format(
      R"({{"time":{},"from":{},"to":{},"bucket_ms":{},"buckets":{},"total":{},"outside":{},"stats":{}}})",
      QuoteJson(time.ToString()), QuoteJson(MomentText(*question.choice.from_us, time)),
      QuoteJson(MomentText(*question.choice.to_us, time)), range.width_us / 1000,
      // Whole widths may begin before the years that a range may have.
      counts
          .ToJson([&](int64_t micros) { return MomentText(std::max(micros, kLeastMoment), time); })
          .Dump(),
      counts.total(), counts.outside(), StatsJson(asked.read, asked.begun)));
}

void Explorer::Values(const Request& request, const Responder& responder) const {
  Run(Parameters::Read(request.query, {"column", "limit", "search", "time", "from", "to",
                                       "snapshot", kFilterParameter}),
      request, responder, &Explorer::AnswerValues);
}

Result<Reply> Explorer::AnswerValues(Asked& asked) const {
  ValuesQuestion question;
  question.choice = TRY(ParseChoice(asked.parameters, asked.table, asked.snapshot, asked.columns));
  question.column = TRY(FindColumn(*TRY(Required(asked.parameters, "column")), asked.columns));
  question.limit = TRY(asked.parameters.Integer("limit", question.limit, 1, kValuesMax));
  if (const std::string* search = asked.parameters.Find("search")) question.search = *search;
  const query::Page page = TRY(AskWhole(asked, SqlOf(question), question.limit));
  Json values = Json::MakeArray();
  Json::Array totals;
  for (const Json& row : RowsOf(page)) {
    const Json::Array& cells = row.as_array();
    totals = cells;
    if (cells[6].is_null()) continue;  // totals alone
    values.Push(Json::MakeObject({{"value", cells[5]}, {"count", cells[6]}}));
  }
  if (totals.size() < 5) return Fail(ErrorKind::kInternal, "the question had no answer");
  Json answer = Json::MakeObject({{"column", question.column.ToString()},
                                  {"type", schema::HiveTypeText(question.column.type)},
                                  {"rows", totals[0]},
                                  {"nulls", totals[1]},
                                  {"distinct", totals[2]},
                                  {"min", totals[3]},
                                  {"max", totals[4]},
                                  {"values", values}});
  answer.Set("stats", TRY(Json::Parse(StatsJson(asked.read, asked.begun))));
  return Reply::OfJson(200, answer);
}

void Explorer::Groups(const Request& request, const Responder& responder) const {
  Run(Parameters::Read(request.query, {"by", "measure", "bucket", "limit", "time", "from", "to",
                                       "snapshot", kFilterParameter}),
      request, responder, &Explorer::AnswerGroups);
}

Result<Reply> Explorer::AnswerGroups(Asked& asked) const {
  GroupsQuestion question;
  question.choice = TRY(ParseChoice(asked.parameters, asked.table, asked.snapshot, asked.columns));
  if (const std::string* by = asked.parameters.Find("by")) {
    question.by = TRY(FindColumns(*by, asked.columns));
  }
  if (question.by.size() > 2) return Fail(ErrorKind::kInvalid, "by: one or two columns");
  if (const std::string* measure = asked.parameters.Find("measure")) {
    TRY(ParseMeasure(*measure, asked.columns, &question));
  }
  if (const std::string* bucket = asked.parameters.Find("bucket")) {
    question.bucket = TRY(ParseTimeUnit(*bucket));
    if (!question.choice.time) {
      return Fail(ErrorKind::kInvalid, "bucket needs a column of times: the table has none");
    }
  }
  if (question.by.empty() && !question.bucket) {
    return Fail(ErrorKind::kInvalid,
                "the parameter 'by' is missing: name one or two columns, or give a bucket");
  }
  question.limit = TRY(asked.parameters.Integer("limit", question.limit, 1, kGroupsMax));
  const query::Page page = TRY(Ask(asked, SqlOf(question), question.limit));
  Json::Array rows = RowsOf(page);
  // Newest buckets came first, so that those are kept; within one the largest stay first.
  std::ranges::stable_sort(rows, [](const Json& a, const Json& b) {
    const Json& left = a.as_array()[0];
    const Json& right = b.as_array()[0];
    if (!left.is_string() || !right.is_string()) return left.is_string() && !right.is_string();
    return left.as_string() < right.as_string();
  });
  Json groups = Json::MakeArray();
  for (const Json& row : rows) {
    const Json::Array& cells = row.as_array();
    Json group = Json::MakeObject({});
    if (question.bucket) group.Set("bucket", cells.front());
    group.Set("keys", Json(Json::Array(cells.begin() + 1, cells.end() - 1)));
    group.Set("value", cells.back());
    groups.Push(std::move(group));
  }
  return JsonReply(Format(R"({{"groups":{},"more":{},"stats":{}}})", groups.Dump(), page.more,
                          StatsJson(asked.read, asked.begun)));
}

}  // namespace tarn::serve
