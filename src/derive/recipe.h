// A derived dataset without a compiler: a SELECT over raw records, and where they and their rows
// lie. docs/derive.md, "Recipes", has the file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "derive/planning.h"
#include "derive/record_select.h"
#include "derive/record_table.h"
#include "derive/row_maker.h"
#include "derive/source.h"
#include "schema/avro_schema.h"

namespace tarn::derive {

/// As its file says it; what it does not say is empty.
struct RecipeText {
  std::string file;                       ///< absolute
  std::map<std::string, uint32_t> lines;  ///< of keys: `source.stream`
  std::string name;
  std::string stream;                     ///< of sources.json; or
  std::string bucket;                     ///< a source of its own,
  std::string prefix;                     ///< its keys' beginning,
  std::vector<std::string> dimensions;    ///< and what their components mean
  std::string format;                     ///< heka, json
  std::string record;                     ///< json: members as columns
  std::string filter_prefix;              ///< as a class's
  std::vector<std::string> partition_by;  ///< dimensions; empty: of the directories, as a class's
  std::string schema;                     ///< columns as Tarn writes them, or Avro JSON
  std::vector<std::string> required;      ///< of the columns
  std::string select;

  /// `recipe.toml:7: select`
  std::string PlaceOf(const std::string& key) const;
};

/// A recipe that has been checked. Threads: any.
struct Recipe {
  RecipeText text;
  schema::AvroColumns columns;
  RecordForm form;
  std::string code_version;  ///< the hash of what it means, and of which DuckDB runs it
};

/// The columns that a recipe declares. errors  kInvalid: says the key, its line, and what is wrong
Result<schema::AvroColumns> ColumnsOf(const RecipeText& text);

/// Check all of a recipe but its SELECT. errors  kInvalid: says the key, its line, and what is
/// wrong
Status CheckText(const RecipeText& text);

/// Check a recipe: all of it that can be known before any record is read.
///
/// in      limits: of the SELECT
/// errors  kInvalid: says the key, its line, and what is wrong
Result<Recipe> CheckRecipe(RecipeText text, const SelectLimits& limits = {});

/// Where its raw objects lie, if it does not name a stream.
Source OwnSource(const Recipe& recipe);

/// in       source: of its stream, or OwnSource; its dimensions become those of the partitions.
///          Lent, as is the recipe, as long as the value is used
/// errors   kInvalid: partition_by names a dimension that the source lacks
Result<DatasetToPlan> ToPlan(const Recipe& recipe, Source* source);

/// in  recipe: lent to the makers; limits: of the SELECT
RowMaking MakesRows(const Recipe& recipe, const SelectLimits& limits);

}  // namespace tarn::derive
