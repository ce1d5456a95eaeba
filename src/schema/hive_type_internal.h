// A type in Hive's words, out of the middle of a longer text.
#pragma once

#include "schema/text_reader_internal.h"
#include "schema/type.h"

namespace tarn::schema::internal {

/// Read one type, as ParseHiveType does, and stop behind it. Lengths of member names are not
/// checked.
Result<Type> ReadHiveType(TextReader* in);

}  // namespace tarn::schema::internal
