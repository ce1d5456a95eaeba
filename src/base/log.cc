#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

#include "base/json.h"
#include "base/time.h"

namespace tarn {
namespace {

LogSettings g_settings;

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("tarn", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string Now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return FormatTimestamp(std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count(),
                         TimeStyle::kIsoUtc);
}

}  // namespace

std::string LogLine(const LogSettings& settings, LogLevel level, std::string_view component,
                    std::string_view message, std::initializer_list<LogField> fields) {
  std::string line;
  if (settings.json) {
    line = Format("{{\"ts\":\"{}\",\"level\":\"{}\",\"component\":{},\"msg\":{}", Now(),
                  LevelName(level), QuoteJson(component), QuoteJson(message));
  } else {
    line = Format("{} {:5} {}", Now().substr(11, 12), LevelName(level), message);
  }
  for (const LogField& field : fields) {
    const std::string value = field.is_text ? QuoteJson(field.value) : field.value;
    line += settings.json ? Format(",{}:{}", QuoteJson(field.name), value)
                          : Format(" {}={}", field.name, value);
  }
  if (settings.json) line += "}";
  return line;
}

void ConfigureLog(const LogSettings& settings) { g_settings = settings; }

void Log(LogLevel level, std::string_view component, std::string_view message,
         std::initializer_list<LogField> fields) {
  if (level < g_settings.level) return;
  const std::string line = LogLine(g_settings, level, component, message, fields);
  Logger().log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace tarn
