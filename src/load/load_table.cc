#include "load/load_table.h"

#include <utility>

#include "catalog/rejects_table.h"

namespace tarn::load {
namespace {

Status CheckName(const schema::TableName& name) {
  if (!name.table.ends_with(schema::kRejectsSuffix)) return {};
  return Fail(ErrorKind::kInvalid, "table '{}': the suffix {} is reserved for rejects", name.table,
              schema::kRejectsSuffix);
}

/// What a new table begins with.
Result<std::vector<schema::Field>> FirstColumns(const shape::Shaping& shaping, bool is_existing,
                                                std::span<const schema::RecordView> sample) {
  schema::TableSchema schema{.fields = shape::InitialColumns(shaping)};
  if (is_existing || !shaping.inferred) return schema.fields;
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  shape::Shaping looking = shaping;
  looking.may_evolve = true;
  std::vector<schema::Field> columns = TRY(InferColumns(sample, looking, schema));
  const auto initial = shape::InitialColumns(shaping);
  columns.insert(columns.end(), initial.begin(), initial.end());
  return columns;
}

Result<catalog::TableWithRejects> OpenOnce(catalog::Catalog& catalog, const WantedTable& wanted,
                                           bool is_existing,
                                           std::span<const schema::RecordView> sample) {
  const bool has_partitions = !wanted.partition_by.empty();
  return catalog::OpenTables(
      catalog, {.rows = {.name = wanted.name,
                         .columns = TRY(FirstColumns(wanted.shaping, is_existing, sample)),
                         .partition_by =
                             has_partitions ? wanted.partition_by : catalog::kPartitionsByReceipt,
                         .sort_by = wanted.sort_by,
                         .bloom_columns = wanted.bloom_columns},
                .reject_columns = shape::RejectColumns(),
                .may_add_columns = wanted.may_add_columns,
                .partitions_must_be_so = has_partitions});
}

}  // namespace

Result<std::unique_ptr<LoadTable>> LoadTable::Open(catalog::Catalog& catalog, WantedTable wanted,
                                                   bool is_existing,
                                                   std::span<const schema::RecordView> sample) {
  TRY(CheckName(wanted.name));
  auto opened = OpenOnce(catalog, wanted, is_existing, sample);
  // Another load has made it in this moment: then it is there.
  if (!opened && opened.error().kind() == ErrorKind::kConflict)
    opened = OpenOnce(catalog, wanted, true, sample);
  catalog::TableWithRejects tables = TRY(std::move(opened));
  std::unique_ptr<LoadTable> table(
      new LoadTable(catalog, std::move(wanted), std::move(tables.rejects)));
  MutexLock lock(table->mutex_);
  table->current_ = table->MakeVersion(std::move(tables.rows));
  TRY(RowMaker::Make(table->current_->plan));  // what does not fit is told before anything is read
  return table;
}

std::shared_ptr<const TableVersion> LoadTable::MakeVersion(catalog::Table table) const {
  auto version = std::make_shared<TableVersion>();
  TablePlan& plan = version->plan;
  plan.format = wanted_.format;
  plan.shaping = wanted_.shaping;
  for (const schema::PartitionField& field : table.spec.fields)
    plan.shaping.partition_names.push_back(field.name);
  plan.schema = table.schema;
  plan.layout = columns::Layout::Make(table.schema);
  plan.partitions = table.spec;
  version->table = std::move(table);
  return version;
}

std::shared_ptr<const TableVersion> LoadTable::current() {
  MutexLock lock(mutex_);
  return current_;
}

Result<std::shared_ptr<const TableVersion>> LoadTable::AddColumns(
    const TableVersion& seen, const std::vector<schema::Field>& columns) {
  MutexLock lock(mutex_);
  if (current_.get() != &seen) return current_;  // another worker has brought some
  auto table = catalog_.AddColumns(seen.table, columns);
  if (!table && table.error().kind() == ErrorKind::kInvalid) {
    // Somebody else has added such a column with another type: with the table as it is now, the
    // value goes to _rest.
    catalog::Table found = TRY(catalog_.LoadTable(seen.table.name));
    const bool is_ours = found.uuid == seen.table.uuid;
    if (is_ours && found.schema.schema_id != seen.table.schema.schema_id) table = std::move(found);
  }
  current_ =
      MakeVersion(TRY(While(std::move(table), "adding columns to {}", seen.table.name.ToString())));
  return current_;
}

}  // namespace tarn::load
