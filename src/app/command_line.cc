#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "app/config.h"
#include "app/doctor_command.h"
#include "app/generate_command.h"
#include "app/query_command.h"
#include "app/send_command.h"
#include "app/serve_command.h"
#include "app/stream_command.h"
#include "app/table_command.h"

namespace tarn::app {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kNotFoundStatus = 3;

constexpr std::string_view kExamples = R"(Examples:
  tarn serve --data ./lake                                   start a server on a directory
  tarn stream create events --columns "name string, at timestamp"
  tarn send events.ndjson --stream events                    lines of a file to a stream
  tarn query "SELECT name, count(*) FROM events GROUP BY name" --data ./lake

`tarn COMMAND --help` says more. Exit status: 0 done, 1 failed, 2 wrong command line, 3 not found.)";

// What a command does once the command line is parsed.
struct Choice {
  std::function<Status()> run;
};

// Options that live until the command has run.
template <class Options, class... Arguments>
std::shared_ptr<Options> Keep(Arguments&&... arguments) {
  return std::make_shared<Options>(std::forward<Arguments>(arguments)...);
}

void AddServerOptions(CLI::App* command, ServerAddress* server) {
  command->add_option("--url", server->url,
                      "address of the server (default: http://127.0.0.1:8080)");
  command->add_option("--data", server->data, "or the data directory that it runs on");
}

// Flags of `serve` that are settings by another name.
void AddServe(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("serve", "Start the server");
  command->footer(
      "Examples:\n  tarn serve --data ./lake\n  tarn serve --data /var/lib/tarn --listen "
      "127.0.0.1:0\n\n"
      "Ready is one line of JSON on stdout. Other settings: tarn config show");
  auto flags = Keep<FlagValues>();
  auto file = Keep<std::string>();
  const auto setting = [&](const std::string& flag, const std::string& name,
                           const std::string& about) {
    command->add_option_function<std::string>(
        flag, [flags, name](const std::string& value) { (*flags)[name] = value; }, about);
  };
  command->add_option("--config", *file, "TOML file");
  setting("--data", "server.data", "data directory; made where missing");
  setting("--listen", "server.listen",
          "HOST:PORT; port 0 is any free one (default: 127.0.0.1:8080)");
  setting("--log-level", "log.level", "debug, info, warn, error");
  command->add_flag_function(
      "--insecure-network", [flags](int64_t) { (*flags)["server.insecure_network"] = "true"; },
      "listen beyond loopback without keys and TLS");
  command->callback([choice, flags, file] {
    choice->run = [flags, file]() -> Status {
      const auto named = file->empty() ? std::nullopt : std::optional(*file);
      return RunServe(TRY(LoadConfig(named, *flags)).config);
    };
  });
}

void AddGenerate(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("generate", "Write reference data as NDJSON");
  command->footer(
      "Examples:\n  tarn generate sessions --sessions 100000 --seed 1 > sessions.ndjson\n  tarn "
      "generate sensors > sensors.ndjson");
  command->require_subcommand(1);
  for (const char* what : {"sessions", "sensors"}) {
    CLI::App* kind = command->add_subcommand(
        what, what == std::string("sessions") ? "User sessions that walk a Markov chain, shuffled"
                                              : "10 sensors with 25,000 samples each");
    auto options = Keep<GenerateOptions>();
    options->what = what;
    if (options->what == "sessions")
      kind->add_option("--sessions", options->sessions, "how many sessions")->capture_default_str();
    kind->add_option("--seed", options->seed, "same seed, same bytes")->capture_default_str();
    kind->add_option("--out", options->file, "file; - is stdout")->capture_default_str();
    kind->callback(
        [choice, options] { choice->run = [options] { return RunGenerate(*options); }; });
  }
}

