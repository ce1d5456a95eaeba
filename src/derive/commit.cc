#include "derive/commit.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "derive/task.h"

namespace tarn::derive {
namespace {

constexpr size_t kKeysAPage = 1000;
constexpr const char* kPlanIdEntry = "tarn.plan-id";  // of a snapshot's summary

Result<std::vector<TaskManifest>> ReadManifests(const Plan& plan, const std::string& plan_path,
                                                os::Files& files) {
  std::vector<TaskManifest> manifests;
  for (size_t task = 0; task < plan.tasks.size(); ++task) {
    auto manifest = ReadManifest(plan_path, plan.id, task, files);
    if (!manifest && manifest.error().kind() == ErrorKind::kNotFound) {
      return Fail(ErrorKind::kNotFound, "task {} of {} is not done: {} is missing", task,
                  plan.tasks.size(), ManifestPath(plan_path, plan.id, task));
    }
    manifests.push_back(TRY(std::move(manifest)));
    if (manifests.back().plan_id == plan.id && manifests.back().task == task) continue;
    return Fail(ErrorKind::kCorrupt, "{} is of another plan",
                ManifestPath(plan_path, plan.id, task));
  }
  return manifests;
}

catalog::TableReplacement ReplacementOf(const OutputTable& table, const Plan& plan) {
  catalog::TableReplacement replacement;
  replacement.name = table.name;
  replacement.uuid = table.uuid;
  replacement.schema_id = table.schema.schema_id;
  replacement.summary = {{"tarn.dataset", plan.dataset},
                         {kPlanIdEntry, plan.id},
                         {"tarn.code-version", plan.code_version}};
  return replacement;
}

void Add(const schema::DataFiles& files, schema::DataFiles* to) {
  to->insert(to->end(), files.begin(), files.end());
}

/// Rows, and rejects where there were or are some.
std::vector<catalog::TableReplacement> ReplacementsOf(const Plan& plan,
                                                      const std::vector<TaskManifest>& manifests) {
  catalog::TableReplacement rows = ReplacementOf(plan.rows, plan);
  catalog::TableReplacement rejects = ReplacementOf(plan.rejects, plan);
  for (const PlannedPartition& partition : plan.partitions) {
    rows.partitions.emplace_back(partition.values.begin(), partition.values.end());
    std::ranges::copy(partition.replaced, std::back_inserter(rows.removed));
    std::ranges::copy(partition.replaced_rejects, std::back_inserter(rejects.removed));
    rows.runs.push_back({.partition = partition.path,
                         .inputs_hash = partition.inputs_hash,
                         .code_version = plan.code_version,
                         .plan_id = plan.id,
                         .rejects = {}});
  }
  for (const TaskManifest& manifest : manifests) {
    Add(manifest.rows, &rows.files);
    Add(manifest.rejects, &rejects.files);
    auto& of_partition = rows.runs[plan.tasks[manifest.task].partition].rejects;
    for (const schema::DataFile& file : manifest.rejects) of_partition.push_back(file.uri);
  }
  std::vector<catalog::TableReplacement> replacements{std::move(rows)};
  if (!rejects.removed.empty() || !rejects.files.empty())
    replacements.push_back(std::move(rejects));
  return replacements;
}

/// Remove objects below a prefix whose names begin as this plan's files do, but those that are
/// kept.
Status RemoveOthers(store::ObjectStore& store, const std::string& prefix, const std::string& stem,
                    const std::set<std::string>& kept) {
  std::string after;
  do {
    const store::Listing page = TRY(store.List(prefix, after, "", kKeysAPage));
    for (const store::ObjectInfo& object : page.objects) {
      const std::string_view name = std::string_view(object.key).substr(object.key.rfind('/') + 1);
      if (!name.starts_with(stem) || kept.contains(store.Uri(object.key))) continue;
      TRY(store.Delete(object.key));
    }
    after = page.next;
  } while (!after.empty());
  return {};
}

/// What attempts have written that are not the first ones, or never came to an end.
Status RemoveLosers(const Plan& plan, const std::vector<TaskManifest>& manifests,
                    store::Buckets& buckets) {
  std::set<std::string> kept;
  for (const TaskManifest& manifest : manifests) {
    for (const schema::DataFile& file : manifest.rows) kept.insert(file.uri);
    for (const schema::DataFile& file : manifest.rejects) kept.insert(file.uri);
  }
  const std::string stem = FileStemOf(plan);
  const store::Buckets::Place rows = TRY(RowsPlace(plan, buckets));
  for (const PlannedPartition& partition : plan.partitions) {
    TRY(RemoveOthers(*rows.store, Format("{}/{}/{}", rows.key, partition.path, stem), stem, kept));
  }
  const store::Buckets::Place rejects = TRY(RejectsPlace(plan, buckets));
  return RemoveOthers(*rejects.store, rejects.key + "/", stem, kept);
}

CommitSummary SummaryOf(const Plan& plan, const std::vector<TaskManifest>& manifests) {
  CommitSummary summary;
  summary.partitions = plan.partitions.size();
  for (const TaskManifest& manifest : manifests) {
    summary.counts.Add(manifest.counts);
    std::ranges::copy(manifest.damage, std::back_inserter(summary.damage));
    summary.files += manifest.rows.size();
    for (const schema::DataFile& file : manifest.rows)
      summary.bytes_written += static_cast<uint64_t>(file.size_bytes);
  }
  return summary;
}

Result<bool> HasSnapshotOf(const Plan& plan, const schema::TableName& name,
                           catalog::Catalog& catalog) {
  const auto table = catalog.LoadTable(name);
  if (!table && table.error().kind() == ErrorKind::kNotFound) return false;
  if (!table) return std::unexpected(table.error());
  return std::ranges::any_of(table->snapshots, [&](const catalog::SnapshotSummary& snapshot) {
    const auto id = snapshot.summary.find(kPlanIdEntry);
    return id != snapshot.summary.end() && id->second == plan.id;
  });
}

}  // namespace

Result<bool> IsCommitted(const Plan& plan, catalog::Catalog& catalog) {
  // A commit is one transaction: one trace of the plan tells that all of it was committed, also
  // where another plan has replaced some of its partitions since.
  const auto runs = TRY(catalog.ListDerivedRuns(plan.rows.uuid));
  if (std::ranges::contains(runs, plan.id, &catalog::DerivedRun::plan_id)) return true;
  return TRY(HasSnapshotOf(plan, plan.rows.name, catalog)) ||
         TRY(HasSnapshotOf(plan, plan.rejects.name, catalog));
}

Status RemoveFilesOf(const Plan& plan, store::Buckets& buckets) {
  if (plan.partitions.empty()) return {};
  return RemoveLosers(plan, {}, buckets);
}

Result<CommitSummary> CommitPlan(const Plan& plan, const std::string& plan_path,
                                 const CommitPlace& place) {
  if (plan.partitions.empty()) return CommitSummary{};
  const std::vector<TaskManifest> manifests = TRY(ReadManifests(plan, plan_path, place.files));
  CommitSummary summary = SummaryOf(plan, manifests);
  summary.was_committed = TRY(IsCommitted(plan, place.catalog));
  if (!summary.was_committed) {
    auto committed = place.catalog.CommitReplacements(ReplacementsOf(plan, manifests));
    if (!committed && committed.error().kind() == ErrorKind::kConflict) {
      return Fail(ErrorKind::kConflict,
                  "{}. Somebody else has written these partitions since the plan was made: plan "
                  "anew",
                  committed.error().message());
    }
    TRY(std::move(committed));
  }
  TRY(While(RemoveLosers(plan, manifests, place.buckets), "removing what lost attempts have left"));
  return summary;
}

}  // namespace tarn::derive
