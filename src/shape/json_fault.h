// Why a record is not one JSON object: the reason, and words for a person. Runs only over records
// that the reader refused, byte by byte, and so can say where.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/record.h"

namespace tarn::shape {

struct JsonFault {
  schema::RejectReason reason = schema::RejectReason::kNotJson;
  std::string message;
  bool ends_early = false;  ///< the record may be the beginning of a whole one
};

/// The first thing wrong with a record, in the order of docs/formats/shaping.md, section 2.
///
/// in       levels_above: as for JsonReader::Read
/// returns  none where it is one JSON object of UTF-8 within the depth limit
std::optional<JsonFault> FindJsonFault(std::string_view record, int levels_above = 0);

}  // namespace tarn::shape