void AddSend(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("send", "Send a file's lines to a stream by PutRecordBatch");
  command->footer(
      "Examples:\n  tarn send events.ndjson --stream events\n  zcat events.gz | tarn send - "
      "--stream events --data ./lake");
  auto options = Keep<SendOptions>();
  command->add_option("file", options->file, "NDJSON; - is stdin")->required();
  command->add_option("--stream", options->stream, "delivery stream")->required();
  command->add_option("--in-flight", options->in_flight, "requests at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--batch", options->batch_records_max, "records a request")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  command->add_flag("--json", options->json, "the summary as JSON");
  AddServerOptions(command, &options->server);
  command->callback([choice, options] { choice->run = [options] { return RunSend(*options); }; });
}

void AddQuery(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("query", "Run SQL over the tables of a data directory");
  command->footer(
      "Examples:\n  tarn query \"SELECT count(*) FROM events\" --data ./lake\n"
      "  tarn query \"SELECT * FROM events AT (VERSION => 123) LIMIT 5\" --data ./lake --output "
      "json");
  auto options = Keep<QueryOptions>();
  command->add_option("sql", options->sql, "one statement that returns rows")->required();
  command->add_option("--data", options->data, "data directory")->required();
  command->add_option("--output", options->output, "table, json, ndjson, csv")
      ->capture_default_str();
  command->add_option("--database", options->database, "where unqualified names are looked up")
      ->capture_default_str();
  command->callback([choice, options] { choice->run = [options] { return RunQuery(*options); }; });
}

void AddStreamCreate(CLI::App* parent, Choice* choice) {
  CLI::App* create = parent->add_subcommand("create", "Make a stream and its table");
  create->footer(
      "Examples:\n  tarn stream create events\n  tarn stream create visits --columns \"name "
      "string, at timestamp, "
      "n bigint default 0\" --partition-by \"name, day(_received_at) as d\"");
  auto options = Keep<StreamCreateOptions>();
  create->add_option("name", options->name, "1 to 64 of a-z, A-Z, 0-9, _, . and -")->required();
  create->add_option("--columns", options->columns,
                     "declared columns: NAME TYPE [from MEMBER] [default VALUE], …");
  create->add_flag("--inferred", options->inferred,
                   "new members add columns, beside those declared");
  create->add_option("--partition-by", options->partition_by,
                     "columns and transforms (default: day(_received_at) as _day)");
  create->add_option("--table", options->table, "database.table (default: from the stream's name)");
  create->add_option("--buffer-seconds", options->buffer_seconds,
                     "rows land after this long, 0 to 900 (default: 60)");
  create->add_option("--buffer-size", options->buffer_size,
                     "or once this much was received (default: 64 MiB)");
  create->add_option("--compression", options->compression, "zstd or none");
  AddServerOptions(create, &options->server);
  create->callback(
      [choice, options] { choice->run = [options] { return RunStreamCreate(*options); }; });
}

void AddStream(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("stream", "Make and look after delivery streams");
  command->require_subcommand(1);
  AddStreamCreate(command, choice);

  auto list_server = Keep<ServerAddress>();
  auto output = Keep<std::string>("table");
  CLI::App* list = command->add_subcommand("list", "All streams");
  list->add_option("--output", *output, "table, json");
  AddServerOptions(list, list_server.get());
  list->callback([choice, list_server, output] {
    choice->run = [=] { return RunStreamList(*list_server, *output); };
  });

  using Named = Status (*)(const ServerAddress&, const std::string&);
  const std::pair<const char*, std::pair<const char*, Named>> commands[] = {
      {"describe", {"One stream, as JSON", &RunStreamDescribe}},
      {"delete",
       {"Land what was acknowledged, forget the stream, keep its table", &RunStreamDelete}}};
  for (const auto& [name, about_and_run] : commands) {
    auto server = Keep<ServerAddress>();
    auto stream = Keep<std::string>();
    CLI::App* named = command->add_subcommand(name, about_and_run.first);
    named->add_option("name", *stream)->required();
    AddServerOptions(named, server.get());
    named->callback([choice, server, stream, run = about_and_run.second] {
      choice->run = [=] { return run(*server, *stream); };
    });
  }

  auto put_server = Keep<ServerAddress>();
  auto put_name = Keep<std::string>();
  auto body = Keep<std::string>();
  CLI::App* put =
      command->add_subcommand("put", "Append records: a JSON value, NDJSON or an array");
  put->add_option("name", *put_name)->required();
  put->add_option("body", *body, "- is stdin")->required();
  AddServerOptions(put, put_server.get());
  put->callback([=] { choice->run = [=] { return RunStreamPut(*put_server, *put_name, *body); }; });
}

