#include "app/ingest_stream.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "flow/definition.h"
#include "schema/declaration.h"
#include "schema/partition.h"
#include "shape/shaper.h"

namespace tarn::app {
namespace {

using schema::ColumnDeclaration;

// The table that the columns would make.
Result<schema::TableSchema> NewTable(const flow::StreamDefinition& definition) {
  const shape::Shaping shaping{.inferred = definition.inferred, .declared = definition.columns};
  schema::TableSchema table;
  table.fields = shape::InitialColumns(shaping);
  TRY(schema::CheckColumns(table.fields));
  schema::AssignFieldIds(FieldId(0), &table.fields);
  TRY(shape::Shaper::Make(shaping, table));
  return table;
}

void Warn(std::string_view setting, const std::string& why) {
  Log(LogLevel::kWarn, "app", "a setting is not followed",
      {{"setting", setting}, {"stream", "ingest"}, {"reason", why}});
}

// Give a table columns. returns  why it does not take them, where that is how things stand
// errors   what may be otherwise a moment later: the columns are not known to be refused
Result<std::optional<Error>> AddColumns(const catalog::Table& table,
                                        const std::vector<ColumnDeclaration>& columns,
                                        catalog::Catalog& catalog) {
  const auto changed = catalog.AddColumns(table, schema::FieldsOf(columns));
  if (changed) return std::nullopt;
  const ErrorKind kind = changed.error().kind();
  const bool is_refused = kind == ErrorKind::kInvalid || kind == ErrorKind::kUnsupported;
  if (!is_refused) return std::unexpected(changed.error());
  return changed.error();
}

// The declarations to go on with, once the table has what they need.
Result<std::vector<ColumnDeclaration>> FittingColumns(const flow::StreamDefinition& stored,
                                                      const flow::StreamDefinition& wanted,
                                                      const catalog::Table& table,
                                                      catalog::Catalog& catalog) {
  if (!TRY(AddColumns(table, wanted.columns, catalog))) return wanted.columns;
  std::vector<ColumnDeclaration> columns;
  for (const ColumnDeclaration& column : wanted.columns) {
    const auto refusal = TRY(AddColumns(table, {column}, catalog));
    if (!refusal) {
      columns.push_back(column);
      continue;
    }
    Warn("ingest.columns",
         Format("'{}' stays as it is: {}", schema::ColumnsText({column}), refusal->message()));
    const auto before =
        std::ranges::find_if(stored.columns, [&](const ColumnDeclaration& declared) {
          return schema::FoldCase(declared.name) == schema::FoldCase(column.name);
        });
    if (before != stored.columns.end()) columns.push_back(*before);
  }
  return columns;
}

void WarnOfPartitions(const flow::StreamDefinition& wanted, const catalog::Table& table) {
  const std::string is = schema::PartitionSpecText(table.spec, table.schema);
  const auto asked = schema::ParsePartitionSpec(wanted.partition_by.value_or(""), table.schema);
  if (asked && schema::PartitionSpecText(*asked, table.schema) == is) return;
  Warn("ingest.partition_by",
       Format("table {} is partitioned by '{}', and stays so", table.name.ToString(), is));
}

}  // namespace

Result<flow::StreamDefinition> IngestDefinition(const Config& config) {
  flow::StreamDefinition definition = flow::IngestStream();
  if (!config.ingest_columns.empty())
    definition.columns = TRY(schema::ParseColumns(config.ingest_columns));
  if (!config.ingest_partition_by.empty()) definition.partition_by = config.ingest_partition_by;
  definition.buffer_seconds = static_cast<int>(config.ingest_buffer_seconds);
  return definition;
}

Status CheckIngestColumns(const Config& config) {
  TRY(NewTable(TRY(IngestDefinition(config))));
  return {};
}

Status CheckIngestPartitions(const Config& config) {
  const auto definition = IngestDefinition(config);
  const auto table = definition ? NewTable(*definition) : std::unexpected(definition.error());
  if (!table) return {};
  TRY(schema::ParsePartitionSpec(definition->partition_by.value_or(""), *table));
  return {};
}

Status CheckIngestBuffer(const Config& config) {
  if (config.ingest_buffer_seconds <= flow::kBufferSecondsMax) return {};
  return Fail(ErrorKind::kInvalid, "{} is not between 0 and {}", config.ingest_buffer_seconds,
              flow::kBufferSecondsMax);
}

Status FollowConfiguration(const flow::StreamDefinition& wanted, catalog::Catalog& catalog) {
  const std::vector<catalog::StreamRow> rows = TRY(catalog.ListStreams());
  const auto row = std::ranges::find(rows, wanted.name, &catalog::StreamRow::name);
  if (row == rows.end()) return {};
  flow::StreamDefinition definition =
      TRY(While(flow::DefinitionFromJson(row->definition), "stream '{}'", row->name));
  const auto table = catalog.LoadTable(definition.table);
  definition.buffer_seconds = wanted.buffer_seconds;
  if (table) {
    definition.columns =
        TRY(While(FittingColumns(definition, wanted, *table, catalog), "ingest.columns"));
    WarnOfPartitions(wanted, TRY(catalog.LoadTable(definition.table)));
  } else if (table.error().kind() == ErrorKind::kNotFound) {  // it is made anew
    definition.columns = wanted.columns;
    definition.partition_by = wanted.partition_by;
  }
  Json changed = flow::ToJson(definition);
  if (changed == row->definition) return {};
  TRY(catalog.UpdateStream(row->id, changed));
  Log(LogLevel::kInfo, "app", "the stream follows the configuration", {{"stream", row->name}});
  return {};
}

}  // namespace tarn::app
