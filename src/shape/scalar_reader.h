// One JSON value to the slot of a primitive column: which conversion goes with which type.
// docs/formats/shaping.md, section 4.
#pragma once

#include <string>
#include <string_view>

#include "columns/row_slots.h"
#include "shape/fit.h"
#include "shape/json_document.h"
#include "shape/plan.h"

namespace tarn::shape {

/// Holds the slot of the value that it read last.
/// Threads: one at a time.
class ScalarReader {
 public:
  /// in       value: not null; place: of a primitive type
  /// returns  kFits, and the slot; else the slot means nothing
  Fit Read(const JsonDocument& document, uint32_t value, const Place& place);

  /// As Read, of a number's text or a string's, escapes undone. Bytes of a text are never lasting.
  ///
  /// in  place: of a primitive type other than string
  Fit ReadNumber(std::string_view text, const Place& place);
  Fit ReadText(std::string_view text, const Place& place);

  const columns::Slot& slot() const { return slot_; }
  /// True where the slot's bytes lie in the record; else they are gone with the next Read.
  bool is_lasting() const { return is_lasting_; }

  /// The slot of a value that is not null, as a default is. Its bytes last as long as `value`.
  void Take(const schema::Value& value, const columns::Leaf& leaf);

 private:
  Fit ReadDecimal(std::string_view text, const Place& place);
  Fit ReadBytes(Fit fit, int length);
  void SetDecimal(schema::Int128 unscaled, const columns::Leaf& leaf);
  void SetBytes(std::string_view bytes, bool is_lasting);

  columns::Slot slot_{};
  bool is_lasting_ = true;
  std::string scratch_;
};

}  // namespace tarn::shape
