// Bloom filters of chunks: which values are surely not in them, for look-ups in columns of many
// distinct values.
// source  apache/parquet-format, BloomFilter.md (split block filter, XXH64)
#pragma once

#include <cstddef>

#include "columns/byte_buffer.h"
#include "columns/leaf_buffer.h"

namespace tarn::lake {

/// Bytes of a filter, without its header, for so many distinct values: about one wrong "maybe" in a
/// hundred; a power of two, from 32 up to kBloomBytesMax.
inline constexpr size_t kBloomBytesMax = 1u << 20;
size_t BloomBytes(size_t distinct);

/// Append the filter of a leaf's values, with its header. in  leaf: not of booleans
void AppendBloomFilter(const columns::LeafBuffer& leaf, columns::ByteBuffer* out);

}  // namespace tarn::lake
