// The command line of `derive`.
#include <algorithm>
#include <thread>

#include "app/commands_internal.h"
#include "app/derive_command.h"
#include "derive/days.h"

namespace tarn::app {
namespace {

constexpr size_t kWorkersMax = 256;
constexpr size_t kChunkObjectsMax = 1'000'000;

std::string CheckDay(const std::string& text) {
  const auto days = derive::DaysBetween(text, text);
  return days ? std::string() : days.error().message();
}

std::string CheckChunkSize(const std::string& text) {
  const auto bytes = ParseBytes(text);
  if (!bytes) return bytes.error().message();
  return *bytes > 0 ? std::string() : "a chunk of 0 bytes holds nothing: say 1 or more";
}

void AddPlugins(CLI::App* command, DeriveOptions* options, const std::string& about) {
  command->add_option("--plugin", options->plugins, about)
      ->type_name("FILE")
      ->allow_extra_args(false);
}

void AddHmacKeys(CLI::App* command, DeriveOptions* options, const std::string& otherwise) {
  command
      ->add_option(
          "--hmac-keys", options->hmac_keys,
          "lines SIGNER_VERSION=KEY; Heka messages signed wrongly are left out" + otherwise)
      ->type_name("FILE")
      ->check([](const std::string& file) {
        return file == "-" ? "each worker reads it: name a file" : std::string();
      });
}

/// What a plan is made of.
void AddPlanOptions(CLI::App* command, DeriveOptions* options, DataChoice* data) {
  command
      ->add_option("dataset", options->dataset,
                   "a class, and its arguments where it takes some; or a recipe, RECIPE.toml")
      ->required()
      ->type_name("NAME [ARGUMENT]");
  command->add_option("--from-date", options->from_date, "the first day, UTC")
      ->type_name("YYYYMMDD")
      ->check(CheckDay)
      ->required();
  command->add_option("--to-date", options->to_date, "the last day, included")
      ->type_name("YYYYMMDD")
      ->check(CheckDay)
      ->required();
  AddDataOptions(command, data);
  command
      ->add_option("--metadata-bucket", options->metadata_bucket,
                   "of sources.json (default: derive.metadata_bucket of the configuration)")
      ->type_name("BUCKET");
  command
      ->add_option("--to-bucket", options->to_bucket,
                   "for the table, made where missing (default: derive.bucket)")
      ->type_name("BUCKET");
  AddPlugins(command, options, "a shared object that has the class");
  command->add_flag("--overwrite", options->overwrite,
                    "also partitions whose inputs and code are as at their last run");
  AddHmacKeys(command, options, " (default: derive.hmac_keys)");
  command->add_option("--chunk-size", options->chunk_size, "of a task's objects, less than this")
      ->type_name("SIZE")
      ->check(CheckChunkSize)
      ->capture_default_str();
  command->add_option("--chunk-objects", options->chunks.objects, "of a task at most")
      ->check(CLI::Range(size_t{1}, kChunkObjectsMax))
      ->capture_default_str();
}

void AddOutput(CLI::App* command, DeriveOptions* options) {
  command->add_option("--output", options->output, "the summary")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

void AddMemory(CLI::App* command, DeriveOptions* options, const std::string& about) {
  command->add_option("--memory", options->memory, about)->type_name("SIZE")->capture_default_str();
}

/// For processes that start this one.
void AddEndWith(CLI::App* command, DeriveOptions* options) {
  command->add_option("--end-with", options->parent, "end when this process does")
      ->type_name("PID")
      ->group("");
}

/// What the command line leaves open is the configuration's.
Status Complete(DeriveOptions* options, const DataChoice& data, Choice* choice) {
  choice->is_usage_wrong = true;
  TRY(While(derive::DaysBetween(options->from_date, options->to_date), "--to-date"));
  choice->is_usage_wrong = false;
  options->data = TRY(DataDirectoryOf(data, choice));
  const Config config = TRY(LoadConfig(data.config_file(), {})).config;
  if (options->metadata_bucket.empty()) options->metadata_bucket = config.derive_metadata_bucket;
  if (options->to_bucket.empty()) options->to_bucket = config.derive_bucket;
  if (options->hmac_keys.empty()) options->hmac_keys = config.derive_hmac_keys;
  return {};
}

void AddDeriveRun(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("run", "Make the partitions of some days; a server may run");
  command->footer(R"help(Examples:
  tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake
  tarn derive run searches.toml --from-date 20151028 --to-date 20151028 --data ./lake
  tarn derive run --from-date 20151001 --to-date 20151031 MyStream --plugin ./libmine.so --data ./lake
  tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake --overwrite

Partitions whose inputs and code are as at their last run are left as they are; others are replaced whole.)help");
  auto options = Keep<DeriveOptions>();
  auto data = Keep<DataChoice>();
  AddPlanOptions(command, options.get(), data.get());
  options->threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kWorkersMax);
  command->add_option("--threads", options->threads, "worker processes at a time")
      ->check(CLI::Range(size_t{1}, kWorkersMax))
      ->capture_default_str();
  AddMemory(command, options.get(), "for rows and files in the making, all workers together");
  AddEndWith(command, options.get());
  AddOutput(command, options.get());
  command->callback([choice, options, data] {
    choice->run = [choice, options, data]() -> Status {
      TRY(Complete(options.get(), *data, choice));
      return RunDerive(*options, &choice->is_usage_wrong);
    };
  });
}

void AddDerivePlan(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("plan", "Write what a run will do to a file, for other launchers");
  command->footer(R"help(Examples:
  tarn derive plan ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake --out plan.json
  tarn derive plan ExecutiveStream --from-date 20151001 --to-date 20151031 --chunk-objects 50 --data ./lake --out plan.json)help");
  auto options = Keep<DeriveOptions>();
  auto data = Keep<DataChoice>();
  AddPlanOptions(command, options.get(), data.get());
  command->add_option("--out", options->plan, "the plan")->type_name("FILE")->required();
  AddOutput(command, options.get());
  command->callback([choice, options, data] {
    choice->run = [choice, options, data]() -> Status {
      TRY(Complete(options.get(), *data, choice));
      return RunDerivePlan(*options, &choice->is_usage_wrong);
    };
  });
}

void AddPlanFile(CLI::App* command, DeriveOptions* options) {
  command->add_option("--data", options->data, "data directory (default: the plan's)")
      ->type_name("DIR");
  command->add_option("--plan", options->plan, "as `tarn derive plan` wrote it")
      ->type_name("FILE")
      ->required();
}

void AddDeriveTask(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("run-task", "Do one task of a plan");
  command->footer(R"help(Examples:
  tarn derive run-task --plan plan.json --task 0
  tarn derive run-task --plan plan.json --task "$SLURM_ARRAY_TASK_ID" --data /mnt/lake

Several attempts at a task may run at once: the first that is done counts.
Exit status: 0 done, 10 it may succeed later, 42 it will not.)help");
  auto options = Keep<DeriveOptions>();
  AddPlanFile(command, options.get());
  command->add_option("--task", options->task, "its number, from 0")->type_name("N")->required();
  AddMemory(command, options.get(), "for rows and files in the making");
  AddHmacKeys(command, options.get(), "");
  AddEndWith(command, options.get());
  command->callback([choice, options] {
    choice->exit_status = TaskExitStatus;
    choice->run = [options] { return RunDeriveTask(*options); };
  });
}

void AddDeriveCommit(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("commit", "Make a plan's tasks count, once all are done");
  command->footer(R"help(Examples:
  tarn derive commit --plan plan.json
  tarn derive commit --plan plan.json --data /mnt/lake --output json

Once more does nothing.)help");
  auto options = Keep<DeriveOptions>();
  AddPlanFile(command, options.get());
  AddOutput(command, options.get());
  command->callback(
      [choice, options] { choice->run = [options] { return RunDeriveCommit(*options); }; });
}

void AddDeriveList(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("list", "Print the datasets that are known by name");
  command->footer(R"help(Examples:
  tarn derive list
  tarn derive list --plugin ./libmine.so
  tarn derive list searches.toml              checks the recipe too)help");
  auto options = Keep<DeriveOptions>();
  AddPlugins(command, options.get(), "also those of a shared object");
  command->add_option("recipe", options->dataset, "also those of recipes, which are checked")
      ->type_name("FILE");
  command->callback([choice, options] {
    choice->run = [choice, options] { return RunDeriveList(*options, &choice->is_usage_wrong); };
  });
}

}  // namespace

void AddDerive(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand(
      "derive", "Make tables of raw objects, by date: plan, run tasks, commit");
  command->footer(R"(Examples:
  tarn derive list
  tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake
  tarn derive plan ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake --out plan.json
  tarn derive run-task --plan plan.json --task 0
  tarn derive commit --plan plan.json)");
  command->require_subcommand(1);
  AddDeriveList(command, choice);
  AddDeriveRun(command, choice);
  AddDerivePlan(command, choice);
  AddDeriveTask(command, choice);
  AddDeriveCommit(command, choice);
}

}  // namespace tarn::app
