#include "derive/output_tables.h"

#include <algorithm>
#include <utility>

#include "catalog/rejects_table.h"
#include "schema/declaration.h"
#include "schema/partition.h"
#include "shape/shaper.h"

namespace tarn::derive {
namespace {

/// As a partition text has a column's name.
std::string Quoted(const std::string& name) {
  const char quote = name.find('"') == std::string::npos ? '"' : '`';
  return quote + name + quote;
}

std::string PartitionText(const std::vector<std::string>& dimensions) {
  std::string text;
  for (const std::string& dimension : dimensions)
    text += (text.empty() ? "" : ", ") + Quoted(dimension);
  return text;
}

bool IsSame(const schema::Field& a, const schema::Field& b);

bool IsSame(const schema::Type& a, const schema::Type& b) {
  return a.kind == b.kind && a.precision == b.precision && a.scale == b.scale &&
         a.length == b.length &&
         std::ranges::equal(a.fields, b.fields,
                            [](const auto& x, const auto& y) { return IsSame(x, y); });
}

/// But for ids and comments.
bool IsSame(const schema::Field& a, const schema::Field& b) {
  return a.name == b.name && a.required == b.required && IsSame(a.type, b.type);
}

std::string FieldText(const schema::Field& field) {
  return Format("{} {}{}", field.name, schema::HiveTypeText(field.type),
                field.required ? " required" : "");
}

std::string FieldTextAt(const std::vector<schema::Field>& fields, size_t place) {
  return place < fields.size() ? "'" + FieldText(fields[place]) + "'" : "none";
}

Status CheckColumns(const catalog::Table& table, const std::vector<schema::Field>& wanted) {
  const std::vector<schema::Field>& has = table.schema.fields;
  for (size_t i = 0; i < std::max(has.size(), wanted.size()); ++i) {
    if (i < has.size() && i < wanted.size() && IsSame(has[i], wanted[i])) continue;
    return Fail(ErrorKind::kInvalid,
                "table {} exists with other columns than the dataset has: column {} is {}, the "
                "dataset's is {}. Drop the table, or give the dataset another name",
                table.name.ToString(), i + 1, FieldTextAt(has, i), FieldTextAt(wanted, i));
  }
  return {};
}

Status CheckRows(const catalog::Table& table, const WantedOutput& wanted) {
  TRY(CheckColumns(table, ColumnsOf(wanted)));
  const schema::PartitionSpec spec = TRY(SpecOf(wanted.dimensions, table.schema));
  const std::string is = schema::PartitionSpecText(table.spec, table.schema);
  if (schema::PartitionSpecText(spec, table.schema) != is) {
    return Fail(ErrorKind::kInvalid,
                "table {} exists and is partitioned by '{}', the dataset by '{}'. Drop the table, "
                "or give the dataset another name",
                table.name.ToString(), is, schema::PartitionSpecText(spec, table.schema));
  }
  if (table.location == wanted.location) return {};
  return Fail(ErrorKind::kInvalid,
              "table {} exists and lies at {}, not at {}. Write to the bucket that it lies in, or "
              "drop it",
              table.name.ToString(), table.location, wanted.location);
}

bool IsMissing(const Result<catalog::Table>& table) {
  return !table && table.error().kind() == ErrorKind::kNotFound;
}

}  // namespace

std::vector<schema::Field> ColumnsOf(const WantedOutput& wanted) {
  std::vector<schema::Field> columns = wanted.columns;
  for (const std::string& dimension : wanted.dimensions) {
    columns.push_back(
        {.id = {}, .name = dimension, .type = schema::Type::Of(schema::TypeKind::kString)});
  }
  return columns;
}

Result<schema::PartitionSpec> SpecOf(const std::vector<std::string>& dimensions,
                                     const schema::TableSchema& schema) {
  return schema::ParsePartitionSpec(PartitionText(dimensions), schema);
}

Result<OutputTables> OpenOutputTables(catalog::Catalog& catalog, const WantedOutput& wanted) {
  const catalog::NewTable new_rows{.name = wanted.name,
                                   .columns = ColumnsOf(wanted),
                                   .partition_by = PartitionText(wanted.dimensions),
                                   .location = wanted.location};
  const catalog::NewTable new_rejects{.name = catalog::RejectsOf(wanted.name),
                                      .columns = shape::RejectColumns(),
                                      .partition_by = catalog::kPartitionsByReceipt,
                                      .location = wanted.rejects_location};
  Result<catalog::Table> rows = catalog.LoadTable(new_rows.name);
  Result<catalog::Table> rejects = catalog.LoadTable(new_rejects.name);
  if (rows) TRY(CheckRows(*rows, wanted));
  if (rejects) TRY(CheckColumns(*rejects, new_rejects.columns));
  std::vector<catalog::NewTable> missing;
  if (IsMissing(rows)) missing.push_back(new_rows);
  if (IsMissing(rejects)) missing.push_back(new_rejects);
  std::vector<catalog::Table> made;
  if (!missing.empty()) made = TRY(catalog.CreateTables(missing));
  if (IsMissing(rejects)) {
    rejects = std::move(made.back());
    made.pop_back();
  }
  if (IsMissing(rows)) rows = std::move(made.back());
  return OutputTables{TRY(std::move(rows)), TRY(std::move(rejects))};
}

}  // namespace tarn::derive
