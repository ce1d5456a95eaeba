#include "derive/planning.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/json.h"
#include "catalog/rejects_table.h"
#include "crypto/digest.h"
#include "derive/dataset_names.h"
#include "derive/days.h"
#include "derive/output_tables.h"
#include "schema/partition.h"

namespace tarn::derive {
namespace {

constexpr size_t kKeysAPage = 1000;

/// Objects that the class puts together, in the order of their keys.
using Groups = std::map<std::string, std::vector<InputObject>>;

/// What is found of one output partition.
struct FoundPartition {
  std::vector<std::string> values;
  std::vector<const std::vector<InputObject>*> groups;
};
using FoundPartitions = std::map<std::vector<std::string>, FoundPartition>;

/// Replace the prefixes by what they lead to one level further down.
Status EnterLevel(store::ObjectStore& store, std::vector<std::string>* prefixes) {
  std::vector<std::string> below;
  for (const std::string& prefix : *prefixes) {
    std::string after;
    do {
      store::Listing page = TRY(store.List(prefix, after, "/", kKeysAPage));
      std::ranges::move(page.prefixes, std::back_inserter(below));
      after = page.next;
    } while (!after.empty());
  }
  *prefixes = std::move(below);
  return {};
}

/// The prefixes of keys that a day's objects have: a component `*` of the filter stands for any
/// one, what follows the last `/` for a beginning.
Result<std::vector<std::string>> ExpandFilter(store::ObjectStore& store, const std::string& day,
                                              std::string_view filter) {
  std::vector<std::string> prefixes = {day};
  for (size_t end = filter.find('/'); end != filter.npos; end = filter.find('/')) {
    const std::string_view component = filter.substr(0, end + 1);
    if (component == "*/") {
      TRY(EnterLevel(store, &prefixes));
    } else {
      for (std::string& prefix : prefixes) prefix += component;
    }
    filter.remove_prefix(end + 1);
  }
  if (filter == "*") return prefixes;
  for (std::string& prefix : prefixes) prefix += filter;
  return prefixes;
}

Status ListDay(store::ObjectStore& store, const std::string& prefix, const DatasetToPlan& dataset,
               Groups* groups) {
  std::string after;
  do {
    const store::Listing page = TRY(store.List(prefix, after, "", kKeysAPage));
    for (const store::ObjectInfo& object : page.objects) {
      const std::string group =
          TRY(While(Guard(ErrorKind::kInvalid, [&] { return dataset.prefix_group(object.key); }),
                    "{}'s prefix_group of {}", dataset.name, object.key));
      (*groups)[group].push_back({object.key, object.size, object.etag});
    }
    after = page.next;
  } while (!after.empty());
  return {};
}

Result<Groups> ListInputs(const DatasetToPlan& dataset, const Source& source,
                          const PlanOptions& options, store::Buckets& buckets) {
  const std::vector<std::string> days = TRY(DaysBetween(options.from_date, options.to_date));
  store::ObjectStore* const store = TRY(buckets.Open(source.bucket));
  Groups groups;
  for (const std::string& day : days) {
    const std::string directory = Format("{}/{}/", source.prefix, day);
    const auto prefixes = TRY(While(ExpandFilter(*store, directory, dataset.filter_prefix),
                                    "listing {}/{}", source.bucket, directory));
    for (const std::string& prefix : prefixes)
      TRY(While(ListDay(*store, prefix, dataset, &groups), "listing {}/{}", source.bucket, prefix));
  }
  return groups;
}

/// Groups of one run are equally deep: their table has one list of partition columns.
Result<FoundPartitions> FindPartitions(const Groups& groups, const Source& source) {
  FoundPartitions found;
  size_t depth = 0;
  for (const auto& [group, objects] : groups) {
    const std::vector<std::string> values = PartitionValues(group, source);
    if (values.empty()) {
      return Fail(ErrorKind::kInvalid,
                  "the group '{}' names no partition: after '{}' there must be a component of it",
                  group, source.prefix);
    }
    if (depth == 0) depth = values.size();
    FoundPartition& partition = found[values];
    partition.values = values;
    partition.groups.push_back(&objects);
    if (values.size() == depth) continue;
    return Fail(ErrorKind::kInvalid, "the groups '{}' and '{}' name partitions of {} and {} levels",
                groups.begin()->first, group, depth, values.size());
  }
  return found;
}

std::string HashOf(const FoundPartition& partition) {
  Json list = Json::MakeArray();
  for (const auto* group : partition.groups) {
    for (const InputObject& object : *group) {
      list.Push(Json::Array{object.key, static_cast<int64_t>(object.size), object.etag});
    }
  }
  return crypto::Hex(crypto::Sha256(list.Dump()));
}

/// What the table has now, by the path of the partition.
class CurrentState {
 public:
  static Result<CurrentState> Read(catalog::Catalog& catalog, const catalog::Table& table) {
    CurrentState state;
    for (catalog::DerivedRun& run : TRY(catalog.ListDerivedRuns(table.uuid)))
      state.runs_[run.partition] = std::move(run);
    if (!table.current) return state;
    const schema::Snapshot snapshot = TRY(catalog.LoadSnapshot(table, std::nullopt));
    for (const auto& files : snapshot.files) {
      for (const schema::DataFile& file : *files) TRY(state.Add(table, file));
    }
    return state;
  }

