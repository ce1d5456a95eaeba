// The tables of docs/formats/columns.md, row by row: what the page says is what happens.
#include <arrow/type.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "schema/arrow_schema.h"
#include "schema/declaration.h"
#include "schema/iceberg_json.h"
#include "schema/partition.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

using Row = std::vector<std::string>;

/// The page, found above the test program: every build folder lies in the repository.
std::string ReadPage() {
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  while (folder != folder.root_path()) {
    std::ifstream page(folder / "docs/formats/columns.md");
    if (page) return (std::stringstream() << page.rdbuf()).str();
    folder = folder.parent_path();
  }
  ADD_FAILURE() << "docs/formats/columns.md is not there";
  return "";
}

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// What stands in `backticks`, or in two of them where the code has some itself.
std::string Code(std::string cell) {
  for (const std::string& fence : {std::string("``"), std::string("`")}) {
    if (cell.size() < 2 * fence.size() || !cell.starts_with(fence) || !cell.ends_with(fence))
      continue;
    return Trimmed(cell.substr(fence.size(), cell.size() - 2 * fence.size()));
  }
  return cell;
}

Row Cells(const std::string& line) {
  Row cells;
  std::stringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(Trimmed(cell));
  return cells;
}

/// The rows of the table whose header begins so.
std::vector<Row> Table(const std::string& header) {
  std::stringstream page(ReadPage());
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(header)) {
      inside = true;
      std::getline(page, line);  // the rule below the header
    } else if (inside && !line.starts_with("|")) {
      inside = false;
    } else if (inside) {
      rows.push_back(Cells(line));
    }
  }
  EXPECT_FALSE(rows.empty()) << header;
  return rows;
}

/// A table's outcome: `as written`, other code, or an error.
template <class T>
void ExpectOutcome(const std::string& text, const std::string& outcome, const Result<T>& parsed,
                   const std::string& shown) {
  if (outcome == "as written") {
    EXPECT_EQ(shown, text);
  } else if (outcome.starts_with('`')) {
    EXPECT_EQ(shown, Code(outcome));
  } else {
    EXPECT_EQ(Failure(parsed), "invalid: " + outcome);
  }
}

TableSchema ExampleSchema() {
  TableSchema schema;
  schema.fields = FieldsOf(
      Need(ParseColumns("name string, user_id bigint, ts timestamptz, user struct<id:bigint>")));
  AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

TEST(ColumnsPage, TypesAreReadAndShownSo) {
  for (const Row& row : Table("| written | shown as |")) {
    const Type type = Need(ParseType(Code(row[0])));
    EXPECT_EQ(HiveTypeText(type), Code(row[1]));
    if (row.size() < 4) continue;
    EXPECT_EQ(TypeToIceberg(type).as_string(), row[2]);
    EXPECT_EQ(ToArrowField(MakeField("c", type))->type()->ToString(), row[3]);
  }
}

TEST(ColumnsPage, LiteralsAreReadAndShownSo) {
  for (const Row& row : Table("| type | written | also read |")) {
    const Type type = Need(ParseType(Code(row[0])));
    const Value value = Need(FromText(type, Code(row[1])));
    EXPECT_EQ(ToText(type, value), Code(row[1]));
    EXPECT_EQ(Need(FromText(type, Code(row[2]))), value) << row[2];
  }
}

TEST(ColumnsPage, ColumnsHaveTheirOutcomes) {
  for (const Row& row : Table("| columns | outcome |")) {
    const auto columns = ParseColumns(Code(row[0]));
    ExpectOutcome(Code(row[0]), row[1], columns, columns ? ColumnsText(*columns) : "");
  }
}

TEST(ColumnsPage, PartitionsHaveTheirOutcomes) {
  const TableSchema schema = ExampleSchema();
  for (const Row& row : Table("| partitions | outcome |")) {
    const auto spec = ParsePartitionSpec(Code(row[0]), schema);
    ExpectOutcome(Code(row[0]), row[1], spec, spec ? PartitionSpecText(*spec, schema) : "");
  }
}

TEST(ColumnsPage, DirectoriesAreNamedSo) {
  const TableSchema schema = ExampleSchema();
  for (const Row& row : Table("| partitions | value | directory |")) {
    const PartitionSpec spec = Need(ParsePartitionSpec(Code(row[0]), schema));
    ASSERT_EQ(spec.fields.size(), 1u);
    const Type& source = schema.FindById(spec.fields[0].source)->type;
    Value value;
    if (row[1] == "(empty)") value = std::string();
    if (!row[1].starts_with('(')) value = Need(FromText(source, row[1]));
    EXPECT_EQ(PartitionPath(spec, schema, {Apply(spec.fields[0].transform, source, value)}),
              Code(row[2]));
  }
}

}  // namespace
}  // namespace tarn::schema
