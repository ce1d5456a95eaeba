// TableFlow, from live rows to files that a snapshot lists.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/time.h"
#include "flow/table_flow.h"
#include "flow/table_opening.h"

namespace tarn::flow {
namespace {

constexpr int64_t kRetryFirstUs = 250'000;
constexpr int64_t kRetryLastUs = 5 * kMicrosPerSecond;

}  // namespace

bool TableFlow::IsLandingDue(int64_t now_us) {
  if (shaped_to_ <= committed_to_ || now_us < landing_retry_at_us_) return false;
  if (land_soon_) return true;
  int64_t age_max_us = 900 * kMicrosPerSecond;
  uint64_t bytes_max = UINT64_MAX;
  for (const auto& [id, stream] : streams_) {
    age_max_us = std::min(age_max_us, stream->definition.buffer_seconds * kMicrosPerSecond);
    bytes_max = std::min(bytes_max, stream->definition.buffer_bytes);
  }
  return bytes_since_landing_ >= bytes_max || now_us - oldest_live_us_ >= age_max_us;
}

void TableFlow::RunLanding() {
  static Histogram& seconds = Metrics().GetHistogram("tarn_commit_duration_seconds",
                                                     "From sealing rows to their table's commit.");
  const int64_t begin_us = context_.clock.SteadyMicros();
  const Status landed = LandOnce();
  const int64_t end_us = context_.clock.SteadyMicros();
  seconds.Observe(static_cast<double>(end_us - begin_us) / 1e6);
  const int64_t retry_us = NoteLanded(landed, end_us);
  if (landed) return;
  Metrics()
      .GetCounter("tarn_commit_failures_total", "Landings that failed and will be tried again.",
                  {{"table", name_.table}})
      .Add(1);
  Log(LogLevel::kWarn, "flow", "rows could not land; they stay live and will be tried again",
      {{"table", name_.ToString()},
       {"error", landed.error().message()},
       {"retry_ms", retry_us / 1000}});
}

int64_t TableFlow::NoteLanded(const Status& landed, int64_t now_us) {
  MutexLock lock(queue_mutex_);
  landing_ = false;
  landing_health_ = landed;
  if (landed) {
    landing_backoff_us_ = 0;
    landing_retry_at_us_ = 0;
  } else {
    landing_backoff_us_ = std::clamp(landing_backoff_us_ * 2, kRetryFirstUs, kRetryLastUs);
    landing_retry_at_us_ = now_us + landing_backoff_us_;
    land_soon_ = true;  // what was due by size stays due
  }
  queue_changed_.NotifyAll();
  return landing_backoff_us_;
}

// What lands now: everything shaped so far, and nothing of what comes next.
LandingRequest TableFlow::Cut() {
  LandingRequest request;
  request.progress_key = context_.progress_key;
  request.stem_prefix = context_.stem_prefix;
  request.write = context_.write;
  request.attempt = context_.entropy.Random64() >> 32;
  {
    MutexLock cut(cut_mutex_);
    request.rows = rows_->SealAll();
    request.rejects = rejects_->SealAll();
    MutexLock lock(queue_mutex_);
    request.to = shaped_to_;
    bytes_since_landing_ = 0;
    for (const auto& [id, stream] : streams_) {
      if (stream->definition.compression == "none")
        request.write.compression = codec::Compression::kNone;
    }
  }
  MutexLock lock(table_mutex_);
  request.table = table_;
  request.rejects_table = rejects_table_;
  request.from = WatermarkOf(request.table, request.progress_key);
  request.rejects_from = WatermarkOf(request.rejects_table, request.progress_key);
  // What a commit of unknown outcome has landed after all is not landed again.
  const auto is_landed = [&](const auto& batch) { return batch->to() <= request.from; };
  std::erase_if(request.rows, is_landed);
  std::erase_if(request.rejects, is_landed);
  return request;
}

Status TableFlow::LandOnce() {
  // Until the catalog has told what became of the last attempt, another one could only leave
  // another copy of its files.
  if (unsettled_) TRY(Reconcile());
  const LandingRequest request = Cut();
  if (request.from >= request.to) {  // an earlier landing holds whose answer was lost
    Settle(request.from);
    return {};
  }
  const Result<Landed> landed = Land(request, context_.catalog, context_.buckets);
  if (!landed) {
    unsettled_ = Unsettled{request.to, request.FileStem(), landed.error().kind()};
    const Status reconciled = Reconcile();
    if (reconciled && committed() >= request.to) return {};  // the commit holds after all
    return std::unexpected(landed.error());
  }
  {
    MutexLock lock(table_mutex_);
    // A schema change that came while the files were written stays: only the progress is taken
    // over.
    table_.watermarks = landed->table.watermarks;
    table_.sort_by = landed->table.sort_by;
    table_.bloom_columns = landed->table.bloom_columns;
    table_.metadata_uri = landed->table.metadata_uri;
    rejects_table_ = landed->rejects_table;
  }
  Settle(request.to);
  return {};
}

// A snapshot that has the rows up to here exists: every query finds each of them there.
void TableFlow::Settle(Lsn committed) {
  rows_->Forget(committed);
  rejects_->Forget(committed);
  AccountLiveBytes();
  MutexLock lock(queue_mutex_);
  committed_to_ = std::max(committed_to_, committed);
  oldest_live_us_ = shaped_to_ > committed_to_ ? context_.clock.SteadyMicros() : 0;
}

void TableFlow::SweepFiles(const catalog::Table& table, const catalog::Table& rejects_table,
                           const std::string& file_stem) {
  for (const catalog::Table* one : {&table, &rejects_table}) {
    Ignore(RemoveAttempt(*one, file_stem, context_.catalog, context_.buckets),
           "the next start removes them");
  }
}

// After a failed landing: learn from the catalog where the table stands, and settle what it holds.
Status TableFlow::Reconcile() {
  catalog::Table table = TRY(context_.catalog.LoadTable(name_));
  catalog::Table rejects_table = TRY(context_.catalog.LoadTable(RejectsOf(name_)));
  const Lsn committed = WatermarkOf(table, context_.progress_key);
  {
    MutexLock lock(table_mutex_);
    TRY(CheckSameTable(table_, table));
    TRY(CheckSameTable(rejects_table_, rejects_table));
    table_.watermarks = table.watermarks;
    table_.metadata_uri = table.metadata_uri;
    table_.spec = table.spec;
    table_.specs = table.specs;
    rejects_table_ = rejects_table;
  }
  if (committed < unsettled_->to && unsettled_->failure != ErrorKind::kUnknownOutcome)
    SweepFiles(table, rejects_table, unsettled_->file_stem);
  unsettled_.reset();
  Settle(committed);
  return {};
}

}  // namespace tarn::flow
