// The last words of a worker that a class crashes: which record it was at.
#pragma once

#include <cstdint>
#include <string_view>

namespace tarn::derive {

/// Let this process say, on stderr, at which record it is before a signal of its own ends it (a bad
/// address, an abort, a stack that ran over). For programs that run one task and nothing else.
/// in  what: follows the place: `it crashed here`; lent for good
/// Threads: called before others begin.
void SayWhereItCrashes(std::string_view what);

/// What is read from here on. in  object: the first 1,000 bytes are kept
void NoteObject(std::string_view object);
void NoteOffset(uint64_t offset);

}  // namespace tarn::derive
