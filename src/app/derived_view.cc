#include "app/derived_view.h"

#include <algorithm>
#include <utility>

#include "app/recipe_file.h"
#include "derive/datasets.h"
#include "derive/definition.h"

namespace tarn::app {
namespace {

using Definitions = std::map<std::string, Json>;

/// One of which little is known, and why. in  kind: null where not even that is
Json Unknown(const std::string& name, Json kind, const std::string& file,
             const std::string& problem) {
  return Json::MakeObject({{"name", name},
                           {"kind", std::move(kind)},
                           {"table", nullptr},
                           {"arguments", Json::MakeArray()},
                           {"file", file.empty() ? Json() : Json(file)},
                           {"source", nullptr},
                           {"filter_prefix", ""},
                           {"partition_by", Json::MakeArray()},
                           {"columns", Json::MakeArray()},
                           {"select", nullptr},
                           {"problem", problem}});
}

Definitions LinkedIn() {
  Definitions definitions;
  const derive::Datasets datasets("");
  for (const derive::KnownDataset& known : datasets.List()) {
    const auto made = datasets.Make(known.name, {});
    definitions[known.name] = made ? derive::DefinitionOf(*made)
                                   : Unknown(known.name, "class", "", made.error().message());
  }
  return definitions;
}

bool IsKnown(const Json& definition) {
  const Json* const problem = definition.Find("problem");
  return problem != nullptr && problem->is_null();
}

/// A recipe as its file says it now, which has not to be what ran last.
void AddRecipe(const std::string& path, Definitions* definitions) {
  const auto text = ReadRecipeText(path);
  if (text) {
    (*definitions)[text->name] = derive::DefinitionOf(*text);
  } else {
    definitions->try_emplace(path, Unknown(path, "recipe", path, text.error().message()));
  }
}

void AddScheduled(const ScheduleConfig& schedule, Definitions* definitions) {
  const std::string& name = schedule.dataset_or_name();
  if (IsRecipeFile(name)) return AddRecipe(name, definitions);
  const bool is_plugged = !schedule.plugin.empty();
  definitions->try_emplace(name,
                           Unknown(name, is_plugged ? Json("class") : Json(), schedule.plugin,
                                   is_plugged ? "a plug-in has it, whose columns show once it ran"
                                              : "this program has no such class"));
}

}  // namespace

DerivedView::DerivedView(const Config& config, derive::ReportPlace place, os::Files& files)
    : config_(config), place_(std::move(place)), files_(files), linked_in_(LinkedIn()) {}

Json DerivedView::Describe() const {
  Json runs = derive::ReadRunReports(place_, files_);
  Definitions definitions = linked_in_;
  for (const ScheduleConfig& schedule : config_.schedules) AddScheduled(schedule, &definitions);
  for (Json& run : runs.as_array()) {
    const Json* const ran = run.Find("definition");
    if (ran == nullptr) continue;
    Json& shown = definitions[ran->GetString("name").value_or("")];
    if (!IsKnown(shown)) shown = *ran;
    std::erase_if(run.as_object(), [](const auto& member) { return member.first == "definition"; });
  }
  Json all = Json::MakeArray();
  for (auto& [name, definition] : definitions) all.Push(std::move(definition));
  return Json::MakeObject({{"runs", std::move(runs)}, {"definitions", std::move(all)}});
}

}  // namespace tarn::app
