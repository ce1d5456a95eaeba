#include "derive/plan.h"

#include <utility>

#include "schema/iceberg_json.h"

namespace tarn::derive {
namespace {

constexpr int64_t kFormat = 1;

Result<std::vector<std::string>> TextsFrom(const Json& json, std::string_view member) {
  std::vector<std::string> texts;
  for (const Json& text : TRY(json.GetArray(member))->as_array()) {
    if (!text.is_string())
      return Fail(ErrorKind::kInvalid, "member '{}' is no list of texts", member);
    texts.push_back(text.as_string());
  }
  return texts;
}

Json TableJson(const OutputTable& table) {
  return Json::MakeObject({{"database", table.name.database},
                           {"table", table.name.table},
                           {"uuid", table.uuid},
                           {"location", table.location},
                           {"schema", schema::SchemaToIceberg(table.schema)},
                           {"spec", schema::SpecToIceberg(table.spec)}});
}

Result<OutputTable> TableFrom(const Json& json) {
  OutputTable table;
  table.name = {TRY(json.GetString("database")), TRY(json.GetString("table"))};
  table.uuid = TRY(json.GetString("uuid"));
  table.location = TRY(json.GetString("location"));
  table.schema = TRY(schema::SchemaFromIceberg(*TRY(json.GetObject("schema"))));
  table.spec = TRY(schema::SpecFromIceberg(*TRY(json.GetObject("spec"))));
  return table;
}

Json PartitionJson(const PlannedPartition& partition) {
  return Json::MakeObject({{"values", Json::MakeArray(partition.values)},
                           {"path", partition.path},
                           {"inputs_hash", partition.inputs_hash},
                           {"replaced", Json::MakeArray(partition.replaced)},
                           {"replaced_rejects", Json::MakeArray(partition.replaced_rejects)}});
}

Result<PlannedPartition> PartitionFrom(const Json& json) {
  PlannedPartition partition;
  partition.values = TRY(TextsFrom(json, "values"));
  partition.path = TRY(json.GetString("path"));
  partition.inputs_hash = TRY(json.GetString("inputs_hash"));
  partition.replaced = TRY(TextsFrom(json, "replaced"));
  partition.replaced_rejects = TRY(TextsFrom(json, "replaced_rejects"));
  return partition;
}

Json TaskJson(const Task& task) {
  Json inputs = Json::MakeArray();
  for (const InputObject& input : task.inputs) {
    inputs.Push(Json::MakeObject(
        {{"key", input.key}, {"size", static_cast<int64_t>(input.size)}, {"etag", input.etag}}));
  }
  return Json::MakeObject(
      {{"partition", static_cast<int64_t>(task.partition)}, {"inputs", std::move(inputs)}});
}

Result<Task> TaskFrom(const Json& json, size_t partitions) {
  Task task;
  const int64_t partition = TRY(json.GetInt("partition"));
  if (partition < 0 || static_cast<uint64_t>(partition) >= partitions)
    return Fail(ErrorKind::kInvalid, "there is no partition {}", partition);
  task.partition = static_cast<size_t>(partition);
  for (const Json& input : TRY(json.GetArray("inputs"))->as_array()) {
    task.inputs.push_back({.key = TRY(input.GetString("key")),
                           .size = static_cast<uint64_t>(TRY(input.GetInt("size"))),
                           .etag = TRY(input.GetString("etag"))});
  }
  return task;
}

Status ReadDataset(const Json& json, Plan* plan) {
  plan->id = TRY(json.GetString("id"));
  plan->dataset = TRY(json.GetString("dataset"));
  plan->arguments = TRY(TextsFrom(json, "arguments"));
  plan->plugin = TRY(json.GetString("plugin"));
  plan->recipe = TRY(json.GetString("recipe"));
  plan->code_version = TRY(json.GetString("code_version"));
  plan->from_date = TRY(json.GetString("from_date"));
  plan->to_date = TRY(json.GetString("to_date"));
  plan->data = TRY(json.GetString("data"));
  plan->input_bucket = TRY(json.GetString("input_bucket"));
  plan->dimensions = TRY(TextsFrom(json, "dimensions"));
  plan->unchanged = TRY(TextsFrom(json, "unchanged"));
  return {};
}

Result<Plan> Read(const Json& json) {
  Plan plan;
  const int64_t format = TRY(json.GetInt("format"));
  if (format != kFormat)
    return Fail(ErrorKind::kInvalid, "it has format {}, this is Tarn for {}", format, kFormat);
  TRY(ReadDataset(json, &plan));
  plan.rows = TRY(While(TableFrom(*TRY(json.GetObject("rows"))), "rows"));
  plan.rejects = TRY(While(TableFrom(*TRY(json.GetObject("rejects"))), "rejects"));
  for (const Json& partition : TRY(json.GetArray("partitions"))->as_array())
    plan.partitions.push_back(TRY(PartitionFrom(partition)));
  for (const Json& task : TRY(json.GetArray("tasks"))->as_array())
    plan.tasks.push_back(TRY(TaskFrom(task, plan.partitions.size())));
  return plan;
}

}  // namespace

Json Plan::ToJson() const {
  Json json = Json::MakeObject({{"format", kFormat},
                                {"id", id},
                                {"dataset", dataset},
                                {"arguments", Json::MakeArray(arguments)},
                                {"plugin", plugin},
                                {"recipe", recipe},
                                {"code_version", code_version},
                                {"from_date", from_date},
                                {"to_date", to_date},
                                {"data", data},
                                {"input_bucket", input_bucket},
                                {"dimensions", Json::MakeArray(dimensions)},
                                {"rows", TableJson(rows)},
                                {"rejects", TableJson(rejects)},
                                {"unchanged", Json::MakeArray(unchanged)}});
  Json partition_list = Json::MakeArray();
  for (const PlannedPartition& partition : partitions)
    partition_list.Push(PartitionJson(partition));
  Json task_list = Json::MakeArray();
  for (const Task& task : tasks) task_list.Push(TaskJson(task));
  json.Set("partitions", std::move(partition_list));
  json.Set("tasks", std::move(task_list));
  return json;
}

Result<Plan> Plan::FromJson(const Json& json) {
  auto plan = Read(json);
  if (!plan) return Fail(ErrorKind::kCorrupt, "this is no plan: {}", plan.error().message());
  return plan;
}

}  // namespace tarn::derive