  std::vector<std::string> Files(const std::string& path) const {
    const auto found = files_.find(path);
    return found == files_.end() ? std::vector<std::string>() : found->second;
  }
  const catalog::DerivedRun* Run(const std::string& path) const {
    const auto found = runs_.find(path);
    return found == runs_.end() ? nullptr : &found->second;
  }

 private:
  Status Add(const catalog::Table& table, const schema::DataFile& file) {
    for (const schema::PartitionSpec& spec : table.specs) {
      if (spec.spec_id != file.spec_id) continue;
      files_[PartitionPath(spec, table.schema, file.partition)].push_back(file.uri);
      return {};
    }
    return Fail(ErrorKind::kCorrupt, "{} is of a partition spec {} that table {} does not have",
                file.uri, file.spec_id, table.name.ToString());
  }

  std::map<std::string, catalog::DerivedRun> runs_;
  std::map<std::string, std::vector<std::string>> files_;
};

/// Somebody may have removed a partition's directory, to have it made anew.
Result<bool> AllExist(const std::vector<std::string>& uris, store::Buckets& buckets) {
  for (const std::string& uri : uris) {
    const store::Buckets::Place place = TRY(buckets.Locate(uri));
    const auto info = place.store->Head(place.key);
    if (info) continue;
    if (info.error().kind() == ErrorKind::kNotFound) return false;
    return std::unexpected(info.error());
  }
  return true;
}

Result<bool> IsAsItWas(const PlannedPartition& partition, const catalog::DerivedRun* run,
                       const std::string& code_version, store::Buckets& buckets) {
  if (run == nullptr) return false;
  if (run->inputs_hash != partition.inputs_hash || run->code_version != code_version) return false;
  return TRY(AllExist(partition.replaced, buckets)) &&
         TRY(AllExist(partition.replaced_rejects, buckets));
}

OutputTable OutputOf(const catalog::Table& table) {
  return {table.name, table.uuid, table.location, table.schema, table.spec};
}

/// Fills in what a plan writes. in  plan: all but that
class Planning {
 public:
  Planning(const DatasetToPlan& dataset, const Source& source, const PlanOptions& options,
           const PlanPlace& place, Plan* plan)
      : dataset_(dataset), source_(source), options_(options), place_(place), plan_(*plan) {}

