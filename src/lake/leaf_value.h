// A slot's value as a schema::Value.
#pragma once

#include <string_view>

#include "columns/layout.h"
#include "columns/row_slots.h"
#include "schema/value.h"

namespace tarn::lake {

/// in  slot: a value of the leaf
schema::Value ToValue(const columns::Leaf& leaf, const columns::Slot& slot);

}  // namespace tarn::lake
