#include "derive/definition.h"

#include <utility>

#include "derive/dataset_names.h"
#include "schema/declaration.h"

namespace tarn::derive {
namespace {

constexpr size_t kSelectBytesMax = 64 * 1024;

std::string ShownSelect(const std::string& select) {
  if (select.size() <= kSelectBytesMax) return select;
  size_t end = kSelectBytesMax;
  while (end > 0 && (static_cast<unsigned char>(select[end]) & 0xC0) == 0x80) --end;
  return select.substr(0, end) + " …";
}

Json ColumnList(const std::vector<schema::Field>& fields) {
  Json columns = Json::MakeArray();
  for (const schema::Field& field : fields) {
    columns.Push(Json::MakeObject({{"name", field.name},
                                   {"type", schema::HiveTypeText(field.type)},
                                   {"required", field.required}}));
  }
  return columns;
}

}  // namespace

Json Definition::ToJson() const {
  const auto known = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return Json::MakeObject({{"name", name},
                           {"kind", known(kind)},
                           {"table", known(table)},
                           {"arguments", Json::MakeArray(arguments)},
                           {"file", known(file)},
                           {"source", known(source)},
                           {"filter_prefix", filter_prefix},
                           {"partition_by", Json::MakeArray(partition_by)},
                           {"columns", ColumnList(columns)},
                           {"select", known(ShownSelect(select))},
                           {"problem", known(problem)}});
}

Definition DefinitionOf(const Dataset& dataset) {
  Definition definition{.name = dataset.name,
                        .kind = "class",
                        .table = TableOf(dataset.name),
                        .arguments = dataset.arguments,
                        .file = dataset.plugin,
                        .columns = dataset.columns.fields};
  const auto asked = Guard(ErrorKind::kInvalid, [&] {
    definition.source = "stream " + dataset.stream->stream_name();
    definition.filter_prefix = dataset.stream->filter_prefix();
    return true;
  });
  if (!asked) definition.problem = asked.error().message();
  return definition;
}

Definition DefinitionOf(const RecipeText& recipe) {
  Definition definition{
      .name = recipe.name,
      .kind = "recipe",
      .table = TableOf(recipe.name),
      .file = recipe.file,
      .filter_prefix = recipe.filter_prefix,
      .partition_by = recipe.partition_by.empty() ? recipe.dimensions : recipe.partition_by,
      .select = recipe.select};
  if (!recipe.stream.empty()) definition.source = "stream " + recipe.stream;
  if (!recipe.bucket.empty())
    definition.source = Format("s3://{}/{}", recipe.bucket, recipe.prefix);
  auto columns = ColumnsOf(recipe);
  if (columns) definition.columns = std::move(columns->fields);
  const Status checked = CheckText(recipe);
  if (!checked) definition.problem = checked.error().message();
  return definition;
}

}  // namespace tarn::derive