  Status Run(const FoundPartitions& found) {
    for (size_t i = 0; i < found.begin()->first.size(); ++i)
      plan_.dimensions.push_back(PartitionColumnOf(source_.dimensions[i]));
    const OutputTables tables = TRY(OpenOutputTables(place_.catalog, TRY(Wanted())));
    plan_.rows = OutputOf(tables.rows);
    plan_.rejects = OutputOf(tables.rejects);
    const CurrentState current = TRY(CurrentState::Read(place_.catalog, tables.rows));
    for (const auto& [values, partition] : found) TRY(Add(partition, current));
    return {};
  }

 private:
  Result<WantedOutput> Wanted() const {
    const std::string directory = DirectoryOf(dataset_.name);
    const schema::TableName name{schema::kDefaultDatabase, TableOf(dataset_.name)};
    if (name.table.ends_with(schema::kRejectsSuffix)) {
      return Fail(ErrorKind::kInvalid, "dataset '{}': the suffix {} is reserved for rejects",
                  dataset_.name, schema::kRejectsSuffix);
    }
    store::ObjectStore* const output = TRY(place_.buckets.Open(options_.output_bucket));
    return WantedOutput{.name = name,
                        .columns = dataset_.columns,
                        .dimensions = plan_.dimensions,
                        .location = output->Uri(Format("{}/{}", directory, source_.prefix)),
                        .rejects_location = output->Uri(
                            Format("{}{}/{}", directory, schema::kRejectsSuffix, source_.prefix))};
  }

  Status Add(const FoundPartition& found, const CurrentState& current) {
    const std::vector<schema::Value> values(found.values.begin(), found.values.end());
    PlannedPartition partition{
        .values = found.values,
        .path = schema::PartitionPath(plan_.rows.spec, plan_.rows.schema, values),
        .inputs_hash = HashOf(found),
        .replaced = {},
        .replaced_rejects = {}};
    partition.replaced = current.Files(partition.path);
    const catalog::DerivedRun* const run = current.Run(partition.path);
    if (run != nullptr) partition.replaced_rejects = run->rejects;
    if (!options_.overwrite &&
        TRY(IsAsItWas(partition, run, dataset_.code_version, place_.buckets))) {
      plan_.unchanged.push_back(std::move(partition.path));
      return {};
    }
    for (const auto* group : found.groups) {
      for (auto& chunk : CutIntoChunks(*group, options_.chunks))
        plan_.tasks.push_back({plan_.partitions.size(), std::move(chunk)});
    }
    plan_.partitions.push_back(std::move(partition));
    return {};
  }

  const DatasetToPlan& dataset_;
  const Source& source_;
  const PlanOptions& options_;
  const PlanPlace& place_;
  Plan& plan_;
};

}  // namespace

std::vector<std::string> PartitionValues(std::string_view group, const Source& source) {
  // A prefix may itself have several components, though none of telemetry's has.
  const bool has_prefix =
      group.starts_with(source.prefix) &&
      (group.size() == source.prefix.size() || group[source.prefix.size()] == '/');
  size_t at = has_prefix ? source.prefix.size() : group.find('/');
  std::vector<std::string> values;
  while (at < group.size() && values.size() < source.dimensions.size()) {
    const size_t end = std::min(group.find('/', at + 1), group.size());
    values.emplace_back(group.substr(at + 1, end - at - 1));
    at = end;
  }
  return values;
}

Result<Plan> MakePlan(const DatasetToPlan& dataset, const Source& source,
                      const PlanOptions& options, const PlanPlace& place) {
  Plan plan{.id = os::RandomUuid(place.entropy),
            .dataset = dataset.name,
            .arguments = dataset.arguments,
            .plugin = dataset.plugin,
            .recipe = dataset.recipe,
            .code_version = dataset.code_version,
            .from_date = options.from_date,
            .to_date = options.to_date,
            .data = place.data,
            .input_bucket = source.bucket};
  const Groups groups = TRY(ListInputs(dataset, source, options, place.buckets));
  const FoundPartitions found = TRY(FindPartitions(groups, source));
  if (!found.empty()) TRY(Planning(dataset, source, options, place, &plan).Run(found));
  return plan;
}

}  // namespace tarn::derive
