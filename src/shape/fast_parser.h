// The fast path: a record read once, from its bytes into the row's slots, with its members expected
// where the record before had them. It takes what telemetry usually is; it declines the rest, which
// then goes the reference path. What it takes it shapes as that does.
#pragma once

#include <memory>

#include "columns/row_slots.h"
#include "schema/record.h"
#include "shape/fast_plan.h"
#include "shape/rest_counter.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// What a fast parser works with, lent for its lifetime.
struct FastParserContext {
  const Shaping* shaping = nullptr;
  const RowPlan* plan = nullptr;
  RestCounter* counter = nullptr;
};

/// Threads: one at a time.
class FastParser {
 public:
  virtual ~FastParser() = default;

  /// Fill the next row of `slots`, and count what went to _rest. The slots point into the record.
  ///
  /// in       slots: not full, of a layout equal to the plan's
  /// returns  false: not taken, nothing was done
  virtual bool Fill(const schema::RecordView& record, columns::RowSlots* slots) = 0;

  /// True where the record is well-formed, and no member of it could become a column. Fill may
  /// still decline it. False says nothing.
  ///
  /// in  scratch: empty, of a layout equal to the plan's; it stays empty
  virtual bool KnowsAll(const schema::RecordView& record, columns::RowSlots* scratch) = 0;

  /// The counter has been emptied.
  virtual void ForgetCounts() = 0;
};

/// In plain C++.
std::unique_ptr<FastParser> MakePlainParser(const FastParserContext& context);

/// With AVX2, where this CPU has it; else null.
std::unique_ptr<FastParser> MakeAvx2Parser(const FastParserContext& context);

}  // namespace tarn::shape
