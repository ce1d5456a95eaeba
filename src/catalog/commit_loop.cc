#include "catalog/commit_loop.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>

#include "base/log.h"
#include "base/metrics.h"
#include "catalog/obsolete_files.h"

namespace tarn::catalog {
namespace {

constexpr int kDoublingsMax = 5;

/// Whether the same read may answer a moment later.
bool MayAnswerLater(const Error& error) {
  return error.kind() == ErrorKind::kUnavailable || error.kind() == ErrorKind::kIo;
}

std::optional<std::string> PlanOf(const RunState& state) {
  if (!state.current) return std::nullopt;
  return state.current->plan_id;
}

class CommitRun {
 public:
  CommitRun(const CommitContext& context, std::span<TableChange* const> changes, RowChanges rows)
      : context_(context), changes_(changes), rows_(std::move(rows)) {}

  Result<std::vector<MetadataPointer>> Run() {
    for (int attempt = 0; attempt < context_.limits.attempts_max; ++attempt) {
      if (attempt > 0) WaitBeforeRetry(context_, attempt);
      const auto done = Attempt();
      if (!done) return std::unexpected(Failed(done.error()));
      if (*done) return std::move(after_);
    }
    return std::unexpected(
        Failed(Error(ErrorKind::kUnavailable,
                     Format("{}: gave up after {} conflicts with other writers",
                            changes_[0]->name().ToString(), context_.limits.attempts_max))));
  }

 private:
  /// returns  true: the changes are in, `after_` has the tables
  Result<bool> Attempt() {
    TRY(LoadBases());
    if (is_unknown_ && TRY(IsInAfterAll())) return true;
    TRY(CheckSources());
    if (TRY(AreRunsIn())) return EndUnchanged();
    FollowRuns();
    if (const Status planned = PlanAll(); !planned) {
      // A file of the base is gone where other writers have expired it since: begin from theirs.
      const bool is_stale = planned.error().kind() == ErrorKind::kNotFound && TRY(HasMoved());
      if (!is_stale) return std::unexpected(planned.error());
      RemoveAttempt();
      return false;
    }
    if (swap_.empty() && rows_.sources.empty() && rows_.runs.empty()) return true;
    const auto outcome = context_.pointers.Swap(swap_, rows_);
    if (!outcome && outcome.error().kind() == ErrorKind::kUnknownOutcome) {
      Log(LogLevel::kWarn, "catalog", "the outcome of a commit is unknown; reading the catalog",
          {{"error", outcome.error().message()}});
      is_unknown_ = was_unknown_ = true;
      return false;
    }
    if (!outcome) return std::unexpected(outcome.error());
    if (*outcome == SwapOutcome::kConflict) {
      Metrics().GetCounter("tarn_catalog_conflicts_total", "Swaps lost to another writer").Add(1);
      RemoveAttempt();
      return false;
    }
    for (size_t i = 0; i < changes_.size(); ++i) {
      const MetadataPointer& before = bases_[i].metadata;
      if (after_[i] != before) RemoveObsolete(context_.files, *before, *after_[i]);
    }
    return true;
  }

  Status LoadBases() {
    const int reads = is_unknown_ ? context_.limits.unknown_reads_max : 1;
    for (int read = 1;; ++read) {
      const Status loaded = TryLoadBases();
      if (loaded || read >= reads || !MayAnswerLater(loaded.error())) return loaded;
      WaitBeforeRetry(context_, read);
    }
  }

  Status TryLoadBases() {
    bases_.clear();
    at_ = TRY(ReadSources());
    for (const TableChange* change : changes_) {
      bases_.push_back(TRY(LoadState(context_.pointers, context_.files, change->name())));
    }
    // After the tables: a run that the tables show must be seen as recorded.
    runs_at_ = TRY(ReadRuns());
    return {};
  }

