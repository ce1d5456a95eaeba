#include "codec/checksum.h"

#include <xxhash.h>

#include <array>
#include <bit>

#include "base/bytes.h"
#include "codec/checksum_internal.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace tarn::codec {
namespace {

constexpr uint32_t kCastagnoliReversed = 0x82F63B78;

/// Eight tables: table k holds the CRC of a byte followed by k zero bytes ("slicing by 8").
constexpr auto kCrcTables = [] {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kCastagnoliReversed : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}();

uint32_t CrcByTable(uint32_t crc, std::string_view bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    const uint64_t word = LoadLe<uint64_t>(at) ^ crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) crc ^= kCrcTables[7 - i][(word >> (8 * i)) & 0xFF];
  }
  for (; left > 0; ++at, --left) {
    crc = (crc >> 8) ^ kCrcTables[0][(crc ^ static_cast<uint8_t>(*at)) & 0xFF];
  }
  return crc;
}

#if defined(__x86_64__)
[[gnu::target("sse4.2")]] uint32_t CrcByInstruction(uint32_t crc, std::string_view bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t wide = crc;
  for (; left >= 8; at += 8, left -= 8) wide = _mm_crc32_u64(wide, LoadLe<uint64_t>(at));
  crc = static_cast<uint32_t>(wide);
  for (; left > 0; ++at, --left) crc = _mm_crc32_u8(crc, static_cast<uint8_t>(*at));
  return crc;
}
#endif

using CrcFunction = uint32_t (*)(uint32_t, std::string_view);

CrcFunction FastestCrc() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return CrcByInstruction;
#endif
  return CrcByTable;
}

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t seed) {
  static const CrcFunction function = FastestCrc();
  return ~function(~seed, bytes);
}

uint32_t Crc32cByTable(std::string_view bytes, uint32_t seed) { return ~CrcByTable(~seed, bytes); }

uint64_t Xxh3(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

uint64_t Xxh64(std::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

// source  Austin Appleby's MurmurHash3_x86_32 (public domain)
uint32_t Murmur3(std::string_view bytes) {
  constexpr uint32_t kFirst = 0xCC9E2D51;
  constexpr uint32_t kSecond = 0x1B873593;
  uint32_t hash = 0;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 4; at += 4, left -= 4) {
    hash ^= std::rotl(LoadLe<uint32_t>(at) * kFirst, 15) * kSecond;
    hash = std::rotl(hash, 13) * 5 + 0xE6546B64;
  }
  uint32_t tail = 0;
  for (size_t i = left; i > 0; --i) tail = (tail << 8) | static_cast<uint8_t>(at[i - 1]);
  hash ^= std::rotl(tail * kFirst, 15) * kSecond;
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
  hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
  return hash ^ (hash >> 16);
}

}  // namespace tarn::codec
