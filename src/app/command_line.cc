#include "app/command_line.h"

#include <cstdio>
#include <string>

#include "app/command_help_internal.h"
#include "app/commands_internal.h"
#include "app/config_check.h"
#include "app/doctor_command.h"
#include "app/generate_command.h"
#include "app/listen_address.h"
#include "app/output_file.h"
#include "app/serve_command.h"
#include "app/version.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr const char* kExamples = R"(Examples:
  tarn serve --data ./lake                            start a server on a directory
  tarn stream create events --columns "name string, at timestamp"
  tarn send events.ndjson --stream events             lines of a file to a stream
  tarn query "SELECT name, count(*) FROM events GROUP BY name" --data ./lake

`tarn COMMAND --help` says more. Exit status: 0 done, 1 failed, 2 wrong command line, 3 not found.)";

// Flags of `serve` that are settings by another name.
void AddServe(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("serve", "Start the server");
  command->footer(R"(Examples:
  tarn serve --data ./lake
  tarn serve --data /var/lib/tarn --listen 127.0.0.1:0

Ready is one line of JSON on stdout. SIGTERM, SIGHUP or Ctrl-C: live rows land, then it ends.
All settings, for a file or the environment: tarn config show)");
  auto flags = Keep<FlagValues>();
  auto data = Keep<DataChoice>();
  const auto setting = [&](const std::string& flag, const std::string& name,
                           const std::string& about) {
    return command->add_option_function<std::string>(
        flag, [flags, name](const std::string& value) { (*flags)[name] = value; }, about);
  };
  command->add_option("--config", data->config, "the configuration: a TOML file")
      ->type_name("FILE");
  setting("--data", "server.data", "data directory; made where missing")->type_name("DIR");
  setting("--listen", "server.listen", "port 0 is any free one (default: 127.0.0.1:8080)")
      ->type_name("HOST:PORT")
      ->check([](const std::string& text) {
        const auto address = ParseListen(text);
        return address ? std::string() : address.error().message();
      });
  setting("--log-level", "log.level", "(default: info)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command->add_flag_function(
      "--insecure-network", [flags](int64_t) { (*flags)["server.insecure_network"] = "true"; },
      "listen beyond loopback without keys and TLS");
  command->callback([choice, flags, data] {
    choice->run = [choice, flags, data]() -> Status {
      const LoadedConfig loaded = TRY(LoadConfig(data->config_file(), *flags));
      const Config& config = loaded.config;
      TRY(While(CheckReach(config), "{}", loaded.PlaceOf("server.listen")));
      data->data = config.data;
      TRY(DataDirectoryOf(*data, choice));
      return RunServe(config);
    };
  });
}

void AddGenerate(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("generate", "Write reference data as NDJSON");
  command->footer(R"(Examples:
  tarn generate sessions --sessions 100000 --seed 1 > sessions.ndjson
  tarn generate sensors > sensors.ndjson)");
  command->require_subcommand(1);
  for (const char* what : {"sessions", "sensors"}) {
    CLI::App* kind = command->add_subcommand(
        what, what == std::string("sessions") ? "User sessions that walk a Markov chain, shuffled"
                                              : "10 sensors with 25,000 samples each");
    kind->footer(Format("Examples:\n  tarn generate {0} > {0}.ndjson", what));
    auto options = Keep<GenerateOptions>();
    options->what = what;
    if (options->what == "sessions")
      kind->add_option("--sessions", options->sessions, "how many sessions")->capture_default_str();
    kind->add_option("--seed", options->seed, "same seed, same bytes")->capture_default_str();
    kind->add_option("--out", options->file, "- is stdout")
        ->type_name("FILE")
        ->capture_default_str();
    kind->callback(
        [choice, options] { choice->run = [options] { return RunGenerate(*options); }; });
  }
}

void AddConfigShow(CLI::App* parent, Choice* choice) {
  CLI::App* show = parent->add_subcommand("show", "All settings in force, as a TOML file");
  show->footer(R"(Examples:
  tarn config show
  tarn config show --out tarn.toml        whole or not at all, so it may be the file that is read)");
  auto data = Keep<DataChoice>();
  auto out = Keep<std::string>("-");
  show->add_option("--config", data->config, "the configuration: a TOML file")->type_name("FILE");
  show->add_option("--out", *out, "- is stdout")->type_name("FILE")->capture_default_str();
  show->callback([choice, data, out] {
    choice->run = [data, out]() -> Status {
      const std::string text = ShowConfig(TRY(LoadConfig(data->config_file(), {})).config);
      const auto file = TRY(OutputFile::Open(*out, codec::Compression::kNone));
      TRY(file->Write(text));
      return file->Finish();
    };
  });
}

