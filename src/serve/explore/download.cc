// Rows as a file: sent while they are read, no faster than the client takes them.
#include <thread>
#include <utility>

#include "base/channel.h"
#include "base/log.h"
#include "serve/explore/explorer.h"

namespace tarn::serve {
namespace {

using Clock = std::chrono::steady_clock;
using Body = std::unique_ptr<BodyStream>;

constexpr size_t kWaitingBytesMax = size_t{1} << 20;  ///< sent and not taken by the client
constexpr auto kStreamPatience = std::chrono::seconds(10);
constexpr auto kStuckMax = std::chrono::seconds(60);  ///< a reader who takes nothing is let go
constexpr auto kPause = std::chrono::milliseconds(2);

/// The name of the file: that of the table, without what a header or a file system minds.
std::string FileName(const schema::TableName& table, std::string_view ending) {
  std::string name;
  for (const char c : table.table) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
    name += is_plain ? c : '_';
  }
  return Format("{}.{}", name, ending);
}

/// Send the headers and wait for the body's stream. returns  none where nobody takes a body
Body Open(Reply reply, const Responder& responder) {
  const auto opened = std::make_shared<Channel<Body>>(1);
  // A reply that is dropped unsent takes this with it: nobody need wait for its stream.
  std::shared_ptr<void> alive(nullptr, [opened](void*) { opened->Close(); });
  reply.stream = [opened, alive = std::move(alive)](Body body) {
    if (!opened->TrySend(body) && body) body->Abort();  // too late
  };
  responder.Send(std::move(reply));
  auto body = opened->ReceiveFor(kStreamPatience);
  opened->Close();
  return body ? std::move(*body) : nullptr;
}

/// errors  kCancelled: the client has left, is too slow, or has not taken anything for kStuckMax
Status SendPiece(BodyStream& body, const ClientPresence& client, std::string piece,
                 Clock::time_point deadline) {
  size_t waiting = body.waiting_bytes();
  Clock::time_point taken_at = Clock::now();
  while (waiting > kWaitingBytesMax) {
    const auto now = Clock::now();
    const size_t before = std::exchange(waiting, body.waiting_bytes());
    if (waiting < before) taken_at = now;
    if (now > deadline || now - taken_at > kStuckMax) {
      return Fail(ErrorKind::kCancelled, "the client is too slow");
    }
    if (client.is_gone() || !body.Send({})) break;
    std::this_thread::sleep_for(kPause);
  }
  if (!client.is_gone() && body.Send(std::move(piece))) return {};
  return Fail(ErrorKind::kCancelled, "the client has left");
}

Status SendAll(query::Rows& rows, query::ResultFormat format, Clock::time_point deadline,
               BodyStream& body, const ClientPresence& client) {
  const auto writer = query::ResultWriter::Make(format, rows.schema());
  while (const auto batch = TRY(rows.Next())) {
    TRY(SendPiece(body, client, TRY(writer->Write(*batch)), deadline));
  }
  return SendPiece(body, client, writer->Finish(), deadline);
}

}  // namespace

void Explorer::Download(const Asked& asked, query::ResultFormat format,
                        const Responder& responder) const {
  const auto start = [&]() -> Result<std::unique_ptr<query::Rows>> {
    RowsQuestion question = TRY(ReadRows(asked, kDownloadRowsMax));
    --question.limit;  // one more than the limit is what SqlOf asks for
    const Statement statement = SqlOf(question);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(asked.deadline - Clock::now());
    return queries_.Start(statement.sql, statement.parameters, left);
  };
  auto rows = start();
  if (!rows) return responder.Send(ErrorReply(rows.error()));
  const auto watch = asked.client->WhenGone([&rows] { (*rows)->Cancel(); });
  const bool is_csv = format == query::ResultFormat::kCsv;
  Reply reply;
  reply.content_type = is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
  reply.headers.emplace_back(
      "Content-Disposition",
      Format("attachment; filename=\"{}\"", FileName(asked.table, is_csv ? "csv" : "ndjson")));
  const Body body = Open(std::move(reply), responder);
  if (!body) return;
  const Status sent = SendAll(**rows, format, asked.deadline, *body, *asked.client);
  if (sent) return;
  body->Abort();
  Log(LogLevel::kWarn, "serve", "a download ended early",
      {{"table", asked.table.ToString()}, {"why", sent.error().message()}});
}

}  // namespace tarn::serve
