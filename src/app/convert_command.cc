#include "app/convert_command.h"

#include <cstdio>
#include <optional>
#include <stop_token>

#include "app/config.h"
#include "app/paths_text.h"
#include "app/progress.h"
#include "app/watched_work.h"
#include "base/json.h"
#include "lake/page_compression.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::app {
namespace {

Result<load::ConvertOptions> Read(const ConvertCommandOptions& options) {
  load::ConvertOptions convert = options.convert;
  if (options.format != "ndjson" && options.format != "text") {
    return Fail(ErrorKind::kInvalid, "format '{}' is not one of ndjson, text", options.format);
  }
  if (options.output != "table" && options.output != "json") {
    return Fail(ErrorKind::kInvalid, "output '{}' is not one of table, json", options.output);
  }
  if (options.format == "text") convert.format = load::RecordFormat::kText;
  if (!options.columns.empty()) convert.columns = options.columns;
  convert.memory_bytes_max = TRY(While(ParseBytes(options.memory), "--memory"));
  const lake::PageCompression codec =
      TRY(While(lake::ParsePageCompression(options.codec), "--codec"));
  convert.compression = codec.compression;
  convert.level = codec.level;
  return convert;
}

Result<load::ConvertSummary> ConvertWatched(const load::ConvertOptions& options) {
  load::ReadProgress progress;
  std::optional<Result<load::ConvertSummary>> outcome;
  const bool was_stopped = RunWatched("converting", progress, [&](const std::stop_token& stop) {
    outcome =
        load::Convert(options, os::UserFiles(options.sync), os::SystemEntropy(), &progress, stop);
  });
  if (was_stopped && !*outcome && outcome->error().kind() == ErrorKind::kCancelled) {
    return Fail(ErrorKind::kCancelled, "interrupted: nothing was written");
  }
  return *std::move(outcome);
}

Json SummaryJson(const load::ConvertSummary& summary, const load::ConvertOptions& options,
                 double seconds) {
  return Json::MakeObject({{"output", options.output},
                           {"inputs", static_cast<int64_t>(summary.inputs)},
                           {"bytes_read", static_cast<int64_t>(summary.bytes_read)},
                           {"rows", static_cast<int64_t>(summary.rows)},
                           {"rejects", static_cast<int64_t>(summary.rejects)},
                           {"files", static_cast<int64_t>(summary.files)},
                           {"bytes_written", static_cast<int64_t>(summary.bytes_written)},
                           {"seconds", seconds},
                           {"columns", summary.columns},
                           {"kept_in_rest", options.keep_rest},
                           {"without_column", PathsJson(summary.without_column)}});
}

void PrintSummary(const load::ConvertSummary& summary, const load::ConvertOptions& options,
                  double seconds) {
  std::printf("%s\n", Format("{}: {} rows, {} {} of {}, from {} in {:.2f} s ({}/s)", options.output,
                             summary.rows, summary.files, summary.files == 1 ? "file" : "files",
                             ByteText(summary.bytes_written), ByteText(summary.bytes_read), seconds,
                             ByteText(static_cast<uint64_t>(
                                 static_cast<double>(summary.bytes_read) / (seconds + 1e-9))))
                          .c_str());
  PrintPaths(summary.without_column,
             options.keep_rest ? "kept in _rest" : "left out (--rest keeps them)");
}

}  // namespace

Status RunConvert(const ConvertCommandOptions& options) {
  const load::ConvertOptions convert = TRY(Read(options));
  const int64_t begin_us = os::SystemClock().SteadyMicros();
  const load::ConvertSummary summary = TRY(ConvertWatched(convert));
  const double seconds = static_cast<double>(os::SystemClock().SteadyMicros() - begin_us) / 1e6;
  if (options.output == "json") {
    std::printf("%s\n", SummaryJson(summary, convert, seconds).Dump().c_str());
  } else {
    PrintSummary(summary, convert, seconds);
  }
  if (summary.rejects == 0) return {};
  if (!convert.rejects_file.empty()) {
    std::fprintf(stderr, "%llu bad records in %s\n",
                 static_cast<unsigned long long>(summary.rejects), convert.rejects_file.c_str());
    return {};
  }
  return Fail(ErrorKind::kInvalid,
              "{} of {} records were bad and are left out; --rejects FILE keeps them. One is {}",
              summary.rejects, summary.rows + summary.rejects, summary.first_reject);
}

}  // namespace tarn::app
