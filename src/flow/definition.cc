#include "flow/definition.h"

#include <algorithm>
#include <cctype>

#include "catalog/rejects_table.h"

namespace tarn::flow {
namespace {

constexpr std::string_view kIngestColumns =
    "_ingest_id string from _record_id, _server_timestamp_utc timestamptz from _received_at, "
    "event_timestamp timestamptz from timestamp_utc default _received_at, event_type string "
    "default 'unknown', "
    "user_id bigint default -1, timestamp_utc string";

bool IsStreamName(std::string_view name) {
  return !name.empty() && name.size() <= kStreamNameBytesMax &&
         std::ranges::all_of(name, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' ||
                  c == '-';
         });
}

bool IsTableName(std::string_view name) {
  return !name.empty() && name.size() <= kStreamNameBytesMax &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Status CheckTable(const schema::TableName& table) {
  for (const std::string& name : {table.database, table.table}) {
    if (!IsTableName(name)) {
      return Fail(ErrorKind::kInvalid,
                  "'{}' is no name of a database or table: 1 to 64 of a-z, 0-9 and _", name);
    }
  }
  if (table.table.ends_with(schema::kRejectsSuffix)) {
    return Fail(ErrorKind::kInvalid, "table '{}': the suffix {} is reserved for rejects",
                table.table, schema::kRejectsSuffix);
  }
  return {};
}

}  // namespace

schema::TableName DerivedTable(std::string_view stream_name) {
  schema::TableName name{schema::kDefaultDatabase, std::string(stream_name)};
  for (char& c : name.table) {
    c = c == '-' || c == '.' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

StreamDefinition IngestStream() {
  StreamDefinition definition;
  definition.name = "ingest";
  definition.columns = schema::ParseColumns(kIngestColumns).value();
  definition.partition_by = "event_type, day(event_timestamp) as date";
  return definition;
}

Result<StreamDefinition> Complete(StreamDefinition definition) {
  if (!IsStreamName(definition.name)) {
    return Fail(ErrorKind::kInvalid, "'{}' is no stream name: 1 to 64 of a-z, A-Z, 0-9, _, . and -",
                definition.name);
  }
  if (definition.table.table.empty()) definition.table = DerivedTable(definition.name);
  TRY(CheckTable(definition.table));
  if (!definition.partition_by) definition.partition_by = catalog::kPartitionsByReceipt;
  if (!definition.inferred && definition.columns.empty()) {
    return Fail(ErrorKind::kInvalid, "a stream with a declared schema needs columns");
  }
  if (definition.buffer_seconds < 0 || definition.buffer_seconds > kBufferSecondsMax) {
    return Fail(ErrorKind::kInvalid, "buffer_seconds is {}: 0 to {} are possible",
                definition.buffer_seconds, kBufferSecondsMax);
  }
  if (definition.buffer_bytes < kMiB || definition.buffer_bytes > kBufferBytesMax) {
    return Fail(ErrorKind::kInvalid, "buffer_bytes is {}: {} to {} are possible",
                definition.buffer_bytes, kMiB, kBufferBytesMax);
  }
  if (definition.compression != "zstd" && definition.compression != "none") {
    return Fail(ErrorKind::kInvalid, "compression '{}': zstd and none are possible",
                definition.compression);
  }
  return definition;
}

Json ToJson(const StreamDefinition& definition) {
  return Json::MakeObject(
      {{"name", definition.name},
       {"database", definition.table.database},
       {"table", definition.table.table},
       {"inferred", definition.inferred},
       {"may_evolve", definition.may_evolve},
       {"may_create_table", definition.may_create_table},
       {"columns", schema::ToJson(definition.columns)},
       {"partition_by", definition.partition_by.value_or(catalog::kPartitionsByReceipt)},
       {"buffer_seconds", definition.buffer_seconds},
       {"buffer_bytes", static_cast<int64_t>(definition.buffer_bytes)},
       {"compression", definition.compression},
       {"destination", definition.destination},
       {"created_us", definition.created_us}});
}

Result<StreamDefinition> DefinitionFromJson(const Json& json) {
  StreamDefinition definition;
  definition.name = TRY(json.GetString("name"));
  definition.table = {TRY(json.GetString("database")), TRY(json.GetString("table"))};
  definition.inferred = TRY(json.GetBool("inferred"));
  definition.may_evolve = TRY(json.GetBool("may_evolve"));
  definition.may_create_table = TRY(json.GetBool("may_create_table"));
  definition.columns = TRY(schema::ColumnsFromJson(*TRY(json.GetArray("columns"))));
  definition.partition_by = TRY(json.GetString("partition_by"));
  definition.buffer_seconds = static_cast<int>(TRY(json.GetInt("buffer_seconds")));
  definition.buffer_bytes = static_cast<uint64_t>(TRY(json.GetInt("buffer_bytes")));
  definition.compression = TRY(json.GetString("compression"));
  if (const Json* destination = json.Find("destination")) definition.destination = *destination;
  definition.created_us = TRY(json.GetInt("created_us"));
  return definition;
}

}  // namespace tarn::flow
