// DELTA_BINARY_PACKED: integers as differences in blocks of 128, each quarter packed with its own
// width. Times and counters shrink to a fraction.
// source  Parquet format, "Delta Encoding (DELTA_BINARY_PACKED = 5)"
#pragma once

#include <cstdint>

#include "columns/byte_buffer.h"

namespace tarn::lake {

/// in  values: PLAIN bytes of `count` numbers of type T (int32_t or int64_t)
template <class T>
void AppendDelta(const char* values, size_t count, columns::ByteBuffer* out);

extern template void AppendDelta<int32_t>(const char*, size_t, columns::ByteBuffer*);
extern template void AppendDelta<int64_t>(const char*, size_t, columns::ByteBuffer*);

}  // namespace tarn::lake
