#include "app/derive_dataset.h"

#include <filesystem>
#include <utility>

#include "app/heka_keys_file.h"
#include "app/recipe_file.h"
#include "app/version.h"
#include "base/units.h"
#include "crypto/digest.h"
#include "derive/class_rows.h"
#include "derive/pool.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr size_t kProgramBytesMax = 4 * kGiB;
/// Behind the code version where signatures are looked at: that makes other rows. Which keys there
/// are is not in it: a plan must tell nothing of them.
constexpr std::string_view kWithKeys = "+hmac";

/// What decides the rows of classes that are linked in. The commit does not where files differ from
/// it, or where it is not known.
Result<std::string> BuildId() {
  std::string commit = Commit();
  if (commit != "unknown" && !commit.ends_with("-dirty")) return commit;
  const std::string program =
      TRY(os::ReadFile(os::PosixFiles(), "/proc/self/exe", kProgramBytesMax));
  return Format("{}-{}", commit, crypto::Hex(crypto::Sha256(program)).substr(0, 16));
}

Result<derive::Recipe> OpenRecipe(const std::vector<std::string>& asked,
                                  const std::vector<std::string>& plugins) {
  if (asked.size() > 1)
    return Fail(ErrorKind::kInvalid, "a recipe takes no arguments: {} was given", asked[1]);
  if (!plugins.empty())
    return Fail(ErrorKind::kInvalid, "{} is a recipe, which needs no --plugin", asked[0]);
  return ReadRecipe(asked[0]);
}

}  // namespace

Result<derive::Datasets> KnownDatasets(const std::vector<std::string>& plugins) {
  derive::Datasets datasets(TRY(BuildId()));
  // Workers may have another working directory.
  for (const std::string& plugin : plugins)
    TRY(datasets.AddPlugin(std::filesystem::absolute(plugin).lexically_normal().string()));
  return datasets;
}

Result<DeriveDataset> DeriveDataset::Open(const std::vector<std::string>& asked,
                                          const std::vector<std::string>& plugins,
                                          const std::string& keys_file) {
  const auto open = [&]() -> Result<DeriveDataset> {
    if (IsRecipeFile(asked.front())) return DeriveDataset(TRY(OpenRecipe(asked, plugins)));
    const derive::Datasets datasets = TRY(KnownDatasets(plugins));
    return DeriveDataset(TRY(datasets.Make(asked.front(), {asked.begin() + 1, asked.end()})));
  };
  DeriveDataset dataset = TRY(open());
  if (keys_file.empty()) return dataset;
  TRY(While(ReadHekaKeys(keys_file), "--hmac-keys"));  // not by each worker first
  dataset.code_version() += kWithKeys;
  return dataset;
}

Result<DeriveDataset> DeriveDataset::OpenAsPlanned(const derive::Plan& plan,
                                                   const std::string& keys_file) {
  const bool needs_keys = plan.code_version.ends_with(kWithKeys);
  if (needs_keys == keys_file.empty()) {
    return Fail(ErrorKind::kInvalid, "the plan was made {} --hmac-keys: say it here {}",
                needs_keys ? "with" : "without", needs_keys ? "too" : "neither, or plan anew");
  }
  std::vector<std::string> asked = {plan.recipe.empty() ? plan.dataset : plan.recipe};
  asked.insert(asked.end(), plan.arguments.begin(), plan.arguments.end());
  std::vector<std::string> plugins;
  if (!plan.plugin.empty()) plugins.push_back(plan.plugin);
  DeriveDataset dataset = TRY(Open(asked, plugins, keys_file));
  if (dataset.code_version() == plan.code_version) return dataset;
  return Fail(ErrorKind::kInvalid,
              "the plan was made with code version {}, this is {}: plan anew, or run it with the "
              "same program{}",
              plan.code_version, dataset.code_version(), plan.recipe.empty() ? "" : " and recipe");
}

std::string& DeriveDataset::code_version() {
  return std::visit([](auto& what) -> std::string& { return what.code_version; }, what_);
}

bool DeriveDataset::NeedsMetadata() const {
  const auto* const recipe = std::get_if<derive::Recipe>(&what_);
  return recipe == nullptr || !recipe->text.stream.empty();
}

Result<derive::Source> DeriveDataset::FindSource(store::ObjectStore* metadata) const {
  if (const auto* const recipe = std::get_if<derive::Recipe>(&what_)) {
    if (recipe->text.stream.empty()) return derive::OwnSource(*recipe);
    return derive::FindSource(*metadata, recipe->text.stream);
  }
  const auto& dataset = std::get<derive::Dataset>(what_);
  const std::string stream =
      TRY(While(Guard(ErrorKind::kInvalid, [&] { return dataset.stream->stream_name(); }), "{}",
                dataset.name));
  return derive::FindSource(*metadata, stream);
}

Result<derive::DatasetToPlan> DeriveDataset::ToPlan(derive::Source* source) const {
  if (const auto* const recipe = std::get_if<derive::Recipe>(&what_))
    return derive::ToPlan(*recipe, source);
  return derive::ToPlan(std::get<derive::Dataset>(what_));
}

derive::Definition DeriveDataset::Definition() const {
  if (const auto* const recipe = std::get_if<derive::Recipe>(&what_))
    return derive::DefinitionOf(recipe->text);
  return derive::DefinitionOf(std::get<derive::Dataset>(what_));
}

derive::RowMaking DeriveDataset::MakesRows(size_t memory_bytes) const {
  if (const auto* const recipe = std::get_if<derive::Recipe>(&what_)) {
    return derive::MakesRows(
        *recipe, {.memory_bytes_max = memory_bytes - FileMemory(memory_bytes),
                  .on_stuck = EndWhereStuck(recipe->text.name, derive::kTaskPermanent)});
  }
  return derive::MakesRows(std::get<derive::Dataset>(what_));
}

size_t DeriveDataset::FileMemory(size_t memory_bytes) const {
  // SQL takes half of it.
  return std::holds_alternative<derive::Recipe>(what_) ? memory_bytes / 2 : memory_bytes;
}

}  // namespace tarn::app
