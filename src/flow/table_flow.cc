#include "flow/table_flow.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/log.h"
#include "base/time.h"
#include "flow/table_opening.h"

namespace tarn::flow {
namespace {

constexpr int64_t kLandAllPaceUs = 250'000;
constexpr int64_t kLookWaitUs = kMicrosPerSecond;
constexpr int64_t kReplayWaitUs = 60 * kMicrosPerSecond;

std::shared_ptr<const columns::Layout> LayoutOf(const catalog::Table& table) {
  return columns::Layout::Make(table.schema);
}

}  // namespace

TableFlow::TableFlow(FlowContext& context, MemoryBudget::TableIndex index, catalog::Table table,
                     catalog::Table rejects_table)
    : context_(context),
      index_(index),
      name_(table.name),
      rejects_landed_before_(WatermarkOf(rejects_table, context.progress_key)),
      rows_(std::make_unique<LiveRows>(LayoutOf(table))),
      rejects_(std::make_unique<LiveRows>(LayoutOf(rejects_table))),
      table_(std::move(table)),
      rejects_table_(std::move(rejects_table)),
      committed_to_(WatermarkOf(table_, context.progress_key)) {
  shaped_to_ = enqueued_to_ = committed_to_;
}

TableFlow::~TableFlow() {
  MutexLock lock(account_mutex_);
  context_.budget.Give(index_, live_bytes_taken_);
}

Status TableFlow::CheckStream(const StreamDefinition& definition) const {
  int32_t schema_id = 0;
  TRY(MakeShaper(definition, &schema_id));
  return {};
}

void TableFlow::AddStream(StreamId id, const StreamDefinition& definition) {
  auto stream = std::make_shared<StreamShape>();
  stream->definition = definition;
  const auto counter = [&](const char* path) {
    return &Metrics().GetCounter(
        "tarn_shaped_records_total",
        "Records shaped, by the path that took them (reference: not the fast one).",
        {{"stream", definition.name}, {"path", path}});
  };
  stream->fast_total = counter("fast");
  stream->reference_total = counter("reference");
  MutexLock lock(queue_mutex_);
  streams_[id] = std::move(stream);
}

void TableFlow::RemoveStream(StreamId id) {
  MutexLock lock(queue_mutex_);
  streams_.erase(id);
}

std::vector<StreamId> TableFlow::streams() const {
  MutexLock lock(queue_mutex_);
  std::vector<StreamId> ids;
  for (const auto& [id, stream] : streams_) ids.push_back(id);
  return ids;
}

Lsn TableFlow::committed() const {
  MutexLock lock(queue_mutex_);
  return committed_to_;
}

Lsn TableFlow::enqueued() const {
  MutexLock lock(queue_mutex_);
  return enqueued_to_;
}

void TableFlow::MarkReplayed() {
  MutexLock lock(queue_mutex_);
  replayed_to_ = enqueued_to_;
}

bool TableFlow::is_lagging() const {
  MutexLock lock(queue_mutex_);
  return shaped_to_ < replayed_to_;
}

Status TableFlow::Health() const {
  MutexLock lock(queue_mutex_);
  if (!shaping_health_) return shaping_health_;
  return landing_health_;
}

void TableFlow::Enqueue(wal::DurableEntry entry) {
  MutexLock lock(queue_mutex_);
  INVARIANT(entry.first > enqueued_to_, "records come in LSN order");
  enqueued_to_ = entry.last;
  bytes_since_landing_ += entry.entry.block->buffer.size();
  queue_.push_back(std::move(entry));
  if (shaping_retry_at_us_ == 0) ScheduleShaping();
}

Status TableFlow::Fit(const StreamDefinition& definition, Partitions partitions) {
  catalog::Table table = TRY(context_.catalog.LoadTable(name_));
  TRY(SetTable(table));  // not another one of the name: that is given no columns
  return SetTable(TRY(FitTable(context_.catalog, std::move(table), definition, partitions)));
}

Status TableFlow::SetTable(catalog::Table table) {
  MutexLock cut(cut_mutex_);  // a run has the columns of before, or of now
  const std::shared_ptr<const columns::Layout> layout = LayoutOf(table);
  {
    MutexLock lock(table_mutex_);
    TRY(CheckSameTable(table_, table));
    // A landing that committed meanwhile is ahead of what was loaded.
    Lsn& watermark = table.watermarks[context_.progress_key];
    watermark = std::max(watermark, WatermarkOf(table_, context_.progress_key));
    const bool is_new_schema = table.schema.schema_id != table_.schema.schema_id;
    table_ = std::move(table);
    if (!is_new_schema) return {};
  }
  rows_->SetLayout(layout);
  return {};
}

// Shaping and landing call this side by side; each sees what the other took.
void TableFlow::AccountLiveBytes() {
  MutexLock lock(account_mutex_);
  const size_t now = rows_->bytes() + rejects_->bytes();
  if (now > live_bytes_taken_) context_.budget.Take(index_, now - live_bytes_taken_);
  if (now < live_bytes_taken_) context_.budget.Give(index_, live_bytes_taken_ - now);
  live_bytes_taken_ = now;
}

Result<std::vector<LiveRows::Part>> TableFlow::Look(RowSet set, bool replaying) const {
  {
    MutexLock lock(queue_mutex_);
    const Lsn wanted = enqueued_to_;
    const int64_t deadline_us =
        context_.clock.SteadyMicros() + (replaying ? kReplayWaitUs : kLookWaitUs);
    while (shaped_to_ < wanted) {
      const int64_t left_us = deadline_us - context_.clock.SteadyMicros();
      if (left_us <= 0 && !replaying && shaping_health_) break;  // only slow
      if (left_us <= 0) {
        return Fail(ErrorKind::kUnavailable, "{}: acknowledged rows are not visible yet, {}",
                    name_.ToString(),
                    shaping_health_ ? "they are being read from the log"
                                    : shaping_health_.error().message().c_str());
      }
      queue_changed_.WaitFor(queue_mutex_,
                             std::chrono::microseconds(std::min<int64_t>(left_us, 100'000)));
    }
  }
  return (set == RowSet::kRows ? rows_ : rejects_)->Look();
}

void TableFlow::Tick() {
  MutexLock lock(queue_mutex_);
  const int64_t now_us = context_.clock.SteadyMicros();
  if (shaping_retry_at_us_ != 0 && now_us >= shaping_retry_at_us_) {
    shaping_retry_at_us_ = 0;
    ScheduleShaping();
  }
  if (landing_ || !IsLandingDue(now_us)) return;
  landing_ = true;
  land_soon_ = false;
  context_.landing.Submit([self = shared_from_this()] { self->RunLanding(); });
}

void TableFlow::LandSoon() {
  MutexLock lock(queue_mutex_);
  // What a running landing takes with it is not wanted again; where it fails, it says so itself.
  if (!landing_) land_soon_ = true;
}

Status TableFlow::LandTo(Lsn wanted, int64_t deadline_us) {
  MutexLock lock(queue_mutex_);
  while (committed_to_ < wanted) {
    if (!landing_) land_soon_ = true;
    landing_retry_at_us_ =
        std::min(landing_retry_at_us_, context_.clock.SteadyMicros() + kLandAllPaceUs);
    const int64_t left_us = deadline_us - context_.clock.SteadyMicros();
    if (left_us <= 0) {
      const Status health = !shaping_health_ ? shaping_health_ : landing_health_;
      return Fail(ErrorKind::kUnavailable, "{}: not all rows have landed{}", name_.ToString(),
                  health ? std::string() : ": " + health.error().message());
    }
    queue_changed_.WaitFor(queue_mutex_,
                           std::chrono::microseconds(std::min<int64_t>(left_us, 50'000)));
  }
  return {};
}

}  // namespace tarn::flow
