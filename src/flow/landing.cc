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

Result<schema::DataFiles> WriteFiles(const LandingRequest& request, const catalog::Table& table,
                                     const SealedBatches& batches, store::Buckets& buckets) {
  schema::DataFiles files;
  const store::Buckets::Place place = TRY(buckets.Locate(table.location));
  size_t group_number = 0;
  for (const SealedBatches& group : GroupByLayout(batches)) {
    const lake::FileNaming naming{place.key + "/data", FileStem(request, group_number++)};
    auto writer = TRY(lake::TableWriter::Make(*place.store, group.front()->rows().layout(),
                                              table.spec, naming, request.write));
    for (const auto& batch : group) TRY(writer->Append(batch->rows()));
    for (schema::DataFile& file : TRY(writer->Finish())) files.push_back(std::move(file));
  }
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
  rows.files = TRY(While(WriteFiles(request, request.table, request.rows, buckets),
                         "writing the files of {}", request.table.name.ToString()));
  rows.progress = {request.progress_key, request.from, request.to};
  Count(rows.files, &landed.rows, &landed);

  std::vector<catalog::TableAppend> appends;
  appends.push_back(std::move(rows));
  if (!request.rejects.empty()) {
    catalog::TableAppend rejects{.name = request.rejects_table.name,
                                 .schema_id = request.rejects_table.schema.schema_id};
    rejects.files = TRY(While(WriteFiles(request, request.rejects_table, request.rejects, buckets),
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
