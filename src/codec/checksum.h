// Checksums and hashes of byte strings.
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::codec {

/// CRC-32C (Castagnoli), as iSCSI and Parquet's neighbours use it. in  seed: 0, or the result for
/// the bytes before
uint32_t Crc32c(std::string_view bytes, uint32_t seed = 0);

/// XXH3, 64 bits.
uint64_t Xxh3(std::string_view bytes, uint64_t seed = 0);

/// XXH64 with seed 0: Parquet's bloom filters.
uint64_t Xxh64(std::string_view bytes);

/// MurmurHash3 x86 32, seed 0: Iceberg's bucket transform.
uint32_t Murmur3(std::string_view bytes);

}  // namespace tarn::codec
