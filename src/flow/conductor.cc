#include "flow/conductor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/invariant.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "flow/definition.h"
#include "flow/landing.h"
#include "shape/shaper.h"

namespace tarn::flow {
namespace {

constexpr auto kPace = std::chrono::milliseconds(20);
constexpr int64_t kReleaseEveryUs = kMicrosPerSecond;
constexpr int64_t kDeletePatienceUs = 60 * kMicrosPerSecond;
constexpr int64_t kReplayPatienceUs = 60 * kMicrosPerSecond;
constexpr auto kReplayWait = std::chrono::milliseconds(5);

schema::TableName RejectsOf(const schema::TableName& table) {
  return {table.database, table.table + schema::kRejectsSuffix};
}

// Epochs must rise above every one that a table has seen: a restored or cloned disk never gives an
// LSN twice.
uint32_t HighestEpoch(const catalog::Table& table) {
  uint64_t highest = 0;
  for (const auto& [key, watermark] : table.watermarks)
    highest = std::max(highest, watermark.number() >> kLsnCounterBits);
  return static_cast<uint32_t>(highest);
}

// The part of a replayed entry behind the watermark.
wal::DurableEntry TrimTo(wal::DurableEntry entry, Lsn watermark) {
  auto rest = std::make_shared<schema::RecordBlock>();
  const size_t skip = watermark.number() + 1 - entry.first.number();
  for (size_t i = skip; i < entry.entry.block->records.size(); ++i)
    rest->Add(entry.entry.block->record(i));
  entry.entry.block = std::move(rest);
  entry.first = Lsn(watermark.number() + 1);
  return entry;
}

// A rejects table that somebody else made must have the columns of ours.
Status CheckRejects(const catalog::Table& table) {
  const std::vector<schema::Field> columns = shape::RejectColumns();
  bool fits = table.schema.fields.size() == columns.size();
  for (size_t i = 0; fits && i < columns.size(); ++i) {
    const schema::Field& field = table.schema.fields[i];
    fits = field.name == columns[i].name && field.type == columns[i].type && !field.required;
  }
  if (fits) return {};
  return Fail(ErrorKind::kInvalid,
              "table {} exists and has other columns than a table of rejects: rename it",
              table.name.ToString());
}

}  // namespace

Conductor::Conductor(ConductorOptions options, catalog::Catalog& catalog, store::Buckets& buckets,
                     os::Clock& clock, os::Entropy& entropy, std::unique_ptr<wal::Log> log)
    : options_(std::move(options)),
      catalog_(catalog),
      clock_(clock),
      log_(std::move(log)),
      budget_(options_.memory_bytes_max),
      shaping_(std::make_unique<WorkPool>(options_.shaping_threads)),
      landing_(std::make_unique<WorkPool>(options_.landing_threads)),
      context_{.catalog = catalog,
               .buckets = buckets,
               .clock = clock,
               .entropy = entropy,
               .budget = budget_,
               .shaping = *shaping_,
               .landing = *landing_,
               .write = options_.write,
               .node_id = log_->node_id(),
               .progress_key = Format("{}.{}", log_->node_id(), options_.log.shard),
               .stem_prefix = Format("{}-{}-", log_->node_id(), options_.log.shard)} {}

Result<std::unique_ptr<Conductor>> Conductor::Open(ConductorOptions options,
                                                   catalog::Catalog& catalog,
                                                   store::Buckets& buckets, os::Files& files,
                                                   os::Clock& clock, os::Entropy& entropy) {
  const std::vector<catalog::StreamRow> rows = TRY(catalog.ListStreams());
  for (const catalog::StreamRow& row : rows) {
    const StreamDefinition definition =
        TRY(While(DefinitionFromJson(row.definition), "stream '{}'", row.name));
    const Result<catalog::Table> table = catalog.LoadTable(definition.table);
    if (table) options.log.epoch_floor = std::max(options.log.epoch_floor, HighestEpoch(*table));
  }
  auto log = TRY(wal::Log::Open(options.log, files, clock, entropy));
  const wal::Recovery& found = log->recovery();
  Log(found.damaged_records > 0 ? LogLevel::kError : LogLevel::kInfo, "flow", "log opened",
      {{"segments", found.segments},
       {"records", found.records},
       {"torn_bytes", found.torn_bytes},
       {"damaged_records", found.damaged_records},
       {"clean", found.clean_shutdown}});
  std::unique_ptr<Conductor> conductor(
      new Conductor(std::move(options), catalog, buckets, clock, entropy, std::move(log)));
  TRY(conductor->LoadStreams(rows));
  conductor->pacer_ =
      std::jthread([self = conductor.get()](const std::stop_token& stop) { self->Pace(stop); });
  conductor->replayer_ = std::jthread([self = conductor.get()] { self->Replay(); });
  return conductor;
}

Conductor::~Conductor() {
  accepting_ = false;
  stopping_ = true;
  if (replayer_.joinable()) replayer_.join();
  if (pacer_.joinable()) {
    pacer_.request_stop();
    pacer_.join();
  }
  Ignore(log_->Close(), "the log replays what was not closed");
  shaping_.reset();
  landing_.reset();
  MutexLock lock(mutex_);  // tables give their memory back: before the context goes
  streams_.clear();
  streams_by_id_.clear();
  tables_.clear();
}

Status Conductor::LoadStreams(const std::vector<catalog::StreamRow>& rows) {
  MutexLock creating(create_mutex_);
  for (const catalog::StreamRow& row : rows) {
    const StreamDefinition definition = TRY(DefinitionFromJson(row.definition));
    auto table = TRY(While(FlowOf(definition, false), "stream '{}'", row.name));
    TRY(While(AddToMaps(row.id, definition, std::move(table)), "stream '{}'", row.name));
  }
  for (const auto& table : Tables()) {
    for (const schema::TableName& name : {table->name(), RejectsOf(table->name())}) {
      TRY(RemoveUnreferenced(TRY(catalog_.LoadTable(name)), context_.stem_prefix, catalog_,
                             context_.buckets));
    }
  }
  return {};
}

Status Conductor::AddToMaps(StreamId id, const StreamDefinition& definition,
                            std::shared_ptr<TableFlow> table) {
  TRY(table->AddStream(id, definition));
  auto stream = std::make_shared<Stream>();
  stream->id = id;
  stream->definition = definition;
  stream->table = std::move(table);
  stream->records_total = &Metrics().GetCounter(
      "tarn_ingest_records_total", "Records acknowledged.", {{"stream", definition.name}});
  MutexLock lock(mutex_);
  streams_by_id_[id] = stream;
  streams_[definition.name] = std::move(stream);
  return {};
}

// ---- streams
// -------------------------------------------------------------------------------------------------------

Result<StreamInfo> Conductor::Create(StreamDefinition definition) {
  MutexLock creating(create_mutex_);
  if (StreamOf(definition.name))
    return Fail(ErrorKind::kConflict, "stream '{}' exists", definition.name);
  const bool derived = definition.table.table.empty();
  const bool partitions_given = !definition.partition_by.empty();
  definition = TRY(Complete(std::move(definition)));
  if (definition.created_us == 0) definition.created_us = clock_.NowMicros();
  if (derived) {
    MutexLock lock(mutex_);
    for (const auto& [name, stream] : streams_) {
      if (stream->definition.table == definition.table) {
        return Fail(
            ErrorKind::kConflict,
            "the table {} of stream '{}' is fed by stream '{}': name a table, or another stream",
            definition.table.ToString(), definition.name, name);
      }
    }
  }
  auto table = TRY(FlowOf(definition, partitions_given));
  const catalog::StreamRow row = TRY(catalog_.AddStream(definition.name, ToJson(definition)));
  const Status added = AddToMaps(row.id, definition, std::move(table));
  if (!added) {
    TRY(catalog_.RemoveStream(row.id));
    return std::unexpected(added.error());
  }
  Log(LogLevel::kInfo, "flow", "stream created",
      {{"stream", definition.name}, {"table", definition.table.ToString()}});
  return Describe(*StreamOf(definition.name));
}

// The flow of a stream's table; table and rejects are made where they are missing and may be.
Result<std::shared_ptr<TableFlow>> Conductor::FlowOf(const StreamDefinition& definition,
                                                     bool partitions_given) {
  {
    MutexLock lock(mutex_);
    const auto found = tables_.find(definition.table);
    if (found != tables_.end()) return found->second;
  }
  const shape::Shaping shaping{.inferred = definition.inferred, .declared = definition.columns};
  const catalog::NewTable new_table{.name = definition.table,
                                    .columns = shape::InitialColumns(shaping),
                                    .partition_by = definition.partition_by};
  const catalog::NewTable new_rejects{.name = RejectsOf(definition.table),
                                      .columns = shape::RejectColumns(),
                                      .partition_by = "day(_received_at) as _day"};
  Result<catalog::Table> table = catalog_.LoadTable(new_table.name);
  Result<catalog::Table> rejects = catalog_.LoadTable(new_rejects.name);
  const auto is_missing = [](const auto& result) {
    return !result && result.error().kind() == ErrorKind::kNotFound;
  };
  if (is_missing(table) && !definition.may_create_table) {
    return Fail(ErrorKind::kInvalid, "table {} does not exist, and this stream may not create it",
                definition.table.ToString());
  }
  if (is_missing(table) && is_missing(rejects)) {
    std::vector<catalog::Table> made = TRY(catalog_.CreateTables({new_table, new_rejects}));
    table = std::move(made[0]);
    rejects = std::move(made[1]);
  } else {
    if (is_missing(table)) table = catalog_.CreateTable(new_table);
    if (is_missing(rejects)) rejects = catalog_.CreateTable(new_rejects);
    table = FitTable(TRY(std::move(table)), definition, partitions_given);
    if (rejects) TRY(CheckRejects(*rejects));
  }
  const auto index = next_table_index_++;
  auto flow =
      std::make_shared<TableFlow>(context_, index, TRY(std::move(table)), TRY(std::move(rejects)));
  MutexLock lock(mutex_);
  tables_[definition.table] = flow;
  return flow;
}

// An existing table gets the columns that a stream's rows need.
Result<catalog::Table> Conductor::FitTable(catalog::Table table, const StreamDefinition& definition,
                                           bool partitions_given) {
  if (partitions_given) {
    const schema::PartitionSpec wanted =
        TRY(schema::ParsePartitionSpec(definition.partition_by, table.schema));
    if (schema::PartitionSpecText(wanted, table.schema) !=
        schema::PartitionSpecText(table.spec, table.schema)) {
      return Fail(ErrorKind::kInvalid, "table {} exists and is partitioned by '{}'",
                  table.name.ToString(), schema::PartitionSpecText(table.spec, table.schema));
    }
  }
  std::vector<schema::Field> missing;
  for (schema::Field& field :
       shape::InitialColumns({.inferred = definition.inferred, .declared = definition.columns})) {
    if (table.schema.Find(field.name) == nullptr) missing.push_back(std::move(field));
  }
  if (missing.empty()) return table;
  if (!definition.may_evolve) {
    return Fail(ErrorKind::kInvalid, "table {} has no column '{}', and this stream may not add it",
                table.name.ToString(), missing.front().name);
  }
  return catalog_.AddColumns(table.name, missing);
}

std::shared_ptr<Conductor::Stream> Conductor::StreamOf(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<TableFlow>> Conductor::Tables() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<TableFlow>> tables;
  for (const auto& [name, table] : tables_) tables.push_back(table);
  return tables;
}

StreamInfo Conductor::Describe(const Stream& stream) const {
  return {.id = stream.id,
          .definition = stream.definition,
          .records = stream.records,
          .bytes_received = stream.bytes,
          .live_rows = stream.table->live_rows(),
          .newest_visible_us = stream.table->newest_visible_us(),
          .health = stream.table->Health()};
}

Result<StreamInfo> Conductor::Find(const std::string& name) {
  const auto stream = StreamOf(name);
  if (!stream) return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  return Describe(*stream);
}

std::vector<StreamInfo> Conductor::List() {
  std::vector<std::shared_ptr<Stream>> streams;
  {
    MutexLock lock(mutex_);
    for (const auto& [name, stream] : streams_) streams.push_back(stream);
  }
  std::vector<StreamInfo> infos;
  for (const auto& stream : streams) infos.push_back(Describe(*stream));
  return infos;
}

Status Conductor::Delete(const std::string& name) {
  MutexLock creating(create_mutex_);
  const auto stream = StreamOf(name);
  if (!stream) return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  TRY(WaitForReplay());
  stream->deleting = true;
  const int64_t deadline_us = clock_.SteadyMicros() + kDeletePatienceUs;
  while (stream->in_flight > 0 && clock_.SteadyMicros() < deadline_us)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const Status landed = stream->table->LandAll(deadline_us);
  if (!landed || stream->in_flight > 0) {
    stream->deleting = false;
    return Fail(ErrorKind::kUnavailable,
                "stream '{}' keeps its rows until they land; try again later ({})", name,
                landed ? "appends are still running" : landed.error().message().c_str());
  }
  const Status removed = catalog_.RemoveStream(stream->id);
  if (!removed) {
    stream->deleting = false;
    return removed;
  }
  stream->table->RemoveStream(stream->id);
  MutexLock lock(mutex_);
  streams_.erase(name);
  streams_by_id_.erase(stream->id);
  if (stream->table->streams().empty()) tables_.erase(stream->table->name());
  Log(LogLevel::kInfo, "flow", "stream deleted", {{"stream", name}});
  return {};
}

// ---- records
// -------------------------------------------------------------------------------------------------------

Status Conductor::Append(const std::string& name, schema::Source source, wal::Content content,
                         int64_t received_at_us, wal::RequestKey request,
                         std::shared_ptr<const schema::RecordBlock> block, Done done) {
  INVARIANT(!block->records.empty(), "a request has at least one record");
  const auto stream = StreamOf(name);
  if (!stream || stream->deleting) {
    return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  }
  ++stream->in_flight;  // before `deleting` is read again: Delete sets that and then waits for this
  const size_t reserved = TableFlow::RecordBytes(*block);
  const Status admitted = Admit(*stream, reserved);
  if (!admitted) {
    --stream->in_flight;
    return admitted;
  }
  wal::Entry entry{.stream = stream->id,
                   .content = content,
                   .source = source,
                   .received_at_us = received_at_us,
                   .request = request,
                   .block = std::move(block)};
  const Status queued = log_->Append(
      std::move(entry),
      [this, stream, reserved, done = std::move(done)](Result<wal::DurableEntry> entry_done) {
        Finish(stream, reserved, std::move(entry_done), done);
      });
  if (!queued) {
    budget_.Give(stream->table->index(), reserved);
    --stream->in_flight;
  }
  return queued;
}

Status Conductor::Admit(const Stream& stream, size_t bytes) {
  if (stream.deleting) {
    return Fail(ErrorKind::kNotFound, "there is no stream '{}'", stream.definition.name);
  }
  if (!accepting_) {
    return Fail(ErrorKind::kUnavailable, "{}",
                stopping_ ? "the server is stopping" : "the log is being read after a restart");
  }
  return budget_.Reserve(stream.table->index(), bytes);
}

// In the log's writer thread: hand on what is durable, then answer.
void Conductor::Finish(const std::shared_ptr<Stream>& stream, size_t reserved,
                       Result<wal::DurableEntry>&& entry, const Done& done) {
  if (!entry) {
    budget_.Give(stream->table->index(), reserved);
    --stream->in_flight;
    done(std::unexpected(std::move(entry).error()));
    return;
  }
  const Appended appended{entry->entry.block->records.size(), entry->first, entry->last};
  stream->records += appended.records;
  stream->records_total->Add(appended.records);
  stream->bytes += entry->entry.block->buffer.size();
  stream->table->Enqueue(*std::move(entry));
  --stream->in_flight;
  done(appended);
}

Result<std::vector<LiveRows::Part>> Conductor::Look(const schema::TableName& name) {
  std::shared_ptr<TableFlow> table;
  RowSet set = RowSet::kRows;
  {
    MutexLock lock(mutex_);
    auto found = tables_.find(name);
    if (found == tables_.end() && name.table.ends_with(schema::kRejectsSuffix)) {
      set = RowSet::kRejects;
      found = tables_.find(
          {name.database,
           name.table.substr(0, name.table.size() - std::string(schema::kRejectsSuffix).size())});
    }
    if (found == tables_.end()) return std::vector<LiveRows::Part>();
    table = found->second;
  }
  TRY(WaitForReplay());
  return table->Look(set, !recovered_);
}

// ---- start, pace, stop
// ---------------------------------------------------------------------------------------------

void Conductor::Replay() {
  const Status replayed =
      log_->Replay([this](wal::DurableEntry entry) { return ReplayEntry(std::move(entry)); });
  if (!replayed && !stopping_) {
    Log(LogLevel::kError, "flow", "the log cannot be replayed; no records are taken",
        {{"error", replayed.error().message()}});
  }
  for (const auto& table : Tables()) table->MarkReplayed();
  MutexLock lock(replay_mutex_);
  replay_health_ = replayed;
  replayed_ = replayed.has_value();
  accepting_ = replayed.has_value() && !stopping_;
}

Status Conductor::ReplayEntry(wal::DurableEntry entry) {
  if (stopping_) return Fail(ErrorKind::kCancelled, "stopping");
  std::shared_ptr<Stream> stream;
  {
    MutexLock lock(mutex_);
    const auto found = streams_by_id_.find(entry.entry.stream);
    if (found == streams_by_id_.end()) return {};  // deleted: its rows had landed before
    stream = found->second;
  }
  const Lsn watermark = stream->table->committed();
  if (entry.last <= watermark) return {};
  if (entry.first <= watermark) entry = TrimTo(std::move(entry), watermark);
  const size_t bytes = TableFlow::RecordBytes(*entry.entry.block);
  while (!budget_.Reserve(stream->table->index(), bytes)) {
    if (stopping_) return Fail(ErrorKind::kCancelled, "stopping");
    stream->table->LandSoon();
    std::this_thread::sleep_for(kReplayWait);
  }
  stream->table->Enqueue(std::move(entry));
  return {};
}

// Until the log is read, nobody knows which rows are missing.
Status Conductor::WaitForReplay() {
  const int64_t deadline_us = clock_.SteadyMicros() + kReplayPatienceUs;
  while (!replayed_) {
    {
      MutexLock lock(replay_mutex_);
      TRY(Status(replay_health_));
    }
    if (stopping_ || clock_.SteadyMicros() > deadline_us) {
      return Fail(ErrorKind::kUnavailable, "the log is still being read after a restart");
    }
    std::this_thread::sleep_for(kReplayWait);
  }
  return {};
}

Status Conductor::Ready() {
  {
    MutexLock lock(replay_mutex_);
    if (!replay_health_) return replay_health_;
  }
  if (!replayed_) return Fail(ErrorKind::kUnavailable, "the log is being read");
  if (!recovered_) {
    std::string lagging;
    for (const auto& table : Tables()) {
      if (table->is_lagging()) lagging += (lagging.empty() ? "" : ", ") + table->name().ToString();
    }
    if (!lagging.empty())
      return Fail(ErrorKind::kUnavailable, "acknowledged rows are not visible yet in {}", lagging);
    recovered_ = true;
  }
  return log_->Health();
}

void Conductor::Pace(const std::stop_token& stop) {
  int64_t release_at_us = 0;
  while (!stop.stop_requested()) {
    const auto tables = Tables();
    RelieveMemory(tables);
    for (const auto& table : tables) table->Tick();
    if (clock_.SteadyMicros() >= release_at_us) {
      ReleaseLog();
      Metrics()
          .GetGauge("tarn_live_bytes", "Memory of records and rows that are not in files.")
          .Set(static_cast<double>(budget_.used()));
      release_at_us = clock_.SteadyMicros() + kReleaseEveryUs;
    }
    std::this_thread::sleep_for(kPace);
  }
}

// Land early what holds much: each table near its share, and the largest that can where all is
// tight.
void Conductor::RelieveMemory(const std::vector<std::shared_ptr<TableFlow>>& tables) {
  std::shared_ptr<TableFlow> largest;
  for (const auto& table : tables) {
    if (budget_.is_tight_for(table->index())) table->LandSoon();
    if (!table->Health()) continue;
    if (!largest || budget_.used_by(table->index()) > budget_.used_by(largest->index())) {
      largest = table;
    }
  }
  if (largest && budget_.is_tight()) largest->LandSoon();
}

void Conductor::ReleaseLog() {
  std::map<StreamId, Lsn> committed;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, stream] : streams_by_id_) committed[id] = stream->table->committed();
  }
  log_->Release(committed);
}

Status Conductor::Stop(std::chrono::milliseconds patience) {
  accepting_ = false;
  stopping_ = true;
  if (replayer_.joinable()) replayer_.join();
  const int64_t deadline_us = clock_.SteadyMicros() + std::chrono::microseconds(patience).count();
  const auto tables = Tables();
  for (const auto& table : tables) table->LandSoon();
  Status outcome;
  for (const auto& table : tables) {
    const Status landed = table->LandAll(deadline_us);
    if (!landed) outcome = landed;
  }
  ReleaseLog();
  pacer_.request_stop();
  pacer_.join();
  TRY(log_->Close());
  return outcome;
}

}  // namespace tarn::flow
