// A Heka message as one line of JSON, and back. docs/formats/heka.md, "As NDJSON".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "decode/heka_draft.h"
#include "decode/heka_message.h"

namespace tarn::decode {

/// Append a message, without a line end. What ParseHekaJson makes of it gives the same text again.
void AppendHekaJson(const HekaMessage& message, std::string* out);

/// Read a message.
///
/// in       json: one object; absent: called where the object lacks a member that the format
///          requires, Uuid or Timestamp: what the message has for members that are missing
/// errors   kInvalid: not JSON, a member that is unknown, or of a kind that does not fit
Result<HekaDraft> ParseHekaJson(std::string_view json,
                                const std::function<HekaDraft()>& absent = {});

}  // namespace tarn::decode
