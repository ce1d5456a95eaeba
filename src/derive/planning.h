// Working out a run: which raw objects there are, which partitions they make, and which of those
// have to be written.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "derive/chunks.h"
#include "derive/plan.h"
#include "derive/source.h"
#include "os/clock.h"
#include "schema/type.h"
#include "store/object_store.h"

namespace tarn::derive {

/// What planning asks of a class or recipe.
struct DatasetToPlan {
  std::string name;
  std::vector<std::string> arguments;
  std::string plugin;  ///< as of Plan
  std::string recipe;
  std::string code_version;
  std::vector<schema::Field> columns;  ///< ids 0
  std::string filter_prefix;
  /// Of a key: the components that name its partition (tarn/derived_stream.h). It may throw.
  std::function<std::string(std::string_view key)> prefix_group;
};

struct PlanOptions {
  std::string from_date;  ///< YYYYMMDD, both included
  std::string to_date;
  std::string output_bucket;
  ChunkLimits chunks;
  bool overwrite = false;  ///< all partitions, also those whose inputs and code are as they were
};

/// Lent.
struct PlanPlace {
  catalog::Catalog& catalog;
  store::Buckets& buckets;
  os::Entropy& entropy;
  std::string data;  ///< the data directory, for workers
};

/// Work out a run, and make the dataset's tables where they are missing and there is something to
/// write.
///
/// errors  kInvalid (dates; groups of different depths; a table that is there and differs; a class
///         that throws), those of the store and the catalog
Result<Plan> MakePlan(const DatasetToPlan& dataset, const Source& source,
                      const PlanOptions& options, const PlanPlace& place);

/// The values of a group's partition: its components after the source's prefix, as many as there
/// are dimensions. in  group: as prefix_group gives it
std::vector<std::string> PartitionValues(std::string_view group, const Source& source);

}  // namespace tarn::derive
