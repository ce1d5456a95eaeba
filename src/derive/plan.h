// What a run of a derived dataset will do, worked out before it begins: a value, and a file that
// workers on other machines read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "schema/ids.h"

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
};

/// An output partition that is written anew.
struct PlannedPartition {
  std::vector<std::string> values;  ///< one a dimension
  std::string path;                 ///< `submissionDateS3=20151028/channelS3=release`
  std::string inputs_hash;          ///< of all its inputs: keys, sizes, etags
  std::vector<std::string> replaced;  ///< URIs of the data files, and of the rejects', that it has now
};

struct Plan {
  std::string id;       ///< a uuid
  std::string dataset;  ///< the name by which the class or recipe is known
  std::vector<std::string> arguments;
  std::string plugin;       ///< path of the shared object; empty: linked in
  std::string recipe;       ///< path of the recipe; empty: a class
  std::string code_version; ///< build id, plug-in hash or recipe hash
  std::string from_date;    ///< YYYYMMDD, both ends included
  std::string to_date;
  std::string input_bucket;
  schema::TableName table;
  std::string table_uuid;
  std::string location;                 ///< of the table: a URI
  std::vector<std::string> dimensions;  ///< columns of the partitions: `submissionDateS3`, …
  std::vector<PlannedPartition> partitions;
  std::vector<Task> tasks;
  /// Partitions whose inputs and code are as at their last run: left as they are.
  std::vector<std::string> unchanged;

  Json ToJson() const;
  /// errors  kCorrupt: not a plan, or of a newer Tarn
  static Result<Plan> FromJson(const Json& json);
};

}  // namespace tarn::derive
