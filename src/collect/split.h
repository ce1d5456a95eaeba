// A plain HTTP body as records: one JSON value, a value a line, or an array of values. The rule is
// in docs/formats/http_api.md, "How a body becomes records".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "collect/limits.h"
#include "schema/record.h"

namespace tarn::collect {

struct SplitLimits {
  size_t records_max = kHttpRecordsMax;
  size_t record_bytes_max = kHttpRecordBytesMax;
};

/// Find the records in a body. What is inside a record is not judged: a line that is no JSON is a
/// record all the same, and becomes a reject when it is shaped.
///
/// in       body: becomes the block's buffer, at most 4 GiB; content_type: the header
/// returns  at least one record, byte for byte as sent, without the white space around it
/// errors   kInvalid (no record in it), kTooLarge (too many, or one too large: says which)
Result<std::shared_ptr<const schema::RecordBlock>> SplitBody(std::string body,
                                                             std::string_view content_type,
                                                             const SplitLimits& limits = {});

}  // namespace tarn::collect
