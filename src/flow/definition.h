// Stream definitions: their rules, and the JSON that the catalog keeps.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "flow/streams.h"
#include "schema/ids.h"

namespace tarn::flow {

inline constexpr size_t kStreamNameBytesMax = 64;
inline constexpr int kBufferSecondsMax = 900;
inline constexpr uint64_t kBufferBytesMax = 1024 * kMiB;

/// The table of a stream that names none: `My-App.v1` → default.my_app_v1.
schema::TableName DerivedTable(std::string_view stream_name);

/// The columns of the stream `ingest` that `POST /ingest` feeds, and its partitions; configuration
/// may say otherwise.
StreamDefinition IngestStream();

/// Check names and limits, and fill in what was left out (table, partitions).
/// errors  kInvalid: names the setting and the rule
Result<StreamDefinition> Complete(StreamDefinition definition);

Json ToJson(const StreamDefinition& definition);
/// errors  kCorrupt
Result<StreamDefinition> DefinitionFromJson(const Json& json);

}  // namespace tarn::flow
