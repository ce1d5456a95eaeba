#include "bench/derivation.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "bench/process.h"
#include "bench/raw_objects.h"
#include "bench/set_file.h"

namespace tarn::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "python";
constexpr const char* kTarnTask = "tarn, a task";
constexpr const char* kSpark = "pyspark";
constexpr const char* kAskFrames = "query, frames";
constexpr const char* kAskTable = "query, table";

std::string DataOf(const Workplace& workplace) { return workplace.PathOf("data"); }
std::string PlanOf(const Workplace& workplace) { return workplace.PathOf("plan.json"); }
/// Where the table's files lie.
std::string TarnOutput(const Workplace& workplace) {
  return Format("{}/buckets/derived/executive-stream/{}", DataOf(workplace), RawObjects::kPrefix);
}
std::string PythonOutput(const Workplace& workplace) { return workplace.PathOf("python"); }
std::string SparkOutput(const Workplace& workplace) { return workplace.PathOf("spark"); }
std::string JsonInput(const Workplace& workplace) { return workplace.PathOf("json"); }
std::string PeerScript(const Workplace& workplace) { return workplace.scripts + "/heka_peer.py"; }
std::string SparkScript(const Workplace& workplace) { return workplace.scripts + "/spark_peer.py"; }

void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

/// A data directory that has no more than its raw buckets again.
void RemoveDerived(const Workplace& workplace) {
  for (const char* name : {"VERSION", "catalog.db", "run", "wal", "keys", "buckets/derived"})
    Remove(Format("{}/{}", DataOf(workplace), name));
  Remove(PlanOf(workplace));
  Remove(PlanOf(workplace) + ".tasks");
}

uint64_t ParquetBytesIn(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".parquet") bytes += at->file_size(error);
  }
  return bytes;
}

Result<ProcessUse> Run(const std::vector<std::string>& command, const Workplace& workplace) {
  const ProcessUse use = TRY(RunProcess(command, workplace.output_file(), workplace.error_file()));
  if (use.exit_status == 0) return use;
  return Fail(ErrorKind::kInternal, "{} {}: exit status {}: {}", command[0], command[1],
              use.exit_status, LastLine(workplace.error_file()));
}

/// `tarn derive run`, or `plan`, over the day; a task a partition.
Result<std::vector<std::string>> DeriveCommand(const char* what, const Workplace& workplace) {
  return std::vector<std::string>{TRY(OwnProgram()), "derive",         what,
                                  "ExecutiveStream", "--from-date",    RawObjects::kDay,
                                  "--to-date",       RawObjects::kDay, "--data",
                                  DataOf(workplace)};
}

Result<ProcessUse> RunTarn(int workers, const Workplace& workplace) {
  RemoveDerived(workplace);
  std::vector<std::string> command = TRY(DeriveCommand("run", workplace));
  command.insert(command.end(), {"--threads", Format("{}", workers)});
  return Run(command, workplace);
}

/// The first task alone; to plan is not measured.
Result<ProcessUse> RunTarnTask(const Workplace& workplace) {
  RemoveDerived(workplace);
  std::vector<std::string> plan = TRY(DeriveCommand("plan", workplace));
  plan.insert(plan.end(), {"--out", PlanOf(workplace)});
  TRY(Run(plan, workplace));
  return Run({TRY(OwnProgram()), "derive", "run-task", "--plan", PlanOf(workplace), "--task", "0"},
             workplace);
}

Result<ProcessUse> RunPython(const Workplace& workplace) {
  Remove(PythonOutput(workplace));
  return Run({workplace.python, PeerScript(workplace), "derive", "--raw",
              RawDirectory(DataOf(workplace)), "--output", PythonOutput(workplace)},
             workplace);
}

/// The job alone, as the script tells it: its JVM runs before and after.
Result<ProcessUse> RunSpark(const DeriveBenchOptions& options, int cores) {
  const Workplace& workplace = options.workplace;
  Remove(SparkOutput(workplace));
  ProcessUse use = TRY(Run({options.spark_python, SparkScript(workplace), "derive", "--json",
                            JsonInput(workplace), "--output", SparkOutput(workplace), "--cores",
                            Format("{}", cores), "--work", workplace.PathOf("spark-work")},
                           workplace));
  const Json reply = TRY(ReadReply(workplace));
  use.memory_peak_bytes = static_cast<uint64_t>(TRY(reply.GetInt("memory_peak_bytes")));
  for (const auto& [name, seconds] : {std::pair{"wall_s", &use.wall_s}, {"cpu_s", &use.cpu_s}}) {
    const Json* told = reply.Find(name);
    if (told == nullptr || !told->is_number())
      return Fail(ErrorKind::kInternal, "spark_peer.py did not tell {}", name);
    *seconds = told->as_double();
  }
  return use;
}

/// The messages and searches of each country, by all frames.
Result<ProcessUse> AskFrames(const Workplace& workplace) {
  return Run({workplace.python, PeerScript(workplace), "searches", "--raw",
              RawDirectory(DataOf(workplace))},
             workplace);
}