  /// Where the sources are, in order.
  Result<std::vector<std::optional<SourceState>>> ReadSources() {
    std::vector<std::optional<SourceState>> states;
    const std::vector<SourceChange>& sources = rows_.sources;
    for (size_t begin = 0, end = 0; begin < sources.size(); begin = end) {
      std::vector<std::string> uris;
      for (; end < sources.size() && sources[end].table_uuid == sources[begin].table_uuid; ++end)
        uris.push_back(sources[end].progress.to.uri);
      std::ranges::move(TRY(context_.pointers.ReadSources(sources[begin].table_uuid, uris)),
                        std::back_inserter(states));
    }
    return states;
  }

  /// What is recorded of the partitions of the runs, in order.
  Result<std::vector<RunState>> ReadRuns() {
    std::vector<RunState> states;
    const std::vector<RunChange>& runs = rows_.runs;
    for (size_t begin = 0, end = 0; begin < runs.size(); begin = end) {
      std::vector<DerivedRun> asked;
      for (; end < runs.size() && runs[end].table_uuid == runs[begin].table_uuid; ++end)
        asked.push_back(runs[end].to);
      std::ranges::move(TRY(context_.pointers.ReadRuns(runs[begin].table_uuid, asked)),
                        std::back_inserter(states));
    }
    return states;
  }

  Status CheckSources() {
    for (size_t i = 0; i < rows_.sources.size(); ++i) {
      const SourceProgress& progress = rows_.sources[i].progress;
      if (at_[i] == progress.from) continue;
      return Fail(
          ErrorKind::kConflict,
          "{}: another load has taken it on meanwhile, from byte {} to byte {}: run the load "
          "again, it goes on from there",
          progress.to.uri, progress.from ? progress.from->position : 0,
          at_[i] ? at_[i]->position : 0);
    }
    return {};
  }

  bool IsTableOf(const RunChange& run) const {
    return std::ranges::any_of(
        bases_, [&](const TableState& base) { return base.metadata->uuid == run.table_uuid; });
  }

  /// True where the runs were recorded by an earlier commit of their plan, and still hold.
  /// errors  kConflict: another plan has replaced some since
  Result<bool> AreRunsIn() const {
    if (!std::ranges::any_of(runs_at_, &RunState::was_committed)) return false;
    for (size_t i = 0; i < runs_at_.size(); ++i) {
      const RunChange& run = rows_.runs[i];
      if (!IsTableOf(run)) return false;  // it was dropped: the plan of its change says so
      const std::optional<DerivedRun>& current = runs_at_[i].current;
      if (current && current->plan_id == run.to.plan_id) continue;
      return Fail(ErrorKind::kConflict,
                  "plan {} was committed before, and partition '{}' is of another run now",
                  run.to.plan_id, run.to.partition);
    }
    return true;
  }

  /// The runs are recorded already: show the tables as they are, which may be newer than what was
  /// read before the records were.
  Result<bool> EndUnchanged() {
    TRY(TryLoadBases());
    KeepBases();
    RemoveShared();
    return true;
  }

  /// Replace the runs that are recorded now, with the files of their rejects.
  void FollowRuns() {
    std::vector<std::string> rejects;
    for (size_t i = 0; i < runs_at_.size(); ++i) {
      const std::optional<DerivedRun>& current = runs_at_[i].current;
      rows_.runs[i].from.reset();
      if (!current) continue;
      rows_.runs[i].from = current->plan_id;
      rejects.insert(rejects.end(), current->rejects.begin(), current->rejects.end());
    }
    for (TableChange* change : changes_) change->MustRemove(rejects);
  }

  /// After an unknown outcome: all changes are in or none is. Where a pointer has left the place
  /// that the unknown swap started from, that swap can never happen any more.
  Result<bool> IsInAfterAll() {
    KeepBases();
    for (size_t i = 0; i < changes_.size(); ++i) {
      if (TRY(changes_[i]->IsIn(*bases_[i].metadata))) return true;
    }
    for (size_t i = 0; i < rows_.sources.size(); ++i) {
      const SourceProgress& progress = rows_.sources[i].progress;
      if (at_[i] == progress.to) return true;
      if (at_[i] != progress.from) is_unknown_ = false;
    }
    for (size_t i = 0; i < runs_at_.size(); ++i) {
      if (runs_at_[i].was_committed) return true;
      if (PlanOf(runs_at_[i]) != rows_.runs[i].from) is_unknown_ = false;
    }
    for (const PointerChange& change : swap_) {
      const auto base = std::ranges::find(bases_, change.from, &TableState::pointer);
      if (base == bases_.end()) is_unknown_ = false;
    }
    return false;
  }

