#include "bench/conversion_rounds.h"

#include <algorithm>
#include <filesystem>

#include "bench/process.h"
#include "bench/row_proof.h"
#include "os/files.h"

namespace tarn::bench {
namespace {

namespace fs = std::filesystem;

void Remove(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
}

/// errors  kIo
Status MeasureOutput(const std::string& path, ConversionFigures* figures) {
  std::error_code error;
  figures->output_bytes = figures->files = 0;
  const auto add = [&](const fs::directory_entry& entry) {
    if (!entry.is_regular_file(error) || error) return;
    figures->output_bytes += entry.file_size(error);
    ++figures->files;
  };
  const fs::directory_entry whole(path, error);
  add(whole);
  if (!error && whole.is_directory(error)) {
    const fs::recursive_directory_iterator end;
    fs::recursive_directory_iterator at(path, error);
    while (!error && at != end) {  // a range for would throw
      add(*at);
      if (!error) at.increment(error);
    }
  }
  if (!error) return {};
  return Fail(ErrorKind::kIo, "{} cannot be measured: {}", path, error.message());
}

/// Tarn's start is that of `tarn version`, which loads the program and does nothing.
Status AddTarnTimes(const ProcessUse& use, const Workplace& workplace, ConversionFigures* figures) {
  const ProcessUse start = TRY(
      RunProcess({TRY(OwnProgram()), "version"}, workplace.output_file(), workplace.error_file()));
  figures->wall_s.push_back(std::max(use.wall_s - start.wall_s, 0.0));
  figures->cpu_s.push_back(std::max(use.cpu_s - start.cpu_s, 0.0));
  figures->start_s.push_back(start.wall_s);
  figures->start_memory_bytes = start.memory_peak_bytes;
  return {};
}

/// What a peer says of its conversion alone; the rest of its process is its start.
Status AddPeerTimes(const ProcessUse& use, const Workplace& workplace, ConversionFigures* figures) {
  const Json said = TRY(ReadReply(workplace));
  const auto number = [&](std::string_view name) {
    const Json* value = said.Find(name);
    return value != nullptr && value->is_number() ? value->as_double() : 0;
  };
  figures->wall_s.push_back(number("wall_s"));
  figures->cpu_s.push_back(number("cpu_s"));
  figures->start_s.push_back(use.wall_s - number("wall_s"));
  figures->start_memory_bytes = static_cast<uint64_t>(number("start_memory_bytes"));
  return {};
}

class Rounds {
 public:
  Rounds(const std::vector<Entry>& entries, const RoundsPlan& plan)
      : entries_(entries), plan_(plan) {
    for (const Entry& entry : entries) {
      figures_.push_back({.engine = entry.engine->name,
                          .set = entry.file->set.name,
                          .records = entry.file->records,
                          .input_bytes = entry.file->bytes});
    }
  }

  Result<std::vector<ConversionFigures>> Run() {
    for (int round = 0; round < plan_.rounds; ++round) {
      for (size_t i = 0; i < entries_.size(); ++i) {
        // Another one begins each round: none always runs after the same neighbour.
        const size_t place = (i + static_cast<size_t>(round)) % entries_.size();
        if (figures_[place].failure.empty())
          TRY(Convert(entries_[place], round == 0, &figures_[place]));
      }
    }
    // Not before: ext4 looks long for inodes where many have just been given back, and the next
    // engine would pay for it.
    Remove(plan_.workplace.PathOf(kOutputs));
    return std::move(figures_);
  }

 private:
  static constexpr std::string_view kOutputs = "outputs";

  Status Convert(const Entry& entry, bool is_first, ConversionFigures* figures) {
    TRY(os::PosixFiles().MakeDirectories(plan_.workplace.PathOf(kOutputs)));
    const std::string output = Format("{}/{}{}", plan_.workplace.PathOf(kOutputs), outputs_++,
                                      plan_.is_partitioned ? "" : ".parquet");
    const Conversion conversion{.input = entry.file->path,
                                .output = output,
                                .set = &entry.file->set,
                                .is_partitioned = plan_.is_partitioned,
                                .threads = plan_.threads};
    const ProcessUse use =
        TRY(RunProcess(TRY(ConversionCommand(*entry.engine, conversion, plan_.workplace)),
                       plan_.workplace.output_file(), plan_.workplace.error_file()));
    if (use.exit_status == 0) TRY(Take(entry, use, output, is_first, figures));
    if (use.exit_status != 0)
      figures->failure =
          Format("exit status {}: {}", use.exit_status, LastLine(plan_.workplace.error_file()));
    return {};
  }

  Status Take(const Entry& entry, const ProcessUse& use, const std::string& output, bool is_first,
              ConversionFigures* figures) const {
    TRY(entry.engine->is_tarn ? AddTarnTimes(use, plan_.workplace, figures)
                              : AddPeerTimes(use, plan_.workplace, figures));
    figures->memory_peak_bytes = std::max(figures->memory_peak_bytes, use.memory_peak_bytes);
    TRY(MeasureOutput(output, figures));
    if (is_first) figures->rows = CompareRows(*entry.file, output);
    return {};
  }

  std::string CompareRows(const SetFile& file, const std::string& output) const {
    if (file.digest.is_null()) return "not compared";
    const Result<Json> found = DigestOfOutput(file.set, output, plan_.workplace);
    if (!found) return found.error().message();
    return CompareDigests(file.digest, *found);
  }

  const std::vector<Entry>& entries_;
  const RoundsPlan& plan_;
  std::vector<ConversionFigures> figures_;
  int outputs_ = 0;
};

}  // namespace

Result<std::vector<ConversionFigures>> RunRounds(const std::vector<Entry>& entries,
                                                 const RoundsPlan& plan) {
  return Rounds(entries, plan).Run();
}

bool IsTarnRight(const std::vector<ConversionFigures>& figures) {
  return std::ranges::all_of(figures, [](const ConversionFigures& one) {
    return one.engine != kTarn ||
           (one.failure.empty() && (one.rows == "equal" || one.rows == "not compared"));
  });
}

Json FiguresJson(const ConversionFigures& figures) {
  Json json = Json::MakeObject({{"engine", figures.engine}});
  if (!figures.failure.empty()) {
    json.Set("failure", figures.failure);
    return json;
  }
  json.Set("wall_s", SpreadJson(SpreadOf(figures.wall_s)));
  json.Set("cpu_s", SpreadJson(SpreadOf(figures.cpu_s)));
  json.Set("start_s", SpreadJson(SpreadOf(figures.start_s)));
  json.Set("start_memory_bytes", static_cast<int64_t>(figures.start_memory_bytes));
  json.Set("memory_peak_bytes", static_cast<int64_t>(figures.memory_peak_bytes));
  json.Set("output_bytes", static_cast<int64_t>(figures.output_bytes));
  json.Set("files", static_cast<int64_t>(figures.files));
  json.Set("rows", figures.rows);
  return json;
}

}  // namespace tarn::bench
