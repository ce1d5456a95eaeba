#include "app/send_command.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <istream>
#include <optional>
#include <thread>
#include <vector>

#include "app/progress.h"
#include "base/mutex.h"
#include "base/units.h"
#include "codec/text.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr size_t kBatchBytesMax = 4 * kMiB;
constexpr size_t kRecordBytesMax = 1'024'000;

struct Batch {
  std::vector<std::string> records;
  size_t bytes = 0;
};

// Cuts the input into batches that Firehose takes.
// Threads: any.
class BatchReader {
 public:
  BatchReader(std::istream& input, size_t records_max) : input_(input), records_max_(records_max) {}

  // errors  kTooLarge: a line is longer than a record may be
  Result<std::optional<Batch>> Next() {
    MutexLock lock(mutex_);
    Batch batch;
    while (batch.records.size() < records_max_) {
      if (pending_.empty() && !ReadLine()) break;
      if (pending_.size() > kRecordBytesMax && !batch.records.empty()) break;  // these first
      if (pending_.size() > kRecordBytesMax) {
        return Fail(ErrorKind::kTooLarge, "line {} has {} bytes; a record has {} at most", line_,
                    pending_.size(), kRecordBytesMax);
      }
      if (batch.bytes + pending_.size() > kBatchBytesMax) break;
      batch.bytes += pending_.size();
      batch.records.push_back(std::exchange(pending_, {}));
    }
    if (input_.bad()) return Fail(ErrorKind::kIo, "reading stopped after line {}", line_);
    if (batch.records.empty()) return std::nullopt;
    return batch;
  }

 private:
  bool ReadLine() REQUIRES(mutex_) {
    while (std::getline(input_, pending_)) {
      ++line_;
      if (pending_.find_first_not_of(" \t\r") != std::string::npos) return true;
    }
    pending_.clear();
    return false;
  }

  Mutex mutex_;
  std::istream& input_ GUARDED_BY(mutex_);
  const size_t records_max_;
  std::string pending_ GUARDED_BY(mutex_);
  uint64_t line_ GUARDED_BY(mutex_) = 0;
};

// errors  kInternal: the reply does not say which ones
Result<std::vector<std::string>> FailedRecords(const Json& reply,
                                               const std::vector<std::string>& records) {
  const int64_t count = TRY(reply.GetInt("FailedPutCount"));
  std::vector<std::string> failed;
  if (count == 0) return failed;
  const Json::Array& responses = TRY(reply.GetArray("RequestResponses"))->as_array();
  for (size_t i = 0; i < responses.size() && i < records.size(); ++i) {
    if (responses[i].Find("ErrorCode") != nullptr) failed.push_back(records[i]);
  }
  if (static_cast<int64_t>(failed.size()) != count || responses.size() != records.size()) {
    return Fail(ErrorKind::kInternal,
                "the reply says that {} of {} records failed, and not which ones", count,
                records.size());
  }
  return failed;
}

struct Totals {
  std::atomic<uint64_t> records{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> retried{0};
};

// One connection that sends batches until there are no more.
class Sender {
 public:
  Sender(const SendOptions& options, std::string url, BatchReader* reader, Totals* totals)
      : options_(options), url_(std::move(url)), reader_(reader), totals_(totals) {}

  Status Run() {
    while (true) {
      std::optional<Batch> batch = TRY(reader_->Next());
      if (!batch) return {};
      TRY(SendBatch(std::move(*batch)));
    }
  }

 private:
  Status SendBatch(Batch batch) {
    Error last(ErrorKind::kUnavailable, "no attempt was made");
    const size_t records = batch.records.size();
    const size_t bytes = batch.bytes;
    std::string key = os::RandomUuid(os::SystemEntropy());  // the same with each attempt
    for (int attempt = 0; attempt < options_.attempts_max; ++attempt) {
      if (attempt > 0) {
        totals_->retried += batch.records.size();
        std::this_thread::sleep_for(
            std::chrono::milliseconds(std::min(100 << std::min(attempt, 6), 5000)));
      }
      Result<std::vector<std::string>> failed = Put(batch.records, key);
      if (failed && failed->empty()) {
        totals_->records += records;
        totals_->bytes += bytes;
        return {};
      }
      if (failed) {
        last = Error(ErrorKind::kUnavailable,
                     Format("{} of {} records were refused", failed->size(), batch.records.size()));
        batch.records = std::move(*failed);
        key = os::RandomUuid(os::SystemEntropy());  // other records are another request
        continue;
      }
      last = std::move(failed).error();
      if (!MayRetry(last.kind())) break;
    }
    return std::unexpected(std::move(last).While("sending to stream '{}'", options_.stream));
  }

