#include "feed/known_keys.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "feed/object_fate.h"
#include "feed/source_pattern.h"

namespace tarn::feed {
namespace {

constexpr size_t kCommitKeys = 10'000;
constexpr size_t kKeyBytesMax = 1024;
constexpr std::string_view kScheme = "s3://";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const size_t last = text.find_last_not_of(kBlanks);
  return text.substr(0, last == text.npos ? 0 : last + 1);
}

/// in  place: for the message, `line 3`
Result<std::string> ParseKey(std::string_view text, const std::string& bucket,
                             const std::string& place) {
  std::string_view key = text;
  if (text.starts_with(kScheme)) {
    const std::string own = Format("{}{}/", kScheme, bucket);
    if (!text.starts_with(own)) {
      return Fail(ErrorKind::kInvalid, "{}: '{}' is not of the source's bucket '{}'", place,
                  text.substr(0, 256), bucket);
    }
    key.remove_prefix(own.size());
  }
  if (!key.empty() && key.size() <= kKeyBytesMax) return std::string(key);
  return Fail(ErrorKind::kInvalid, "{}: a key has 1 to {} bytes, this one has {}", place,
              kKeyBytesMax, key.size());
}

Result<std::vector<std::string>> KeysOfJson(const Json& json, const std::string& bucket) {
  std::vector<std::string> keys;
  if (json.is_object()) {
    for (const auto& [key, value] : json.as_object())
      keys.push_back(TRY(ParseKey(key, bucket, Format("key {}", keys.size() + 1))));
    return keys;
  }
  for (const Json& item : json.as_array()) {
    const std::string place = Format("key {}", keys.size() + 1);
    if (!item.is_string()) return Fail(ErrorKind::kInvalid, "{}: a text is expected", place);
    keys.push_back(TRY(ParseKey(item.as_string(), bucket, place)));
  }
  return keys;
}

Result<std::vector<std::string>> KeysOfLines(std::string_view text, const std::string& bucket) {
  std::vector<std::string> keys;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view key = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!key.empty()) keys.push_back(TRY(ParseKey(key, bucket, Format("line {}", line))));
  }
  return keys;
}

/// Those of some keys that the table does not know, as steps.
Result<std::vector<catalog::SourceProgress>> NewSteps(catalog::Catalog& catalog,
                                                      const std::string& table_uuid,
                                                      const std::vector<std::string>& uris,
                                                      int64_t now_us, const std::string& id) {
  const auto states = TRY(catalog.FindSources(table_uuid, uris));
  std::vector<catalog::SourceProgress> steps;
  for (size_t i = 0; i < uris.size(); ++i) {
    if (states[i]) continue;
    steps.push_back({std::nullopt,
                     {.uri = uris[i],
                      .hash = ObjectFate{ObjectFate::Kind::kImported, ""}.ToText(),
                      .first_seen_us = now_us,
                      .load = id}});
  }
  return steps;
}

}  // namespace

Result<std::vector<std::string>> ParseKeys(std::string_view text, const std::string& bucket) {
  const std::string_view trimmed = Trimmed(text);
  const bool is_json = trimmed.starts_with('[') || trimmed.starts_with('{');
  std::vector<std::string> keys =
      is_json ? TRY(KeysOfJson(TRY(Json::Parse(trimmed)), bucket)) : TRY(KeysOfLines(text, bucket));
  std::ranges::sort(keys);
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

Result<ImportedKeys> ImportKeys(catalog::Catalog& catalog, const catalog::Table& table,
                                const std::string& bucket, const std::vector<std::string>& keys,
                                os::Clock& clock, os::Entropy& entropy) {
  ImportedKeys counts;
  const std::string id = Format("{:016x}", entropy.Random64());
  for (size_t begin = 0; begin < keys.size(); begin += kCommitKeys) {
    std::vector<std::string> uris;
    for (size_t i = begin; i < std::min(begin + kCommitKeys, keys.size()); ++i)
      uris.push_back(ObjectUri(bucket, keys[i]));
    catalog::TableAppend append{
        .name = table.name, .uuid = table.uuid, .schema_id = table.schema.schema_id};
    append.sources = TRY(NewSteps(catalog, table.uuid, uris, clock.NowMicros(), id));
    const size_t imported = append.sources.size();
    if (imported > 0) TRY(catalog.CommitAppends({append}));
    counts.imported += imported;
    counts.known += uris.size() - imported;
  }
  return counts;
}

}  // namespace tarn::feed
