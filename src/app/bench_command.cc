#include "app/bench_command.h"

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "app/config.h"
#include "app/serve_command.h"
#include "base/whole_number.h"
#include "bench/acknowledgements.h"
#include "bench/derivation.h"
#include "bench/engine_comparison.h"
#include "bench/set_file.h"
#include "bench/shape_comparison.h"
#include "bench/user_look_up.h"
#include "os/clock.h"
#include "os/files.h"

namespace tarn::app {
namespace {

/// The folder that a benchmark works in: a new one, removed with all that is in it.
class WorkDirectory {
 public:
  static Result<WorkDirectory> Make(const std::string& parent) {
    std::error_code error;
    const std::filesystem::path above = parent.empty() ? std::filesystem::temp_directory_path(error)
                                                       : std::filesystem::path(parent);
    const std::string path = std::filesystem::absolute(
        above / ("tarn-bench-" + os::RandomUuid(os::SystemEntropy())), error);
    TRY(os::PosixFiles().MakeDirectories(path));
    return WorkDirectory(path);
  }
  ~WorkDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  WorkDirectory(WorkDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  const std::string& path() const { return path_; }

 private:
  explicit WorkDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

void Note(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

Result<std::vector<int>> ReadThreads(std::string_view text) {
  constexpr int kThreadsMax = 64;
  std::vector<int> threads;
  for (const std::string& item : bench::SplitList(text)) {
    const auto count = ParseWhole<int>(item);
    if (!count || *count < 1 || *count > kThreadsMax) {
      return Fail(ErrorKind::kInvalid, "--threads: '{}' is no number from 1 to {}", item,
                  kThreadsMax);
    }
    threads.push_back(*count);
  }
  return threads;
}

/// Those with one of these names; a pair has one name.
Result<std::vector<bench::DataSet>> ChooseSets(std::vector<bench::DataSet> all,
                                               std::string_view names) {
  const auto name_of = [](const bench::DataSet& set) {
    return set.pair.empty() ? set.name : set.pair;
  };
  const std::vector<std::string> chosen = bench::SplitList(names);
  for (const std::string& name : chosen) {
    if (!std::ranges::contains(all, name, name_of))
      return Fail(ErrorKind::kInvalid, "there is nothing named '{}' to measure", name);
  }
  if (!chosen.empty()) {
    std::erase_if(all,
                  [&](const auto& set) { return !std::ranges::contains(chosen, name_of(set)); });
  }
  return all;
}

/// in  options: with a directory; sets: to choose from
Result<bench::ComparisonOptions> Comparison(const BenchCommandOptions& options,
                                            std::vector<bench::DataSet> sets) {
  std::vector<std::string> skipped;
  bench::ComparisonOptions comparison{
      .sets = TRY(ChooseSets(std::move(sets), options.sets)),
      .engines = TRY(bench::FindEngines(options.peers, options.workplace, &skipped)),
      .threads = TRY(ReadThreads(options.threads)),
      .layouts = bench::SplitList(options.layouts),
      .scale = options.scale,
      .records = options.records,
      .rounds = options.rounds,
      .workplace = options.workplace};
  for (const std::string& line : skipped) Note(line);
  for (const std::string& layout : comparison.layouts) {
    if (layout != "single" && layout != "hive")
      return Fail(ErrorKind::kInvalid, "--layouts: '{}' is neither single nor hive", layout);
  }
  return comparison;
}

/// Texts go out as they come, JSON as one value at the end.
class Reports {
 public:
  explicit Reports(bool as_json) : as_json_(as_json) {}

  void Add(const std::string& text, Json json) {
    if (as_json_) all_.Push(std::move(json));
    if (!as_json_) std::puts(text.c_str());
    std::fflush(stdout);
  }
  /// in  is_right: what a comparison returned
  Status Finish(bool is_right) const {
    if (as_json_) std::puts(all_.DumpPretty().c_str());
    if (is_right) return {};
    return Fail(ErrorKind::kInternal, "Tarn failed, or its rows are not those of the input");
  }

 private:
  const bool as_json_;
  Json all_ = Json::MakeArray();
};

/// returns  the options with a directory of their own, which is the caller's to remove
BenchCommandOptions Inside(const WorkDirectory& directory, const BenchCommandOptions& options) {
  BenchCommandOptions inside = options;
  inside.workplace.directory = directory.path();
  return inside;
}

}  // namespace

Status RunBenchConvert(const BenchCommandOptions& options) {
  const WorkDirectory directory = TRY(WorkDirectory::Make(options.workplace.directory));
  const bench::ComparisonOptions comparison =
      TRY(Comparison(Inside(directory, options), {bench::ReferenceEvents(), bench::TypedEvents(),
                                                  bench::WideTelemetry(), bench::LogLines()}));
  Reports reports(options.output == "json");
  const bool is_right = TRY(bench::CompareEngines(
      comparison,
      [&](const bench::EngineReport& one) { reports.Add(ReportText(one), ReportJson(one)); },
      Note));
  return reports.Finish(is_right);
}

Status RunBenchShapes(const BenchCommandOptions& options) {
  const WorkDirectory directory = TRY(WorkDirectory::Make(options.workplace.directory));
  const bench::ComparisonOptions comparison =
      TRY(Comparison(Inside(directory, options), bench::ShapeSets()));
  Reports reports(options.output == "json");
  bool with_head = true;
  const bool is_right = TRY(bench::CompareShapes(
      comparison,
      [&](const bench::ShapeReport& one) {
        reports.Add(ReportText(one, std::exchange(with_head, false)), ReportJson(one));
      },
      Note));
  return reports.Finish(is_right);
}

Status RunBenchIngest(const BenchCommandOptions& options) {
  const WorkDirectory directory = TRY(WorkDirectory::Make(options.workplace.directory));
  bench::IngestBenchOptions ingest{
      .rounds = options.rounds,
      .time = std::chrono::milliseconds(static_cast<int64_t>(options.seconds * 1000)),
      .telegraf = options.telegraf,
      .workplace = options.workplace};
  ingest.workplace.directory = directory.path();
  if (options.telegraf.empty()) Note("telegraf is left out: --telegraf names its program");
  const std::vector<bench::IngestFigures> figures = TRY(bench::RunIngestBench(ingest, Note));
  std::puts(options.output == "json" ? IngestJson(figures).DumpPretty().c_str()
                                     : IngestText(figures).c_str());
  return {};
}

Status RunBenchQuery(const BenchCommandOptions& options) {
  const WorkDirectory directory = TRY(WorkDirectory::Make(options.workplace.directory));
  bench::QueryBenchOptions query{.repeats = options.repeats, .workplace = options.workplace};
  if (options.records > 0) query.records = options.records;
  query.workplace.directory = directory.path();
  const std::vector<bench::QueryFigures> figures = TRY(bench::RunQueryBench(query, Note));
  std::puts(options.output == "json" ? QueryJson(figures).DumpPretty().c_str()
                                     : QueryText(figures).c_str());
  return {};
}

Status RunBenchDerive(const BenchCommandOptions& options) {
  const WorkDirectory directory = TRY(WorkDirectory::Make(options.workplace.directory));
  bench::DeriveBenchOptions derive{.rounds = options.rounds,
                                   .workers = TRY(ReadThreads(options.threads)),
                                   .workplace = options.workplace,
                                   .spark_python = options.spark_python};
  if (options.records > 0) derive.records = options.records;
  derive.workplace.directory = directory.path();
  const std::vector<bench::DeriveFigures> figures = TRY(bench::RunDeriveBench(derive, Note));
  std::puts(options.output == "json" ? DeriveJson(figures).DumpPretty().c_str()
                                     : DeriveText(figures).c_str());
  if (bench::IsTarnRight(figures)) return {};
  return Fail(ErrorKind::kInternal, "Tarn's rows are not those of the Python decoder");
}

Status RunUnsyncedServer(const std::string& data) {
  // It ends with the benchmark that started it, however that ends.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    return Fail(ErrorKind::kInternal, "the end of the parent cannot be watched");
  if (os::PosixFiles().Stat(data))
    return Fail(ErrorKind::kConflict,
                "{} is there already: a server without syncs takes a new directory only", data);
  // The settings of the synced server that it stands beside.
  Config config = TRY(LoadConfig(std::nullopt, {})).config;
  config.data = data;
  config.listen = "127.0.0.1:0";
  return RunServe(config, os::UserFiles(false));
}

}  // namespace tarn::app
