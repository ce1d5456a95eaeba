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
#include "flow/table_tail.h"

namespace tarn::flow {
namespace {

constexpr auto kPace = std::chrono::milliseconds(20);
constexpr int64_t kReleaseEveryUs = kMicrosPerSecond;
constexpr int64_t kDeletePatienceUs = 60 * kMicrosPerSecond;
constexpr int64_t kReplayPatienceUs = 60 * kMicrosPerSecond;
constexpr auto kReplayWait = std::chrono::milliseconds(5);

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
               .stem_prefix = Format("{}-{}-", log_->node_id(), options_.log.shard),
               .refused_column_wait_us =
                   std::chrono::microseconds(options_.refused_column_wait).count()} {}

Result<std::unique_ptr<Conductor>> Conductor::Open(ConductorOptions options,
                                                   catalog::Catalog& catalog,
                                                   store::Buckets& buckets, os::Files& files,
                                                   os::Clock& clock, os::Entropy& entropy) {
  const std::vector<catalog::StreamRow> rows = TRY(catalog.ListStreams());
  for (const catalog::StreamRow& row : rows) {
    const StreamDefinition definition =
        TRY(While(DefinitionFromJson(row.definition), "stream '{}'", row.name));
    for (const schema::TableName& name : {definition.table, RejectsOf(definition.table)}) {
      const Result<catalog::Table> table = catalog.LoadTable(name);
      if (table) options.log.epoch_floor = std::max(options.log.epoch_floor, HighestEpoch(*table));
    }
  }
  auto log = TRY(wal::Log::Open(options.log, files, clock, entropy));
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
  shaping_->Stop();  // both, before either goes: a task of one hands tasks to the other
  landing_->Stop();
  MutexLock lock(mutex_);  // tables give their memory back: before the context goes
  streams_.clear();
  streams_by_id_.clear();
  tables_.clear();
}

Status Conductor::LoadStreams(const std::vector<catalog::StreamRow>& rows) {
  MutexLock creating(create_mutex_);
  std::map<schema::TableName, std::vector<std::shared_ptr<Stream>>> by_table;
  for (const catalog::StreamRow& row : rows) {
    auto stream = std::make_shared<Stream>(row.id, TRY(DefinitionFromJson(row.definition)));
    by_table[stream->definition.table].push_back(std::move(stream));
  }
  for (const auto& [name, streams] : by_table) {
    const Status opened = OpenTable(streams);
    if (opened) {
      RemoveLostFiles(*streams.front()->table);
    } else {
      // All of them: a landing for one would move the watermark over the records of another.
      for (const auto& stream : streams) stream->table = nullptr;
      Hold(name, opened.error());
    }
    Publish(streams);
  }
  return {};
}

Status Conductor::OpenTable(const std::vector<std::shared_ptr<Stream>>& streams) {
  std::shared_ptr<TableFlow> table;
  for (const auto& stream : streams) {
    const StreamDefinition& definition = stream->definition;
    table = TRY(
        While(FlowFor(table, definition, Partitions::kAsTheyAre), "stream '{}'", definition.name));
    TRY(While(table->CheckStream(definition), "stream '{}'", definition.name));
    table->AddStream(stream->id, definition);
    stream->table = table;
  }
  return {};
}

// The flow of a stream's table, with the columns that the stream needs.
Result<std::shared_ptr<TableFlow>> Conductor::FlowFor(std::shared_ptr<TableFlow> known,
                                                      const StreamDefinition& definition,
                                                      Partitions partitions) {
  if (known) {
    TRY(known->Fit(definition, partitions));
    return known;
  }
  catalog::TableWithRejects opened = TRY(OpenTables(catalog_, definition, partitions));
  return std::make_shared<TableFlow>(context_, next_table_index_++, std::move(opened.rows),
                                     std::move(opened.rejects));
}

void Conductor::Publish(const std::vector<std::shared_ptr<Stream>>& streams) {
  for (const auto& stream : streams) {
    stream->records_total =
        &Metrics().GetCounter("tarn_ingest_records_total", "Records acknowledged.",
                              {{"stream", stream->definition.name}});
  }
  MutexLock lock(mutex_);
  for (const auto& stream : streams) {
    if (stream->table) tables_[stream->definition.table] = stream->table;
    streams_by_id_[stream->id] = stream;
    streams_[stream->definition.name] = stream;
  }
}

// Files of landings that did not come to their commit. What the log cannot bring again stays: the
// catalog may be an older one that does not know of the commit.
void Conductor::RemoveLostFiles(const TableFlow& table) {
  const wal::Recovery& found = log_->recovery();
  const auto may_remove = [&, committed = table.committed()](const FileRecords& records) {
    const bool is_damaged = std::ranges::any_of(found.gaps, [&](const auto& gap) {
      return gap.first <= records.to && records.first <= gap.second;
    });
    const bool is_in_log = found.first != Lsn() && found.first <= records.first && !is_damaged;
    return records.to <= committed || is_in_log;
  };
  for (const schema::TableName& name : {table.name(), RejectsOf(table.name())}) {
    const Result<catalog::Table> opened = catalog_.LoadTable(name);
    Result<size_t> kept = opened ? RemoveLostAttempts(*opened, context_.stem_prefix, catalog_,
                                                      context_.buckets, may_remove)
                                 : std::unexpected(opened.error());
    if (!kept) {
      Log(LogLevel::kWarn, "flow", "unreferenced files stay until the next start",
          {{"table", name.ToString()}, {"error", kept.error().message()}});
    } else if (*kept > 0) {
      Log(LogLevel::kWarn, "flow",
          "data files that no snapshot lists are kept, since the log no longer has their rows: was "
          "an older catalog restored?",
          {{"table", name.ToString()}, {"files", *kept}});
    }
  }
}

void Conductor::Hold(const schema::TableName& table, const Error& why) {
  Log(LogLevel::kError, "flow",
      "a table is held back: its streams take no records until a restart finds it usable",
      {{"table", table.ToString()}, {"error", why.message()}});
  MutexLock lock(mutex_);
  held_.emplace(table, why.message());
  Metrics()
      .GetGauge("tarn_tables_held_back", "Tables whose records stay in the log until a restart.")
      .Set(static_cast<double>(held_.size()));
}

Status Conductor::Usable(const schema::TableName& table) const {
  MutexLock lock(mutex_);
  const auto held = held_.find(table);
  if (held == held_.end()) return {};
  return Fail(ErrorKind::kUnavailable,
              "table {} is held back, its acknowledged records are kept in the log: {}; mend that, "
              "then restart the server",
              table.ToString(), held->second);
}

// ---- streams
// -------------------------------------------------------------------------------------------------------

Result<StreamInfo> Conductor::Create(StreamDefinition definition) {
  MutexLock creating(create_mutex_);
  if (StreamOf(definition.name))
    return Fail(ErrorKind::kConflict, "stream '{}' exists", definition.name);
  const bool derived = definition.table.table.empty();
  const auto partitions = definition.partition_by ? Partitions::kAsGiven : Partitions::kAsTheyAre;
  definition = TRY(Complete(std::move(definition)));
  if (definition.created_us == 0) definition.created_us = clock_.NowMicros();
  if (derived) TRY(CheckDerivedName(definition));
  TRY(Usable(definition.table));
  const auto table = TRY(FlowFor(TableOf(definition.table), definition, partitions));
  TRY(table->CheckStream(definition));
  if (table->streams().empty() && table->covered() >= log_->next()) {
    return Fail(ErrorKind::kInvalid,
                "table {} or its rejects table has rows of records that this node's log has never "
                "had (was an older log restored?): name another table",
                definition.table.ToString());
  }
  const catalog::StreamRow row = TRY(AddRow(definition));
  const auto stream = std::make_shared<Stream>(row.id, definition, table);
  table->AddStream(row.id, definition);
  Publish({stream});
  Log(LogLevel::kInfo, "flow", "stream created",
      {{"stream", definition.name}, {"table", definition.table.ToString()}});
  return Describe(*stream);
}

// Keep the definition. A row that the catalog has and this node has not is one whose answer was
// lost, now or before: none of its records was ever taken, and it becomes this stream's.
Result<catalog::StreamRow> Conductor::AddRow(const StreamDefinition& definition) {
  const Json json = ToJson(definition);
  auto added = catalog_.AddStream(definition.name, json);
  const bool may_be_there = !added && (added.error().kind() == ErrorKind::kUnknownOutcome ||
                                       added.error().kind() == ErrorKind::kConflict);
  if (!may_be_there) return added;
  for (catalog::StreamRow& row : TRY(catalog_.ListStreams())) {
    if (row.name != definition.name) continue;
    TRY(catalog_.UpdateStream(row.id, json));
    row.definition = json;
    return std::move(row);
  }
  return added;
}

// A derived name that another stream's table has would mix two applications' rows by accident.
Status Conductor::CheckDerivedName(const StreamDefinition& definition) const {
  MutexLock lock(mutex_);
  for (const auto& [name, stream] : streams_) {
    if (stream->definition.table != definition.table) continue;
    return Fail(
        ErrorKind::kConflict,
        "the table {} of stream '{}' is fed by stream '{}': name a table, or another stream",
        definition.table.ToString(), definition.name, name);
  }
  return {};
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

std::shared_ptr<TableFlow> Conductor::TableOf(const schema::TableName& name) const {
  MutexLock lock(mutex_);
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : found->second;
}

StreamInfo Conductor::Summarize(const Stream& stream) const {
  StreamInfo info{.id = stream.id,
                  .definition = stream.definition,
                  .records = stream.records,
                  .bytes_received = stream.bytes,
                  .health = Usable(stream.definition.table)};
  info.held_back = !info.health;
  if (!stream.table) return info;
  info.live_rows = stream.table->live_rows();
  info.newest_visible_us = stream.table->newest_visible_us();
  if (info.health) info.health = stream.table->Health();
  return info;
}

StreamInfo Conductor::Describe(const Stream& stream) const {
  StreamInfo info = Summarize(stream);
  info.without_column.emplace();
  if (stream.table) info.without_column = stream.table->WithoutColumnOf(stream.id);
  return info;
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
  for (const auto& stream : streams) infos.push_back(Summarize(*stream));
  return infos;
}

Status Conductor::Delete(const std::string& name) {
  MutexLock creating(create_mutex_);
  const auto stream = StreamOf(name);
  if (!stream) return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  TRY(WaitForReplay());
  TRY(Usable(stream->definition.table));
  stream->deleting = true;
  const int64_t deadline_us = clock_.SteadyMicros() + kDeletePatienceUs;
  while (stream->in_flight > 0 && !stopping_ && clock_.SteadyMicros() < deadline_us)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // What other streams of the table bring from here on is not waited for; what this one may still
  // bring is no part of it.
  const bool is_drained = stream->in_flight == 0;
  const Lsn wanted = stream->table->enqueued();
  Status landed;
  do {
    landed = stream->table->LandTo(wanted,
                                   std::min(deadline_us, clock_.SteadyMicros() + kMicrosPerSecond));
  } while (!landed && !stopping_ && clock_.SteadyMicros() < deadline_us);
  if (!landed || !is_drained) {
    stream->deleting = stream->may_be_removed;
    return Fail(ErrorKind::kUnavailable,
                "stream '{}' keeps its rows until they land; try again later ({})", name,
                landed ? "appends are still running" : landed.error().message().c_str());
  }
  TRY(RemoveRow(*stream));
  stream->table->RemoveStream(stream->id);
  Forget(*stream);
  Log(LogLevel::kInfo, "flow", "stream deleted", {{"stream", name}});
  return {};
}

Status Conductor::ForceDelete(const std::string& name) {
  const Status deleted = Delete(name);
  if (deleted || deleted.error().kind() != ErrorKind::kUnavailable) return deleted;
  MutexLock creating(create_mutex_);
  const auto stream = StreamOf(name);
  if (!stream) return {};
  if (Usable(stream->definition.table)) return deleted;  // it will land yet
  stream->deleting = true;
  TRY(RemoveRow(*stream));
  Forget(*stream);
  const Lsn landed = stream->table ? stream->table->committed() : Lsn();
  Log(LogLevel::kError, "flow",
      "stream deleted by force: its acknowledged records in this range that are not in its table "
      "are given up",
      {{"stream", name},
       {"table", stream->definition.table.ToString()},
       {"first_lsn", std::max(log_->recovery().first, Lsn(landed.number() + 1)).number()},
       {"last_lsn", log_->durable().number()}});
  return {};
}

void Conductor::Forget(const Stream& stream) {
  MutexLock lock(mutex_);
  streams_.erase(stream.definition.name);
  streams_by_id_.erase(stream.id);
  if (stream.table && stream.table->streams().empty()) tables_.erase(stream.table->name());
}

// Take the stream out of the catalog. As long as it may be out, it takes no records: the next start
// would not know whose they are.
Status Conductor::RemoveRow(Stream& stream) {
  const Status removed = catalog_.RemoveStream(stream.id);
  if (removed || removed.error().kind() == ErrorKind::kNotFound) return {};
  // What an earlier attempt has left open, the failure of this one does not settle.
  stream.may_be_removed |= removed.error().kind() == ErrorKind::kUnknownOutcome;
  if (stream.may_be_removed) {
    const auto rows = TRY(While(catalog_.ListStreams(),
                                "stream '{}' may be deleted or not, and takes no records: delete "
                                "it again",
                                stream.definition.name));
    if (!std::ranges::contains(rows, stream.id, &catalog::StreamRow::id)) return {};
    stream.may_be_removed = false;
  }
  stream.deleting = false;
  return Fail(ErrorKind::kUnavailable, "stream '{}' is not deleted; try again later ({})",
              stream.definition.name, removed.error().message());
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
  // After accepting_ was seen: what the replay held back, and whose records it skipped, is held by
  // now.
  TRY(Usable(stream.definition.table));
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

Conductor::Rows Conductor::RowsOf(const schema::TableName& name) const {
  Rows rows{.name = name, .table = TableOf(name)};
  if (rows.table || !name.table.ends_with(schema::kRejectsSuffix)) return rows;
  rows.name.table.resize(name.table.size() - std::string_view(schema::kRejectsSuffix).size());
  rows.table = TableOf(rows.name);
  rows.set = RowSet::kRejects;
  return rows;
}

Result<std::vector<LiveRows::Part>> Conductor::Look(const schema::TableName& name) {
  const Rows rows = RowsOf(name);
  TRY(Usable(name));
  TRY(Usable(rows.name));
  if (!rows.table) return std::vector<LiveRows::Part>();
  TRY(WaitForReplay());
  return rows.table->Look(rows.set, !recovered_);
}

uint64_t Conductor::LiveRowsOf(const schema::TableName& name) const {
  const Rows rows = RowsOf(name);
  return rows.table ? rows.table->live_rows(rows.set) : 0;
}

Result<std::unique_ptr<RowTail>> Conductor::Follow(const std::string& name) {
  const auto stream = StreamOf(name);
  if (!stream) return Fail(ErrorKind::kNotFound, "there is no stream '{}'", name);
  TRY(Usable(stream->definition.table));
  if (!stream->table) {
    return Fail(ErrorKind::kUnavailable, "the table of stream '{}' is not open", name);
  }
  return std::make_unique<TableTail>(stream->table, [stream]() -> Status {
    if (!stream->deleting) return {};
    return Fail(ErrorKind::kNotFound, "the stream '{}' was deleted", stream->definition.name);
  });
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
  if (!Usable(stream->definition.table)) return {};
  const Lsn watermark = stream->table->committed();
  if (entry.last <= watermark) return {};
  if (entry.first <= watermark) entry = TrimTo(std::move(entry), watermark);
  const size_t bytes = TableFlow::RecordBytes(*entry.entry.block);
  if (TRY(MakeRoom(*stream->table, bytes))) stream->table->Enqueue(std::move(entry));
  return {};
}

// Take memory for replayed records, once earlier ones have landed where it is short.
//
// returns  false: the table cannot land, and is held back so that the others' records come
Result<bool> Conductor::MakeRoom(TableFlow& table, size_t bytes) {
  const int64_t stuck_at_us =
      clock_.SteadyMicros() + std::chrono::microseconds(options_.replay_patience).count();
  while (!budget_.Reserve(table.index(), bytes)) {
    if (stopping_) return Fail(ErrorKind::kCancelled, "stopping");
    if (budget_.used_by(table.index()) == 0) {  // more than its share, or others hold all
      budget_.Take(table.index(), bytes);
      break;
    }
    const Status health = table.Health();
    if (!health && clock_.SteadyMicros() > stuck_at_us) {
      Hold(table.name(), health.error());
      return false;
    }
    table.LandSoon();
    std::this_thread::sleep_for(kReplayWait);
  }
  return true;
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
  const std::string lagging = recovered_ ? "" : Lagging();
  if (!lagging.empty())
    return Fail(ErrorKind::kUnavailable, "acknowledged rows are not visible yet in {}", lagging);
  return log_->Health();
}

// returns  the tables that lack rows of before the start, but those that are held back
std::string Conductor::Lagging() const {
  std::string names;
  for (const auto& table : Tables()) {
    if (!table->is_lagging() || !Usable(table->name())) continue;
    names += (names.empty() ? "" : ", ") + table->name().ToString();
  }
  return names;
}

void Conductor::Pace(const std::stop_token& stop) {
  int64_t release_at_us = 0;
  while (!stop.stop_requested()) {
    const auto tables = Tables();
    RelieveMemory(tables);
    for (const auto& table : tables) table->Tick();
    if (replayed_ && !recovered_) recovered_ = Lagging().empty();
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
  MutexLock lock(mutex_);  // no stream is made in between, whose records would pin nothing
  for (const auto& [id, stream] : streams_by_id_)
    committed[id] = stream->table ? stream->table->committed() : Lsn();
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
