#include "flow/landing.h"

#include <utility>

#include "base/log.h"

namespace tarn::flow {
namespace {

std::string FileStem(const LandingRequest& request, size_t group) {
  return Format("{}{:016x}-{:016x}-{:x}-{}", request.stem_prefix, request.from.number(),
                request.to.number(), request.attempt, group);
}

// Batches of one layout each, in order: a schema change in between begins a new group.
std::vector<SealedBatches> GroupByLayout(const SealedBatches& batches) {
  std::vector<SealedBatches> groups;
  for (const auto& batch : batches) {
    if (groups.empty() || groups.back().front()->rows().layout() != batch->rows().layout())
      groups.emplace_back();
    groups.back().push_back(batch);
  }
  return groups;
}

// Writes batches of a table, each run of one layout by a writer of its own.
class FileWriter {
 public:
  FileWriter(const LandingRequest& request, const catalog::Table& table,
             store::Buckets::Place place)
      : request_(request), table_(table), place_(std::move(place)) {}

  Result<schema::DataFiles> WriteAll(const SealedBatches& batches) {
    schema::DataFiles files;
    for (const SealedBatches& group : GroupByLayout(batches)) {
      Result<schema::DataFiles> written = Write(group, request_.write);
      // More partitions than a writer may hold open: batch by batch then, in smaller files.
      if (!written && written.error().kind() == ErrorKind::kTooLarge) written = WriteEach(group);
      for (schema::DataFile& file : TRY(std::move(written))) files.push_back(std::move(file));
    }
    return files;
  }

  /// Files of a writer that gave up lie about, unreferenced.
  bool left_files() const { return left_files_; }

 private:
  Result<schema::DataFiles> Write(const SealedBatches& group, const lake::WriteOptions& options) {
    const lake::FileNaming naming{place_.key + "/data", FileStem(request_, writers_++)};
    auto writer = TRY(lake::TableWriter::Make(*place_.store, group.front()->rows().layout(),
                                              table_.spec, naming, options));
    for (const auto& batch : group) TRY(writer->Append(batch->rows()));
    return writer->Finish();
  }

  Result<schema::DataFiles> WriteEach(const SealedBatches& group) {
    left_files_ = true;
    schema::DataFiles files;
    for (const auto& batch : group) {
      lake::WriteOptions options = request_.write;
      options.partitions_max = batch->rows().rows() + 1;
      for (schema::DataFile& file : TRY(Write({batch}, options))) files.push_back(std::move(file));
    }
    return files;
  }

  const LandingRequest& request_;
  const catalog::Table& table_;
  const store::Buckets::Place place_;
  size_t writers_ = 0;
  bool left_files_ = false;
};

Result<schema::DataFiles> WriteFiles(const LandingRequest& request, const catalog::Table& table,
                                     const SealedBatches& batches, store::Buckets& buckets,
                                     Landed* landed) {
  FileWriter writer(request, table, TRY(buckets.Locate(table.location)));
  schema::DataFiles files = TRY(writer.WriteAll(batches));
  landed->left_files |= writer.left_files();
  return files;
}

void Count(const schema::DataFiles& files, uint64_t* rows, Landed* landed) {
  for (const schema::DataFile& file : files) {
    *rows += static_cast<uint64_t>(file.record_count);
    landed->bytes += static_cast<uint64_t>(file.size_bytes);
    ++landed->files;
  }
}

}  // namespace

Result<Landed> Land(const LandingRequest& request, catalog::Catalog& catalog,
                    store::Buckets& buckets) {
  Landed landed;
  catalog::TableAppend rows{.name = request.table.name,
                            .schema_id = request.table.schema.schema_id};
  rows.files = TRY(While(WriteFiles(request, request.table, request.rows, buckets, &landed),
                         "writing the files of {}", request.table.name.ToString()));
  rows.progress = {request.progress_key, request.from, request.to};
  Count(rows.files, &landed.rows, &landed);

  std::vector<catalog::TableAppend> appends;
  appends.push_back(std::move(rows));
  if (!request.rejects.empty()) {
    catalog::TableAppend rejects{.name = request.rejects_table.name,
                                 .schema_id = request.rejects_table.schema.schema_id};
    rejects.files =
        TRY(While(WriteFiles(request, request.rejects_table, request.rejects, buckets, &landed),
                  "writing the files of {}", request.rejects_table.name.ToString()));
    rejects.progress = {request.progress_key, request.rejects_from, request.to};
    Count(rejects.files, &landed.rejects, &landed);
    appends.push_back(std::move(rejects));
  }
  std::vector<catalog::Table> tables =
      TRY(While(catalog.CommitAppends(appends), "committing {}", request.table.name.ToString()));
  landed.table = std::move(tables[0]);
  landed.rejects_table = tables.size() > 1 ? std::move(tables[1]) : request.rejects_table;
  return landed;
}

Status RemoveUnreferenced(const catalog::Table& table, const std::string& stem_prefix,
                          catalog::Catalog& catalog, store::Buckets& buckets) {
  const std::vector<std::string> uris = TRY(catalog.FindUnreferenced(table, stem_prefix));
  for (const std::string& uri : uris) {
    const store::Buckets::Place place = TRY(buckets.Locate(uri));
    TRY(place.store->Delete(place.key));
  }
  if (!uris.empty()) {
    Log(LogLevel::kInfo, "flow", "removed unreferenced files of an earlier attempt",
        {{"table", table.name.ToString()}, {"files", uris.size()}});
  }
  return {};
}

}  // namespace tarn::flow
