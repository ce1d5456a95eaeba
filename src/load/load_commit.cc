#include "load/load_commit.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "load/load_mark.h"

namespace tarn::load {
namespace {

catalog::TableAppend AppendTo(const catalog::Table& table) {
  return {.name = table.name, .uuid = table.uuid, .schema_id = table.schema.schema_id};
}

/// After an unknown outcome the sources tell: the step is in, or it is not known still.
Status Certain(catalog::Catalog& catalog, const Result<std::vector<catalog::Table>>& committed,
               const std::string& table_uuid, const catalog::SourceState& to) {
  if (committed) return {};
  const Error& error = committed.error();
  if (error.kind() != ErrorKind::kUnknownOutcome) return std::unexpected(error);
  const auto states = catalog.FindSources(table_uuid, {to.uri});
  if (states && states->front() == to) return {};
  return std::unexpected(error);
}

uint64_t CountInto(const schema::DataFiles& files, CommittedFiles* counts) {
  uint64_t records = 0;
  for (const schema::DataFile& file : files) {
    records += static_cast<uint64_t>(file.record_count);
    ++counts->files;
    counts->bytes += static_cast<uint64_t>(file.size_bytes);
  }
  return records;
}

}  // namespace

Result<CommittedFiles> CommitFiles(catalog::Catalog& catalog, LoadTable& table,
                                   std::vector<WorkerFiles> files,
                                   const std::vector<catalog::SourceProgress>& steps) {
  const auto version = table.current();
  catalog::TableAppend rows = AppendTo(version->table);
  catalog::TableAppend rejects = AppendTo(table.rejects());
  for (WorkerFiles& of_worker : files) {
    std::ranges::move(of_worker.rows, std::back_inserter(rows.files));
    std::ranges::move(of_worker.rejects, std::back_inserter(rejects.files));
  }
  rows.sources = steps;
  CommittedFiles counts;
  counts.rows = CountInto(rows.files, &counts);
  counts.rejects = CountInto(rejects.files, &counts);
  std::vector<catalog::TableAppend> appends{std::move(rows)};
  if (!rejects.files.empty()) appends.push_back(std::move(rejects));
  TRY(Certain(catalog, catalog.CommitAppends(appends), version->table.uuid, steps.front().to));
  return counts;
}

Status RunMarked(const MarkedPlace& place, LoadTable& table, const std::string& load_id,
                 const std::function<Status()>& work) {
  const auto version = table.current();
  const LoadedTables tables{version->table, table.rejects()};
  TRY(RemoveDeadLoads(place.marks_directory, tables, place.catalog, place.buckets, place.files));
  const auto mark =
      TRY(LoadMark::Make(place.marks_directory, version->table.uuid, load_id, place.files));
  const Status done = work();
  if (done) {
    mark->Clear();
  } else if (done.error().kind() != ErrorKind::kUnknownOutcome) {
    const Status removed = RemoveUnlisted(tables, load_id, place.catalog, place.buckets);
    if (removed) mark->Clear();
    Ignore(removed, "the next load of the table removes them");
  }
  return done;
}

}  // namespace tarn::load
