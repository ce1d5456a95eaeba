#include "bench/derivation.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "bench/process.h"
#include "bench/raw_objects.h"
#include "bench/set_file.h"

namespace tarn::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "python";
constexpr const char* kTarnTask = "tarn, a task";

std::string DataOf(const Workplace& workplace) { return workplace.PathOf("data"); }
std::string PlanOf(const Workplace& workplace) { return workplace.PathOf("plan.json"); }
/// Where the table's files lie.
std::string TarnOutput(const Workplace& workplace) {
  return Format("{}/buckets/derived/executive-stream/{}", DataOf(workplace), RawObjects::kPrefix);
}
std::string PythonOutput(const Workplace& workplace) { return workplace.PathOf("python"); }
std::string PeerScript(const Workplace& workplace) { return workplace.scripts + "/heka_peer.py"; }

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

Result<std::string> CompareRows(const Workplace& workplace) {
  TRY(Run({workplace.python, PeerScript(workplace), "compare", TarnOutput(workplace),
           PythonOutput(workplace)},
          workplace));
  return TRY(ReadReply(workplace)).GetString("rows");
}

void Add(const ProcessUse& use, DeriveFigures* figures) {
  figures->wall_s.push_back(use.wall_s);
  figures->cpu_s.push_back(use.cpu_s);
  figures->memory_peak_bytes = std::max(figures->memory_peak_bytes, use.memory_peak_bytes);
}

/// One round: Python first, whose rows the others are compared with in the first one.
Status RunRound(const Workplace& workplace, std::vector<DeriveFigures>* all) {
  for (DeriveFigures& figures : *all) {
    if (figures.by == kPython) {
      Add(TRY(RunPython(workplace)), &figures);
      figures.output_bytes = ParquetBytesIn(PythonOutput(workplace));
    } else if (figures.by == kTarnTask) {
      Add(TRY(RunTarnTask(workplace)), &figures);
      figures.output_bytes = ParquetBytesIn(TarnOutput(workplace));
    } else {
      Add(TRY(RunTarn(figures.workers, workplace)), &figures);
      figures.output_bytes = ParquetBytesIn(TarnOutput(workplace));
      if (figures.rows.empty() && all->front().by == kPython)
        figures.rows = TRY(CompareRows(workplace));
    }
  }
  return {};
}

std::vector<DeriveFigures> Cases(const DeriveBenchOptions& options, const RawObjects& objects,
                                 bool has_python) {
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

/// Python's time by this one's, record by record; 0 where Python was not there.
Spread TimesPython(const std::vector<DeriveFigures>& all, const DeriveFigures& figures,
                   std::vector<double> DeriveFigures::* seconds) {
  const DeriveFigures& python = all.front();
  if (python.by != kPython || figures.records == 0) return {};
  Spread ratios = RatiosWithinRounds(python.*seconds, figures.*seconds);
  const double share = static_cast<double>(figures.records) / static_cast<double>(python.records);
  for (double* ratio : {&ratios.low, &ratios.median, &ratios.high}) *ratio *= share;
  return ratios;
}

}  // namespace

Result<std::vector<DeriveFigures>> RunDeriveBench(const DeriveBenchOptions& options,
                                                  const NoteSink& note) {
  const Workplace& workplace = options.workplace;
  const RawObjects objects = TRY(WriteRawObjects(DataOf(workplace), options.records));
  const auto checked = Run({workplace.python, PeerScript(workplace), "check"}, workplace);
  if (!checked) note("python is left out, and rows are not compared: " + checked.error().message());
  std::vector<DeriveFigures> figures = Cases(options, objects, checked.has_value());
  for (int round = 0; round < options.rounds; ++round) TRY(RunRound(workplace, &figures));
  return figures;
}

bool IsTarnRight(const std::vector<DeriveFigures>& figures) {
  return std::ranges::none_of(
      figures, [](const DeriveFigures& one) { return one.rows.starts_with("differ"); });
}

std::string DeriveText(const std::vector<DeriveFigures>& figures) {
  std::string text =
      Format("{:<14} {:>7} {:>5} {:>9} {:>7} {:>7} {:>7} {:>10} {:>6} {:>8} {:>6} {:>8}  {}\n",
             "BY", "WORKERS", "TASKS", "RECORDS", "MB", "WALL s", "CPU s", "RECORDS/s", "MB/s",
             "x PYTHON", "x CPU", "PEAK MB", "ROWS");
  for (const DeriveFigures& one : figures) {
    text += Format(
        "{:<14} {:>7} {:>5} {:>9} {:>7.1f} {:>7.2f} {:>7.2f} {:>10.0f} {:>6.1f} {:>8.1f} {:>6.1f} "
        "{:>8.0f}  {}\n",
        one.by, one.workers, one.tasks, one.records, static_cast<double>(one.input_bytes) / 1e6,
        SpreadOf(one.wall_s).median, SpreadOf(one.cpu_s).median, RecordsRate(one),
        MegabytesRate(one), TimesPython(figures, one, &DeriveFigures::wall_s).median,
        TimesPython(figures, one, &DeriveFigures::cpu_s).median,
        static_cast<double>(one.memory_peak_bytes) / 1e6, one.rows);
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
         {"wall_of_python", SpreadJson(TimesPython(figures, one, &DeriveFigures::wall_s))},
         {"cpu_of_python", SpreadJson(TimesPython(figures, one, &DeriveFigures::cpu_s))},
         {"memory_peak_bytes", static_cast<int64_t>(one.memory_peak_bytes)},
         {"output_bytes", static_cast<int64_t>(one.output_bytes)},
         {"rows", one.rows}}));
  }
  return all;
}

}  // namespace tarn::bench
