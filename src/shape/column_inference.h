// The columns that records need and a table lacks. docs/formats/shaping.md, section 7.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "schema/type.h"
#include "shape/fit_check.h"
#include "shape/json_document.h"
#include "shape/json_reader.h"
#include "shape/misfit_note.h"
#include "shape/plan.h"
#include "shape/shaper.h"
#include "shape/type_sketch.h"

namespace tarn::shape {

/// Watches records, then says which columns and members they would add.
/// Threads: one at a time.
class ColumnInference {
 public:
  /// Records that are taken together.
  static constexpr size_t kTogether = 1000;

  /// in  plan: lent
  explicit ColumnInference(RowPlan* plan);

  ColumnInference(const ColumnInference&) = delete;
  ColumnInference& operator=(const ColumnInference&) = delete;

  void Observe(const JsonDocument& document);
  /// As Observe, of a record that is known to add nothing.
  void Pass();

  /// Columns that have got new members, whole, then new ones in order of appearance; new fields
  /// have id 0.
  std::vector<schema::Field> Missing() const;

 private:
  /// What is new in one place: members of a struct (or of the record), or what lies deeper.
  struct Growth {
    TypeSketch added;                 // a struct of the new members
    std::map<size_t, Growth> inside;  // by index of the column or of Place::inner

    bool is_empty() const;
    void Settle();
    void Apply(schema::Type* type) const;
  };

  void ObserveRecord(const JsonDocument& document);
  void ObserveColumn(const JsonDocument& document, uint32_t value, Column* column, Growth* growth);
  void ObserveMember(const JsonDocument& document, uint32_t value, Place* place, Growth* growth);
  void ObserveInside(const JsonDocument& document, uint32_t value, Place* place, Growth* growth);
  void ObserveStruct(const JsonDocument& document, uint32_t object, Place* place, Growth* growth);
  void ObserveNew(const JsonDocument& document, size_t from, const Place* place, Growth* growth);
  bool MayBeColumn(std::string_view name) const;

  RowPlan& plan_;
  MisfitNote note_;
  FitCheck fit_check_;
  JsonReader text_reader_;       // of objects inside texts
  std::vector<size_t> growing_;  // columns with structs in them
  Growth record_;
  ColumnRoom room_;
  size_t observed_ = 0;
  std::vector<uint32_t> names_;  // a stack: of members that have no place
  std::vector<uint32_t> dropped_;
};

}  // namespace tarn::shape