void AddTable(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("table", "Look at the tables of a data directory");
  command->require_subcommand(1);
  using Run = Status (*)(const TableOptions&);
  const std::pair<const char*, std::pair<const char*, Run>> commands[] = {
      {"list", {"All tables with rows, files and bytes", &RunTableList}},
      {"describe", {"Columns, partitions, location, size", &RunTableDescribe}},
      {"snapshots", {"What each commit added", &RunTableSnapshots}}};
  for (const auto& [name, about_and_run] : commands) {
    auto options = Keep<TableOptions>();
    CLI::App* sub = command->add_subcommand(name, about_and_run.first);
    if (std::string(name) != "list")
      sub->add_option("table", options->table, "database.table, or a table of default")->required();
    sub->add_option("--data", options->data, "data directory")->required();
    sub->add_option("--output", options->output, "table, json")->capture_default_str();
    sub->callback([choice, options, run = about_and_run.second] {
      choice->run = [=] { return run(*options); };
    });
  }
}

void AddConfig(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("config", "Check and show settings");
  command->require_subcommand(1);
  for (const char* name : {"check", "show"}) {
    const bool show = name == std::string("show");
    auto file = Keep<std::string>();
    CLI::App* sub = command->add_subcommand(
        name, show ? "All settings in force, as a TOML file" : "Read the file and the environment");
    sub->add_option("--config", *file, "TOML file");
    sub->callback([choice, file, show] {
      choice->run = [file, show]() -> Status {
        const LoadedConfig loaded =
            TRY(LoadConfig(file->empty() ? std::nullopt : std::optional(*file), {}));
        if (show) std::fputs(ShowConfig(loaded.config).c_str(), stdout);
        if (!show)
          std::puts(loaded.file.empty() ? "no file; the environment is fine"
                                        : (loaded.file + " is fine").c_str());
        return {};
      };
    });
  }
}

void AddDoctor(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("doctor", "Look at a data directory and say what is wrong");
  auto options = Keep<DoctorOptions>();
  command->add_option("--data", options->data, "data directory");
  command->add_option("--adopt", options->adopt, "accept a directory that was moved on purpose");
  command->add_flag("--ready", options->ready, "only ask whether its server is ready");
  command->callback([choice, options] { choice->run = [options] { return RunDoctor(*options); }; });
}

int ExitStatus(const Error& error) {
  std::fprintf(stderr, "tarn: %s\n", error.message().c_str());
  return error.kind() == ErrorKind::kNotFound ? kNotFoundStatus : kFailed;
}

}  // namespace

int RunCommandLine(int argument_count, char** arguments) {
  CLI::App tarn("Tarn: a telemetry lake in one program", "tarn");
  tarn.footer(std::string(kExamples));
  tarn.set_version_flag("--version", "tarn " TARN_VERSION);
  tarn.require_subcommand(1);
  Choice choice;
  AddServe(&tarn, &choice);
  AddStream(&tarn, &choice);
  AddGenerate(&tarn, &choice);
  AddSend(&tarn, &choice);
  AddQuery(&tarn, &choice);
  AddTable(&tarn, &choice);
  AddConfig(&tarn, &choice);
  AddDoctor(&tarn, &choice);
  tarn.add_subcommand("version", "Which version this is")->callback([&choice] {
    choice.run = []() -> Status {
      std::puts("tarn " TARN_VERSION);
      return {};
    };
  });
  try {
    tarn.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return tarn.exit(error) == 0 ? 0 : kUsage;
  }
  const Status status = choice.run();
  return status ? 0 : ExitStatus(status.error());
}

}  // namespace tarn::app
