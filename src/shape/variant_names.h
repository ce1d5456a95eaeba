// The member names of one JSON value, as Parquet's VARIANT keeps them beside the value: each once,
// in order, so that a number stands for a name. source  Parquet format, VariantEncoding.md,
// "Metadata encoding"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "shape/json_document.h"

namespace tarn::shape {

/// The fewest bytes that hold a number: 1 to 4.
constexpr int BytesOfNumber(size_t number) {
  return number < (1U << 8) ? 1 : number < (1U << 16) ? 2 : number < (1U << 24) ? 3 : 4;
}

/// Write the low bytes of a number, lowest first. returns  the byte behind them
char* WriteNumber(size_t number, int bytes, char* out);

/// Threads: one at a time.
class VariantNames {
 public:
  /// Take the names in a value at any depth: also of what a later member of the same name replaces,
  /// which the format allows.
  ///
  /// in  document: lent until the next call
  void Read(const JsonDocument& document, uint32_t value);

  /// in  name: its index in the document, in the value that was read
  uint32_t number(uint32_t name) const { return numbers_[name - first_]; }
  /// How many different ones there are.
  size_t size() const { return names_.size(); }
  /// Memory that it keeps for the next call.
  size_t scratch_bytes() const;

  size_t metadata_bytes() const;
  /// in  out: of metadata_bytes
  void WriteMetadata(char* out) const;

 private:
  struct Occurrence {
    std::string_view text;
    uint32_t name = 0;
  };
  void Collect(const JsonDocument& document, uint32_t value);
  int offset_bytes() const;

  uint32_t first_ = 0;
  std::vector<uint32_t> numbers_;  // by index in the document from first_ on; only those of names
  std::vector<Occurrence> found_;
  std::vector<std::string_view> names_;  // by number
  size_t text_bytes_ = 0;
};

}  // namespace tarn::shape
