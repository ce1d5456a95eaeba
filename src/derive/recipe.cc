#include "derive/recipe.h"

#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "crypto/digest.h"
#include "derive/dataset_names.h"
#include "derive/selected_values.h"
#include "query/engine.h"
#include "schema/declaration.h"
#include "schema/iceberg_json.h"

namespace tarn::derive {
namespace {

/// To be raised where the same recipe makes other rows of the same records.
constexpr int64_t kRecipeRules = 1;
constexpr size_t kNameBytesMax = 100;
constexpr size_t kHashDigits = 40;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Status CheckName(const std::string& name) {
  const bool is_name = !name.empty() && name.size() <= kNameBytesMax && IsLetter(name[0]) &&
                       std::ranges::all_of(name, [](char c) {
                         return IsLetter(c) || (c >= '0' && c <= '9') || c == '_';
                       });
  if (is_name) return {};
  return Fail(ErrorKind::kInvalid,
              "'{}' is no name of a dataset: a letter, then letters, digits and _, at most {}",
              name, kNameBytesMax);
}

Status CheckSource(const RecipeText& text) {
  const bool has_own = !text.bucket.empty() || !text.prefix.empty() || !text.dimensions.empty();
  if (!text.stream.empty()) {
    if (!has_own) return {};
    return Fail(ErrorKind::kInvalid, "{}: give a stream, or bucket, prefix and dimensions",
                text.PlaceOf("source"));
  }
  const auto missing = [&](const char* key) {
    return Fail(ErrorKind::kInvalid, "{} is missing", text.PlaceOf(key));
  };
  if (!has_own) return missing("source.stream");
  if (text.bucket.empty()) return missing("source.bucket");
  if (text.prefix.empty()) return missing("source.prefix");
  if (text.dimensions.empty()) return missing("source.dimensions");
  if (!text.prefix.starts_with('/') && !text.prefix.ends_with('/')) return {};
  return Fail(ErrorKind::kInvalid, "{}: '{}' begins or ends with a slash",
              text.PlaceOf("source.prefix"), text.prefix);
}

Result<RecordForm> ReadForm(const RecipeText& text) {
  RecordForm form;
  if (text.format != "heka" && text.format != "json") {
    return Fail(ErrorKind::kInvalid, "{}: '{}' is neither heka nor json",
                text.PlaceOf("source.format"), text.format);
  }
  form.kind = text.format == "heka" ? RecordKind::kHeka : RecordKind::kJson;
  if (text.record.empty()) return form;
  if (form.kind == RecordKind::kHeka) {
    return Fail(ErrorKind::kInvalid,
                "{} is for format = \"json\": Heka messages have their columns",
                text.PlaceOf("source.record"));
  }
  form.declared =
      TRY(While(schema::ParseColumns(text.record), "{}", text.PlaceOf("source.record")));
  return form;
}

/// Values of maps come by names, as in Avro.
Status CheckMapKeys(const std::vector<schema::Field>& fields) {
  for (const schema::Field& field : fields) {
    if (field.type.kind == schema::TypeKind::kMap &&
        field.type.fields[0].type.kind != schema::TypeKind::kString) {
      return Fail(ErrorKind::kInvalid, "column '{}': the keys of a map are strings", field.name);
    }
    TRY(CheckMapKeys(field.type.fields));
  }
  return {};
}

Result<std::vector<schema::Field>> FieldsOfText(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && text[start] == '{')
    return TRY(schema::ParseAvroRecord(text)).fields;
  const auto declared = TRY(schema::ParseColumns(text));
  for (const schema::ColumnDeclaration& column : declared) {
    const bool is_plain = column.source == schema::ColumnSource::kMember &&
                          column.member == column.name && !column.default_value &&
                          !column.default_is_received_at && !column.is_json_text;
    if (is_plain) continue;
    return Fail(ErrorKind::kInvalid, "column '{}': its values come from the SELECT, without {}",
                column.name, "from, default or json<…>");
  }
  return schema::FieldsOf(declared);
}

Status MakeRequired(const std::vector<std::string>& names, std::vector<schema::Field>* fields) {
  for (const std::string& name : names) {
    const auto found = std::ranges::find(*fields, name, &schema::Field::name);
    if (found == fields->end())
      return Fail(ErrorKind::kInvalid, "the schema has no column '{}'", name);
    found->required = true;
  }
  return {};
}

/// The hash of all that decides what rows become of which records, however it is written.
std::string CodeVersion(const Recipe& recipe, const std::string& meaning) {
  const RecipeText& text = recipe.text;
  const Json json = Json::MakeObject(
      {{"rules", kRecipeRules},
       {"engine", query::EngineVersion()},
       {"stream", text.stream},
       {"bucket", text.bucket},
       {"prefix", text.prefix},
       {"dimensions", Json::MakeArray(text.dimensions)},
       {"partition_by", Json::MakeArray(text.partition_by)},
       {"format", text.format},
       {"record", schema::ColumnsText(recipe.form.declared)},
       {"columns", schema::TypeToIceberg(schema::Type::Struct(recipe.columns.fields))},
       {"select", meaning}});
  return "recipe-" + crypto::Hex(crypto::Sha256(json.Dump())).substr(0, kHashDigits);
}

/// The key's components between the prefix and the last one.
std::vector<std::string_view> Directories(std::string_view key, std::string_view prefix) {
  std::vector<std::string_view> directories;
  size_t at = std::min(prefix.size() + 1, key.size());
  for (size_t end = key.find('/', at); end != std::string_view::npos; end = key.find('/', at)) {
    directories.push_back(key.substr(at, end - at));
    at = end + 1;
  }
  return directories;
}

/// The group of a key: its prefix, and those of its directories that make the partition.
std::string GroupOf(std::string_view key, const std::string& prefix,
                    const std::vector<size_t>& places) {
  const auto directories = Directories(key, prefix);
  std::string group = prefix;
  for (const size_t place : places) {
    if (place >= directories.size()) break;
    group += '/';
    group += directories[place];
  }
  return group;
}

/// Places of the dimensions that make the partitions.
Result<std::vector<size_t>> PartitionPlaces(const Recipe& recipe, const Source& source) {
  std::vector<size_t> places;
  for (const std::string& name : recipe.text.partition_by) {
    const auto found = std::ranges::find(source.dimensions, name);
    const auto place = static_cast<size_t>(found - source.dimensions.begin());
    const std::string at = recipe.text.PlaceOf("partition_by");
    if (found == source.dimensions.end()) {
      std::string known;
      for (const std::string& dimension : source.dimensions)
        known += (known.empty() ? "" : ", ") + dimension;
      return Fail(ErrorKind::kInvalid, "{}: the source has no dimension '{}': it has {}", at, name,
                  known);
    }
    if (places.empty() ? place != 0 : place <= places.back()) {
      return Fail(ErrorKind::kInvalid,
                  "{}: the first one is {}, the day; others follow in the order {}", at,
                  source.dimensions[0], "in which the keys have them");
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace

std::string RecipeText::PlaceOf(const std::string& key) const {
  const auto line = lines.find(key);
  if (line == lines.end()) return Format("{}: {}", file, key);
  return Format("{}:{}: {}", file, line->second, key);
}

/// Times come from SQL as what they are, whatever unit Avro writes them in.
Result<schema::AvroColumns> ColumnsOf(const RecipeText& text) {
  auto fields = TRY(While(FieldsOfText(text.schema), "{}", text.PlaceOf("schema")));
  TRY(While(schema::CheckColumns(fields), "{}", text.PlaceOf("schema")));
  TRY(While(CheckMapKeys(fields), "{}", text.PlaceOf("schema")));
  TRY(While(MakeRequired(text.required, &fields), "{}", text.PlaceOf("required")));
  return schema::PlainColumns(std::move(fields));
}

Status CheckText(const RecipeText& text) {
  for (const auto& [key, value] : {std::pair("name", &text.name),
                                   {"schema", &text.schema},
                                   {"select", &text.select},
                                   {"source.format", &text.format}}) {
    if (value->empty()) return Fail(ErrorKind::kInvalid, "{} is missing", text.PlaceOf(key));
  }
  TRY(While(CheckName(text.name), "{}", text.PlaceOf("name")));
  TRY(CheckSource(text));
  const RecordForm form = TRY(ReadForm(text));
  TRY(ColumnsOf(text));
  TRY(While(RecordColumns(form), "{}", text.PlaceOf("source.record")));
  return {};
}

Result<Recipe> CheckRecipe(RecipeText text, const SelectLimits& limits) {
  Recipe recipe{.text = std::move(text), .columns = {}, .form = {}, .code_version = ""};
  const RecipeText& said = recipe.text;
  TRY(CheckText(said));
  recipe.form = TRY(ReadForm(said));
  recipe.columns = TRY(ColumnsOf(said));
  const schema::TableSchema records =
      TRY(While(RecordColumns(recipe.form), "{}", said.PlaceOf("source.record")));
  const auto check_select = [&]() -> Status {
    const auto select = TRY(RecordSelect::Open(said.select, records, limits));
    const auto selected = select->schema()->RemoveField(select->schema()->num_fields() - 1);
    TRY(MatchColumns(**selected, recipe.columns.fields));
    recipe.code_version = CodeVersion(recipe, select->meaning());
    return {};
  };
  const Status checked = While(check_select(), "{}", said.PlaceOf("select"));
  // A missing table is a mistake in the recipe, as any other.
  if (!checked) return Fail(ErrorKind::kInvalid, "{}", checked.error().message());
  return recipe;
}

Source OwnSource(const Recipe& recipe) {
  const RecipeText& text = recipe.text;
  return {.stream = "",
          .bucket = text.bucket,
          .prefix = text.prefix,
          .metadata_prefix = text.prefix,
          .dimensions = text.dimensions};
}

Result<DatasetToPlan> ToPlan(const Recipe& recipe, Source* source) {
  DatasetToPlan dataset{.name = recipe.text.name,
                        .arguments = {},
                        .plugin = "",
                        .recipe = recipe.text.file,
                        .code_version = recipe.code_version,
                        .columns = recipe.columns.fields,
                        .filter_prefix = recipe.text.filter_prefix,
                        .prefix_group = {}};
  if (recipe.text.partition_by.empty()) {
    dataset.prefix_group = [](std::string_view key) {
      return std::string(key.substr(0, std::min(key.rfind('/'), key.size())));
    };
    return dataset;
  }
  auto places = TRY(PartitionPlaces(recipe, *source));
  source->dimensions = recipe.text.partition_by;
  dataset.prefix_group = [prefix = source->prefix, places = std::move(places)](
                             std::string_view key) { return GroupOf(key, prefix, places); };
  return dataset;
}

}  // namespace tarn::derive
