#include "derive/source.h"

#include <utility>

#include "base/json.h"
#include "base/units.h"

namespace tarn::derive {
namespace {

constexpr const char* kSourcesKey = "sources.json";
constexpr size_t kMetadataBytesMax = 16 * kMiB;

Result<Json> ReadJson(store::ObjectStore& metadata, const std::string& key) {
  const std::string text =
      TRY(While(metadata.Get(key, kMetadataBytesMax), "the metadata bucket's {}", key));
  auto json = Json::Parse(text);
  if (!json) {
    return Fail(ErrorKind::kCorrupt, "the metadata bucket's {}: {}", key, json.error().message());
  }
  return json;
}

/// A member that may be absent, but is a text where it is there.
Result<std::string> OptionalText(const Json& json, std::string_view member) {
  const Json* const found = json.Find(member);
  return found == nullptr || found->is_null() ? std::string() : json.GetString(member);
}

Result<Source> ReadSource(const std::string& stream, const Json& json) {
  Source source{.stream = stream,
                .bucket = TRY(json.GetString("bucket")),
                .prefix = TRY(json.GetString("prefix")),
                .metadata_prefix = TRY(OptionalText(json, "metadata_prefix")),
                .dimensions = {}};
  while (source.prefix.ends_with('/')) source.prefix.pop_back();
  while (source.metadata_prefix.ends_with('/')) source.metadata_prefix.pop_back();
  if (source.prefix.empty()) return Fail(ErrorKind::kInvalid, "its prefix is empty");
  if (source.metadata_prefix.empty()) source.metadata_prefix = source.prefix;
  return source;
}

/// Only the names matter here: what values a dimension may have was for those who wrote the keys.
Result<std::vector<std::string>> ReadDimensions(const Json& schema) {
  std::vector<std::string> names;
  for (const Json& dimension : TRY(schema.GetArray("dimensions"))->as_array()) {
    const bool is_header = dimension.Find("field_name") == nullptr;
    auto name = dimension.GetString(is_header ? "header_name" : "field_name");
    if (!name || name->empty()) {
      return Fail(ErrorKind::kInvalid, "dimension {} has neither field_name nor header_name",
                  names.size());
    }
    names.push_back(*std::move(name));
  }
  return names;
}

template <class T>
Result<T> AsCorrupt(Result<T> result, const std::string& what) {
  if (result) return result;
  return Fail(ErrorKind::kCorrupt, "the metadata bucket's {}: {}", what, result.error().message());
}

}  // namespace

Result<Source> FindSource(store::ObjectStore& metadata, const std::string& stream) {
  const Json json = TRY(ReadJson(metadata, kSourcesKey));
  const Json* const found = json.Find(stream);
  if (found == nullptr) {
    std::string known;
    if (json.is_object()) {
      for (const auto& [name, description] : json.as_object())
        known += (known.empty() ? "" : ", ") + name;
    }
    return Fail(ErrorKind::kNotFound, "the metadata bucket's {} has no stream '{}', but: {}",
                kSourcesKey, stream, known);
  }
  Source source =
      TRY(AsCorrupt(ReadSource(stream, *found), Format("{}, stream '{}'", kSourcesKey, stream)));
  const std::string key = source.metadata_prefix + "/schema.json";
  source.dimensions = TRY(AsCorrupt(ReadDimensions(TRY(ReadJson(metadata, key))), key));
  return source;
}

}  // namespace tarn::derive
