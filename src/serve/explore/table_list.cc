#include "serve/explore/table_list.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"
#include "base/whole_number.h"
#include "codec/text.h"
#include "schema/data_size.h"
#include "schema/declaration.h"
#include "serve/explore/parameters.h"
#include "serve/explore/table_question.h"

namespace tarn::serve {
namespace {

constexpr int64_t kPartitionsMax = 10'000;
constexpr int64_t kSnapshotsMax = 1000;

Json MillisText(int64_t millis) { return FormatTimestamp(millis * 1000, TimeStyle::kIsoUtc); }

/// A count of a snapshot's summary; none where the engine that wrote it did not tell.
std::optional<int64_t> Count(const std::map<std::string, std::string>& summary,
                             const std::string& key) {
  const auto found = summary.find(key);
  return found == summary.end() ? std::nullopt : ParseWhole<int64_t>(found->second);
}

Json CountJson(const std::map<std::string, std::string>& summary, const std::string& key) {
  return Count(summary, key).value_or(0);
}

using Size = schema::DataSize;

const catalog::SnapshotSummary* Current(const catalog::Table& table) {
  const auto found = std::ranges::find_if(
      table.snapshots, [&](const auto& one) { return table.current && one.id == *table.current; });
  return found == table.snapshots.end() ? nullptr : &*found;
}

/// What has landed: by the summary where it tells all, else by the list of files.
Result<Size> SizeOf(const catalog::Table& table, catalog::Catalog& catalog) {
  const catalog::SnapshotSummary* current = Current(table);
  if (current == nullptr) return Size{};
  const auto rows = Count(current->summary, "total-records");
  const auto files = Count(current->summary, "total-data-files");
  const auto bytes = Count(current->summary, "total-files-size");
  if (rows && files && bytes) return Size{*rows, *files, *bytes};
  return schema::SizeOf(TRY(catalog.LoadSnapshot(table, std::nullopt)));
}

/// Why the rows of tables do not land, by table; those whose rows do are not here.
std::map<schema::TableName, std::string> Problems(flow::Streams& streams) {
  std::map<schema::TableName, std::string> problems;
  for (const flow::StreamInfo& stream : streams.List()) {
    if (!stream.health) problems.emplace(stream.definition.table, stream.health.error().message());
  }
  return problems;
}

Json Summary(const catalog::Table& table, const Size& size, flow::Streams& streams,
             const std::map<schema::TableName, std::string>& problems) {
  const catalog::SnapshotSummary* current = Current(table);
  const auto problem = problems.find(table.name);
  return Json::MakeObject(
      {{"database", table.name.database},
       {"name", table.name.table},
       {"rows", size.rows},
       {"live_rows", static_cast<int64_t>(streams.LiveRowsOf(table.name))},
       {"files", size.files},
       {"bytes", size.bytes},
       {"columns", static_cast<int64_t>(table.schema.fields.size())},
       {"is_rejects", table.name.table.ends_with(schema::kRejectsSuffix)},
       {"newest_at", current == nullptr ? Json() : MillisText(current->timestamp_ms)},
       {"problem", problem == problems.end() ? Json() : Json(problem->second)}});
}

Result<Json> Summarize(const schema::TableName& name, catalog::Catalog& catalog,
                       flow::Streams& streams,
                       const std::map<schema::TableName, std::string>& problems) {
  const catalog::Table table = TRY(catalog.LoadTable(name));
  return Summary(table, TRY(SizeOf(table, catalog)), streams, problems);
}

/// A table that cannot be read.
Json Unreadable(const schema::TableName& name, const Error& why, flow::Streams& streams) {
  return Json::MakeObject({{"database", name.database},
                           {"name", name.table},
                           {"rows", nullptr},
                           {"live_rows", static_cast<int64_t>(streams.LiveRowsOf(name))},
                           {"files", nullptr},
                           {"bytes", nullptr},
                           {"columns", nullptr},
                           {"is_rejects", name.table.ends_with(schema::kRejectsSuffix)},
                           {"newest_at", nullptr},
                           {"problem", why.message()}});
}

Json ColumnList(const schema::TableSchema& columns) {
  Json all = Json::MakeArray();
  for (const schema::Field& field : columns.fields) {
    all.Push(Json::MakeObject({{"id", field.id.number()},
                               {"name", field.name},
                               {"type", schema::HiveTypeText(field.type)},
                               {"required", field.required},
                               {"doc", field.doc}}));
  }
  return all;
}

Json PartitionFields(const catalog::Table& table) {
  Json all = Json::MakeArray();
  for (const schema::PartitionField& field : table.spec.fields) {
    const schema::Field* source = table.schema.FindById(field.source);
    all.Push(Json::MakeObject({{"column", source == nullptr ? Json() : Json(source->name)},
                               {"transform", schema::TransformText(field.transform)},
                               {"name", field.name}}));
  }
  return all;
}

Json SortOrder(const catalog::Table& table) {
  Json all = Json::MakeArray();
  for (const schema::SortBy& one : table.sort_by) {
    all.Push(schema::SortByText({one}, table.schema));
  }
  return all;
}

Json Properties(const catalog::Table& table) {
  Json all = Json::MakeObject({});
  for (const auto& [key, value] : table.properties) all.Set(key, value);
  return all;
}

/// A text in single quotes, those inside as `escaped`.
std::string Quoted(std::string_view text, std::string_view escaped) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? escaped : std::string_view(&c, 1);
  return quoted + "'";
}

std::string SqlText(std::string_view text) { return Quoted(text, "''"); }
std::string ShellText(std::string_view text) { return Quoted(text, "'\\''"); }

/// The folder of a table's database, or of the table where it lies elsewhere.
std::string WarehouseOf(const catalog::Table& table) {
  const std::string own = "/" + table.name.database + "/" + table.name.table;
  if (!table.location.ends_with(own)) return table.location;
  return table.location.substr(0, table.location.size() - own.size());
}

/// What to type elsewhere to read the table's files without Tarn.
Json OpenWith(const catalog::Table& table, const std::string& catalog_path) {
  return Json::MakeObject(
      {{"duckdb", Format("INSTALL iceberg; LOAD iceberg;\nSELECT * FROM iceberg_scan({});",
                         SqlText(table.metadata_uri))},
       {"pyiceberg", Format("from pyiceberg.catalog.sql import SqlCatalog\n"
                            "table = SqlCatalog(\"tarn\", uri={}).load_table(({}, {}))\n"
                            "table.scan().to_arrow()",
                            QuoteJson("sqlite:///" + catalog_path), QuoteJson(table.name.database),
                            QuoteJson(table.name.table))},
       {"spark",
        Format("spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0,"
               "org.xerial:sqlite-jdbc:3.50.3.0 \\\n"
               "  --conf spark.sql.catalog.tarn=org.apache.iceberg.spark.SparkCatalog "
               "--conf spark.sql.catalog.tarn.type=jdbc \\\n"
               "  --conf {} \\\n"
               "  --conf spark.sql.catalog.tarn.jdbc.schema-version=V1 \\\n"
               "  --conf {} \\\n"
               "  -e {}",
               ShellText("spark.sql.catalog.tarn.uri=jdbc:sqlite:" + catalog_path),
               ShellText("spark.sql.catalog.tarn.warehouse=" + WarehouseOf(table)),
               ShellText(Format("SELECT * FROM tarn.`{}`.`{}` LIMIT 10", table.name.database,
                                table.name.table)))}});
}

/// The directories of a snapshot, by path.
std::map<std::string, Size> PartitionSizes(const schema::Snapshot& snapshot) {
  std::map<std::string, Size> sizes;
  for (const auto& part : snapshot.files) {
    for (const schema::DataFile& file : *part) {
      const auto spec =
          std::ranges::find(snapshot.specs, file.spec_id, &schema::PartitionSpec::spec_id);
      const std::string path = spec == snapshot.specs.end()
                                   ? std::string()
                                   : schema::PartitionPath(*spec, snapshot.schema, file.partition);
      sizes[path].Add(file);
    }
  }
  return sizes;
}

Result<Json> PartitionsJson(catalog::Catalog& catalog, const schema::TableName& name,
                            int64_t limit) {
  const catalog::Table table = TRY(catalog.LoadTable(name));
  const auto sizes = PartitionSizes(TRY(catalog.LoadSnapshot(table, std::nullopt)));
  Json all = Json::MakeArray();
  bool more = false;
  for (const auto& [path, size] : sizes) {
    more = std::cmp_equal(all.as_array().size(), limit);
    if (more) break;
    all.Push(Json::MakeObject(
        {{"path", path}, {"rows", size.rows}, {"files", size.files}, {"bytes", size.bytes}}));
  }
  return Json::MakeObject({{"partitions", all}, {"more", more}});
}

Json SnapshotJson(const catalog::SnapshotSummary& snapshot) {
  const auto& summary = snapshot.summary;
  const auto operation = summary.find("operation");
  return Json::MakeObject(
      {{"id", Format("{}", snapshot.id.number())},
       {"parent", snapshot.parent ? Json(Format("{}", snapshot.parent->number())) : Json()},
       {"at", MillisText(snapshot.timestamp_ms)},
       {"operation", operation == summary.end() ? Json() : Json(operation->second)},
       {"added_rows", CountJson(summary, "added-records")},
       {"removed_rows", CountJson(summary, "deleted-records")},
       {"added_files", CountJson(summary, "added-data-files")},
       {"removed_files", CountJson(summary, "deleted-data-files")},
       {"total_rows", CountJson(summary, "total-records")},
       {"total_files", CountJson(summary, "total-data-files")},
       {"total_bytes", CountJson(summary, "total-files-size")}});
}

Result<Json> SnapshotsJson(catalog::Catalog& catalog, const schema::TableName& name,
                           int64_t limit) {
  catalog::Table table = TRY(catalog.LoadTable(name));
  std::ranges::stable_sort(table.snapshots, std::greater{},
                           &catalog::SnapshotSummary::sequence_number);
  Json all = Json::MakeArray();
  for (const catalog::SnapshotSummary& snapshot : table.snapshots) {
    if (std::cmp_equal(all.as_array().size(), limit)) break;
    all.Push(SnapshotJson(snapshot));
  }
  const bool more = table.snapshots.size() > all.as_array().size();
  return Json::MakeObject({{"snapshots", all}, {"more", more}});
}

/// The snapshot of a run of a derived dataset: it names the plan. nullptr: expired
const catalog::SnapshotSummary* SnapshotOfPlan(const catalog::Table& table,
                                               const std::string& plan) {
  const auto found = std::ranges::find_if(table.snapshots, [&](const auto& snapshot) {
    const auto id = snapshot.summary.find("tarn.plan-id");
    return id != snapshot.summary.end() && id->second == plan;
  });
  return found == table.snapshots.end() ? nullptr : &*found;
}

/// What a partition was made of.
Json DerivedPartition(const catalog::DerivedRun& run, const catalog::Table& table) {
  Json json = Json::MakeObject({{"database", table.name.database},
                                {"table", table.name.table},
                                {"partition", run.partition},
                                {"code_version", run.code_version},
                                {"plan", run.plan_id}});
  const catalog::SnapshotSummary* snapshot = SnapshotOfPlan(table, run.plan_id);
  if (snapshot == nullptr) return json;
  json.Set("committed_at", MillisText(snapshot->timestamp_ms));
  const auto dataset = snapshot->summary.find("tarn.dataset");
  if (dataset != snapshot->summary.end()) json.Set("dataset", dataset->second);
  return json;
}

}  // namespace

