#include "bench/engine_comparison.h"

#include <algorithm>
#include <filesystem>

namespace tarn::bench {
namespace {

constexpr double kMegabyte = 1e6;

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / kMegabyte; }

const ConversionFigures* TarnOf(const EngineReport& report) {
  const auto found = std::ranges::find(report.engines, kTarn, &ConversionFigures::engine);
  return found == report.engines.end() ? nullptr : &*found;
}

std::string FiguresText(const ConversionFigures& figures, const ConversionFigures* tarn) {
  if (!figures.failure.empty())
    return Format("  {:<17} failed: {}\n", figures.engine, figures.failure);
  const Spread wall = SpreadOf(figures.wall_s);
  const Spread wall_ratio = tarn ? RatiosWithinRounds(figures.wall_s, tarn->wall_s) : Spread();
  const Spread cpu_ratio = tarn ? RatiosWithinRounds(figures.cpu_s, tarn->cpu_s) : Spread();
  return Format(
      "  {:<17} {:>7.3f} {:>13} {:>7.3f} {:>6.0f} {:>8.2f} {:>6.2f} {:>8.0f} {:>8.1f} {:>6} "
      "{:>8.2f} {:>9.0f}  {}\n",
      figures.engine, wall.median, Format("{:.2f}-{:.2f}", wall.low, wall.high),
      SpreadOf(figures.cpu_s).median, Megabytes(figures.input_bytes) / wall.median,
      wall_ratio.median, cpu_ratio.median, Megabytes(figures.memory_peak_bytes),
      Megabytes(figures.output_bytes), figures.files, SpreadOf(figures.start_s).median,
      Megabytes(figures.start_memory_bytes), figures.rows);
}

}  // namespace

Result<bool> CompareEngines(const ComparisonOptions& options,
                            const std::function<void(const EngineReport&)>& report,
                            const NoteSink& note) {
  bool is_right = true;
  for (const DataSet& set : options.sets) {
    const SetFile file = TRY(MakeSetFile(set, options.records, options.scale, options.workplace));
    if (!file.digest_failure.empty())
      note(Format("{}: rows are not compared: {}", set.name, file.digest_failure));
    for (const std::string& layout : options.layouts) {
      for (const int threads : options.threads) {
        std::vector<Entry> entries;
        for (const Engine& engine : options.engines) {
          if (threads == 1 || engine.is_threaded) entries.push_back({&engine, &file});
        }
        const RoundsPlan plan{.is_partitioned = layout == "hive",
                              .threads = threads,
                              .rounds = options.rounds,
                              .workplace = options.workplace};
        const EngineReport done{
            .layout = layout, .threads = threads, .engines = TRY(RunRounds(entries, plan))};
        is_right = is_right && IsTarnRight(done.engines);
        report(done);
      }
    }
    TRY(RemoveSetFile(file));
  }
  return is_right;
}

std::string ReportText(const EngineReport& report) {
  if (report.engines.empty()) return "";
  const ConversionFigures& first = report.engines.front();
  std::string text = Format("{}, {}, {} {}: {} records, {:.1f} MB\n", first.set, report.layout,
                            report.threads, report.threads == 1 ? "thread" : "threads",
                            first.records, Megabytes(first.input_bytes));
  text +=
      Format("  {:<17} {:>7} {:>13} {:>7} {:>6} {:>8} {:>6} {:>8} {:>8} {:>6} {:>8} {:>9}  {}\n",
             "ENGINE", "WALL s", "LOW-HIGH", "CPU s", "MB/s", "x TARN'S", "x CPU", "PEAK MB",
             "OUT MB", "FILES", "+START s", "START MB", "ROWS");
  for (const ConversionFigures& figures : report.engines)
    text += FiguresText(figures, TarnOf(report));
  return text;
}

Json ReportJson(const EngineReport& report) {
  if (report.engines.empty()) return Json();
  const ConversionFigures* tarn = TarnOf(report);
  Json engines = Json::MakeArray();
  for (const ConversionFigures& figures : report.engines) {
    Json engine = FiguresJson(figures);
    if (tarn != nullptr && figures.failure.empty()) {
      engine.Set("wall_of_tarn", SpreadJson(RatiosWithinRounds(figures.wall_s, tarn->wall_s)));
      engine.Set("cpu_of_tarn", SpreadJson(RatiosWithinRounds(figures.cpu_s, tarn->cpu_s)));
    }
    engines.Push(std::move(engine));
  }
  const ConversionFigures& first = report.engines.front();
  return Json::MakeObject({{"set", first.set},
                           {"layout", report.layout},
                           {"threads", report.threads},
                           {"records", static_cast<int64_t>(first.records)},
                           {"input_bytes", static_cast<int64_t>(first.input_bytes)},
                           {"engines", std::move(engines)}});
}

}  // namespace tarn::bench
