// Parquet's hybrid of run lengths and bit packing: levels and dictionary codes.
// source  Parquet format, "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)"
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "columns/byte_buffer.h"

namespace tarn::lake {

/// Bits that hold every number up to `largest`.
inline int BitWidth(uint32_t largest) { return static_cast<int>(std::bit_width(largest)); }

/// in  values: each below 2^bit_width; bit_width: 0..32
void AppendHybrid(std::span<const uint8_t> values, int bit_width, columns::ByteBuffer* out);
void AppendHybrid(std::span<const uint32_t> values, int bit_width, columns::ByteBuffer* out);

/// One run of a value.
void AppendRun(uint32_t value, size_t count, int bit_width, columns::ByteBuffer* out);

}  // namespace tarn::lake
