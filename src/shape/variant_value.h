// JSON values in the binary form of Parquet's VARIANT. source  Parquet format, VariantEncoding.md,
// "Value encoding"
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "shape/json_document.h"
#include "shape/variant_names.h"

namespace tarn::shape {

/// Writes one value of a document, or parts of it, in two walks: the first measures, so that the
/// second writes to where the bytes stay.
///
/// Numbers without fraction and exponent are integers of the fewest bytes, decimals where they are
/// beyond 64 bits and have up to 38 digits; all others are doubles. What no double can hold is the
/// number's text as a string: it is kept, and seen not to be a number.
/// Threads: one at a time.
class VariantValue {
 public:
  /// Take the value, and the names in it.
  ///
  /// in  document: lent until the next call
  void Read(const JsonDocument& document, uint32_t value);

  const VariantNames& names() const { return names_; }
  /// Memory that it keeps for the next call.
  size_t scratch_bytes() const;

  /// in       part: the value, or one in it
  /// returns  the bytes that Write needs
  size_t Measure(uint32_t part);
  /// Write a part that was measured. in  out: so many bytes
  void Write(uint32_t part, char* out) const;

  /// As Measure, of an object that has only some members of one.
  ///
  /// in  members: indices of their names; of those given twice the last counts. They get their
  ///     order, and are to be passed on to WriteMembers as they are
  size_t MeasureMembers(std::vector<uint32_t>* members, size_t from);
  void WriteMembers(std::span<const uint32_t> members, size_t bytes, char* out) const;

 private:
  /// What is known of a part that was measured.
  struct Measured {
    uint32_t bytes = 0;
    uint32_t first_member = 0;  ///< objects: in members_
    uint32_t member_count = 0;
  };

  uint32_t MeasureObject(uint32_t object);
  uint32_t MeasureArray(uint32_t array);
  uint32_t MeasureOrdered(const std::vector<uint32_t>& members, size_t from);
  size_t ObjectHeaderBytes(size_t members, size_t value_bytes) const;
  char* WriteArray(uint32_t array, char* out) const;
  char* WritePart(uint32_t part, char* out) const;
  char* WriteObject(std::span<const uint32_t> members, char* out) const;
  void Order(std::vector<uint32_t>* members, size_t from) const;

  Measured& measured(uint32_t part) { return measured_[part - first_]; }
  const Measured& measured(uint32_t part) const { return measured_[part - first_]; }

  const JsonDocument* document_ = nullptr;
  uint32_t first_ = 0;
  VariantNames names_;
  std::vector<Measured> measured_;  // by index in the document from first_ on
  std::vector<uint32_t> members_;   // of the objects that were measured, each's in order
};

}  // namespace tarn::shape
