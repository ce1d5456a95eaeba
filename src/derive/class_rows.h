// A class of the SDK behind what planning and tasks know of datasets.
#pragma once

#include "base/error.h"
#include "derive/datasets.h"
#include "derive/planning.h"
#include "derive/row_maker.h"

namespace tarn::derive {

/// in       dataset: lent as long as the value is used
/// errors   kInvalid: what the class threw
Result<DatasetToPlan> ToPlan(const Dataset& dataset);

/// in  dataset: lent to the makers
RowMaking MakesRows(const Dataset& dataset);

}  // namespace tarn::derive
