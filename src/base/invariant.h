// What must be true if our own code is right. On in release builds too: a lake that doubts itself
// stops before it writes. Bytes from disk or network are never an INVARIANT; they are kCorrupt or
// kInvalid.
#pragma once

namespace tarn::internal {
[[noreturn]] void InvariantFailed(const char* condition, const char* what, const char* file,
                                  int line);
}

#define INVARIANT(condition, what)                                             \
  do {                                                                         \
    if (!(condition)) [[unlikely]] {                                           \
      ::tarn::internal::InvariantFailed(#condition, what, __FILE__, __LINE__); \
    }                                                                          \
  } while (false)
