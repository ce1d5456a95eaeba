// The command line of `bench`.
#include "app/bench_command.h"
#include "app/commands_internal.h"
#include "bench/tarn_server.h"

namespace tarn::app {
namespace {

using Options = std::shared_ptr<BenchCommandOptions>;

CLI::App* AddOne(CLI::App* bench, Choice* choice, const char* name, const char* about,
                 const char* examples, const Options& options,
                 Status (*run)(const BenchCommandOptions&)) {
  CLI::App* command = bench->add_subcommand(name, about);
  command->footer(Format("Examples:\n{}", examples));
  command
      ->add_option("--directory", options->workplace.directory,
                   "where files are made, and removed again (default: the temporary directory)")
      ->type_name("DIR");
  command->add_option("--output", options->output, "of the figures")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback(
      [choice, options, run] { choice->run = [options, run] { return run(*options); }; });
  return command;
}

void AddPeers(CLI::App* command, const Options& options) {
  command
      ->add_option("--python", options->workplace.python,
                   "with what tools/bench/requirements.txt names")
      ->type_name("PROGRAM")
      ->capture_default_str();
  command->add_option("--scripts", options->workplace.scripts, "the folder of peer.py")
      ->type_name("DIR")
      ->capture_default_str();
}

void AddRounds(CLI::App* command, const Options& options) {
  constexpr int kRoundsMax = 1000;
  command->add_option("--rounds", options->rounds, "medians are of so many")
      ->check(CLI::Range(1, kRoundsMax))
      ->capture_default_str();
}

void AddConversionOptions(CLI::App* command, const Options& options) {
  constexpr double kScaleMax = 1000;
  constexpr uint64_t kRecordsMax = 1'000'000'000;
  AddRounds(command, options);
  command->add_option("--threads", options->threads, "each is a case of its own")
      ->capture_default_str();
  command->add_option("--scale", options->scale, "of the sets' records")
      ->check(CLI::Range(0.0001, kScaleMax))
      ->capture_default_str();
  command->add_option("--rows", options->records, "so many records instead of a scale")
      ->check(CLI::Range(uint64_t{1}, kRecordsMax));
  AddPeers(command, options);
}

void AddConvertBench(CLI::App* bench, Choice* choice) {
  auto options = Keep<BenchCommandOptions>();
  CLI::App* command = AddOne(bench, choice, "convert", "NDJSON to Parquet, beside other engines",
                             R"(  tarn bench convert --scale 0.05 --rounds 1
  tarn bench convert --sets log --peers tarn,duckdb --threads 2 --output json)",
                             options, RunBenchConvert);
  command->add_option("--sets", options->sets, "of events, typed, telemetry, log (default: all)");
  command->add_option("--peers", options->peers,
                      "of tarn, duckdb, duckdb-unordered, pyarrow, polars, clickhouse, pandas "
                      "(default: all)");
  command->add_option("--layouts", options->layouts, "one file, a Hive directory")
      ->capture_default_str();
  AddConversionOptions(command, options);
}

void AddShapesBench(CLI::App* bench, Choice* choice) {
  auto options = Keep<BenchCommandOptions>();
  options->peers = "tarn";
  options->threads = "1";
  CLI::App* command =
      AddOne(bench, choice, "shapes", "What order, partitions, columns and records' sizes cost",
             R"(  tarn bench shapes --scale 0.1
  tarn bench shapes --pairs partitions --peers tarn,duckdb --rounds 1)",
             options, RunBenchShapes);
  command->add_option("--pairs", options->sets,
                      "of order, partitions, columns, records (default: all)");
  command->add_option("--peers", options->peers, "as of bench convert")->capture_default_str();
  AddConversionOptions(command, options);
}

void AddIngestBench(CLI::App* bench, Choice* choice) {
  constexpr double kSecondsMax = 600;
  auto options = Keep<BenchCommandOptions>();
  CLI::App* command = AddOne(bench, choice, "ingest", "HTTP to durable acknowledgements",
                             R"(  tarn bench ingest --rounds 1 --seconds 1
  tarn bench ingest --telegraf ~/go/bin/telegraf)",
                             options, RunBenchIngest);
  AddRounds(command, options);
  command->add_option("--seconds", options->seconds, "of each load")
      ->check(CLI::Range(0.1, kSecondsMax))
      ->capture_default_str();
  command->add_option("--telegraf", options->telegraf, "the program, to measure it beside Tarn")
      ->type_name("PROGRAM");
}

void AddQueryBench(CLI::App* bench, Choice* choice) {
  constexpr uint64_t kRecordsMax = 10'000'000;
  constexpr int kRepeatsMax = 100'000;
  auto options = Keep<BenchCommandOptions>();
  CLI::App* command =
      AddOne(bench, choice, "query", "One user's errors over 72 hours: hot, cold, gzip JSON",
             "  tarn bench query --rows 70000 --repeats 11", options, RunBenchQuery);
  command->add_option("--rows", options->records, "how many events (default: 500000)")
      ->check(CLI::Range(uint64_t{7}, kRecordsMax));
  command->add_option("--repeats", options->repeats, "of each look-up")
      ->check(CLI::Range(1, kRepeatsMax))
      ->capture_default_str();
  AddPeers(command, options);
}

void AddDeriveBench(CLI::App* bench, Choice* choice) {
  constexpr uint64_t kRecordsMax = 100'000'000;
  auto options = Keep<BenchCommandOptions>();
  CLI::App* command = AddOne(bench, choice, "derive",
                             "Heka's frames to a derived table, beside plain Python and PySpark",
                             R"(  tarn bench derive --rows 20000 --rounds 1
  tarn bench derive --threads 1,2,4 --output json)",
                             options, RunBenchDerive);
  AddRounds(command, options);
  command->add_option("--threads", options->threads, "worker processes; each is a case of its own")
      ->capture_default_str();
  command->add_option("--rows", options->records, "how many messages (default: 200000)")
      ->check(CLI::Range(uint64_t{8}, kRecordsMax));
  AddPeers(command, options);
  command->add_option("--spark-python", options->spark_python, "a Python that has PySpark")
      ->type_name("PROGRAM");
}

void AddUnsyncedServer(CLI::App* bench, Choice* choice) {
  auto data = Keep<std::string>();
  CLI::App* command = bench->add_subcommand(std::string(bench::kUnsyncedServer),
                                            "A server without syncs, for 'bench ingest' alone");
  command->group("");  // hidden
  command->add_option("--data", *data, "a directory that is not there yet")->required();
  command->callback([choice, data] { choice->run = [data] { return RunUnsyncedServer(*data); }; });
}

}  // namespace

void AddBench(CLI::App* parent, Choice* choice) {
  CLI::App* bench = parent->add_subcommand("bench", "Measure Tarn and its peers on this machine");
  bench->footer(R"(Examples:
  tarn bench convert --scale 0.05 --rounds 1
  tarn bench ingest
  tarn bench query

docs/performance.md says what is measured, and how the peers are installed.)");
  bench->require_subcommand(1);
  AddConvertBench(bench, choice);
  AddShapesBench(bench, choice);
  AddIngestBench(bench, choice);
  AddQueryBench(bench, choice);
  AddDeriveBench(bench, choice);
  AddUnsyncedServer(bench, choice);
}

}  // namespace tarn::app
