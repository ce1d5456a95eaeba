// Values out of Avro's binary encoding, by the writer's schema. A reader that meets bytes that make
// no sense fails once and then returns zeros: callers check status() where a row ends, not after
// each value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/iceberg/avro_schema.h"

namespace tarn::catalog::iceberg {

/// Reads values one after another. Views it returns point into the bytes given.
/// Threads: one at a time.
class AvroReader {
 public:
  explicit AvroReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return failure_.empty(); }
  size_t remaining() const { return rest_.size(); }
  /// errors  kCorrupt: the first thing that made no sense
  Status status() const;
  /// Note what made no sense, unless something did before.
  void SetFailed(std::string_view why);

  // The encodings themselves; zero, empty after a failure.
  int64_t ReadLong();
  bool ReadBoolean();
  float ReadFloat();
  double ReadDouble();
  std::string_view ReadBytes();
  std::string_view ReadFixed(size_t size);

  /// Step into a union. returns  the branch that follows; `type` itself where it is no union
  const AvroType* Resolve(const AvroType* type);

  // A value of this type, whatever union it stands in. returns  none for null; another kind is a
  // failure
  std::optional<int64_t> ReadInteger(const AvroType& type);
  std::optional<double> ReadNumber(const AvroType& type);  ///< float, double
  std::optional<bool> ReadBooleanOf(const AvroType& type);
  std::optional<std::string_view> ReadBytesOf(const AvroType& type);  ///< string, bytes, fixed

  /// Read over a value.
  void Skip(const AvroType& type) { Skip(type, 0); }

  /// Call `item(item_type)` for each item of an array; it must read exactly one value.
  /// returns  false for null
  template <class Item>
  bool ReadArray(const AvroType& declared, Item&& item) {
    const AvroType* type = Resolve(&declared);
    if (type->kind == AvroKind::kNull) return false;
    if (type->kind != AvroKind::kArray) {
      SetFailed("expected an array");
      return false;
    }
    while (const size_t count = ReadBlockCount()) {
      for (size_t i = 0; i < count && ok(); ++i) item(*type->inside[0]);
    }
    return true;
  }

  /// Call `field(field)` for each field of a record; it must read exactly one value.
  template <class OnField>
  void ReadRecord(const AvroType& declared, OnField&& on_field) {
    const AvroType* type = Resolve(&declared);
    if (type->kind != AvroKind::kRecord) return SetFailed("expected a record");
    for (const AvroField& field : type->fields) {
      if (!ok()) return;
      on_field(field);
    }
  }

 private:
  /// A number of fixed size, little endian.
  template <class T>
  T ReadNumberBytes() {
    T value{};
    ReadFixed(sizeof value).copy(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  }

  /// returns  items in the next block of an array or map; 0 at its end
  size_t ReadBlockCount();
  void Skip(const AvroType& type, int depth);

  std::string_view rest_;
  std::string failure_;
};

}  // namespace tarn::catalog::iceberg
