#include "app/load_command.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/data_directory.h"
#include "app/paths_text.h"
#include "app/progress.h"
#include "app/table_command.h"
#include "app/watched_work.h"
#include "base/json.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "lake/page_compression.h"
#include "load/input_paths.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

Result<load::LoadOptions> Read(const LoadCommandOptions& options) {
  load::LoadOptions load = options.load;
  load.table = TableNameOf(options.into);
  if (options.format == "text") load.format = load::RecordFormat::kText;
  if (!options.columns.empty()) load.columns = options.columns;
  load.memory_bytes_max = TRY(While(ParseBytes(options.memory), "--memory"));
  load.commit_bytes = TRY(While(ParseBytes(options.commit_every), "--commit-every"));
  const lake::PageCompression codec =
      TRY(While(lake::ParsePageCompression(options.codec), "--codec"));
  load.compression = codec.compression;
  load.level = codec.level;
  return load;
}

Result<load::LoadSummary> LoadWatched(const LoadCommandOptions& command,
                                      const load::LoadOptions& options) {
  os::Files& files = os::PosixFiles();
  const DataPaths paths = TRY(FindOrMakeDataDirectory(command.data, files, [&]() -> Status {
    TRY(load::FindInputs(options.inputs, files));
    return {};
  }));
  auto buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
  auto catalog =
      TRY(While(catalog::Catalog::Open({.path = paths.catalog(), .default_bucket = command.bucket},
                                       *buckets, os::SystemClock(), os::SystemEntropy()),
                "opening {}", paths.catalog()));
  const load::LoadPlace place{*catalog, *buckets,          paths.root + "/run",
                              files,    os::SystemClock(), os::SystemEntropy()};
  load::LoadProgress progress;
  std::optional<Result<load::LoadSummary>> outcome;
  const bool was_stopped = RunWatched(
      "loading", progress.reading,
      [&](const std::stop_token& stop) { outcome = load::Load(options, place, &progress, stop); });
  if (*outcome) return *std::move(outcome);
  const std::string so_far =
      progress.rows_committed == 0
          ? "this load has committed nothing"
          : Format("{} new records are in the table; the same command goes on behind them{}",
                   progress.rows_committed.load(), options.again ? ", without --again" : "");
  const Error& error = outcome->error();
  if (was_stopped && error.kind() == ErrorKind::kCancelled)
    return Fail(ErrorKind::kCancelled, "interrupted: {}", so_far);
  if (progress.rows_committed == 0) return *std::move(outcome);
  return Fail(error.kind(), "{} ({})", error.message(), so_far);
}

Json SummaryJson(const load::LoadSummary& summary, const load::LoadOptions& options,
                 double seconds) {
  return Json::MakeObject({{"table", options.table.ToString()},
                           {"sources", static_cast<int64_t>(summary.sources)},
                           {"sources_unchanged", static_cast<int64_t>(summary.sources_unchanged)},
                           {"bytes_read", static_cast<int64_t>(summary.bytes_read)},
                           {"rows", static_cast<int64_t>(summary.rows)},
                           {"rejects", static_cast<int64_t>(summary.rejects)},
                           {"commits", static_cast<int64_t>(summary.commits)},
                           {"files", static_cast<int64_t>(summary.files)},
                           {"bytes_written", static_cast<int64_t>(summary.bytes_written)},
                           {"seconds", seconds},
                           {"columns", summary.columns},
                           {"unfinished", Json::MakeArray(summary.unfinished)},
                           {"without_column", PathsJson(summary.without_column)}});
}

std::string Counted(uint64_t count, const std::string& thing) {
  return Format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void PrintSummary(const load::LoadSummary& summary, const std::string& table, double seconds) {
  std::string text;
  if (summary.rows + summary.rejects == 0) {
    text = Format("{}: nothing new in {}", table, Counted(summary.sources, "source"));
  } else {
    text = Format("{}: {} in {} of {}, from {} in {:.2f} s ({}/s)", table,
                  Counted(summary.rows, "new row"), Counted(summary.files, "file"),
                  ByteText(summary.bytes_written), ByteText(summary.bytes_read), seconds,
                  ByteText(static_cast<uint64_t>(static_cast<double>(summary.bytes_read) /
                                                 (seconds + 1e-9))));
    if (summary.sources_unchanged > 0) {
      text += Format("; {} of {} had nothing new", summary.sources_unchanged,
                     Counted(summary.sources, "source"));
    }
  }
  std::printf("%s\n", text.c_str());
  PrintPaths(summary.without_column, "kept in _rest");
}

/// What the user may want to do something about.
void PrintNotes(const load::LoadSummary& summary, const std::string& table) {
  if (summary.rejects > 0) {
    std::fprintf(
        stderr, "%s\n",
        Format("{}: {}_rejects has {}, with the reason", Counted(summary.rejects, "bad record"),
               table, summary.rejects == 1 ? "it" : "them")
            .c_str());
  }
  for (const std::string& name : summary.unfinished) {
    std::fprintf(
        stderr, "%s\n",
        Format("'{}' ends in the middle of a record, which is left until it is whole", name)
            .c_str());
  }
}

}  // namespace

Status RunLoad(const LoadCommandOptions& options) {
  ConfigureLog({.level = LogLevel::kWarn, .json = false});
  const load::LoadOptions load = TRY(Read(options));
  const int64_t begin_us = os::SystemClock().SteadyMicros();
  const load::LoadSummary summary = TRY(LoadWatched(options, load));
  const double seconds = static_cast<double>(os::SystemClock().SteadyMicros() - begin_us) / 1e6;
  if (options.output == "json") {
    std::printf("%s\n", SummaryJson(summary, load, seconds).Dump().c_str());
  } else {
    PrintSummary(summary, load.table.ToString(), seconds);
  }
  std::fflush(stdout);
  PrintNotes(summary, load.table.ToString());
  return {};
}

}  // namespace tarn::app
