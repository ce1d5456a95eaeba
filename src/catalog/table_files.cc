#include "catalog/table_files.h"

#include "base/bytes.h"

namespace tarn::catalog {
namespace {

constexpr size_t kPerFileBytes = 300;  // of memory, roughly, beside what is counted
constexpr size_t kPerColumnBytes = 120;

size_t MemoryOf(const schema::DataFiles& files) {
  size_t bytes = 0;
  for (const schema::DataFile& file : files) {
    bytes += kPerFileBytes + file.uri.size() + file.columns.size() * kPerColumnBytes;
  }
  return bytes;
}

size_t MemoryOf(const ManifestList& manifests) {
  size_t bytes = 0;
  for (const iceberg::ManifestFile& manifest : manifests) {
    bytes += sizeof manifest + manifest.path.size();
    if (manifest.partitions) bytes += manifest.partitions->size() * sizeof(iceberg::FieldSummary);
  }
  return bytes;
}

/// Partition values are decoded by the types of the table's current schema: where a column was
/// widened since, what is cached is of the old type.
std::string CacheName(const std::string& uri, const std::vector<schema::Type>& types) {
  std::string name = uri;
  for (const schema::Type& type : types) name += Format("\n{}", static_cast<int>(type.kind));
  return name;
}

}  // namespace

TableFiles::TableFiles(store::Buckets& buckets, os::Entropy& entropy)
    : buckets_(buckets), entropy_(entropy) {}

Result<std::string> TableFiles::Read(const std::string& uri, size_t bytes_max) {
  const auto place = buckets_.Locate(uri);
  if (!place && place.error().kind() == ErrorKind::kNotFound) {
    // Not the same as a file that is missing: that would be damage.
    return Fail(ErrorKind::kUnsupported, "it lies outside of the buckets that are known here");
  }
  if (!place) return std::unexpected(place.error());
  return place->store->Get(place->key, bytes_max);
}

Result<MetadataPointer> TableFiles::Metadata(const std::string& location) {
  const std::string uri = iceberg::NormalizeUri(location);
  if (auto cached = metadata_.Find(uri)) return cached;
  auto metadata = [&]() -> Result<MetadataPointer> {
    const std::string bytes = TRY(Read(uri, iceberg::kMetadataBytesMax));
    return ParseMetadata(uri, bytes);
  }();
  return While(std::move(metadata), "table metadata {}", uri);
}

Result<MetadataPointer> TableFiles::ParseMetadata(const std::string& uri, std::string_view bytes) {
  auto metadata = std::make_shared<const iceberg::TableMetadata>(
      TRY(iceberg::TableMetadata::Parse(uri, bytes)));
  metadata_.Add(uri, metadata, metadata->size_bytes());
  return metadata;
}

Result<std::shared_ptr<const ManifestList>> TableFiles::Manifests(
    const iceberg::SnapshotRecord& snapshot) {
  if (snapshot.manifest_list.empty()) {
    return Fail(ErrorKind::kUnsupported, "snapshot {} has no manifest list (old format v1)",
                snapshot.id.number());
  }
  const std::string uri = iceberg::NormalizeUri(snapshot.manifest_list);
  if (auto cached = lists_.Find(uri)) return cached;
  auto manifests = [&]() -> Result<ManifestList> {
    const std::string bytes = TRY(Read(uri, kManifestBytesMax));
    return iceberg::ReadManifestList(bytes);
  }();
  auto list = std::make_shared<const ManifestList>(
      TRY(While(std::move(manifests), "manifest list {}", uri)));
  lists_.Add(uri, list, MemoryOf(*list));
  return list;
}

Result<std::vector<iceberg::ManifestEntry>> TableFiles::Entries(
    const iceberg::TableMetadata& metadata, const iceberg::ManifestFile& manifest) {
  const std::string uri = iceberg::NormalizeUri(manifest.path);
  auto entries = [&]() -> Result<std::vector<iceberg::ManifestEntry>> {
    const schema::PartitionSpec* spec = metadata.FindSpec(manifest.spec_id);
    if (spec == nullptr) {
      return Fail(ErrorKind::kCorrupt, "partition spec {} is unknown", manifest.spec_id);
    }
    const auto types = TRY(iceberg::PartitionTypes(*spec, metadata.SchemasCurrentFirst()));
    const std::string bytes = TRY(Read(uri, kManifestBytesMax));
    return iceberg::ReadManifest(bytes, manifest, *spec, types);
  }();
  return While(std::move(entries), "manifest {}", uri);
}

Result<std::shared_ptr<const schema::DataFiles>> TableFiles::LiveFiles(
    const iceberg::TableMetadata& metadata, const iceberg::ManifestFile& manifest) {
  const schema::PartitionSpec* spec = metadata.FindSpec(manifest.spec_id);
  std::string name = manifest.path;
  if (spec != nullptr) {
    name = CacheName(name, TRY(iceberg::PartitionTypes(*spec, metadata.SchemasCurrentFirst())));
    if (auto cached = data_files_.Find(name)) return cached;
  }
  return KeepLive(name, manifest.spec_id, TRY(Entries(metadata, manifest)));
}

/// Cache the live files among a manifest's entries. errors  kUnsupported
Result<std::shared_ptr<const schema::DataFiles>> TableFiles::KeepLive(
    const std::string& name, int32_t spec_id, std::span<const iceberg::ManifestEntry> entries) {
  schema::DataFiles files;
  for (const iceberg::ManifestEntry& entry : entries) {
    if (!entry.is_live()) continue;
    if (entry.file.content != iceberg::kContentData) {
      return Fail(ErrorKind::kUnsupported, "delete file {} in a data manifest", entry.file.path);
    }
    files.push_back(TRY(iceberg::ToDataFile(entry.file, spec_id)));
  }
  auto shared = std::make_shared<const schema::DataFiles>(std::move(files));
  data_files_.Add(name, shared, MemoryOf(*shared));
  return shared;
}

Result<iceberg::ManifestFile> TableFiles::WriteManifest(
    const iceberg::TableMetadata& base, int32_t spec_id, const std::string& uri,
    SnapshotId snapshot_id, std::span<const iceberg::ManifestEntry> entries) {
  iceberg::ManifestContext context;
  context.schema = &base.current_schema();
  context.spec = base.FindSpec(spec_id);
  if (context.spec == nullptr) {
    return Fail(ErrorKind::kCorrupt, "partition spec {} is unknown", spec_id);
  }
  context.partition_types = TRY(iceberg::PartitionTypes(*context.spec, base.SchemasCurrentFirst()));
  context.sync = NewSyncMarker();
  const std::string bytes = TRY(iceberg::WriteManifest(context, entries));
  TRY(Write(uri, bytes));
  // Entries that queries refuse (ORC, say) are none of a commit's business.
  Ignore(
      KeepLive(CacheName(uri, context.partition_types), spec_id, entries).transform([](auto&&) {}),
      "a query that reads the manifest will say so");
  return iceberg::DescribeManifest(context, entries, uri, static_cast<int64_t>(bytes.size()),
                                   snapshot_id.number());
}

Result<bool> TableFiles::IsOurs(const std::string& uri) {
  const std::string bytes = TRY(Read(uri, kManifestBytesMax));
  return iceberg::IsWrittenByTarn(TRY(iceberg::AvroFile::Parse(bytes)));
}

Status TableFiles::Write(const std::string& uri, std::string_view bytes) {
  const store::Buckets::Place place = TRY(While(buckets_.Locate(uri), "writing {}", uri));
  Status written = place.store->PutIfAbsent(place.key, bytes);
  if (!written && written.error().kind() == ErrorKind::kUnknownOutcome) {
    // Whether a file is there that nothing refers to changes nothing for the catalog.
    return Fail(ErrorKind::kUnavailable, "writing {}: {}", uri, written.error().message());
  }
  return While(std::move(written), "writing {}", uri);
}

Result<MetadataPointer> TableFiles::WriteMetadata(const std::string& uri, const Json& json) {
  const std::string bytes = json.Dump();
  // What a reader would refuse is not written in the first place.
  auto metadata = TRY(While(ParseMetadata(uri, bytes), "new metadata of {}", uri));
  TRY(Write(uri, bytes));
  return metadata;
}

void TableFiles::Remove(const std::string& uri) {
  const auto place = buckets_.Locate(uri);
  if (!place) return;
  Ignore(place->store->Delete(place->key), "nothing refers to it; a later sweep finds it");
}

iceberg::AvroFileWriter::SyncMarker TableFiles::NewSyncMarker() {
  iceberg::AvroFileWriter::SyncMarker marker;
  StoreLe(marker.data(), entropy_.Random64());
  StoreLe(marker.data() + 8, entropy_.Random64());
  return marker;
}

std::string MetadataDirectory(const iceberg::TableMetadata& metadata) {
  return metadata.location + "/metadata";
}

std::string NextMetadataUri(const iceberg::TableMetadata& base, const std::string& uuid) {
  return Format("{}/{:05}-{}.metadata.json", MetadataDirectory(base),
                iceberg::MetadataVersion(base.uri) + 1, uuid);
}

}  // namespace tarn::catalog
