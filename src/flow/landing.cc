#include "flow/landing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/whole_number.h"

namespace tarn::flow {
namespace {

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
      : request_(request), stem_(request.FileStem()), table_(table), place_(std::move(place)) {}

  Result<schema::DataFiles> WriteAll(const SealedBatches& batches) {
    schema::DataFiles files;
    for (const SealedBatches& group : GroupByLayout(batches)) {
      for (schema::DataFile& file : TRY(Write(group))) files.push_back(std::move(file));
    }
    return files;
  }

 private:
  Result<schema::DataFiles> Write(const SealedBatches& group) {
    const lake::FileNaming naming{place_.key + "/data", Format("{}{}", stem_, writers_++)};
    const auto& layout = group.front()->rows().layout();
    lake::WriteOptions write = request_.write;
    lake::FollowTable(*layout, table_.sort_by, table_.bloom_columns, &write);
    auto writer = TRY(lake::TableWriter::Make(*place_.store, layout, SpecFor(layout->schema()),
                                              naming, std::move(write)));
    for (const auto& batch : group) TRY(writer->Append(batch->rows()));
    return writer->Finish();
  }

  // The table's spec; where another writer has partitioned it by a column that these rows were
  // shaped without, the newest that they have the columns for.
  const schema::PartitionSpec& SpecFor(const schema::TableSchema& schema) const {
    const auto fits = [&](const schema::PartitionSpec& spec) {
      return std::ranges::all_of(spec.fields, [&](const schema::PartitionField& field) {
        return schema.FindById(field.source) != nullptr;
      });
    };
    if (fits(table_.spec)) return table_.spec;
    const schema::PartitionSpec* newest = nullptr;
    for (const schema::PartitionSpec& spec : table_.specs) {
      if (fits(spec) && (newest == nullptr || spec.spec_id > newest->spec_id)) newest = &spec;
    }
    return newest == nullptr ? table_.spec : *newest;
  }

  const LandingRequest& request_;
  const std::string stem_;
  const catalog::Table& table_;
  const store::Buckets::Place place_;
  size_t writers_ = 0;
};

Result<schema::DataFiles> WriteFiles(const LandingRequest& request, const catalog::Table& table,
                                     const SealedBatches& batches, store::Buckets& buckets) {
  return FileWriter(request, table, TRY(buckets.Locate(table.location))).WriteAll(batches);
}

Status RemoveObjects(const catalog::Table& table, const std::vector<std::string>& uris,
                     store::Buckets& buckets) {
  for (const std::string& uri : uris) {
    const store::Buckets::Place place = TRY(buckets.Locate(uri));
    TRY(place.store->Delete(place.key));
  }
  if (uris.empty()) return {};
  Log(LogLevel::kInfo, "flow", "removed unreferenced files of an earlier attempt",
      {{"table", table.name.ToString()}, {"files", uris.size()}});
  return {};
}

// `…/<stem_prefix><first>-<to>-…`, as LandingRequest::FileStem wrote it.
std::optional<FileRecords> RecordsOf(std::string_view uri, std::string_view stem_prefix) {
  constexpr size_t kDigits = 16;
  const size_t name = uri.rfind('/') + 1;
  std::string_view text = uri.substr(name);
  if (!text.starts_with(stem_prefix)) return std::nullopt;
  text.remove_prefix(stem_prefix.size());
  if (text.size() < 2 * kDigits + 2 || text[kDigits] != '-') return std::nullopt;
  const auto first = ParseWhole<uint64_t>(text.substr(0, kDigits), 16);
  const auto to = ParseWhole<uint64_t>(text.substr(kDigits + 1, kDigits), 16);
  if (!first || !to) return std::nullopt;
  return FileRecords{Lsn(*first), Lsn(*to)};
}

}  // namespace

Result<Landed> Land(const LandingRequest& request, catalog::Catalog& catalog,
                    store::Buckets& buckets) {
  catalog::TableAppend rows{.name = request.table.name,
                            .uuid = request.table.uuid,
                            .schema_id = request.table.schema.schema_id};
  rows.files = TRY(While(WriteFiles(request, request.table, request.rows, buckets),
                         "writing the files of {}", request.table.name.ToString()));
  rows.progress = {request.progress_key, request.from, request.to};

  std::vector<catalog::TableAppend> appends;
  appends.push_back(std::move(rows));
  if (!request.rejects.empty()) {
    catalog::TableAppend rejects{.name = request.rejects_table.name,
                                 .uuid = request.rejects_table.uuid,
                                 .schema_id = request.rejects_table.schema.schema_id};
    rejects.files = TRY(While(WriteFiles(request, request.rejects_table, request.rejects, buckets),
                              "writing the files of {}", request.rejects_table.name.ToString()));
    rejects.progress = {request.progress_key, request.rejects_from, request.to};
    appends.push_back(std::move(rejects));
  }
  std::vector<catalog::Table> tables =
      TRY(While(catalog.CommitAppends(appends), "committing {}", request.table.name.ToString()));
  Landed landed{std::move(tables[0]), request.rejects_table};
  if (tables.size() > 1) landed.rejects_table = std::move(tables[1]);
  return landed;
}

std::string LandingRequest::FileStem() const {
  Lsn first = to;
  for (const SealedBatches* batches : {&rows, &rejects}) {
    for (const auto& batch : *batches) first = std::min(first, batch->first());
  }
  return Format("{}{:016x}-{:016x}-{:x}-", stem_prefix, first.number(), to.number(), attempt);
}

Status RemoveAttempt(const catalog::Table& table, const std::string& file_stem,
                     catalog::Catalog& catalog, store::Buckets& buckets) {
  return RemoveObjects(table, TRY(catalog.FindUnreferenced(table, file_stem)), buckets);
}

Result<size_t> RemoveLostAttempts(const catalog::Table& table, const std::string& stem_prefix,
                                  catalog::Catalog& catalog, store::Buckets& buckets,
                                  const MayRemove& may_remove) {
  std::vector<std::string> lost = TRY(catalog.FindUnreferenced(table, stem_prefix));
  const size_t kept = std::erase_if(lost, [&](const std::string& uri) {
    const std::optional<FileRecords> records = RecordsOf(uri, stem_prefix);
    return !records || !may_remove(*records);
  });
  TRY(RemoveObjects(table, lost, buckets));
  return kept;
}

}  // namespace tarn::flow
