// A Heka message as one line of JSON, and back. docs/formats/heka.md, "As NDJSON".
#pragma once

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
/// in       json: one object; absent: what the message has for members that the object lacks
/// errors   kInvalid: not JSON, a member that is unknown, or of a kind that does not fit
Result<HekaDraft> ParseHekaJson(std::string_view json, HekaDraft absent = {});

}  // namespace tarn::decode
