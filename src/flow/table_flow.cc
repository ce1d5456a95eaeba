#include "flow/table_flow.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/log.h"
#include "base/time.h"

namespace tarn::flow {
namespace {

constexpr size_t kShapeRecordsMax = 1000;  // a first batch that decides an inferred schema
constexpr size_t kShapeBytesMax = 4 * kMiB;
constexpr int64_t kRetryFirstUs = 250'000;
constexpr int64_t kRetryLastUs = 5 * kMicrosPerSecond;
constexpr int64_t kLookWaitUs = kMicrosPerSecond;
constexpr int64_t kReplayWaitUs = 60 * kMicrosPerSecond;

Lsn WatermarkOf(const catalog::Table& table, const std::string& key) {
  const auto found = table.watermarks.find(key);
  return found == table.watermarks.end() ? Lsn() : found->second;
}

std::shared_ptr<const columns::Layout> LayoutOf(const catalog::Table& table) {
  return columns::Layout::Make(table.schema);
}

std::vector<std::string> PartitionNames(const catalog::Table& table) {
  std::vector<std::string> names;
  for (const schema::PartitionField& field : table.spec.fields) names.push_back(field.name);
  return names;
}

}  // namespace

TableFlow::TableFlow(FlowContext& context, MemoryBudget::TableIndex index, catalog::Table table,
                     catalog::Table rejects_table)
    : context_(context),
      index_(index),
      name_(table.name),
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

Status TableFlow::AddStream(StreamId id, const StreamDefinition& definition) {
  auto stream = std::make_shared<StreamShape>();
  stream->definition = definition;
  TRY(MakeShaper(*stream));  // tells whether the columns fit
  stream->shaper = nullptr;  // the table's schema may change before its first records come
  MutexLock lock(queue_mutex_);
  streams_[id] = std::move(stream);
  return {};
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

// ---- shaping
// -------------------------------------------------------------------------------------------------------

void TableFlow::Enqueue(wal::DurableEntry entry) {
  MutexLock lock(queue_mutex_);
  INVARIANT(entry.first > enqueued_to_, "records come in LSN order");
  enqueued_to_ = entry.last;
  bytes_since_landing_ += entry.entry.block->buffer.size();
  queue_.push_back(std::move(entry));
  if (shaping_retry_at_us_ == 0) ScheduleShaping();
}

void TableFlow::ScheduleShaping() {
  if (shaping_ || queue_.empty()) return;
  shaping_ = true;
  context_.shaping.Submit([self = shared_from_this()] { self->RunShaping(); });
}

std::vector<wal::DurableEntry> TableFlow::TakeEntries() {
  MutexLock lock(queue_mutex_);
  std::vector<wal::DurableEntry> taken;
  size_t records = 0;
  size_t bytes = 0;
  while (!queue_.empty()) {
    const schema::RecordBlock& block = *queue_.front().entry.block;
    if (!taken.empty() && (records + block.records.size() > kShapeRecordsMax ||
                           bytes + block.buffer.size() > kShapeBytesMax)) {
      break;
    }
    records += block.records.size();
    bytes += block.buffer.size();
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void TableFlow::PutBack(std::vector<wal::DurableEntry> entries) {
  MutexLock lock(queue_mutex_);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    queue_.push_front(std::move(*entry));
}

// One task shapes one portion and then lets other tables have the thread.
void TableFlow::RunShaping() {
  std::vector<wal::DurableEntry> entries = TakeEntries();
  const Status shaped = ShapeEntries(entries);
  if (!shaped) {
    Log(LogLevel::kWarn, "flow", "records cannot be shaped yet",
        {{"table", name_.ToString()}, {"error", shaped.error().message()}});
    // What was shaped of these entries has moved shaped_to_; the next round begins behind it.
    PutBack(std::move(entries));
    MutexLock lock(queue_mutex_);
    shaping_health_ = shaped;
    shaping_retry_at_us_ = context_.clock.SteadyMicros() + kRetryFirstUs;
    shaping_ = false;
    return;
  }
  size_t bytes = 0;
  int64_t newest_us = newest_visible_us_;
  for (const wal::DurableEntry& entry : entries) {
    bytes += RecordBytes(*entry.entry.block);
    newest_us = std::max(newest_us, entry.entry.received_at_us);
  }
  newest_visible_us_ = newest_us;
  AccountLiveBytes();
  context_.budget.Give(index_, bytes);
  MutexLock lock(queue_mutex_);
  shaping_health_ = {};
  if (oldest_live_us_ == 0) oldest_live_us_ = context_.clock.SteadyMicros();
  shaping_ = false;
  ScheduleShaping();
  queue_changed_.NotifyAll();
}

// Consecutive entries of one stream are shaped together; a failure leaves whole runs shaped, never
// a part of one.
Status TableFlow::ShapeEntries(const std::vector<wal::DurableEntry>& entries) {
  std::vector<schema::RecordView> records;
  for (size_t i = 0; i < entries.size(); ++i) {
    const wal::DurableEntry& durable = entries[i];
    {
      MutexLock lock(queue_mutex_);
      if (durable.last <= shaped_to_) continue;  // shaped before an earlier failure in this portion
    }
    for (size_t record = 0; record < durable.entry.block->records.size(); ++record) {
      records.push_back({durable.entry.block->record(record), durable.entry.received_at_us,
                         Lsn(durable.first.number() + record), durable.entry.source});
    }
    const bool run_ends =
        i + 1 == entries.size() || entries[i + 1].entry.stream != durable.entry.stream;
    if (!run_ends) continue;
    TRY(ShapeStream(durable.entry.stream, records, durable.last));
    records.clear();
  }
  return {};
}

Status TableFlow::ShapeStream(StreamId id, std::span<const schema::RecordView> records, Lsn to) {
  std::shared_ptr<StreamShape> stream;
  {
    MutexLock lock(queue_mutex_);
    const auto found = streams_.find(id);
    INVARIANT(found != streams_.end(), "a stream stays until its records are shaped");
    stream = found->second;
  }
  TRY(EnsureColumns(*stream, records));
  std::vector<schema::Reject> rejects;
  {
    MutexLock cut(cut_mutex_);
    rows_->Append(to,
                  [&](columns::Batch* batch) { stream->shaper->Shape(records, batch, &rejects); });
    if (!rejects.empty())
      rejects_->Append(to, [&](columns::Batch* batch) { shape::AppendRejects(rejects, batch); });
    MutexLock lock(queue_mutex_);
    shaped_to_ = to;
  }
  CountRest(*stream);
  for (const schema::Reject& reject : rejects) {
    Metrics()
        .GetCounter(
            "tarn_ingest_rejected_total", "Records that are rows of a rejects table, by reason.",
            {{"table", name_.table}, {"reason", std::string(schema::ReasonName(reject.reason))}})
        .Add(1);
  }
  return {};
}

// An inferred stream's new members become columns before a row with them is visible.
Status TableFlow::EnsureColumns(StreamShape& stream, std::span<const schema::RecordView> records) {
  if (!stream.shaper) TRY(MakeShaper(stream));
  if (!stream.definition.inferred || !stream.definition.may_evolve) return {};
  std::vector<schema::Field> missing = stream.shaper->MissingColumns(records);
  if (missing.empty()) return {};
  Result<catalog::Table> table = context_.catalog.AddColumns(name_, missing);
  if (!table && table.error().kind() == ErrorKind::kInvalid) {
    // Somebody else added such a column with another type: with the table as it is now, the value
    // goes to _rest.
    SetTable(TRY(context_.catalog.LoadTable(name_)));
    TRY(MakeShaper(stream));
    missing = stream.shaper->MissingColumns(records);
    if (missing.empty()) return {};
    table = context_.catalog.AddColumns(name_, missing);
  }
  SetTable(TRY(While(std::move(table), "adding columns to {}", name_.ToString())));
  return MakeShaper(stream);
}

Status TableFlow::MakeShaper(StreamShape& stream) {
  shape::Shaping shaping{.inferred = stream.definition.inferred,
                         .may_evolve = stream.definition.may_evolve,
                         .declared = stream.definition.columns,
                         .node_id = context_.node_id};
  MutexLock lock(table_mutex_);
  shaping.partition_names = PartitionNames(table_);
  stream.shaper = TRY(shape::Shaper::Make(std::move(shaping), table_.schema));
  return {};
}

void TableFlow::SetTable(catalog::Table table) {
  const std::shared_ptr<const columns::Layout> layout = LayoutOf(table);
  {
    MutexLock lock(table_mutex_);
    // A landing that committed meanwhile is ahead of what was loaded.
    Lsn& watermark = table.watermarks[context_.progress_key];
    watermark = std::max(watermark, WatermarkOf(table_, context_.progress_key));
    table_ = std::move(table);
  }
  rows_->SetLayout(layout);
  MutexLock lock(queue_mutex_);
  for (auto& [id, stream] : streams_)
    stream->shaper = nullptr;  // made again, for the new schema, when its records come
}

void TableFlow::CountRest(StreamShape& stream) {
  for (const auto& path : stream.shaper->TakeRestCounts().paths) {
    Metrics()
        .GetCounter("tarn_shape_rest_total",
                    "Values kept in _rest instead of a column of their own, by why.",
                    {{"table", name_.table}, {"why", path.why}})
        .Add(path.count);
  }
}

// Shaping and landing call this side by side; each sees what the other took.
void TableFlow::AccountLiveBytes() {
  MutexLock lock(account_mutex_);
  const size_t now = rows_->bytes() + rejects_->bytes();
  if (now > live_bytes_taken_) context_.budget.Take(index_, now - live_bytes_taken_);
  if (now < live_bytes_taken_) context_.budget.Give(index_, live_bytes_taken_ - now);
  live_bytes_taken_ = now;
}

// ---- looking
// -------------------------------------------------------------------------------------------------------

Result<std::vector<LiveRows::Part>> TableFlow::Look(RowSet set, bool replaying) const {
  {
    MutexLock lock(queue_mutex_);
    const Lsn wanted = enqueued_to_;
    const int64_t deadline_us =
        context_.clock.SteadyMicros() + (replaying ? kReplayWaitUs : kLookWaitUs);
    while (shaped_to_ < wanted) {
      const int64_t left_us = deadline_us - context_.clock.SteadyMicros();
      if (left_us <= 0 && !replaying) break;
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

// ---- landing
// -------------------------------------------------------------------------------------------------------

void TableFlow::Tick() {
  MutexLock lock(queue_mutex_);
  const int64_t now_us = context_.clock.SteadyMicros();
  if (shaping_retry_at_us_ != 0 && now_us >= shaping_retry_at_us_) {
    shaping_retry_at_us_ = 0;
    ScheduleShaping();
  }
  if (landing_ || !IsLandingDue(now_us)) return;
  landing_ = true;
  context_.landing.Submit([self = shared_from_this()] { self->RunLanding(); });
}

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
  const Result<Landed> landed = LandOnce();
  const int64_t end_us = context_.clock.SteadyMicros();
  seconds.Observe(static_cast<double>(end_us - begin_us) / 1e6);
  MutexLock lock(queue_mutex_);
  landing_ = false;
  if (landed) {
    landing_health_ = {};
    landing_backoff_us_ = 0;
    landing_retry_at_us_ = 0;
    if (shaped_to_ == committed_to_) land_soon_ = false;
  } else {
    landing_health_ = std::unexpected(landed.error());
    landing_backoff_us_ = std::clamp(landing_backoff_us_ * 2, kRetryFirstUs, kRetryLastUs);
    landing_retry_at_us_ = end_us + landing_backoff_us_;
    land_soon_ = true;  // what was due by size stays due
    Metrics()
        .GetCounter("tarn_commit_failures_total", "Landings that failed and will be tried again.",
                    {{"table", name_.table}})
        .Add(1);
    Log(LogLevel::kWarn, "flow", "rows could not land; they stay live and will be tried again",
        {{"table", name_.ToString()},
         {"error", landed.error().message()},
         {"retry_ms", landing_backoff_us_ / 1000}});
  }
  queue_changed_.NotifyAll();
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

Result<Landed> TableFlow::LandOnce() {
  const LandingRequest request = Cut();
  if (request.from >= request.to) {  // an earlier landing holds whose answer was lost
    Settle(request.from);
    return Landed();
  }
  Result<Landed> landed = Land(request, context_.catalog, context_.buckets);
  if (!landed) {
    if (!Reconcile(request.to, landed.error().kind())) return landed;
    return Landed();  // the commit holds after all
  }
  {
    MutexLock lock(table_mutex_);
    // A schema change that came while the files were written stays: only the progress is taken
    // over.
    table_.watermarks = landed->table.watermarks;
    table_.metadata_uri = landed->table.metadata_uri;
    rejects_table_ = landed->rejects_table;
  }
  Settle(request.to);
  if (landed->left_files) SweepFiles(landed->table, landed->rejects_table);
  return landed;
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

void TableFlow::SweepFiles(const catalog::Table& table, const catalog::Table& rejects_table) {
  for (const catalog::Table* one : {&table, &rejects_table}) {
    Ignore(RemoveUnreferenced(*one, context_.stem_prefix, context_.catalog, context_.buckets),
           "the next start removes them");
  }
}

// After a failed landing: learn from the catalog where the table stands, and settle what it holds.
// returns  true where everything up to `to` is committed
bool TableFlow::Reconcile(Lsn to, ErrorKind failure) {
  Result<catalog::Table> table = context_.catalog.LoadTable(name_);
  Result<catalog::Table> rejects_table =
      context_.catalog.LoadTable({name_.database, name_.table + schema::kRejectsSuffix});
  if (!table || !rejects_table) return false;  // the next attempt asks again
  const Lsn committed = WatermarkOf(*table, context_.progress_key);
  if (committed < to && failure != ErrorKind::kUnknownOutcome) SweepFiles(*table, *rejects_table);
  {
    MutexLock lock(table_mutex_);
    table_.watermarks = table->watermarks;
    table_.metadata_uri = table->metadata_uri;
    table_.spec = table->spec;
    rejects_table_ = std::move(*rejects_table);
  }
  Settle(committed);
  return committed >= to;
}

Status TableFlow::LandAll(int64_t deadline_us) {
  MutexLock lock(queue_mutex_);
  const Lsn wanted = enqueued_to_;
  while (committed_to_ < wanted) {
    land_soon_ = true;
    landing_retry_at_us_ =
        std::min(landing_retry_at_us_, context_.clock.SteadyMicros() + kRetryFirstUs);
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
