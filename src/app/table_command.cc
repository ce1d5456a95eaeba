#include "app/table_command.h"

#include <cstdio>
#include <memory>

#include "app/data_directory.h"
#include "app/progress.h"
#include "base/json.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "schema/data_size.h"
#include "schema/declaration.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

struct OpenedCatalog {
  std::unique_ptr<store::Buckets> buckets;
  std::unique_ptr<catalog::Catalog> catalog;
};

Result<OpenedCatalog> OpenCatalog(const std::string& data) {
  os::Files& files = os::PosixFiles();
  const DataPaths paths = TRY(FindDataDirectory(data, files));
  OpenedCatalog opened;
  opened.buckets = TRY(store::LocalBuckets::Open(paths.buckets(), files, os::SystemEntropy()));
  opened.catalog = TRY(catalog::Catalog::OpenReadOnly({.path = paths.catalog()}, *opened.buckets,
                                                      os::SystemClock(), os::SystemEntropy()));
  return opened;
}

Status CheckOutput(const std::string& output) {
  if (output != "table" && output != "json")
    return Fail(ErrorKind::kInvalid, "--output {}: table and json are possible", output);
  return {};
}

void PrintLine(const std::string& text) { std::puts(text.c_str()); }

Json DescribeJson(const catalog::Table& table, const schema::DataSize& size) {
  Json columns = Json::MakeArray();
  for (const schema::Field& field : table.schema.fields) {
    columns.Push(Json::MakeObject({{"id", field.id.number()},
                                   {"name", field.name},
                                   {"type", schema::HiveTypeText(field.type)},
                                   {"required", field.required}}));
  }
  return Json::MakeObject({{"table", table.name.ToString()},
                           {"location", table.location},
                           {"metadata", table.metadata_uri},
                           {"partition_by", schema::PartitionSpecText(table.spec, table.schema)},
                           {"sort_by", schema::SortByText(table.sort_by, table.schema)},
                           {"columns", columns},
                           {"rows_in_files", size.rows},
                           {"files", size.files},
                           {"bytes", size.bytes},
                           {"snapshots", static_cast<int64_t>(table.snapshots.size())}});
}

}  // namespace

schema::TableName TableNameOf(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos) return {schema::kDefaultDatabase, text};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

Status RunTableList(const TableOptions& options) {
  TRY(CheckOutput(options.output));
  const OpenedCatalog opened = TRY(OpenCatalog(options.data));
  Json all = Json::MakeArray();
  if (options.output == "table")
    PrintLine(Format("{:<40} {:>14} {:>8} {:>12}", "TABLE", "ROWS IN FILES", "FILES", "SIZE"));
  for (const std::string& database : TRY(opened.catalog->ListDatabases())) {
    for (const schema::TableName& name : TRY(opened.catalog->ListTables(database))) {
      const catalog::Table table = TRY(opened.catalog->LoadTable(name));
      const schema::DataSize size =
          schema::SizeOf(TRY(opened.catalog->LoadSnapshot(table, std::nullopt)));
      if (options.output == "json") {
        all.Push(Json::MakeObject({{"table", name.ToString()},
                                   {"rows_in_files", size.rows},
                                   {"files", size.files},
                                   {"bytes", size.bytes}}));
      } else {
        PrintLine(Format("{:<40} {:>14} {:>8} {:>12}", name.ToString(), size.rows, size.files,
                         ByteText(static_cast<uint64_t>(size.bytes))));
      }
    }
  }
  if (options.output == "json") PrintLine(all.DumpPretty());
  return {};
}

Status RunTableDescribe(const TableOptions& options) {
  TRY(CheckOutput(options.output));
  const OpenedCatalog opened = TRY(OpenCatalog(options.data));
  const catalog::Table table = TRY(opened.catalog->LoadTable(TableNameOf(options.table)));
  const schema::DataSize size =
      schema::SizeOf(TRY(opened.catalog->LoadSnapshot(table, std::nullopt)));
  if (options.output == "json") {
    PrintLine(DescribeJson(table, size).DumpPretty());
    return {};
  }
  PrintLine(Format(
      "table         {}\nlocation      {}\npartitioned   {}\nrows in files {}\nfiles         {} "
      "({})\nsnapshots     {}\n",
      table.name.ToString(), table.location,
      table.spec.fields.empty() ? "no"
                                : "by " + schema::PartitionSpecText(table.spec, table.schema),
      size.rows, size.files, ByteText(static_cast<uint64_t>(size.bytes)), table.snapshots.size()));
  if (!table.sort_by.empty())
    PrintLine(Format("sorted        by {}\n", schema::SortByText(table.sort_by, table.schema)));
  PrintLine(Format("{:>4}  {:<32} {}", "ID", "COLUMN", "TYPE"));
  for (const schema::Field& field : table.schema.fields) {
    PrintLine(Format("{:>4}  {:<32} {}", field.id.number(), field.name,
                     schema::HiveTypeText(field.type)));
  }
  return {};
}

Status RunTableSnapshots(const TableOptions& options) {
  TRY(CheckOutput(options.output));
  const OpenedCatalog opened = TRY(OpenCatalog(options.data));
  const catalog::Table table = TRY(opened.catalog->LoadTable(TableNameOf(options.table)));
  Json all = Json::MakeArray();
  if (options.output == "table")
    PrintLine(Format("{:<20} {:<28} {:<10} {:>12} {:>12}", "SNAPSHOT", "TIME", "OPERATION",
                     "ADDED ROWS", "TOTAL ROWS"));
  for (const catalog::SnapshotSummary& snapshot : table.snapshots) {
    const auto value = [&](const char* key) {
      const auto found = snapshot.summary.find(key);
      return found == snapshot.summary.end() ? std::string() : found->second;
    };
    const std::string time = FormatTimestamp(snapshot.timestamp_ms * 1000, TimeStyle::kIsoUtc);
    if (options.output == "json") {
      Json summary = Json::MakeObject({});
      for (const auto& [key, text] : snapshot.summary) summary.Set(key, text);
      all.Push(Json::MakeObject({{"snapshot", Format("{}", snapshot.id.number())},
                                 {"time", time},
                                 {"summary", summary}}));
    } else {
      PrintLine(Format("{:<20} {:<28} {:<10} {:>12} {:>12}", snapshot.id.number(), time,
                       value("operation"), value("added-records"), value("total-records")));
    }
  }
  if (options.output == "json") PrintLine(all.DumpPretty());
  return {};
}

}  // namespace tarn::app
