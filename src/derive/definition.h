// What a dataset is, for people: where its objects lie, its columns, and the SELECT of a recipe.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "derive/datasets.h"
#include "derive/recipe.h"
#include "schema/type.h"

namespace tarn::derive {

/// What is not known is empty.
struct Definition {
  std::string name;
  std::string kind;  ///< class, recipe
  std::string table;
  std::vector<std::string> arguments;
  std::string file;    ///< of the recipe, or of the plug-in that has the class
  std::string source;  ///< `stream NAME`, or `s3://BUCKET/PREFIX`
  std::string filter_prefix;
  std::vector<std::string> partition_by;  ///< dimensions that a recipe names
  std::vector<schema::Field> columns;
  std::string select;   ///< of a recipe
  std::string problem;  ///< why not all is known

  Json ToJson() const;  ///< docs/formats/derive.md has it; a SELECT beyond 64 KiB is cut
};

/// A class that throws has its `problem`.
Definition DefinitionOf(const Dataset& dataset);
/// As it is written; one that is wrong has its `problem`, but for its SELECT: nothing is run.
Definition DefinitionOf(const RecipeText& recipe);

}  // namespace tarn::derive
