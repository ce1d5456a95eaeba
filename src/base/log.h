// Structured log lines on stderr: JSON where stderr is no terminal, readable text where it is one.
// Never record bodies.
#pragma once

#include <cmath>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/format.h"

namespace tarn {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  bool json = true;  ///< one JSON object a line; else text for a person
};

/// Set how this process logs. Call once, before threads start; without it: JSON from kInfo up.
void ConfigureLog(const LogSettings& settings);

/// A value of a log line: text, or a number or truth value, which JSON lines show as such.
struct LogField {
  template <class T>
  LogField(std::string_view field_name, const T& field_value)
      : name(field_name), value(Format("{}", field_value)), is_text(!IsBare(field_value)) {}
  std::string_view name;
  std::string value;
  bool is_text;  ///< else `value` is a JSON number, true or false

 private:
  template <class T>
  static bool IsBare(const T& value) {
    if constexpr (std::floating_point<T>) {
      return std::isfinite(value);  // JSON has no NaN and no infinity
    } else {
      return std::is_arithmetic_v<T> && !std::is_same_v<T, char>;
    }
  }
};

/// One line as Log writes it, without the line's end.
std::string LogLine(const LogSettings& settings, LogLevel level, std::string_view component,
                    std::string_view message, std::initializer_list<LogField> fields);

/// Write one line: `ts`, `level`, `component`, `msg`, then the fields.
/// Threads: any.
void Log(LogLevel level, std::string_view component, std::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace tarn
