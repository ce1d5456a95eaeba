// How much one request may bring, by door. docs/formats/http_api.md lists the same numbers.
#pragma once

#include <cstddef>

#include "base/units.h"
#include "codec/compression.h"

namespace tarn::collect {

/// A body: as received, and after its content encoding is taken off.
struct BodyLimits {
  size_t bytes_max = 0;
  codec::InflateLimits inflate;
};

/// Any body, of any door, as received: the server stops reading there.
inline constexpr size_t kRequestBytesMax = 64 * kMiB;

/// A Firehose envelope: 4 MiB of data in base64 are 5.6 MiB, and the JSON around them.
inline constexpr BodyLimits kFirehoseBody{8 * kMiB, {8 * kMiB, 100}};
inline constexpr size_t kFirehoseRecordsMax = 500;
inline constexpr size_t kFirehoseRecordBytesMax = 1'024'000;  ///< decoded
inline constexpr size_t kFirehoseBatchBytesMax = 4 * kMiB;    ///< decoded, all records
inline constexpr BodyLimits kHttpBody{32 * kMiB, {32 * kMiB, 100}};
inline constexpr size_t kHttpRecordsMax = 1'000'000;
inline constexpr size_t kHttpRecordBytesMax = 8 * kMiB;

/// One event of POST /ingest.
inline constexpr BodyLimits kIngestBody{8 * kMiB, {8 * kMiB, 100}};

/// A JSON document about streams, tables and the like.
inline constexpr BodyLimits kControlBody{1 * kMiB, {1 * kMiB, 100}};

inline constexpr size_t kStreamNameBytesMax = 64;
inline constexpr size_t kIdempotencyKeyBytesMax = 255;
inline constexpr size_t kAuthorizationBytesMax = 4 * kKiB;

}  // namespace tarn::collect
