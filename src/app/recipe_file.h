// The TOML file of a recipe.
#pragma once

#include <string>

#include "base/error.h"
#include "derive/recipe.h"

namespace tarn::app {

/// Whether a dataset that was asked for is a recipe's file: its name ends so. Classes have none
/// such.
bool IsRecipeFile(const std::string& dataset);

/// Read a recipe, and check it.
/// errors  kNotFound, kIo: the file. kInvalid: file, line and what is wrong; an unknown key with
/// the
///         nearest known one
Result<derive::Recipe> ReadRecipe(const std::string& path);

}  // namespace tarn::app
