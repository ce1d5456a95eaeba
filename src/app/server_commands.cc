// The commands that talk to a server: send, stream.
#include "app/commands_internal.h"
#include "app/import_keys_command.h"
#include "app/send_command.h"
#include "app/stream_command.h"

namespace tarn::app {
namespace {

void AddServerOptions(CLI::App* command, ServerAddress* server) {
  command
      ->add_option("--url", server->url,
                   "address of the server (default: of the configuration, else "
                   "http://127.0.0.1:8080)")
      ->type_name("URL");
  command->add_option("--data", server->data, "or the data directory that it runs on")
      ->type_name("DIR");
}

void AddStreamCreate(CLI::App* parent, Choice* choice) {
  CLI::App* create = parent->add_subcommand("create", "Make a stream and its table");
  create->footer(R"(Examples:
  tarn stream create events                     columns come from the records
  tarn stream create visits --columns "name string, at timestamp, n bigint default 0" \
      --partition-by "name, day(_received_at) as d")");
  auto options = Keep<StreamCreateOptions>();
  create->add_option("name", options->name, "1 to 64 of a-z, A-Z, 0-9, _, . and -")->required();
  create->add_option("--columns", options->columns,
                     "declared columns: NAME TYPE [from MEMBER] [default VALUE], …");
  create->add_flag("--inferred", options->inferred,
                   "new members add columns, beside those declared");
  create->add_option_function<std::string>(
      "--partition-by", [options](const std::string& text) { options->partition_by = text; },
      "columns and transforms; '' for none (default: day(_received_at) as _day)");
  create->add_option("--table", options->table, "database.table (default: from the stream's name)");
  create
      ->add_option("--buffer-seconds", options->buffer_seconds,
                   "rows land after this long (default: 60)")
      ->check(CLI::Range(0, 900));
  create
      ->add_option("--buffer-size", options->buffer_size,
                   "or once this much was received (default: 64 MiB)")
      ->type_name("SIZE")
      ->check([](const std::string& text) {
        const auto bytes = ParseBytes(text);
        return bytes ? std::string() : bytes.error().message();
      });
  create->add_option("--compression", options->compression, "of the files (default: zstd)")
      ->check(CLI::IsMember({"zstd", "none"}));
  AddServerOptions(create, &options->server);
  create->callback(
      [choice, options] { choice->run = [options] { return RunStreamCreate(*options); }; });
}

void AddStreamList(CLI::App* parent, Choice* choice) {
  CLI::App* list = parent->add_subcommand("list", "All streams");
  list->footer("Examples:\n  tarn stream list\n  tarn stream list --data ./lake --output json");
  auto server = Keep<ServerAddress>();
  auto output = Keep<std::string>("table");
  list->add_option("--output", *output)
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  AddServerOptions(list, server.get());
  list->callback(
      [choice, server, output] { choice->run = [=] { return RunStreamList(*server, *output); }; });
}

void AddStreamDescribe(CLI::App* parent, Choice* choice) {
  CLI::App* describe = parent->add_subcommand("describe", "One stream, as JSON");
  describe->footer("Examples:\n  tarn stream describe visits");
  auto server = Keep<ServerAddress>();
  auto name = Keep<std::string>();
  describe->add_option("name", *name, "of the stream")->required();
  AddServerOptions(describe, server.get());
  describe->callback([=] { choice->run = [=] { return RunStreamDescribe(*server, *name); }; });
}

void AddStreamDelete(CLI::App* parent, Choice* choice) {
  CLI::App* remove = parent->add_subcommand(
      "delete", "Land what was acknowledged, forget the stream, keep its table");
  remove->footer("Examples:\n  tarn stream delete visits");
  auto server = Keep<ServerAddress>();
  auto name = Keep<std::string>();
  auto force = Keep<bool>();
  remove->add_option("name", *name, "of the stream")->required();
  remove->add_flag("--force", *force,
                   "also where its table is held back: its records in the log are lost");
  AddServerOptions(remove, server.get());
  remove->callback([=] { choice->run = [=] { return RunStreamDelete(*server, *name, *force); }; });
}

void AddStreamPut(CLI::App* parent, Choice* choice) {
  CLI::App* put =
      parent->add_subcommand("put", "Append records: a JSON value, NDJSON or an array of records");
  put->footer(R"(Examples:
  tarn stream put visits '{"user":"ann","ms":12}'
  printf '{"n":1}\n{"n":2}\n' | tarn stream put visits -)");
  auto server = Keep<ServerAddress>();
  auto name = Keep<std::string>();
  auto body = Keep<std::string>();
  put->add_option("name", *name, "the stream; made with its first records")->required();
  put->add_option("body", *body, "the records; - is stdin")->required();
  AddServerOptions(put, server.get());
  put->callback([=] { choice->run = [=] { return RunStreamPut(*server, *name, *body); }; });
}

void AddStreamImportKeys(CLI::App* parent, Choice* choice) {
  CLI::App* import = parent->add_subcommand(
      "import-keys", "Say which objects of a stream's source something else has processed");
  import->footer(R"(Examples:
  tarn stream import-keys pings processed.txt --data ./lake
  tarn stream import-keys pings processed.json --data ./lake --config tarn.toml

The list has a key a line, or is a JSON array of keys, or a JSON object whose members are the keys. A server may run; before
its first start with the source it reads none of these objects. Once more does nothing.)");
  auto options = Keep<ImportKeysOptions>();
  auto data = Keep<DataChoice>();
  import->add_option("name", options->stream, "of the stream; [stream.NAME] says its source")
      ->required();
  import->add_option("file", options->file, "the list of keys")->type_name("FILE")->required();
  AddDataOptions(import, data.get());
  import->callback([choice, options, data] {
    choice->run = [choice, options, data]() -> Status {
      options->data = TRY(DataDirectoryOf(*data, choice));
      options->config = data->config_file();
      return RunImportKeys(*options);
    };
  });
}

}  // namespace

void AddSend(CLI::App* parent, Choice* choice) {
  CLI::App* command =
      parent->add_subcommand("send", "Send a file's lines to a stream by PutRecordBatch");
  command->footer(R"(Examples:
  tarn send events.ndjson --stream events
  zcat events.gz | tarn send - --stream events --data ./lake)");
  auto options = Keep<SendOptions>();
  command->add_option("file", options->file, "NDJSON; - is stdin")->required();
  command->add_option("--stream", options->stream, "delivery stream; it must be there")->required();
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

void AddStream(CLI::App* parent, Choice* choice) {
  CLI::App* command = parent->add_subcommand("stream", "Make and look after delivery streams");
  command->footer(R"(Examples:
  tarn stream create visits --columns "name string, at timestamp"
  tarn stream put visits '{"name":"ann","at":"2026-11-21 10:00:00"}'
  tarn stream list)");
  command->require_subcommand(1);
  AddStreamCreate(command, choice);
  AddStreamList(command, choice);

  AddStreamDescribe(command, choice);
  AddStreamDelete(command, choice);
  AddStreamPut(command, choice);
  AddStreamImportKeys(command, choice);
}

}  // namespace tarn::app
