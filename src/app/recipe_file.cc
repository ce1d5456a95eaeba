#include "app/recipe_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <toml++/toml.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "app/commands_internal.h"
#include "app/nearest_name.h"
#include "base/units.h"
#include "os/data_limit.h"
#include "os/files.h"

namespace tarn::app {
namespace {

constexpr size_t kFileBytesMax = 4 * kMiB;
constexpr uint64_t kCheckMemoryMax = kGiB;
constexpr std::string_view kSourceSection = "source";

struct Key {
  std::string_view name;
  std::variant<std::string*, std::vector<std::string>*> target;
};

/// All keys there are.
std::vector<Key> Keys(derive::RecipeText* text) {
  return {{"name", &text->name},
          {"schema", &text->schema},
          {"required", &text->required},
          {"select", &text->select},
          {"partition_by", &text->partition_by},
          {"source.stream", &text->stream},
          {"source.bucket", &text->bucket},
          {"source.prefix", &text->prefix},
          {"source.dimensions", &text->dimensions},
          {"source.format", &text->format},
          {"source.record", &text->record},
          {"source.filter_prefix", &text->filter_prefix}};
}

Result<const Key*> FindKey(const std::vector<Key>& keys, const std::string& name) {
  const auto found = std::ranges::find(keys, name, &Key::name);
  if (found != keys.end()) return &*found;
  std::vector<std::string> known;
  for (const Key& key : keys) known.emplace_back(key.name);
  return Fail(ErrorKind::kInvalid, "there is no key '{}'; did you mean '{}'?", name,
              NearestName(name, known, SIZE_MAX).value_or(""));
}

Status Set(const Key& key, const toml::node& node) {
  if (auto* const* target = std::get_if<std::string*>(&key.target)) {
    const auto* const text = node.as_string();
    if (text == nullptr) return Fail(ErrorKind::kInvalid, "a text is expected");
    **target = text->get();
    return {};
  }
  const auto wrong = [] { return Fail(ErrorKind::kInvalid, "a list of texts is expected"); };
  const auto* const list = node.as_array();
  if (list == nullptr) return wrong();
  for (const toml::node& item : *list) {
    const auto* const text = item.as_string();
    if (text == nullptr) return wrong();
    std::get<std::vector<std::string>*>(key.target)->push_back(text->get());
  }
  return {};
}

Status ReadKey(const std::string& name, const toml::node& node, const std::vector<Key>& keys,
               derive::RecipeText* text) {
  const uint32_t line = node.source().begin.line;
  const Key* const key = TRY(While(FindKey(keys, name), "{}:{}", text->file, line));
  text->lines[name] = line;
  return While(Set(*key, node), "{}", text->PlaceOf(name));
}

Result<toml::table> ParseToml(const std::string& content, const std::string& path) {
  try {
    return toml::parse(content, path);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorKind::kInvalid, "{}:{}: {}", path, error.source().begin.line,
                error.description());
  }
}

}  // namespace

bool IsRecipeFile(const std::string& dataset) { return dataset.ends_with(".toml"); }

std::string RecipePath(const std::string& dataset) {
  return std::filesystem::absolute(dataset).lexically_normal().string();
}

std::function<void(const std::string&)> EndWhereStuck(std::string place, int exit_status) {
  return [place = std::move(place), exit_status](const std::string& what) {
    std::fprintf(stderr, "tarn: %s: %s\n", place.c_str(), what.c_str());
    _exit(exit_status);  // what runs on must see nothing taken down
  };
}

Result<derive::RecipeText> ReadRecipeText(const std::string& path) {
  derive::RecipeText text;
  text.file = RecipePath(path);
  const std::string content = TRY(While(os::ReadFile(os::PosixFiles(), text.file, kFileBytesMax),
                                        "reading the recipe {}", path));
  const toml::table root = TRY(ParseToml(content, text.file));
  const std::vector<Key> keys = Keys(&text);
  for (const auto& [name, node] : root) {
    const auto* const section = node.as_table();
    if (section == nullptr || name.str() != kSourceSection) {
      TRY(ReadKey(std::string(name.str()), node, keys, &text));
      continue;
    }
    text.lines.emplace(kSourceSection, node.source().begin.line);
    for (const auto& [inner, value] : *section)
      TRY(ReadKey(Format("{}.{}", kSourceSection, inner.str()), value, keys, &text));
  }
  return text;
}

Result<derive::Recipe> ReadRecipe(const std::string& path) {
  derive::RecipeText text = TRY(ReadRecipeText(path));
  // What it says of constants is worked out while it is checked.
  const os::DataLimit memory(kCheckMemoryMax);
  const derive::SelectLimits limits{.on_stuck = EndWhereStuck(text.PlaceOf("select"), kUsage)};
  return derive::CheckRecipe(std::move(text), limits);
}

}  // namespace tarn::app
