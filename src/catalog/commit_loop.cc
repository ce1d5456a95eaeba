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

class CommitRun {
 public:
  CommitRun(const CommitContext& context, std::span<TableChange* const> changes,
            std::span<const SourceChange> sources)
      : context_(context), changes_(changes), sources_(sources.begin(), sources.end()) {}

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
    if (const Status planned = PlanAll(); !planned) {
      // A file of the base is gone where other writers have expired it since: begin from theirs.
      const bool is_stale = planned.error().kind() == ErrorKind::kNotFound && TRY(HasMoved());
      if (!is_stale) return std::unexpected(planned.error());
      RemoveAttempt();
      return false;
    }
    if (swap_.empty() && sources_.empty()) return true;
    const auto outcome = context_.pointers.Swap(swap_, sources_);
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
    return {};
  }

  /// Where the sources are, in order.
  Result<std::vector<std::optional<SourceState>>> ReadSources() {
    std::vector<std::optional<SourceState>> states;
    for (size_t begin = 0, end = 0; begin < sources_.size(); begin = end) {
      std::vector<std::string> uris;
      for (; end < sources_.size() && sources_[end].table_uuid == sources_[begin].table_uuid; ++end)
        uris.push_back(sources_[end].progress.to.uri);
      std::ranges::move(TRY(context_.pointers.ReadSources(sources_[begin].table_uuid, uris)),
                        std::back_inserter(states));
    }
    return states;
  }

  Status CheckSources() {
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (at_[i] == sources_[i].progress.from) continue;
      return Fail(
          ErrorKind::kConflict,
          "{}: another load has taken it on meanwhile, from byte {} to byte {}: run the load "
          "again, it goes on from there",
          sources_[i].progress.to.uri,
          sources_[i].progress.from ? sources_[i].progress.from->position : 0,
          at_[i] ? at_[i]->position : 0);
    }
    return {};
  }

  /// After an unknown outcome: all changes are in or none is. Where a pointer has left the place
  /// that the unknown swap started from, that swap can never happen any more.
  Result<bool> IsInAfterAll() {
    KeepBases();
    for (size_t i = 0; i < changes_.size(); ++i) {
      if (TRY(changes_[i]->IsIn(*bases_[i].metadata))) return true;
    }
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (at_[i] == sources_[i].progress.to) return true;
      if (at_[i] != sources_[i].progress.from) is_unknown_ = false;
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

  /// Clean up, as far as it is known that nothing was applied. returns  what to tell the caller
  Error Failed(const Error& error) {
    if (is_unknown_) {
      return Error(ErrorKind::kUnknownOutcome,
                   Format("{}: it may have been applied: {}", changes_[0]->name().ToString(),
                          error.message()));
    }
    RemoveAttempt();
    if (!was_unknown_) {
      for (const TableChange* change : changes_) {
        for (const std::string& uri : change->SharedFiles()) context_.files.Remove(uri);
      }
    }
    return error;
  }

  const CommitContext& context_;
  const std::span<TableChange* const> changes_;
  const std::vector<SourceChange> sources_;
  std::vector<std::optional<SourceState>> at_;  // where the sources are, as last read
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
                                            std::span<const SourceChange> sources) {
  return CommitRun(context, changes, sources).Run();
}

void WaitBeforeRetry(const CommitContext& context, int attempt) {
  const int64_t longest_us = (context.limits.wait_ms * 1000)
                             << std::min(attempt - 1, kDoublingsMax);
  if (longest_us <= 0) return;
  const uint64_t wait_us = context.entropy.Random64() % static_cast<uint64_t>(longest_us);
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
}

}  // namespace tarn::catalog
