// Is this text one JSON object? For doors that say so before a record is kept.
#pragma once

#include <string_view>

namespace tarn::collect {

/// returns  true where the text is exactly one object by RFC 8259, white space around it aside;
///          numbers of any size, nested up to 512, no lone surrogates
/// threads  any
bool IsJsonObject(std::string_view text);

}  // namespace tarn::collect
