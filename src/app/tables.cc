#include "app/tables.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include <algorithm>

#include "base/bytes.h"

namespace tarn::app {
namespace {

constexpr size_t kMessageBytesMax = 4 * kGiB;

Result<std::optional<SnapshotId>> SnapshotAt(const catalog::Table& table, const query::At& at) {
  if (at.snapshot) return at.snapshot;
  std::optional<SnapshotId> found;
  for (const catalog::SnapshotSummary& snapshot : table.snapshots) {
    if (snapshot.timestamp_ms <= *at.timestamp_us / 1000) found = snapshot.id;
  }
  if (!found)
    return Fail(ErrorKind::kNotFound, "{} has no snapshot as old as that", table.name.ToString());
  return found;
}

Error FromArrow(const arrow::Status& status) {
  return Error(ErrorKind::kInternal, "Arrow: " + status.ToString());
}

Result<std::string> ToIpc(const arrow::RecordBatch& batch) {
  auto sink = arrow::io::BufferOutputStream::Create();
  if (!sink.ok()) return std::unexpected(FromArrow(sink.status()));
  auto writer = arrow::ipc::MakeStreamWriter(*sink, batch.schema());
  if (!writer.ok()) return std::unexpected(FromArrow(writer.status()));
  arrow::Status status = (*writer)->WriteRecordBatch(batch);
  if (status.ok()) status = (*writer)->Close();
  if (!status.ok()) return std::unexpected(FromArrow(status));
  auto buffer = (*sink)->Finish();
  if (!buffer.ok()) return std::unexpected(FromArrow(buffer.status()));
  return (*buffer)->ToString();
}

Result<std::shared_ptr<arrow::RecordBatch>> FromIpc(std::string_view bytes) {
  auto input =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(bytes)));
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(input);
  if (!reader.ok()) return std::unexpected(FromArrow(reader.status()));
  std::shared_ptr<arrow::RecordBatch> batch;
  const arrow::Status status = (*reader)->ReadNext(&batch);
  if (!status.ok()) return std::unexpected(FromArrow(status));
  if (!batch) return Fail(ErrorKind::kCorrupt, "a message of live rows has an empty part");
  return batch;
}

void AppendPart(std::string_view part, std::string* message) {
  AppendLe<uint64_t>(message, part.size());
  message->append(part);
}

Result<std::string_view> TakePart(std::string_view* message) {
  if (message->size() < 8) return Fail(ErrorKind::kCorrupt, "a message of live rows is cut short");
  const auto size = LoadLe<uint64_t>(&message->front());
  message->remove_prefix(8);
  if (size > message->size())
    return Fail(ErrorKind::kCorrupt, "a message of live rows is cut short");
  const std::string_view part = message->substr(0, size);
  message->remove_prefix(size);
  return part;
}

}  // namespace

Result<query::TableRows> LandedTables::Open(const schema::TableName& name,
                                            const std::optional<query::At>& at) {
  const catalog::Table table = TRY(catalog_.LoadTable(name));
  const std::optional<SnapshotId> id = at ? TRY(SnapshotAt(table, *at)) : std::nullopt;
  return query::TableRows{TRY(catalog_.LoadSnapshot(table, id)), {}};
}

Result<query::TableRows> ServerTables::Open(const schema::TableName& name,
                                            const std::optional<query::At>& at) {
  if (at) return LandedTables::Open(name, at);
  // Rows first, snapshot after: what landed in between is in both, and the watermark tells which
  // rows those are.
  const auto live = TRY(conductor_.Look(name));
  query::TableRows rows = TRY(LandedTables::Open(name, at));
  const auto found = rows.snapshot.watermarks.find(conductor_.progress_key());
  const Lsn watermark = found == rows.snapshot.watermarks.end() ? Lsn() : found->second;
  for (const flow::LiveRows::Part& part : live) {
    if (part.to > watermark) rows.live.push_back(part.rows);
  }
  return rows;
}

Result<std::string> LiveRowsMessage(const Json& request, ServerTables& tables) {
  const schema::TableName name{TRY(request.GetString("database")), TRY(request.GetString("table"))};
  const query::TableRows rows = TRY(tables.Open(name, std::nullopt));
  Json head = Json::MakeObject({{"parts", static_cast<int64_t>(rows.live.size())}});
  if (rows.snapshot.id) head.Set("snapshot", Format("{}", rows.snapshot.id->number()));
  std::string message;
  AppendPart(head.Dump(), &message);
  for (const auto& batch : rows.live) AppendPart(TRY(ToIpc(*batch)), &message);
  return message;
}

Result<std::string> TablesMessage(const Json& request, query::TableSource& tables) {
  std::vector<std::string> databases = TRY(tables.Databases());
  if (const Json* one = request.Find("database")) {
    if (!one->is_string()) return Fail(ErrorKind::kInvalid, "'database' is not a string");
    databases = {one->as_string()};
  }
  Json names = Json::MakeArray();
  for (const std::string& database : databases) {
    for (const schema::TableName& name : TRY(tables.Tables(database))) names.Push(name.ToString());
  }
  return names.Dump();
}

Result<query::TableRows> BesideServerTables::Open(const schema::TableName& name,
                                                  const std::optional<query::At>& at) {
  if (at) return LandedTables::Open(name, at);
  net::HttpRequest request{.method = "POST", .url = server_.url + "/internal/v1/table"};
  request.headers = {{"Authorization", "Bearer " + server_.token},
                     {"Content-Type", "application/json"}};
  request.body = Json::MakeObject({{"database", name.database}, {"table", name.table}}).Dump();
  request.timeout = std::chrono::seconds(90);
  net::HttpReply reply;
  {
    MutexLock lock(mutex_);
    reply =
        TRY(While(client_.Send(request, kMessageBytesMax), "asking the server at {}", server_.url));
  }
  if (reply.status == 404)
    return Fail(ErrorKind::kNotFound, "there is no table {}", name.ToString());
  if (reply.status != 200)
    return Fail(ErrorKind::kUnavailable, "the server at {} says {}: {}", server_.url, reply.status,
                reply.body);
  std::string_view message = reply.body;
  const Json head = TRY(Json::Parse(TRY(TakePart(&message))));

  query::TableRows rows;
  const catalog::Table table = TRY(catalog_.LoadTable(name));
  std::optional<SnapshotId> id;
  if (const Json* text = head.Find("snapshot"))
    id = SnapshotId(std::strtoll(text->as_string().c_str(), nullptr, 10));
  rows.snapshot = TRY(catalog_.LoadSnapshot(table, id));
  rows.snapshot.schema =
      table.schema;  // columns that came since then are null in its files, and may be in live rows
  if (!id) rows.snapshot.files.clear();
  const int64_t parts = TRY(head.GetInt("parts"));
  for (int64_t i = 0; i < parts; ++i) rows.live.push_back(TRY(FromIpc(TRY(TakePart(&message)))));
  return rows;
}

}  // namespace tarn::app
