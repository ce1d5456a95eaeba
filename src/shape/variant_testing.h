// For tests: variants read back, from the specification's words and not from the code that writes
// them, and a short text for values that tells two of them apart.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columns/layout.h"
#include "columns/row_slots.h"
#include "schema/type.h"
#include "shape/json_reader.h"
#include "shape/plan.h"
#include "shape/variant_filler.h"

namespace tarn::shape {

/// A value as text: members in the order of their names, numbers as shortly as they can be written
/// (5 is 5.0), strings as they are, in quotes: `{a:[1,"x",null]}`. `malformed` where the bytes are
/// no value.
std::string VariantText(std::string_view metadata, std::string_view value);

/// The same of the member `v` of a record, by its JSON.
std::string JsonVariantText(std::string_view record);

/// One variant column `v`, a row at a time.
class VariantColumn {
 public:
  /// in  type: of the column
  explicit VariantColumn(const schema::Type& type);

  /// Fill the column from the member `v` of a record, and read the row back.
  std::string WriteAndRead(std::string_view record);

  /// Of the last row: what its leaves hold, `typed_value.a.value=…`, without the metadata; only
  /// leaves that are not null.
  std::string Leaves() const;
  std::string metadata() const;
  const VariantFiller& filler() const { return filler_; }

 private:
  std::string Read() const;

  JsonReader reader_;
  RowPlan plan_;
  columns::RowSlots slots_;
  VariantFiller filler_;
};

}  // namespace tarn::shape
