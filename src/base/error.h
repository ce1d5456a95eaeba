// Errors as values. Every fallible function of Tarn returns Result<T> or Status; foreign errors are
// converted at the door of the library that makes them, and no exception crosses a room's wall.
// docs/decisions/0002-errors.md says why.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/format.h"

namespace tarn {

/// What the caller does next. Only MayRetry and serve's HTTP table switch over all of it.
enum class ErrorKind : uint8_t {
  kInvalid,         ///< the request is wrong: mend it (400)
  kUnauthorized,    ///< credentials are missing or wrong (401)
  kNotFound,        ///< the named thing does not exist (404)
  kConflict,        ///< somebody else was faster: re-read, then retry (409)
  kTooLarge,        ///< over a named limit: send less (413)
  kOverloaded,      ///< try again later, slower (429; Firehose: 503)
  kUnavailable,     ///< a part is down for now: retry (503)
  kUnknownOutcome,  ///< it may have happened: re-read before a retry or a cleanup (500)
  kCorrupt,         ///< stored bytes are not what was written: quarantine (500)
  kIo,              ///< the disk or network failed: stop writing there (500)
  kCancelled,       ///< the caller or a shutdown ended it
  kUnsupported,     ///< Tarn does not do this, by decision (501)
  kInternal,        ///< a bug of ours (500)
};

std::string_view KindName(ErrorKind kind);

/// True where the same call may succeed later without a change by the caller.
bool MayRetry(ErrorKind kind);

/// A kind, and a message that says what failed and, where the user can do something, what to do.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }

  /// Put what was being done in front: `replaying segment 7: checksum mismatch`.
  template <class... Arguments>
  Error While(fmt::format_string<Arguments...> text, Arguments&&... arguments) && {
    message_ = Format(text, std::forward<Arguments>(arguments)...) + ": " + message_;
    return std::move(*this);
  }

 private:
  ErrorKind kind_;
  std::string message_;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// An error to return: `return Fail(ErrorKind::kInvalid, "expected {} columns, found {}", want,
/// have);`
template <class... Arguments>
std::unexpected<Error> Fail(ErrorKind kind, fmt::format_string<Arguments...> text,
                            Arguments&&... arguments) {
  return std::unexpected(Error(kind, Format(text, std::forward<Arguments>(arguments)...)));
}

/// Prefix the error of a result, if it has one: `return While(Open(path), "opening {}", path);`
template <class T, class... Arguments>
Result<T> While(Result<T> result, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (!result) {
    return std::unexpected(
        std::move(result).error().While(text, std::forward<Arguments>(arguments)...));
  }
  return result;
}

/// An errno as an Error: ENOENT is kNotFound, EEXIST is kConflict, the rest kIo.
Error FromErrno(int error_number, std::string_view what);

/// Drop an error on purpose; it is logged at debug level and counted in tarn_errors_ignored_total.
void Ignore(const Status& status, std::string_view reason);

namespace internal {
Error FromCurrentException(ErrorKind kind);
}

/// Call a library that throws: its exception becomes an Error of this kind.
template <std::invocable F>
auto Guard(ErrorKind kind, F&& function) -> Result<decltype(function())> {
  try {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return {};
    } else {
      return function();
    }
  } catch (...) {
    return std::unexpected(internal::FromCurrentException(kind));
  }
}

}  // namespace tarn

#define TARN_CONCAT_INNER(a, b) a##b
#define TARN_CONCAT(a, b) TARN_CONCAT_INNER(a, b)
#define TARN_TRY_NAMED(name, expression)               \
  __extension__({                                      \
    auto&& name = (expression);                        \
    if (!name) [[unlikely]] {                          \
      return std::unexpected(std::move(name).error()); \
    }                                                  \
    *std::move(name);                                  \
  })

/// The value of a Result, or return its error from this function. Not for coroutines (there are
/// none).
#define TRY(expression) TARN_TRY_NAMED(TARN_CONCAT(try_result_, __COUNTER__), expression)
