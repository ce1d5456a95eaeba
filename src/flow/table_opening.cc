#include "flow/table_opening.h"

#include <utility>

#include "shape/shaper.h"

namespace tarn::flow {
namespace {

catalog::WantedTables WantedBy(const StreamDefinition& definition, Partitions partitions) {
  return {.rows = {.name = definition.table,
                   .columns = shape::InitialColumns(
                       {.inferred = definition.inferred, .declared = definition.columns}),
                   .partition_by = definition.partition_by},
          .reject_columns = shape::RejectColumns(),
          .may_create = definition.may_create_table,
          .may_add_columns = definition.may_evolve,
          .partitions_must_be_so = partitions == Partitions::kAsGiven};
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
  return catalog::OpenTables(catalog, WantedBy(definition, partitions));
}

}  // namespace tarn::flow