  /// True where a table is not any more what was read.
  Result<bool> HasMoved() {
    for (size_t i = 0; i < changes_.size(); ++i) {
      const auto pointer = TRY(context_.pointers.Read(changes_[i]->name()));
      if (pointer != bases_[i].pointer) return true;
    }
    return false;
  }

  void KeepBases() {
    after_.clear();
    for (const TableState& base : bases_) after_.push_back(base.metadata);
  }

  Status PlanAll() {
    swap_.clear();
    written_.clear();
    KeepBases();
    for (size_t i = 0; i < changes_.size(); ++i) {
      const iceberg::TableMetadata& base = *bases_[i].metadata;
      const auto next = TRY(changes_[i]->Plan(base, &written_));
      if (!next) continue;
      const std::string uri = NextMetadataUri(base, context_.files.NewUuid());
      written_.push_back(uri);
      after_[i] = TRY(context_.files.WriteMetadata(uri, *next));
      swap_.push_back({changes_[i]->name(), bases_[i].pointer, uri});
    }
    return {};
  }

  void RemoveAttempt() {
    if (was_unknown_) return;
    for (const std::string& uri : written_) context_.files.Remove(uri);
    written_.clear();
  }

  void RemoveShared() {
    if (was_unknown_) return;
    for (const TableChange* change : changes_) {
      for (const std::string& uri : change->SharedFiles()) context_.files.Remove(uri);
    }
  }

  /// Clean up, as far as it is known that nothing was applied. returns  what to tell the caller
  Error Failed(const Error& error) {
    if (is_unknown_) {
      return Error(ErrorKind::kUnknownOutcome,
                   Format("{}: it may have been applied: {}", changes_[0]->name().ToString(),
                          error.message()));
    }
    RemoveAttempt();
    RemoveShared();
    return error;
  }

  const CommitContext& context_;
  const std::span<TableChange* const> changes_;
  RowChanges rows_;
  std::vector<std::optional<SourceState>> at_;  // where the sources are, as last read
  std::vector<RunState> runs_at_;               // what is recorded of the runs, as last read
  std::vector<TableState> bases_;
  std::vector<MetadataPointer> after_;
  std::vector<PointerChange> swap_;
  std::vector<std::string> written_;  // by this attempt
  bool is_unknown_ = false;           // a swap may have happened, or may yet
  bool was_unknown_ = false;          // then nothing is ever deleted
};

}  // namespace

Result<TableState> LoadState(PointerStore& pointers, TableFiles& files,
                             const schema::TableName& name) {
  const auto pointer = TRY(pointers.Read(name));
  if (!pointer) return Fail(ErrorKind::kNotFound, "table {} does not exist", name.ToString());
  auto metadata = files.Metadata(*pointer);
  if (!metadata && metadata.error().kind() == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kCorrupt, "table {}: {}", name.ToString(), metadata.error().message());
  }
  return TableState{*pointer, TRY(While(std::move(metadata), "table {}", name.ToString()))};
}

Status CheckUuid(const schema::TableName& name, const std::string& uuid,
                 const iceberg::TableMetadata& found) {
  if (found.uuid == uuid) return {};
  return Fail(ErrorKind::kNotFound, "table {} was dropped, and another one has its name now",
              name.ToString());
}

Result<std::vector<MetadataPointer>> Commit(const CommitContext& context,
                                            std::span<TableChange* const> changes,
                                            RowChanges rows) {
  return CommitRun(context, changes, std::move(rows)).Run();
}

void WaitBeforeRetry(const CommitContext& context, int attempt) {
  const int64_t longest_us = (context.limits.wait_ms * 1000)
                             << std::min(attempt - 1, kDoublingsMax);
  if (longest_us <= 0) return;
  const uint64_t wait_us = context.entropy.Random64() % static_cast<uint64_t>(longest_us);
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
}

}  // namespace tarn::catalog
