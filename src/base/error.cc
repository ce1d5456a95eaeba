#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/log.h"
#include "base/metrics.h"

namespace tarn {

std::string_view KindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kUnauthorized:
      return "unauthorized";
    case ErrorKind::kNotFound:
      return "not found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kTooLarge:
      return "too large";
    case ErrorKind::kOverloaded:
      return "overloaded";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kUnknownOutcome:
      return "unknown outcome";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kIo:
      return "io";
    case ErrorKind::kCancelled:
      return "cancelled";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

bool MayRetry(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kConflict:
    case ErrorKind::kOverloaded:
    case ErrorKind::kUnavailable:
      return true;
    case ErrorKind::kInvalid:
    case ErrorKind::kUnauthorized:
    case ErrorKind::kNotFound:
    case ErrorKind::kTooLarge:
    case ErrorKind::kUnknownOutcome:
    case ErrorKind::kCorrupt:
    case ErrorKind::kIo:
    case ErrorKind::kCancelled:
    case ErrorKind::kUnsupported:
    case ErrorKind::kInternal:
      return false;
  }
  return false;
}

Error FromErrno(int error_number, std::string_view what) {
  ErrorKind kind = ErrorKind::kIo;
  if (error_number == ENOENT) kind = ErrorKind::kNotFound;
  if (error_number == EEXIST) kind = ErrorKind::kConflict;
  return Error(kind, Format("{}: {}", what, std::system_category().message(error_number)));
}

void Ignore(const Status& status, std::string_view reason) {
  if (status) return;
  static Counter& ignored = Metrics().GetCounter(
      "tarn_errors_ignored_total", "Errors dropped on purpose; the debug log has each reason.");
  ignored.Add(1);
  Log(LogLevel::kDebug, "base", "error ignored",
      {{"reason", reason}, {"error", status.error().message()}});
}

namespace internal {

Error FromCurrentException(ErrorKind kind) {
  try {
    throw;
  } catch (const std::exception& exception) {
    return Error(kind, exception.what());
  } catch (...) {
    return Error(kind, "an exception of unknown type");
  }
}

}  // namespace internal
}  // namespace tarn
