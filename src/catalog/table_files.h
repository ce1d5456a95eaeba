// The files of tables' metadata in their buckets: read through caches (they never change), written
// under names that are used once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/iceberg/manifest.h"
#include "catalog/iceberg/table_metadata.h"
#include "catalog/shared_cache.h"
#include "os/clock.h"
#include "schema/data_file.h"
#include "store/object_store.h"

namespace tarn::catalog {

using MetadataPointer = std::shared_ptr<const iceberg::TableMetadata>;
using ManifestList = std::vector<iceberg::ManifestFile>;

/// Threads: any.
class TableFiles {
 public:
  static constexpr size_t kManifestBytesMax = size_t{256} << 20;
  static constexpr size_t kMetadataCacheBytes = size_t{64} << 20;
  static constexpr size_t kListCacheBytes = size_t{32} << 20;
  static constexpr size_t kDataFileCacheBytes = size_t{256} << 20;

  /// Both are lent for its life.
  TableFiles(store::Buckets& buckets, os::Entropy& entropy);

  /// errors  kNotFound (no such file), kCorrupt, kUnsupported (in none of our buckets, or of a
  /// format that is not read), kUnavailable, kIo; they name the file
  Result<MetadataPointer> Metadata(const std::string& uri);
  /// The manifests of a snapshot. errors  as Metadata
  Result<std::shared_ptr<const ManifestList>> Manifests(const iceberg::SnapshotRecord& snapshot);
  /// Every entry of a manifest, deleted ones too; not cached. errors  as Metadata
  Result<std::vector<iceberg::ManifestEntry>> Entries(const iceberg::TableMetadata& metadata,
                                                      const iceberg::ManifestFile& manifest);
  /// The live files of a data manifest. errors  as Metadata; kUnsupported: not Parquet, encrypted
  Result<std::shared_ptr<const schema::DataFiles>> LiveFiles(const iceberg::TableMetadata& metadata,
                                                             const iceberg::ManifestFile& manifest);
  /// True for a manifest or list that Tarn wrote. errors  as Metadata
  Result<bool> IsOurs(const std::string& uri);

  /// Create a file. durable  when it returns. errors  kUnavailable, kIo: it may be there, and
  /// nothing refers to it
  Status Write(const std::string& uri, std::string_view bytes);
  /// Write and cache a version of a table's metadata. errors  as Write
  Result<MetadataPointer> WriteMetadata(const std::string& uri, const Json& json);
  /// Write a manifest under `uri` and cache its live files: the next query need not decode it.
  ///
  /// in       entries: at least one, all of the spec
  /// returns  its line for a list, with sequence numbers 0
  /// errors   as Write; kCorrupt: the spec's columns are unknown
  Result<iceberg::ManifestFile> WriteManifest(const iceberg::TableMetadata& base, int32_t spec_id,
                                              const std::string& uri, SnapshotId snapshot_id,
                                              std::span<const iceberg::ManifestEntry> entries);
  /// Remove a file that nothing refers to; a failure is counted, no more.
  void Remove(const std::string& uri);

  iceberg::AvroFileWriter::SyncMarker NewSyncMarker();
  std::string NewUuid() { return os::RandomUuid(entropy_); }
  store::Buckets& buckets() { return buckets_; }

 private:
  Result<std::string> Read(const std::string& uri, size_t bytes_max);
  Result<std::shared_ptr<const schema::DataFiles>> KeepLive(
      const std::string& name, int32_t spec_id, std::span<const iceberg::ManifestEntry> entries);
  Result<MetadataPointer> ParseMetadata(const std::string& uri, std::string_view bytes);

  store::Buckets& buckets_;
  os::Entropy& entropy_;
  SharedCache<iceberg::TableMetadata> metadata_{kMetadataCacheBytes};
  SharedCache<ManifestList> lists_{kListCacheBytes};
  SharedCache<schema::DataFiles> data_files_{kDataFileCacheBytes};
};

/// The directory of a table's metadata files, as a URI without a slash at the end.
std::string MetadataDirectory(const iceberg::TableMetadata& metadata);

/// The name of the next version: `<directory>/00013-<uuid>.metadata.json`.
std::string NextMetadataUri(const iceberg::TableMetadata& base, const std::string& uuid);

}  // namespace tarn::catalog
