#include "derive/crash_note.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace tarn::derive {
namespace {

constexpr size_t kObjectBytesMax = 1000;
constexpr size_t kStackBytes = size_t{64} << 10;
constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// Written by the one thread that reads records, read by a handler that interrupts it.
std::array<char, kObjectBytesMax> object_at;
std::atomic<size_t> object_size;
std::atomic<uint64_t> offset_at;
std::string_view what_happened;
std::array<char, kStackBytes> handler_stack;  // the thread's own may be what ran over

/// Only what a signal handler may do: no memory, no locks.
class Words {
 public:
  void Add(std::string_view text) {
    const size_t size = std::min(text.size(), bytes_.size() - size_);
    std::copy_n(text.begin(), size, bytes_.begin() + size_);
    size_ += size;
  }
  void AddNumber(uint64_t number) {
    std::array<char, 20> digits;
    size_t begin = digits.size();
    do {
      digits[--begin] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    Add({digits.data() + begin, digits.size() - begin});
  }
  void Say() const {
    [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, bytes_.data(), size_);
  }

 private:
  std::array<char, kObjectBytesMax + 200> bytes_{};
  size_t size_ = 0;
};

void SayWhere(int number) {
  Words words;
  words.Add("tarn: object ");
  words.Add({object_at.data(), object_size.load(std::memory_order_relaxed)});
  words.Add(": offset ");
  words.AddNumber(offset_at.load(std::memory_order_relaxed));
  words.Add(": ");
  words.Add(what_happened);
  words.Add("\n");
  words.Say();
  raise(number);  // the handler is gone: as it would have ended
}

}  // namespace

void SayWhereItCrashes(std::string_view what) {
  what_happened = what;
  const stack_t stack{.ss_sp = handler_stack.data(), .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = SayWhere;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK | SA_NODEFER;
  for (const int number : kSignals) sigaction(number, &action, nullptr);
}

void NoteObject(std::string_view object) {
  const size_t size = std::min(object.size(), object_at.size());
  std::copy_n(object.begin(), size, object_at.begin());
  object_size.store(size, std::memory_order_relaxed);
  NoteOffset(0);
}

void NoteOffset(uint64_t offset) { offset_at.store(offset, std::memory_order_relaxed); }

}  // namespace tarn::derive
