// Names as the column and partition texts write them.
#pragma once

#include <string>
#include <string_view>

namespace tarn::schema::internal {

/// True for A-Z a-z 0-9 _.
bool IsPlainNameByte(char letter);

/// A name as it is, or in double quotes (an inner one twice) where it has other bytes than plain
/// ones.
///
/// in  dot_is_plain: `.` needs no quotes
std::string QuotedName(std::string_view name, bool dot_is_plain);

}  // namespace tarn::schema::internal
