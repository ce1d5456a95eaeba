// What kind of records an object holds, told by how it begins: names of raw objects say nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::derive {

enum class RecordFormat : uint8_t {
  kHeka,    ///< frames
  kLines,   ///< NDJSON: a record a line
  kValues,  ///< JSON values one after another, or over several lines
};

/// in  head: the object's first bytes, inflated, as many as were easy to get
RecordFormat RecognizeFormat(std::string_view head);

}  // namespace tarn::derive