Result<Json> TablesJson(catalog::Catalog& catalog, flow::Streams& streams) {
  const auto problems = Problems(streams);
  Json all = Json::MakeArray();
  for (const std::string& database : TRY(catalog.ListDatabases())) {
    for (const schema::TableName& name : TRY(catalog.ListTables(database))) {
      auto json = Summarize(name, catalog, streams, problems);
      all.Push(json ? *std::move(json) : Unreadable(name, json.error(), streams));
    }
  }
  return all;
}

void TableList::Run(const Responder& responder, std::function<Result<Json>()> work) const {
  workers_.RunOrRefuse(responder, [responder, work = std::move(work)] {
    const auto json = work();
    responder.Send(json ? Reply::OfJson(200, *json) : ErrorReply(json.error()));
  });
}

void TableList::List(const Request& request, const Responder& responder) const {
  const auto parameters = Parameters::Read(request.query, {});
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  Run(responder, [this]() -> Result<Json> {
    return Json::MakeObject({{"tables", TRY(TablesJson(catalog_, streams_))}});
  });
}

void TableList::Describe(const Request& request, const Responder& responder) const {
  const auto parameters = Parameters::Read(request.query, {});
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  const schema::TableName name{request.parameter("database"), request.parameter("table")};
  Run(responder, [this, name] { return DescribeTable(name); });
}

