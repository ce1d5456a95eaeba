#include "app/convert_command.h"

#include <charconv>
#include <cstdio>
#include <optional>
#include <stop_token>
#include <thread>

#include "app/config.h"
#include "app/progress.h"
#include "app/signals.h"
#include "base/json.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr std::chrono::milliseconds kLookEvery{50};
constexpr size_t kPathsShown = 10;

struct CodecRule {
  std::string_view name;
  codec::Compression compression;
  int level;      // without one given
  int level_max;  // 0: it has no levels
};
constexpr CodecRule kCodecs[] = {{"zstd", codec::Compression::kZstd, 1, 22},
                                 {"gzip", codec::Compression::kGzip, 6, 9},
                                 {"snappy", codec::Compression::kSnappy, 0, 0},
                                 {"none", codec::Compression::kNone, 0, 0}};

/// in  text: `zstd`, `zstd:3`, …
Status ReadCodec(std::string_view text, load::ConvertOptions* options) {
  const size_t colon = text.find(':');
  const std::string_view level = colon == text.npos ? "" : text.substr(colon + 1);
  for (const CodecRule& rule : kCodecs) {
    if (text.substr(0, colon) != rule.name) continue;
    options->compression = rule.compression;
    options->level = rule.level;
    if (colon == text.npos) return {};
    const auto [end, code] =
        std::from_chars(level.data(), level.data() + level.size(), options->level);
    const bool is_number = code == std::errc() && end == level.data() + level.size();
    if (is_number && options->level >= 1 && options->level <= rule.level_max) return {};
    if (rule.level_max == 0) return Fail(ErrorKind::kInvalid, "codec {} has no levels", rule.name);
    return Fail(ErrorKind::kInvalid, "the level of {} is 1 to {}, not '{}'", rule.name,
                rule.level_max, level);
  }
  return Fail(ErrorKind::kInvalid, "codec '{}' is not one of zstd, gzip, snappy, none", text);
}

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
  TRY(ReadCodec(options.codec, &convert));
  return convert;
}

/// A conversion in a thread of its own, so that this one can watch it and the signals.
Result<load::ConvertSummary> ConvertWatched(const load::ConvertOptions& options) {
  BlockStopSignals();
  load::ReadProgress progress;
  std::stop_source stop;
  std::optional<Result<load::ConvertSummary>> outcome;
  std::atomic<bool> is_done = false;
  std::jthread conversion([&] {
    outcome = load::Convert(options, os::UserFiles(options.sync), os::SystemEntropy(), &progress,
                            stop.get_token());
    is_done = true;
    is_done.notify_all();
  });
  std::optional<Progress> bar;
  while (!is_done) {
    if (WaitForStopSignalFor(kLookEvery) != 0) stop.request_stop();
    if (!bar && progress.bytes_read > 0)
      bar.emplace("converting", progress.bytes_total.load(), "B");
    if (bar) bar->Update(progress.bytes_read);
  }
  conversion.join();
  bar.reset();
  if (stop.stop_requested() && !*outcome) {
    return Fail(ErrorKind::kCancelled, "interrupted: nothing was written");
  }
  return std::move(*outcome);
}

Json SummaryJson(const load::ConvertSummary& summary, const load::ConvertOptions& options,
                 double seconds) {
  Json without_column = Json::MakeArray();
  for (const auto& path : summary.without_column) {
    without_column.Push(Json::MakeObject(
        {{"path", path.path}, {"why", path.why}, {"count", static_cast<int64_t>(path.count)}}));
  }
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
                           {"without_column", std::move(without_column)}});
}

void PrintSummary(const load::ConvertSummary& summary, const load::ConvertOptions& options,
                  double seconds) {
  std::printf("%s\n", Format("{}: {} rows, {} {} of {}, from {} in {:.2f} s ({}/s)", options.output,
                             summary.rows, summary.files, summary.files == 1 ? "file" : "files",
                             ByteText(summary.bytes_written), ByteText(summary.bytes_read), seconds,
                             ByteText(static_cast<uint64_t>(
                                 static_cast<double>(summary.bytes_read) / (seconds + 1e-9))))
                          .c_str());
  if (summary.without_column.empty()) return;
  std::printf("without a column, %s:\n",
              options.keep_rest ? "kept in _rest" : "left out (--rest keeps them)");
  for (size_t i = 0; i < std::min(summary.without_column.size(), kPathsShown); ++i) {
    const auto& path = summary.without_column[i];
    std::printf("  %s  %s  %llu\n", path.path.c_str(), path.why.c_str(),
                static_cast<unsigned long long>(path.count));
  }
  if (summary.without_column.size() > kPathsShown)
    std::printf("  and %zu other paths\n", summary.without_column.size() - kPathsShown);
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
