#include "flow/table_opening.h"

#include <iterator>
#include <utility>

#include "shape/shaper.h"

namespace tarn::flow {
namespace {

std::vector<schema::Field> ColumnsOf(const StreamDefinition& definition) {
  return shape::InitialColumns({.inferred = definition.inferred, .declared = definition.columns});
}

catalog::WantedTables WantedBy(const StreamDefinition& definition, Partitions partitions) {
  return {.rows = {.name = definition.table,
                   .columns = ColumnsOf(definition),
                   .partition_by = definition.partition_by.value_or(""),
                   .sort_by = definition.sort_by,
                   .bloom_columns = definition.bloom_filter},
          .reject_columns = shape::RejectColumns(),
          .may_create = definition.may_create_table,
          .may_add_columns = definition.may_evolve,
          .partitions_must_be_so = partitions == Partitions::kAsGiven};
}

// Where nothing is declared the first records bring the columns: those of the partitions are needed
// now.
Result<std::vector<schema::Field>> ColumnsOfNewTable(const StreamDefinition& definition) {
  schema::TableSchema table;
  table.fields = ColumnsOf(definition);
  if (!definition.columns.empty()) return std::move(table.fields);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  std::vector<schema::Field> missing =
      TRY(schema::MissingPartitionColumns(definition.partition_by.value_or(""), table));
  std::vector<schema::Field> columns = ColumnsOf(definition);
  columns.insert(columns.end(), std::move_iterator(missing.begin()),
                 std::move_iterator(missing.end()));
  return columns;
}

// Before anything is made: what is refused leaves no table behind.
Status CheckCanBeFilled(const StreamDefinition& definition, std::vector<schema::Field> columns) {
  schema::TableSchema table;
  table.fields = std::move(columns);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  TRY(shape::Shaper::Make({.inferred = definition.inferred, .declared = definition.columns},
                          table));
  return {};
}

}  // namespace

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
  return catalog::FitTable(catalog, std::move(table), WantedBy(definition, partitions));
}

Result<catalog::TableWithRejects> OpenTables(catalog::Catalog& catalog,
                                             const StreamDefinition& definition,
                                             Partitions partitions) {
  catalog::WantedTables wanted = WantedBy(definition, partitions);
  const auto there = catalog.LoadTable(definition.table);
  if (!there && there.error().kind() == ErrorKind::kNotFound) {
    wanted.rows.columns = TRY(ColumnsOfNewTable(definition));
    TRY(CheckCanBeFilled(definition, wanted.rows.columns));
  }
  return catalog::OpenTables(catalog, wanted);
}

}  // namespace tarn::flow