  // returns  the records that the reply says failed
  Result<std::vector<std::string>> Put(const std::vector<std::string>& records,
                                       const std::string& key) {
    std::string body =
        Format("{{\"DeliveryStreamName\":{},\"Records\":[", QuoteJson(options_.stream));
    for (size_t i = 0; i < records.size(); ++i) {
      body += Format("{}{{\"Data\":\"{}\"}}", i == 0 ? "" : ",", codec::EncodeBase64(records[i]));
    }
    body += "]}";
    net::HttpRequest request{.method = "POST", .url = url_ + "/"};
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "Firehose_20150804.PutRecordBatch"},
                       {"Idempotency-Key", key}};
    request.body = std::move(body);
    const net::HttpReply reply = TRY(Ask(client_, url_, request));
    ++totals_->requests;
    return FailedRecords(TRY(Json::Parse(reply.body)), records);
  }

  const SendOptions& options_;
  const std::string url_;
  BatchReader* reader_;
  Totals* totals_;
  net::HttpClient client_;
};

// errors  kNotFound: says how to make it
Status CheckStream(const std::string& url, const std::string& stream) {
  const auto found = Call(url, "GET", "/v1/streams/" + codec::EncodePercent(stream), Json());
  if (found) return {};
  if (found.error().kind() != ErrorKind::kNotFound) return std::unexpected(found.error());
  return Fail(ErrorKind::kNotFound,
              "there is no stream '{0}' at {1}: make it with 'tarn stream create {0}'", stream,
              url);
}

void PrintSummary(const SendOptions& options, const Totals& totals, double seconds) {
  const double rate = static_cast<double>(totals.records) / std::max(seconds, 1e-9);
  if (options.json) {
    const Json summary = Json::MakeObject({{"records", static_cast<int64_t>(totals.records)},
                                           {"bytes", static_cast<int64_t>(totals.bytes)},
                                           {"requests", static_cast<int64_t>(totals.requests)},
                                           {"retried", static_cast<int64_t>(totals.retried)},
                                           {"seconds", seconds},
                                           {"records_per_second", rate}});
    std::puts(summary.Dump().c_str());
    return;
  }
  std::puts(Format("{} records ({}) acknowledged by {} requests in {:.2f} s: {:.0f} records/s",
                   totals.records.load(), ByteText(totals.bytes), totals.requests.load(), seconds,
                   rate)
                .c_str());
}

}  // namespace

Status RunSend(const SendOptions& options) {
  const std::string url = TRY(ResolveUrl(options.server));
  TRY(CheckStream(url, options.stream));
  std::ifstream file;
  uint64_t size = 0;
  if (options.file != "-") {
    const os::FileInfo info = TRY(os::PosixFiles().Stat(options.file));
    if (info.is_directory)
      return Fail(ErrorKind::kInvalid,
                  "{} is a directory: name a file of JSON lines, or - for standard input",
                  options.file);
    size = info.size;
    file.open(options.file, std::ios::binary);
    if (!file) return Fail(ErrorKind::kIo, "{} cannot be read", options.file);
  }
  std::ifstream standard_input;
  if (options.file == "-") standard_input.open("/dev/stdin", std::ios::binary);
  BatchReader reader(options.file == "-" ? standard_input : file,
                     static_cast<size_t>(options.batch_records_max));
  Totals totals;
  const int64_t begin_us = os::SystemClock().SteadyMicros();

  std::vector<Status> outcomes(static_cast<size_t>(options.in_flight));
  std::atomic<int> running = options.in_flight;
  std::vector<std::jthread> senders;
  for (Status& outcome : outcomes) {
    senders.emplace_back([&options, &url, &reader, &totals, &outcome, &running] {
      outcome = Sender(options, url, &reader, &totals).Run();
      --running;
    });
  }
  std::optional<Progress> progress(std::in_place, "sending", size, "B");
  while (running > 0) {
    progress->Update(
        std::min<uint64_t>(totals.bytes + totals.records, size == 0 ? UINT64_MAX : size));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  senders.clear();
  progress.reset();
  PrintSummary(options, totals,
               static_cast<double>(os::SystemClock().SteadyMicros() - begin_us) / 1e6);
  for (const Status& outcome : outcomes) TRY(Status(outcome));
  return {};
}

}  // namespace tarn::app
