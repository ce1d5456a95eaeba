// The command line of what reads files of records: `convert`, `load`, `heka`.
#include <algorithm>
#include <thread>

#include "app/commands_internal.h"
#include "app/convert_command.h"
#include "app/heka_command.h"
#include "app/load_command.h"
#include "decode/heka_frame.h"

namespace tarn::app {
namespace {

void AddInputs(CLI::App* command, std::vector<std::string>* inputs) {
  command
      ->add_option("files", *inputs,
                   "NDJSON, gzip and zstd too; patterns such as 'a/*.json'; - is stdin")
      ->required();
}

/// What records become. in  options: of either command
template <class Options>
void AddRecords(CLI::App* command, Options* options, std::string* partition_by,
                std::string* sort_by, std::string* bloom_columns) {
  command->add_option("--columns", options->columns,
                      "NAME TYPE [from MEMBER] [default VALUE], … (default: inferred from the "
                      "first 1,000 records)");
  command->add_option("--partition-by", *partition_by,
                      "columns and transforms: \"name, day(ts) as d\"");
  command->add_option("--sort-by", *sort_by,
                      "order of rows within each row group: \"user_id, ts desc\"");
  command->add_option("--bloom-filter", *bloom_columns,
                      "columns that are looked up by single values: \"user_id\"");
  command->add_option("--format", options->format, "text: each line goes to a column message")
      ->check(CLI::IsMember({"ndjson", "text"}))
      ->capture_default_str();
}

/// How it is worked on, and told. in  options: of either command
template <class Options>
void AddWork(CLI::App* command, Options* options, size_t* threads) {
  *threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, load::kThreadsMax);
  command->add_option("--codec", options->codec, "zstd[:1-22], gzip[:1-9], snappy, none")
      ->capture_default_str();
  command->add_option("--threads", *threads, "how many work at a time")
      ->check(CLI::Range(size_t{1}, load::kThreadsMax))
      ->capture_default_str();
  command->add_option("--memory", options->memory, "for texts and rows, all threads together")
      ->type_name("SIZE")
      ->capture_default_str();
  command->add_option("--output", options->output, "the summary")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

void AddHekaCat(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("cat", "Print the messages of Heka files as NDJSON");
  command->footer(R"help(Examples:
  tarn heka cat telemetry.heka | jq .Hostname
  tarn heka cat --where 'Fields[docType]=main' --where Type=telemetry a.heka b.heka.gz
  tarn heka cat --output raw damaged.heka > whole.heka
  tarn heka cat --summary *.heka                      one line of counts for each file

Damage is skipped and counted. Exit status 1: a file could not be read whole; with --strict, was damaged.)help");
  auto options = Keep<HekaCatOptions>();
  command->add_option("files", options->files, "plain, gzip or zstd; - is stdin")->required();
  command->add_option("--output", options->output, "raw: whole frames as they are")
      ->check(CLI::IsMember({"ndjson", "raw"}))
      ->capture_default_str();
  command
      ->add_option("--where", options->where,
                   "only messages with Uuid, Timestamp, Type, Logger, Severity, Payload, "
                   "EnvVersion, Pid, Hostname or Fields[NAME] =TEXT; several must all hold")
      ->type_name("NAME=TEXT")
      ->allow_extra_args(false);
  command->add_flag("--summary", options->summary,
                    "per file: file, records, bytes, skipped_bytes, damaged");
  command->add_flag("--strict", options->strict, "stop a file at its first damage");
  command->add_option("--message-max", options->message_max, "a frame that claims more is damage")
      ->type_name("SIZE")
      ->capture_default_str();
  command
      ->add_option("--hmac-keys", options->hmac_keys,
                   "lines SIGNER_VERSION=KEY; messages signed wrongly are left out")
      ->type_name("FILE");
  command->callback(
      [choice, options] { choice->run = [options] { return RunHekaCat(*options); }; });
}

void AddHekaVariants(CLI::App* command, HekaMakeOptions* options) {
  command->add_option("--body", options->body, "mixed: every second one is snappy")
      ->check(CLI::IsMember({"plain", "snappy", "mixed"}))
      ->capture_default_str();
  command->add_option("--numbers", options->numbers, "lua: several packed, a single one unpacked")
      ->check(CLI::IsMember({"packed", "unpacked", "lua"}))
      ->capture_default_str();
  command->add_flag("--omit-string-type", options->omit_string_type,
                    "no value_type for STRING, as Lua's writers");
  command->add_option("--hmac-signer", options->hmac_signer, "sign each message; needs --hmac-keys")
      ->type_name("NAME");
  command->add_option("--hmac-key-version", options->hmac_key_version)
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--hmac-hash-function", options->hmac_hash_function)
      ->check(CLI::IsMember({"MD5", "SHA1"}))
      ->capture_default_str();
  command->add_option("--hmac-keys", options->hmac_keys, "lines SIGNER_VERSION=KEY")
      ->type_name("FILE");
  command
      ->add_option("--header-length", options->header_length,
                   "unknown fields fill each header up to this")
      ->check(CLI::Range(size_t{0}, decode::kHekaHeaderBytesMax))
      ->type_name("BYTES");
}

void AddHekaMake(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("make", "Make Heka frames of NDJSON messages");
  command->footer(R"help(Examples:
  tarn heka cat old.heka | jq -c '.Hostname = "x"' | tarn heka make --body snappy --out new.heka
  echo '{"Type":"telemetry","Fields":{"docType":"main","Size":12.5}}' | tarn heka make > one.heka
  tarn heka make pings.ndjson --hmac-signer ops --hmac-keys keys.txt --codec gzip --out pings.heka.gz

A line is a message as `tarn heka cat` prints it. Without Uuid it gets a random one, without Timestamp now.)help");
  auto options = Keep<HekaMakeOptions>();
  options->files = {"-"};
  command->add_option("files", options->files, "NDJSON, gzip and zstd too; - is stdin")
      ->capture_default_str();
  command->add_option("--out", options->out, "- is stdout")
      ->type_name("FILE")
      ->capture_default_str();
  AddHekaVariants(command, options.get());
  command->add_option("--codec", options->codec, "of the whole file")
      ->check(CLI::IsMember({"none", "gzip", "zstd"}))
      ->capture_default_str();
  command->callback(
      [choice, options] { choice->run = [options] { return RunHekaMake(*options); }; });
}

}  // namespace

void AddHeka(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("heka", "Read and make files of Heka's frames");
  command->footer(R"(Examples:
  tarn heka cat telemetry.heka
  tarn heka cat --summary *.heka
  tarn heka make messages.ndjson --out messages.heka)");
  command->require_subcommand(1);
  AddHekaCat(command, choice);
  AddHekaMake(command, choice);
}

void AddConvert(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("convert", "Convert NDJSON files to Parquet, without a server");
  command->footer(R"help(Examples:
  tarn convert events.ndjson --to events.parquet
  tarn convert 'logs/*.json.gz' --to lake/logs --columns "ts timestamp, name string" --partition-by "day(ts)"
  zcat big.gz | tarn convert - --to big.parquet --rejects bad.ndjson
  tarn convert events.ndjson --to events.parquet --variant    free JSON as Parquet VARIANT

Exit status 1 also where records were bad and no --rejects took them.)help");
  auto options = Keep<ConvertCommandOptions>();
  load::ConvertOptions& convert = options->convert;
  AddInputs(command, &convert.inputs);
  command
      ->add_option("--to", convert.output,
                   "one file where the name ends in .parquet, else a directory")
      ->type_name("OUT")
      ->required();
  AddRecords(command, options.get(), &convert.partition_by, &convert.sort_by,
             &convert.bloom_columns);
  command->add_flag("--rest", convert.keep_rest, "keep what has no column in a column _rest");
  command->add_flag("--variant", convert.variants,
                    "columns of free JSON become Parquet VARIANT, shredded by what is seen");
  command
      ->add_option("--variant-columns", convert.variant_columns,
                   "exactly these columns do, as \"props, payload\"")
      ->type_name("NAMES");
  command->add_option("--rejects", convert.rejects_file, "bad records go to this file, as NDJSON")
      ->type_name("FILE");
  command->add_flag("--keep-order", convert.keep_order,
                    "in a directory too: files in name order hold the input's order");
  command->add_flag("--overwrite", convert.overwrite, "replace existing output");
  command->add_flag("--sync", convert.sync, "wait until the output is on disk");
  AddWork(command, options.get(), &convert.threads);
  command->callback(
      [choice, options] { choice->run = [options] { return RunConvert(*options); }; });
}

void AddLoad(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand(
      "load", "Load NDJSON files into a table, each record once; a server may run");
  command->footer(R"help(Examples:
  tarn load events.ndjson --into events --data ./lake
  tarn load 'logs/*.json.gz' --into web.logs --columns "ts timestamp, name string" --partition-by "day(ts)" --data ./lake
  zcat big.gz | tarn load - --id big --into events --data ./lake

Say it again after an interruption, or when files have grown: it goes on behind the last record.)help");
  auto options = Keep<LoadCommandOptions>();
  auto data = Keep<DataChoice>();
  load::LoadOptions& load = options->load;
  AddInputs(command, &load.inputs);
  command->add_option("--into", options->into, "[DATABASE.]TABLE; made where it is missing")
      ->type_name("TABLE")
      ->required();
  AddDataOptions(command, data.get());
  command->add_option("--id", load.stdin_id, "by what stdin is known again")->type_name("NAME");
  command->add_flag("--again", load.again,
                    "load all of it once more, beside the rows it has given");
  AddRecords(command, options.get(), &load.partition_by, &load.sort_by, &load.bloom_columns);
  command->add_flag_callback(
      "--no-new-columns", [options] { options->load.may_add_columns = false; },
      "an existing table keeps its columns; what has none is kept in _rest");
  command->add_option("--commit-every", options->commit_every, "of text, inflated")
      ->type_name("SIZE")
      ->capture_default_str();
  AddWork(command, options.get(), &load.threads);
  command->callback([choice, options, data] {
    choice->run = [choice, options, data]() -> Status {
      options->data = TRY(DataDirectoryOf(*data, choice));
      options->bucket = TRY(LoadConfig(data->config_file(), {})).config.bucket;
      return RunLoad(*options);
    };
  });
}

}  // namespace tarn::app