Result<ProcessUse> AskTable(const Workplace& workplace) {
  constexpr const char* kSearches =
      "SELECT country, count(*) AS n, sum(google) AS google FROM executive_stream GROUP BY country "
      "ORDER BY country";
  return Run(
      {TRY(OwnProgram()), "query", kSearches, "--data", DataOf(workplace), "--output", "json"},
      workplace);
}

/// in  made: where what is compared with the Python decoder's rows lies
Result<std::string> CompareRows(const std::string& made, const Workplace& workplace) {
  TRY(Run({workplace.python, PeerScript(workplace), "compare", made, PythonOutput(workplace)},
          workplace));
  return TRY(ReadReply(workplace)).GetString("rows");
}

void Add(const ProcessUse& use, DeriveFigures* figures) {
  figures->wall_s.push_back(use.wall_s);
  figures->cpu_s.push_back(use.cpu_s);
  figures->memory_peak_bytes = std::max(figures->memory_peak_bytes, use.memory_peak_bytes);
}

Result<ProcessUse> RunCase(const DeriveFigures& figures, const DeriveBenchOptions& options) {
  if (figures.by == kPython) return RunPython(options.workplace);
  if (figures.by == kSpark) return RunSpark(options, figures.workers);
  if (figures.by == kTarnTask) return RunTarnTask(options.workplace);
  return RunTarn(figures.workers, options.workplace);
}

std::string OutputOf(const DeriveFigures& figures, const Workplace& workplace) {
  if (figures.by == kPython) return PythonOutput(workplace);
  return figures.by == kSpark ? SparkOutput(workplace) : TarnOutput(workplace);
}

/// One round: Python first, whose rows the others are compared with in the first one.
Status RunRound(const DeriveBenchOptions& options, std::vector<DeriveFigures>* all) {
  const bool has_measure = all->front().by == kPython;
  for (DeriveFigures& figures : *all) {
    Add(TRY(RunCase(figures, options)), &figures);
    const std::string made = OutputOf(figures, options.workplace);
    figures.output_bytes = ParquetBytesIn(made);
    if (figures.rows.empty() && has_measure)
      figures.rows = TRY(CompareRows(made, options.workplace));
  }
  return {};
}

/// The question, of the frames by the Python decoder and of the table that was derived.
Result<std::vector<DeriveFigures>> AskBoth(const DeriveBenchOptions& options,
                                           const RawObjects& objects) {
  const Workplace& workplace = options.workplace;
  TRY(RunTarn(1, workplace));
  std::vector<DeriveFigures> figures(2);
  figures[0].by = kAskFrames;
  figures[1].by = kAskTable;
  std::vector<std::string> answers(2);
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < figures.size(); ++i) {
      const ProcessUse use = TRY(i == 0 ? AskFrames(workplace) : AskTable(workplace));
      Add(use, &figures[i]);
      figures[i].read_bytes = use.read_bytes;
      answers[i] = TRY(ReadReply(workplace)).Dump();
    }
  }
  for (DeriveFigures& one : figures) {
    one.records = objects.records;
    one.input_bytes = objects.bytes;
  }
  figures[0].rows = "the measure";
  figures[1].rows = answers[0] == answers[1] ? "equal" : "differ in the answer";
  return figures;
}

std::vector<DeriveFigures> Cases(const DeriveBenchOptions& options, const RawObjects& objects,
                                 bool has_python, bool has_spark) {
  constexpr uint64_t kTasks = RawObjects::kPartitions;
  std::vector<DeriveFigures> cases;
  const auto add = [&](std::string by, int workers, uint64_t tasks) {
    cases.push_back({.by = std::move(by),
                     .workers = workers,
                     .tasks = tasks,
                     .records = objects.records / (tasks == 1 ? kTasks : 1),
                     .input_bytes = objects.bytes / (tasks == 1 ? kTasks : 1)});
  };
  if (has_python) {
    add(kPython, 1, kTasks);
    cases.back().rows = "the measure";
  }
  if (has_spark) add(kSpark, std::ranges::max(options.workers), kTasks);
  for (const int workers : options.workers) add(std::string(kTarn), workers, kTasks);
  add(kTarnTask, 1, 1);
  cases.back().rows = "not compared";
  return cases;
}

double RateOf(const DeriveFigures& figures, double amount) {
  const double wall_s = SpreadOf(figures.wall_s).median;
  return wall_s > 0 ? amount / wall_s : 0;
}
double RecordsRate(const DeriveFigures& figures) {
  return RateOf(figures, static_cast<double>(figures.records));
}
double MegabytesRate(const DeriveFigures& figures) {
  return RateOf(figures, static_cast<double>(figures.input_bytes) / 1e6);
}

/// A peer's time by this one's, record by record; 0 where the peer was not there.
Spread TimesPeer(const char* peer, const std::vector<DeriveFigures>& all,
                 const DeriveFigures& figures, std::vector<double> DeriveFigures::* seconds) {
  const auto found = std::ranges::find(all, peer, &DeriveFigures::by);
  if (found == all.end() || figures.records == 0) return {};
  Spread ratios = RatiosWithinRounds((*found).*seconds, figures.*seconds);
  const double share = static_cast<double>(figures.records) / static_cast<double>(found->records);
  for (double* ratio : {&ratios.low, &ratios.median, &ratios.high}) *ratio *= share;
  return ratios;
}

