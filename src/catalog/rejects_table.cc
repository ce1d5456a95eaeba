#include "catalog/rejects_table.h"

#include <set>
#include <utility>

#include "catalog/write_order.h"
#include "schema/partition.h"

namespace tarn::catalog {
namespace {

bool IsMissing(const Result<Table>& table) {
  return !table && table.error().kind() == ErrorKind::kNotFound;
}

// A rejects table that somebody else made must have the columns of ours.
Status CheckRejects(const Table& table, const std::vector<schema::Field>& columns) {
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

Status CheckPartitions(const Table& table, const std::string& partition_by) {
  const schema::PartitionSpec wanted = TRY(schema::ParsePartitionSpec(partition_by, table.schema));
  const std::string is = schema::PartitionSpecText(table.spec, table.schema);
  if (schema::PartitionSpecText(wanted, table.schema) == is) return {};
  return Fail(ErrorKind::kInvalid, "table {} exists and is partitioned by '{}'",
              table.name.ToString(), is);
}

Status CheckWriteOrder(const Table& table, const NewTable& wanted) {
  const auto check = [&](bool is_asked, bool is_so, std::string_view what) -> Status {
    if (!is_asked || is_so) return {};
    return Fail(ErrorKind::kInvalid,
                "table {} exists and has another {}: it is given with a new table, or changed by "
                "the table's properties",
                table.name.ToString(), what);
  };
  const auto sort_by = TRY(While(schema::ParseSortBy(wanted.sort_by, table.schema), "sort_by"));
  const auto names = TRY(While(schema::ParseColumnNames(wanted.bloom_columns), "bloom_filter"));
  // By name: a column may be named that comes later.
  std::set<std::string> bloom;
  for (const std::string& name : names) bloom.insert(schema::FoldCase(name));
  std::set<std::string> is;
  for (const auto& [property, value] : table.properties) {
    if (property.starts_with(kBloomProperty) && schema::FoldCase(value) == "true")
      is.insert(schema::FoldCase(property.substr(kBloomProperty.size())));
  }
  TRY(check(!wanted.sort_by.empty(), sort_by == table.sort_by, "sort order"));
  return check(!names.empty(), bloom == is, "choice of bloom filters");
}

}  // namespace

schema::TableName RejectsOf(const schema::TableName& table) {
  return {table.database, table.table + schema::kRejectsSuffix};
}

Result<Table> FitTable(Catalog& catalog, Table table, const WantedTables& wanted) {
  // Before anything is changed: what is refused leaves the table as it was.
  if (wanted.partitions_must_be_so) TRY(CheckPartitions(table, wanted.rows.partition_by));
  TRY(CheckWriteOrder(table, wanted.rows));
  if (wanted.may_add_columns) {
    table = TRY(catalog.AddColumns(table, wanted.rows.columns));
  } else {
    for (const schema::Field& field : wanted.rows.columns) {
      if (table.schema.Find(field.name) != nullptr) continue;
      return Fail(ErrorKind::kInvalid, "table {} has no column '{}', and it may not be added",
                  table.name.ToString(), field.name);
    }
  }
  return table;
}

Result<TableWithRejects> OpenTables(Catalog& catalog, const WantedTables& wanted) {
  const NewTable new_rejects{.name = RejectsOf(wanted.rows.name),
                             .columns = wanted.reject_columns,
                             .partition_by = kPartitionsByReceipt};
  Result<Table> rows = catalog.LoadTable(wanted.rows.name);
  Result<Table> rejects = catalog.LoadTable(new_rejects.name);
  if (IsMissing(rows) && !wanted.may_create) {
    return Fail(ErrorKind::kInvalid, "table {} does not exist, and it may not be made",
                wanted.rows.name.ToString());
  }
  if (IsMissing(rows) && IsMissing(rejects)) {
    std::vector<Table> made = TRY(catalog.CreateTables({wanted.rows, new_rejects}));
    return TableWithRejects{std::move(made[0]), std::move(made[1])};
  }
  if (IsMissing(rows)) {
    rows = catalog.CreateTable(wanted.rows);
  } else {
    rows = FitTable(catalog, TRY(std::move(rows)), wanted);
  }
  Table fitting = TRY(std::move(rows));
  if (IsMissing(rejects)) rejects = catalog.CreateTable(new_rejects);
  if (rejects) TRY(CheckRejects(*rejects, wanted.reject_columns));
  return TableWithRejects{std::move(fitting), TRY(std::move(rejects))};
}

}  // namespace tarn::catalog