void AddConfigCheck(CLI::App* parent, Choice* choice) {
  CLI::App* check = parent->add_subcommand("check", "Read the file and the environment");
  check->footer("Examples:\n  tarn config check --config ./tarn.toml");
  auto data = Keep<DataChoice>();
  check->add_option("--config", data->config, "the configuration: a TOML file")->type_name("FILE");
  check->callback([choice, data] {
    choice->run = [data]() -> Status {
      const LoadedConfig loaded = TRY(LoadConfig(data->config_file(), {}));
      TRY(While(CheckReach(loaded.config), "{}", loaded.PlaceOf("server.listen")));
      std::puts(loaded.file.empty() ? "no file; the environment is fine"
                                    : (loaded.file + " is fine").c_str());
      return {};
    };
  });
}

void AddConfig(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("config", "Check and show settings");
  command->footer(R"(Examples:
  tarn config show --out tarn.toml
  tarn config check --config /etc/tarn/tarn.toml)");
  command->require_subcommand(1);
  AddConfigCheck(command, choice);
  AddConfigShow(command, choice);
}

void AddDoctor(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("doctor", "Look at a data directory and say what is wrong");
  command->footer(R"(Examples:
  tarn doctor --data ./lake
  tarn doctor --data ./lake --ready        exit status 0 once its server is ready)");
  auto options = Keep<DoctorOptions>();
  auto data = Keep<DataChoice>();
  auto adopted = Keep<std::string>();
  AddDataOptions(command, data.get());
  command->add_option("--adopt", *adopted, "accept a directory that was moved and has no tables")
      ->type_name("DIR");
  command->add_flag("--ready", options->ready, "only ask whether a server runs on it and is ready");
  command->callback([choice, options, data, adopted] {
    choice->run = [choice, options, data, adopted]() -> Status {
      if (!adopted->empty()) return RunAdopt(*adopted);
      options->data = TRY(DataDirectoryOf(*data, choice));
      return RunDoctor(*options);
    };
  });
}

int ExitStatus(const Error& error, const Choice& choice) {
  std::fprintf(stderr, "tarn: %s\n", error.message().c_str());
  if (choice.is_usage_wrong) return kUsage;
  if (choice.exit_status) return choice.exit_status(error);
  return error.kind() == ErrorKind::kNotFound ? kNotFoundStatus : kFailed;
}

std::string VersionText() { return Format("tarn {} ({})", TARN_VERSION, Commit()); }

}  // namespace

int RunCommandLine(int argument_count, char** arguments) {
  CLI::App tarn("Tarn: a telemetry lake in one program", "tarn");
  tarn.formatter(Keep<HelpText>());
  tarn.set_version_flag("--version", VersionText());
  tarn.require_subcommand(1);
  Choice choice;
  AddServe(&tarn, &choice);
  AddStream(&tarn, &choice);
  AddGenerate(&tarn, &choice);
  AddSend(&tarn, &choice);
  AddConvert(&tarn, &choice);
  AddLoad(&tarn, &choice);
  AddHeka(&tarn, &choice);
  AddDerive(&tarn, &choice);
  AddQuery(&tarn, &choice);
  AddTable(&tarn, &choice);
  AddConfig(&tarn, &choice);
  AddDoctor(&tarn, &choice);
  AddBench(&tarn, &choice);
  tarn.add_subcommand("version", "Which version this is")->callback([&choice] {
    choice.run = []() -> Status {
      std::puts(VersionText().c_str());
      return {};
    };
  });
  tarn.footer(kExamples);  // after the commands, which would inherit it
  try {
    tarn.parse(argument_count, arguments);
  } catch (const CLI::Success& asked) {  // --help, --version
    return tarn.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "%s\n", Explain(tarn, error, argument_count, arguments).c_str());
    return kUsage;
  }
  const Status status = choice.run();
  return status ? 0 : ExitStatus(status.error(), choice);
}

}  // namespace tarn::app
