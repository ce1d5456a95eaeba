// The command line of what works on files alone: `convert`.
#include <algorithm>
#include <thread>

#include "app/commands_internal.h"
#include "app/convert_command.h"

namespace tarn::app {
namespace {

void AddConvertColumns(CLI::App* command, ConvertCommandOptions* options) {
  command->add_option("--columns", options->columns,
                      "NAME TYPE [from MEMBER] [default VALUE], … (default: inferred from the "
                      "first 1,000 records)");
  command->add_option("--partition-by", options->convert.partition_by,
                      "columns and transforms: \"name, day(ts) as d\"");
  command->add_option("--format", options->format, "text: each line goes to a column message")
      ->check(CLI::IsMember({"ndjson", "text"}))
      ->capture_default_str();
  command->add_flag("--rest", options->convert.keep_rest,
                    "keep what has no column in a column _rest");
}

void AddConvertOutput(CLI::App* command, ConvertCommandOptions* options) {
  load::ConvertOptions& convert = options->convert;
  command->add_option("--codec", options->codec, "zstd[:1-22], gzip[:1-9], snappy, none")
      ->capture_default_str();
  command->add_option("--rejects", convert.rejects_file, "bad records go to this file, as NDJSON")
      ->type_name("FILE");
  command->add_flag("--keep-order", convert.keep_order,
                    "in a directory too: files in name order hold the input's order");
  command->add_flag("--overwrite", convert.overwrite, "replace existing output");
  command->add_flag("--sync", convert.sync, "wait until the output is on disk");
  command->add_option("--output", options->output, "the summary")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace

void AddConvert(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("convert", "Convert NDJSON files to Parquet, without a server");
  command->footer(R"help(Examples:
  tarn convert events.ndjson --to events.parquet
  tarn convert 'logs/*.json.gz' --to lake/logs --columns "ts timestamp, name string" --partition-by "day(ts)"
  zcat big.gz | tarn convert - --to big.parquet --rejects bad.ndjson

Exit status 1 also where records were bad and no --rejects took them.)help");
  auto options = Keep<ConvertCommandOptions>();
  load::ConvertOptions& convert = options->convert;
  convert.threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, load::kThreadsMax);
  command
      ->add_option("files", convert.inputs,
                   "NDJSON, gzip and zstd too; patterns such as 'a/*.json'; - is stdin")
      ->required();
  command
      ->add_option("--to", convert.output,
                   "one file where the name ends in .parquet, else a directory")
      ->type_name("OUT")
      ->required();
  AddConvertColumns(command, options.get());
  AddConvertOutput(command, options.get());
  command->add_option("--threads", convert.threads, "how many work at a time")
      ->check(CLI::Range(size_t{1}, load::kThreadsMax))
      ->capture_default_str();
  command->add_option("--memory", options->memory, "for texts and rows, all threads together")
      ->type_name("SIZE")
      ->capture_default_str();
  command->callback(
      [choice, options] { choice->run = [options] { return RunConvert(*options); }; });
}

}  // namespace tarn::app
