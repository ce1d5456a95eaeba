#include "app/signals.h"

#include <csignal>

namespace tarn::app {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  // A terminal that closes; not where nohup keeps it away, which a wait would not respect.
  struct sigaction hangup{};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  return signals;
}

/// A further signal ends the process at once.
void LetSignalsEnd(const sigset_t& signals) {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  if (sigismember(&signals, SIGHUP) == 1) std::signal(SIGHUP, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int number = 0;
  sigwait(&signals, &number);
  LetSignalsEnd(signals);
  return number;
}

int WaitForStopSignalFor(std::chrono::milliseconds duration) {
  const sigset_t signals = StopSignals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const timespec time{
      .tv_sec = seconds.count(),
      .tv_nsec = std::chrono::nanoseconds(duration - seconds).count(),
  };
  const int number = sigtimedwait(&signals, nullptr, &time);
  if (number <= 0) return 0;
  LetSignalsEnd(signals);
  return number;
}

}  // namespace tarn::app
