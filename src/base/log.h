// Structured log lines on stderr: JSON where stderr is no terminal, readable text where it is one.
// Never record bodies.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
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

/// A value of a log line: text, or a number printed as text.
struct LogField {
  template <class T>
  LogField(std::string_view field_name, const T& field_value)
      : name(field_name), value(Format("{}", field_value)) {}
  std::string_view name;
  std::string value;
};

/// Write one line: `ts`, `level`, `component`, `msg`, then the fields.
/// Threads: any.
void Log(LogLevel level, std::string_view component, std::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace tarn
