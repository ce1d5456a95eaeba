// Protocol Buffers on the wire, as far as Heka's messages need it: a walk over the fields of one
// message that copies nothing. source: protobuf.dev, "Encoding"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tarn::decode {

/// What is wrong with some bytes; nullptr where nothing is. Static text: most of what a search for
/// the next frame tries is damage, so naming it must cost nothing.
using Damage = const char*;

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
  uint64_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;      ///< of kVarint, kFixed64, kFixed32
  std::string_view bytes;  ///< of kBytes
};

/// Take a number of fixed size off the front. returns  false: the bytes end before
template <class Number>
bool TakeLe(std::string_view* bytes, Number* number) {
  char stored[sizeof(Number)];
  if (bytes->copy(stored, sizeof stored) < sizeof stored) return false;
  *number = LoadLe<Number>(stored);
  bytes->remove_prefix(sizeof stored);
  return true;
}

/// Reads the fields of a message one after another. Threads: as any value.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  /// returns  false at the end, and where the bytes are no field: damage() tells which
  bool Next(WireField* field) {
    if (rest_.empty()) return false;
    uint64_t key = 0;
    if (!ReadVarint(&rest_, &key)) return Stop("a varint that is cut short or over ten bytes");
    field->number = key >> 3;
    if (field->number == 0) return Stop("a field of number 0");
    switch (key & 7) {
      case 0:
        field->type = WireType::kVarint;
        return ReadVarint(&rest_, &field->value) ||
               Stop("a varint that is cut short or over ten bytes");
      case 1:
        field->type = WireType::kFixed64;
        return TakeFixed<uint64_t>(&field->value);
      case 2:
        field->type = WireType::kBytes;
        return TakeBytes(&field->bytes);
      case 5:
        field->type = WireType::kFixed32;
        return TakeFixed<uint32_t>(&field->value);
      default:
        return Stop("a group, or an unknown wire type");
    }
  }

  Damage damage() const { return damage_; }
  /// Not yet walked over.
  std::string_view rest() const { return rest_; }

 private:
  bool Stop(Damage damage) {
    damage_ = damage;
    return false;
  }

  template <class Number>
  bool TakeFixed(uint64_t* value) {
    Number number = 0;
    if (!TakeLe(&rest_, &number)) return Stop("a fixed-size value that is cut short");
    *value = number;
    return true;
  }

  bool TakeBytes(std::string_view* bytes) {
    uint64_t size = 0;
    if (!ReadVarint(&rest_, &size)) return Stop("a length that is cut short or over ten bytes");
    if (size > rest_.size()) return Stop("a length beyond the end");
    *bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  Damage damage_ = nullptr;
};

inline constexpr Damage kWrongWireType = "a known field of another wire type";

/// Values of each type of Heka's Field have a list, and a field number, of their own: STRING's is
/// the first, the others follow in the order of HekaValueType.
inline constexpr uint64_t kFirstValueList = 4;

// The same for writing.
inline void AppendWireKey(uint64_t number, WireType type, std::string* out) {
  AppendVarint(out, number << 3 | static_cast<uint64_t>(type));
}
inline void AppendWireNumber(uint64_t number, uint64_t value, std::string* out) {
  AppendWireKey(number, WireType::kVarint, out);
  AppendVarint(out, value);
}
inline void AppendWireBytes(uint64_t number, std::string_view bytes, std::string* out) {
  AppendWireKey(number, WireType::kBytes, out);
  AppendVarint(out, bytes.size());
  out->append(bytes);
}

}  // namespace tarn::decode
