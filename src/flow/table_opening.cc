#include "flow/table_opening.h"

#include <utility>

#include "shape/shaper.h"

namespace tarn::flow {
namespace {

bool IsMissing(const Result<catalog::Table>& table) {
  return !table && table.error().kind() == ErrorKind::kNotFound;
}

// A rejects table that somebody else made must have the columns of ours.
Status CheckRejects(const catalog::Table& table) {
  const std::vector<schema::Field> columns = shape::RejectColumns();
  bool fits = table.schema.fields.size() == columns.size();
  for (size_t i = 0; fits && i < columns.size(); ++i) {
    const schema::Field& field = table.schema.fields[i];
    fits = field.name == columns[i].name && field.type == columns[i].type && !field.required;
  }
  if (fits) return {};
  return Fail(ErrorKind::kInvalid,
              "table {} exists and has other columns than a table of rejects: rename it",
              table.name.ToString());
}

Status CheckPartitions(const catalog::Table& table, const std::string& partition_by) {
  const schema::PartitionSpec wanted = TRY(schema::ParsePartitionSpec(partition_by, table.schema));
  const std::string is = schema::PartitionSpecText(table.spec, table.schema);
  if (schema::PartitionSpecText(wanted, table.schema) == is) return {};
  return Fail(ErrorKind::kInvalid, "table {} exists and is partitioned by '{}'",
              table.name.ToString(), is);
}

std::vector<schema::Field> ColumnsOf(const StreamDefinition& definition) {
  return shape::InitialColumns({.inferred = definition.inferred, .declared = definition.columns});
}

}  // namespace

schema::TableName RejectsOf(const schema::TableName& table) {
  return {table.database, table.table + schema::kRejectsSuffix};
}

Lsn WatermarkOf(const catalog::Table& table, const std::string& progress_key) {
  const auto found = table.watermarks.find(progress_key);
  return found == table.watermarks.end() ? Lsn() : found->second;
}

Status CheckSameTable(const catalog::Table& ours, const catalog::Table& found) {
  if (ours.uuid == found.uuid) return {};
  return Fail(ErrorKind::kNotFound,
              "table {} was dropped, and another one has its name now: restart to feed that one",
              ours.name.ToString());
}

Result<catalog::Table> FitTable(catalog::Catalog& catalog, catalog::Table table,
                                const StreamDefinition& definition, Partitions partitions) {
  const std::vector<schema::Field> columns = ColumnsOf(definition);
  if (definition.may_evolve) {
    table = TRY(catalog.AddColumns(table.name, columns));
  } else {
    for (const schema::Field& field : columns) {
      if (table.schema.Find(field.name) != nullptr) continue;
      return Fail(ErrorKind::kInvalid,
                  "table {} has no column '{}', and this stream may not add it",
                  table.name.ToString(), field.name);
    }
  }
  if (partitions == Partitions::kAsGiven) TRY(CheckPartitions(table, definition.partition_by));
  return table;
}

Result<OpenedTables> OpenTables(catalog::Catalog& catalog, const StreamDefinition& definition,
                                Partitions partitions) {
  const catalog::NewTable new_rows{.name = definition.table,
                                   .columns = ColumnsOf(definition),
                                   .partition_by = definition.partition_by};
  const catalog::NewTable new_rejects{.name = RejectsOf(definition.table),
                                      .columns = shape::RejectColumns(),
                                      .partition_by = "day(_received_at) as _day"};
  Result<catalog::Table> rows = catalog.LoadTable(new_rows.name);
  Result<catalog::Table> rejects = catalog.LoadTable(new_rejects.name);
  if (IsMissing(rows) && !definition.may_create_table) {
    return Fail(ErrorKind::kInvalid, "table {} does not exist, and this stream may not create it",
                definition.table.ToString());
  }
  if (IsMissing(rows) && IsMissing(rejects)) {
    std::vector<catalog::Table> made = TRY(catalog.CreateTables({new_rows, new_rejects}));
    return OpenedTables{std::move(made[0]), std::move(made[1])};
  }
  if (IsMissing(rows)) {
    rows = catalog.CreateTable(new_rows);
  } else {
    rows = FitTable(catalog, TRY(std::move(rows)), definition, partitions);
  }
  catalog::Table fitting = TRY(std::move(rows));
  if (IsMissing(rejects)) rejects = catalog.CreateTable(new_rejects);
  if (rejects) TRY(CheckRejects(*rejects));
  return OpenedTables{std::move(fitting), TRY(std::move(rejects))};
}

}  // namespace tarn::flow
