// The portable CRC-32C, for machines without the instruction and for the test that holds both
// equal.
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::codec {

uint32_t Crc32cByTable(std::string_view bytes, uint32_t seed);

}  // namespace tarn::codec
