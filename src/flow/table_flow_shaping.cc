// TableFlow, from records to live rows.
#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/log.h"
#include "base/time.h"
#include "flow/table_flow.h"
#include "flow/table_opening.h"

namespace tarn::flow {
namespace {

constexpr size_t kShapeRecordsMax = 1000;  // a first batch that decides an inferred schema
constexpr size_t kShapeBytesMax = 4 * kMiB;
constexpr int64_t kRetryUs = 250'000;
constexpr size_t kRefusedMax = 1000;  // columns of a stream; with more, no new one is asked for

std::vector<std::string> PartitionNames(const catalog::Table& table) {
  std::vector<std::string> names;
  for (const schema::PartitionField& field : table.spec.fields) names.push_back(field.name);
  return names;
}

}  // namespace

void TableFlow::ScheduleShaping() {
  if (shaping_ || queue_.empty()) return;
  shaping_ = true;
  context_.shaping.Submit([self = shared_from_this()] { self->RunShaping(Catalog::kAvoid); });
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
void TableFlow::RunShaping(Catalog catalog) {
  std::vector<wal::DurableEntry> entries = TakeEntries();
  const Result<bool> shaped = ShapeEntries(entries, catalog);
  if (!shaped) return RetryShaping(std::move(entries), std::unexpected(shaped.error()));
  if (!*shaped) {  // columns come first, and that may take the catalog's time
    PutBack(std::move(entries));
    context_.landing.Submit(
        [self = shared_from_this()] { self->RunShaping(Catalog::kMayWaitFor); });
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
  shaping_ = false;
  ScheduleShaping();
  queue_changed_.NotifyAll();
}

// What was shaped of these entries has moved shaped_to_; the next round begins behind it.
void TableFlow::RetryShaping(std::vector<wal::DurableEntry> entries, const Status& why) {
  Log(LogLevel::kWarn, "flow", "records cannot be shaped yet",
      {{"table", name_.ToString()}, {"error", why.error().message()}});
  PutBack(std::move(entries));
  MutexLock lock(queue_mutex_);
  shaping_health_ = why;
  shaping_retry_at_us_ = context_.clock.SteadyMicros() + kRetryUs;
  shaping_ = false;
}

// Consecutive entries of one stream are shaped together; what ends early leaves whole runs shaped,
// never a part of one.
//
// returns  false: columns are missing, and `catalog` does not allow to add them
Result<bool> TableFlow::ShapeEntries(const std::vector<wal::DurableEntry>& entries,
                                     Catalog catalog) {
  std::vector<schema::RecordView> records;
  for (size_t i = 0; i < entries.size(); ++i) {
    const wal::DurableEntry& durable = entries[i];
    {
      MutexLock lock(queue_mutex_);
      if (durable.last <= shaped_to_) continue;  // shaped before this portion was put back
    }
    for (size_t record = 0; record < durable.entry.block->records.size(); ++record) {
      records.push_back({durable.entry.block->record(record), durable.entry.received_at_us,
                         Lsn(durable.first.number() + record), durable.entry.source});
    }
    const bool run_ends =
        i + 1 == entries.size() || entries[i + 1].entry.stream != durable.entry.stream;
    if (!run_ends) continue;
    if (!TRY(ShapeStream(durable.entry.stream, records, catalog))) return false;
    records.clear();
  }
  return true;
}

Result<bool> TableFlow::ShapeStream(StreamId id, std::span<const schema::RecordView> records,
                                    Catalog catalog) {
  std::shared_ptr<StreamShape> stream;
  {
    MutexLock lock(queue_mutex_);
    const auto found = streams_.find(id);
    INVARIANT(found != streams_.end(), "a stream stays until its records are shaped");
    stream = found->second;
  }
  const Lsn first = records.front().lsn;
  const Lsn to = records.back().lsn;
  std::vector<schema::Reject> rejects;
  size_t seen_again = 0;
  for (bool is_shaped = false; !is_shaped;) {
    if (!TRY(EnsureColumns(*stream, records, catalog))) return false;
    MutexLock cut(cut_mutex_);
    if (stream->schema_id != schema_id()) continue;  // another stream brought columns just now
    rows_->Append(first, to,
                  [&](columns::Batch* batch) { stream->shaper->Shape(records, batch, &rejects); });
    // A table that went back has its records again, while their rejects are in files.
    seen_again = std::erase_if(rejects, [&](const schema::Reject& reject) {
      return reject.lsn <= rejects_landed_before_;
    });
    if (!rejects.empty()) {
      rejects_->Append(first, to,
                       [&](columns::Batch* batch) { shape::AppendRejects(rejects, batch); });
    }
    MutexLock lock(queue_mutex_);
    shaped_to_ = to;
    if (oldest_live_us_ == 0) oldest_live_us_ = context_.clock.SteadyMicros();
    is_shaped = true;
  }
  CountRest(*stream);
  CountPaths(*stream);
  if (seen_again > 0) CountSeenAgain(seen_again);
  for (const schema::Reject& reject : rejects) {
    Metrics()
        .GetCounter(
            "tarn_ingest_rejected_total", "Records that are rows of a rejects table, by reason.",
            {{"table", name_.table}, {"reason", std::string(schema::ReasonName(reject.reason))}})
        .Add(1);
  }
  return true;
}

// The stream has a shaper, and an inferred stream's new members are columns before a row with them
// is visible.
//
// returns  false: the catalog must be asked first, and `catalog` does not allow it
Result<bool> TableFlow::EnsureColumns(StreamShape& stream,
                                      std::span<const schema::RecordView> records,
                                      Catalog catalog) {
  if (stream.schema_id != schema_id() && !RenewShaper(stream)) {
    // Another writer has dropped a column that this stream's rows need.
    if (catalog == Catalog::kAvoid) return false;
    TRY(Fit(stream.definition, Partitions::kAsTheyAre));
    TRY(RenewShaper(stream));
  }
  if (!stream.definition.inferred || !stream.definition.may_evolve) return true;
  if (MissingColumns(stream, records).empty()) return true;
  if (catalog == Catalog::kAvoid) return false;
  TRY(AddColumns(stream, records));
  return true;
}

// What the records need and the table lacks, without what the catalog has refused lately: that
// would be asked for with every portion.
std::vector<schema::Field> TableFlow::MissingColumns(
    StreamShape& stream, std::span<const schema::RecordView> records) const {
  if (context_.clock.SteadyMicros() >= stream.refused_until_us) stream.refused.clear();
  if (stream.refused.size() >= kRefusedMax) return {};
  std::vector<schema::Field> missing = stream.shaper->MissingColumns(records);
  std::erase_if(missing, [&](const auto& field) { return stream.refused.contains(field.name); });
  return missing;
}

// Somebody else may have added such a column with another type, or made another table of the name:
// the table is asked for as it is now, and once more where it changed in between.
Status TableFlow::AddColumns(StreamShape& stream, std::span<const schema::RecordView> records) {
  for (bool is_refused = false; true;) {
    const catalog::Table table = TRY(context_.catalog.LoadTable(name_));
    TRY(SetTable(table));
    TRY(RenewShaper(stream));
    const std::vector<schema::Field> missing = MissingColumns(stream, records);
    if (missing.empty()) return {};
    if (is_refused) {
      Refusals refused;
      TRY(AddAccepted(table, missing, &refused));
      if (!refused.empty()) GoOnWithout(refused, stream);
      return RenewShaper(stream);
    }
    Result<catalog::Table> changed = While(context_.catalog.AddColumns(table, missing),
                                           "adding columns to {}", name_.ToString());
    is_refused = !changed && changed.error().kind() == ErrorKind::kInvalid;
    if (is_refused) continue;
    TRY(SetTable(TRY(std::move(changed))));
    return RenewShaper(stream);
  }
}

// One column that is refused must not take the others with it. By halves: each commit keeps a
// schema in the table's metadata for good.
Status TableFlow::AddAccepted(const catalog::Table& table,
                              const std::vector<schema::Field>& columns, Refusals* refused) {
  Result<catalog::Table> changed = context_.catalog.AddColumns(table, columns);
  if (changed) return SetTable(*std::move(changed));
  if (changed.error().kind() != ErrorKind::kInvalid) return std::unexpected(changed.error());
  if (columns.size() == 1) {
    refused->emplace_back(columns.front().name, changed.error());
    return {};
  }
  const auto middle = columns.begin() + std::ssize(columns) / 2;
  TRY(AddAccepted(table, {columns.begin(), middle}, refused));
  return AddAccepted(table, {middle, columns.end()}, refused);
}

// No record may stop a table: what the catalog refuses twice has no column, and goes to _rest.
void TableFlow::GoOnWithout(const Refusals& refused, StreamShape& stream) const {
  if (stream.refused.empty())
    stream.refused_until_us = context_.clock.SteadyMicros() + context_.refused_column_wait_us;
  for (const auto& [column, why] : refused) stream.refused.insert(column);
  Metrics()
      .GetCounter("tarn_columns_refused_total",
                  "Times that new columns of records were refused, so that their values went to "
                  "_rest.",
                  {{"table", name_.table}})
      .Add(1);
  Log(LogLevel::kWarn, "flow", "new columns are refused; their values are kept in _rest",
      {{"table", name_.ToString()},
       {"columns", refused.size()},
       {"first", refused.front().first},
       {"error", refused.front().second.message()}});
}

Status TableFlow::RenewShaper(StreamShape& stream) const {
  stream.schema_id = -1;
  int32_t schema_id = 0;
  stream.shaper = TRY(MakeShaper(stream.definition, &schema_id));
  stream.counted = {};
  stream.schema_id = schema_id;
  return {};
}

Result<std::unique_ptr<shape::Shaper>> TableFlow::MakeShaper(const StreamDefinition& definition,
                                                             int32_t* schema_id) const {
  shape::Shaping shaping{.inferred = definition.inferred,
                         .may_evolve = definition.may_evolve,
                         .declared = definition.columns,
                         .node_id = context_.node_id};
  MutexLock lock(table_mutex_);
  shaping.partition_names = PartitionNames(table_);
  *schema_id = table_.schema.schema_id;
  return shape::Shaper::Make(std::move(shaping), table_.schema);
}

int32_t TableFlow::schema_id() const {
  MutexLock lock(table_mutex_);
  return table_.schema.schema_id;
}

void TableFlow::CountRest(StreamShape& stream) {
  const shape::RestCounts counts = stream.shaper->TakeRestCounts();
  if (counts.paths.empty()) return;
  {
    MutexLock lock(counts_mutex_);
    stream.without_column.Add(counts);
  }
  for (const auto& path : counts.paths) {
    Metrics()
        .GetCounter("tarn_shape_rest_total",
                    "Values kept in _rest instead of a column of their own, by why.",
                    {{"table", name_.table}, {"why", path.why}})
        .Add(path.count);
  }
}

std::vector<shape::RestCounts::Path> TableFlow::WithoutColumnOf(StreamId id) const {
  std::shared_ptr<StreamShape> stream;
  {
    MutexLock lock(queue_mutex_);
    const auto found = streams_.find(id);
    if (found == streams_.end()) return {};
    stream = found->second;
  }
  shape::WithoutColumn counts;
  {
    MutexLock lock(counts_mutex_);
    counts = stream->without_column;
  }
  return counts.Paths();  // sorted outside of the lock, which shaping needs
}

void TableFlow::CountPaths(StreamShape& stream) {
  const shape::PathCounts counts = stream.shaper->path_counts();
  stream.fast_total->Add(counts.fast - stream.counted.fast);
  stream.reference_total->Add(counts.reference - stream.counted.reference);
  stream.counted = counts;
}

void TableFlow::CountSeenAgain(size_t rejects) {
  Metrics()
      .GetCounter("tarn_rejects_seen_again_total",
                  "Rejects of records that were read from the log again, left out since the "
                  "rejects table has them.",
                  {{"table", name_.table}})
      .Add(rejects);
  if (std::exchange(has_seen_rejects_again_, true)) return;
  Log(LogLevel::kWarn, "flow",
      "rejects that the rejects table has are not added again: the table has gone back behind it",
      {{"table", name_.ToString()}, {"up_to_lsn", rejects_landed_before_.number()}});
}

}  // namespace tarn::flow
