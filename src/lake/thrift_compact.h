// Thrift's compact protocol, as much of it as Parquet's headers and footer need to be written.
// source  apache/thrift, doc/specs/thrift-compact-protocol.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tarn::lake {

/// Writes one struct; fields must come in the order of their numbers.
class ThriftWriter {
 public:
  enum ElementType : uint8_t { kBool = 1, kI32 = 5, kI64 = 6, kBinary = 8, kStruct = 12 };

  /// in  out: appended to; lent
  explicit ThriftWriter(std::string* out) : out_(*out) {}

  void Int8(int field, int8_t value) {
    Begin(field, 3);
    out_.push_back(static_cast<char>(value));
  }
  void Int32(int field, int32_t value) {
    Begin(field, kI32);
    AppendZigZag(&out_, value);
  }
  void Int16(int field, int16_t value) {
    Begin(field, 4);
    AppendZigZag(&out_, value);
  }
  void Int64(int field, int64_t value) {
    Begin(field, 6);
    AppendZigZag(&out_, value);
  }
  void Bool(int field, bool value) { Begin(field, value ? 1 : 2); }
  void String(int field, std::string_view value) {
    Begin(field, kBinary);
    StringElement(value);
  }

  /// A struct field: its own fields follow, then EndStruct.
  void BeginStruct(int field) {
    Begin(field, kStruct);
    BeginElement();
  }
  /// A struct as element of a list: as BeginStruct.
  void BeginElement() {
    outer_.push_back(last_field_);
    last_field_ = 0;
  }
  void EndStruct() {
    out_.push_back(0);
    last_field_ = outer_.back();
    outer_.pop_back();
  }
  void EmptyStruct(int field) {
    BeginStruct(field);
    EndStruct();
  }

  /// A list field: `size` elements follow.
  void BeginList(int field, ElementType type, size_t size) {
    Begin(field, 9);
    if (size < 15) {
      out_.push_back(static_cast<char>(size << 4 | type));
    } else {
      out_.push_back(static_cast<char>(0xf0 | type));
      AppendVarint(&out_, size);
    }
  }
  void Int32Element(int32_t value) { AppendZigZag(&out_, value); }
  void StringElement(std::string_view value) {
    AppendVarint(&out_, value.size());
    out_.append(value);
  }

  void Int64Element(int64_t value) { AppendZigZag(&out_, value); }
  void BoolElement(bool value) { out_.push_back(value ? 1 : 2); }

  /// Fields of the struct at hand that were written before, up to `last_field`.
  void Fields(std::string_view bytes, int last_field) {
    out_.append(bytes);
    last_field_ = last_field;
  }

  /// End the outermost struct.
  void End() { out_.push_back(0); }

 private:
  void Begin(int field, int type) {
    const int step = field - last_field_;
    if (step > 0 && step < 16) {
      out_.push_back(static_cast<char>(step << 4 | type));
    } else {
      out_.push_back(static_cast<char>(type));
      AppendZigZag(&out_, field);
    }
    last_field_ = field;
  }

  std::string& out_;
  int last_field_ = 0;
  std::vector<int> outer_;
};

}  // namespace tarn::lake