Result<Json> TableList::DescribeTable(const schema::TableName& name) const {
  const catalog::Table table = TRY(catalog_.LoadTable(name));
  Json json = Summary(table, TRY(SizeOf(table, catalog_)), streams_, Problems(streams_));
  json.Set("location", table.location);
  json.Set("uuid", table.uuid);
  json.Set("format_version", table.format_version);
  json.Set("columns_list", ColumnList(table.schema));
  Json times = Json::MakeArray();
  for (const std::string& column : TimeColumns(table.schema)) times.Push(column);
  json.Set("time_columns", std::move(times));
  json.Set("partition_fields", PartitionFields(table));
  json.Set("sort_order", SortOrder(table));
  json.Set("properties", Properties(table));
  json.Set("open_with", OpenWith(table, options_.catalog_path));
  return json;
}

void TableList::Partitions(const Request& request, const Responder& responder) const {
  const auto limit = [&]() -> Result<int64_t> {
    return TRY(Parameters::Read(request.query, {"limit"}))
        .Integer("limit", 1000, 1, kPartitionsMax);
  }();
  if (!limit) return responder.Send(ErrorReply(limit.error()));
  const schema::TableName name{request.parameter("database"), request.parameter("table")};
  Run(responder, [this, name, limit = *limit] { return PartitionsJson(catalog_, name, limit); });
}

