#include "app/derived_view.h"

#include <algorithm>
#include <utility>

#include "app/recipe_file.h"
#include "derive/datasets.h"

namespace tarn::app {
namespace {

using derive::Definition;

std::map<std::string, Definition> LinkedIn() {
  std::map<std::string, Definition> definitions;
  const derive::Datasets datasets("");
  for (const derive::KnownDataset& known : datasets.List()) {
    const auto made = datasets.Make(known.name, {});
    definitions[known.name] =
        made ? derive::DefinitionOf(*made)
             : Definition{.name = known.name, .kind = "class", .problem = made.error().message()};
  }
  return definitions;
}

/// As its file says it now, which has not to be what ran last.
Definition ReadDefinition(const std::string& recipe) {
  const auto text = ReadRecipeText(recipe);
  if (text && !text->name.empty()) return derive::DefinitionOf(*text);
  const std::string file = RecipePath(recipe);
  return {.name = file,
          .kind = "recipe",
          .file = file,
          .problem = text ? "it has no name" : text.error().message()};
}

Definition DefinitionOf(const ScheduleConfig& schedule) {
  const std::string& name = schedule.dataset_or_name();
  if (IsRecipeFile(name)) return ReadDefinition(name);
  if (schedule.plugin.empty()) return {.name = name, .problem = "this program has no such class"};
  return {.name = name,
          .kind = "class",
          .file = schedule.plugin,
          .problem = "a plug-in has it, whose columns show once it ran"};
}

/// Whether only a run tells of it: a class of a plug-in, or with arguments.
bool IsItsRuns(const Json& ran) {
  const auto arguments = ran.GetArray("arguments");
  return ran.GetString("kind").value_or("") == "class" &&
         (ran.GetString("file").has_value() || (arguments && !(*arguments)->as_array().empty()));
}

}  // namespace

DerivedView::DerivedView(const Config& config, derive::ReportPlace place, os::Files& files)
    : config_(config), place_(std::move(place)), files_(files), linked_in_(LinkedIn()) {}

Json DerivedView::Describe() const {
  std::map<std::string, Definition> known = linked_in_;
  for (const ScheduleConfig& schedule : config_.schedules) {
    Definition definition = DefinitionOf(schedule);
    if (!schedule.plugin.empty())
      known.erase(definition.name);  // it comes before what is linked in
    known.try_emplace(definition.name, std::move(definition));
  }
  std::map<std::string, Json> shown;
  Json runs = derive::ReadRunReports(place_, files_);
  for (Json& run : runs.as_array()) {
    if (const Json* const ran = run.Find("definition"))
      shown.try_emplace(ran->GetString("name").value_or(""), *ran);
    std::erase_if(run.as_object(), [](const auto& member) {
      return member.first == "definition" || member.first == "format";
    });
  }
  for (const auto& [name, definition] : known) {
    const auto [place, is_new] = shown.try_emplace(name, definition.ToJson());
    if (!is_new && definition.problem.empty() && !IsItsRuns(place->second))
      place->second = definition.ToJson();
  }
  Json definitions = Json::MakeArray();
  for (auto& [name, definition] : shown) definitions.Push(std::move(definition));
  return Json::MakeObject({{"runs", std::move(runs)}, {"definitions", std::move(definitions)}});
}

}  // namespace tarn::app
