// For tests: all paths of shaping beside each other, on the same records.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/type.h"
#include "shape/shaper.h"

namespace tarn::shape {

/// A stream and its table.
struct DifferentialStream {
  std::string name;
  Shaping shaping;
  schema::TableSchema table;
};

/// Streams that have each type, each option and each depth somewhere.
std::vector<DifferentialStream> DifferentialStreams();

/// Shapes records by the reference path, by plain C++ and by what this CPU has best.
class Differential {
 public:
  explicit Differential(const DifferentialStream& stream);
  ~Differential();

  /// returns  what differs in rows, rejects or counts; empty: nothing
  std::string Shape(const std::vector<std::string_view>& records);
  /// As Shape, of the columns that the records would add.
  std::string FindMissing(const std::vector<std::string_view>& records);
  /// As Shape, of the counts since this was called last.
  std::string TakeCounts();

  /// Of the fastest path.
  PathCounts path_counts() const;

 private:
  struct Path;
  schema::TableSchema table_;
  std::vector<std::unique_ptr<Path>> paths_;  // the reference first
};

}  // namespace tarn::shape
