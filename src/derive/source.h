// Where the raw objects of a stream lie, and what the components of their keys mean: sources.json
// and schema.json of a metadata bucket, as Mozilla's telemetry has them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/object_store.h"

namespace tarn::derive {

struct Source {
  std::string stream;
  std::string bucket;
  std::string prefix;           ///< of the data's keys, no slash at the end
  std::string metadata_prefix;  ///< of the schema's key; the prefix where sources.json has none
  std::vector<std::string> dimensions;  ///< of keys below the prefix, in order
};

/// A stream with its dimensions.
/// errors  kNotFound (no such stream: names those there are; no schema.json), kCorrupt, those of
///         the store
Result<Source> FindSource(store::ObjectStore& metadata, const std::string& stream);

}  // namespace tarn::derive
