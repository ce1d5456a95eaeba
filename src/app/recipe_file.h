// The TOML file of a recipe.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "derive/recipe.h"

namespace tarn::app {

/// Whether a dataset that was asked for is a recipe's file: its name ends so. Classes have none
/// such.
bool IsRecipeFile(const std::string& dataset);

/// The absolute path of a recipe: workers may have another working directory.
std::string RecipePath(const std::string& dataset);

/// For derive::SelectLimits::on_stuck: says what it is told, and ends this process.
std::function<void(const std::string&)> EndWhereStuck(std::string place, int exit_status);

/// Read what a recipe says, unchecked. errors  kNotFound, kIo: the file. kInvalid: it is no TOML;
/// an unknown key, with the nearest known one
Result<derive::RecipeText> ReadRecipeText(const std::string& path);

/// Read a recipe, and check it. Where its SELECT cannot be interrupted the process ends, as if the
/// recipe were wrong.
/// errors  kNotFound, kIo: the file. kInvalid: file, line and what is wrong; an unknown key with
/// the
///         nearest known one
Result<derive::Recipe> ReadRecipe(const std::string& path);

}  // namespace tarn::app
