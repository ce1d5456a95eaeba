// What files and manifests say about the smallest and largest value of a leaf: never tighter than
// the data. Long strings are cut: a lower bound simply, an upper bound to something larger.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "columns/layout.h"
#include "columns/value_range.h"

namespace tarn::lake {

/// One end of a leaf's statistics in a Parquet footer.
struct Statistic {
  std::string bytes;  ///< PLAIN, without a length
  bool exact = true;  ///< a value of the column, not cut
};

/// Both ends; each absent where there is no value (all null, all NaN), or where a cut maximum
/// cannot be made larger.
struct Statistics {
  std::optional<Statistic> min;
  std::optional<Statistic> max;
};
Statistics ParquetStatistics(const columns::Leaf& leaf, const columns::ValueRange& range);

/// Both ends as Iceberg's manifests keep them: single-value bytes, strings cut to 16 code points,
/// binary to 16 bytes. source  Iceberg spec, "Manifests", bounds
struct IcebergBounds {
  std::optional<std::string> lower;
  std::optional<std::string> upper;
};
IcebergBounds ToIcebergBounds(const columns::Leaf& leaf, const columns::ValueRange& range);

/// The first `count` whole units (code points of text, or bytes).
std::string_view CutToUnits(std::string_view bytes, size_t count, bool text);
/// The smallest bytes of at most this length that are larger than everything that begins with
/// `bytes`; none where all units are the highest, or text is no UTF-8.
std::optional<std::string> Successor(std::string_view bytes, bool text);

}  // namespace tarn::lake
