// What a run of a derived dataset will do, worked out before it begins: a value, and a file that
// workers on other machines read. docs/formats/derive.md has the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/ids.h"
#include "schema/partition.h"
#include "schema/type.h"

namespace tarn::derive {

/// A raw object.
struct InputObject {
  std::string key;
  uint64_t size = 0;
  std::string etag;
  friend bool operator==(const InputObject&, const InputObject&) = default;
};

/// A chunk: objects of one group, in order, read by one worker into one output partition.
struct Task {
  size_t partition = 0;  ///< index into Plan::partitions
  std::vector<InputObject> inputs;
  friend bool operator==(const Task&, const Task&) = default;
};

/// An output partition that is written anew.
struct PlannedPartition {
  std::vector<std::string> values;  ///< one a dimension
  std::string path;                 ///< `submissionDateS3=20151028/channelS3=release`
  std::string inputs_hash;          ///< of all its inputs: keys, sizes, etags
  /// URIs that it has now: of its data files, and of the files of its rejects.
  std::vector<std::string> replaced;
  std::vector<std::string> replaced_rejects;
  friend bool operator==(const PlannedPartition&, const PlannedPartition&) = default;
};

/// A table as workers need it, who ask no catalog.
struct OutputTable {
  schema::TableName name;
  std::string uuid;
  std::string location;  ///< a URI, no slash at the end
  schema::TableSchema schema;
  schema::PartitionSpec spec;
  friend bool operator==(const OutputTable&, const OutputTable&) = default;
};

struct Plan {
  std::string id;       ///< a uuid
  std::string dataset;  ///< the name by which the class or recipe is known
  std::vector<std::string> arguments;
  std::string plugin;        ///< path of the shared object; empty: linked in
  std::string recipe;        ///< path of the recipe; empty: a class
  std::string code_version;  ///< build id, plug-in hash or recipe hash
  std::string from_date;     ///< YYYYMMDD, both ends included
  std::string to_date;
  std::string data;  ///< the data directory that it was made in; a worker may be told another
  std::string input_bucket;
  std::vector<std::string> dimensions;  ///< columns of the partitions: `submissionDateS3`, …
  OutputTable rows;                     ///< without partitions to write: not always there
  OutputTable rejects;
  std::vector<PlannedPartition> partitions;
  std::vector<Task> tasks;
  /// Paths of partitions whose inputs and code are as at their last run: left as they are.
  std::vector<std::string> unchanged;

  Json ToJson() const;
  /// errors  kCorrupt: not a plan, or of a newer Tarn
  static Result<Plan> FromJson(const Json& json);
  friend bool operator==(const Plan&, const Plan&) = default;
};

}  // namespace tarn::derive