void TableList::Snapshots(const Request& request, const Responder& responder) const {
  const auto limit = [&]() -> Result<int64_t> {
    return TRY(Parameters::Read(request.query, {"limit"})).Integer("limit", 100, 1, kSnapshotsMax);
  }();
  if (!limit) return responder.Send(ErrorReply(limit.error()));
  const schema::TableName name{request.parameter("database"), request.parameter("table")};
  Run(responder, [this, name, limit = *limit] { return SnapshotsJson(catalog_, name, limit); });
}

Result<Json> TableList::DescribeDerived() const {
  Json partitions = Json::MakeArray();
  for (const std::string& database : TRY(catalog_.ListDatabases())) {
    for (const schema::TableName& name : TRY(catalog_.ListTables(database))) {
      const auto table = catalog_.LoadTable(name);
      if (!table) continue;  // the list of tables tells its problem
      for (const catalog::DerivedRun& run : TRY(catalog_.ListDerivedRuns(table->uuid)))
        partitions.Push(DerivedPartition(run, *table));
    }
  }
  Json all = options_.describe_derived ? options_.describe_derived() : Json::MakeObject({});
  all.Set("partitions", std::move(partitions));
  return all;
}

void TableList::Derived(const Request& request, const Responder& responder) const {
  const auto parameters = Parameters::Read(request.query, {});
  if (!parameters) return responder.Send(ErrorReply(parameters.error()));
  Run(responder, [this] { return DescribeDerived(); });
}

}  // namespace tarn::serve
