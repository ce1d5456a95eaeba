// Whether a conversion's cost follows its input's bytes: pairs of sets that differ in one thing.
#pragma once

#include "bench/engine_comparison.h"

namespace tarn::bench {

/// Both sets of a pair, converted by each engine in the same rounds.
struct ShapeReport {
  int threads = 1;
  std::vector<ConversionFigures> figures;  ///< by engine, the pair's first set before the second
};

/// Run pairs of sets, one after the other.
///
/// in       options: its sets are pairs; layouts is not read: a set with partitions becomes a
///          Hive directory, another one file
/// returns, errors  as CompareEngines
Result<bool> CompareShapes(const ComparisonOptions& options,
                           const std::function<void(const ShapeReport&)>& report,
                           const NoteSink& note);

/// A pair as lines of a table, with or without the table's head, and as objects.
std::string ReportText(const ShapeReport& report, bool with_head);
Json ReportJson(const ShapeReport& report);

}  // namespace tarn::bench
