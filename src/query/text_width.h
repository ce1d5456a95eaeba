// How much room text takes on a terminal, and how to show text that could spoil the screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tarn::query {

/// returns  terminal columns: two for a wide character (CJK, emoji), none for a combining one
size_t TextWidth(std::string_view text);

/// Make one line of text that is safe on a terminal: control characters become `\n`, `\t`, `\x1b`,
/// bytes that are not UTF-8 become U+FFFD, and what is over the limit becomes `…`.
std::string ShownText(std::string_view text, size_t characters_max);

/// Cut text to a width; what is cut off is shown by `…`. in  width_max: from 1 up
std::string CutToWidth(std::string_view text, size_t width_max);

}  // namespace tarn::query
