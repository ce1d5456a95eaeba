// Whether a value fits a place, without writing anything: in an inferred stream a list that does
// not fit must leave no half behind.
#pragma once

#include <cstdint>
#include <vector>

#include "shape/fit.h"
#include "shape/json_document.h"
#include "shape/misfit_note.h"
#include "shape/plan.h"
#include "shape/scalar_reader.h"

namespace tarn::shape {

/// Threads: one at a time.
class FitCheck {
 public:
  /// in  note: lent; told what does not fit
  explicit FitCheck(MisfitNote* note) : note_(*note) {}

  /// Of a struct only what is required must fit: other members are kept in _rest by themselves.
  ///
  /// in  value: not null
  Fit Check(const JsonDocument& document, uint32_t value, Place* place);

 private:
  Fit CheckStruct(const JsonDocument& document, uint32_t object, Place* place);
  Fit CheckList(const JsonDocument& document, uint32_t array, Place* place);
  Fit CheckMap(const JsonDocument& document, uint32_t object, Place* place);
  Fit CheckInner(const JsonDocument& document, uint32_t value, Place* place);

  MisfitNote& note_;
  ScalarReader scalar_;
  std::vector<uint32_t> names_;  // a stack: of maps' keys
  std::vector<uint32_t> dropped_;
};

}  // namespace tarn::shape
