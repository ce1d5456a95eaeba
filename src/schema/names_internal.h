// Names: what they may hold, and how the column and partition texts write them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::schema::internal {

/// Hold one name to the rules: UTF-8 of 1 to kColumnNameBytesMax bytes, no control characters.
///
/// in      whose: for the message, `column 'user.id'`
/// errors  kInvalid: says whose name, and the rule
Status CheckName(std::string_view name, std::string_view whose);

/// True for A-Z a-z 0-9 _.
bool IsPlainNameByte(char letter);

/// A name as it is, or in double quotes (an inner one twice) where it has other bytes than plain
/// ones.
///
/// in  dot_is_plain: `.` needs no quotes
std::string QuotedName(std::string_view name, bool dot_is_plain);

}  // namespace tarn::schema::internal
