#include "derive/manifest.h"

#include <array>
#include <utility>

#include "base/units.h"
#include "codec/text.h"
#include "crypto/digest.h"

namespace tarn::derive {
namespace {

constexpr int64_t kFormat = 1;
constexpr size_t kManifestBytesMax = kGiB;

struct Count {
  const char* name;
  uint64_t TaskCounts::* value;
};
constexpr std::array kCounts = {
    Count{"objects", &TaskCounts::objects},
    Count{"bytes", &TaskCounts::bytes},
    Count{"records", &TaskCounts::records},
    Count{"rows", &TaskCounts::rows},
    Count{"skipped", &TaskCounts::skipped},
    Count{"rejects", &TaskCounts::rejects},
    Count{"skipped_bytes", &TaskCounts::skipped_bytes},
    Count{"damaged", &TaskCounts::damaged},
    Count{"hmac_failed", &TaskCounts::hmac_failed},
};

/// A value of a partition: strings, and the days of the rejects.
Json ValueJson(const schema::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int32_t>(&value))
    return Json::MakeObject({{"int", int64_t{*number}}});
  return nullptr;
}

Result<schema::Value> ValueFrom(const Json& json) {
  if (json.is_null()) return schema::Value();
  if (json.is_string()) return schema::Value(json.as_string());
  return schema::Value(static_cast<int32_t>(TRY(json.GetInt("int"))));
}

Json BoundJson(const std::optional<std::string>& bound) {
  return bound ? Json(codec::EncodeBase64(*bound)) : Json();
}

Result<std::optional<std::string>> BoundFrom(const Json& json, std::string_view member) {
  const Json* const bound = json.Find(member);
  if (bound == nullptr || bound->is_null()) return std::nullopt;
  return TRY(codec::DecodeBase64(TRY(json.GetString(member))));
}

Json ColumnJson(const schema::ColumnMetrics& column) {
  return Json::MakeObject({{"id", int64_t{column.id.number()}},
                           {"size", column.size_bytes},
                           {"values", column.value_count},
                           {"nulls", column.null_count},
                           {"nans", column.nan_count ? Json(*column.nan_count) : Json()},
                           {"lower", BoundJson(column.lower)},
                           {"upper", BoundJson(column.upper)}});
}

Result<schema::ColumnMetrics> ColumnFrom(const Json& json) {
  schema::ColumnMetrics column;
  column.id = FieldId(static_cast<int32_t>(TRY(json.GetInt("id"))));
  column.size_bytes = TRY(json.GetInt("size"));
  column.value_count = TRY(json.GetInt("values"));
  column.null_count = TRY(json.GetInt("nulls"));
  const Json* const nans = json.Find("nans");
  if (nans != nullptr && nans->is_int()) column.nan_count = nans->as_int();
  column.lower = TRY(BoundFrom(json, "lower"));
  column.upper = TRY(BoundFrom(json, "upper"));
  return column;
}

Json FileJson(const schema::DataFile& file) {
  Json partition = Json::MakeArray();
  for (const schema::Value& value : file.partition) partition.Push(ValueJson(value));
  Json columns = Json::MakeArray();
  for (const schema::ColumnMetrics& column : file.columns) columns.Push(ColumnJson(column));
  Json offsets = Json::MakeArray();
  for (const int64_t offset : file.split_offsets) offsets.Push(offset);
  return Json::MakeObject({{"uri", file.uri},
                           {"spec_id", int64_t{file.spec_id}},
                           {"partition", std::move(partition)},
                           {"record_count", file.record_count},
                           {"size", file.size_bytes},
                           {"columns", std::move(columns)},
                           {"split_offsets", std::move(offsets)}});
}

Result<schema::DataFile> FileFrom(const Json& json) {
  schema::DataFile file;
  file.uri = TRY(json.GetString("uri"));
  file.spec_id = static_cast<int32_t>(TRY(json.GetInt("spec_id")));
  for (const Json& value : TRY(json.GetArray("partition"))->as_array())
    file.partition.push_back(TRY(ValueFrom(value)));
  file.record_count = TRY(json.GetInt("record_count"));
  file.size_bytes = TRY(json.GetInt("size"));
  for (const Json& column : TRY(json.GetArray("columns"))->as_array())
    file.columns.push_back(TRY(ColumnFrom(column)));
  for (const Json& offset : TRY(json.GetArray("split_offsets"))->as_array()) {
    if (!offset.is_int()) return Fail(ErrorKind::kInvalid, "a split offset is no number");
    file.split_offsets.push_back(offset.as_int());
  }
  return file;
}

Json FilesJson(const schema::DataFiles& files) {
  Json list = Json::MakeArray();
  for (const schema::DataFile& file : files) list.Push(FileJson(file));
  return list;
}

Result<schema::DataFiles> FilesFrom(const Json& json, std::string_view member) {
  schema::DataFiles files;
  for (const Json& file : TRY(json.GetArray(member))->as_array())
    files.push_back(TRY(FileFrom(file)));
  return files;
}

Result<TaskCounts> CountsFrom(const Json& json) {
  TaskCounts counts;
  for (const Count& count : kCounts)
    counts.*count.value = static_cast<uint64_t>(TRY(json.GetInt(count.name)));
  return counts;
}

std::string ChecksumOf(const Json& without) { return crypto::Hex(crypto::Sha256(without.Dump())); }

Result<TaskManifest> Read(const Json& json) {
  Json without = json;
  if (!without.is_object()) return Fail(ErrorKind::kInvalid, "it is no object");
  std::erase_if(without.as_object(), [](const auto& member) { return member.first == "checksum"; });
  if (TRY(json.GetInt("format")) != kFormat)
    return Fail(ErrorKind::kInvalid, "it is of another Tarn");
  if (TRY(json.GetString("checksum")) != ChecksumOf(without))
    return Fail(ErrorKind::kInvalid, "its checksum does not fit");
  TaskManifest manifest;
  manifest.plan_id = TRY(json.GetString("plan_id"));
  manifest.task = static_cast<size_t>(TRY(json.GetInt("task")));
  manifest.attempt = TRY(json.GetString("attempt"));
  manifest.counts = TRY(CountsFrom(*TRY(json.GetObject("counts"))));
  for (const Json& line : TRY(json.GetArray("damage"))->as_array()) {
    if (line.is_string()) manifest.damage.push_back(line.as_string());
  }
  manifest.rows = TRY(FilesFrom(json, "rows"));
  manifest.rejects = TRY(FilesFrom(json, "rejects"));
  return manifest;
}

}  // namespace

