#include "derive/definition.h"

#include <string>
#include <utility>
#include <vector>

#include "derive/dataset_names.h"
#include "schema/declaration.h"

namespace tarn::derive {
namespace {

constexpr size_t kSelectBytesMax = 64 * 1024;  // that are shown

Json Texts(const std::vector<std::string>& texts) {
  Json list = Json::MakeArray();
  for (const std::string& text : texts) list.Push(text);
  return list;
}

/// As it is shown; it is not one that one can run where it is cut.
std::string ShownSelect(std::string select) {
  if (select.size() <= kSelectBytesMax) return select;
  select.resize(kSelectBytesMax);
  while (!select.empty() && (static_cast<unsigned char>(select.back()) & 0xC0) == 0x80)
    select.pop_back();
  select.pop_back();  // the character's first byte, or one that was whole
  return select + " …";
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

Json DefinitionOf(const Dataset& dataset) {
  Json definition =
      Json::MakeObject({{"name", dataset.name},
                        {"kind", "class"},
                        {"table", TableOf(dataset.name)},
                        {"arguments", Texts(dataset.arguments)},
                        {"file", dataset.plugin.empty() ? Json() : Json(dataset.plugin)},
                        {"source", nullptr},
                        {"filter_prefix", ""},
                        {"partition_by", Json::MakeArray()},
                        {"columns", ColumnList(dataset.columns.fields)},
                        {"select", nullptr},
                        {"problem", nullptr}});
  const auto asked = Guard(ErrorKind::kInvalid, [&] {
    definition.Set("source", "stream " + dataset.stream->stream_name());
    definition.Set("filter_prefix", dataset.stream->filter_prefix());
    return true;
  });
  if (!asked) definition.Set("problem", asked.error().message());
  return definition;
}

Json DefinitionOf(const RecipeText& recipe) {
  const auto columns = ColumnsOf(recipe);
  const std::string source = recipe.stream.empty()
                                 ? Format("s3://{}/{}", recipe.bucket, recipe.prefix)
                                 : "stream " + recipe.stream;
  return Json::MakeObject(
      {{"name", recipe.name},
       {"kind", "recipe"},
       {"table", TableOf(recipe.name)},
       {"arguments", Json::MakeArray()},
       {"file", recipe.file},
       {"source", source},
       {"filter_prefix", recipe.filter_prefix},
       {"partition_by",
        Texts(recipe.partition_by.empty() ? recipe.dimensions : recipe.partition_by)},
       {"columns", columns ? ColumnList(columns->fields) : Json::MakeArray()},
       {"select", ShownSelect(recipe.select)},
       {"problem", columns ? Json() : Json(columns.error().message())}});
}

}  // namespace tarn::derive