/// What a question is compared with is the question of the frames.
const char* MeasureOf(const DeriveFigures& figures) {
  return figures.by.starts_with("query") ? kAskFrames : kPython;
}

/// Spark's messages are JSON, which no reader of frames is needed for.
Result<bool> PrepareSpark(const DeriveBenchOptions& options, const NoteSink& note) {
  const Workplace& workplace = options.workplace;
  if (options.spark_python.empty()) {
    note("pyspark is left out: --spark-python names a Python that has it");
    return false;
  }
  TRY(Run({options.spark_python, SparkScript(workplace), "check"}, workplace));
  TRY(Run({workplace.python, PeerScript(workplace), "ndjson", "--raw",
           RawDirectory(DataOf(workplace)), "--output", JsonInput(workplace)},
          workplace));
  return true;
}

}  // namespace

Result<std::vector<DeriveFigures>> RunDeriveBench(const DeriveBenchOptions& options,
                                                  const NoteSink& note) {
  const Workplace& workplace = options.workplace;
  const RawObjects objects = TRY(WriteRawObjects(DataOf(workplace), options.records));
  const auto checked = Run({workplace.python, PeerScript(workplace), "check"}, workplace);
  if (!checked) note("python is left out, and rows are not compared: " + checked.error().message());
  const bool has_python = checked.has_value();
  const bool has_spark = has_python && TRY(PrepareSpark(options, note));
  std::vector<DeriveFigures> figures = Cases(options, objects, has_python, has_spark);
  for (int round = 0; round < options.rounds; ++round) TRY(RunRound(options, &figures));
  if (has_python) std::ranges::move(TRY(AskBoth(options, objects)), std::back_inserter(figures));
  return figures;
}

bool IsTarnRight(const std::vector<DeriveFigures>& figures) {
  return std::ranges::none_of(
      figures, [](const DeriveFigures& one) { return one.rows.starts_with("differ"); });
}

std::string DeriveText(const std::vector<DeriveFigures>& figures) {
  std::string text = Format(
      "{:<14} {:>7} {:>5} {:>9} {:>7} {:>7} {:>7} {:>10} {:>6} {:>8} {:>6} {:>7} {:>8} {:>8}  "
      "{}\n",
      "BY", "WORKERS", "TASKS", "RECORDS", "MB", "WALL s", "CPU s", "RECORDS/s", "MB/s", "x PYTHON",
      "x CPU", "x SPARK", "PEAK MB", "READ MB", "ROWS");
  for (const DeriveFigures& one : figures) {
    text += Format(
        "{:<14} {:>7} {:>5} {:>9} {:>7.1f} {:>7.2f} {:>7.2f} {:>10.0f} {:>6.1f} {:>8.1f} {:>6.1f} "
        "{:>7.1f} {:>8.0f} {:>8.2f}  {}\n",
        one.by, one.workers, one.tasks, one.records, static_cast<double>(one.input_bytes) / 1e6,
        SpreadOf(one.wall_s).median, SpreadOf(one.cpu_s).median, RecordsRate(one),
        MegabytesRate(one), TimesPeer(MeasureOf(one), figures, one, &DeriveFigures::wall_s).median,
        TimesPeer(MeasureOf(one), figures, one, &DeriveFigures::cpu_s).median,
        TimesPeer(kSpark, figures, one, &DeriveFigures::wall_s).median,
        static_cast<double>(one.memory_peak_bytes) / 1e6, static_cast<double>(one.read_bytes) / 1e6,
        one.rows);
  }
  return text;
}

Json DeriveJson(const std::vector<DeriveFigures>& figures) {
  Json all = Json::MakeArray();
  for (const DeriveFigures& one : figures) {
    all.Push(Json::MakeObject(
        {{"by", one.by},
         {"workers", one.workers},
         {"tasks", static_cast<int64_t>(one.tasks)},
         {"records", static_cast<int64_t>(one.records)},
         {"input_bytes", static_cast<int64_t>(one.input_bytes)},
         {"wall_s", SpreadJson(SpreadOf(one.wall_s))},
         {"cpu_s", SpreadJson(SpreadOf(one.cpu_s))},
         {"records_per_s", RecordsRate(one)},
         {"megabytes_per_s", MegabytesRate(one)},
         {"wall_of_python",
          SpreadJson(TimesPeer(MeasureOf(one), figures, one, &DeriveFigures::wall_s))},
         {"cpu_of_python",
          SpreadJson(TimesPeer(MeasureOf(one), figures, one, &DeriveFigures::cpu_s))},
         {"wall_of_spark", SpreadJson(TimesPeer(kSpark, figures, one, &DeriveFigures::wall_s))},
         {"read_bytes", static_cast<int64_t>(one.read_bytes)},
         {"memory_peak_bytes", static_cast<int64_t>(one.memory_peak_bytes)},
         {"output_bytes", static_cast<int64_t>(one.output_bytes)},
         {"rows", one.rows}}));
  }
  return all;
}

}  // namespace tarn::bench
