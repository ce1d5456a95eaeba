// What a dataset is, for people: where its objects lie, its columns, and the SELECT of a recipe.
#pragma once

#include "base/json.h"
#include "derive/datasets.h"
#include "derive/recipe.h"

namespace tarn::derive {

/// returns  as docs/formats/derive.md has the definitions; a class that throws has its `problem`
Json DefinitionOf(const Dataset& dataset);
/// As it is written, whether its SELECT works or not: nothing is run.
Json DefinitionOf(const RecipeText& recipe);

}  // namespace tarn::derive
