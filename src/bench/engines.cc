#include "bench/engines.h"

#include <algorithm>

#include "bench/process.h"
#include "bench/set_file.h"
#include "os/files.h"

namespace tarn::bench {
namespace {

/// returns  why the engine cannot run here; empty where it can
std::string WhyNot(const Engine& engine, const Workplace& workplace) {
  if (engine.is_tarn) return "";
  const std::string script = workplace.peer_script();
  if (!os::PosixFiles().Stat(script)) return script + " is not there: --scripts names its folder";
  const Result<ProcessUse> checked = RunProcess({workplace.python, script, "check", engine.name},
                                                workplace.output_file(), workplace.error_file());
  if (!checked) return checked.error().message();
  return checked->exit_status == 0 ? "" : workplace.python + " does not have it";
}

}  // namespace

Result<Json> ReadReply(const Workplace& workplace) {
  constexpr size_t kReplyBytesMax = 4 << 20;
  return Json::Parse(TRY(os::ReadFile(os::PosixFiles(), workplace.output_file(), kReplyBytesMax)));
}

Result<Json> AskPeer(const Workplace& workplace, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {workplace.python, workplace.peer_script()});
  const ProcessUse use =
      TRY(RunProcess(arguments, workplace.output_file(), workplace.error_file()));
  if (use.exit_status == 0) return ReadReply(workplace);
  return Fail(ErrorKind::kUnavailable, "{}", LastLine(workplace.error_file()));
}

const std::vector<Engine>& AllEngines() {
  static const std::vector<Engine> engines = {{.name = std::string(kTarn), .is_tarn = true},
                                              {.name = "duckdb"},
                                              {.name = "duckdb-unordered"},
                                              {.name = "pyarrow"},
                                              {.name = "polars"},
                                              {.name = "clickhouse"},
                                              {.name = "pandas", .is_threaded = false}};
  return engines;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string item(text.substr(0, comma));
    std::erase(item, ' ');
    if (!item.empty()) items.push_back(std::move(item));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

Result<std::vector<Engine>> FindEngines(std::string_view names, const Workplace& workplace,
                                        std::vector<std::string>* skipped) {
  const std::vector<std::string> chosen = SplitList(names);
  for (const std::string& name : chosen) {
    if (!std::ranges::contains(AllEngines(), name, &Engine::name))
      return Fail(ErrorKind::kInvalid, "'{}' is no engine of this benchmark", name);
  }
  std::vector<Engine> engines;
  for (const Engine& engine : AllEngines()) {
    if (!chosen.empty() && !std::ranges::contains(chosen, engine.name)) continue;
    const std::string reason = WhyNot(engine, workplace);
    if (reason.empty()) engines.push_back(engine);
    if (!reason.empty()) skipped->push_back(Format("{} is left out: {}", engine.name, reason));
  }
  return engines;
}

Result<std::vector<std::string>> ConversionCommand(const Engine& engine,
                                                   const Conversion& conversion,
                                                   const Workplace& workplace) {
  std::vector<std::string> command;
  if (engine.is_tarn) {
    command = {TRY(OwnProgram()), "convert", conversion.input, "--to", conversion.output,
               "--codec",         "zstd:1",  "--output",       "json"};
  } else {
    command = {workplace.python, workplace.peer_script(), "convert",  engine.name,
               "--input",        conversion.input,        "--output", conversion.output};
  }
  command.insert(command.end(), {"--columns", conversion.set->columns, "--threads",
                                 Format("{}", conversion.threads)});
  if (conversion.is_partitioned)
    command.insert(command.end(), {"--partition-by", conversion.set->partition_by});
  return command;
}

}  // namespace tarn::bench
