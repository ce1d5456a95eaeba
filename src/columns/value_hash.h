// The hash of dictionaries and the byte copies beside it: portable, a multiplication or two for
// short values. Keyed by random numbers of this process, so no input can be made to collide; what
// is written never depends on them.
#pragma once

#include <cstdint>
#include <cstring>

namespace tarn::columns {

struct HashKeys {
  uint64_t word[4];
};

/// Drawn once a process. Threads: any.
const HashKeys& ProcessHashKeys();

inline uint64_t LoadWord(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
inline uint32_t LoadHalfWord(const char* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Both halves of the 128-bit product. source  the "mum" step of wyhash and its kin
inline uint64_t MultiplyMix(uint64_t a, uint64_t b) {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{a} * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t HashInteger(uint64_t value, const HashKeys& keys) {
  return MultiplyMix(value ^ keys.word[0], keys.word[1] | 1);
}

/// Hash `size` readable bytes; never looks beyond them.
inline uint64_t HashBytes(const char* bytes, uint32_t size, const HashKeys& keys) {
  uint64_t state = keys.word[0] ^ size;
  uint64_t first = 0;
  uint64_t last = 0;
  if (size > 16) {
    const char* at = bytes;
    const char* const end = bytes + size - 16;
    do {
      state = MultiplyMix(LoadWord(at) ^ keys.word[1], LoadWord(at + 8) ^ state);
      at += 16;
    } while (at < end);
    first = LoadWord(end);
    last = LoadWord(end + 8);
  } else if (size >= 8) {
    first = LoadWord(bytes);
    last = LoadWord(bytes + size - 8);
  } else if (size >= 4) {
    first = LoadHalfWord(bytes);
    last = LoadHalfWord(bytes + size - 4);
  } else if (size > 0) {
    first = (uint64_t{static_cast<unsigned char>(bytes[0])} << 16) |
            (uint64_t{static_cast<unsigned char>(bytes[size / 2])} << 8) |
            static_cast<unsigned char>(bytes[size - 1]);
  }
  return MultiplyMix(MultiplyMix(first ^ keys.word[2], last ^ state), keys.word[3] | 1);
}

/// memcmp(a, b, size) == 0, without the call where the values are short.
inline bool EqualBytes(const char* a, const char* b, uint32_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) {
    return ((LoadWord(a) ^ LoadWord(b)) | (LoadWord(a + size - 8) ^ LoadWord(b + size - 8))) == 0;
  }
  if (size >= 4) {
    return ((LoadHalfWord(a) ^ LoadHalfWord(b)) |
            (LoadHalfWord(a + size - 4) ^ LoadHalfWord(b + size - 4))) == 0;
  }
  for (uint32_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// memcpy, without the call where the value is short.
inline void CopyBytes(char* to, const char* from, uint32_t size) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    char first[16];
    char last[16];
    std::memcpy(first, from, 16);
    std::memcpy(last, from + size - 16, 16);
    std::memcpy(to, first, 16);
    std::memcpy(to + size - 16, last, 16);
  } else if (size >= 8) {
    const uint64_t first = LoadWord(from);
    const uint64_t last = LoadWord(from + size - 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    const uint32_t first = LoadHalfWord(from);
    const uint32_t last = LoadHalfWord(from + size - 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
  } else {
    for (uint32_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

}  // namespace tarn::columns
