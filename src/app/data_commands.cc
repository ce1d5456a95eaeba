// The commands that read a data directory: query, table.
#include "app/commands_internal.h"
#include "app/query_command.h"
#include "app/table_command.h"

namespace tarn::app {

void AddDataOptions(CLI::App* command, DataChoice* data) {
  command
      ->add_option("--data", data->data,
                   "data directory (default: server.data of the configuration)")
      ->type_name("DIR");
  command->add_option("--config", data->config, "the configuration: a TOML file")
      ->type_name("FILE");
}

Result<std::string> DataDirectoryOf(const DataChoice& data, Choice* choice) {
  if (!data.data.empty()) return data.data;
  std::string configured = TRY(LoadConfig(data.config_file(), {})).config.data;
  if (!configured.empty()) return configured;
  choice->is_usage_wrong = true;
  return Fail(ErrorKind::kInvalid,
              "which directory? Say --data DIR, or server.data in the configuration");
}

void AddQuery(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("query", "Run SQL over the tables of a data directory");
  command->footer(R"(Examples:
  tarn query "SELECT name, count(*) FROM events GROUP BY name" --data ./lake
  tarn query "SELECT * FROM events AT (VERSION => 123) LIMIT 5" --data ./lake --output json)");
  auto options = Keep<QueryOptions>();
  auto data = Keep<DataChoice>();
  command->add_option("sql", options->sql, "one statement that returns rows")->required();
  AddDataOptions(command, data.get());
  command->add_option("--output", options->output)
      ->check(CLI::IsMember({"table", "json", "ndjson", "csv"}))
      ->capture_default_str();
  command->add_option("--database", options->database, "where unqualified names are looked up")
      ->capture_default_str();
  command->callback([choice, options, data] {
    choice->run = [choice, options, data]() -> Status {
      options->data = TRY(DataDirectoryOf(*data, choice));
      return RunQuery(*options);
    };
  });
}

void AddTable(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("table", "Look at the tables of a data directory");
  command->footer(R"(Examples:
  tarn table list --data ./lake
  tarn table describe events --data ./lake
  tarn table snapshots lake.events --data ./lake --output json)");
  command->require_subcommand(1);
  using Run = Status (*)(const TableOptions&);
  struct Named {
    const char* name;
    const char* about;
    const char* example;
    Run run;
  };
  for (const auto& [name, about, example, run] :
       {Named{"list", "All tables: what of them lies in files", "list", &RunTableList},
        Named{"describe", "Columns, partitions, location, size", "describe events",
              &RunTableDescribe},
        Named{"snapshots", "What each commit added", "snapshots events", &RunTableSnapshots}}) {
    auto options = Keep<TableOptions>();
    auto data = Keep<DataChoice>();
    CLI::App* sub = command->add_subcommand(name, about);
    sub->footer(Format("Examples:\n  tarn table {} --data ./lake", example));
    if (std::string(name) != "list")
      sub->add_option("table", options->table, "database.table, or a table of default")->required();
    AddDataOptions(sub, data.get());
    sub->add_option("--output", options->output)
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    sub->callback([choice, options, data, run] {
      choice->run = [=]() -> Status {
        options->data = TRY(DataDirectoryOf(*data, choice));
        return run(*options);
      };
    });
  }
}

}  // namespace tarn::app
