// Conditions on columns as values: made by whoever reads a request, put into SQL by whoever writes
// it, and applied here to rows that are at hand.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "schema/type.h"
#include "schema/value.h"

namespace tarn::query {

/// A column, or a member of a struct column at any depth, that a table has.
struct ColumnPath {
  std::vector<std::string> names;  ///< from the column down
  schema::Type type;

  /// `user.plan`
  std::string ToString() const;
};

enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,  ///< true of null, too
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kContains,    ///< of text
  kStartsWith,  ///< of text
  kIn,
  kIsNull,
  kIsNotNull,
};

struct ColumnFilter {
  ColumnPath column;
  Comparison comparison = Comparison::kEqual;
  /// Of the column's type, not null: any number for kIn, none for the null checks, else one.
  std::vector<schema::Value> values;
};

/// The rows of a batch for which all filters hold, in order. What the batch lacks is null.
/// errors  kUnsupported: a column that is stored in another form than its type has
Result<std::vector<int64_t>> MatchingRows(const arrow::RecordBatch& batch,
                                          const std::vector<ColumnFilter>& filters);

}  // namespace tarn::query
