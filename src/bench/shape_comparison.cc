#include "bench/shape_comparison.h"

namespace tarn::bench {
namespace {

/// Processor time by byte of input, in ns, by round.
std::vector<double> CostsOf(const ConversionFigures& figures) {
  std::vector<double> costs;
  for (const double cpu_s : figures.cpu_s)
    costs.push_back(cpu_s * 1e9 / static_cast<double>(figures.input_bytes));
  return costs;
}

/// The cost by that of the pair's first set with the same engine, of the same round.
Spread RatioOf(const ShapeReport& report, size_t place) {
  return RatiosWithinRounds(CostsOf(report.figures[place]),
                            CostsOf(report.figures[place - place % 2]));
}

}  // namespace

Result<bool> CompareShapes(const ComparisonOptions& options,
                           const std::function<void(const ShapeReport&)>& report,
                           const NoteSink& note) {
  bool is_right = true;
  for (size_t i = 0; i + 1 < options.sets.size(); i += 2) {
    std::vector<SetFile> files;
    for (const DataSet& set : {options.sets[i], options.sets[i + 1]}) {
      files.push_back(TRY(MakeSetFile(set, options.records, options.scale, options.workplace)));
      if (!files.back().digest_failure.empty())
        note(Format("{}: rows are not compared: {}", set.name, files.back().digest_failure));
    }
    std::vector<Entry> entries;
    for (const Engine& engine : options.engines) {
      for (const SetFile& file : files) entries.push_back({&engine, &file});
    }
    for (const int threads : options.threads) {
      const RoundsPlan plan{.is_partitioned = !options.sets[i].partition_by.empty(),
                            .threads = threads,
                            .rounds = options.rounds,
                            .workplace = options.workplace};
      const ShapeReport done{.threads = threads, .figures = TRY(RunRounds(entries, plan))};
      is_right = is_right && IsTarnRight(done.figures);
      report(done);
    }
    for (const SetFile& file : files) TRY(RemoveSetFile(file));
  }
  return is_right;
}

std::string ReportText(const ShapeReport& report, bool with_head) {
  std::string text;
  if (with_head)
    text = Format(
        "{:<17} {:<9} {:>7} {:>8} {:>7} {:>8} {:>13} {:>8} {:>8} {:>7} {:>8} {:>8} {:>6}  {}\n",
        "SHAPE", "ENGINE", "THREADS", "RECORDS", "MB", "WALL s", "LOW-HIGH", "CPU s", "ns/BYTE",
        "x FIRST", "PEAK MB", "OUT MB", "FILES", "ROWS");
  for (size_t i = 0; i < report.figures.size(); ++i) {
    const ConversionFigures& one = report.figures[i];
    const std::string begin = Format("{:<17} {:<9} {:>7}", one.set, one.engine, report.threads);
    if (!one.failure.empty()) {
      text += Format("{} failed: {}\n", begin, one.failure);
      continue;
    }
    const Spread wall = SpreadOf(one.wall_s);
    text += Format(
        "{} {:>8} {:>7.1f} {:>8.3f} {:>13} {:>8.3f} {:>8.2f} {:>7.2f} {:>8.0f} {:>8.1f} {:>6}  "
        "{}\n",
        begin, one.records, static_cast<double>(one.input_bytes) / 1e6, wall.median,
        Format("{:.2f}-{:.2f}", wall.low, wall.high), SpreadOf(one.cpu_s).median,
        SpreadOf(CostsOf(one)).median, RatioOf(report, i).median,
        static_cast<double>(one.memory_peak_bytes) / 1e6,
        static_cast<double>(one.output_bytes) / 1e6, one.files, one.rows);
  }
  return text;
}

Json ReportJson(const ShapeReport& report) {
  Json all = Json::MakeArray();
  for (size_t i = 0; i < report.figures.size(); ++i) {
    const ConversionFigures& one = report.figures[i];
    Json json = FiguresJson(one);
    json.Set("set", one.set);
    json.Set("threads", report.threads);
    json.Set("records", static_cast<int64_t>(one.records));
    json.Set("input_bytes", static_cast<int64_t>(one.input_bytes));
    json.Set("cpu_ns_per_byte", SpreadJson(SpreadOf(CostsOf(one))));
    json.Set("cost_of_first", SpreadJson(RatioOf(report, i)));
    all.Push(std::move(json));
  }
  return all;
}

}  // namespace tarn::bench
