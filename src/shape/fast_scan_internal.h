// Stepping over JSON, and taking text out of it, block by block. All functions take a text that
// ends with a zero byte and a block of room behind it, and return the byte at which reading goes
// on, or null where the grammar (docs/formats/shaping.md, section 2) is broken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "schema/type.h"
#include "shape/fast_escape.h"
#include "shape/fast_number.h"
#include "shape/json_space.h"

namespace tarn::shape {

/// in  Block: BlockPlain or BlockAvx2
template <class Block>
struct FastScan {
  /// Step over a string.
  ///
  /// in  at: behind the opening quote
  static const char* SkipString(const char* at) {
    for (;;) {
      at = Block::FindSpecial(at);
      if (*at == '"') return at + 1;
      if (*at != '\\') return nullptr;
      if (PlainEscape(at[1]) != 0) {
        at += 2;
        continue;
      }
      uint32_t code_point = 0;
      at = ReadUnicodeEscape(at, &code_point);
      if (at == nullptr) return nullptr;
    }
  }

  /// Undo a string's escapes.
  ///
  /// in       at: behind the opening quote; to: with room for the rest of the record and a block
  /// returns  in `to` the byte behind the text
  static const char* Unescape(const char* at, char** to) {
    char* out = *to;
    for (;;) {
      const char* const block_end = at + Block::kBlock;
      auto marks = Block::Copy(at, out);
      while (marks != 0) {
        const size_t plain = Block::Before(marks);
        at += plain;
        out += plain;
        if (*at == '"') {
          *to = out;
          return at + 1;
        }
        const char byte = PlainEscape(at[1]);
        if (*at != '\\' || byte == 0) [[unlikely]] {
          at = UnescapeUnicode(at, &out);
          if (at == nullptr) return nullptr;
          break;
        }
        *out++ = byte;
        at += 2;
        // The marks of the block stay what they are; only its bytes move.
        marks = Block::Drop(marks, plain + 2);
        Block::Copy(at, out);
      }
      if (marks == 0 && at < block_end) {
        out += block_end - at;
        at = block_end;
      }
    }
  }

  /// Step over any value.
  ///
  /// in  level: of the object or array that holds it
  static const char* SkipValue(const char* at, int level) {
    return *at == '{' || *at == '[' ? SkipNested(at, level) : SkipScalar(at);
  }

 private:
  /// in  at: at what should be the backslash
  static const char* UnescapeUnicode(const char* at, char** to) {
    uint32_t code_point = 0;
    at = ReadUnicodeEscape(at, &code_point);
    if (at != nullptr) *to = WriteUtf8(code_point, *to);
    return at;
  }

  static const char* SkipScalar(const char* at) {
    switch (*at) {
      case '"':
        return SkipString(at + 1);
      case 't':
        return std::memcmp(at, "true", 4) == 0 ? at + 4 : nullptr;
      case 'f':
        return std::memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
      case 'n':
        return std::memcmp(at, "null", 4) == 0 ? at + 4 : nullptr;
      default:
        return SkipNumber(at);
    }
  }

  /// A member's name and the colon. returns  where its value begins
  static const char* SkipName(const char* at) {
    if (*at != '"') return nullptr;
    at = SkipString(at + 1);
    if (at == nullptr) return nullptr;
    at = SkipSpace(at);
    return *at == ':' ? SkipSpace(at + 1) : nullptr;
  }

  /// An object or array, with one bit for each that is open; what is deeper than that is not taken.
  static const char* SkipNested(const char* at, int level) {
    const int depth_max = std::min(schema::kNestingMax - level, 63);
    int depth = 0;
    uint64_t objects = 0;  // the lowest bit: the innermost open one is an object
    for (;;) {             // at a value
      if (*at == '{' || *at == '[') {
        if (++depth > depth_max) return nullptr;
        const bool is_object = *at == '{';
        objects = objects << 1 | (is_object ? 1 : 0);
        at = SkipSpace(at + 1);
        if (*at != (is_object ? '}' : ']')) {
          if (is_object && (at = SkipName(at)) == nullptr) return nullptr;
          continue;
        }
      } else {
        at = SkipScalar(at);
        if (at == nullptr) return nullptr;
        at = SkipSpace(at);
      }
      while (*at == ((objects & 1) != 0 ? '}' : ']')) {
        ++at;
        objects >>= 1;
        if (--depth == 0) return at;
        at = SkipSpace(at);
      }
      if (*at != ',') return nullptr;
      at = SkipSpace(at + 1);
      if ((objects & 1) != 0 && (at = SkipName(at)) == nullptr) return nullptr;
    }
  }
};

}  // namespace tarn::shape
