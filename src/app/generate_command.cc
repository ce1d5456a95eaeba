#include "app/generate_command.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

#include "app/generate_sessions.h"
#include "app/progress.h"

namespace tarn::app {

Status RunGenerate(const GenerateOptions& options) {
  constexpr uint64_t kBytesPerSession = 1'760;  // about; for the bar
  const auto close = [](std::FILE* file) {
    if (file != nullptr && file != stdout) std::fclose(file);
  };
  const std::unique_ptr<std::FILE, decltype(close)> file(
      options.file == "-" ? stdout : std::fopen(options.file.c_str(), "wb"), close);
  if (!file) return std::unexpected(FromErrno(errno, options.file));
  std::optional<Progress> progress(
      std::in_place, "writing " + options.what,
      options.what == "sessions" ? options.sessions * kBytesPerSession : 0, "B");
  uint64_t written = 0;
  const auto write = [&](std::string_view text) -> Status {
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size())
      return std::unexpected(FromErrno(errno, options.file));
    written += text.size();
    progress->Update(options.what == "sessions"
                         ? std::min(written, options.sessions * kBytesPerSession)
                         : written);
    return {};
  };
  const uint64_t events = options.what == "sensors"
                              ? TRY(GenerateSensors(options.seed, write))
                              : TRY(GenerateSessions(options.sessions, options.seed, write));
  if (std::fflush(file.get()) != 0) return std::unexpected(FromErrno(errno, options.file));
  progress.reset();
  if (options.file != "-")
    std::fprintf(stderr, "%llu events, %s\n", static_cast<unsigned long long>(events),
                 ByteText(written).c_str());
  return {};
}

}  // namespace tarn::app
