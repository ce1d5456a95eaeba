// Manifest lists of any writer into values.
#include "catalog/iceberg/manifest.h"
#include "catalog/iceberg/manifest_fields_internal.h"

namespace tarn::catalog::iceberg {
namespace {

constexpr KnownField kListFields[] = {{500, "manifest_path"},        {501, "manifest_length"},
                                      {502, "partition_spec_id"},    {517, "content"},
                                      {515, "sequence_number"},      {516, "min_sequence_number"},
                                      {503, "added_snapshot_id"},    {504, "added_files_count"},
                                      {505, "existing_files_count"}, {506, "deleted_files_count"},
                                      {512, "added_rows_count"},     {513, "existing_rows_count"},
                                      {514, "deleted_rows_count"},   {507, "partitions"},
                                      {519, "key_metadata"}};
constexpr KnownField kSummaryFields[] = {
    {509, "contains_null"}, {518, "contains_nan"}, {510, "lower_bound"}, {511, "upper_bound"}};

void ReadSummary(AvroReader& reader, const AvroType& type, FieldSummary* summary) {
  reader.ReadRecord(type, [&](const AvroField& field) {
    switch (IdOf(field, kSummaryFields)) {
      case 509:
        summary->contains_null = reader.ReadBooleanOf(*field.type).value_or(true);
        break;
      case 518:
        summary->contains_nan = reader.ReadBooleanOf(*field.type);
        break;
      case 510:
        summary->lower_bound = ReadOptionalBytes(reader, *field.type);
        break;
      case 511:
        summary->upper_bound = ReadOptionalBytes(reader, *field.type);
        break;
      default:
        reader.Skip(*field.type);
    }
  });
}

/// The optional counts, by field id. returns  where to put one; nullptr for another field
std::optional<int64_t>* CountOf(int32_t id, ManifestFile* manifest) {
  switch (id) {
    case 504:
      return &manifest->added_files;
    case 505:
      return &manifest->existing_files;
    case 506:
      return &manifest->deleted_files;
    case 512:
      return &manifest->added_rows;
    case 513:
      return &manifest->existing_rows;
    case 514:
      return &manifest->deleted_rows;
    default:
      return nullptr;
  }
}

void ReadListField(AvroReader& reader, const AvroField& field, ManifestFile* manifest) {
  const int32_t id = IdOf(field, kListFields);
  if (std::optional<int64_t>* count = CountOf(id, manifest)) {
    *count = reader.ReadInteger(*field.type);
    return;
  }
  switch (id) {
    case 500:
      manifest->path = ReadText(reader, *field.type);
      break;
    case 501:
      manifest->length = ReadRequired(reader, *field.type);
      break;
    case 502:
      manifest->spec_id = ReadInt32(reader, *field.type);
      break;
    case 517:
      manifest->content = static_cast<int32_t>(reader.ReadInteger(*field.type).value_or(0));
      break;
    case 515:
      manifest->sequence_number = reader.ReadInteger(*field.type).value_or(0);
      break;
    case 516:
      manifest->min_sequence_number = reader.ReadInteger(*field.type).value_or(0);
      break;
    case 503:
      manifest->added_snapshot_id = reader.ReadInteger(*field.type).value_or(0);
      break;
    case 507: {
      std::vector<FieldSummary> summaries;
      if (reader.ReadArray(*field.type, [&](const AvroType& item) {
            ReadSummary(reader, item, &summaries.emplace_back());
          })) {
        manifest->partitions = std::move(summaries);
      }
      break;
    }
    case 519:
      manifest->key_metadata = ReadOptionalBytes(reader, *field.type);
      break;
    default:
      reader.Skip(*field.type);
  }
}

/// The list's content is one of two: anything else is of a format that is not known here.
Status CheckManifestFile(const ManifestFile& manifest) {
  if (manifest.path.empty()) return Fail(ErrorKind::kCorrupt, "a manifest without path");
  if (manifest.content != kContentData && manifest.content != kContentDeletes) {
    return Fail(ErrorKind::kUnsupported, "manifest {} has the unknown content {}", manifest.path,
                manifest.content);
  }
  return {};
}

}  // namespace

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes) {
  const AvroFile file = TRY(AvroFile::Parse(bytes));
  std::vector<ManifestFile> manifests;
  TRY(file.ForEachRow([&](AvroReader& reader, const AvroType& root) {
    ManifestFile& manifest = manifests.emplace_back();
    reader.ReadRecord(root,
                      [&](const AvroField& field) { ReadListField(reader, field, &manifest); });
  }));
  for (const ManifestFile& manifest : manifests) TRY(CheckManifestFile(manifest));
  return manifests;
}

}  // namespace tarn::catalog::iceberg