void TaskCounts::Add(const TaskCounts& other) {
  for (const Count& count : kCounts) this->*count.value += other.*count.value;
}

Json TaskCounts::ToJson() const {
  Json json = Json::MakeObject({});
  for (const Count& count : kCounts) json.Set(count.name, static_cast<int64_t>(this->*count.value));
  return json;
}

Json TaskManifest::ToJson() const {
  Json json = Json::MakeObject({{"format", kFormat},
                                {"plan_id", plan_id},
                                {"task", static_cast<int64_t>(task)},
                                {"attempt", attempt},
                                {"counts", counts.ToJson()},
                                {"damage", Json::MakeArray(damage)},
                                {"rows", FilesJson(rows)},
                                {"rejects", FilesJson(rejects)}});
  const std::string checksum = ChecksumOf(json);
  json.Set("checksum", checksum);
  return json;
}

Result<TaskManifest> TaskManifest::FromJson(const Json& json) {
  auto manifest = Read(json);
  if (manifest) return manifest;
  return Fail(ErrorKind::kCorrupt, "this is no task's manifest: {}", manifest.error().message());
}

std::string ManifestPath(const std::string& plan_path, const std::string& plan_id, size_t task) {
  return Format("{}.tasks/{}-{:05}.json", plan_path, plan_id, task);
}

Result<bool> PutManifest(const TaskManifest& manifest, const std::string& plan_path,
                         os::Files& files) {
  const std::string path = ManifestPath(plan_path, manifest.plan_id, manifest.task);
  const std::string directory = os::ParentDirectory(path);
  TRY(files.MakeDirectories(directory));
  TRY(files.SyncDirectory(os::ParentDirectory(directory)));
  const std::string temporary = Format("{}.{}", path, manifest.attempt);
  {
    const auto file = TRY(files.Open(temporary, os::OpenMode::kCreateNew));
    TRY(file->WriteAt(0, manifest.ToJson().Dump()));
    TRY(file->Sync());
  }
  const Status named = files.RenameNoReplace(temporary, path);
  if (!named && named.error().kind() == ErrorKind::kConflict) {
    Ignore(files.Remove(temporary), "it stays as a file that nobody reads");
    return false;
  }
  TRY(Status(named));
  TRY(files.SyncDirectory(directory));
  return true;
}

Result<TaskManifest> ReadManifest(const std::string& plan_path, const std::string& plan_id,
                                  size_t task, os::Files& files) {
  const std::string path = ManifestPath(plan_path, plan_id, task);
  const std::string text = TRY(os::ReadFile(files, path, kManifestBytesMax));
  auto json = Json::Parse(text);
  if (!json) return Fail(ErrorKind::kCorrupt, "{}: {}", path, json.error().message());
  return While(TaskManifest::FromJson(*json), "{}", path);
}

}  // namespace tarn::derive
