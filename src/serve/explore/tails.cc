#include "serve/explore/tails.h"

#include <chrono>
#include <iterator>
#include <utility>

#include "query/page.h"
#include "serve/explore/table_question.h"

namespace tarn::serve {
namespace {

std::string Event(std::string_view name, std::string_view data) {
  return Format("event: {}\ndata: {}\n\n", name, data);
}

}  // namespace

Tails::Tails(catalog::Catalog& catalog, flow::Streams& streams, os::Clock& clock,
             WorkerPool& workers)
    : catalog_(catalog),
      streams_(streams),
      clock_(clock),
      workers_(workers),
      places_taken_(std::make_shared<std::atomic<size_t>>(0)),
      thread_([this] { Run(); }) {}

Tails::~Tails() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Tails::Handle(const Request& request, const Responder& responder) {
  if (request.is_last) {
    return responder.Send(ErrorReply(
        Error(ErrorKind::kInvalid,
              "a tail needs a connection that stays open: HTTP/1.1, without Connection: close")));
  }
  workers_.RunOrRefuse(responder, [this, responder, stream = request.parameter("stream"),
                                   query = std::string(request.query), client = request.client] {
    auto reply = Open(stream, query, client);
    responder.Send(reply ? *std::move(reply) : ErrorReply(reply.error()));
  });
}

Result<std::shared_ptr<void>> Tails::TakePlace() {
  if (places_taken_->fetch_add(1) < kTailsMax) {
    return std::shared_ptr<void>(nullptr, [taken = places_taken_](void*) { --*taken; });
  }
  --*places_taken_;
  return Fail(ErrorKind::kUnavailable, "{} tails are open, and no more: close one", kTailsMax);
}

Result<Reply> Tails::Open(const std::string& stream, const std::string& query,
                          std::shared_ptr<ClientPresence> client) {
  const Parameters parameters = TRY(Parameters::Read(query, {kFilterParameter}));
  const flow::StreamInfo info = TRY(streams_.Find(stream));
  const catalog::Table table = TRY(catalog_.LoadTable(info.definition.table));
  auto filters = TRY(ParseFilters(parameters, table.schema));
  auto tail = std::make_shared<Tail>();
  tail->place = TRY(TakePlace());
  tail->rows = TRY(streams_.Follow(stream));
  tail->filters = std::move(filters);
  tail->client = std::move(client);
  Reply reply;
  reply.content_type = "text/event-stream; charset=utf-8";
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  reply.stream = [this, tail](std::unique_ptr<BodyStream> body) {
    if (!body) return;
    tail->body = std::move(body);
    Add(std::move(*tail));
  };
  return reply;
}

void Tails::Add(Tail tail) {
  MutexLock lock(mutex_);
  if (stopping_) return;
  tail.taken_at_us = clock_.SteadyMicros();
  arrived_.push_back(std::move(tail));
  changed_.NotifyAll();
}

void Tails::Run() {
  std::vector<Tail> tails;
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!stopping_ && tails.empty() && arrived_.empty()) changed_.Wait(mutex_);
      if (!stopping_ && arrived_.empty()) {
        changed_.WaitFor(mutex_, std::chrono::microseconds(kLookEveryMicros));
      }
      if (stopping_) return;
      tails.insert(tails.end(), std::make_move_iterator(arrived_.begin()),
                   std::make_move_iterator(arrived_.end()));
      arrived_.clear();
    }
    const int64_t now_us = clock_.SteadyMicros();
    std::erase_if(tails, [&](Tail& tail) { return !Serve(tail, now_us); });
  }
}

/// returns  false where the tail has ended
bool Tails::Serve(Tail& tail, int64_t now_us) const {
  if (tail.client->is_gone()) return false;
  const bool is_slow = tail.body->waiting_bytes() > kWaitingBytesMax;
  if (!is_slow) tail.taken_at_us = now_us;
  if (now_us - tail.taken_at_us > kStuckMicros) {
    tail.body->Abort();
    return false;
  }
  const auto news = tail.rows->Next(is_slow ? 0 : kRowsAtOnce);
  if (!news) return false;  // the stream is gone, and with it the tail
  tail.skipped += news->missed;
  if (is_slow) return tail.body->Send({});
  const bool has_news = tail.skipped > 0 || !news->batches.empty();
  if (!has_news && tail.sent_at_us != 0 && now_us - tail.sent_at_us < kCommentEveryMicros) {
    return tail.body->Send({});  // nobody there?
  }
  tail.sent_at_us = now_us;
  return has_news ? SendRows(tail, *news) : tail.body->Send(": here\n\n");
}

bool Tails::SendRows(Tail& tail, const flow::RowTail::News& news) {
  std::string events;
  if (tail.skipped > 0) {
    events += Event("skipped", Format(R"({{"rows":{}}})", std::exchange(tail.skipped, 0)));
  }
  for (const auto& batch : news.batches) {
    const auto objects = query::ToPageObjects(*batch, tail.filters);
    if (!objects) {
      tail.body->Send(Event("error", ErrorReply(objects.error()).body));
      return false;
    }
    for (const std::string& object : *objects) {
      if (events.size() > kWaitingBytesMax) {
        ++tail.skipped;
        continue;
      }
      events.append("event: row\ndata: ").append(object).append("\n\n");
    }
  }
  return tail.body->Send(std::move(events));
}

}  // namespace tarn::serve
