// Whole numbers out of text, the whole text.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace tarn {

/// `42` → 42. returns  none for what is no number, has anything beside it (a plus, a space), or
/// does not fit
template <std::integral Number>
std::optional<Number> ParseWhole(std::string_view text, int base = 10) {
  Number number{};
  const auto [stopped, error] = std::from_chars(text.begin(), text.end(), number, base);
  return error == std::errc() && stopped == text.end() ? std::optional(number) : std::nullopt;
}

}  // namespace tarn
